/* SPDX-License-Identifier: MIT */
/* Unit tests of engine/breaker: what opens it, probes and their intervals, what
 * closes it, and what is hopeless. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/breaker.h"

#define SEC NS_PER_SEC

static int64_t deadline = CLOCK_NEVER;

static void fail_with(struct breaker *b, enum err_kind kind, bool was_connected, bool is_own,
		      int64_t now)
{
	struct err err = { .kind = kind };
	const struct breaker_failure f = { .err = &err,
					   .was_connected = was_connected,
					   .is_own = is_own,
					   .random = 0.5,
					   .now_ns = now,
					   .latest_ns = deadline };

	breaker_note_failure(b, &f);
}

static void failures_in_a_row_open_it(void **state)
{
	struct breaker b;
	int64_t at;
	int i;

	(void)state;
	breaker_init(&b, 0);
	for (i = 1; i < BREAKER_FAILURES; i++) {
		fail_with(&b, ERR_SERVER, true, false, i);
		assert_int_equal(breaker_ask(&b, i, &at), BREAKER_CLOSED);
	}
	breaker_note_answer(&b, false);
	for (i = 1; i < BREAKER_FAILURES; i++)
		fail_with(&b, ERR_SERVER, true, false, i);
	assert_int_equal(breaker_ask(&b, i, &at), BREAKER_CLOSED);
	fail_with(&b, ERR_SERVER, true, false, i);
	assert_int_equal(breaker_ask(&b, i, &at), BREAKER_WAIT);
	assert_in_range(at, i + 50 * NS_PER_MS, i + 100 * NS_PER_MS);
}

/* One probe at a time, at intervals that double to two seconds. */
static void probes_grow_rarer(void **state)
{
	int64_t now = SEC, at = 0, before = 0;
	struct breaker b;
	int i;

	(void)state;
	breaker_init(&b, 0);
	breaker_note_answer(&b, false);
	for (i = 0; i < BREAKER_FAILURES; i++)
		fail_with(&b, ERR_NETWORK, false, false, now);
	for (i = 0; i < 40; i++) {
		assert_int_equal(breaker_ask(&b, now, &at), BREAKER_WAIT);
		assert_true(at - now >= before && at - now <= 2 * SEC);
		before = at - now;
		now = at;
		assert_int_equal(breaker_ask(&b, now, &at), BREAKER_PROBE);
		breaker_note_probe(&b);
		assert_int_equal(breaker_ask(&b, now + 9 * SEC, &at), BREAKER_WAIT);
		assert_int_equal(at, CLOCK_NEVER);
		now += SEC / 100;
		fail_with(&b, ERR_NETWORK, false, false, now);
	}
	assert_int_equal(before, 3 * SEC / 2); /* random is a half */
	/* It was answered before: no outage is hopeless. */
	breaker_note_answer(&b, false);
	assert_int_equal(breaker_ask(&b, now, &at), BREAKER_CLOSED);
}

/* A probe that would come after the deadline is made halfway there. */
static void the_last_probes_are_before_the_deadline(void **state)
{
	int64_t now = SEC, at = 0, last = 0;
	struct breaker b;

	(void)state;
	deadline = 11 * SEC;
	breaker_init(&b, 0);
	breaker_note_answer(&b, false);
	while (now < deadline) {
		fail_with(&b, ERR_NETWORK, false, false, now);
		if (breaker_ask(&b, now, &at) == BREAKER_WAIT)
			now = at;
		if (breaker_ask(&b, now, &at) == BREAKER_PROBE)
			breaker_note_probe(&b);
		if (now < deadline)
			last = now;
	}
	assert_in_range(last, deadline - 100 * NS_PER_MS, deadline - 25 * NS_PER_MS);
	deadline = CLOCK_NEVER;
}

/* Those who were under way when it opened do not put off the probe. */
static void late_failures_change_nothing(void **state)
{
	struct breaker b;
	int64_t at, again;
	int i;

	(void)state;
	breaker_init(&b, 0);
	for (i = 0; i < BREAKER_FAILURES; i++)
		fail_with(&b, ERR_SERVER, true, false, SEC);
	breaker_ask(&b, SEC, &at);
	for (i = 0; i < 10; i++)
		fail_with(&b, ERR_SERVER, true, false, SEC);
	assert_int_equal(breaker_ask(&b, SEC, &again), BREAKER_WAIT);
	assert_int_equal(at, again);
}

