/* SPDX-License-Identifier: MIT */
#include "share/limiter.h"

#include <limits.h>

#define ASK_AGAIN_NS (15 * NS_PER_MS)
#define ASK_AGAIN_MAX_NS (200 * NS_PER_MS)
/* The clock and the second that a server tells may be those of another. */
#define RESET_SLACK_NS NS_PER_SEC

_Static_assert(ASK_AGAIN_MAX_NS < LIMITER_TURN_LOST_NS,
	       "who asks again keeps its turn");

/* ---- figures ---- */

/* Of all together in a second, for u, if nobody is refused. */
static int limit_of_second(const struct limiter_state *l,
			   const struct limiter_user *u)
{
	int own = u->rate > u->published ? u->rate : u->published;
	int highest = u->rate;
	size_t i;

	for (i = 0; i < LIMITER_USERS; i++)
		if (l->user[i].id && l->user[i].rate > highest)
			highest = l->user[i].rate;
	return highest < own ? highest : own;
}

static bool has_long_window(const struct limiter_user *u)
{
	return u->window_ns > NS_PER_SEC;
}

/* The same in a window. */
static int limit_of_window(const struct limiter_state *l,
			   const struct limiter_user *u)
{
	return has_long_window(u) ? u->window_calls : limit_of_second(l, u);
}

/* Whatever happens, this comes first. NULL: there are too many users. */
static struct limiter_user *begin(struct limiter_state *l,
				  const struct limiter_user *me, int64_t now)
{
	limiter_state_advance(l, now);
	pace_advance(&l->pace, me->window_ns, now);
	return limiter_join(l, me, now);
}

/* ---- asking ---- */

struct instant {
	int64_t at_ns; /* if no place comes free sooner than is known */
	int64_t soonest_ns;
};

static void put_off(struct instant *i, int64_t until_ns)
{
	i->at_ns = later(i->at_ns, until_ns);
	i->soonest_ns = later(i->soonest_ns, until_ns);
}

/* When fewer than limit calls of owner (NULL: of all) count within a span. A
 * call in flight may be answered now, and its place come free then. */
static void put_off_for(struct instant *i, const struct limiter_state *l,
			const struct limiter_user *u,
			const struct limiter_user *owner, int limit,
			int64_t span_ns, int64_t now)
{
	int64_t at = limiter_when_below(l, owner, (size_t)limit,
					u->window_ns - span_ns);

	i->at_ns = later(i->at_ns, at);
	i->soonest_ns = later(i->soonest_ns,
			      earlier(at, now + span_ns - limiter_credit(l)));
}

/* When the rule permits a call, whoever asks. */
static struct instant find_instant(const struct limiter_state *l,
				   const struct limiter_user *u, int64_t now)
{
	struct instant i = { .at_ns = now, .soonest_ns = now };

	put_off(&i, l->next_send_ns);
	put_off(&i, l->pause_until_ns);
	if (l->left_until_ns && l->left == 0)
		put_off(&i, l->left_until_ns);
	put_off_for(&i, l, u, NULL,
		    (int)pace_permits(&l->pace, limit_of_window(l, u)),
		    u->window_ns, now);
	if (has_long_window(u))
		put_off_for(&i, l, u, NULL, limit_of_second(l, u), NS_PER_SEC,
			    now);
	return i;
}

static int64_t spacing_of(const struct limiter_state *l,
			  const struct limiter_user *u)
{
	double per_sec = limit_of_second(l, u);

	if (!has_long_window(u))
		per_sec = pace_permits(&l->pace, per_sec);
	return (int64_t)((double)NS_PER_SEC / per_sec);
}

static uint64_t reserve(struct limiter_state *l, struct limiter_user *u,
			int64_t at)
{
	int64_t held_until = at + LIMITER_LATE_NS + u->call_max_ns +
			     u->window_ns + LIMITER_GRACE_NS;

	l->next_send_ns = at + spacing_of(l, u);
	if (at < l->left_until_ns)
		l->left--;
	u->turn = 0;
	return limiter_add_place(l, u, at, held_until)->ticket;
}

