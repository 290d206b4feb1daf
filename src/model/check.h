/* SPDX-License-Identifier: MIT */
/* check.h: two sources on one symbol: do they agree?
 * Layer model; uses base, quote. Pure. */
#ifndef MODEL_CHECK_H
#define MODEL_CHECK_H

#include "base/arena.h"
#include "base/err.h"
#include "model/quote.h"

/* "ok", "differs", "stale", "other", "none". */
const char *check_verdict_name(enum check_verdict v);

/* Compares ours with theirs (NULL: there is none) and fills out, whose texts are
 * copied into texts. Identity comes first: currency, previous close; then time:
 * day, session, delay; then the price, which may differ by most_percent.
 * provider: who gave theirs, static. Errors: SYSTEM. */
MUST_CHECK int check_compare(const struct quote *ours,
			     const struct quote *theirs, const char *provider,
			     const char *most_percent, struct arena *texts,
			     struct check *out, struct err *err);

#endif
