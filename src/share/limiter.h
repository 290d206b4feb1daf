/* limiter.h: the per-second rule, as pure arithmetic over a plain struct.
 * Layer share; uses base, limiter_state. No clock, lock or file: time is a
 * parameter.
 *
 * The rule. A call holds a place from its reservation until its answer + 1 s;
 * it is permitted for the first instant at which fewer than N places are held
 * (of a call without an answer nobody knows the end, so it counts as held);
 * permissions are spaced by 1/N.
 *
 * Proof. Let a call be sent at s, arrive at a, be answered at r: s <= a <= r.
 * Take any calls that arrive within one second [t, t+1), and of those L, the
 * one permitted last. Every other one, i, was permitted before L and holds
 * its place until r_i + 1 >= a_i + 1 >= t + 1 > a_L >= s_L. So all of them
 * were counted as held when L was permitted, and they are N at most with L.
 * It holds for a sliding window, hence for a fixed one, whatever the delays.
 *
 * Sharper. An arrival is at least f after the send and at least b before the
 * answer, with f + b the network's least round trip. With places kept until
 * r + 1 - (f + b), an earlier call i has a_i <= r_i - b, L arrives at
 * a_L >= s_L + f, and a_L - a_i >= s_L + f - r_i + b >= 1 if s_L >= r_i + 1 -
 * (f + b). The credit given is half of the least round trip of all
 * connections in the last minutes: so it also holds between two connections
 * while each way of each takes at least a quarter of that.
 *
 * A call that was given up may still arrive: its place is kept for the give-up
 * + 1 s + LIMITER_GRACE_NS; so is that of a dead process, counted from when
 * its death is seen. A call that was never sent gives its place back at once,
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
 * withdrawn), so that the next calls meet an empty window, and cuts the pace
 * (pace.h), which stands for N in all of the above while it is lower.
 *
 * A lost state. If what was known of the calls is lost, wholly or but for the
 * last change, then
 *  - a call that was answered before has arrived: a pause of a second;
 *  - a call whose end nobody told (its process is dead, it was given up) arrives
 *    within LIMITER_GRACE_NS: a pause of that and a second;
 *  - a call in flight arrives some time before its end, which nobody may know to
 *    wait for: so long as anybody has calls in flight (limiter_note_calls) the
 *    pause begins anew. It ends, for while it lasts nobody sends.
 * If only the last change is lost, then all places but one are known: there is a
 * pause of a second, and that one counts as held where all had to pause. */
#ifndef SHARE_LIMITER_H
#define SHARE_LIMITER_H

#include <stdbool.h>
#include <stddef.h>
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
	LIMITER_UNSENT,
	LIMITER_ACCEPTED,
	LIMITER_REFUSED,
	LIMITER_OVERLOADED, /* answered: the server cannot cope for now */
	LIMITER_ABANDONED
};

/* Ends a call: at_ns is when its answer came or it was given up. min_rtt_ns is
 * its connection's least round trip, 0 if not known. */
void limiter_end(struct limiter_state *l, const struct limiter_user *me,
		 uint64_t ticket, enum limiter_end how, int64_t at_ns,
		 int64_t min_rtt_ns, int64_t now_ns);

/* The process of user[index] was found dead: it is no longer active. */
void limiter_reap(struct limiter_state *l, size_t index, int64_t now_ns);

/* The state was damaged: all that it knew is lost (is_all), or the last change
 * may be. Then, with each change, limiter_note_calls, before anything else, for
 * as long as limiter_has_doubts. */
void limiter_note_loss(struct limiter_state *l, const struct limiter_user *me,
		       bool is_all, int64_t now_ns);
bool limiter_has_doubts(const struct limiter_state *l);

/* Whether anybody, me included, has calls or reservations under way now. */
void limiter_note_calls(struct limiter_state *l, bool has_calls,
			int64_t now_ns);

struct limiter_view {
	int users;
	int calls_last_second, calls_last_minute;
	int others_last_second; /* of them: by users that are active, and not me */
	double pace, ceiling;
	int64_t learned_left_ns;
};

/* What it looks like to a user with me's rates. */
void limiter_look(struct limiter_state *l, const struct limiter_user *me,
		  int64_t now_ns, struct limiter_view *out);

#endif