enum limiter_reply limiter_ask(struct limiter_state *l,
			       const struct limiter_user *me, int64_t now_ns,
			       int64_t latest_ns, uint64_t *ticket,
			       int64_t *at_ns)
{
	struct limiter_user *u = begin(l, me, now_ns);
	struct instant all, own = { 0 };
	int64_t soonest;

	*at_ns = now_ns + ASK_AGAIN_NS;
	if (!u || l->place_count == LIMITER_PLACES)
		return now_ns < latest_ns ? LIMITER_AGAIN : LIMITER_LATE;

	pace_note_ask(&l->pace, limit_of_window(l, u), now_ns);
	all = find_instant(l, u, now_ns);
	put_off_for(&own, l, u, u, u->rate, NS_PER_SEC, now_ns);
	soonest = later(all.soonest_ns, own.soonest_ns);
	if (soonest > latest_ns)
		return LIMITER_LATE;
	*at_ns = later(*at_ns, earlier(soonest - LIMITER_HORIZON_NS,
				       now_ns + ASK_AGAIN_MAX_NS));

	/* Its own limit keeps nobody else waiting: no reservation, no turn. */
	if (own.at_ns > all.at_ns) {
		u->turn = 0;
		*at_ns = earlier(own.at_ns, now_ns + LIMITER_TURN_LOST_NS);
		return LIMITER_AGAIN;
	}
	if (all.at_ns > now_ns + LIMITER_HORIZON_NS ||
	    limiter_is_behind(l, u, now_ns)) {
		if (!u->turn)
			u->turn = ++l->last_turn;
		return LIMITER_AGAIN;
	}
	if (all.at_ns > latest_ns)
		return LIMITER_LATE;
	*ticket = reserve(l, u, all.at_ns);
	*at_ns = all.at_ns;
	return LIMITER_GRANTED;
}

bool limiter_confirm(struct limiter_state *l, const struct limiter_user *me,
		     uint64_t ticket, int64_t now_ns)
{
	struct limiter_place *p;

	begin(l, me, now_ns);
	p = limiter_find_place(l, ticket, me);
	if (!p)
		return false;
	if (now_ns < l->pause_until_ns ||
	    now_ns > p->send_at_ns + LIMITER_LATE_NS / 2) {
		limiter_remove_place(l, p);
		return false;
	}
	return true;
}

/* ---- ends ---- */

/* How many calls of the window before p, and since the instant since, were not
 * refused. A call that is still in flight counts as accepted: if it is refused
 * too, it will count those before it. */
static int accepted_before(const struct limiter_state *l,
			   const struct limiter_place *p, int64_t window_ns,
			   int64_t since)
{
	size_t i;
	int n = 0;

	for (i = 0; i < l->place_count; i++) {
		const struct limiter_place *q = &l->place[i];

		n += q->state != PLACE_REFUSED &&
		     q->send_at_ns < p->send_at_ns &&
		     q->send_at_ns > p->send_at_ns - window_ns &&
		     q->send_at_ns >= since;
	}
	return n;
}

/* Twice as long each time, up to a window. */
static int64_t pause_of(struct limiter_state *l, int64_t window_ns)
{
	int64_t pause = LIMITER_PAUSE_NS;
	int64_t i;

	for (i = 0; i < l->refusals && pause < window_ns; i++)
		pause *= 2;
	l->refusals++;
	return earlier(pause, window_ns);
}

/* p was refused. */
static void give_way(struct limiter_state *l, const struct limiter_user *u,
		     const struct limiter_place *p, int64_t now)
{
	int64_t since = pace_counts_from(&l->pace, p->send_at_ns);
	struct pace_refusal r = { .limit = limit_of_window(l, u),
				  .sent_ns = p->send_at_ns,
				  .now_ns = now,
				  .window_ns = u->window_ns,
				  .pause_ns = pause_of(l, u->window_ns),
				  .accepted = -1 };

	/* Later, places were given back: the count would be short. */
	if (now - p->send_at_ns < u->window_ns)
		r.accepted = accepted_before(l, p, u->window_ns, since);
	l->pause_until_ns = later(l->pause_until_ns, now + r.pause_ns);
	pace_note_refused(&l->pace, &r);
}

/* A call that the state has lost is held from now on: it does no harm. NULL:
 * there is no place for it. */
static struct limiter_place *find_or_add(struct limiter_state *l,
					 const struct limiter_user *u,
					 uint64_t ticket, int64_t at_ns)
{
	struct limiter_place *p = limiter_find_place(l, ticket, u);

	if (!p && l->place_count < LIMITER_PLACES)
		p = limiter_add_place(l, u, at_ns, at_ns);
	return p;
}

static void end_place(struct limiter_state *l, const struct limiter_user *u,
		      struct limiter_place *p, enum limiter_end how,
		      int64_t at_ns, int64_t now)
{
	double limit = limit_of_window(l, u);

	p->held_until_ns = later(at_ns, p->send_at_ns) + u->window_ns;
	switch (how) {
	case LIMITER_UNSENT:
		break;
	case LIMITER_ACCEPTED:
		p->state = PLACE_ACCEPTED;
		p->held_until_ns -= limiter_credit(l);
		l->refusals = 0;
		pace_note_accepted(&l->pace, limit, p->send_at_ns, u->window_ns,
				   now);
		break;
	case LIMITER_REFUSED:
		p->state = PLACE_REFUSED;
		give_way(l, u, p, now);
		break;
	case LIMITER_OVERLOADED:
		p->state = PLACE_ACCEPTED;
		pace_note_overload(&l->pace, limit, p->send_at_ns, now);
		break;
	case LIMITER_ABANDONED:
		p->state = PLACE_LOST;
		p->held_until_ns += LIMITER_GRACE_NS;
		break;
	}
}

