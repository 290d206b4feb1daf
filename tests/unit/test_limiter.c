/* SPDX-License-Identifier: MIT */
/* The limiter in simulated hours: never more than N in any second, hardly a call
 * unused; and its single rules. What it learns from refusals is in
 * test_limiter_pace.c. */
#include "unit/limiter_world.h"

/* ---- never above N ---- */

static const struct network odd = { 5 * MS, 60 * MS, 300 * MS, 3, false };
static const struct network slow = { 5 * MS, 60 * MS, 300 * MS, 40, false };
static const struct network far = { 120 * MS, 5 * MS, 200 * MS, 1, true };

static void test_never_above(void **state)
{
	static const struct scene scenes[] = {
		{ .name = "one user, 1/s", .users = 1, .workers_each = 3,
		  .rate = { 1 }, .net = &odd, .unsent_percent = 5,
		  .oversleep_percent = 5 },
		{ .name = "five users, 3/s, killed", .users = 5, .workers_each = 3,
		  .rate = { 3, 3, 3, 3, 3 }, .net = &odd, .kills_per_minute = 4,
		  .unsent_percent = 2, .oversleep_percent = 2 },
		{ .name = "five users, 18/s, killed", .users = 5, .workers_each = 3,
		  .rate = { 18, 18, 18, 18, 18 }, .net = &odd,
		  .kills_per_minute = 20, .unsent_percent = 5,
		  .oversleep_percent = 5, .tells_rtt = true },
		{ .name = "40 workers, 20/s", .users = 2, .workers_each = 20,
		  .rate = { 20, 20 }, .net = &odd, .kills_per_minute = 2,
		  .unsent_percent = 2, .tells_rtt = true },
		{ .name = "far away, uneven ways, 18/s", .users = 3,
		  .workers_each = 8, .rate = { 18, 18, 18 }, .net = &far,
		  .kills_per_minute = 2, .tells_rtt = true },
		{ .name = "rates of 18, 3, 1 and 7", .users = 4, .workers_each = 4,
		  .rate = { 18, 3, 1, 7 }, .net = &odd, .kills_per_minute = 4,
		  .unsent_percent = 3, .oversleep_percent = 3, .tells_rtt = true },
		{ .name = "the state is lost, 1/s", .users = 3, .workers_each = 2,
		  .rate = { 1, 1, 1 }, .net = &odd, .losses_per_minute = 2,
		  .kills_per_minute = 2, .oversleep_percent = 5 },
		{ .name = "the state is lost, 18/s", .users = 3, .workers_each = 3,
		  .rate = { 18, 18, 18 }, .net = &odd, .losses_per_minute = 6,
		  .kills_per_minute = 6, .unsent_percent = 5,
		  .oversleep_percent = 5, .tells_rtt = true },
		{ .name = "the state is lost, slow calls", .users = 4,
		  .workers_each = 8, .rate = { 9, 9, 9, 9 }, .net = &slow,
		  .losses_per_minute = 3, .kills_per_minute = 3 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof scenes / sizeof scenes[0]; i++) {
		struct scene scene = scenes[i];
		struct world *w;
		int n = 0, u, worst;

		for (u = 0; u < scene.users; u++)
			n = scene.rate[u] > n ? scene.rate[u] : n;
		scene.published = n;
		scene.try_timeout = scene.net == &slow ? 6 * SEC : 2 * SEC;
		scene.length = (scene.losses_per_minute ? 60 : 20) * MINUTE;
		w = play_new(&scene, 1 + i);
		worst = worst_second(w, -1);
		print_message("%-28s worst second %2d, %5.2f/s, longest wait %4.1f s\n",
			      scene.name, worst, (double)w->arrivals * SEC / (double)scene.length,
			      (double)w->longest_wait / SEC);
		assert_in_range(worst, n > 1 ? n - 1 : 1, n);
		assert_true(scene.losses_per_minute == 0 || w->losses > 60);
		/* Unless it is killed, which makes it another user. */
		for (u = 0; u < scene.users && !scene.kills_per_minute; u++)
			assert_true(worst_second(w, u) <= scene.rate[u]);
		free(w);
	}
}

/* ---- and hardly one unused ---- */

static void test_share_used(void **state)
{
	static const struct {
		int users, workers_each, rate;
		int64_t way;
		bool tells_rtt;
	} rows[] = {
		{ 1, 3, 18, 7 * MS, true },    { 1, 3, 18, 30 * MS, true },
		{ 2, 3, 18, 30 * MS, false },  { 5, 3, 18, 7 * MS, true },
		{ 5, 3, 18, 30 * MS, true },   { 5, 3, 3, 7 * MS, true },
		{ 1, 3, 1, 7 * MS, true },     { 5, 1, 1, 7 * MS, true },
		{ 1, 16, 18, 85 * MS, true },  { 1, 16, 18, 250 * MS, false },
		{ 1, 16, 18, 250 * MS, true }, { 5, 8, 18, 250 * MS, true },
		{ 1, 64, 200, 7 * MS, true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct network net = { rows[i].way, MS, 2 * MS, 0, false };
		struct scene scene = {
			.users = rows[i].users, .workers_each = rows[i].workers_each,
			.published = rows[i].rate, .try_timeout = 5 * SEC,
			.net = &net, .tells_rtt = rows[i].tells_rtt,
			.length = 3 * MINUTE,
		};
		double rtt = 2 * (double)rows[i].way / SEC, best, got;
		struct world *w;
		int u, least = INT32_MAX, most = 0;

		for (u = 0; u < scene.users; u++)
			scene.rate[u] = rows[i].rate;
		w = play_new(&scene, 77 + i);
		got = (double)w->arrivals * SEC / (double)scene.length;
		best = rows[i].rate / (1 + rtt * (scene.tells_rtt ? 0.5 : 1));
		for (u = 0; u < scene.users; u++) {
			least = w->by_user[u] < least ? w->by_user[u] : least;
			most = w->by_user[u] > most ? w->by_user[u] : most;
		}
		print_message("N %3d, %d x %2d workers, round trip %3.0f ms%-8s "
			      "%.3f of N, %.3f of the rule's, longest wait %.1f s\n",
			      rows[i].rate, scene.users, scene.workers_each, rtt * 1000,
			      scene.tells_rtt ? " (known)" : "", got / rows[i].rate,
			      got / best, (double)w->longest_wait / SEC);
		assert_true(got >= 0.98 * best);
		assert_true(least * 20 >= most * 19); /* and evenly */
		assert_true(worst_second(w, -1) <= rows[i].rate);
		free(w);
	}
}

/* What lies far below the figure is a limit for its user alone. */
static void test_rates_differ(void **state)
{
	static const struct network net = { 7 * MS, MS, 2 * MS, 0, false };
	static const struct {
		int rate[3], published;
		double least_each[3];
		int most, most_each[3];
	} rows[] = {
		{ { 18, 3, 1 }, 18, { 12, 2.5, 0.8 }, 18, { 18, 3, 1 } },
		{ { 3, 3, 3 }, 18, { 0.95, 0.95, 0.95 }, 3, { 3, 3, 3 } },
		/* Who asks for more than the figure raises nothing for others. */
		{ { 40, 18, 18 }, 18, { 5, 5, 5 }, 40, { 40, 18, 18 } },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct scene scene = { .users = 3, .workers_each = 3, .net = &net,
				       .published = rows[i].published,
				       .try_timeout = 5 * SEC, .length = 2 * MINUTE };
		struct world *w;
		int u;

		memcpy(scene.rate, rows[i].rate, sizeof rows[i].rate);
		w = play_new(&scene, i);
		print_message("rates %d, %d, %d: worst second %d;", rows[i].rate[0],
			      rows[i].rate[1], rows[i].rate[2], worst_second(w, -1));
		for (u = 0; u < 3; u++) {
			double got = w->by_user[u] / 120.0;

			print_message(" %.2f/s", got);
			assert_true(got >= rows[i].least_each[u]);
			assert_true(worst_second(w, u) <= rows[i].most_each[u]);
		}
		print_message("\n");
		assert_true(worst_second(w, -1) <= rows[i].most);
		free(w);
	}
}

/* ---- the single rules ---- */

static void test_places(void **state)
{
	static const struct {
		enum limiter_end how;
		int64_t free_after; /* the end, at 100 ms */
	} rows[] = {
		{ LIMITER_UNSENT, 0 },
		{ LIMITER_ACCEPTED, SEC },
		{ LIMITER_ABANDONED, SEC + LIMITER_GRACE_NS },
	};
	uint64_t first, second, third;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct desk *d = new_desk();
		int64_t due;

		assert_int_equal(ask_at(d, &first), 0);
		assert_int_equal(ask_at(d, &second), SEC / 2); /* spaced */
		assert_int_equal(ask_at(d, &third), -1);       /* no end known */
		d->now += 100 * MS;
		limiter_end(&d->l, &d->me, first, rows[i].how, d->now, 0, d->now);
		due = d->now + rows[i].free_after;
		if (due > d->now + SEC) {
			assert_int_equal(ask_at(d, &third), -1);
			d->now = due - SEC / 2;
		}
		if (due < 1001 * SEC)
			due = 1001 * SEC; /* spaced */
		assert_int_equal(ask_at(d, &third), due - d->now);
		free(d);
	}
}

/* Nobody tells the end: the place comes back, but late. A dead owner's comes
 * back sooner, and at once where it was for later; a stranger's ticket ends
 * nothing. */
static void test_lost_places(void **state)
{
	struct desk *d = new_desk();
	struct limiter_user other = d->me;
	struct limiter_view view;
	uint64_t first, second, third;

	(void)state;
	other.id = 2;
	ask_at(d, &first);
	ask_at(d, &second);
	limiter_end(&d->l, &other, first, LIMITER_UNSENT, d->now, 0, d->now);
	d->now += 8 * SEC;
	assert_int_equal(ask_at(d, &third), SEC); /* 1 + 5 + 1 + 2 s of the first */
	limiter_end(&d->l, &d->me, third, LIMITER_UNSENT, d->now, 0, d->now);
	free(d);

	d = new_desk();
	ask_at(d, &first);
	ask_at(d, &second);
	limiter_look(&d->l, &other, d->now, &view);
	assert_int_equal(view.users, 1);
	assert_int_equal(view.others_last_second, 1);
	limiter_reap(&d->l, 0, d->now);
	limiter_look(&d->l, &other, d->now, &view);
	assert_int_equal(view.users, 0);
	assert_int_equal(view.calls_last_second, 1);
	assert_int_equal(view.others_last_second, 0);
	d->me = other;
	d->now += 2 * SEC;
	assert_int_equal(ask_at(d, &second), 0);
	assert_int_equal(ask_at(d, &third), SEC);
	free(d);
}

/* What desk's user is told when the state is read with a doubt. */
static int64_t ask_in_doubt(struct desk *d, bool has_calls, uint64_t *ticket)
{
	limiter_note_calls(&d->l, &d->me, has_calls, d->now);
	return ask_at(d, ticket);
}

/* All is lost: nothing is sent before every call under way has ended, by its
 * process or with it, and those that arrive late have arrived. */
static void test_all_lost(void **state)
{
	static const bool is_told[] = { true, false }; /* or killed */
	uint64_t first, ticket;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct desk *d = new_desk();

		ask_at(d, &first);
		d->now += 100 * MS;
		limiter_state_init(&d->l, d->now);
		limiter_note_loss(&d->l, &d->me, true, d->now);
		for (int tenths = 0; tenths < 45; tenths++) {
			assert_true(limiter_has_doubts(&d->l));
			assert_int_equal(ask_in_doubt(d, true, &ticket), -1);
			d->now += 100 * MS;
		}
		if (is_told[i])
			limiter_end(&d->l, &d->me, first, LIMITER_ACCEPTED, d->now, 0, d->now);
		assert_int_equal(ask_in_doubt(d, false, &ticket), -1);
		assert_false(limiter_has_doubts(&d->l));
		d->now += 2 * SEC + 500 * MS; /* of the grace and a second */
		assert_int_equal(ask_at(d, &ticket), SEC / 2);
		free(d);
	}
}

