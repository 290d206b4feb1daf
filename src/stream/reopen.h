/* SPDX-License-Identifier: MIT */
/* reopen.h: when a line that was lost may be opened again.
 * Layer stream; uses base.
 *
 * A matter of the account's safety, not of taste: the broker blocks whoever
 * connects and is gone again and again. So failures add up until a line has
 * been up for a minute, never only until it connects; and in ten minutes there
 * are at most six openings, whoever made them, since the stamps are shared
 * (session_lock.h).
 *
 * Pure: time and randomness are parameters. */
#ifndef STREAM_REOPEN_H
#define STREAM_REOPEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

enum {
	REOPEN_BUDGET = 6,        /* openings in the window */
	REOPEN_BLOCKED_AFTER = 10 /* failures in a row that look like a block */
};

#define REOPEN_WINDOW_NS (600 * NS_PER_SEC)
#define REOPEN_STABLE_NS (60 * NS_PER_SEC)

enum reopen_cause {
	REOPEN_UNREACHED, /* no connection: nobody counts this against us */
	REOPEN_FAILED,    /* the broker was reached, and the line was lost */
	REOPEN_POLICY, /* it closed the line for what we did: counts double */
	REOPEN_HELD,   /* another session has the place */
	REOPEN_NEW_KEY /* the key was replaced: at once */
};

struct reopen {
	int failures; /* in a row, of any kind */
	int reached;  /* of them: with the broker at the other end */
	int holds;    /* in a row */
	int64_t opened_ns
		[REOPEN_BUDGET]; /* the last openings, oldest at next */
	size_t next;             /* where the next one goes */
};

void reopen_init(struct reopen *r);

/* A connection to the broker was made. Of openings that are added late (from a
 * file) the order is theirs. */
void reopen_add_opening(struct reopen *r, int64_t at_ns);

/* The first instant at which the budget allows another opening; in the past
 * when it does already. */
int64_t reopen_earliest(const struct reopen *r);

/* Counts a failure and returns when to try again, the budget included. random
 * is any 32 bits: the delay differs by up to a fifth. */
int64_t reopen_after(struct reopen *r, enum reopen_cause cause, uint32_t random,
		     int64_t now_ns);

/* The line has been up for REOPEN_STABLE_NS: what failed before is forgotten. */
void reopen_settle(struct reopen *r);

/* Whether so much failed in a row that the broker may have blocked the key or
 * the address. */
bool reopen_looks_blocked(const struct reopen *r);

#endif
