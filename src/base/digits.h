/* SPDX-License-Identifier: MIT */
/* digits.h: whole numbers as text, without a format.
 * Layer base; uses nothing. For what is written many times a second. */
#ifndef BASE_DIGITS_H
#define BASE_DIGITS_H

#include <stddef.h>
#include <stdint.h>

enum { DIGITS_BYTES = 20 }; /* of any int64_t with its sign */

/* Writes n as it is; returns how many bytes. It is not terminated. */
size_t digits_write(int64_t n, char out[DIGITS_BYTES]);

/* Writes the last places digits of n, which is not negative. */
void digits_write_last(char *out, int64_t n, int places);

#endif