/* For ever is too long: a process that is stopped has its calls under way. */
static void test_doubt_ends(void **state)
{
	struct desk *d = new_desk();
	uint64_t ticket;
	int64_t start = d->now;

	(void)state;
	limiter_note_loss(&d->l, &d->me, true, d->now);
	while (limiter_has_doubts(&d->l)) {
		assert_int_equal(ask_in_doubt(d, true, &ticket), -1);
		d->now += SEC / 2;
	}
	assert_in_range(d->now - start, 30 * SEC, 40 * SEC);
	d->now += 2 * SEC + SEC / 2;
	assert_true(ask_at(d, &ticket) >= 0);
	free(d);
}

/* The last change may be lost: a second of silence, and a place of nobody's for
 * the call that it may have been. */
static void test_last_lost(void **state)
{
	struct limiter_state *before = calloc(1, sizeof *before);
	struct desk *d = new_desk();
	uint64_t lost, ticket[3];

	(void)state;
	assert_non_null(before);
	*before = d->l;
	ask_at(d, &lost);
	d->l = *before;
	limiter_note_loss(&d->l, &d->me, false, d->now);
	assert_int_equal(ask_in_doubt(d, true, &ticket[0]), SEC);
	assert_int_not_equal(ticket[0], lost);
	d->now += SEC;
	assert_int_equal(limiter_confirm(&d->l, &d->me, ticket[0], d->now), true);
	assert_int_equal(ask_in_doubt(d, true, &ticket[1]), -1); /* N is 2 */
	limiter_end(&d->l, &d->me, ticket[0], LIMITER_ACCEPTED, d->now, 0, d->now);
	d->now += SEC;
	assert_int_equal(ask_in_doubt(d, true, &ticket[1]), 0);
	assert_int_equal(ask_in_doubt(d, true, &ticket[2]), -1);
	/* All have ended: it ends as a dead process's would. */
	limiter_end(&d->l, &d->me, ticket[1], LIMITER_ACCEPTED, d->now, 0, d->now);
	limiter_end(&d->l, &d->me, lost, LIMITER_ACCEPTED, d->now, 0, d->now);
	d->now += SEC;
	assert_int_equal(ask_in_doubt(d, false, &ticket[1]), 0);
	assert_int_equal(ask_at(d, &ticket[2]), -1);
	d->now += 2 * SEC;
	assert_int_equal(ask_at(d, &ticket[2]), SEC);
	free(before);
	free(d);
}

