/* SPDX-License-Identifier: MIT */
/* Accounts whose window is longer than a second, and servers that tell with
 * each answer what is left. */
#include "unit/limiter_world.h"

static const struct network near = { 7 * MS, 43 * MS, 0, 0, false };
static const struct network odd = { 5 * MS, 60 * MS, 300 * MS, 3, false };

/* 200 calls a minute, 10 a second. */
static struct scene minute_scene(const struct network *net, int users)
{
	struct scene scene = { .users = users, .workers_each = 3, .published = 10,
			       .window_calls = 200, .window_sec = 60, .net = net,
			       .try_timeout = 5 * SEC, .length = 60 * MINUTE };
	int u;

	for (u = 0; u < users; u++)
		scene.rate[u] = 10;
	return scene;
}

static void test_never_above(void **state)
{
	int v;

	(void)state;
	for (v = 0; v < 4; v++) {
		struct scene scene = minute_scene(v & 1 ? &odd : &near, v & 2 ? 4 : 1);
		int worst, worst_minute;
		struct world *w;

		if (v & 2)
			scene.kills_per_minute = 4;
		if (v == 3)
			scene.losses_per_minute = 1;
		w = play_new(&scene, (uint64_t)v + 1);
		worst = worst_second(w, -1);
		worst_minute = worst_span(w, -1, MINUTE);
		print_message("200 a minute, %d users%s: worst second %2d, worst minute %3d, "
			      "%.1f a minute\n", scene.users, v == 3 ? ", damaged" : "", worst,
			      worst_minute, (double)w->arrivals / 60);
		assert_in_range(worst, 9, 10);
		assert_in_range(worst_minute, 190, 200);
		assert_true(v > 1 || w->arrivals > 60 * 195);
		free(w);
	}
}

/* A user's own rate is one of a second, here too. */
static void test_own_rate(void **state)
{
	struct scene scene = minute_scene(&near, 2);
	struct world *w;

	(void)state;
	scene.rate[1] = 1;
	w = play_new(&scene, 5);
	assert_int_equal(worst_second(w, 1), 1);
	assert_true(worst_second(w, 0) > 5);
	assert_in_range(worst_span(w, -1, MINUTE), 190, 200);
	free(w);
}

/* Once the window is full, it is said at once for how long. */
static void test_known_too_late(void **state)
{
	struct desk *d = new_desk();
	struct limiter_view view;
	uint64_t ticket;
	int64_t at, start = d->now;
	int i;

	(void)state;
	d->me.rate = d->me.published = 10;
	d->me.window_ns = MINUTE;
	d->me.window_calls = 30;
	for (i = 0; i < 30; i++) {
		d->now += ask_at(d, &ticket);
		limiter_end(&d->l, &d->me, ticket, LIMITER_ACCEPTED, d->now, 0, d->now);
	}
	assert_int_equal(d->now, start + 2900 * MS); /* spaced */
	limiter_look(&d->l, &d->me, d->now, &view);
	assert_true(view.pace_per_sec == 0.5 && view.ceiling_per_sec == 0.5);
	assert_int_equal(limiter_ask(&d->l, &d->me, d->now, start + MINUTE - 1, &ticket, &at),
			 LIMITER_LATE);
	assert_int_equal(limiter_ask(&d->l, &d->me, d->now, start + MINUTE, &ticket, &at),
			 LIMITER_AGAIN);
	assert_int_equal(at, d->now + 200 * MS);
	d->now = start + MINUTE - SEC;
	assert_int_equal(ask_at(d, &ticket), SEC);
	free(d);
}

/* The pauses after refusals grow to a window, and not beyond. */
static void test_pauses(void **state)
{
	static const int seconds[] = { 1, 2, 4, 8, 16, 32, 60, 60 };
	struct desk *d = new_desk();
	uint64_t ticket;
	size_t i;

	(void)state;
	d->me.rate = d->me.published = 10;
	d->me.window_ns = MINUTE;
	d->me.window_calls = 200;
	for (i = 0; i < 8; i++) {
		assert_int_equal(ask_at(d, &ticket), 0);
		limiter_end(&d->l, &d->me, ticket, LIMITER_REFUSED, d->now, 0, d->now);
		assert_int_equal(d->l.pause_until_ns, d->now + seconds[i] * SEC);
		d->now = d->l.pause_until_ns;
	}
	assert_int_equal(ask_at(d, &ticket), 0);
	limiter_end(&d->l, &d->me, ticket, LIMITER_ACCEPTED, d->now, 0, d->now);
	d->now += SEC;
	ask_at(d, &ticket);
	limiter_end(&d->l, &d->me, ticket, LIMITER_REFUSED, d->now, 0, d->now);
	assert_int_equal(d->l.pause_until_ns, d->now + SEC);
	free(d);
}

