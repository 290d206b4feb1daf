/* SPDX-License-Identifier: MIT */
/* options.h: the command line. One table drives parsing and --help.
 * Sandbox; uses broker's rules and fault. Never exits and prints nothing but
 * what it is asked to print. */
#ifndef SANDBOX_OPTIONS_H
#define SANDBOX_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "sandbox/broker.h"
#include "sandbox/stream_options.h"

#ifndef QUOTEFETCH_VERSION
#define QUOTEFETCH_VERSION "1.0.0"
#endif

enum { OPTIONS_ENV_REAL, OPTIONS_ENV_PAPER };

struct options {
	int64_t port[SOURCES];
	const char *port_file;
	int env, window, limit_status, count_refused; /* places of words */
	int64_t rate[SOURCES];
	int64_t latency, jitter, delay_before, jitter_before, seed;
	const char *log, *env_file, *app_key, *app_secret;
	const char *alpaca_key_id, *alpaca_secret_key;
	int64_t token_interval, token_same, token_life, revoke_after;
	bool is_token_dead;
	int rows, missing, signs, multi; /* places of words */
	const char *unknown, *poison;
	bool is_tls;
	const char *cert, *key, *tls_priority;
	struct fault_rule *fault; /* owned */
	size_t fault_count;
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

/* The broker's rules that the options ask for.
 * Owns: the rules borrow from options. */
void options_make_rules(const struct options *options, uint64_t salt,
			struct broker_rules *rules);

void options_print_help(FILE *out);

/* The table, and what --fault does with its text. */
struct optparse_row;
extern const struct optparse options_program;
int options_add_fault(void *target, const struct optparse_row *row,
		      const char *shown, const char *spec, struct err *err);

#endif
