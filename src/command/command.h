/* SPDX-License-Identifier: MIT */
/* command.h: what a command is given: all that main has found out.
 * Layer command; uses base, cli. Each command is a page of its own, and returns
 * the exit status. */
#ifndef COMMAND_COMMAND_H
#define COMMAND_COMMAND_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct accounts;
struct options;
struct private_state;
struct stop;
struct symbol_list;

/* Const during the command. */
struct command {
	const struct options *options;
	const struct symbol_list *list; /* NULL for a command without one */
	const struct accounts *accounts;
	struct stop *stop;
	struct stop *hangup; /* of a stream: the list is to be read again */
	int64_t started_ns;
	int64_t deadline_ns;       /* CLOCK_NEVER: none */
	int state_dirfd;           /* -1: nothing is shared or remembered */
	struct private_state *own; /* what cannot be left there */
	bool stdout_is_closed;
	atomic_bool *has_stray_resolver; /* set: leave by _exit */
	/* Reads the list as it is now; old: the one before. */
	int (*read_list)(void *arg, struct symbol_list *list,
			 const struct symbol_list *old, struct err *err);
	void *list_arg;
	/* Prints one line to stderr; any thread. */
	say_fn *say;
};

/* A quote for every symbol. */
int command_fetch(const struct command *c);

/* The trades of every symbol, as they happen. */
int command_follow(const struct command *c);

/* The quotes of every symbol, again and again. */
int command_poll(const struct command *c);

/* No network: what the list costs, and whether it fits the timeout. */
int command_plan(const struct command *c);

/* What is well with this installation, and what is not. */
int command_check(const struct command *c);

/* No network: what the state shows of quota and token. */
int command_quota(const struct command *c);

/* The symbols that have a name; exit status 1 where there is none. */
int command_find(const struct command *c);

#endif
