#include "share/limiter.h"

#include <limits.h>
#include <stdlib.h>

#define ASK_AGAIN_NS (15 * NS_PER_MS)
#define TURN_LOST_NS (250 * NS_PER_MS) /* in the line, but not asking */
#define CREDIT_MAX_NS (NS_PER_SEC / 2)

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* ---- users and places ---- */

/* me's record, made if need be; NULL: there are too many users. */
static struct limiter_user *join(struct limiter_state *l,
				 const struct limiter_user *me, int64_t now)
{
	struct limiter_user *found = NULL;
	uint64_t turn;
	size_t i;

	for (i = 0; i < LIMITER_USERS; i++) {
		if (l->user[i].id == me->id) {
			found = &l->user[i];
			break;
		}
		if (!found && !l->user[i].id)
			found = &l->user[i];
	}
	if (!found)
		return NULL;
	turn = found->turn;
	*found = *me;
	found->turn = turn;
	found->seen_ns = now;
	return found;
}

static void remove_place(struct limiter_state *l, struct limiter_place *p)
{
	*p = l->place[--l->place_count];
}

static struct limiter_place *find_place(struct limiter_state *l,
					uint64_t ticket,
					const struct limiter_user *me)
{
	size_t i;

	for (i = 0; i < l->place_count; i++)
		if (l->place[i].ticket == ticket &&
		    l->user[l->place[i].user].id == me->id)
			return &l->place[i];
	return NULL;
}

static struct limiter_place *add_place(struct limiter_state *l,
				       const struct limiter_user *u,
				       int64_t send_at, int64_t held_until)
{
	struct limiter_place *p = &l->place[l->place_count++];

	*p = (struct limiter_place){
		.ticket = ++l->last_ticket,
		.send_at_ns = send_at,
		.held_until_ns = held_until,
		.user = (uint32_t)(u - l->user),
		.state = PLACE_IN_FLIGHT,
	};
	return p;
}

static int latest_first(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x < y) - (x > y);
}

/* The first instant at which fewer than limit places are held, by owner or
 * (NULL) by all. The ghost may be anybody's. */
static int64_t when_below(const struct limiter_state *l,
			  const struct limiter_user *owner, size_t limit)
{
	int64_t end[LIMITER_PLACES + 1];
	size_t i, n = 0;

	if (l->ghost_until_ns)
		end[n++] = l->ghost_until_ns;
	for (i = 0; i < l->place_count; i++)
		if (!owner || &l->user[l->place[i].user] == owner)
			end[n++] = l->place[i].held_until_ns;
	if (n < limit)
		return 0;
	qsort(end, n, sizeof end[0], latest_first);
	return end[limit - 1];
}

static int64_t credit(const struct limiter_state *l)
{
	int64_t rtt = l->rtt_ns[0];

	if (!rtt || (l->rtt_ns[1] && l->rtt_ns[1] < rtt))
		rtt = l->rtt_ns[1];
	return earlier(rtt / 2, CREDIT_MAX_NS);
}

/* ---- limits, and what refusals say ---- */

