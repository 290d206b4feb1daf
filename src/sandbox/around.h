/* SPDX-License-Identifier: MIT */
/* around.h: what goes on around the calls: the limit of each source, foreign
 * programs that use the same account, a limit that changes, an outage.
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
#include "sandbox/source.h"

struct around {
	const struct fault_rule *rule; /* borrowed; all of them */
	size_t count;
	int64_t *
		due_ns; /* owned; by rule: the next call of a foreign program */
	struct ratelimit limit[SOURCES];
	size_t calls[SOURCES]; /* where no rule says otherwise */
};

/* setup: by source; calls_max is how many calls it allows, rules aside.
 * Errors: SYSTEM (memory). around_release is for after an error, too. */
MUST_CHECK int around_init(struct around *around, const struct fault_rule *rule,
			   size_t count,
			   const struct ratelimit_setup setup[SOURCES],
			   struct err *err);
void around_release(struct around *around);

/* Counts the calls of foreign programs up to now. */
void around_advance(struct around *around, int64_t now_ns);

/* Counts a call of ours, and says whether it may pass. */
bool around_let_pass(struct around *around, enum source source, int64_t now_ns);

/* The rule by which nobody listens there now, or NULL; and when that changes
 * next, calls aside. */
const struct fault_rule *around_get_outage(const struct around *around,
					   enum source source, int64_t now_ns);
int64_t around_next_change(const struct around *around, int64_t now_ns);

#endif
