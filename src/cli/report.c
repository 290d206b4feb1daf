/* SPDX-License-Identifier: MIT */
#include "cli/report.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"
#include "net/json_write.h"
#include "share/quota.h"

/* Room for the round trips of the last calls, in a suggested timeout. */
enum { TIMEOUT_MARGIN_SEC = 2 };

static double free_rate(const struct cost *c)
{
	double rate = (double)c->rate_per_sec - c->others_per_sec;

	return rate > 1 ? rate : 1;
}

static double least(double a, double b)
{
	return a < b ? a : b;
}

/* The first call needs no wait; the last starts after calls - 1 spaces, and no
 * window has more than its calls. */
double cost_least_sec(const struct cost *c)
{
	size_t spaces = c->calls > 0 ? c->calls - 1 : 0, windows;
	double sec, in_windows;

	if (c->rate_per_sec <= 0)
		return 0;
	sec = (double)spaces / free_rate(c);
	if (c->window_sec == 0)
		return sec;
	windows = spaces / (size_t)c->window_calls;
	in_windows = (double)windows * c->window_sec +
		     (double)(spaces % (size_t)c->window_calls) / free_rate(c);
	return sec > in_windows ? sec : in_windows;
}

size_t cost_calls_that_fit(const struct cost *c)
{
	double calls;

	if (c->timeout_sec <= 0 || c->rate_per_sec <= 0)
		return c->calls;
	calls = c->timeout_sec * free_rate(c);
	if (c->window_sec > 0) {
		double windows =
			(double)(int64_t)(c->timeout_sec / c->window_sec);
		double left_sec = c->timeout_sec - windows * c->window_sec;

		calls = least(calls, windows * c->window_calls +
					     least(left_sec * free_rate(c),
						   c->window_calls));
	}
	return calls < (double)c->calls ? (size_t)calls : c->calls;
}

static int64_t timeout_that_fits(const struct cost *c)
{
	return (int64_t)cost_least_sec(c) + 1 + TIMEOUT_MARGIN_SEC;
}

bool cost_fits(const struct cost *c)
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

/* ---- in words ---- */

void report_plan(const struct cost *c, struct buf *out)
{
	if (c->source)
		buf_printf(out, "source: %s\n", c->source);
	buf_printf(out, "symbols: %zu\n", c->symbols);
	if (c->cached > 0)
		buf_printf(out, "from the cache: %zu\n", c->cached);
	buf_printf(out, "to fetch: %zu\ncalls: %zu\n", c->to_fetch, c->calls);
	if (c->rate_per_sec > 0)
		buf_printf(out, "rate: %d calls a second", c->rate_per_sec);
	else
		buf_puts(out, "rate: unlimited");
	if (c->rate_per_sec > 0 && c->window_sec > 0)
		buf_printf(out, ", %d in %d s", c->window_calls, c->window_sec);
	buf_putc(out, '\n');
	if (c->others_per_sec > 0)
		buf_printf(out, "used by others: %.1f calls a second\n",
			   c->others_per_sec);
	buf_printf(out, "least time: %.1f s\n", cost_least_sec(c));
	if (c->timeout_sec > 0)
		buf_printf(out, "timeout: %g s\n", c->timeout_sec);
	else
		buf_puts(out, "timeout: none\n");
	buf_printf(out, "fits: %s\n", cost_fits(c) ? "yes" : "no");
	if (!cost_fits(c))
		buf_printf(
			out,
			"will fit: about %zu symbols\nwould do: --timeout %" PRId64
			"\n",
			symbols_that_fit(c), timeout_that_fits(c));
}

bool report_misfit(const struct cost *c, struct buf *out)
{
	if (cost_fits(c))
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

void report_quota(const char *source, const struct limiter_view *v,
		  int64_t token_left_ms, struct buf *out)
{
	if (source)
		buf_printf(out, "source: %s\n", source);
	buf_printf(out, "shared: %s\nprocesses: %d\n",
		   v->is_shared ? "yes" : "no", v->users);
	buf_printf(
		out,
		"calls in the last second: %d\ncalls in the last minute: %d\n",
		v->calls_last_second, v->calls_last_minute);
	buf_printf(out,
		   "pace: %.1f calls a second\nceiling: %.1f calls a second\n",
		   v->pace_per_sec, v->ceiling_per_sec);
	if (v->learned_left_ns > 0)
		buf_printf(out,
			   "learned from refusals, for another: %" PRId64
			   " s\n",
			   v->learned_left_ns / NS_PER_SEC);
	if (token_left_ms > 0)
		buf_printf(out, "token: %" PRId64 " min left\n",
			   token_left_ms / 60000);
	else
		buf_puts(out, "token: none\n");
}

/* ---- as JSON ---- */

static void put_source(struct json_writer *w, const char *source)
{
	if (source)
		json_add_string(w, "source", source);
}

/* A rate or a duration with one decimal. */
static void put_tenths(struct json_writer *w, const char *key, double value)
{
	char text[48];

	snprintf(text, sizeof text, "%.1f", value);
	json_key(w, key);
	json_put_decimal(w, text);
}

static void put_known_integer(struct json_writer *w, const char *key,
			      bool is_known, int64_t value)
{
	json_key(w, key);
	if (is_known)
		json_put_integer(w, value);
	else
		json_put_null(w);
}

void report_plan_json(const struct cost *c, struct buf *out)
{
	struct json_writer w;
	bool is_limited = c->rate_per_sec > 0;

	json_writer_init(&w, out);
	json_begin_object(&w);
	put_source(&w, c->source);
	json_add_integer(&w, "symbols", (int64_t)c->symbols);
	json_add_integer(&w, "cached", (int64_t)c->cached);
	json_add_integer(&w, "to_fetch", (int64_t)c->to_fetch);
	json_add_integer(&w, "calls", (int64_t)c->calls);
	put_known_integer(&w, "rate_per_sec", is_limited, c->rate_per_sec);
	put_tenths(&w, "used_by_others_per_sec", c->others_per_sec);
	put_tenths(&w, "least_sec", cost_least_sec(c));
	json_key(&w, "timeout_sec");
	if (c->timeout_sec > 0) {
		char text[48];

		snprintf(text, sizeof text, "%g", c->timeout_sec);
		json_put_decimal(&w, text);
	} else {
		json_put_null(&w);
	}
	json_add_bool(&w, "fits", cost_fits(c));
	json_add_integer(&w, "symbols_that_fit", (int64_t)symbols_that_fit(c));
	json_add_integer(&w, "timeout_that_fits_sec", timeout_that_fits(c));
	json_end_object(&w);
	buf_putc(out, '\n');
}

void report_quota_json(const char *source, const struct limiter_view *v,
		       int64_t token_left_ms, struct buf *out)
{
	struct json_writer w;
	bool is_learned = v->learned_left_ns > 0;

	json_writer_init(&w, out);
	json_begin_object(&w);
	put_source(&w, source);
	json_add_bool(&w, "shared", v->is_shared);
	json_add_integer(&w, "processes", v->users);
	json_add_integer(&w, "calls_last_second", v->calls_last_second);
	json_add_integer(&w, "calls_last_minute", v->calls_last_minute);
	put_tenths(&w, "pace_per_sec", v->pace_per_sec);
	put_tenths(&w, "ceiling_per_sec", v->ceiling_per_sec);
	put_known_integer(&w, "learned_left_sec", is_learned,
			  v->learned_left_ns / NS_PER_SEC);
	put_known_integer(&w, "token_left_sec", token_left_ms > 0,
			  token_left_ms / 1000);
	json_end_object(&w);
	buf_putc(out, '\n');
}
