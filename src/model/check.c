/* SPDX-License-Identifier: MIT */
#include "model/check.h"

#include <string.h>

#include "base/decimal.h"

/* Previous closes of one share differ by rounding, and by a late correction of
 * one of them; those of two shares by far more. */
#define CLOSE_PERCENT "0.5"

enum { DAY_BYTES = 10 }; /* "2026-11-21" */

const char *check_verdict_name(enum check_verdict v)
{
	static const char *const names[] = { [CHECK_OK] = "ok",
					     [CHECK_DIFFERS] = "differs",
					     [CHECK_STALE] = "stale",
					     [CHECK_OTHER] = "other",
					     [CHECK_NONE] = "none" };

	require((unsigned)v < CHECK_VERDICTS);
	return names[v];
}

/* b against a, in percent of a. Returns false where there is no telling. */
static bool difference(const char *a, const char *b, char out[DECIMAL_BYTES])
{
	char change[DECIMAL_BYTES];

	return a && b && !decimal_is_zero(a) &&
	       decimal_subtract(b, a, change, NULL) == 0 &&
	       decimal_percent(change, a, out, NULL) == 0;
}

static bool is_within(const char *percent, const char *most)
{
	char magnitude[DECIMAL_BYTES];

	decimal_set_sign(percent, false, magnitude);
	return decimal_compare(magnitude, most) <= 0;
}

static bool are_different(const char *a, const char *b)
{
	return a && b && strcmp(a, b) != 0;
}

static bool is_other(const struct quote *ours, const struct quote *theirs)
{
	char percent[DECIMAL_BYTES];

	return are_different(ours->currency, theirs->currency) ||
	       (difference(ours->number[QUOTE_PREVIOUS_CLOSE],
			   theirs->number[QUOTE_PREVIOUS_CLOSE], percent) &&
		!is_within(percent, CLOSE_PERCENT));
}

static bool is_stale(const struct quote *ours, const struct quote *theirs)
{
	return are_different(ours->session, theirs->session) ||
	       (ours->quoted_at && theirs->quoted_at &&
		strncmp(ours->quoted_at, theirs->quoted_at, DAY_BYTES) != 0);
}

int check_compare(const struct quote *ours, const struct quote *theirs,
		  const char *provider, const char *most_percent,
		  struct arena *texts, struct check *out, struct err *err)
{
	const char *price = theirs ? theirs->number[QUOTE_PRICE] : NULL;
	char percent[DECIMAL_BYTES];

	*out = (struct check){ .provider = provider, .verdict = CHECK_NONE };
	if (!price || !difference(ours->number[QUOTE_PRICE], price, percent))
		return 0;
	if (is_other(ours, theirs))
		out->verdict = CHECK_OTHER;
	else if (is_stale(ours, theirs))
		out->verdict = CHECK_STALE;
	else if (is_within(percent, most_percent))
		out->verdict = CHECK_OK;
	else /* a late price may be elsewhere by now */
		out->verdict = ours->delayed_minutes == theirs->delayed_minutes
				       ? CHECK_DIFFERS
				       : CHECK_STALE;
	out->price = arena_copy(texts, price, strlen(price));
	out->diff_percent = arena_copy(texts, percent, strlen(percent));
	return out->price && out->diff_percent ? 0 : err_no_memory(err);
}
