/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sched.h>

#include "base/clock.h"
#include "base/sync.h"
#include "child.h"
#include "engine/limit.h"

enum { MOST = 16, THREADS = 8, ROUNDS = 300 };

static struct limit *make(int limit)
{
	struct err err;
	struct limit *g = limit_new(limit, &err);

	assert_non_null(g);
	return g;
}

/* Enters until there is no place. */
static int enter_all(struct limit *g, struct limit_pass *pass)
{
	struct err err;
	int n = 0;

	while (n < MOST && limit_enter(g, &pass[n], 0, &err) == 0)
		n++;
	if (n < MOST)
		assert_int_equal(err.kind, ERR_DEADLINE);
	return n;
}

static void leave_all(struct limit *g, const struct limit_pass *pass, int n,
		      enum limit_report report)
{
	while (n > 0)
		limit_leave(g, pass[--n], report);
}

static int limit_of(struct limit *g)
{
	struct limit_pass pass[MOST];
	int n = enter_all(g, pass);

	leave_all(g, pass, n, LIMIT_UNKNOWN);
	return n;
}

/* So many calls, one after the other, that went alike. */
static void report(struct limit *g, int count, enum limit_report how)
{
	struct limit_pass pass;
	struct err err;

	while (count-- > 0) {
		assert_int_equal(limit_enter(g, &pass, 0, &err), 0);
		limit_leave(g, pass, how);
	}
}

static void lets_in_as_many_as_the_limit(void **state)
{
	(void)state;
	for (int limit = 1; limit <= 5; limit++) {
		struct limit *g = make(limit);

		assert_int_equal(limit_of(g), limit);
		report(g, 50, LIMIT_CLEAN);
		assert_int_equal(limit_of(g), limit);
		report(g, 50, LIMIT_UNKNOWN);
		assert_int_equal(limit_of(g), limit);
		limit_free(g);
	}
	limit_free(NULL);
}

static void calls_under_way_together_halve_it_once(void **state)
{
	static const int limits[] = { 8, 4, 2, 1, 1 };
	struct limit *g = make(limits[0]);
	struct limit_pass pass[MOST];

	(void)state;
	for (size_t i = 0; i + 1 < sizeof limits / sizeof *limits; i++) {
		assert_int_equal(enter_all(g, pass), limits[i]);
		leave_all(g, pass, limits[i], LIMIT_OVERLOAD);
		assert_int_equal(limit_of(g), limits[i + 1]);
	}
	limit_free(g);
}

static void nobody_enters_until_enough_have_left(void **state)
{
	struct limit *g = make(4);
	struct limit_pass pass[MOST], more[MOST];

	(void)state;
	assert_int_equal(enter_all(g, pass), 4);
	limit_leave(g, pass[0], LIMIT_OVERLOAD); /* 3 inside, 2 allowed */
	assert_int_equal(enter_all(g, more), 0);
	limit_leave(g, pass[1], LIMIT_UNKNOWN);
	assert_int_equal(enter_all(g, more), 0);
	limit_leave(g, pass[2], LIMIT_UNKNOWN);
	assert_int_equal(enter_all(g, more), 1);
	leave_all(g, more, 1, LIMIT_UNKNOWN);
	limit_leave(g, pass[3], LIMIT_UNKNOWN);
	limit_free(g);
}

/* By one for every limit clean answers. */
static void recovers_slowly(void **state)
{
	struct limit *g = make(4);

	(void)state;
	report(g, 1, LIMIT_OVERLOAD);
	for (int limit = 2; limit < 4; limit++) {
		assert_int_equal(limit_of(g), limit);
		report(g, limit - 1, LIMIT_CLEAN);
		assert_int_equal(limit_of(g), limit);
		report(g, 1, LIMIT_CLEAN);
	}
	assert_int_equal(limit_of(g), 4);
	report(g, 100, LIMIT_CLEAN);
	assert_int_equal(limit_of(g), 4);

	limit_free(g);
}

static void a_cut_forgets_the_clean_answers(void **state)
{
	struct limit *g = make(12);

	(void)state;
	report(g, 1, LIMIT_OVERLOAD);
	report(g, 5, LIMIT_CLEAN); /* one short */
	report(g, 1, LIMIT_OVERLOAD);
	report(g, 2, LIMIT_CLEAN);
	assert_int_equal(limit_of(g), 3);
	report(g, 1, LIMIT_CLEAN);
	assert_int_equal(limit_of(g), 4);
	limit_free(g);
}

static void widens(void **state)
{
	struct limit *g = make(2);

	(void)state;
	limit_widen(g);
	assert_int_equal(limit_of(g), 3);
	report(g, 1, LIMIT_OVERLOAD);
	limit_widen(g);
	assert_int_equal(limit_of(g), 2);
	report(g, 100, LIMIT_CLEAN);
	assert_int_equal(limit_of(g), 4);
	limit_free(g);
}

/* ---- threads ---- */

struct crowd {
	struct limit *g;
	int limit;
	atomic_int inside, too_many, entered, canceled;
};

