/* SPDX-License-Identifier: MIT */
/* The pace alone: what it permits after a cut, with time, and what is probed. */
#include "share/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEC NS_PER_SEC
#define DAY (86400 * SEC)

enum { LIMIT = 18 };

static const int64_t NOW = 1000 * SEC;

static double permits_at(struct pace *p, int64_t now)
{
	pace_advance(p, SEC, now);
	return pace_permits(p, LIMIT);
}

static void refuse(struct pace *p, int64_t now, int accepted)
{
	struct pace_refusal r = { .limit = LIMIT, .sent_ns = now, .now_ns = now,
				  .window_ns = SEC, .pause_ns = SEC,
				  .accepted = accepted };

	pace_advance(p, SEC, now);
	pace_note_refused(p, &r);
}

/* So many calls, spread over the time until now; all are accepted. */
static void accept_calls(struct pace *p, int64_t from, int64_t now, int calls)
{
	int64_t at;
	int i;

	for (i = 0; i < calls; i++) {
		at = from + (now - from) * (i + 1) / calls;
		pace_advance(p, SEC, at);
		pace_note_ask(p, LIMIT, at);
		pace_note_accepted(p, LIMIT, at, SEC, at);
	}
}

/* With use or without, in one step or in many. */
static void test_rises_with_time(void **state)
{
	static const int64_t idle[] = { 20 * SEC, DAY, 400 * DAY };
	struct pace p;
	size_t i;
	int64_t now;

	(void)state;
	for (i = 0; i < 3; i++) {
		pace_init(&p);
		for (now = NOW; now < NOW + 100 * SEC; now += SEC / 10) {
			pace_advance(&p, SEC, now);
			pace_note_overload(&p, LIMIT, now, now);
		}
		assert_true(permits_at(&p, now) < 2);
		assert_true(permits_at(&p, now + idle[i]) == LIMIT);
	}
	pace_init(&p);
	refuse(&p, NOW, 9);
	assert_true(permits_at(&p, NOW) > 12 && permits_at(&p, NOW) < 13);
	/* Not in the pause. */
	assert_true(permits_at(&p, NOW + SEC) < 13);
	for (now = NOW + SEC; now < NOW + 2 * SEC; now += SEC / 100)
		permits_at(&p, now);
	assert_true(permits_at(&p, now) == LIMIT);
}

/* A learned ceiling: nothing but a probe is above it, nor a day's idleness,
 * which lets it be forgotten. */
static void test_ceiling(void **state)
{
	struct pace p;
	int64_t now = NOW;
	int i;

	(void)state;
	pace_init(&p);
	refuse(&p, now, 3);
	refuse(&p, now += 2 * SEC, 3);
	assert_true(pace_ceiling(&p, LIMIT) == 3 && pace_permits(&p, LIMIT) == 3);
	assert_true(permits_at(&p, now + 60 * SEC) == 3);
	/* Probed, refused: proved, and each time the next probe is later. */
	for (i = 0; i < 8; i++) {
		int64_t due = p.probe_ns;

		pace_note_ask(&p, LIMIT, due - 1);
		assert_true(permits_at(&p, due) == 3);
		pace_note_ask(&p, LIMIT, due);
		assert_true(permits_at(&p, due) == 4);
		refuse(&p, due + SEC / 2, 3);
		assert_true(permits_at(&p, due + SEC) == 3);
		assert_true(p.probe_ns > due + SEC && p.probe_ns <= due + 122 * SEC);
		now = due;
	}
	assert_true(p.probe_ns > now + 120 * SEC);
	assert_true(permits_at(&p, now + PACE_LEARNED_NS) == 3);
	assert_true(permits_at(&p, now + PACE_LEARNED_NS + 8 * SEC) == LIMIT);
	assert_true(pace_ceiling(&p, LIMIT) == LIMIT);
}

/* A probe that is used for two windows raises it, and the next one is wider. */
static void test_false_ceiling(void **state)
{
	static const int calls[] = { 8, 16, 36 };
	static const double ceiling[] = { 4, 8, 24 };
	struct pace p;
	int64_t now;
	size_t i;

	(void)state;
	pace_init(&p);
	refuse(&p, NOW, 3);
	refuse(&p, NOW + 2 * SEC, 3);
	now = p.probe_ns;
	pace_note_ask(&p, LIMIT, now);
	/* Too few calls prove nothing. */
	accept_calls(&p, now, now + 20 * SEC, 40);
	assert_true(p.ceiling == 3);
	now += 20 * SEC;
	for (i = 0; i < 3; i++) {
		accept_calls(&p, now, now + 2 * SEC, calls[i]);
		now += 2 * SEC;
		assert_true(p.ceiling == ceiling[i]);
	}
	assert_true(pace_permits(&p, LIMIT) == LIMIT);
	assert_true(pace_ceiling(&p, LIMIT) == LIMIT);
}

/* Refused, and nothing of ours was accepted: it is somebody else. */
static void test_stranger(void **state)
{
	struct pace p;
	int64_t due;
	int i;

	(void)state;
	pace_init(&p);
	refuse(&p, NOW, 3);
	refuse(&p, NOW + 2 * SEC, 3);
	for (i = 0; i < 5; i++) {
		due = p.probe_ns;
		pace_advance(&p, SEC, due);
		pace_note_ask(&p, LIMIT, due);
		refuse(&p, due, 3);
	}
	assert_true(p.probe_ns > due + 100 * SEC);
	refuse(&p, due + 10 * SEC, 0);
	assert_true(p.probe_ns <= due + 14 * SEC);
	assert_true(p.ceiling == 3);
}

static void test_validity(void **state)
{
	struct pace good, p;

	(void)state;
	pace_init(&good);
	assert_true(pace_is_valid(&good));
#define assert_refused(change)                     \
	do {                                       \
		p = good;                          \
		change;                            \
		assert_false(pace_is_valid(&p));   \
	} while (0)
	assert_refused(p.now = 0.5);
	assert_refused(p.ceiling = 1e300);
	assert_refused(memset(&p.step, 0xff, sizeof p.step)); /* NaN */
	assert_refused(p.forget_ns = -1);
	assert_refused(p.probe_calls = -2);
	assert_refused(p.accepted_at_cut = PACE_MAX + 1);
#undef assert_refused
	/* Instants of another clock are forgotten. */
	p = good;
	p.now = p.ceiling = 1;
	p.forget_ns = p.probe_ns = p.raised_ns = p.cut_ns = p.eased_ns =
		p.probe_wait_ns = INT64_MAX;
	p.probe_calls = INT64_MAX / 2;
	assert_true(permits_at(&p, NOW) == LIMIT);
	assert_true(pace_is_valid(&p));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rises_with_time),
		cmocka_unit_test(test_ceiling),
		cmocka_unit_test(test_false_ceiling),
		cmocka_unit_test(test_stranger),
		cmocka_unit_test(test_validity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
