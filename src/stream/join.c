/* SPDX-License-Identifier: MIT */
#include "stream/join.h"

#include <stdlib.h>

void join_release(struct join *j)
{
	free(j->held);
	*j = (struct join){ .state = JOIN_PASSING };
}

int join_begin(struct join *j, int64_t now_ns, struct err *err)
{
	if (!j->held)
		j->held = calloc(JOIN_HELD_MAX, sizeof *j->held);
	if (!j->held)
		return err_no_memory(err);
	/* What is held already waits for the new quote, too. */
	if (j->state != JOIN_HOLDING)
		j->newest = TICK_UNKNOWN;
	j->state = JOIN_HOLDING;
	j->due_ns = now_ns + JOIN_PATIENCE_NS;
	return 0;
}

static bool is_contained(struct join *j, const struct tick *t)
{
	if (j->state == JOIN_JOINED && t->received_ns >= j->due_ns)
		j->state = JOIN_PASSING;
	return j->state == JOIN_JOINED && t->volume != TICK_UNKNOWN &&
	       t->volume <= j->volume;
}

/* Puts what was folded before into the tick. */
static void unfold(struct join *j, struct tick *t)
{
	if (!j->has_folded)
		return;
	tick_merge(&j->folded, t);
	*t = j->folded;
	j->has_folded = false;
}

/* Returns whether it is to be shown. */
static bool pass(struct join *j, struct tick *t)
{
	bool is_part = is_contained(j, t);

	/* Into one that came late nothing is folded that is newer. */
	if (is_part || !t->is_old)
		unfold(j, t);
	if (is_part) {
		j->folded = *t;
		j->has_folded = true;
	} else if (t->volume > j->newest) {
		j->newest = t->volume;
	}
	return !is_part;
}

bool join_take_tick(struct join *j, struct tick *t)
{
	if (j->state != JOIN_HOLDING)
		return pass(j, t);
	j->held[j->count++] = *t;
	if (j->count == JOIN_HELD_MAX)
		join_give_up(j);
	return false;
}

bool join_take_snapshot(struct join *j, int64_t volume, int64_t now_ns)
{
	/* It is older than what was shown: it would turn time back. */
	if (j->newest != TICK_UNKNOWN && volume < j->newest)
		return false;
	j->state = volume == TICK_UNKNOWN ? JOIN_PASSING : JOIN_JOINED;
	j->volume = volume;
	j->due_ns = now_ns + JOIN_LAG_NS;
	return true;
}

void join_give_up(struct join *j)
{
	if (j->state == JOIN_HOLDING)
		j->state = JOIN_PASSING;
}

int64_t join_due(const struct join *j)
{
	return j->state == JOIN_HOLDING ? j->due_ns : CLOCK_NEVER;
}

bool join_next(struct join *j, struct tick *out)
{
	if (j->state == JOIN_HOLDING)
		return false;
	while (j->next < j->count) {
		*out = j->held[j->next++];
		if (pass(j, out))
			return true;
	}
	j->count = j->next = 0;
	return false;
}
