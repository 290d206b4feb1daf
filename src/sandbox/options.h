/* SPDX-License-Identifier: MIT */
/* options.h: the command line. One table drives parsing and --help.
 * Sandbox; uses the rules of broker, stream_desk and tape. Never exits and prints nothing but
 * what it is asked to print. */
#ifndef SANDBOX_OPTIONS_H
#define SANDBOX_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "sandbox/rules.h"
#include "sandbox/stream_desk.h"
#include "sandbox/tape.h"

#ifndef QUOTEFETCH_VERSION
#define QUOTEFETCH_VERSION "1.0.0"
#endif

enum { MARKET_WAITS, MARKET_MOVES, MARKET_CLOSED };

struct stream_options {
	int64_t port;
	const char *port_file, *log, *tape_log;
	int64_t approval_interval, approval_life;                     /* s */
	int64_t registrations, slot_keep, ack_delay, heartbeat, ping; /* ms */
	int64_t silence;                                              /* s */
	int market, width; /* places of words */
	int64_t rate, clump, speed, start, trades;
};

struct options {
	int64_t port[SOURCES];
	const char *port_file, *log, *env_file;
	struct broker_rules rules; /* but salt, stream and tape; owns fault */
	bool is_tls;
	const char *cert, *key, *tls_priority;
	bool is_fault_list; /* --fault list */
	struct stream_options stream;
	int64_t connections_max, idle, lifetime;
	bool is_help, is_version, is_verbose;
	char **command; /* into argv, ends with NULL; NULL: none */
};

/* Reads argv into options, defaults first.
 * Owns: texts are borrowed from argv. options_release frees the rest, also
 * after an error.
 * Errors: an unknown option, an unfit value, what does not go together. */
MUST_CHECK int options_parse(struct options *options, int argc, char **argv,
			     struct err *err);
void options_release(struct options *options);

/* What the options say about the stream. Each borrows from options.
 * Errors: USAGE: --tape-start is no time. */
MUST_CHECK int options_make_tape(const struct options *options,
				 struct tape_rules *rules, struct err *err);
void options_make_desk(const struct options *options, uint64_t salt,
		       struct stream_rules *rules);

void options_print_help(FILE *out);

/* The table, and what --fault does with its text. */
struct optparse_row;
extern const struct optparse options_program;
int options_add_fault(void *target, const struct optparse_row *row,
		      const char *shown, const char *spec, struct err *err);

#endif
