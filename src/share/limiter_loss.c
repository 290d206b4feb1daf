/* SPDX-License-Identifier: MIT */
#include "share/limiter_loss.h"

#include "share/limiter_state.h"

/* What was under way is over: by now, or shortly after. */
static void note_lost(struct limiter_place *p, int64_t end_ns)
{
	p->state = PLACE_LOST;
	p->held_until_ns = earlier(p->held_until_ns, end_ns);
}

void limiter_reap(struct limiter_state *l, size_t index, int64_t now_ns)
{
	struct limiter_user *u = &l->user[index];
	int64_t end = now_ns + u->window_ns + LIMITER_GRACE_NS;
	size_t i = 0;

	u->turn = 0;
	u->seen_ns = 0;
	while (i < l->place_count) {
		struct limiter_place *p = &l->place[i];

		if (p->user == index && p->state == PLACE_IN_FLIGHT) {
			if (p->send_at_ns > now_ns) { /* it never sent it */
				*p = l->place[--l->place_count];
				continue;
			}
			note_lost(p, end);
		}
		i++;
	}
}

bool limiter_has_doubts(const struct limiter_state *l)
{
	return l->doubt_until_ns > 0;
}

void limiter_note_loss(struct limiter_state *l, const struct limiter_user *me,
		       bool is_all, int64_t now_ns)
{
	int64_t call_max = later(me->call_max_ns, LIMITER_CALL_USUAL_NS);
	size_t i;

	for (i = 0; i < LIMITER_USERS; i++)
		if (l->user[i].id)
			call_max = later(call_max, l->user[i].call_max_ns);
	/* By then every call has been given up, also that of a process that
	 * stands still. */
	l->doubt_until_ns =
		now_ns + LIMITER_HORIZON_NS + LIMITER_LATE_NS + call_max;
	l->doubts_all |= is_all;
	l->pause_until_ns = later(l->pause_until_ns, now_ns + LIMITER_PAUSE_NS);
	/* The ticket of a call that is not known is nobody else's. */
	l->last_ticket += LIMITER_PLACES;
	limiter_note_calls(l, me, true, now_ns);
}

void limiter_note_calls(struct limiter_state *l, const struct limiter_user *me,
			bool has_calls, int64_t now_ns)
{
	int64_t end = now_ns + me->window_ns + LIMITER_GRACE_NS;
	size_t i;

	if (!l->doubt_until_ns)
		return;
	if (l->doubts_all)
		l->pause_until_ns = later(l->pause_until_ns, end);
	l->ghost_until_ns = end;
	if (has_calls && now_ns < l->doubt_until_ns)
		return;
	l->doubt_until_ns = 0;
	l->doubts_all = false;
	/* What is recorded as under way has ended, and that was lost. */
	for (i = 0; !has_calls && i < l->place_count; i++)
		if (l->place[i].state == PLACE_IN_FLIGHT)
			note_lost(&l->place[i], end);
}
