/* SPDX-License-Identifier: MIT */
/* limiter_state.h: what the limiter knows, as a plain struct, and what becomes
 * of it by time alone.
 * Layer share; uses base, pace.
 *
 * All users of a state are of one account and have one window.
 *
 * It is written to a file as it stands: no pointers, no padding. All instants
 * are monotonic, in nanoseconds, and not negative; 0: never. */
#ifndef SHARE_LIMITER_STATE_H
#define SHARE_LIMITER_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "share/pace.h"

enum {
	LIMITER_RATE_MAX = PACE_MAX, /* calls a second */
	LIMITER_PLACES = 1024,
	LIMITER_USERS = 128,
	LIMITER_MINUTE = 60 /* seconds in it */
};

#define LIMITER_HORIZON_NS NS_PER_SEC /* reservations lie no farther ahead */
#define LIMITER_LATE_NS NS_PER_SEC    /* and are kept no later than this */
#define LIMITER_PAUSE_NS NS_PER_SEC   /* after a first refusal */
#define LIMITER_GRACE_NS (2 * NS_PER_SEC)
#define LIMITER_CALL_USUAL_NS (30 * NS_PER_SEC) /* for whom nothing is known */
#define LIMITER_WINDOW_MAX_NS (60 * NS_PER_SEC)
#define LIMITER_TURN_LOST_NS (250 * NS_PER_MS) /* in the line, and not asking */
#define LIMITER_CALL_MAX_NS (600 * NS_PER_SEC)
#define LIMITER_USER_ACTIVE_NS (2 * NS_PER_SEC)

/* What a process says of itself. */
struct limiter_rule {
	int rate_per_sec;      /* its --rate; 0: no limit at all */
	int published_per_sec; /* the account's figure */
	/* Where the account has one for a longer window, too: no more than
	 * window_calls in any window_sec. 0, 0: a second is its only window. */
	int window_calls, window_sec;
	int64_t call_max_ns; /* no call is in flight for longer (--try-timeout):
				then its place comes back even if nobody ends
				it; 0: 30 s; at most LIMITER_CALL_MAX_NS */
};

struct limiter_user {
	uint64_t id;        /* unique in this boot; 0: no user */
	uint64_t pid_space; /* where pid means something; 0: nowhere */
	int64_t pid;
	int64_t call_max_ns; /* none of its calls is in flight for longer */
	int64_t seen_ns;
	uint64_t turn;           /* its number in the line; 0: not waiting */
	int64_t window_ns;       /* the account's: from a second on */
	int32_t rate, published; /* calls a second, 1 to LIMITER_RATE_MAX: its
				  * own, and the account's */
	int32_t window_calls;    /* the account's in a window longer than a
				  * second: no more than LIMITER_RATE_MAX */
	int32_t unused;          /* 0 */
};

enum limiter_place_state {
	PLACE_IN_FLIGHT, /* from the reservation on */
	PLACE_ACCEPTED,
	PLACE_REFUSED,
	PLACE_LOST, /* nobody knows whether it arrived */
	PLACE_STATES
};

struct limiter_place {
	uint64_t ticket;
	int64_t send_at_ns;
	int64_t held_until_ns; /* in flight: if no end is ever told */
	uint32_t user;         /* index */
	uint32_t state;        /* enum limiter_place_state */
};

struct limiter_state {
	uint64_t last_ticket, last_turn;
	int64_t next_send_ns;   /* spacing */
	int64_t pause_until_ns; /* nothing is sent before it */
	int64_t refusals;       /* since a call was accepted */

	/* What the server said is left, to all of us; until then. */
	int64_t left_until_ns, left;

	/* After damage (limiter_note_loss): */
	int64_t doubt_until_ns; /* unknown calls may be in flight; 0: none */
	uint64_t doubts_all;    /* any number of them, not one only */
	int64_t ghost_until_ns; /* a place of nobody's; 0: none */

	struct pace pace;

	int64_t rtt_ns[2]; /* least of this span and of the one before */
	int64_t rtt_since_ns;
	int64_t minute_sec;              /* the second being counted */
	uint32_t minute[LIMITER_MINUTE]; /* calls ended, by second modulo 60 */

	struct limiter_user user[LIMITER_USERS];
	uint64_t place_count;
	struct limiter_place place[LIMITER_PLACES]; /* in no order */
};

void limiter_state_init(struct limiter_state *l, int64_t now_ns);

/* The bytes of l that are in use, from its start. */
size_t limiter_state_size(const struct limiter_state *l);

/* Whether the first len bytes of l can be a state. Instants that lie too far
 * ahead are no fault: limiter_state_advance drops them. */
bool limiter_state_is_valid(const struct limiter_state *l, size_t len);

/* Drops what has ended by now_ns: places, users, counts; and what lies farther
 * ahead than anything that is ever written. Every user that is left is an
 * active one. */
void limiter_state_advance(struct limiter_state *l, int64_t now_ns);

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