static void a_refusal_for_the_rate_closes(void **state)
{
	struct breaker b;
	int64_t at;
	int i;

	(void)state;
	breaker_init(&b, 0);
	for (i = 0; i < BREAKER_FAILURES; i++)
		fail_with(&b, ERR_SERVER, true, false, SEC);
	breaker_note_answer(&b, true);
	assert_int_equal(breaker_ask(&b, SEC, &at), BREAKER_CLOSED);
	assert_false(b.was_answered);
}

static void what_cannot_heal_is_hopeless(void **state)
{
	static const enum err_kind kinds[] = { ERR_AUTH, ERR_TLS, ERR_HOST };
	struct breaker b;
	int64_t at;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		int n;

		breaker_init(&b, 0);
		fail_with(&b, kinds[i], true, false, SEC);
		assert_int_equal(breaker_ask(&b, SEC, &at), BREAKER_HOPELESS);
		assert_int_equal(b.why.kind, kinds[i]);
		/* For good: the error that ended it stands. */
		fail_with(&b, ERR_SERVER, true, false, SEC);
		assert_int_equal(b.why.kind, kinds[i]);
		/* It was fine a moment ago: once is no proof. */
		breaker_init(&b, 0);
		breaker_note_answer(&b, false);
		for (n = 1; n < BREAKER_FAILURES; n++)
			fail_with(&b, kinds[i], true, false, SEC);
		assert_int_equal(breaker_ask(&b, SEC, &at), BREAKER_CLOSED);
		fail_with(&b, kinds[i], true, false, SEC);
		assert_int_equal(breaker_ask(&b, SEC, &at), BREAKER_HOPELESS);
	}
}

static bool is_hopeless_after(enum err_kind kind, bool was_connected, bool is_own, int count,
			      int64_t step)
{
	struct breaker b;
	int64_t at;
	int i;

	breaker_init(&b, 0);
	for (i = 0; i < count; i++)
		fail_with(&b, kind, was_connected, is_own, SEC + i * step);
	return breaker_ask(&b, SEC + i * step, &at) == BREAKER_HOPELESS;
}

static void nothing_was_ever_reached(void **state)
{
	(void)state;
	assert_false(is_hopeless_after(ERR_NETWORK, false, false, 8, SEC));
	assert_true(is_hopeless_after(ERR_NETWORK, false, false, 9, SEC));
	/* It was: then it may come back, however long. */
	assert_false(is_hopeless_after(ERR_NETWORK, true, false, 1000, SEC));
	assert_false(is_hopeless_after(ERR_SERVER, true, false, 1000, SEC));
}

static void every_call_is_refused(void **state)
{
	(void)state;
	assert_false(is_hopeless_after(ERR_FORBIDDEN, true, true, BREAKER_REFUSALS - 1, 0));
	assert_true(is_hopeless_after(ERR_FORBIDDEN, true, true, BREAKER_REFUSALS, 0));
	/* A gateway's page is not the source's word. */
	assert_false(is_hopeless_after(ERR_FORBIDDEN, true, false, 1000, 0));
}

/* --retries: so many probes, and no more. */
static void probes_can_be_capped(void **state)
{
	struct breaker b;
	int64_t at, now = SEC;
	int i, probes = 0;

	(void)state;
	breaker_init(&b, 3);
	breaker_note_answer(&b, false);
	for (i = 0; i < BREAKER_FAILURES; i++)
		fail_with(&b, ERR_SERVER, true, false, now);
	while (breaker_ask(&b, now, &at) != BREAKER_HOPELESS) {
		now = at;
		assert_int_equal(breaker_ask(&b, now, &at), BREAKER_PROBE);
		breaker_note_probe(&b);
		fail_with(&b, ERR_SERVER, true, false, now);
		probes++;
	}
	assert_int_equal(probes, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failures_in_a_row_open_it),
		cmocka_unit_test(probes_grow_rarer),
		cmocka_unit_test(the_last_probes_are_before_the_deadline),
		cmocka_unit_test(late_failures_change_nothing),
		cmocka_unit_test(a_refusal_for_the_rate_closes),
		cmocka_unit_test(what_cannot_heal_is_hopeless),
		cmocka_unit_test(nothing_was_ever_reached),
		cmocka_unit_test(every_call_is_refused),
		cmocka_unit_test(probes_can_be_capped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
