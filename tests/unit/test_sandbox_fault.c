/* SPDX-License-Identifier: MIT */
/* The language of --fault over simulated time: which calls are hit, and when
 * what lasts holds. */
#include "sandbox/around.h"

#include "base/clock.h"
#include "sandbox/fault.h"
#include "sandbox/ratelimit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MS NS_PER_MS

static struct fault_rule rule_of(const char *spec)
{
	struct fault_rule rule;
	struct err err;

	if (fault_parse(spec, &rule, &err))
		fail_msg("%s: %s", spec, err.msg);
	return rule;
}

static struct request quote_call(const char *symbol)
{
	return (struct request){ .endpoint = ENDPOINT_SINGLE,
				 .symbol = { symbol },
				 .symbol_count = 1 };
}

/* Which of the calls, a hundred ms apart, the rule hits: "x" or ".". */
static void expect_hits(const char *spec, const char *wanted)
{
	struct fault_rule rule = rule_of(spec);
	struct request request = quote_call("005930");
	char seen[128] = "";

	for (size_t i = 0; wanted[i]; i++)
		seen[i] = fault_fires(&rule, &request, false, UINT64_MAX / 2,
				      (int64_t)i * 100 * MS)
				  ? 'x'
				  : '.';
	if (strcmp(seen, wanted) != 0)
		fail_msg("%s: %s, not %s", spec, seen, wanted);
}

static void calls_are_chosen_by_count(void **state)
{
	(void)state;
	expect_hits("status=502", "xxxxx");
	expect_hits("status=502@nth=3", "..x..");
	expect_hits("status=502@nth=1-3", "xxx..");
	expect_hits("status=502@nth=4-9", "...xxxxxx..");
	expect_hits("status=502@nth=3-", "..xxx");
	expect_hits("reset@every=4", "...x...x...x");
	expect_hits("reset@every=2,times=2", ".x.x....");
	expect_hits("limit@times=3", "xxx..");
	expect_hits("limit@p=0.4", ".....");
	expect_hits("limit@p=0.6", "xxxxx");
}

static void calls_are_chosen_by_time(void **state)
{
	(void)state;
	expect_hits("status=502@until=0.3", "xxx..");
	expect_hits("status=502@until=300ms", "xxx..");
	expect_hits("status=502@from=0,until=0.25s", "xxx..");
	expect_hits("status=502@from=200ms", "..xxx");
	expect_hits("status=502@from=0.2s,until=0.4s", "..xx..");
	expect_hits("status=502@from=1m", ".....");
	/* What is outside of the time is not counted. */
	expect_hits("status=502@from=0.2s,nth=2", "...x..");
}

static void a_hit_goes_on_for_a_time(void **state)
{
	(void)state;
	expect_hits("status=502@nth=3,for=0.25s", "..xxx...");
	expect_hits("limit@nth=1,for=300ms", "xxx...");
	/* Calls go on being counted; who is hit again begins anew. */
	expect_hits("limit@every=4,for=0.15s", "...xx..xx..xx");
	expect_hits("limit@nth=3,for=1s,until=0.4s", "..xx....");
	expect_hits("limit@times=1,for=0.2s", "xx...");
}

static void calls_are_told_apart(void **state)
{
	struct fault_rule rule = rule_of("reset@symbol=KO,exchange=NYS");
	struct request request = quote_call("KO");

	(void)state;
	request.endpoint = ENDPOINT_PRICE;
	request.exchange = "NAS";
	assert_false(fault_fires(&rule, &request, false, 0, 0));
	request.exchange = "NYS";
	assert_true(fault_fires(&rule, &request, false, 0, 0));
	request.symbol[0] = "PEP";
	assert_false(fault_fires(&rule, &request, false, 0, 0));
	rule = rule_of("reset@path=token");
	assert_false(fault_fires(&rule, &request, false, 0, 0));
	request.endpoint = ENDPOINT_TOKEN;
	assert_true(fault_fires(&rule, &request, false, 0, 0));
	rule = rule_of("token-crlf");
	assert_true(fault_fires(&rule, &request, false, 0, 0));
	rule = rule_of("reset");
	assert_false(fault_fires(&rule, &request, false, 0, 0));
	rule = rule_of("reset@source=alpaca");
	request.endpoint = ENDPOINT_SNAPSHOTS;
	assert_false(fault_fires(&rule, &request, false, 0, 0));
	request.source = SOURCE_ALPACA;
	assert_true(fault_fires(&rule, &request, false, 0, 0));
	rule = rule_of("zero@symbol=KRW-BTC");
	request.asks_for_all = true;
	assert_true(fault_fires(&rule, &request, false, 0, 0));
	rule = rule_of("down");
	assert_true(fault_fires(&rule, &request, false, 0, 0));
}

