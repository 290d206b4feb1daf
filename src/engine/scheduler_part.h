/* SPDX-License-Identifier: MIT */
/* scheduler_part.h: what the files of the scheduler share.
 * Layer engine; private to scheduler_*.c:
 *
 *	scheduler_check.c   asks a second source, or another call, about quotes
 *	scheduler_move.c    where else a symbol may be found, and going there
 *	scheduler_next.c    chooses the next job
 *	scheduler_take.c    says what becomes of one that came back
 *	scheduler_settle.c  begins, ends, and settles without another call */
#ifndef ENGINE_SCHEDULER_PART_H
#define ENGINE_SCHEDULER_PART_H

#include "engine/scheduler.h"

/* Chooses the exchange to ask for a symbol whose market is none: the remembered
 * one first, then in the source's order. Returns false when all were asked. */
bool scheduler_choose_exchange(const struct scheduler *s,
			       const struct scheduler_source *src,
			       struct request_item *item);

/* Who may answer for the item beside source; NO_SOURCE: nobody. */
size_t scheduler_find_other(const struct scheduler *s, size_t source,
			    const struct request_item *item);

/* A request that has not been made yet; NULL with *done when there is none.
 * Errors: SYSTEM. */
struct result *scheduler_take_fresh(struct scheduler *s,
				    struct scheduler_source *src, bool *done,
				    struct err *err);

/* Whether symbols wait to be asked for after another source. */
bool scheduler_has_moved(const struct scheduler_source *src);

/* A place for one more item; NULL: no memory. */
struct request_item *scheduler_add_moved(struct scheduler_moved *m);

/* A request for the last count of them, which stay; NULL: no memory. */
struct request *scheduler_request_moved(const struct scheduler_source *src,
					const struct scheduler_moved *m,
					size_t count, enum plan_lane lane);

/* Hands the item on, if anybody else serves it. */
bool scheduler_move_item(struct scheduler *s, size_t source,
			 const struct request_item *item, enum err_kind why);

/* The job has failed for good: its symbols go elsewhere, or have its error.
 * Returns it, or NULL when all went elsewhere. */
struct result *scheduler_give_up(struct scheduler *s, struct result *job);

/* Holds an answered job back until its quotes are completed and checked; false:
 * none is. */
bool scheduler_hold(struct scheduler *s, struct result *job, int64_t now_ns);

/* A job that completes quotes of the source's own, once a call is full or nothing
 * that would fill it is to come; NULL: none now, and *wake_ns is lowered. */
struct result *scheduler_take_rests(struct scheduler_source *src,
				    int64_t now_ns, int64_t *wake_ns);

/* A job that checks quotes, once enough are wanted or have waited; NULL: none
 * now, and *wake_ns is lowered to when. */
struct result *scheduler_take_checks(struct scheduler *s,
				     struct scheduler_source *src,
				     int64_t now_ns, int64_t *wake_ns);

/* Takes a job that checks or completes, and is answered or failed for good: it is
 * freed. */
void scheduler_take_check(struct scheduler *s, struct result *check);

/* Gives up the checks, or the rests, that no job has taken. */
void scheduler_drop(struct scheduler *s, struct scheduler_asides *asides);

/* Without a token there is no login, whatever the source said instead. */
void scheduler_name_error(struct result *job);

#endif