void limiter_end(struct limiter_state *l, const struct limiter_user *me,
		 uint64_t ticket, enum limiter_end how, int64_t at_ns,
		 int64_t min_rtt_ns, int64_t now_ns)
{
	struct limiter_user *u = begin(l, me, now_ns);
	struct limiter_place *p;

	if (how == LIMITER_UNSENT) {
		p = limiter_find_place(l, ticket, me);
		if (p)
			limiter_remove_place(l, p);
		return;
	}
	if (min_rtt_ns > 0 && (!l->rtt_ns[0] || min_rtt_ns < l->rtt_ns[0]))
		l->rtt_ns[0] = min_rtt_ns;
	l->minute[l->minute_sec % LIMITER_MINUTE]++;
	at_ns = earlier(at_ns, now_ns);
	p = u ? find_or_add(l, u, ticket, at_ns) : NULL;
	if (p)
		end_place(l, u, p, how, at_ns, now_ns);
	else
		l->pause_until_ns =
			later(l->pause_until_ns, at_ns + me->window_ns);
}

/* Calls of ours that were sent since an instant, or are under way. */
static int calls_since(const struct limiter_state *l, int64_t since,
		       int64_t now)
{
	size_t i;
	int n = 0;

	for (i = 0; i < l->place_count; i++) {
		const struct limiter_place *p = &l->place[i];

		n += p->send_at_ns <= now &&
		     (p->state == PLACE_IN_FLIGHT || p->send_at_ns >= since);
	}
	return n;
}

static int count_in_flight(const struct limiter_state *l)
{
	size_t i;
	int n = 0;

	for (i = 0; i < l->place_count; i++)
		n += l->place[i].state == PLACE_IN_FLIGHT;
	return n;
}

void limiter_note_left(struct limiter_state *l, const struct limiter_user *me,
		       int64_t left, int64_t reset_after_ns, int64_t now_ns)
{
	struct limiter_user *u = begin(l, me, now_ns);
	bool is_known = reset_after_ns < me->window_ns;
	int64_t until = now_ns + earlier(reset_after_ns, me->window_ns);
	int64_t since = until - me->window_ns - RESET_SLACK_NS;
	int in_flight = count_in_flight(l), limit = limit_of_window(l, me);

	if (!u || reset_after_ns <= 0 || left < 0 || (!is_known && left > 0))
		return;
	/* All that are gone were ours; some may have gone from the table. */
	if (limit - left <= calls_since(l, since, now_ns) + 1 + limit / 10 &&
	    !(is_known && left == 0))
		return;
	left = later(left - in_flight, 0);
	/* Answers may overtake each other: of one window the least counts. So
	 * many more than we know of are of the next one. */
	if (l->left_until_ns && left <= l->left + in_flight)
		left = earlier(left, l->left);
	l->left = left;
	l->left_until_ns = until;
}

/* ---- looking ---- */

static bool is_active(const struct limiter_user *u, int64_t now)
{
	return u->id && now - u->seen_ns < LIMITER_USER_ACTIVE_NS;
}

static void count_calls(const struct limiter_state *l,
			const struct limiter_user *me, int64_t now,
			struct limiter_view *out)
{
	uint64_t calls = 0;
	size_t i;

	for (i = 0; i < l->place_count; i++) {
		const struct limiter_place *p = &l->place[i];
		const struct limiter_user *u = &l->user[p->user];

		if (p->send_at_ns > now || p->send_at_ns <= now - NS_PER_SEC)
			continue;
		out->calls_last_second++;
		out->others_last_second += u->id != me->id && is_active(u, now);
	}
	for (i = 0; i < LIMITER_MINUTE; i++)
		calls += l->minute[i];
	out->calls_last_minute = calls < INT_MAX ? (int)calls : INT_MAX;
}

void limiter_look(struct limiter_state *l, const struct limiter_user *me,
		  int64_t now_ns, struct limiter_view *out)
{
	double limit, windows = (double)NS_PER_SEC / (double)me->window_ns;
	size_t i;

	limiter_state_advance(l, now_ns);
	pace_advance(&l->pace, me->window_ns, now_ns);
	limit = limit_of_window(l, me);
	*out = (struct limiter_view){
		.pace_per_sec = pace_permits(&l->pace, limit) * windows,
		.ceiling_per_sec = pace_ceiling(&l->pace, limit) * windows,
	};
	if (pace_ceiling(&l->pace, limit) < limit)
		out->learned_left_ns = l->pace.forget_ns - now_ns;
	for (i = 0; i < LIMITER_USERS; i++)
		out->users += is_active(&l->user[i], now_ns);
	count_calls(l, me, now_ns, out);
}
