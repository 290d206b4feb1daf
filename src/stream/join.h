/* SPDX-License-Identifier: MIT */
/* join.h: a symbol's snapshot and its trades, joined without a hole or a double.
 * Layer stream; uses base, model.
 *
 *	PASSING --begin--> HOLDING --snapshot--> JOINED --LAG--> PASSING
 *	                      +------ too late, or too many ticks -> PASSING
 *
 * A symbol is registered first and its quote is asked for then, so that no trade
 * lies between them. Meanwhile its ticks are held. The quote's volume says which
 * of them it contains: those are folded into the next one that it does not
 * contain, as a slow reader's are, so that records + gap + merged stay what the
 * broker counted. Whoever waits too long for a quote goes on without; if it comes
 * at last, it is shown unless the ticks are newer already.
 *
 * Volumes of different days cannot be compared, and a quote names no day: so only
 * what comes within LAG of it is taken for a part of it.
 *
 * Pure; times are parameters. After each call that may release ticks, take them
 * by join_next before the next one. */
#ifndef STREAM_JOIN_H
#define STREAM_JOIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "model/tick.h"

enum { JOIN_HELD_MAX = 64 };

#define JOIN_PATIENCE_NS (2 * NS_PER_SEC) /* with a quote */
#define JOIN_LAG_NS (5 * NS_PER_SEC)      /* of the ticks behind the quote */

enum join_state { JOIN_PASSING, JOIN_HOLDING, JOIN_JOINED };

struct join {
	enum join_state state;
	int64_t due_ns;     /* HOLDING, JOINED: no longer than this */
	int64_t volume;     /* JOINED: the quote's */
	int64_t newest;     /* volume of the ticks shown since begin;
			   TICK_UNKNOWN: none was */
	struct tick *held;  /* owned; NULL: never held any */
	size_t count, next; /* held, of them released */
	struct tick folded; /* when has_folded: waits for the next tick */
	bool has_folded;
};

/* What is zero is ready for this; join_release takes that, too, and leaves it. */
void join_release(struct join *j);

/* A quote will be asked for. Errors: SYSTEM: no memory, all is as it was. */
MUST_CHECK int join_begin(struct join *j, int64_t now_ns, struct err *err);

/* Takes a tick. Returns true when it is to be shown now, with what was folded
 * into it; else it is kept, or released by join_next. */
bool join_take_tick(struct join *j, struct tick *t);

/* The quote came; volume: TICK_UNKNOWN: it tells none. Returns whether it is to
 * be shown, which is before what join_next gives. */
bool join_take_snapshot(struct join *j, int64_t volume, int64_t now_ns);

/* No quote will come, or not in time. */
void join_give_up(struct join *j);

/* When join_give_up is due; CLOCK_NEVER. */
int64_t join_due(const struct join *j);

/* Takes the next tick that was held and is to be shown; false: none. */
bool join_next(struct join *j, struct tick *out);

#endif
