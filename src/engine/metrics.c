/* SPDX-License-Identifier: MIT */
#include "engine/metrics.h"

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
	return i < METRICS_BUCKETS ? i : METRICS_BUCKETS - 1;
}

/* The highest value of a bucket. */
static uint64_t bucket_top_us(size_t i)
{
	size_t shift = i < 2 * SUBS ? 0 : i / SUBS - 1;
	uint64_t lead = (uint64_t)(i - shift * SUBS);

	return ((lead + 1) << shift) - 1;
}

void metrics_note_latency(struct metrics *m, int64_t ns)
{
	int64_t us = ns > 0 ? ns / 1000 : 0;

	m->latency[bucket_of((uint64_t)us)]++;
	m->latency_count++;
	if (us > m->latency_max_us)
		m->latency_max_us = us;
}

void metrics_add(struct metrics *sum, const struct metrics *part)
{
	size_t i;

	sum->requests += part->requests;
	sum->attempts += part->attempts;
	sum->calls += part->calls;
	sum->retries += part->retries;
	sum->refusals += part->refusals;
	sum->timeouts += part->timeouts;
	sum->token_calls += part->token_calls;
	sum->connections += part->connections;
	sum->bytes += part->bytes;
	sum->latency_count += part->latency_count;
	if (part->latency_max_us > sum->latency_max_us)
		sum->latency_max_us = part->latency_max_us;
	for (i = 0; i < METRICS_BUCKETS; i++)
		sum->latency[i] += part->latency[i];
}

double metrics_latency_ms(const struct metrics *m, double share)
{
	uint64_t seen = 0;
	size_t i;

	for (i = 0; i < METRICS_BUCKETS; i++) {
		seen += m->latency[i];
		if (seen > 0 &&
		    (double)seen >= share * (double)m->latency_count) {
			uint64_t top = bucket_top_us(i);

			if (top > (uint64_t)m->latency_max_us)
				top = (uint64_t)m->latency_max_us;
			return (double)top / 1000.0;
		}
	}
	return 0;
}
