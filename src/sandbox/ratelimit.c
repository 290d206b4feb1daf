#include "sandbox/ratelimit.h"

#include "base/clock.h"

#include <stdlib.h>

int ratelimit_init(struct ratelimit *limit, enum ratelimit_window window,
		   size_t per_sec, bool counts_refused, int64_t phase_ns,
		   struct err *err)
{
	*limit = (struct ratelimit){
		.window = window,
		.counts_refused = counts_refused,
		.per_sec = per_sec,
		.phase_ns = phase_ns,
		.second = -1,
	};
	if (per_sec == 0 || window == RATELIMIT_FIXED)
		return 0;
	limit->stamp = calloc(per_sec, sizeof(*limit->stamp));
	if (!limit->stamp)
		return err_no_memory(err);
	return 0;
}

void ratelimit_release(struct ratelimit *limit)
{
	free(limit->stamp);
	limit->stamp = NULL;
}

/* The ring holds the last per_sec calls that count. If it is full and the
 * oldest of them is less than a second old, this call would be one too
 * many. */
static bool pass_sliding(struct ratelimit *limit, int64_t now_ns)
{
	bool is_full = limit->len == limit->per_sec;
	bool passes =
		!is_full || now_ns - limit->stamp[limit->oldest] >= NS_PER_SEC;

	if (!passes && !limit->counts_refused)
		return false;
	if (is_full) {
		limit->stamp[limit->oldest] = now_ns;
		limit->oldest = (limit->oldest + 1) % limit->per_sec;
	} else {
		limit->stamp[limit->len++] = now_ns;
	}
	return passes;
}

static bool pass_fixed(struct ratelimit *limit, int64_t now_ns)
{
	int64_t second = (now_ns + limit->phase_ns) / NS_PER_SEC;

	if (second != limit->second) {
		limit->second = second;
		limit->in_second = 0;
	}
	if (limit->in_second >= limit->per_sec)
		return false;
	limit->in_second++;
	return true;
}

bool ratelimit_let_pass(struct ratelimit *limit, int64_t now_ns)
{
	if (limit->per_sec == 0)
		return true;
	switch (limit->window) {
	case RATELIMIT_SLIDING:
		return pass_sliding(limit, now_ns);
	case RATELIMIT_FIXED:
		return pass_fixed(limit, now_ns);
	}
	return true;
}
