/* SPDX-License-Identifier: MIT */
/* hash.h: a name for a secret, safe to show as a file's name.
 * Layer base; uses nothing. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a, 64 bit. Not cryptographic. */
uint64_t hash_bytes(const void *data, size_t len, uint64_t seed);

enum { HASH_NAME_BYTES = 33 };

/* 128 bits of two seeds as hexadecimal: tells keys apart; the few bits that it
 * gives away of a random key of hundreds are no help in guessing it. */
void hash_name(const char *text, char out[HASH_NAME_BYTES]);

#endif
