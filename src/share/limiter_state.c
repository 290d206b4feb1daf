/* SPDX-License-Identifier: MIT */
#include "share/limiter_state.h"

#include <stdlib.h>
#include <string.h>

#define RTT_SPAN_NS (300 * NS_PER_SEC)
#define HOLD_MAX_NS                                                   \
	(LIMITER_HORIZON_NS + LIMITER_LATE_NS + LIMITER_CALL_MAX_NS + \
	 LIMITER_WINDOW_MAX_NS + LIMITER_GRACE_NS)

_Static_assert(sizeof(struct limiter_user) == 72, "no padding");
_Static_assert(sizeof(struct limiter_place) == 32, "no padding");
_Static_assert(sizeof(struct limiter_state) ==
		       14 * 8 + sizeof(struct pace) + LIMITER_MINUTE * 4 +
			       LIMITER_USERS * 72 + 8 + LIMITER_PLACES * 32,
	       "no padding");

void limiter_state_init(struct limiter_state *l, int64_t now_ns)
{
	memset(l, 0, sizeof *l);
	pace_init(&l->pace);
	/* Tickets of a state that was lost must not mean a place in this one:
	 * nobody hands out one each nanosecond. */
	l->last_ticket = (uint64_t)now_ns;
}

size_t limiter_state_size(const struct limiter_state *l)
{
	return offsetof(struct limiter_state, place) +
	       l->place_count * sizeof l->place[0];
}

static bool is_rate(int32_t rate)
{
	return rate >= 1 && rate <= LIMITER_RATE_MAX;
}

bool limiter_state_is_valid(const struct limiter_state *l, size_t len)
{
	size_t i;

	if (len < offsetof(struct limiter_state, place) ||
	    l->place_count > LIMITER_PLACES || len != limiter_state_size(l))
		return false;
	if (l->next_send_ns < 0 || l->pause_until_ns < 0 || l->refusals < 0 ||
	    l->left_until_ns < 0 || l->left < 0 || l->doubt_until_ns < 0 ||
	    l->ghost_until_ns < 0 || l->rtt_ns[0] < 0 || l->rtt_ns[1] < 0 ||
	    l->rtt_since_ns < 0 || l->minute_sec < 0 ||
	    !pace_is_valid(&l->pace))
		return false;
	for (i = 0; i < LIMITER_USERS; i++) {
		const struct limiter_user *u = &l->user[i];

		if (u->id &&
		    (!is_rate(u->rate) || !is_rate(u->published) ||
		     u->call_max_ns < 0 || u->seen_ns < 0 ||
		     u->call_max_ns > LIMITER_CALL_MAX_NS ||
		     u->window_ns < NS_PER_SEC ||
		     u->window_ns > LIMITER_WINDOW_MAX_NS ||
		     (u->window_ns > NS_PER_SEC && !is_rate(u->window_calls))))
			return false;
	}
	for (i = 0; i < l->place_count; i++) {
		const struct limiter_place *p = &l->place[i];

		if (p->send_at_ns < 0 || p->held_until_ns < 0 ||
		    p->user >= LIMITER_USERS || !l->user[p->user].id ||
		    p->state >= PLACE_STATES)
			return false;
	}
	return true;
}

static void forget_beyond(int64_t *instant, int64_t most)
{
	if (*instant > most)
		*instant = 0;
}

/* No state that we wrote has such instants; if one does, nobody waits for
 * them. */
static void forget_absurd(struct limiter_state *l, int64_t now)
{
	size_t i;

	forget_beyond(&l->next_send_ns, now + LIMITER_HORIZON_NS + NS_PER_SEC);
	forget_beyond(&l->pause_until_ns,
		      now + LIMITER_WINDOW_MAX_NS + LIMITER_GRACE_NS);
	forget_beyond(&l->left_until_ns, now + LIMITER_WINDOW_MAX_NS);
	forget_beyond(&l->doubt_until_ns, now + HOLD_MAX_NS);
	forget_beyond(&l->ghost_until_ns,
		      now + LIMITER_WINDOW_MAX_NS + LIMITER_GRACE_NS);
	forget_beyond(&l->rtt_since_ns, now);
	forget_beyond(&l->minute_sec, now / NS_PER_SEC);
	for (i = 0; i < LIMITER_USERS; i++)
		forget_beyond(&l->user[i].seen_ns, now);
}

