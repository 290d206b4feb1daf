/* The limiter in simulated time: users, workers, a network and a server are
 * played for hours, and the server's own log judges. */
#include "engine/limiter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS NS_PER_MS
#define SEC NS_PER_SEC
#define MINUTE (60 * SEC)

/* ---- the world ---- */

enum { USERS_MAX = 8, WORKERS_MAX = 64, LOG_MAX = 1 << 18 };

struct network { /* all in ns; each delay is drawn anew for each call */
	int64_t way_min, way_jitter; /* there, and back */
	int64_t think_jitter;        /* of the server, before and after it counts */
	int stall_percent;           /* of the calls take up to 4 s more */
};

struct server {
	int limit;                   /* 0: takes all, only logs */
	bool is_fixed, counts_refused;
	int64_t phase;
	int64_t window[64];          /* arrivals that count, newest at [0] */
};

struct scene {
	const char *name;
	int users, workers_each;
	int rate[USERS_MAX], published;
	struct network net;
	struct server server;
	int unsent_percent, kills_per_minute, oversleep_percent;
	int64_t try_timeout, length;
	bool tells_rtt;
	int calls;                   /* 0: without end */
};

enum doing { ASKING, SLEEPING, SENDING, ARRIVING, ANSWERED, GIVING_UP, DONE };

struct worker {
	enum doing doing;
	int64_t at;                  /* when the next thing happens */
	int user;
	uint64_t ticket;
	int64_t asked_at;
	size_t logged;               /* its entry in the log */
	int64_t answer_at;
	bool is_refused;
	int refusals;                /* of its present call */
};

struct world {
	struct limiter_state l;
	const struct scene *scene;
	struct server server;
	struct worker worker[WORKERS_MAX];
	int workers;
	struct limiter_user user[USERS_MAX];
	int64_t now;
	uint64_t random, last_id;
	uint64_t dead[4096];
	int deaths;
	int64_t log[LOG_MAX];        /* arrivals; -1: never arrived */
	int by_user[USERS_MAX];
	size_t arrivals;
	int calls_left, refused, most_refusals;
	int64_t longest_wait;
};

static uint64_t draw(struct world *w)
{
	uint64_t z = w->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static int64_t draw_below(struct world *w, int64_t n)
{
	return n > 0 ? (int64_t)(draw(w) % (uint64_t)n) : 0;
}

static bool chance(struct world *w, int percent)
{
	return draw_below(w, 100) < percent;
}

static void meet_user(struct world *w, int i)
{
	w->user[i] = (struct limiter_user){
		.id = ++w->last_id,
		.rate = w->scene->rate[i],
		.published = w->scene->published,
		.call_max_ns = w->scene->try_timeout,
	};
}

/* A run on the state as it stands. */
static void start_run(struct world *w, const struct scene *scene, uint64_t seed)
{
	int i;

	w->scene = scene;
	w->server = scene->server;
	w->random = seed;
	w->arrivals = 0;
	w->deaths = w->refused = w->most_refusals = 0;
	w->longest_wait = 0;
	w->calls_left = scene->calls;
	w->workers = scene->users * scene->workers_each;
	memset(w->by_user, 0, sizeof w->by_user);
	memset(w->worker, 0, sizeof w->worker);
	for (i = 0; i < scene->users; i++)
		meet_user(w, i);
	for (i = 0; i < w->workers; i++) {
		w->worker[i].user = i % scene->users;
		w->worker[i].at = w->worker[i].asked_at =
			w->now + draw_below(w, 10 * MS);
	}
}

static struct world *new_world(const struct scene *scene, uint64_t seed)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	w->now = 1000 * SEC;
	limiter_state_init(&w->l, w->now);
	start_run(w, scene, seed);
	return w;
}

/* Whether the server takes the call that arrives now. */
static bool server_takes(struct server *s, int64_t now)
{
	int64_t since = s->is_fixed ? (now + s->phase) / SEC * SEC - s->phase : now - SEC + 1;
	bool takes = s->limit == 0 || s->window[s->limit - 1] < since;

	if (takes || s->counts_refused) {
		memmove(s->window + 1, s->window, sizeof s->window - sizeof s->window[0]);
		s->window[0] = now;
	}
	return takes;
}

/* ---- what a worker does ---- */

static void start_call(struct world *w, struct worker *k, int64_t pause)
{
	k->doing = ASKING;
	k->at = k->asked_at = w->now + pause + draw_below(w, 1000);
}

