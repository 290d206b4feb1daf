/* SPDX-License-Identifier: MIT */
/* render_failures.h: what failed, gathered by kind and reason, for people.
 * Layer cli; uses base, render. For render_table.c and render_markdown.c.
 *
 *   2 failed, 1 of them with an old quote:
 *     NotFound: no such symbol: 999999, 888888 */
#ifndef CLI_RENDER_FAILURES_H
#define CLI_RENDER_FAILURES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

struct buf;
struct record;

enum { FAILURE_GROUPS_MAX = 50, FAILURE_SYMBOLS_MAX = 20 };

/* Symbols that failed for the same reason. */
struct failure_group {
	const char *kind;   /* static */
	const char *reason; /* in texts */
	size_t count;
	const char *symbol[FAILURE_SYMBOLS_MAX]; /* in texts; the first */
};

struct failure_groups {
	struct arena texts;
	struct failure_group group[FAILURE_GROUPS_MAX];
	size_t group_count;
	size_t count, ungrouped_count;
	size_t stale_count; /* of count: an old quote stands in */
};

void failure_groups_init(struct failure_groups *f);
void failure_groups_release(struct failure_groups *f);

/* Errors: SYSTEM (memory). */
MUST_CHECK int failure_groups_add(struct failure_groups *f,
				  const struct record *record, struct err *err);

/* Appends the list, each line of it behind bullet; nothing when none failed. */
void failure_groups_put(const struct failure_groups *f, bool has_color,
			const char *bullet, struct buf *out);

#endif
