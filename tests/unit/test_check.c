/* SPDX-License-Identifier: MIT */
/* Unit tests of model/check: two quotes, one verdict. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "model/check.h"

static struct quote make(const char *price, const char *close, const char *currency,
			 const char *quoted_at, const char *session, int delayed)
{
	struct quote q = { .currency = currency,
			   .quoted_at = quoted_at,
			   .session = session,
			   .delayed_minutes = delayed };

	q.number[QUOTE_PRICE] = price;
	q.number[QUOTE_PREVIOUS_CLOSE] = close;
	return q;
}

static void each_difference_has_its_verdict(void **state)
{
	static const struct {
		const char *what, *price, *close, *currency, *quoted_at, *session;
		int delayed;
		const char *verdict, *diff;
	} rows[] = {
		{ "the same", "100.00", "98", "USD", NULL, NULL, 0, "ok", "0.00" },
		{ "within a percent", "101", "98", "USD", NULL, NULL, 0, "ok", "1.00" },
		{ "below, within", "99.01", "98", "USD", NULL, NULL, 0, "ok", "-0.99" },
		{ "beyond by less than is shown", "101.0000001", "98", "USD", NULL, NULL, 0,
		  "differs", "1.00" },
		{ "beyond", "101.01", "98", "USD", NULL, NULL, 0, "differs", "1.01" },
		{ "below, beyond", "98", "98", "USD", NULL, NULL, 0, "differs", "-2.00" },
		{ "another currency", "100", "98", "KRW", NULL, NULL, 0, "other", "0.00" },
		{ "no currency told", "100", "98", NULL, NULL, NULL, 0, "ok", "0.00" },
		{ "another close", "100", "50", "USD", NULL, NULL, 0, "other", "0.00" },
		{ "a close rounded", "100", "98.2", "USD", NULL, NULL, 0, "ok", "0.00" },
		{ "no close told", "100", NULL, "USD", NULL, NULL, 0, "ok", "0.00" },
		{ "another day", "100", "98", "USD", "2026-11-20T20:00:00Z", NULL, 0, "stale",
		  "0.00" },
		{ "the same day", "100", "98", "USD", "2026-11-21", NULL, 0, "ok", "0.00" },
		{ "another session", "100", "98", "USD", NULL, "after", 0, "stale", "0.00" },
		{ "late, and the same", "100", "98", "USD", NULL, NULL, 15, "ok", "0.00" },
		{ "late, and elsewhere", "105", "98", "USD", NULL, NULL, 15, "stale", "5.00" },
	};
	struct quote ours = make("100", "98", "USD", "2026-11-21T09:00:00+09:00", "regular", 0);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct quote theirs = make(rows[i].price, rows[i].close, rows[i].currency,
					   rows[i].quoted_at, rows[i].session, rows[i].delayed);
		struct arena texts;
		struct check c;
		struct err err;

		arena_init(&texts);
		assert_int_equal(check_compare(&ours, &theirs, "second", "1", &texts, &c, &err), 0);
		if (strcmp(check_verdict_name(c.verdict), rows[i].verdict) != 0)
			fail_msg("%s: %s", rows[i].what, check_verdict_name(c.verdict));
		assert_string_equal(c.provider, "second");
		assert_string_equal(c.price, rows[i].price);
		assert_string_equal(c.diff_percent, rows[i].diff);
		arena_release(&texts);
	}
}

static void nothing_to_compare_is_none(void **state)
{
	struct quote ours = make("100", "98", "USD", NULL, NULL, 0), theirs = { 0 };
	struct arena texts;
	struct check c;
	struct err err;

	(void)state;
	arena_init(&texts);
	assert_int_equal(check_compare(&ours, NULL, "second", "1", &texts, &c, &err), 0);
	assert_int_equal(c.verdict, CHECK_NONE);
	assert_null(c.price);
	assert_int_equal(check_compare(&ours, &theirs, "second", "1", &texts, &c, &err), 0);
	assert_int_equal(c.verdict, CHECK_NONE);
	arena_release(&texts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_difference_has_its_verdict),
		cmocka_unit_test(nothing_to_compare_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