static void end_call(struct world *w, struct worker *k, enum limiter_end how)
{
	int64_t rtt = w->scene->tells_rtt ? 2 * w->scene->net.way_min : 0;

	limiter_end(&w->l, &w->user[k->user], k->ticket, how, w->now, rtt, w->now);
	if (how == LIMITER_REFUSED) {
		w->refused++;
		if (++k->refusals > w->most_refusals)
			w->most_refusals = k->refusals;
		start_call(w, k, draw_below(w, 500 * MS));
		return;
	}
	k->refusals = 0;
	if (w->scene->calls && w->calls_left-- <= 0)
		k->doing = DONE;
	else
		start_call(w, k, draw_below(w, MS));
}

static void send(struct world *w, struct worker *k)
{
	const struct network *net = &w->scene->net;
	int64_t arrival, answer, give_up = w->now + w->scene->try_timeout;

	if (chance(w, w->scene->unsent_percent)) {
		end_call(w, k, LIMITER_UNSENT);
		return;
	}
	arrival = w->now + net->way_min + draw_below(w, net->way_jitter) +
		  draw_below(w, net->think_jitter);
	if (chance(w, net->stall_percent))
		arrival += draw_below(w, 4 * SEC);
	answer = arrival + draw_below(w, net->think_jitter) + net->way_min +
		 draw_below(w, net->way_jitter);
	assert_true(w->arrivals < LOG_MAX);
	k->logged = w->arrivals++;
	w->by_user[k->user]++;
	w->log[k->logged] = arrival;
	if (w->now - k->asked_at > w->longest_wait)
		w->longest_wait = w->now - k->asked_at;
	if (answer <= give_up) {
		k->doing = ARRIVING;
		k->at = arrival;
		k->answer_at = answer;
		return;
	}
	if (arrival > give_up + LIMITER_GRACE_NS)
		w->log[k->logged] = -1;
	k->doing = GIVING_UP;
	k->at = give_up;
}

static void bury_dead(struct world *w)
{
	size_t i;
	int d;

	for (i = 0; i < LIMITER_USERS; i++)
		for (d = 0; d < w->deaths; d++)
			if (w->l.user[i].id == w->dead[d])
				limiter_bury(&w->l, i, w->now);
}

/* As in a process: its worker that waits longest asks, the others wait. */
static bool is_first_of_user(const struct world *w, const struct worker *k)
{
	int i;

	for (i = 0; i < w->workers; i++)
		if (w->worker[i].user == k->user && w->worker[i].doing == ASKING &&
		    w->worker[i].asked_at < k->asked_at)
			return false;
	return true;
}

static void ask(struct world *w, struct worker *k)
{
	int64_t at;

	if (!is_first_of_user(w, k)) {
		k->at += 5 * MS;
		return;
	}
	bury_dead(w);
	switch (limiter_ask(&w->l, &w->user[k->user], w->now, CLOCK_NEVER,
			    &k->ticket, &at)) {
	case LIMITER_GRANTED:
		assert_true(at <= w->now + SEC);
		k->doing = at > w->now ? SLEEPING : SENDING;
		k->at = at;
		if (k->doing == SLEEPING && chance(w, w->scene->oversleep_percent))
			k->at += draw_below(w, 2 * SEC);
		return;
	case LIMITER_AGAIN:
		assert_true(at > w->now && at <= w->now + SEC);
		k->at = at;
		return;
	case LIMITER_LATE:
		fail_msg("never is not late");
	}
}

static void step(struct world *w, struct worker *k)
{
	switch (k->doing) {
	case ASKING:
		ask(w, k);
		break;
	case SLEEPING:
		if (limiter_confirm(&w->l, &w->user[k->user], k->ticket, w->now)) {
			k->doing = SENDING;
			k->at = w->now + draw_below(w, 50000);
		} else {
			k->doing = ASKING;
		}
		break;
	case SENDING:
		send(w, k);
		break;
	case ARRIVING:
		k->is_refused = !server_takes(&w->server, w->now);
		k->doing = ANSWERED;
		k->at = k->answer_at;
		break;
	case ANSWERED:
		end_call(w, k, k->is_refused ? LIMITER_REFUSED : LIMITER_ACCEPTED);
		break;
	case GIVING_UP:
		end_call(w, k, LIMITER_ABANDONED);
		break;
	case DONE:
		break;
	}
}

