/* SPDX-License-Identifier: MIT */
/* limiter_places.h: the users of a limiter's state and the places they hold.
 * Layer share; uses base, limiter_state. Pure. */
#ifndef SHARE_LIMITER_PLACES_H
#define SHARE_LIMITER_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "share/limiter_state.h"

/* me's record, made if need be, and brought up to date; NULL: there are too many
 * users. */
struct limiter_user *limiter_join(struct limiter_state *l,
				  const struct limiter_user *me,
				  int64_t now_ns);

/* Whether another user has waited longer, and still asks. */
bool limiter_is_behind(const struct limiter_state *l,
		       const struct limiter_user *u, int64_t now_ns);

/* me's place of this ticket; NULL: there is none. */
struct limiter_place *limiter_find_place(struct limiter_state *l,
					 uint64_t ticket,
					 const struct limiter_user *me);

/* One must be free: place_count < LIMITER_PLACES. */
struct limiter_place *limiter_add_place(struct limiter_state *l,
					const struct limiter_user *u,
					int64_t send_at_ns,
					int64_t held_until_ns);
void limiter_remove_place(struct limiter_state *l, struct limiter_place *p);

/* The first instant at which fewer than limit places are held, by owner or
 * (NULL) by all, where each is held for less_ns less than it says. A place of
 * nobody's (ghost_until_ns) may be anybody's. */
int64_t limiter_when_below(const struct limiter_state *l,
			   const struct limiter_user *owner, size_t limit,
			   int64_t less_ns);

/* By how much sooner a place may come back than a window after the answer. */
int64_t limiter_credit(const struct limiter_state *l);

#endif
