/* SPDX-License-Identifier: MIT */
#include "model/check.h"

#include <string.h>

#include "base/decimal.h"

/* Previous closes of one share differ by rounding, and by a late correction of
 * one of them; those of two shares by far more. */
#define CLOSE_PERCENT "0.5"

enum {
	DAY_BYTES = 10, /* "2026-11-21" */
	RATIO_DIGITS = 20
};

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

/* In percent. What is shown is rounded, and decides nothing. */
struct difference {
	char exact[DECIMAL_BYTES];
	char shown[DECIMAL_BYTES];
};

/* b against a. Returns false where there is no telling. */
static bool compare(const char *a, const char *b, struct difference *d)
{
	char change[DECIMAL_BYTES], ratio[DECIMAL_BYTES];

	return a && b && !decimal_is_zero(a) &&
	       decimal_subtract(b, a, change, NULL) == 0 &&
	       decimal_percent(change, a, d->shown, NULL) == 0 &&
	       decimal_divide(change, a, RATIO_DIGITS, ratio, NULL) == 0 &&
	       decimal_shift(ratio, 2, d->exact, NULL) == 0;
}

static bool is_within(const struct difference *d, const char *most)
{
	char magnitude[DECIMAL_BYTES];

	decimal_set_sign(d->exact, false, magnitude);
	return decimal_compare(magnitude, most) <= 0;
}

static bool are_different(const char *a, const char *b)
{
	return a && b && strcmp(a, b) != 0;
}

static bool is_other(const struct quote *ours, const struct quote *theirs)
{
	struct difference close;

	return are_different(ours->currency, theirs->currency) ||
	       (compare(ours->number[QUOTE_PREVIOUS_CLOSE],
			theirs->number[QUOTE_PREVIOUS_CLOSE], &close) &&
		!is_within(&close, CLOSE_PERCENT));
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
	struct difference d;

	*out = (struct check){ .provider = provider, .verdict = CHECK_NONE };
	if (!price || !compare(ours->number[QUOTE_PRICE], price, &d))
		return 0;
	if (is_other(ours, theirs))
		out->verdict = CHECK_OTHER;
	else if (is_stale(ours, theirs))
		out->verdict = CHECK_STALE;
	else if (is_within(&d, most_percent))
		out->verdict = CHECK_OK;
	else /* a late price may be elsewhere by now */
		out->verdict = ours->delayed_minutes == theirs->delayed_minutes
				       ? CHECK_DIFFERS
				       : CHECK_STALE;
	out->price = arena_copy(texts, price, strlen(price));
	out->diff_percent = arena_copy(texts, d.shown, strlen(d.shown));
	return out->price && out->diff_percent ? 0 : err_no_memory(err);
}