/* ---- what the server tells ---- */

static void note(struct desk *d, int64_t left, int64_t after)
{
	limiter_note_left(&d->l, &d->me, left, after, d->now);
}

static void test_left(void **state)
{
	struct desk *d = new_desk();
	uint64_t ticket[4];
	int i;

	(void)state;
	d->me.rate = d->me.published = 10;
	d->me.window_ns = MINUTE;
	d->me.window_calls = 200;
	/* None are left: nothing until then. */
	note(d, 0, 20 * SEC);
	assert_int_equal(ask_at(d, &ticket[0]), -1);
	d->now += 20 * SEC;
	assert_int_equal(ask_at(d, &ticket[0]), 0);

	/* As many are gone as we know of: nothing new. */
	note(d, 199, 30 * SEC);
	for (i = 1; i < 4; i++) {
		d->now += ask_at(d, &ticket[i]);
		limiter_end(&d->l, &d->me, ticket[i], LIMITER_ACCEPTED, d->now, 0, d->now);
	}
	/* More: what is left, less what is under way (the first). */
	note(d, 3, 30 * SEC);
	assert_int_equal(ask_at(d, &ticket[1]), SEC / 10);
	assert_int_equal(ask_at(d, &ticket[2]), SEC / 5);
	assert_int_equal(ask_at(d, &ticket[3]), -1);
	/* An answer that was overtaken. */
	note(d, 4, 30 * SEC);
	assert_int_equal(ask_at(d, &ticket[3]), -1);
	/* The next window has begun. */
	note(d, 150, 60 * SEC - 1);
	assert_true(ask_at(d, &ticket[3]) >= 0);

	/* It ends in the past, or nothing is told. */
	note(d, 0, 0);
	note(d, 0, -5 * SEC);
	note(d, -1, 5 * SEC);
	assert_true(ask_at(d, &ticket[3]) >= 0);
	free(d);
}

/* A second's window, whose end is not told: alone, nothing is lost by it, and
 * hardly anything beside a stranger. */
static void test_left_unknown_end(void **state)
{
	int v;

	(void)state;
	for (v = 0; v < 4; v++) {
		struct scene scene = { .users = 2, .workers_each = 3, .rate = { 10, 10 },
				       .published = 10, .net = &near,
				       .try_timeout = 5 * SEC, .length = 5 * MINUTE };
		int refused[2], accepted[2], i;

		for (i = 0; i < 2; i++) {
			struct world *w;

			scene.server = (struct server){ .limit = 10, .is_fixed = true,
							.tells_left = i == 1, .phase = 300 * MS };
			scene.stranger[0] = (struct stranger){ 0, v & 1 ? scene.length : 0, 4, 1 };
			scene.stranger[1] = (struct stranger){ 0, v & 2 ? scene.length : 0, 1, 3 };
			w = play_new(&scene, 7);
			print_message("10/s, a stranger's %d/s, %s: %.2f/s, %d refused\n",
				      (v & 1) * 4 + (v & 2) / 2 * 3, i ? "left is told" : "nothing told",
				      (double)w->accepted * SEC / (double)scene.length, w->refused);
			accepted[i] = w->accepted;
			refused[i] = w->refused;
			free(w);
		}
		assert_true(accepted[1] * 100 >= accepted[0] * (v == 0 ? 100 : 95));
		assert_true(refused[1] <= (v == 0 ? 0 : refused[0] + 2));
	}
}

/* A minute's, whose end is told, with a stranger who takes half of it. */
static void test_left_in_minute(void **state)
{
	int accepted[2], refused[2], i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct scene scene = minute_scene(&near, 2);
		struct world *w;

		scene.server = (struct server){ .limit = 200, .is_fixed = true, .span = MINUTE,
						.phase = 17 * SEC, .tells_left = i == 1,
						.tells_reset = i == 1 };
		scene.stranger[0] = (struct stranger){ 0, scene.length, 1, 2 };
		w = play_new(&scene, 3);
		print_message("200 a minute, a stranger's 120, %s: %.1f a minute, %d refused\n",
			      i ? "left is told" : "nothing told", (double)w->accepted / 60,
			      w->refused);
		accepted[i] = w->accepted;
		refused[i] = w->refused;
		free(w);
	}	assert_true(refused[1] * 2 <= refused[0]);
	assert_true(accepted[1] > accepted[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_never_above),
		cmocka_unit_test(test_own_rate),
		cmocka_unit_test(test_known_too_late),
		cmocka_unit_test(test_pauses),
		cmocka_unit_test(test_left),
		cmocka_unit_test(test_left_unknown_end),
		cmocka_unit_test(test_left_in_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
