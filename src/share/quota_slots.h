/* SPDX-License-Identifier: MIT */
/* quota_slots.h: the layout of a quota's file: two slots, written in turn.
 * Layer share; uses base, limiter_state.
 *
 * A slot has a serial number; first the state is written, then the head that
 * vouches for it. Who is killed between the two leaves an older head over bytes
 * that it does not vouch for: the other slot is the newest, the change was not
 * made, and nothing is lost.
 *
 * Anything else that does not fit was done by somebody else: a slot of the
 * highest number whose bytes are not what its head says; a head that vouches
 * not even for itself, as it may have been the newest; no whole slot at all;
 * or a history that lacks what its reader knows. */
#ifndef SHARE_QUOTA_SLOTS_H
#define SHARE_QUOTA_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct limiter_state;

/* Of the file and of the state in it: another is another number. */
enum { QUOTA_LAYOUT = 5 };

enum quota_found {
	FOUND_WHOLE,
	FOUND_LAGS, /* whole, but for the last change, which may be missing */
	FOUND_LOST  /* what was known is not in it */
};

/* Which state it is. */
struct quota_history {
	uint64_t birth; /* of a first state, and all that came of it; 0: none */
	uint64_t serial;   /* one more with each change */
	bool is_successor; /* its first followed a state that was lost */
};

/* A history of its own, and its state. */
void quota_slots_begin(struct quota_history *h, struct limiter_state *l);

/* Reads the newest whole state, or begins one.
 * known: what the reader wrote last; its birth is 0 if nothing so far. */
enum quota_found quota_slots_read(int fd, const struct quota_history *known,
				  struct quota_history *h,
				  struct limiter_state *l);

/* Writes the state as h's next. Errors: SYSTEM; the newest one is untouched. */
MUST_CHECK int quota_slots_write(int fd, struct quota_history *h,
				 const struct limiter_state *l,
				 struct err *err);

/* The highest serial number that stands there, vouched for or not: it changes
 * while anybody writes. */
uint64_t quota_slots_peek(int fd);

#endif
