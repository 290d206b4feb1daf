/* SPDX-License-Identifier: MIT */
#include "engine/metrics.h"

void metrics_add(struct metrics *sum, const struct metrics *part)
{
	sum->requests += part->requests;
	sum->attempts += part->attempts;
	sum->calls += part->calls;
	sum->retries += part->retries;
	sum->refusals += part->refusals;
	sum->timeouts += part->timeouts;
	sum->token_calls += part->token_calls;
	sum->connections += part->connections;
	sum->bytes += part->bytes;
	latency_add(&sum->latency, &part->latency);
}