/* The figure that holds for u if nobody is refused. */
static double published_limit(const struct limiter_state *l,
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

/* How many calls of the second before p, and since the instant since, were not
 * refused. A call that is still in flight counts as accepted: if it is refused
 * too, it will count those before it. */
static int accepted_before(const struct limiter_state *l,
			   const struct limiter_place *p, int64_t since)
{
	size_t i;
	int n = 0;

	for (i = 0; i < l->place_count; i++) {
		const struct limiter_place *q = &l->place[i];

		n += q->state != PLACE_REFUSED &&
		     q->send_at_ns < p->send_at_ns &&
		     q->send_at_ns > p->send_at_ns - NS_PER_SEC &&
		     q->send_at_ns >= since;
	}
	return n;
}

/* p was refused. */
static void give_way(struct limiter_state *l, const struct limiter_user *u,
		     const struct limiter_place *p, int64_t now)
{
	struct pace_refusal r = { .limit = published_limit(l, u),
				  .sent_ns = p->send_at_ns,
				  .now_ns = now,
				  .window_ns = NS_PER_SEC,
				  .pause_ns = LIMITER_PAUSE_NS,
				  .accepted = -1 };

	/* Later, places were given back: the count would be short. */
	if (now - p->send_at_ns < NS_PER_SEC)
		r.accepted = accepted_before(
			l, p, pace_counts_from(&l->pace, p->send_at_ns));
	l->pause_until_ns = later(l->pause_until_ns, now + r.pause_ns);
	pace_note_refused(&l->pace, &r);
}

/* ---- the functions of the header ---- */

/* Whether another user has waited longer, and still asks. */
static bool is_behind(const struct limiter_state *l,
		      const struct limiter_user *u, int64_t now)
{
	size_t i;

	for (i = 0; i < LIMITER_USERS; i++) {
		const struct limiter_user *v = &l->user[i];

		if (v->id && v != u && v->turn &&
		    (!u->turn || v->turn < u->turn) &&
		    now - v->seen_ns < TURN_LOST_NS)
			return true;
	}
	return false;
}

enum limiter_reply limiter_ask(struct limiter_state *l,
			       const struct limiter_user *me, int64_t now_ns,
			       int64_t latest_ns, uint64_t *ticket,
			       int64_t *at_ns)
{
	struct limiter_user *u;
	struct limiter_place *p;
	int64_t own, at, spaced, soonest;
	double pace;

	limiter_state_advance(l, now_ns);
	*at_ns = now_ns + ASK_AGAIN_NS;
	u = join(l, me, now_ns);
	if (!u || l->place_count == LIMITER_PLACES)
		return now_ns < latest_ns ? LIMITER_AGAIN : LIMITER_LATE;

	pace_note_ask(&l->pace, published_limit(l, u), now_ns);
	pace = pace_permits(&l->pace, published_limit(l, u));
	spaced = later(now_ns, later(l->next_send_ns, l->pause_until_ns));
	own = when_below(l, u, (size_t)u->rate);
	at = later(spaced, when_below(l, NULL, (size_t)pace));
	/* A call in flight may be answered now, and its place come free then. */
	soonest = earlier(later(at, own), now_ns + NS_PER_SEC - credit(l));
	if (later(soonest, spaced) > latest_ns)
		return LIMITER_LATE;

	/* Its own limit keeps nobody else waiting: no reservation, no turn. */
	if (own > at) {
		u->turn = 0;
		*at_ns = earlier(own, now_ns + TURN_LOST_NS);
		return LIMITER_AGAIN;
	}
	if (at > now_ns + LIMITER_HORIZON_NS || is_behind(l, u, now_ns)) {
		if (!u->turn)
			u->turn = ++l->last_turn;
		return LIMITER_AGAIN;
	}
	if (at > latest_ns)
		return LIMITER_LATE;
	p = add_place(l, u, at,
		      at + LIMITER_LATE_NS + u->call_max_ns + NS_PER_SEC +
			      LIMITER_GRACE_NS);
	l->next_send_ns = at + (int64_t)((double)NS_PER_SEC / pace);
	u->turn = 0;
	*ticket = p->ticket;
	*at_ns = at;
	return LIMITER_GRANTED;
}

bool limiter_confirm(struct limiter_state *l, const struct limiter_user *me,
		     uint64_t ticket, int64_t now_ns)
{
	struct limiter_place *p;

	limiter_state_advance(l, now_ns);
	join(l, me, now_ns);
	p = find_place(l, ticket, me);
	if (!p)
		return false;
	if (now_ns < l->pause_until_ns ||
	    now_ns > p->send_at_ns + LIMITER_LATE_NS / 2) {
		remove_place(l, p);
		return false;
	}
	return true;
}

void limiter_end(struct limiter_state *l, const struct limiter_user *me,
		 uint64_t ticket, enum limiter_end how, int64_t at_ns,
		 int64_t min_rtt_ns, int64_t now_ns)
{
	struct limiter_user *u;
	struct limiter_place *p;

	limiter_state_advance(l, now_ns);
	u = join(l, me, now_ns);
	p = find_place(l, ticket, me);
	if (how == LIMITER_UNSENT) {
		if (p)
			remove_place(l, p);
		return;
	}
	if (min_rtt_ns > 0 && (!l->rtt_ns[0] || min_rtt_ns < l->rtt_ns[0]))
		l->rtt_ns[0] = min_rtt_ns;
	l->minute[l->minute_sec % LIMITER_MINUTE]++;
	at_ns = earlier(at_ns, now_ns);
	/* A call that the state has lost: held from now on, it does no harm. */
	if (!p && u && l->place_count < LIMITER_PLACES)
		p = add_place(l, u, at_ns, at_ns);
	if (!p) {
		l->pause_until_ns =
			later(l->pause_until_ns, at_ns + NS_PER_SEC);
		return;
	}
	at_ns = later(at_ns, p->send_at_ns);
	p->held_until_ns = at_ns + NS_PER_SEC;
	switch (how) {
	case LIMITER_UNSENT:
		break;
	case LIMITER_ACCEPTED:
		p->state = PLACE_ACCEPTED;
		p->held_until_ns -= credit(l);
		pace_note_accepted(&l->pace, published_limit(l, u),
				   p->send_at_ns, NS_PER_SEC, now_ns);
		break;
	case LIMITER_REFUSED:
		p->state = PLACE_REFUSED;
		give_way(l, u, p, now_ns);
		break;
	case LIMITER_OVERLOADED:
		p->state = PLACE_ACCEPTED;
		pace_note_overload(&l->pace, published_limit(l, u),
				   p->send_at_ns, now_ns);
		break;
	case LIMITER_ABANDONED:
		p->state = PLACE_LOST;
		p->held_until_ns += LIMITER_GRACE_NS;
		break;
	}
}

/* ---- dead processes, damaged states ---- */

void limiter_reap(struct limiter_state *l, size_t index, int64_t now_ns)
{
	int64_t end = now_ns + NS_PER_SEC + LIMITER_GRACE_NS;
	size_t i = 0;

	l->user[index].turn = 0;
	l->user[index].seen_ns = 0;
	while (i < l->place_count) {
		struct limiter_place *p = &l->place[i];

		if (p->user == index && p->state == PLACE_IN_FLIGHT) {
			if (p->send_at_ns >
			    now_ns) { /* it did not live to send */
				remove_place(l, p);
				continue;
			}
			p->state = PLACE_LOST;
			p->held_until_ns = earlier(p->held_until_ns, end);
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
	l->doubt_until_ns =
		now_ns + LIMITER_HORIZON_NS + LIMITER_LATE_NS + call_max;
	l->doubts_all |= is_all;
	l->pause_until_ns = later(l->pause_until_ns, now_ns + NS_PER_SEC);
	/* The ticket of a call that is not known is nobody else's. */
	l->last_ticket += LIMITER_PLACES;
	limiter_note_calls(l, true, now_ns);
}

void limiter_note_calls(struct limiter_state *l, bool has_calls, int64_t now_ns)
{
	int64_t end = now_ns + NS_PER_SEC + LIMITER_GRACE_NS;
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
	for (i = 0; !has_calls && i < l->place_count; i++) {
		struct limiter_place *p = &l->place[i];

		if (p->state != PLACE_IN_FLIGHT)
			continue;
		p->state = PLACE_LOST;
		p->held_until_ns = earlier(p->held_until_ns, end);
	}
}

static bool is_active(const struct limiter_user *u, int64_t now)
{
	return u->id && now - u->seen_ns < LIMITER_USER_ACTIVE_NS;
}

void limiter_look(struct limiter_state *l, const struct limiter_user *me,
		  int64_t now_ns, struct limiter_view *out)
{
	uint64_t calls = 0;
	double limit;
	size_t i;

	limiter_state_advance(l, now_ns);
	limit = published_limit(l, me);
	*out = (struct limiter_view){
		.pace = pace_permits(&l->pace, limit),
		.ceiling = pace_ceiling(&l->pace, limit),
	};
	if (out->ceiling < limit)
		out->learned_left_ns = l->pace.forget_ns - now_ns;
	for (i = 0; i < LIMITER_USERS; i++)
		out->users += is_active(&l->user[i], now_ns);
	for (i = 0; i < l->place_count; i++) {
		const struct limiter_place *p = &l->place[i];
		const struct limiter_user *u = &l->user[p->user];

		if (p->send_at_ns > now_ns ||
		    p->send_at_ns <= now_ns - NS_PER_SEC)
			continue;
		out->calls_last_second++;
		out->others_last_second +=
			u->id != me->id && is_active(u, now_ns);
	}
	for (i = 0; i < LIMITER_MINUTE; i++)
		calls += l->minute[i];
	out->calls_last_minute = calls < INT_MAX ? (int)calls : INT_MAX;
}
