/* SPDX-License-Identifier: MIT */
/* ratelimit.h: how many calls a source lets through in a time.
 * Sandbox, low; pure: the time comes in, nothing waits, nothing is locked.
 *
 * The broker does not say how it counts. Two readings are offered: the period
 * before each call (sliding), and whole periods of the server's own clock,
 * whose phase the client cannot know (fixed). */
#ifndef SANDBOX_RATELIMIT_H
#define SANDBOX_RATELIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum ratelimit_window { RATELIMIT_SLIDING, RATELIMIT_FIXED };

struct ratelimit_setup {
	enum ratelimit_window window;
	int64_t period_ns; /* a second, for most */
	int64_t phase_ns;  /* fixed: where the period begins */
	bool counts_refused;
	size_t calls_max; /* the most that ratelimit_set will ever ask for */
};

struct ratelimit {
	struct ratelimit_setup setup;
	size_t calls;   /* in a period, now; 0: everything passes */
	int64_t *stamp; /* sliding: ring of the last calls, owned */
	size_t len;
	size_t next;    /* where the next one is written */
	int64_t period; /* fixed: the one that is being counted */
	size_t in_period;
};

/* Errors: SYSTEM (memory). */
MUST_CHECK int ratelimit_init(struct ratelimit *limit,
			      const struct ratelimit_setup *setup,
			      struct err *err);
void ratelimit_release(struct ratelimit *limit);

/* From now on so many calls pass in a period. Those before still count. */
void ratelimit_set(struct ratelimit *limit, size_t calls);

/* Counts a call that arrived at now_ns, and says whether it may pass. A
 * refused call fills the period only if refused ones count.
 * Units: nanoseconds of a clock that never goes back. */
bool ratelimit_let_pass(struct ratelimit *limit, int64_t now_ns);

/* How many more calls would pass now; 0 where there is no limit. */
size_t ratelimit_get_left(const struct ratelimit *limit, int64_t now_ns);

/* Fixed: how long the period still lasts. */
int64_t ratelimit_get_rest_ns(const struct ratelimit *limit, int64_t now_ns);

#endif
