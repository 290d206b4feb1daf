/* around.h: what goes on around the calls: an outage, foreign programs that
 * use the same account, a limit that changes.
 * Sandbox, low; uses fault, ratelimit. Pure: times come in, in nanoseconds
 * since the start, and never go back.
 *
 * Nothing here runs by itself. Foreign calls are counted when the next call
 * of ours arrives, each at the time when it was due: nobody can tell. */
#ifndef SANDBOX_AROUND_H
#define SANDBOX_AROUND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "sandbox/fault.h"
#include "sandbox/ratelimit.h"

struct around {
	const struct fault_rule *rule; /* borrowed; all of them */
	size_t count;
	int64_t rate; /* calls a second, where no rule says otherwise */
	int64_t *
		due_ns; /* owned; by rule: the next call of a foreign program */
};

/* Errors: SYSTEM (memory). */
MUST_CHECK int around_init(struct around *around, const struct fault_rule *rule,
			   size_t count, int64_t rate, struct err *err);
void around_release(struct around *around);

/* The most calls a second that it will ever allow; 0: never a limit. */
size_t around_max_rate(const struct around *around);

/* Counts the calls of foreign programs up to now. */
void around_advance(struct around *around, struct ratelimit *limit,
		    int64_t now_ns);

/* Counts a call of ours, and says whether it may pass. */
bool around_let_pass(struct around *around, struct ratelimit *limit,
		     int64_t now_ns);

/* The rule by which nobody listens now, or NULL; and when that changes next,
 * calls aside. */
const struct fault_rule *around_get_outage(const struct around *around,
					   int64_t now_ns);
int64_t around_next_change(const struct around *around, int64_t now_ns);

#endif