static void what_is_unfit_is_named(void **state)
{
	static const char *const specs[] = {
		"nonsense", "status", "status=199", "status=x", "reset=1",
		"reset@nth=0", "reset@nth=3-2", "reset@nth=x", "reset@nth=1-x",
		"reset@every=0", "reset@p=1.1", "reset@p=x", "reset@color=red",
		"reset@nth", "reset@from=", "reset@from=1x", "reset@from=1.",
		"reset@from=.5", "reset@from=-1", "reset@from=1.5.5",
		"reset@until=0", "reset@from=2,until=1", "reset@nth=1,for=0",
		"reset@for=1s", "reset@until=1000000h", "reset@path=nowhere",
		"reset@symbol=", "reset@source=nobody",
		"reset@symbol=AAAAAAAAAAAAAAAA", "foreign",
		"foreign=0", "foreign=1001", "rate=-1", "down=1", "",
	};
	struct fault_rule rule;

	(void)state;
	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		struct err err = { .msg = "" };

		if (fault_parse(specs[i], &rule, &err) == 0)
			fail_msg("accepted: %s", specs[i]);
		assert_int_equal(err.kind, ERR_USAGE);
		assert_true(strlen(err.msg) > 10);
	}
}

static void an_argument_may_hold_what_it_likes(void **state)
{
	struct fault_rule rule = rule_of("name=a@b,c=d@symbol=005930");

	(void)state;
	assert_string_equal(rule.text, "a@b,c=d");
	assert_string_equal(rule.symbol, "005930");
}

static void rows_are_found_by_their_symbol(void **state)
{
	struct fault_rule rule[3] = { rule_of("zero@symbol=A"),
				      rule_of("price=5@symbol=B"),
				      rule_of("price=6") };
	struct fault_rows rows = { { &rule[0], &rule[1], &rule[2] }, 3 };

	(void)state;
	assert_ptr_equal(fault_in_row(&rows, FAULT_ZERO, "A"), &rule[0]);
	assert_null(fault_in_row(&rows, FAULT_ZERO, "B"));
	assert_ptr_equal(fault_in_row(&rows, FAULT_PRICE, "B"), &rule[1]);
	assert_ptr_equal(fault_in_row(&rows, FAULT_PRICE, "A"), &rule[2]);
}

static void what_lasts_holds_in_its_time(void **state)
{
	struct fault_rule rule = rule_of("down@from=1s,until=3s");
	struct request request = quote_call("005930");

	(void)state;
	assert_false(fault_holds(&rule, 0));
	assert_int_equal(fault_next_change(&rule, 0), 1000 * MS);
	assert_true(fault_holds(&rule, 1000 * MS));
	assert_int_equal(fault_next_change(&rule, 1000 * MS), 3000 * MS);
	assert_false(fault_holds(&rule, 3000 * MS));
	assert_int_equal(fault_next_change(&rule, 3000 * MS), CLOCK_NEVER);

	rule = rule_of("down@nth=2,for=1.5s");
	assert_false(fault_fires(&rule, &request, false, 0, 100 * MS));
	assert_false(fault_holds(&rule, 100 * MS));
	assert_int_equal(fault_next_change(&rule, 100 * MS), CLOCK_NEVER);
	assert_true(fault_fires(&rule, &request, false, 0, 200 * MS));
	assert_true(fault_holds(&rule, 200 * MS));
	assert_int_equal(fault_next_change(&rule, 200 * MS), 1700 * MS);
	assert_false(fault_holds(&rule, 1700 * MS));

	rule = rule_of("rate=3@nth=1");
	assert_false(fault_holds(&rule, 0));
	assert_true(fault_fires(&rule, &request, false, 0, 10 * MS));
	assert_true(fault_holds(&rule, INT64_MAX / 2));
}

