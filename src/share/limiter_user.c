/* SPDX-License-Identifier: MIT */
#include "share/limiter_user.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "share/boot.h"
#include "share/limiter_state.h"

static int clamp_rate(int rate)
{
	return rate < 1 ? 1 : rate > LIMITER_RATE_MAX ? LIMITER_RATE_MAX : rate;
}

/* The account's rule in a window that the state can hold: where there are too
 * many calls in it, or it is too long, an even part of it. */
static void set_window(struct limiter_user *me, int calls, int window_sec)
{
	enum { LONGEST = LIMITER_WINDOW_MAX_NS / NS_PER_SEC };
	int parts = (window_sec + LONGEST - 1) / LONGEST;

	me->window_ns = NS_PER_SEC;
	if (calls <= 0 || window_sec <= 1)
		return;
	if (parts > 1) {
		calls /= parts;
		window_sec = LONGEST;
	}
	if (calls > LIMITER_RATE_MAX) {
		calls = clamp_rate(calls / window_sec);
		if (me->published > calls)
			me->published = calls;
		if (me->rate > me->published)
			me->rate = me->published;
		return;
	}
	me->window_ns = window_sec * NS_PER_SEC;
	me->window_calls = clamp_rate(calls);
}

void limiter_user_init(struct limiter_user *me, const struct limiter_rule *rule,
		       const void *object)
{
	int64_t call_max = rule->call_max_ns;
	uint64_t who[4];

	*me = (struct limiter_user){
		.pid_space = boot_pid_space(),
		.pid = getpid(),
		.published = clamp_rate(rule->published_per_sec),
	};
	who[0] = me->pid_space;
	who[1] = (uint64_t)me->pid;
	who[2] = (uintptr_t)object;
	who[3] = (uint64_t)clock_monotonic_ns();
	me->id = hash_bytes(who, sizeof who, 0) | 1;
	me->rate = rule->rate_per_sec > 0 ? clamp_rate(rule->rate_per_sec)
					  : me->published;
	set_window(me, rule->window_calls, rule->window_sec);
	if (call_max <= 0)
		call_max = LIMITER_CALL_USUAL_NS;
	me->call_max_ns =
		call_max < LIMITER_CALL_MAX_NS ? call_max : LIMITER_CALL_MAX_NS;
}