static void advance_places(struct limiter_state *l, int64_t now)
{
	size_t i = 0;

	while (i < l->place_count) {
		struct limiter_place *p = &l->place[i];

		if (p->held_until_ns <= now ||
		    p->held_until_ns > now + HOLD_MAX_NS ||
		    p->send_at_ns > now + LIMITER_HORIZON_NS)
			*p = l->place[--l->place_count];
		else
			i++;
	}
}

static void advance_users(struct limiter_state *l, int64_t now)
{
	bool holds[LIMITER_USERS] = { false };
	size_t i;

	for (i = 0; i < l->place_count; i++)
		holds[l->place[i].user] = true;
	for (i = 0; i < LIMITER_USERS; i++) {
		struct limiter_user *u = &l->user[i];

		if (u->id && !holds[i] &&
		    now - u->seen_ns >= LIMITER_USER_ACTIVE_NS)
			memset(u, 0, sizeof *u);
	}
}

static void advance_counts(struct limiter_state *l, int64_t now)
{
	int64_t second = now / NS_PER_SEC;
	int64_t age = now - l->rtt_since_ns;

	if (l->minute_sec < second - LIMITER_MINUTE)
		l->minute_sec = second - LIMITER_MINUTE;
	while (l->minute_sec < second)
		l->minute[++l->minute_sec % LIMITER_MINUTE] = 0;
	if (age >= RTT_SPAN_NS) {
		l->rtt_ns[1] = age < 2 * RTT_SPAN_NS ? l->rtt_ns[0] : 0;
		l->rtt_ns[0] = 0;
		l->rtt_since_ns = now;
	}
}

void limiter_state_advance(struct limiter_state *l, int64_t now_ns)
{
	forget_absurd(l, now_ns);
	if (l->ghost_until_ns <= now_ns)
		l->ghost_until_ns = 0;
	if (l->left_until_ns <= now_ns)
		l->left_until_ns = l->left = 0;
	advance_places(l, now_ns);
	advance_users(l, now_ns);
	advance_counts(l, now_ns);
}

/* ---- users and places ---- */

#define CREDIT_MAX_NS (NS_PER_SEC / 2)

struct limiter_user *limiter_join(struct limiter_state *l,
				  const struct limiter_user *me, int64_t now_ns)
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
	found->seen_ns = now_ns;
	return found;
}

bool limiter_is_behind(const struct limiter_state *l,
		       const struct limiter_user *u, int64_t now_ns)
{
	size_t i;

	for (i = 0; i < LIMITER_USERS; i++) {
		const struct limiter_user *v = &l->user[i];

		if (v->id && v != u && v->turn &&
		    (!u->turn || v->turn < u->turn) &&
		    now_ns - v->seen_ns < LIMITER_TURN_LOST_NS)
			return true;
	}
	return false;
}

struct limiter_place *limiter_find_place(struct limiter_state *l,
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

struct limiter_place *limiter_add_place(struct limiter_state *l,
					const struct limiter_user *u,
					int64_t send_at_ns,
					int64_t held_until_ns)
{
	struct limiter_place *p = &l->place[l->place_count++];

	*p = (struct limiter_place){
		.ticket = ++l->last_ticket,
		.send_at_ns = send_at_ns,
		.held_until_ns = held_until_ns,
		.user = (uint32_t)(u - l->user),
		.state = PLACE_IN_FLIGHT,
	};
	return p;
}

void limiter_remove_place(struct limiter_state *l, struct limiter_place *p)
{
	*p = l->place[--l->place_count];
}

static int latest_first(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x < y) - (x > y);
}

int64_t limiter_when_below(const struct limiter_state *l,
			   const struct limiter_user *owner, size_t limit,
			   int64_t less_ns)
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
	return end[limit - 1] > less_ns ? end[limit - 1] - less_ns : 0;
}

int64_t limiter_credit(const struct limiter_state *l)
{
	int64_t rtt = l->rtt_ns[0];

	if (!rtt || (l->rtt_ns[1] && l->rtt_ns[1] < rtt))
		rtt = l->rtt_ns[1];
	return rtt / 2 < CREDIT_MAX_NS ? rtt / 2 : CREDIT_MAX_NS;
}
