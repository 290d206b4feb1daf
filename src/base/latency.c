/* SPDX-License-Identifier: MIT */
#include "base/latency.h"

#include <stddef.h>

enum { SUB_BITS = 4, SUBS = 1 << SUB_BITS };

/* Below 32 us a bucket is a microsecond; above, the four bits after the
 * leading one choose among 16. */
static size_t bucket_of(uint64_t us)
{
	size_t shift = 0, i;

	while (us >> shift >= 2 * SUBS)
		shift++;
	i = shift * SUBS + (size_t)(us >> shift);
	return i < LATENCY_BUCKETS ? i : LATENCY_BUCKETS - 1;
}

/* The highest value of a bucket. */
static uint64_t bucket_top_us(size_t i)
{
	size_t shift = i < 2 * SUBS ? 0 : i / SUBS - 1;
	uint64_t lead = (uint64_t)(i - shift * SUBS);

	return ((lead + 1) << shift) - 1;
}

void latency_note(struct latency *l, int64_t ns)
{
	int64_t us = ns > 0 ? ns / 1000 : 0;

	l->bucket[bucket_of((uint64_t)us)]++;
	l->count++;
	if (us > l->max_us)
		l->max_us = us;
}

void latency_add(struct latency *sum, const struct latency *part)
{
	sum->count += part->count;
	if (part->max_us > sum->max_us)
		sum->max_us = part->max_us;
	for (size_t i = 0; i < LATENCY_BUCKETS; i++)
		sum->bucket[i] += part->bucket[i];
}

double latency_ms(const struct latency *l, double share)
{
	uint64_t seen = 0;

	for (size_t i = 0; i < LATENCY_BUCKETS; i++) {
		seen += l->bucket[i];
		if (seen > 0 && (double)seen >= share * (double)l->count) {
			uint64_t top = bucket_top_us(i);

			if (top > (uint64_t)l->max_us)
				top = (uint64_t)l->max_us;
			return (double)top / 1000.0;
		}
	}
	return 0;
}
