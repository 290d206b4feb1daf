/* SPDX-License-Identifier: MIT */
/* ending.h: when a stream ends by itself.
 * Layer command; uses base, cli/options. */
#ifndef COMMAND_ENDING_H
#define COMMAND_ENDING_H

#include <stdint.h>

#include "base/err.h"

struct command;

/* By --timeout and --until, whichever comes first; CLOCK_NEVER: by neither.
 * Errors: USAGE: that time is over today in Korea. */
MUST_CHECK int ending_find(const struct command *c, int64_t *deadline_ns,
			   struct err *err);

#endif
