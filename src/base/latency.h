/* SPDX-License-Identifier: MIT */
/* latency.h: how long things took, as a histogram.
 * Layer base; uses nothing.
 *
 * Durations fall into buckets of microseconds, 16 for each power of two: at most
 * 6 % off, in one size however many they are. */
#ifndef BASE_LATENCY_H
#define BASE_LATENCY_H

#include <stdint.h>

enum { LATENCY_BUCKETS = 16 * 40 };

struct latency { /* all zero: nothing noted yet */
	uint64_t count;
	int64_t max_us;
	uint64_t bucket[LATENCY_BUCKETS];
};

void latency_note(struct latency *l, int64_t ns);

/* Adds what part noted to sum. */
void latency_add(struct latency *sum, const struct latency *part);

/* What a share (0 to 1) of all did not exceed, in milliseconds; 0 when there was
 * none. */
double latency_ms(const struct latency *l, double share);

#endif
