/* SPDX-License-Identifier: MIT */
/* cost.h: what the calls to one source of the run cost.
 * Layer command; uses cli/report, engine, share/quota. */
#ifndef COMMAND_COST_H
#define COMMAND_COST_H

#include <stddef.h>

#include "cli/report.h"

struct command;
struct limiter_view;
struct scheduler;

/* view: what the quota shows of the others' use; NULL: nothing is known. */
struct cost cost_of(const struct command *c, const struct scheduler *s,
		    size_t source, const struct limiter_view *view);

#endif