/* A reservation is kept in time, and unless a refusal came between. */
static void test_confirm(void **state)
{
	static const struct {
		int64_t after;
		bool is_refused_before, is_kept;
	} rows[] = {
		{ 0, false, true },
		{ LIMITER_LATE_NS / 2, false, true },
		{ LIMITER_LATE_NS / 2 + 1, false, false },
		{ 0, true, false },
	};
	uint64_t first, second;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct desk *d = new_desk();
		int64_t at;

		ask_at(d, &first);
		at = d->now + ask_at(d, &second);
		if (rows[i].is_refused_before)
			limiter_end(&d->l, &d->me, first, LIMITER_REFUSED, at - MS, 0,
				    at - MS);
		at += rows[i].after;
		assert_int_equal(limiter_confirm(&d->l, &d->me, second, at),
				 rows[i].is_kept);
		assert_int_equal(limiter_confirm(&d->l, &d->me, second, at),
				 rows[i].is_kept);
		free(d);
	}
}

/* Who waits longer goes first, unless it asks no more. */
static void test_line(void **state)
{
	struct desk *d = new_desk();
	struct limiter_user other = d->me, me = d->me;
	uint64_t first, second, third;

	(void)state;
	other.id = 2;
	ask_at(d, &first);
	ask_at(d, &second);
	d->me = other;
	assert_int_equal(ask_at(d, &third), -1);
	d->now += 100 * MS;
	limiter_end(&d->l, &me, first, LIMITER_ACCEPTED, d->now, 0, d->now);
	d->me = me;
	assert_int_equal(ask_at(d, &third), -1);
	d->now += 200 * MS;
	assert_true(ask_at(d, &third) >= 0);
	free(d);
}

