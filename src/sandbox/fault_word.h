/* SPDX-License-Identifier: MIT */
/* fault_word.h: the numbers, durations and shares that rules of --fault hold.
 * Sandbox, low; uses base. Each is true where the whole text is one. */
#ifndef SANDBOX_FAULT_WORD_H
#define SANDBOX_FAULT_WORD_H

#include <stdbool.h>
#include <stdint.h>

/* A whole number of digits only, from min to max; the text ends at end. */
bool fault_word_number(const char *text, const char *end, int64_t min,
		       int64_t max, int64_t *number);

/* Seconds, or with a unit behind: 1.5, 1.5s, 300ms, 2m, 1h. To the nanosecond,
 * and no longer than a year. */
bool fault_word_duration(const char *text, int64_t *ns);

/* From 0 to 1. */
bool fault_word_share(const char *text, double *share);

/* N, N-M, or N- for no end. */
bool fault_word_range(const char *text, int64_t *first, int64_t *last);

#endif
