/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "cli/report.h"
#include "share/quota.h"

static const struct cost usual = { .symbols = 2700,
				   .to_fetch = 2700,
				   .calls = 90,
				   .batch = 30,
				   .batch_max = 30,
				   .rate_per_sec = 18,
				   .timeout_sec = 30 };

static void assert_text(struct buf *b, const char *want)
{
	assert_string_equal(buf_text(b), want);
	buf_release(b);
}

/* ---- arithmetic ---- */

static void counts_seconds_and_calls(void **state)
{
	static const struct {
		const char *name;
		size_t calls;
		int rate;
		double others, timeout, least_sec;
		size_t fit;
	} rows[] = {
		{ "nothing", 0, 18, 0, 30, 0, 0 },
		{ "one goes at once", 1, 1, 0, 30, 0, 1 },
		{ "the last starts after the spaces before it", 19, 18, 0, 30, 1, 19 },
		{ "as many as fit", 540, 18, 0, 30, 539 / 18.0, 540 },
		{ "one more", 541, 18, 0, 30, 30, 540 },
		{ "many more", 2700, 18, 0, 30, 2699 / 18.0, 540 },
		{ "paper", 100, 1, 0, 30, 99, 30 },
		{ "others use a half", 100, 18, 9, 5, 11, 45 },
		{ "others use it all", 100, 18, 18, 30, 99, 30 },
		{ "others use more than all", 100, 18, 40, 30, 99, 30 },
		{ "no timeout", 2700, 18, 0, 0, 2699 / 18.0, 2700 },
		{ "no limit", 2700, 0, 0, 1, 0, 2700 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct cost c = usual;
		struct buf b;

		print_message("# %s\n", rows[i].name);
		c.calls = rows[i].calls;
		c.rate_per_sec = rows[i].rate;
		c.others_per_sec = rows[i].others;
		c.timeout_sec = rows[i].timeout;
		assert_true(cost_least_sec(&c) == rows[i].least_sec);
		assert_int_equal(cost_calls_that_fit(&c), rows[i].fit);
		buf_init(&b, 1000);
		assert_int_equal(report_misfit(&c, &b), rows[i].fit == rows[i].calls);
		buf_release(&b);
	}
}

/* Ten a second, and 200 in a minute. */
static void a_longer_window_counts(void **state)
{
	static const struct {
		size_t calls;
		double timeout, least_sec;
		size_t fit;
	} rows[] = {
		{ 200, 30, 19.9, 200 }, { 201, 30, 60, 200 },   { 201, 61, 60, 201 },
		{ 260, 90, 65.9, 260 }, { 601, 180, 180, 600 }, { 1000, 0, 259.9, 1000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct cost c = usual;
		struct buf b;

		c.calls = rows[i].calls;
		c.rate_per_sec = 10;
		c.window_calls = 200;
		c.window_sec = 60;
		c.timeout_sec = rows[i].timeout;
		assert_true(cost_least_sec(&c) == rows[i].least_sec);
		assert_int_equal(cost_calls_that_fit(&c), rows[i].fit);
		buf_init(&b, 1000);
		report_plan(&c, &b);
		assert_non_null(strstr(buf_text(&b), "rate: 10 calls a second, 200 in 60 s\n"));
		/* Others leave one a second: then it is that which counts. */
		c.others_per_sec = 20;
		assert_true(cost_least_sec(&c) == (double)(rows[i].calls - 1));
		buf_release(&b);
	}
}

/* What is suggested does: the calls fit into it, with room. */
static void suggested_timeout_fits(void **state)
{
	(void)state;
	for (size_t calls = 500; calls < 5000; calls += 7) {
		struct cost c = usual;
		struct buf b;
		const char *at;
		long long sec = 0;

		c.calls = calls;
		buf_init(&b, 1000);
		if (!report_misfit(&c, &b)) {
			at = strstr(buf_text(&b), "--timeout ");
			assert_non_null(at);
			for (at += 10; *at >= '0' && *at <= '9'; at++)
				sec = sec * 10 + (*at - '0');
			c.timeout_sec = (double)sec;
			assert_int_equal(cost_calls_that_fit(&c), calls);
			assert_true(cost_least_sec(&c) + 1 < c.timeout_sec);
		}
		buf_release(&b);
	}
}

/* ---- words ---- */

static void plan_says_what_it_costs(void **state)
{
	struct cost c = usual;
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	report_plan(&c, &b);
	assert_text(&b, "symbols: 2700\nto fetch: 2700\ncalls: 90\n"
			"rate: 18 calls a second\nleast time: 4.9 s\ntimeout: 30 s\n"
			"fits: yes\n");

	c = (struct cost){ .symbols = 1200,
			   .to_fetch = 1000,
			   .calls = 1000,
			   .rate_per_sec = 18,
			   .others_per_sec = 8,
			   .timeout_sec = 12.5 };
	report_plan(&c, &b);
	assert_text(&b, "symbols: 1200\nto fetch: 1000\ncalls: 1000\n"
			"rate: 18 calls a second\nused by others: 8.0 calls a second\n"
			"least time: 99.9 s\ntimeout: 12.5 s\nfits: no\n"
			"will fit: about 125 symbols\nwould do: --timeout 102\n");

	c.rate_per_sec = 0;
	c.others_per_sec = 0;
	c.timeout_sec = 0;
	report_plan(&c, &b);
	assert_text(&b, "symbols: 1200\nto fetch: 1000\ncalls: 1000\nrate: unlimited\n"
			"least time: 0.0 s\ntimeout: none\nfits: yes\n");
}

static void misfit_says_what_would_help(void **state)
{
	struct cost c = usual;
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	assert_true(report_misfit(&c, &b));
	assert_text(&b, "");

	c.calls = 2700;
	c.batch = 1;
	assert_false(report_misfit(&c, &b));
	assert_text(&b, "2700 calls need at least 150 s: about 540 of 2700 symbols will "
			"fit; --timeout 152 would do, or a --batch up to 30");
	c.batch = 30;
	assert_false(report_misfit(&c, &b));
	assert_text(&b, "2700 calls need at least 150 s: about 540 of 2700 symbols will "
			"fit; --timeout 152 would do");
	c.timeout_sec = 0;
	assert_true(report_misfit(&c, &b));
	assert_text(&b, "");
}

static void quota_says_who_uses_it(void **state)
{
	struct limiter_view v = { .is_shared = true,
				.users = 3,
				.calls_last_second = 17,
				.calls_last_minute = 800,
				.pace_per_sec = 13.5,
				.ceiling_per_sec = 18,
				.learned_left_ns = 61500 * NS_PER_MS };
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	report_quota(NULL, &v, 23 * 60 * 60 * INT64_C(1000), &b);
	assert_text(&b, "shared: yes\nprocesses: 3\ncalls in the last second: 17\n"
			"calls in the last minute: 800\npace: 13.5 calls a second\n"
			"ceiling: 18.0 calls a second\n"
			"learned from refusals, for another: 61 s\n"
			"token: 1380 min left\n");
	v = (struct limiter_view){ .pace_per_sec = 1, .ceiling_per_sec = 1 };
	report_quota(NULL, &v, 0, &b);
	assert_text(&b, "shared: no\nprocesses: 0\ncalls in the last second: 0\n"
			"calls in the last minute: 0\npace: 1.0 calls a second\n"
			"ceiling: 1.0 calls a second\ntoken: none\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_seconds_and_calls),
		cmocka_unit_test(suggested_timeout_fits),
		cmocka_unit_test(a_longer_window_counts),
		cmocka_unit_test(plan_says_what_it_costs),
		cmocka_unit_test(misfit_says_what_would_help),
		cmocka_unit_test(quota_says_who_uses_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
