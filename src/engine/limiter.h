/* limiter.h: the per-second rule, as pure arithmetic over a plain struct.
 * Layer engine; uses base. No clock, lock or file: time is a parameter.
 *
 * The rule. A call holds its place from the permission to send until its
 * answer + 1 s; no call is permitted while N places are held; permissions are
 * spaced by 1/N.
 *
 * Proof. Let a call be sent at s, arrive at a, be answered at r: s <= a <= r.
 * Take any calls that arrive within one second [t, t+1), and of those L, the
 * one permitted last. Every other one, i, was permitted before L and holds
 * its place until r_i + 1 >= a_i + 1 >= t + 1 > a_L >= s_L. So all of them are
 * held when L is permitted, and they are N at most with L. It holds for a
 * sliding window, hence for a fixed one, whatever the delays.
 *
 * Sharper. An arrival is at least f after the send and at least b before the
 * answer, with f + b the network's least round trip. With places kept until
 * r + 1 - (f + b), an earlier call i has a_i <= r_i - b, L arrives at
 * a_L >= s_L + f, and a_L - a_i >= s_L + f - r_i + b >= 1 if s_L >= r_i + 1 -
 * (f + b). Callers give half of the least round trip seen as credit.
 *
 * A call that was given up may still arrive: its place is kept for the give-up
 * + 1 s + LIMITER_GRACE_NS. A call that was never sent gives its place back
 * at once.
 *
 * Several users. The state is shared by all processes of one app key (quota.h
 * puts it into a file); each states its own rate. A user may hold at most its
 * own rate in places, and is permitted only while all together hold fewer
 * than   min(the highest rate of the active users, max(own rate, published)).
 * So a low rate is a limit for its user alone where others have the published
 * one, five users of 3/s share 3/s, and a high rate raises nothing for others.
 *
 * Giving way. A refusal cuts the pace (multiplicatively, once per refusal of
 * a call that was permitted after the last cut); clean answers raise it
 * (additively) to the ceiling. A second refusal within the second after a
 * cut says that the account's own figure is lower: the ceiling becomes the
 * number of calls accepted in the last second, and is remembered for
 * LIMITER_LEARNED_NS. */
#ifndef ENGINE_LIMITER_H
#define ENGINE_LIMITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

enum {
	LIMITER_RATE_MAX = 1000, /* calls a second */
	LIMITER_PLACES = 1024,
	LIMITER_USERS = 64
};

#define LIMITER_GRACE_NS (2 * NS_PER_SEC)
#define LIMITER_USER_ACTIVE_NS (2 * NS_PER_SEC)
#define LIMITER_LEARNED_NS (900 * NS_PER_SEC)

/* The state, its users and places, and the functions over it. */

#endif
