/* SPDX-License-Identifier: MIT */
/* store.h: where a quota is kept. The seam between what waits and sleeps
 * (quota.c) and what counts (limiter.h).
 * Layer share; uses base, boot, limiter.
 *
 * An operation is a value: it happens once, wholly, or not at all; none waits
 * for a permission. All instants are of this process's monotonic clock: a store
 * that counts by another one translates them, and to the later side.
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

/* This process, this object, this moment: a user like no other. A rule that the
 * state cannot hold becomes one that can, and permits no more. */
void store_user_init(struct limiter_user *me, const struct limiter_rule *rule,
		     const void *object);

/* How long an operation may wait for the store itself. */
struct store_timeout {
	struct stop *stop; /* NULL: it is not to be interrupted */
	int64_t deadline_ns;
};

enum store_verb { STORE_ASK, STORE_CONFIRM, STORE_END, STORE_NOTE_LEFT };

/* One operation of limiter.h's: what it is given, and what it answers. */
struct store_operation {
	enum store_verb verb;
	int64_t latest_ns;    /* ASK: no permission is wanted for later */
	uint64_t ticket;      /* CONFIRM, END; ASK: the answer, if granted */
	enum limiter_end how; /* END, and the next two */
	int64_t ended_ns, min_rtt_ns;
	int64_t left, reset_after_ns; /* NOTE_LEFT */

	int64_t now_ns;           /* when it was done */
	enum limiter_reply reply; /* ASK */
	int64_t at_ns;            /* ASK: as reply says */
	bool is_kept;             /* CONFIRM: if not, nothing is held */
};

/* Does it now, to a state that a store has at hand. */
void store_operate(struct store_operation *o, struct limiter_state *l,
		   const struct limiter_user *me, int64_t now_ns);

struct store_ops {
	/* Errors: DEADLINE, CANCELED: not now; SYSTEM: this store cannot be
	 * used (any more). Then nothing has happened. */
	int (*apply)(struct store *s, const struct limiter_user *me,
		     struct store_operation *o, const struct store_timeout *t,
		     struct err *err);

	/* Changes nothing, and does not wait. */
	void (*look)(struct store *s, const struct limiter_user *me,
		     struct limiter_view *out);

	/* What it knew last, for another store to go on from. Borrowed. */
	const struct limiter_state *(*last_known)(const struct store *s);

	/* Whether there is something that the user should know: once. NULL:
	 * there never is. */
	bool (*take_warning)(struct store *s, struct err *out);

	void (*free)(struct store *s); /* NULL is fine */
};

struct store { /* the first member of each store */
	const struct store_ops *ops;
};

/* A store that is this process's own. Errors: SYSTEM (memory). */
MUST_CHECK struct store *store_memory_new(struct err *err);

/* It goes on from what another store knew: copied. */
void store_memory_adopt(struct store *memory, const struct limiter_state *from);

#endif
