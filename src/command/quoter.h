/* SPDX-License-Identifier: MIT */
/* quoter.h: quotes through the engine, for whoever wants some.
 * Layer command; uses base, model, share, engine, account.
 *
 *	open -> (begin -> (step, wait on its fd) ... until done
 *		       -> end_round or stop) ... -> close
 *
 * A round asks for every symbol of a list once. Upstreams, workers with their
 * connections, and what was learnt of the sources outlive it. It never waits:
 * who runs it has other things to watch, too. All functions are main's. */
#ifndef COMMAND_QUOTER_H
#define COMMAND_QUOTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "engine/scheduler.h"
#include "engine/upstream.h"

struct command;
struct engine;
struct exchange_book;
struct metrics;

/* All is borrowed for the quoter's life. */
struct quoter_config {
	const struct command *command; /* its options and accounts */
	/* Takes what has become of a request's symbols, final for each.
	 * Owns: the result, also on failure. */
	int (*take)(void *arg, struct result *result, struct err *err);
	void *arg;
	/* As struct upstream_config's, and the scheduler's say. */
	say_fn *warn;
	say_fn *say; /* NULL: not wanted */
	void (*wait)(void *arg, enum upstream_wait what, int delta);
	void *say_arg;
};

struct quoter { /* for looking at */
	struct quoter_config config;
	struct upstream upstream[SOURCES_MAX];
	size_t upstream_count; /* opened */
	struct exchange_book *book;
	struct scheduler scheduler;
	struct engine *engine;
};

/* Opens book, upstreams and engine, and begins the round of schedule (whose
 * book and say are filled in here). quoter_close is due in any case.
 * Errors: USAGE, SYSTEM. */
MUST_CHECK int quoter_open(struct quoter *q, const struct quoter_config *config,
			   struct scheduler_config *schedule, struct err *err);

/* Begins another round, when the last one is done or quoter_answer_rest has ended
 * it. */
void quoter_begin(struct quoter *q, struct scheduler_config *schedule);

/* Of one that is zero: nothing. */
void quoter_close(struct quoter *q);

/* Gives each source what it can take. *wake_ns is lowered to when there may be
 * more to give. Errors: SYSTEM. */
MUST_CHECK int quoter_feed(struct quoter *q, int64_t *wake_ns, struct err *err);

/* Readable when quoter_collect has something to take. */
int quoter_fd(const struct quoter *q);

/* Takes what has come, and hands on what is final. Errors: take's. */
MUST_CHECK int quoter_collect(struct quoter *q, struct err *err);

/* Whether every symbol has its answer. */
bool quoter_is_done(const struct quoter *q);

/* Hands on what has no answer, each with its own last error, or why.
 * Errors: take's. */
MUST_CHECK int quoter_answer_rest(struct quoter *q, const struct err *why,
				  struct err *err);

/* No worker begins another call; waits for those that are under way. is_urgent
 * wakes who waits for a guard. May be called twice. */
void quoter_stop(struct quoter *q, bool is_urgent);

/* After quoter_stop: frees what nobody takes. */
void quoter_drop_all(struct quoter *q);

/* Keeps the exchanges that were found; failing that is noted for the warnings. */
void quoter_remember(struct quoter *q);

/* Warnings that are due at the end: what could not be left to others in the state
 * directory, and a source that was given up. */
void quoter_say_warnings(struct quoter *q);

/* After quoter_stop: adds the workers' counters; returns what was waited for
 * the quota, summed over the workers. */
int64_t quoter_count(struct quoter *q, struct metrics *metrics,
		     size_t *workers);

#endif
