/* SPDX-License-Identifier: MIT */
/* complaints.h: the entries of a list that are no symbols: all are counted, the
 * first are told.
 * Layer cli; uses base. */
#ifndef CLI_COMPLAINTS_H
#define CLI_COMPLAINTS_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

enum {
	COMPLAINTS_TOLD_MAX = 20,
	COMPLAINTS_MAX = 1000 /* then it is no symbol list */
};

struct complaints {
	size_t count;
	const char *line[COMPLAINTS_TOLD_MAX]; /* the first of them */
	struct arena texts;
};

void complaints_init(struct complaints *c);
void complaints_release(struct complaints *c);

/* Keeps a copy of the line. Errors: INPUT (too many), SYSTEM. */
MUST_CHECK int complaints_add(struct complaints *c, const char *line,
			      struct err *err);

/* How many lines are to be told before the error of complaints_fail: 0 when
 * there is but one, which the error tells. */
size_t complaints_told(const struct complaints *c);

/* Fills err with the one complaint that there is, or with what is to be said
 * after all the others. Returns -1. */
int complaints_fail(const struct complaints *c, struct err *err);

#endif
