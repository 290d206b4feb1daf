/* ratelimit.h: how many calls a second the broker lets through.
 * Sandbox, low; pure: the time comes in, nothing waits, nothing is locked.
 *
 * The broker does not say how it counts. Two readings are offered: the last
 * 1.000 s before each call (sliding), and whole seconds of the server's own
 * clock, whose phase the client cannot know (fixed). */
#ifndef SANDBOX_RATELIMIT_H
#define SANDBOX_RATELIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum ratelimit_window { RATELIMIT_SLIDING, RATELIMIT_FIXED };

struct ratelimit {
	enum ratelimit_window window;
	bool counts_refused;
	size_t per_sec;   /* now; 0: everything passes */
	int64_t phase_ns; /* fixed: where the second begins */
	int64_t *stamp;   /* sliding: ring of the last calls, owned */
	size_t cap, len;
	size_t next;    /* where the next one is written */
	int64_t second; /* fixed: the second that is being counted */
	size_t in_second;
};

/* per_sec_max: the most that ratelimit_set will ever ask for.
 * Errors: SYSTEM (memory). */
MUST_CHECK int ratelimit_init(struct ratelimit *limit,
			      enum ratelimit_window window, size_t per_sec_max,
			      bool counts_refused, int64_t phase_ns,
			      struct err *err);
void ratelimit_release(struct ratelimit *limit);

/* From now on so many calls pass in a second. Those before still count. */
void ratelimit_set(struct ratelimit *limit, size_t per_sec);

/* Counts a call that arrived at now_ns, and says whether it may pass. A
 * refused call fills the window only if refused ones count.
 * Units: nanoseconds of a clock that never goes back. */
bool ratelimit_let_pass(struct ratelimit *limit, int64_t now_ns);

#endif
