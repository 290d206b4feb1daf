/* SPDX-License-Identifier: MIT */
/* chance.h: numbers that look like chance and can be repeated.
 * Sandbox, lowest; uses nothing. Pure.
 * Source: splitmix64, of Steele, Lea and Flood (2014). */
#ifndef SANDBOX_CHANCE_H
#define SANDBOX_CHANCE_H

#include <stdint.h>

#define CHANCE_STEP UINT64_C(0x9e3779b97f4a7c15)

/* The bits of x, stirred: neighbours have nothing in common. */
uint64_t chance_mix(uint64_t x);

/* The next number of the sequence that state is in. */
uint64_t chance_next(uint64_t *state);

/* The number of a text: the same in every run. */
uint64_t chance_of_text(const char *text);

#endif