/* ---- states from outside ---- */

static void test_validity(void **state)
{
	struct limiter_state *l = calloc(1, sizeof *l);
	struct desk *d = new_desk();
	uint64_t ticket;
	size_t size;

	(void)state;
	assert_non_null(l);
	ask_at(d, &ticket);
	size = limiter_state_size(&d->l);
	assert_true(limiter_state_is_valid(&d->l, size));
	assert_false(limiter_state_is_valid(&d->l, size - 1));
	assert_false(limiter_state_is_valid(&d->l, 0));
#define assert_refused(change)                                           \
	do {                                                             \
		*l = d->l;                                               \
		change;                                                  \
		assert_false(limiter_state_is_valid(l, limiter_state_size(l))); \
	} while (0)
	assert_refused(l->place_count = LIMITER_PLACES + 1);
	assert_refused(l->place[0].user = LIMITER_USERS);
	assert_refused(l->place[0].user = 1);
	assert_refused(l->place[0].state = PLACE_STATES);
	assert_refused(l->place[0].held_until_ns = -1);
	assert_refused(l->pace.now = 0);
	assert_refused(l->pace.ceiling = 1e300);
	assert_refused(memset(&l->pace.now, 0xff, sizeof l->pace.now)); /* NaN */
	assert_refused(l->user[0].rate = 0);
	assert_refused(l->user[0].call_max_ns = LIMITER_CALL_MAX_NS + 1);
	assert_refused(l->pause_until_ns = -1);
#undef assert_refused
	free(d);
	free(l);
}

