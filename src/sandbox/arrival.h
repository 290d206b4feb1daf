/* SPDX-License-Identifier: MIT */
/* arrival.h: what is settled when a call arrives, in one step for all.
 * Sandbox, low; uses fault. */
#ifndef SANDBOX_ARRIVAL_H
#define SANDBOX_ARRIVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sandbox/fault.h"

struct arrival {
	uint64_t seq;     /* from 1, in the order of time */
	int64_t t_ns;     /* CLOCK_MONOTONIC */
	int64_t real_ms;  /* the wall clock then */
	int in_flight;    /* calls that wait for an answer, this one too */
	int64_t delay_ns; /* how long the answer is to take */
	bool is_over_limit;
	int64_t blocked_ns; /* how long the source will not listen; 0: it does */
	size_t limit, left; /* calls that the source allows, and still allows */
	int64_t reset_unix_s;           /* when it counts anew */
	const struct fault_rule *fault; /* NULL: none. Lives with the broker */
	struct fault_rows rows;         /* the same */
	uint64_t random;
};

#endif