static void *go_in_and_out(void *arg)
{
	static const enum limit_report reports[] = { LIMIT_CLEAN, LIMIT_CLEAN, LIMIT_UNKNOWN,
						    LIMIT_CLEAN, LIMIT_OVERLOAD };
	struct crowd *c = arg;
	struct limit_pass pass;
	struct err err;

	for (int i = 0; i < ROUNDS; i++) {
		if (limit_enter(c->g, &pass, CLOCK_NEVER, &err) < 0)
			continue;
		atomic_fetch_add(&c->entered, 1);
		if (atomic_fetch_add(&c->inside, 1) >= c->limit)
			atomic_fetch_add(&c->too_many, 1);
		sched_yield(); /* let the others come and find it full */
		atomic_fetch_sub(&c->inside, 1);
		limit_leave(c->g, pass, reports[i % 5]);
	}
	return NULL;
}

static void never_more_inside_than_the_limit(void **state)
{
	(void)state;
	for (int limit = 1; limit <= 3; limit++) {
		struct crowd c = { .g = make(limit), .limit = limit };
		struct thread thread[THREADS];
		struct err err;

		for (int i = 0; i < THREADS; i++)
			assert_int_equal(thread_start(&thread[i], go_in_and_out, &c, &err), 0);
		for (int i = 0; i < THREADS; i++)
			thread_join(&thread[i]);
		assert_int_equal(atomic_load(&c.entered), THREADS * ROUNDS);
		assert_int_equal(atomic_load(&c.too_many), 0);
		limit_free(c.g);
	}
}

static void *enter_once(void *arg)
{
	struct crowd *c = arg;
	struct limit_pass pass;
	struct err err;

	if (limit_enter(c->g, &pass, CLOCK_NEVER, &err) == 0)
		atomic_fetch_add(&c->entered, 1);
	else if (err.kind == ERR_CANCELED)
		atomic_fetch_add(&c->canceled, 1);
	return NULL;
}

static void a_place_wakes_who_waits(void **state)
{
	struct crowd c = { .g = make(1) };
	struct limit_pass pass;
	struct thread thread;
	struct err err;

	(void)state;
	assert_int_equal(limit_enter(c.g, &pass, 0, &err), 0);
	assert_int_equal(thread_start(&thread, enter_once, &c, &err), 0);
	limit_leave(c.g, pass, LIMIT_CLEAN);
	thread_join(&thread);
	assert_int_equal(thread_start(&thread, enter_once, &c, &err), 0);
	limit_widen(c.g); /* so does a wider one */
	thread_join(&thread);
	assert_int_equal(atomic_load(&c.entered), 2);
	limit_free(c.g);
}

static void waits_until_the_deadline(void **state)
{
	struct limit *g = make(1);
	int64_t soon = clock_monotonic_ns() + 2 * NS_PER_MS;
	struct limit_pass pass;
	struct err err;

	(void)state;
	assert_int_equal(limit_enter(g, &pass, CLOCK_NEVER, &err), 0);
	assert_int_equal(limit_enter(g, &pass, soon, &err), -1);
	assert_int_equal(err.kind, ERR_DEADLINE);
	assert_true(clock_monotonic_ns() >= soon);
	limit_free(g);
}

static void close_wakes_all_for_good(void **state)
{
	struct crowd c = { .g = make(1) };
	struct thread thread[THREADS];
	struct limit_pass pass;
	struct err err;

	(void)state;
	assert_int_equal(limit_enter(c.g, &pass, 0, &err), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(thread_start(&thread[i], enter_once, &c, &err), 0);
	limit_close(c.g);
	for (int i = 0; i < THREADS; i++)
		thread_join(&thread[i]);
	assert_int_equal(atomic_load(&c.canceled), THREADS);
	limit_leave(c.g, pass, LIMIT_UNKNOWN);
	assert_int_equal(limit_enter(c.g, &pass, CLOCK_NEVER, &err), -1);
	assert_int_equal(err.kind, ERR_CANCELED);
	limit_free(c.g);
}

static int leave_without_entering(void *arg)
{
	hush();
	limit_leave(arg, (struct limit_pass){ 0 }, LIMIT_CLEAN);
	return 0;
}

static void broken_promise_aborts(void **state)
{
	struct limit *g = make(1);

	(void)state;
	assert_int_equal(in_child(leave_without_entering, g), CHILD_ABORTED);
	limit_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lets_in_as_many_as_the_limit),
		cmocka_unit_test(calls_under_way_together_halve_it_once),
		cmocka_unit_test(nobody_enters_until_enough_have_left),
		cmocka_unit_test(recovers_slowly),
		cmocka_unit_test(a_cut_forgets_the_clean_answers),
		cmocka_unit_test(widens),
		cmocka_unit_test(never_more_inside_than_the_limit),
		cmocka_unit_test(a_place_wakes_who_waits),
		cmocka_unit_test(waits_until_the_deadline),
		cmocka_unit_test(close_wakes_all_for_good),
		cmocka_unit_test(broken_promise_aborts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