/* A second of calls, every step_ms: how many pass. */
static int passing(struct around *around, int64_t from_ms, int64_t step_ms)
{
	int passed = 0;

	for (int64_t t = from_ms; t < from_ms + 1000; t += step_ms) {
		around_advance(around, t * MS);
		passed += around_let_pass(around, SOURCE_KIS, t * MS);
	}
	return passed;
}

static void setup_around(struct around *around, const struct fault_rule *rule,
			 size_t rules, size_t rate,
			 enum ratelimit_window window)
{
	struct ratelimit_setup setup[SOURCES];

	for (int i = 0; i < SOURCES; i++)
		setup[i] = (struct ratelimit_setup){ .window = window,
						     .period_ns = NS_PER_SEC,
						     .calls_max = rate };
	assert_int_equal(around_init(around, rule, rules, setup, NULL), 0);
}

static void the_limit_changes(void **state)
{
	static const enum ratelimit_window windows[] = { RATELIMIT_SLIDING,
							 RATELIMIT_FIXED };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct fault_rule rule[2] = {
			rule_of("rate=3@from=2s,until=4s"),
			rule_of("rate=40@from=6s"),
		};
		struct around around;

		setup_around(&around, rule, 2, 18, windows[i]);
		assert_int_equal(passing(&around, 0, 20), 18);
		assert_int_equal(passing(&around, 1000, 20), 18);
		/* Those of the second before still count where it slides. */
		passing(&around, 2000, 20);
		assert_int_equal(passing(&around, 3000, 20), 3);
		assert_int_equal(passing(&around, 5000, 20), 18);
		assert_int_equal(passing(&around, 7000, 20), 40);
		around_release(&around);
	}
}

static void a_limit_of_none_may_become_one(void **state)
{
	struct fault_rule rule = rule_of("rate=3@from=1s,until=2s");
	struct around around;

	(void)state;
	setup_around(&around, &rule, 1, 0, RATELIMIT_SLIDING);
	assert_int_equal(passing(&around, 0, 10), 100);
	/* Those of the second before count: the last three leave late. */
	assert_int_equal(passing(&around, 1000, 10), 3);
	assert_int_equal(around.limit[SOURCE_KIS].stamp[1] / MS, 1970);
	assert_int_equal(passing(&around, 3000, 10), 100);
	around_release(&around);
}

static void a_limit_is_that_of_its_source(void **state)
{
	struct fault_rule rule[2] = { rule_of("rate=1@source=upbit"),
				      rule_of("foreign=10@source=ecb") };
	struct around around;

	(void)state;
	setup_around(&around, rule, 2, 3, RATELIMIT_FIXED);
	around_advance(&around, 500 * MS);
	assert_true(around_let_pass(&around, SOURCE_UPBIT, 500 * MS));
	assert_false(around_let_pass(&around, SOURCE_UPBIT, 500 * MS));
	assert_true(around_let_pass(&around, SOURCE_KIS, 500 * MS));
	assert_true(around_let_pass(&around, SOURCE_KIS, 500 * MS));
	assert_false(around_let_pass(&around, SOURCE_ECB, 500 * MS));
	assert_int_equal(
		ratelimit_get_left(&around.limit[SOURCE_KIS], 500 * MS), 1);
	assert_int_equal(
		ratelimit_get_left(&around.limit[SOURCE_KIS], 1000 * MS), 3);
	assert_int_equal(
		ratelimit_get_rest_ns(&around.limit[SOURCE_KIS], 300 * MS),
		700 * MS);
	around_release(&around);
}