/* kill -9: its calls arrive, or not, and nobody hears of them. */
static void kill_user(struct world *w, int user)
{
	int i;

	w->dead[w->deaths++ % 4096] = w->user[user].id;
	meet_user(w, user);
	for (i = 0; i < w->workers; i++) {
		struct worker *k = &w->worker[i];

		if (k->user != user)
			continue;
		if ((k->doing == ARRIVING || k->doing == GIVING_UP) &&
		    w->log[k->logged] > w->now + LIMITER_GRACE_NS)
			w->log[k->logged] = -1;
		k->refusals = 0;
		start_call(w, k, draw_below(w, 100 * MS));
	}
}

static void play(struct world *w)
{
	int64_t end = w->now + w->scene->length;
	int kills = w->scene->kills_per_minute;
	int64_t kill_at = kills ? w->now + draw_below(w, 2 * MINUTE / kills) : CLOCK_NEVER;

	for (;;) {
		struct worker *next = NULL;
		int i;

		for (i = 0; i < w->workers; i++) {
			struct worker *k = &w->worker[i];

			if (k->doing != DONE && (!next || k->at < next->at))
				next = k;
		}
		if (!next || next->at >= end)
			return;
		if (kill_at <= next->at) {
			w->now = kill_at;
			kill_user(w, (int)draw_below(w, w->scene->users));
			kill_at = w->now + 1 + draw_below(w, 2 * MINUTE / kills);
			continue;
		}
		w->now = next->at;
		step(w, next);
	}
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The most arrivals in any second, by the server's log. */
static int worst_second(struct world *w)
{
	size_t i, first = 0, worst = 0;

	qsort(w->log, w->arrivals, sizeof w->log[0], by_time);
	for (i = 0; i < w->arrivals; i++) {
		if (w->log[i] < 0) {
			first = i + 1;
			continue;
		}
		while (w->log[first] <= w->log[i] - SEC)
			first++;
		if (i + 1 - first > worst)
			worst = i + 1 - first;
	}
	return (int)worst;
}

/* ---- never above N ---- */

static const struct network near_net = { 7 * MS, MS, 2 * MS, 0 };
static const struct network odd_net = { 5 * MS, 60 * MS, 300 * MS, 3 };

static void test_never_above(void **state)
{
	static const struct scene scenes[] = {
		{ .name = "1/s, one user", .users = 1, .workers_each = 3, .rate = { 1 },
		  .unsent_percent = 5, .oversleep_percent = 5 },
		{ .name = "3/s, five users", .users = 5, .workers_each = 3,
		  .rate = { 3, 3, 3, 3, 3 }, .kills_per_minute = 4,
		  .unsent_percent = 2, .oversleep_percent = 2 },
		{ .name = "18/s, five users, killed", .users = 5, .workers_each = 3,
		  .rate = { 18, 18, 18, 18, 18 }, .kills_per_minute = 20,
		  .unsent_percent = 5, .oversleep_percent = 5, .tells_rtt = true },
		{ .name = "20/s, many workers", .users = 2, .workers_each = 32,
		  .rate = { 20, 20 }, .kills_per_minute = 2, .unsent_percent = 2,
		  .tells_rtt = true },
		{ .name = "18/s, rates 18, 3, 1 and 7", .users = 4, .workers_each = 4,
		  .rate = { 18, 3, 1, 7 }, .kills_per_minute = 4, .unsent_percent = 3,
		  .oversleep_percent = 3, .tells_rtt = true },
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
		scene.net = odd_net;
		scene.try_timeout = 2 * SEC;
		scene.length = 60 * MINUTE;
		w = new_world(&scene, 1 + i);
		play(w);
		worst = worst_second(w);
		print_message("%-28s worst second %d, %.2f/s, longest wait %.1f s\n",
			      scene.name, worst, (double)w->arrivals * SEC / scene.length,
			      (double)w->longest_wait / SEC);
		assert_in_range(worst, n > 1 ? n - 1 : 1, n);
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
		{ 1, 3, 18, 7 * MS, true },   { 1, 3, 18, 30 * MS, true },
		{ 2, 3, 18, 30 * MS, false }, { 5, 3, 18, 7 * MS, true },
		{ 5, 3, 18, 30 * MS, true },  { 5, 3, 3, 7 * MS, true },
		{ 1, 3, 1, 7 * MS, true },    { 5, 1, 1, 7 * MS, true },
		{ 1, 16, 18, 85 * MS, true }, { 1, 16, 18, 250 * MS, false },
		{ 1, 16, 18, 250 * MS, true }, { 5, 8, 18, 250 * MS, true },
		{ 1, 64, 200, 7 * MS, true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct scene scene = {
			.users = rows[i].users, .workers_each = rows[i].workers_each,
			.published = rows[i].rate, .try_timeout = 5 * SEC,
			.net = { rows[i].way, MS, 2 * MS, 0 },
			.tells_rtt = rows[i].tells_rtt, .length = 10 * MINUTE,
		};
		double held = 2 * (double)rows[i].way / SEC, best, got;
		struct world *w;
		int u, least = INT32_MAX, most = 0;

		for (u = 0; u < scene.users; u++)
			scene.rate[u] = rows[i].rate;
		w = new_world(&scene, 77 + i);
		play(w);
		got = (double)w->arrivals * SEC / scene.length;
		best = rows[i].rate / (1 + held * (scene.tells_rtt ? 0.5 : 1));
		for (u = 0; u < scene.users; u++) {
			least = w->by_user[u] < least ? w->by_user[u] : least;
			most = w->by_user[u] > most ? w->by_user[u] : most;
		}
		print_message("N %3d, %d x %2d workers, round trip %3.0f ms%s: %.2f/s, "
			      "%.3f of N, %.3f of the rule's; users %d to %d, "
			      "longest wait %.1f s\n",
			      rows[i].rate, scene.users, scene.workers_each, held * 1000,
			      scene.tells_rtt ? ", known" : "", got, got / rows[i].rate,
			      got / best, least, most, (double)w->longest_wait / SEC);
		assert_true(got >= 0.93 * best);
		assert_true(least * 10 >= most * 9);
		assert_true(worst_second(w) <= rows[i].rate);
		free(w);
	}
}

/* ---- giving way ---- */

struct tally {
	int runs, most_refusals, refused, most_refused, lost_runs, second_run;
	int learned[32];
	int64_t time;
};

static void play_new_customer(const struct scene *scene, uint64_t seed,
			      struct tally *t)
{
	struct scene s = *scene;
	struct world *w;

	s.server.phase = (int64_t)(seed * 7919 % 1000) * MS;
	w = new_world(&s, seed);
	play(w);
	t->runs++;
	t->time += w->now - 1000 * SEC;
	t->refused += w->refused;
	if (w->refused > t->most_refused)
		t->most_refused = w->refused;
	if (w->most_refusals > t->most_refusals)
		t->most_refusals = w->most_refusals;
	t->lost_runs += w->most_refusals > 2;
	t->learned[(int)w->l.ceiling < 31 ? (int)w->l.ceiling : 31]++;
	w->now += 10 * SEC;
	start_run(w, &s, seed + 1000);
	play(w);
	t->second_run += w->refused;
	free(w);
}

static void test_new_customer(void **state)
{
	int users, fixed, counts, limit;

	(void)state;
	for (limit = 3; limit <= 10; limit += 7)
	for (users = 1; users <= 5; users += 4)
	for (fixed = 0; fixed < 2; fixed++)
	for (counts = 0; counts < 2; counts++) {
		struct scene scene = {
			.users = users, .workers_each = 3,
			.rate = { 18, 18, 18, 18, 18 }, .published = 18,
			.net = { 7 * MS, 40 * MS, 3 * MS, 0 },
			.try_timeout = 5 * SEC, .length = 20 * MINUTE, .calls = 100,
			.server = { .limit = limit, .is_fixed = fixed, .counts_refused = counts },
		};
		struct tally t = { 0 };
		uint64_t seed;
		int c;

		for (seed = 1; seed <= 200; seed++)
			play_new_customer(&scene, seed, &t);
		print_message("limit %d, %s%s, %d users: refused %.1f (most %d), "
			      "most of one call %d in %d runs, second run %.2f, %.1f s, learned",
			      limit, fixed ? "fixed" : "sliding", counts ? " all" : "",
			      users, (double)t.refused / t.runs, t.most_refused,
			      t.most_refusals, t.lost_runs, (double)t.second_run / t.runs,
			      (double)t.time / t.runs / SEC);
		for (c = 0; c < 32; c++)
			if (t.learned[c])
				print_message(" %d:%d", c, t.learned[c]);
		print_message("\n");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_never_above),
		cmocka_unit_test(test_share_used),
		cmocka_unit_test(test_new_customer),
	};

	(void)near_net;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
