/* SPDX-License-Identifier: MIT */
/* store.h: where a quota is kept. The seam between what waits and sleeps
 * (quota.c) and what counts (limiter.h).
 * Layer share; uses base, limiter.
 *
 * Each operation happens once, wholly, or not at all; none waits for a
 * permission. All instants are of this process's monotonic clock: a store that
 * counts by another one translates them, and to the later side.
 *
 * A store is used by one thread at a time. */
#ifndef SHARE_STORE_H
#define SHARE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "share/limiter.h"

struct stop;
struct store;

/* How long an operation may wait for the store itself. */
struct store_timeout {
	struct stop *stop; /* NULL: it is not to be interrupted */
	int64_t deadline_ns;
};

struct store_grant { /* limiter_ask's answer */
	enum limiter_reply reply;
	uint64_t ticket; /* LIMITER_GRANTED */
	int64_t at_ns;
	int64_t now_ns; /* when it was asked */
};

struct store_end {
	uint64_t ticket;
	enum limiter_end how;
	int64_t at_ns, min_rtt_ns;
};

/* Errors of all: DEADLINE, CANCELED: not now; SYSTEM: this store cannot be used
 * (any more). Then nothing has happened. */
struct store_ops {
	/* latest_ns: no permission is wanted for later. */
	int (*ask)(struct store *s, const struct limiter_user *me,
		   int64_t latest_ns, const struct store_timeout *t,
		   struct store_grant *out, struct err *err);

	/* *now_ns: when *is_kept was true. If it is false, nothing is held. */
	int (*confirm)(struct store *s, const struct limiter_user *me,
		       uint64_t ticket, const struct store_timeout *t,
		       bool *is_kept, int64_t *now_ns, struct err *err);

	int (*end)(struct store *s, const struct limiter_user *me,
		   const struct store_end *end, const struct store_timeout *t,
		   struct err *err);

	/* What a server said is left, as in limiter_note_left. */
	int (*note_left)(struct store *s, const struct limiter_user *me,
			 int64_t left, int64_t reset_after_ns,
			 const struct store_timeout *t, struct err *err);

	/* Changes nothing, and does not wait. */
	void (*look)(struct store *s, const struct limiter_user *me,
		     struct limiter_view *out);

	/* What it knew last, for another store to go on from. Borrowed. */
	const struct limiter_state *(*last_known)(const struct store *s);

	/* Whether there is something that the user should know: once. */
	bool (*take_warning)(struct store *s, struct err *out);

	void (*free)(struct store *s); /* NULL is fine */
};

struct store { /* the first member of each store */
	const struct store_ops *ops;
};

#endif