static void a_foreign_program_takes_its_part(void **state)
{
	struct fault_rule rule = rule_of("foreign=25@from=2s,until=8s");
	struct around around;

	(void)state;
	setup_around(&around, &rule, 1, 18, RATELIMIT_SLIDING);
	assert_int_equal(passing(&around, 0, 50), 18);
	passing(&around, 2000, 50);
	assert_true(passing(&around, 3000, 100) < 10);
	assert_true(passing(&around, 6000, 100) < 10);
	assert_int_equal(passing(&around, 9100, 50), 18);
	around_release(&around);
}

static void foreign_calls_are_counted_when_they_were_due(void **state)
{
	struct fault_rule rule[2] = { rule_of("foreign=4@from=1s,until=2s"),
				      rule_of("foreign=2@until=2s") };
	struct around around;
	const struct ratelimit *limit = &around.limit[SOURCE_KIS];

	(void)state;
	setup_around(&around, rule, 2, 100, RATELIMIT_SLIDING);
	around_advance(&around, 1000 * MS);
	assert_int_equal(limit->len, 4); /* 0, 500, 1000 and 1000 */
	around_advance(&around, 1999 * MS);
	assert_int_equal(limit->len, 8);
	assert_int_equal(limit->stamp[4], 1250 * MS);
	assert_int_equal(limit->stamp[5], 1500 * MS);
	assert_int_equal(limit->stamp[6], 1500 * MS);
	assert_int_equal(limit->stamp[7], 1750 * MS);
	around_advance(&around, 9000 * MS);
	assert_int_equal(limit->len, 8);
	around_release(&around);
}

static void a_day_of_silence_is_not_made_up_for(void **state)
{
	struct fault_rule rule = rule_of("foreign=1000");
	struct around around;

	(void)state;
	setup_around(&around, &rule, 1, 1000000, RATELIMIT_SLIDING);
	around_advance(&around, 86400000 * MS);
	assert_true(around.limit[SOURCE_KIS].len <= 120001);
	around_release(&around);
}

static void outages_are_told_in_advance(void **state)
{
	struct fault_rule rule[3] = { rule_of("down@from=5s,until=6s"),
				      rule_of("reset@from=1s"),
				      rule_of("down@from=2s,until=3s") };
	struct around around;

	(void)state;
	setup_around(&around, rule, 3, 0, RATELIMIT_FIXED);
	assert_null(around_get_outage(&around, SOURCE_KIS, 0));
	assert_int_equal(around_next_change(&around, 0), 2000 * MS);
	assert_ptr_equal(around_get_outage(&around, SOURCE_KIS, 2000 * MS), &rule[2]);
	assert_int_equal(around_next_change(&around, 2000 * MS), 3000 * MS);
	assert_null(around_get_outage(&around, SOURCE_KIS, 3000 * MS));
	assert_int_equal(around_next_change(&around, 3000 * MS), 5000 * MS);
	assert_int_equal(around_next_change(&around, 6000 * MS), CLOCK_NEVER);
	around_release(&around);
	rule[0] = rule_of("down@source=ecb");
	setup_around(&around, rule, 1, 0, RATELIMIT_FIXED);
	assert_null(around_get_outage(&around, SOURCE_KIS, 0));
	assert_ptr_equal(around_get_outage(&around, SOURCE_ECB, 0), &rule[0]);
	around_release(&around);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_are_chosen_by_count),
		cmocka_unit_test(calls_are_chosen_by_time),
		cmocka_unit_test(a_hit_goes_on_for_a_time),
		cmocka_unit_test(calls_are_told_apart),
		cmocka_unit_test(what_is_unfit_is_named),
		cmocka_unit_test(an_argument_may_hold_what_it_likes),
		cmocka_unit_test(rows_are_found_by_their_symbol),
		cmocka_unit_test(what_lasts_holds_in_its_time),
		cmocka_unit_test(the_limit_changes),
		cmocka_unit_test(a_limit_of_none_may_become_one),
		cmocka_unit_test(a_limit_is_that_of_its_source),
		cmocka_unit_test(a_foreign_program_takes_its_part),
		cmocka_unit_test(foreign_calls_are_counted_when_they_were_due),
		cmocka_unit_test(a_day_of_silence_is_not_made_up_for),
		cmocka_unit_test(outages_are_told_in_advance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
