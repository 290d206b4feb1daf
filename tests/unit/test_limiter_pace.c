/* SPDX-License-Identifier: MIT */
/* How the limiter gives way and recovers: accounts of another figure than the
 * published one, strangers' bursts, outages; over simulated hours. */
#include "unit/limiter_world.h"

static const struct network near = { 7 * MS, 43 * MS, 0, 0, false };

/* A 3/s (or 10/s) account that nobody told of it: 18/s are asked for. Its own
 * figure is found, and kept for the next run but for a probe now and then. */
static void test_new_customer(void **state)
{
	enum { SEEDS = 25 };
	int v;

	(void)state;
	for (v = 0; v < 16; v++) {
		struct scene scene = {
			.users = v & 1 ? 5 : 1, .workers_each = 3,
			.rate = { 18, 18, 18, 18, 18 }, .published = 18, .net = &near,
			.try_timeout = 5 * SEC, .length = 20 * MINUTE, .calls = 100,
			.server = { .limit = v & 2 ? 10 : 3, .is_fixed = v & 4,
				    .counts_refused = v & 8 },
		};
		int refused = 0, most = 0, later = 0, seed;

		for (seed = 1; seed <= SEEDS; seed++) {
			struct world *w;

			scene.server.phase = seed * 7919 % 1000 * MS;
			w = play_new(&scene, (uint64_t)seed);
			refused += w->refused;
			most = w->refused > most ? w->refused : most;
			assert_true(w->most_refusals <= 3);
			/* Two fixed seconds can look like one that takes one more. */
			assert_in_range((int)w->l.pace.ceiling, scene.server.limit - 1,
					scene.server.limit + 1);
			w->now += 10 * SEC;
			start_run(w, &scene, (uint64_t)seed + 1000);
			play(w);
			later = w->refused > later ? w->refused : later;
			free(w);
		}
		print_message("limit %2d (%s, counts %s), %d users: %.1f refused, %d at most, "
			      "%d in a later run\n",
			      scene.server.limit, v & 4 ? "fixed" : "sliding",
			      v & 8 ? "all" : "accepted", scene.users,
			      (double)refused / SEEDS, most, later);
		assert_true(most <= 8);
		assert_true(later <= (scene.server.limit == 3 ? 1 : 5));
	}
}

/* An hour of it: what was learned is probed every two minutes. */
static void test_an_hour(void **state)
{
	struct scene scene = { .users = 1, .workers_each = 3, .rate = { 18 },
			       .published = 18, .net = &near, .try_timeout = 5 * SEC,
			       .length = 60 * MINUTE,
			       .server = { .limit = 3, .is_fixed = true } };
	struct world *w = play_new(&scene, 3);
	double got = (double)(w->arrivals - (size_t)w->refused) / 3600;

	(void)state;
	print_message("an hour at 3/s: %.2f/s, %d refused\n", got, w->refused);
	assert_true(got > 2.75); /* of 2.84: 3 / (1 + 57 ms) */
	assert_in_range(w->refused, 20, 40);
	assert_true(w->most_refusals <= 2);
	free(w);
}

/* One refusal alone: a pause, a slower pace, and back within some seconds. */
static void test_recovers(void **state)
{
	struct scene scene = { .users = 1, .workers_each = 3, .rate = { 18 },
			       .published = 18, .net = &near, .try_timeout = 5 * SEC,
			       .length = 10 * SEC };
	struct world *w = play_new(&scene, 3);
	struct limiter_user *me = &w->user[0];
	struct limiter_view view;
	uint64_t ticket;
	int64_t at;

	(void)state;
	for (w->now += SEC; limiter_ask(&w->l, me, w->now, CLOCK_NEVER, &ticket, &at) !=
			    LIMITER_GRANTED; w->now = at)
		;
	limiter_end(&w->l, me, ticket, LIMITER_REFUSED, w->now + MS, 0, w->now + MS);
	limiter_look(&w->l, me, w->now + MS, &view);
	assert_true(view.pace_per_sec > 12 && view.pace_per_sec < 13);
	assert_int_equal(view.learned_left_ns, 0);
	assert_int_equal(limiter_ask(&w->l, me, w->now + 2 * MS, w->now + SEC / 2,
				     &ticket, &at), LIMITER_LATE);
	w->now += MS;
	start_run(w, &scene, 4);
	play(w);
	limiter_look(&w->l, me, w->now, &view);
	assert_true(view.pace_per_sec >= 18);
	free(w);
}

/* An overloaded server: a slower pace, once for the calls under way together;
 * no pause, and nothing is learned. */
static void test_eases(void **state)
{
	struct limiter_user me = { .id = 1, .rate = 18, .published = 18,
				   .call_max_ns = 5 * SEC, .window_ns = SEC };
	struct limiter_state *l = calloc(1, sizeof *l);
	int64_t now = 1000 * SEC, at;
	struct limiter_view view;
	uint64_t ticket[2];

	(void)state;
	assert_non_null(l);
	limiter_state_init(l, now);
	for (int i = 0; i < 2; i++)
		assert_int_equal(limiter_ask(l, &me, now, CLOCK_NEVER, &ticket[i], &at),
				 LIMITER_GRANTED);
	now += SEC;
	for (int i = 0; i < 2; i++) {
		limiter_end(l, &me, ticket[i], LIMITER_OVERLOADED, now, 0, now);
		limiter_look(l, &me, now, &view);
		assert_true(view.pace_per_sec > 12.5 && view.pace_per_sec < 12.7);
		assert_int_equal(view.learned_left_ns, 0);
	}
	assert_int_equal(limiter_ask(l, &me, now, now + SEC / 2, &ticket[0], &at),
			 LIMITER_GRANTED);
	limiter_end(l, &me, ticket[0], LIMITER_REFUSED, now + SEC, 0, now + SEC);
	limiter_look(l, &me, now + SEC, &view);
	assert_int_equal(view.learned_left_ns, 0);
	free(l);
}

