/* SPDX-License-Identifier: MIT */
/* limiter_loss.h: what a limiter does about what it does not know any more.
 * Layer share; uses base, limiter_state. Pure.
 *
 * Dead processes. The calls of one that died may arrive for LIMITER_GRACE_NS:
 * their places are held for that and a window.
 *
 * A lost state. If what was known of the calls is lost, wholly or but for the
 * last change, then
 *  - a call that was answered before has arrived: it counts for a window;
 *  - a call whose end nobody told (its process is dead, it was given up) arrives
 *    within LIMITER_GRACE_NS, and counts for a window from then;
 *  - a call in flight arrives some time before its end, which nobody may know to
 *    wait for: as long as anybody has calls in flight, the pause begins anew. It
 *    ends, for while it lasts nobody sends.
 * So all sending pauses for a window and LIMITER_GRACE_NS, counted from when
 * nobody had calls in flight.
 *
 * If only the last change is lost, then all places but one are known. That one
 * is held, as nobody's, for as long as all would have to pause; the others go on
 * after a second, as the change may have been a refusal. */
#ifndef SHARE_LIMITER_LOSS_H
#define SHARE_LIMITER_LOSS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct limiter_state;
struct limiter_user;

/* The process of user[index] was found dead: it is no longer active. */
void limiter_reap(struct limiter_state *l, size_t index, int64_t now_ns);

/* The state was damaged: all that it knew is lost (is_all), or the last change
 * may be. Then, with each change, limiter_note_calls, before anything else, for
 * as long as limiter_has_doubts. */
void limiter_note_loss(struct limiter_state *l, const struct limiter_user *me,
		       bool is_all, int64_t now_ns);
bool limiter_has_doubts(const struct limiter_state *l);

/* Whether anybody, me included, has calls or reservations under way now. */
void limiter_note_calls(struct limiter_state *l, const struct limiter_user *me,
			bool has_calls, int64_t now_ns);

#endif
