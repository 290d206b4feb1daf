/* preview.h: what can be said without a call: --plan and --quota.
 * Layer main; uses session. */
#ifndef PREVIEW_H
#define PREVIEW_H

#include <stdbool.h>

#include "base/err.h"

struct session_config;

/* Prints what the list would cost; *fits: all of it is done in time.
 * Errors: OUTPUT, SYSTEM. */
MUST_CHECK int preview_plan(const struct session_config *config, bool *fits,
			    struct err *err);

/* Prints what the shared state shows. Errors: USAGE, OUTPUT, SYSTEM. */
MUST_CHECK int preview_quota(const struct session_config *config,
			     struct err *err);

#endif
