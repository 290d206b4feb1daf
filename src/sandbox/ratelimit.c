#include "sandbox/ratelimit.h"

#include "base/clock.h"

#include <stdlib.h>

int ratelimit_init(struct ratelimit *limit, enum ratelimit_window window,
		   size_t per_sec_max, bool counts_refused, int64_t phase_ns,
		   struct err *err)
{
	*limit = (struct ratelimit){
		.window = window,
		.counts_refused = counts_refused,
		.per_sec = per_sec_max,
		.cap = per_sec_max,
		.phase_ns = phase_ns,
		.second = -1,
	};
	if (per_sec_max == 0 || window == RATELIMIT_FIXED)
		return 0;
	limit->stamp = calloc(per_sec_max, sizeof(*limit->stamp));
	if (!limit->stamp)
		return err_no_memory(err);
	return 0;
}

void ratelimit_release(struct ratelimit *limit)
{
	free(limit->stamp);
	limit->stamp = NULL;
}

void ratelimit_set(struct ratelimit *limit, size_t per_sec)
{
	require(per_sec <= limit->cap);
	limit->per_sec = per_sec;
}

/* The ring holds the last calls that count. If the last but per_sec - 1 is
 * less than a second old, this call would be one too many. */
static bool pass_sliding(struct ratelimit *limit, int64_t now_ns)
{
	bool passes = true;

	if (limit->per_sec > 0 && limit->len >= limit->per_sec) {
		size_t at = limit->next + limit->cap - limit->per_sec;

		passes = now_ns - limit->stamp[at % limit->cap] >= NS_PER_SEC;
	}
	if (!passes && !limit->counts_refused)
		return false;
	limit->stamp[limit->next] = now_ns;
	limit->next = (limit->next + 1) % limit->cap;
	if (limit->len < limit->cap)
		limit->len++;
	return passes;
}

static bool pass_fixed(struct ratelimit *limit, int64_t now_ns)
{
	int64_t second = (now_ns + limit->phase_ns) / NS_PER_SEC;

	if (second != limit->second) {
		limit->second = second;
		limit->in_second = 0;
	}
	if (limit->per_sec > 0 && limit->in_second >= limit->per_sec)
		return false;
	limit->in_second++;
	return true;
}

bool ratelimit_let_pass(struct ratelimit *limit, int64_t now_ns)
{
	if (limit->cap == 0)
		return true;
	switch (limit->window) {
	case RATELIMIT_SLIDING:
		return pass_sliding(limit, now_ns);
	case RATELIMIT_FIXED:
		return pass_fixed(limit, now_ns);
	}
	return true;
}
