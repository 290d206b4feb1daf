#include "cli/report.h"

#include <inttypes.h>

#include "base/buf.h"
#include "share/quota.h"

/* Room for the round trips of the last calls, in a suggested timeout. */
enum { TIMEOUT_MARGIN_SEC = 2 };

static double free_rate(const struct cost *c)
{
	double rate = (double)c->rate_per_sec - c->others_per_sec;

	return rate > 1 ? rate : 1;
}

/* The first call needs no wait; the last starts after calls - 1 spaces. */
static double seconds_for(const struct cost *c, size_t calls)
{
	return c->rate_per_sec > 0 && calls > 0
		       ? (double)(calls - 1) / free_rate(c)
		       : 0;
}

double cost_least_sec(const struct cost *c)
{
	return seconds_for(c, c->calls);
}

size_t cost_calls_that_fit(const struct cost *c)
{
	double calls;

	if (c->timeout_sec <= 0 || c->rate_per_sec <= 0)
		return c->calls;
	calls = c->timeout_sec * free_rate(c);
	return calls < (double)c->calls ? (size_t)calls : c->calls;
}

static int64_t timeout_that_fits(const struct cost *c)
{
	return (int64_t)cost_least_sec(c) + 1 + TIMEOUT_MARGIN_SEC;
}

static bool fits(const struct cost *c)
{
	return c->timeout_sec <= 0 || cost_least_sec(c) < c->timeout_sec;
}

static size_t symbols_that_fit(const struct cost *c)
{
	return c->calls ? (size_t)((double)c->to_fetch *
				   (double)cost_calls_that_fit(c) /
				   (double)c->calls)
			: 0;
}

void report_plan(const struct cost *c, struct buf *out)
{
	buf_printf(out, "symbols: %zu\nto fetch: %zu\ncalls: %zu\n", c->symbols,
		   c->to_fetch, c->calls);
	if (c->rate_per_sec > 0)
		buf_printf(out, "rate: %d calls a second\n", c->rate_per_sec);
	else
		buf_puts(out, "rate: unlimited\n");
	if (c->others_per_sec > 0)
		buf_printf(out, "used by others: %.1f calls a second\n",
			   c->others_per_sec);
	buf_printf(out, "least time: %.1f s\n", cost_least_sec(c));
	if (c->timeout_sec > 0)
		buf_printf(out, "timeout: %g s\n", c->timeout_sec);
	else
		buf_puts(out, "timeout: none\n");
	buf_printf(out, "fits: %s\n", fits(c) ? "yes" : "no");
	if (!fits(c))
		buf_printf(
			out,
			"will fit: about %zu symbols\nwould do: --timeout %" PRId64
			"\n",
			symbols_that_fit(c), timeout_that_fits(c));
}

bool report_misfit(const struct cost *c, struct buf *out)
{
	if (fits(c))
		return true;
	buf_printf(
		out,
		"%zu calls need at least %.0f s: about %zu of %zu symbols will "
		"fit; --timeout %" PRId64 " would do",
		c->calls, cost_least_sec(c), symbols_that_fit(c), c->to_fetch,
		timeout_that_fits(c));
	if (c->batch < c->batch_max)
		buf_printf(out, ", or a --batch up to %zu", c->batch_max);
	return false;
}

void report_quota(const struct quota_view *v, int64_t token_left_ms,
		  struct buf *out)
{
	buf_printf(out, "shared: %s\nprocesses: %d\n",
		   v->is_shared ? "yes" : "no", v->users);
	buf_printf(
		out,
		"calls in the last second: %d\ncalls in the last minute: %d\n",
		v->calls_last_second, v->calls_last_minute);
	buf_printf(out,
		   "pace: %.1f calls a second\nceiling: %.1f calls a second\n",
		   v->pace_per_sec, v->ceiling_per_sec);
	if (v->learned_left_ms > 0)
		buf_printf(out,
			   "learned from refusals, for another: %" PRId64
			   " s\n",
			   v->learned_left_ms / 1000);
	if (token_left_ms > 0)
		buf_printf(out, "token: %" PRId64 " min left\n",
			   token_left_ms / 60000);
	else
		buf_puts(out, "token: none\n");
}
