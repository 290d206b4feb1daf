/* SPDX-License-Identifier: MIT */
/* poller.h: asks for the quotes of a list again and again, and prints what is
 * new.
 * Layer command; uses base, model, cli, quoter, grid, changes.
 *
 *	open -> (step, wait on its fd or until wake_ns) ... -> stop -> close
 *
 * A round asks for every symbol once, through the batch fetcher: under the same
 * quota, over the connections of the last round. Rounds begin on a grid; one
 * that is late skips to the next point, and none overlaps another. A round is
 * over when every symbol has its answer, or, once it is late, when only failures
 * are left: a source that is down does not hold up the others. All functions are
 * main's. */
#ifndef COMMAND_POLLER_H
#define COMMAND_POLLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "cli/stats.h"
#include "command/grid.h"
#include "command/quoter.h"

struct change;
struct stream_sink;
struct symbol;

struct poller_config { /* borrowed for the poller's life */
	const struct command *command;
	struct stream_sink *sink;
	/* Which entries of the list; NULL: all. */
	const bool *is_wanted;
	int64_t interval_ns;
};

/* For looking at. */
struct poller {
	struct poller_config config;
	struct quoter quoter;
	struct grid grid;
	struct change *last; /* by entry */
	bool is_asking;      /* a round is open */
	bool is_cut;         /* by the end of the run */
	int64_t round_began_ns;
	size_t round_failed; /* symbols, in this round */
	size_t quotes;       /* that were answered, ever */
	size_t records;      /* quotes that were new, and printed */
	size_t symbols;      /* that are asked for */
	struct tally tally;
	struct stats_polls polls;
	size_t last_failed;   /* symbols, in the last one that ended */
	int64_t told_late_ns; /* when that was said last; 0: never */
	size_t untold;        /* points left out since */
	bool is_refused;      /* every login, from the start: */
	struct err refusal;
};

/* Errors: USAGE: the quota does not carry it (with the least interval that it
 * does), SYSTEM. poller_close is due in any case. */
MUST_CHECK int poller_open(struct poller *p, const struct poller_config *config,
			   struct err *err);
void poller_close(struct poller *p);

/* Begins, feeds, collects and ends rounds, as time and answers allow, without
 * waiting. *wake_ns is lowered to when to call again at the latest.
 * Errors: SYSTEM. */
MUST_CHECK int poller_step(struct poller *p, int64_t *wake_ns, struct err *err);

/* Readable when poller_step has something to take. */
int poller_fd(const struct poller *p);

/* No further calls; those under way are let go. The process's stop must have
 * been requested, or it waits for their answers. */
void poller_stop(struct poller *p);

/* After poller_stop. */
void poller_count(struct poller *p, struct stats *stats);

#endif
