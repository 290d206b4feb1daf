/* SPDX-License-Identifier: MIT */
/* exit_status.h: how it went, as one number.
 * Layer command; uses base, cli/stats.
 *
 * A contract with scripts: never renumbered. */
#ifndef COMMAND_EXIT_STATUS_H
#define COMMAND_EXIT_STATUS_H

#include <signal.h>
#include <stdbool.h>

#include "base/err.h"

struct buf;
struct command;
struct stats;
struct tally;

enum exit_status {
	STATUS_ALL = 0, /* a quote for every symbol */
	STATUS_SOME = 1,
	STATUS_USAGE = 2,
	STATUS_AUTH = 3,
	STATUS_NONE = 4,
	STATUS_OUTPUT = 5,
	STATUS_DEADLINE = 6,
	STATUS_SIGNAL = 128, /* plus its number */
	STATUS_PIPE = 128 + SIGPIPE
};

/* Of an error that ends the run before it begins. signo: the signal that
 * stopped it, for ERR_CANCELED. */
int exit_status_of_err(const struct err *err, int signo);

/* Tells of an error that ends the run, and returns the same. Who sent the signal,
 * or closed the pipe, knows. */
int exit_status_fail(const struct err *err, int signo, say_fn *say);

/* Of a run that began. is_strict: a quote that a second source does not confirm
 * (differs, other) is a failure. A failed symbol with an old quote instead makes
 * it STATUS_SOME, whatever its error. output_err: NULL where all was written. signo: the signal
 * that stopped it; 0 and less: none. */
int exit_status_of_run(const struct tally *tally, bool is_strict,
		       const struct err *output_err, int signo);

/* Writes the files about a run that ended (--stats, --metrics). Returns its
 * status, or another where that fails, which is told. */
int exit_status_save(const struct command *c, const struct stats *stats);

/* Writes what a command found out where records would go, and releases it.
 * Returns status, or another where that fails, which is told. */
int exit_status_print(const struct command *c, struct buf *text, int status);

#endif
