/* SPDX-License-Identifier: MIT */
#include "cli/complaints.h"

#include <string.h>

void complaints_init(struct complaints *c)
{
	c->count = 0;
	arena_init(&c->texts);
}

void complaints_release(struct complaints *c)
{
	arena_release(&c->texts);
}

int complaints_add(struct complaints *c, const char *line, struct err *err)
{
	if (c->count == COMPLAINTS_MAX)
		return err_set(err, ERR_INPUT,
			       "more than %d lines are no symbols: "
			       "is it a symbol list?",
			       COMPLAINTS_MAX);
	if (c->count < COMPLAINTS_TOLD_MAX) {
		char *copy = arena_copy(&c->texts, line, strlen(line));

		if (!copy)
			return err_no_memory(err);
		c->line[c->count] = copy;
	}
	c->count++;
	return 0;
}

size_t complaints_told(const struct complaints *c)
{
	if (c->count == 1)
		return 0;
	return c->count < COMPLAINTS_TOLD_MAX ? c->count : COMPLAINTS_TOLD_MAX;
}

int complaints_fail(const struct complaints *c, struct err *err)
{
	static const char way_out[] =
		"nothing was asked (--skip-invalid goes on without them)";

	if (c->count == 1)
		return err_set(err, ERR_INPUT, "%s", c->line[0]);
	if (c->count <= COMPLAINTS_TOLD_MAX)
		return err_set(err, ERR_INPUT, "%zu entries are no symbols: %s",
			       c->count, way_out);
	return err_set(err, ERR_INPUT,
		       "%zu entries are no symbols, of which %d are told: %s",
		       c->count, COMPLAINTS_TOLD_MAX, way_out);
}
