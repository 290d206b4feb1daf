/* SPDX-License-Identifier: MIT */
/* turnstile.h: threads take turns, and one of them stands first in a line.
 * Layer share; any thread.
 *
 *	line  kept for as long as its first wants; the order is that of coming
 *	turn  for one short operation; no order is kept
 *
 * Nothing but these two is guarded, and nothing is done under its mutex. */
#ifndef SHARE_TURNSTILE_H
#define SHARE_TURNSTILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/sync.h"

struct turnstile_waiter { /* the caller's, from entering to leaving */
	struct turnstile_waiter *next; /* behind it in the line */
};

struct turnstile { /* lock key: l under mu */
	struct mutex mu;
	struct cond turn_free;         /* l: !is_taken */
	struct cond line_moved;        /* l: another is first */
	bool is_taken;                 /* l */
	struct turnstile_waiter *line; /* l: its first */
};

/* Errors: SYSTEM; destroy it then, too. */
int turnstile_init(struct turnstile *t, struct err *err);
void turnstile_destroy(struct turnstile *t);

/* Blocks until the turn is the caller's. stop: may be NULL. On failure nothing
 * is held. Errors: CANCELED, DEADLINE. */
int turnstile_take_turn(struct turnstile *t, struct stop *stop,
			int64_t deadline_ns, struct err *err);
void turnstile_give_turn(struct turnstile *t);

/* Blocks until me is the first in the line; the rest as above. */
int turnstile_enter_line(struct turnstile *t, struct turnstile_waiter *me,
			 struct stop *stop, int64_t deadline_ns,
			 struct err *err);
void turnstile_leave_line(struct turnstile *t, struct turnstile_waiter *me);

#endif
