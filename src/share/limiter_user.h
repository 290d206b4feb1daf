/* SPDX-License-Identifier: MIT */
/* limiter_user.h: a limiter's user, from what a process says of itself.
 * Layer share; uses base, limiter_state. */
#ifndef SHARE_LIMITER_USER_H
#define SHARE_LIMITER_USER_H

#include <stdint.h>

struct limiter_user;

struct limiter_rule { /* as in struct quota_config */
	int rate_per_sec;
	int published_per_sec;
	int window_calls, window_sec;
	int64_t call_max_ns;
};

/* This process, this object, this moment: a user like no other. A rule that the
 * state cannot hold becomes one that can, and permits no more. */
void limiter_user_init(struct limiter_user *me, const struct limiter_rule *rule,
		       const void *object);

#endif