/* ---- what heals ---- */

enum { VARIANTS = 8 };

/* An account of the published figure, and something that disturbs it. The pace
 * must be full again so soon after, at the cost of so many refusals: in windows
 * of each kind, with one process and with three. */
static const struct {
	struct scene scene;
	int64_t full_within;
	int refused, refused_when_calm; /* at most */
} disturbed[] = {
	{ { .name = "R2: a stranger's 25/s for 6 s", .calm_at = 7 * SEC,
	    .stranger = { { 0, 6 * SEC, 25, 1 } } },
	  10 * SEC, 10, 0 },
	{ { .name = "a stranger's 10/s for 20 s", .calm_at = 21 * SEC,
	    .stranger = { { 0, 20 * SEC, 10, 1 } } },
	  20 * SEC, 12, 0 },
	{ { .name = "a stranger's 10/s for 10 minutes", .calm_at = 601 * SEC,
	    .stranger = { { 0, 600 * SEC, 10, 1 } } },
	  130 * SEC, 140, 0 },
	{ { .name = "R11: two bursts of 30 calls", .calm_at = 3800 * MS,
	    .stranger = { { 300 * MS, 2 * SEC, 1, 30 }, { 1700 * MS, 2 * SEC, 1, 30 } } },
	  8 * SEC, 6, 0 },
	{ { .name = "a burst of 30 calls each second", .calm_at = 101 * SEC,
	    .stranger = { { 2 * SEC, 100 * SEC, 1, 30 } } },
	  15 * SEC, 110, 0 },
	{ { .name = "R10: an outage of 10 s", .outage_until = 10 * SEC, .calm_at = 10 * SEC },
	  3 * SEC, 0, 0 },
	{ { .name = "an outage of 10 minutes", .outage_until = 600 * SEC,
	    .calm_at = 600 * SEC },
	  3 * SEC, 0, 0 },
};

static void test_heals(void **state)
{
	size_t row;
	int v, seed, u;

	(void)state;
	for (row = 0; row < sizeof disturbed / sizeof disturbed[0]; row++) {
		int seeds = disturbed[row].scene.calm_at < MINUTE ? 12 : 3;
		int64_t slowest = 0;
		int refused = 0, when_calm = 0;

		for (v = 0; v < VARIANTS * seeds; v++) {
			struct scene scene = disturbed[row].scene;
			struct world *w;

			seed = v / VARIANTS;
			scene.stranger[1].from += seed * 25 * MS;
			scene.users = v & 1 ? 3 : 1;
			scene.workers_each = 3;
			for (u = 0; u < scene.users; u++)
				scene.rate[u] = 18;
			scene.published = 18;
			scene.net = &near;
			scene.try_timeout = 5 * SEC;
			scene.length = scene.calm_at + 2 * MINUTE + 20 * SEC;
			scene.server = (struct server){
				.limit = 18, .is_fixed = v & 2, .counts_refused = v & 4,
				.phase = seed * 97 * MS,
			};
			w = play_new(&scene, (uint64_t)v + 1);
			assert_true(w->full_at > 0);
			if (w->full_at - w->start - scene.calm_at > slowest)
				slowest = w->full_at - w->start - scene.calm_at;
			if (w->refused > refused)
				refused = w->refused;
			if (w->refused_when_calm > when_calm)
				when_calm = w->refused_when_calm;
			free(w);
		}
		print_message("%-34s full again after %5.1f s at most; %3d refused, %d when calm\n",
			      disturbed[row].scene.name, (double)slowest / SEC, refused, when_calm);
		assert_true(slowest <= disturbed[row].full_within);
		assert_true(refused <= disturbed[row].refused);
		assert_true(when_calm <= disturbed[row].refused_when_calm);
	}
}

/* ---- single rules ---- */

/* Calls until one is refused: the n before it were accepted. */
static void play_burst(struct desk *d, int n)
{
	uint64_t ticket[8];
	int i;

	for (i = 0; i <= n; i++)
		d->now += ask_at(d, &ticket[i]);
	d->now += 10 * MS;
	for (i = 0; i <= n; i++)
		limiter_end(&d->l, &d->me, ticket[i],
			    i < n ? LIMITER_ACCEPTED : LIMITER_REFUSED, d->now, 0, d->now);
}

static void test_learned_figure(void **state)
{
	static const struct {
		int first, second, learned;
	} rows[] = {
		{ 3, 3, 3 }, { 3, 5, 3 }, { 3, 6, 3 }, { 5, 3, 3 },
		{ 2, 5, 5 }, /* the first had other reasons */
		{ 3, 0, 0 }, /* tells nothing: a cut, no more */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct desk *d = new_desk();
		struct limiter_view view;

		d->me.rate = d->me.published = 18;
		play_burst(d, rows[i].first);
		play_burst(d, rows[i].second);
		limiter_look(&d->l, &d->me, d->now, &view);
		assert_int_equal(view.learned_left_ns,
				 rows[i].learned ? PACE_LEARNED_NS : 0);
		assert_int_equal((int)view.ceiling_per_sec, rows[i].learned ? rows[i].learned : 18);
		free(d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new_customer),
		cmocka_unit_test(test_an_hour),
		cmocka_unit_test(test_heals),
		cmocka_unit_test(test_recovers),
		cmocka_unit_test(test_eases),
		cmocka_unit_test(test_learned_figure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
