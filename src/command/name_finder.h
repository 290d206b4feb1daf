/* SPDX-License-Identifier: MIT */
/* name_finder.h: symbols that a list calls by their names.
 * Layer command; uses base, cli, share, symbol_names.
 *
 * Most lists name none: so the lists of names are read when the first text comes
 * that is no symbol, and fetched when they do not have it. */
#ifndef COMMAND_NAME_FINDER_H
#define COMMAND_NAME_FINDER_H

#include <stdbool.h>

#include "command/account.h"
#include "command/command.h"

struct name_book;
struct options;
struct symbol_namer;

struct name_finder_config {
	struct command command;  /* what is known before the list is */
	struct options *options; /* borrowed: logins are added to it */
	bool may_fetch;
	/* Opens the state (*dirfd -1: there is none) and makes HTTP ready, when
	 * names are asked for. */
	int (*prepare)(void *arg, int *dirfd, struct err *err);
	void *arg;
};

struct name_finder {
	struct name_finder_config config;
	struct accounts accounts; /* whose lists */
	struct name_book *book;   /* owned; NULL: not read yet */
	bool was_fetched;
	bool has_failed; /* to get the lists: once is enough */
	struct err why;  /* then */
};

void name_finder_init(struct name_finder *f,
		      const struct name_finder_config *config);
void name_finder_release(struct name_finder *f);

/* What symbol_list asks. f must outlive it. */
struct symbol_namer name_finder_namer(struct name_finder *f);

#endif
