/* SPDX-License-Identifier: MIT */
#include "sandbox/ratelimit.h"

#include <stdlib.h>

int ratelimit_init(struct ratelimit *limit, const struct ratelimit_setup *setup,
		   struct err *err)
{
	*limit = (struct ratelimit){
		.setup = *setup,
		.calls = setup->calls_max,
		.period = -1,
	};
	if (setup->calls_max == 0 || setup->window == RATELIMIT_FIXED)
		return 0;
	limit->stamp = calloc(setup->calls_max, sizeof(*limit->stamp));
	if (!limit->stamp)
		return err_no_memory(err);
	return 0;
}

void ratelimit_release(struct ratelimit *limit)
{
	free(limit->stamp);
	limit->stamp = NULL;
}

void ratelimit_set(struct ratelimit *limit, size_t calls)
{
	require(calls <= limit->setup.calls_max);
	limit->calls = calls;
}

/* The ring holds the last calls that count. If the last but calls - 1 is less
 * than a period old, this call would be one too many. */
static bool pass_sliding(struct ratelimit *limit, int64_t now_ns)
{
	size_t cap = limit->setup.calls_max;
	bool passes = true;

	if (limit->calls > 0 && limit->len >= limit->calls) {
		size_t at = limit->next + cap - limit->calls;

		passes = now_ns - limit->stamp[at % cap] >=
			 limit->setup.period_ns;
	}
	if (!passes && !limit->setup.counts_refused)
		return false;
	limit->stamp[limit->next] = now_ns;
	limit->next = (limit->next + 1) % cap;
	if (limit->len < cap)
		limit->len++;
	return passes;
}

static int64_t period_of(const struct ratelimit *limit, int64_t now_ns)
{
	return (now_ns + limit->setup.phase_ns) / limit->setup.period_ns;
}

static bool pass_fixed(struct ratelimit *limit, int64_t now_ns)
{
	int64_t period = period_of(limit, now_ns);

	if (period != limit->period) {
		limit->period = period;
		limit->in_period = 0;
	}
	if (limit->calls > 0 && limit->in_period >= limit->calls)
		return false;
	limit->in_period++;
	return true;
}

bool ratelimit_let_pass(struct ratelimit *limit, int64_t now_ns)
{
	if (limit->setup.calls_max == 0)
		return true;
	switch (limit->setup.window) {
	case RATELIMIT_SLIDING:
		return pass_sliding(limit, now_ns);
	case RATELIMIT_FIXED:
		return pass_fixed(limit, now_ns);
	}
	return true;
}

size_t ratelimit_get_left(const struct ratelimit *limit, int64_t now_ns)
{
	size_t used = 0;

	if (limit->setup.window == RATELIMIT_FIXED) {
		if (period_of(limit, now_ns) == limit->period)
			used = limit->in_period;
	} else {
		for (size_t i = 0; i < limit->len; i++)
			used += now_ns - limit->stamp[i] <
				limit->setup.period_ns;
	}
	return used < limit->calls ? limit->calls - used : 0;
}

int64_t ratelimit_get_rest_ns(const struct ratelimit *limit, int64_t now_ns)
{
	return limit->setup.period_ns -
	       (now_ns + limit->setup.phase_ns) % limit->setup.period_ns;
}
