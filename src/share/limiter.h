/* SPDX-License-Identifier: MIT */
/* limiter.h: the rule for how many calls are sent, as pure arithmetic over a
 * plain struct.
 * Layer share; uses base, pace, limiter_state. No clock, lock or file: time is
 * a parameter.
 *
 * The rule. A server takes N calls in any window W, a second or longer. A call
 * holds a place from its reservation until its answer + W; it is permitted for
 * the first instant at which fewer than N places are held (of a call without
 * an answer nobody knows the end, so it counts as held).
 *
 * Proof. Let a call be sent at s, arrive at a, be answered at r: s <= a <= r.
 * Take any calls that arrive within one window [t, t+W), and of those L, the
 * one permitted last. Every other one, i, was permitted before L and holds
 * its place until r_i + W >= a_i + W >= t + W > a_L >= s_L. So all of them
 * were counted as held when L was permitted, and they are N at most with L.
 * It holds for a sliding window, hence for a fixed one, whatever the delays.
 *
 * Seconds. Users state their rates as calls a second, and a server whose window
 * is longer has a figure for a second, too. So the rule holds twice: with W and
 * N, and with a second (a place then counts until its answer + 1 s) and the
 * figure for it. Permissions are spaced by that figure, or by the pace where the
 * window is a second: no burst at the start.
 *
 * Sharper. An arrival is at least f after the send and at least b before the
 * answer, with f + b the network's least round trip. With places kept until
 * r + W - (f + b), an earlier call i has a_i <= r_i - b, L arrives at
 * a_L >= s_L + f, and a_L - a_i >= s_L + f - r_i + b >= W if s_L >= r_i + W -
 * (f + b). The credit given is half of the least round trip of all
 * connections in the last minutes: so it also holds between two connections
 * while each way of each takes at least a quarter of that.
 *
 * A call that was given up may still arrive: its place is kept for the give-up
 * + W + LIMITER_GRACE_NS; so is that of a dead process, counted from when its
 * death is seen (limiter_loss.h). A call that was never sent gives its place back at once,
 * as does a reservation whose process is dead before it.
 * If the end of a call is never told, its place returns by itself: the call is
 * sent within LIMITER_LATE_NS of its reservation or asks anew, and is given up
 * by its user's call_max_ns.
 *
 * Reservations. Where the instant is known and near, the place is given for
 * then, and the caller sleeps: so calls are served in the order of asking and
 * nobody polls. Where it is not (all places are in flight), who asks stands
 * in a line of users and asks again soon; the line is served in order.
 *
 * Several users. The state is shared by all processes of one app key (quota.h
 * puts it into a file); each states its own rate. A user may hold at most its
 * own rate in places, and is permitted only while all together hold fewer
 * than   min(the highest rate of the active users, max(own rate, published)).
 * So a low rate is a limit for its user alone where others have the published
 * one, five users of 3/s share 3/s, and a high rate raises nothing for others.
 *
 * Giving way. A refusal stops all sending for a second (reservations too are
 * withdrawn), so that the next calls meet an empty window; where that is longer,
 * for twice as long each time, up to a window. It cuts the pace (pace.h), which
 * stands for N in all of the above while it is lower.
 *
 * What the server says. Some tell with each answer how many calls are left in
 * their present window, and when it ends. Where none are left, or more are gone
 * than were ours, no more than that are permitted until then. If the end is not
 * known, only "none, and not all were ours" says anything: until then, for a
 * window. */
#ifndef SHARE_LIMITER_H
#define SHARE_LIMITER_H

#include <stdbool.h>
#include <stdint.h>

#include "share/limiter_state.h"

enum limiter_reply {
	LIMITER_GRANTED, /* *ticket for *at_ns: sleep till then and confirm */
	LIMITER_AGAIN,   /* not known yet: ask again at *at_ns */
	LIMITER_LATE     /* not before latest_ns, unless a call goes unsent */
};

/* Asks for a permission for one call of user me (its id, rate, ...). A grant
 * for an instant that is not after now_ns is as good as confirmed. */
enum limiter_reply limiter_ask(struct limiter_state *l,
			       const struct limiter_user *me, int64_t now_ns,
			       int64_t latest_ns, uint64_t *ticket,
			       int64_t *at_ns);

/* At the reservation: whether to send now, within LIMITER_LATE_NS / 2. If not,
 * the place was given back: ask again. */
bool limiter_confirm(struct limiter_state *l, const struct limiter_user *me,
		     uint64_t ticket, int64_t now_ns);

enum limiter_end {
	LIMITER_UNSENT,     /* never left: the place is free at once */
	LIMITER_ACCEPTED,   /* answered, and not refused for the rate */
	LIMITER_REFUSED,    /* answered: too many calls */
	LIMITER_OVERLOADED, /* answered: the server cannot cope for now */
	LIMITER_ABANDONED, /* given up without an answer: it may still arrive */
};

/* Ends a call: at_ns is when its answer came or it was given up. min_rtt_ns is
 * its connection's least round trip, 0 if not known. */
void limiter_end(struct limiter_state *l, const struct limiter_user *me,
		 uint64_t ticket, enum limiter_end how, int64_t at_ns,
		 int64_t min_rtt_ns, int64_t now_ns);

/* The server will take so many calls yet, in its window that ends reset_after_ns
 * from now; a window's length or more: when it ends is not known. To be called
 * after the limiter_end of the call whose answer said so. */
void limiter_note_left(struct limiter_state *l, const struct limiter_user *me,
		       int64_t left, int64_t reset_after_ns, int64_t now_ns);

struct limiter_view {
	bool is_shared; /* for the store's owner to say */
	int users;      /* active in the last two seconds */
	int calls_last_second, calls_last_minute;
	int others_last_second; /* of them: by users that are active, and not me */
	double pace_per_sec;    /* in force now, for all users together */
	double ceiling_per_sec;  /* published, or learned from refusals */
	int64_t learned_left_ns; /* how long the learned one holds; 0: none */
};

/* What it looks like to a user with me's rates. */
void limiter_look(struct limiter_state *l, const struct limiter_user *me,
		  int64_t now_ns, struct limiter_view *out);

#endif