/* More users than there are records, more places than the table has. */
/* Answered, and held for a second: what is certain is said at once. */
static void test_known_too_late(void **state)
{
	struct desk *d = new_desk();
	uint64_t ticket[3];
	int64_t at;

	(void)state;
	ask_at(d, &ticket[0]);
	ask_at(d, &ticket[1]);
	d->now += 600 * MS;
	for (int i = 0; i < 2; i++)
		limiter_end(&d->l, &d->me, ticket[i], LIMITER_OVERLOADED, d->now, 400 * MS, d->now);
	for (int ms = 700; ms < 1000; ms += 99)
		assert_int_equal(limiter_ask(&d->l, &d->me, d->now, d->now + ms * MS, &ticket[2],
					     &at),
				 LIMITER_LATE);
	assert_int_equal(limiter_ask(&d->l, &d->me, d->now, d->now + SEC, &ticket[2], &at),
			 LIMITER_GRANTED);
	assert_int_equal(at, d->now + SEC);
	free(d);
}

static void test_full_tables(void **state)
{
	struct desk *d = new_desk();
	uint64_t ticket;
	int64_t at;
	int i, granted = 0;

	(void)state;
	for (i = 1; i <= LIMITER_USERS + 5; i++) {
		d->me.id = (uint64_t)i;
		assert_int_equal(limiter_ask(&d->l, &d->me, d->now, CLOCK_NEVER, &ticket,
					     &at) == LIMITER_GRANTED, i <= 2);
	}
	limiter_end(&d->l, &d->me, 77, LIMITER_ACCEPTED, d->now, 0, d->now);
	d->now += 2 * SEC;
	assert_true(limiter_ask(&d->l, &d->me, d->now, CLOCK_NEVER, &ticket, &at) !=
		    LIMITER_LATE);
	free(d);

	d = new_desk();
	d->me.rate = d->me.published = LIMITER_RATE_MAX;
	for (i = 0; i < 2 * LIMITER_PLACES; i++) {
		int64_t wait = ask_at(d, &ticket);

		granted += wait >= 0;
		limiter_end(&d->l, &d->me, 77, LIMITER_ABANDONED, d->now, 0, d->now);
	}
	assert_true(granted > 0 && granted <= LIMITER_RATE_MAX);
	assert_int_equal(d->l.place_count, LIMITER_PLACES);
	assert_true(d->l.pause_until_ns == d->now + SEC);
	free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_lost_places),
		cmocka_unit_test(test_all_lost),
		cmocka_unit_test(test_doubt_ends),
		cmocka_unit_test(test_last_lost),
		cmocka_unit_test(test_confirm),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_validity),
		cmocka_unit_test(test_known_too_late),
		cmocka_unit_test(test_full_tables),
		cmocka_unit_test(test_never_above),
		cmocka_unit_test(test_share_used),
		cmocka_unit_test(test_rates_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
