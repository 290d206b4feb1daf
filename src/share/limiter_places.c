/* SPDX-License-Identifier: MIT */
#include "share/limiter_places.h"

#include <stdlib.h>

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
