/* SPDX-License-Identifier: MIT */
/* recall.h: what earlier runs were told, for this one (--max-age,
 * --stale-if-error).
 * Layer command; uses base, cli, engine, share/quote_cache.
 *
 *	open    the caches of the sources are read; the plan is narrowed to what
 *	        is not in them, or too old
 *	give    results for the rest, as if they had just come
 *	take    a result on its way to the sink: its quotes are kept; an old one
 *	        stands in for an error
 *	save    what was kept is merged into the caches
 *
 * A symbol is answered by --max-age only with a quote of the source that would be
 * asked first. For an error an old quote of any source steps in that would have
 * been allowed to (scheduler.h), but not where the source's own word is that
 * there is none: no such symbol, no trade, no such call. A cache serves one
 * account at one host, one --venue, and tells the call with --detail from the
 * one without. Without both options all of this does nothing. All functions are
 * main's. */
#ifndef COMMAND_RECALL_H
#define COMMAND_RECALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "engine/scheduler.h"
#include "share/quote_cache.h"

struct command;
struct result;

struct recall {
	const struct command *c;
	struct scheduler_config config;         /* with the whole list */
	struct quote_cache *cache[SOURCES_MAX]; /* owned; NULL: none */
	struct quote_moment now;                /* when they were read */
	bool *is_known; /* by entry of the list; owned; NULL: not one */
	size_t known[SOURCES_MAX]; /* how many, by source */
	uint32_t next;             /* entry to give */
	bool is_on;
};

/* Narrows config->input. What is wrong with a cache is said, and it is empty.
 * Errors: SYSTEM (memory). recall_close is due either way. */
MUST_CHECK int recall_open(struct recall *r, const struct command *c,
			   struct scheduler_config *config, struct err *err);
void recall_close(struct recall *r);

/* The next result that is known, the caller's, or NULL: all are given.
 * Errors: SYSTEM (memory): NULL, and *failed. */
struct result *recall_give(struct recall *r, bool *failed, struct err *err);

/* Of results that were not given here. */
void recall_take(struct recall *r, struct result *result);

/* Failing is noted for the warnings, and is no failure of the run. */
void recall_save(struct recall *r);

#endif
