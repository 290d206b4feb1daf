/* The limiter in simulated time: users, workers, a network and a server are
 * played for hours, and the server's own log judges. */
#include "share/limiter.h"

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

enum { USERS_MAX = 8, WORKERS_MAX = 64, DEAD_MAX = 32, LOG_MAX = 1 << 18 };

struct network { /* all in ns; each delay is drawn anew for each call */
	int64_t way_min, way_jitter; /* there, and back */
	int64_t think_jitter;        /* of the server, before and after it counts */
	int stall_percent;           /* of the calls take up to 4 s more */
	bool is_uneven;              /* some connections: longer there than back */
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
	const struct network *net;
	struct server server;
	int unsent_percent, kills_per_minute, oversleep_percent;
	int losses_per_minute;       /* of the state: half of them wholly */
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

struct arrival {
	int64_t at;                  /* -1: never */
	int user;
};

struct world {
	struct limiter_state l;
	struct limiter_state before; /* the last change */
	int64_t loss_at;
	int losses;
	bool has_granted;            /* by the last change */
	const struct scene *scene;
	struct server server;
	struct worker worker[WORKERS_MAX];
	int workers;
	struct limiter_user user[USERS_MAX];
	int64_t now;
	uint64_t random, last_id;
	uint64_t dead[DEAD_MAX];
	int deaths;
	struct arrival log[LOG_MAX];
	size_t arrivals;
	int by_user[USERS_MAX];
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
	bool takes;

	if (s->limit == 0)
		return true;
	takes = s->window[s->limit - 1] < since;
	if (takes || s->counts_refused) {
		memmove(s->window + 1, s->window, sizeof s->window - sizeof s->window[0]);
		s->window[0] = now;
	}
	return takes;
}

/* ---- the state's file ---- */

/* Whether a living process has a call or a reservation, but for worker me. */
static bool has_calls(const struct world *w, const struct worker *me)
{
	int i;

	for (i = 0; i < w->workers; i++)
		if (&w->worker[i] != me && w->worker[i].doing != ASKING &&
		    w->worker[i].doing != DONE)
			return true;
	return false;
}

/* Before each change: the state is read, as it is or as damage has left it. */
static void read_state(struct world *w, const struct worker *me)
{
	int per_minute = w->scene->losses_per_minute;
	bool is_all = draw_below(w, 2);

	if (!per_minute)
		return;
	if (w->loss_at <= w->now && (is_all || w->has_granted || !w->loss_at)) {
		if (w->loss_at) {
			w->losses++;
			if (is_all)
				limiter_state_init(&w->l, w->now);
			else
				memcpy(&w->l, &w->before, limiter_state_size(&w->before));
			limiter_note_loss(&w->l, &w->user[me->user], is_all, w->now);
		}
		w->loss_at = w->now + 1 + draw_below(w, 2 * MINUTE / per_minute);
	}
	if (limiter_has_doubts(&w->l))
		limiter_note_calls(&w->l, has_calls(w, me), w->now);
	memcpy(&w->before, &w->l, limiter_state_size(&w->l));
	w->has_granted = false;
}

/* ---- what a worker does ---- */

static void start_call(struct world *w, struct worker *k, int64_t pause)
{
	k->doing = ASKING;
	k->at = k->asked_at = w->now + pause + draw_below(w, 1000);
}

static void end_call(struct world *w, struct worker *k, enum limiter_end how)
{
	int64_t rtt = w->scene->tells_rtt ? 2 * w->scene->net->way_min : 0;

	read_state(w, k);
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
	const struct network *net = w->scene->net;
	int64_t arrival, answer, give_up = w->now + w->scene->try_timeout;
	/* Three quarters of the round trip on the way there, or one. */
	int64_t shift = !net->is_uneven ? 0 : (k - w->worker) % 2 ? net->way_min / 2 :
								    -net->way_min / 2;

	if (chance(w, w->scene->unsent_percent)) {
		end_call(w, k, LIMITER_UNSENT);
		return;
	}
	arrival = w->now + net->way_min + shift + draw_below(w, net->way_jitter) +
		  draw_below(w, net->think_jitter);
	if (chance(w, net->stall_percent))
		arrival += draw_below(w, 4 * SEC);
	answer = arrival + draw_below(w, net->think_jitter) + net->way_min -
		 shift + draw_below(w, net->way_jitter);
	assert_true(w->arrivals < LOG_MAX);
	k->logged = w->arrivals++;
	w->by_user[k->user]++;
	w->log[k->logged] = (struct arrival){ arrival, k->user };
	if (w->now - k->asked_at > w->longest_wait)
		w->longest_wait = w->now - k->asked_at;
	if (answer <= give_up) {
		k->doing = ARRIVING;
		k->at = arrival;
		k->answer_at = answer;
		return;
	}
	if (arrival > give_up + LIMITER_GRACE_NS)
		w->log[k->logged].at = -1;
	k->doing = GIVING_UP;
	k->at = give_up;
}

static void reap_dead(struct world *w)
{
	size_t i;
	int d;

	for (i = 0; i < LIMITER_USERS; i++)
		for (d = 0; d < w->deaths && d < DEAD_MAX; d++)
			if (w->l.user[i].id == w->dead[d])
				limiter_reap(&w->l, i, w->now);
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
		k->at += 20 * MS;
		return;
	}
	read_state(w, k);
	reap_dead(w);
	switch (limiter_ask(&w->l, &w->user[k->user], w->now, CLOCK_NEVER,
			    &k->ticket, &at)) {
	case LIMITER_GRANTED:
		w->has_granted = true;
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
		read_state(w, k);
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

	w->dead[w->deaths++ % DEAD_MAX] = w->user[user].id;
	meet_user(w, user);
	for (i = 0; i < w->workers; i++) {
		struct worker *k = &w->worker[i];

		if (k->user != user)
			continue;
		if ((k->doing == ARRIVING || k->doing == GIVING_UP) &&
		    w->log[k->logged].at > w->now + LIMITER_GRACE_NS)
			w->log[k->logged].at = -1;
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
	int64_t x = ((const struct arrival *)a)->at, y = ((const struct arrival *)b)->at;

	return (x > y) - (x < y);
}

/* The most arrivals in any second, by the server's log: of a user, or (-1) of
 * all. */
static int worst_second(struct world *w, int user)
{
	static int64_t at[LOG_MAX];
	size_t i, n = 0, first = 0, worst = 0;

	qsort(w->log, w->arrivals, sizeof w->log[0], by_time);
	for (i = 0; i < w->arrivals; i++) {
		if (w->log[i].at < 0 || (user >= 0 && w->log[i].user != user))
			continue;
		at[n++] = w->log[i].at;
		while (at[first] <= at[n - 1] - SEC)
			first++;
		if (n - first > worst)
			worst = n - first;
	}
	return (int)worst;
}

static struct world *play_new(const struct scene *scene, uint64_t seed)
{
	struct world *w = new_world(scene, seed);

	play(w);
	return w;
}

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

/* ---- giving way ---- */

/* A 3/s (or 10/s) account that nobody told of it: 18/s are asked for. */
static void test_new_customer(void **state)
{
	static const struct network net = { 7 * MS, 43 * MS, 0, 0, false };
	enum { SEEDS = 25 };
	int v;

	(void)state;
	for (v = 0; v < 16; v++) {
		struct scene scene = {
			.users = v & 1 ? 5 : 1, .workers_each = 3,
			.rate = { 18, 18, 18, 18, 18 }, .published = 18, .net = &net,
			.try_timeout = 5 * SEC, .length = 20 * MINUTE, .calls = 100,
			.server = { .limit = v & 2 ? 10 : 3, .is_fixed = v & 4,
				    .counts_refused = v & 8 },
		};
		int refused = 0, most = 0, seed;
		/* Two fixed seconds can look like one that takes a call more. */
		int slack = scene.server.limit / 10;

		for (seed = 1; seed <= SEEDS; seed++) {
			struct world *w;

			scene.server.phase = seed * 7919 % 1000 * MS;
			w = play_new(&scene, (uint64_t)seed);
			refused += w->refused;
			most = w->refused > most ? w->refused : most;
			/* Two further attempts of each call were enough. */
			assert_true(w->most_refusals <= 2);
			assert_in_range((int)w->l.ceiling, scene.server.limit - 1,
					scene.server.limit + slack);
			/* A later run starts there. */
			w->now += 10 * SEC;
			start_run(w, &scene, (uint64_t)seed + 1000);
			play(w);
			assert_true(w->refused <= 2 * slack);
			free(w);
		}
		print_message("limit %2d (%s, counts %s), %d users: %.1f refused, %d at most\n",
			      scene.server.limit, v & 4 ? "fixed" : "sliding",
			      v & 8 ? "all" : "accepted", scene.users,
			      (double)refused / SEEDS, most);
		assert_true(most <= 8);
	}
}

/* What was learned ends, is tried and learned again, at the cost of a few. */
static void test_learned_expires(void **state)
{
	static const struct network net = { 7 * MS, 43 * MS, 0, 0, false };
	struct scene scene = { .users = 1, .workers_each = 3, .rate = { 18 },
			       .published = 18, .net = &net, .try_timeout = 5 * SEC,
			       .length = 60 * MINUTE,
			       .server = { .limit = 3, .is_fixed = true } };
	struct world *w = play_new(&scene, 3);
	double got = (double)(w->arrivals - (size_t)w->refused) / 3600;

	(void)state;
	print_message("an hour at 3/s: %.2f/s, %d refused\n", got, w->refused);
	assert_true(got > 2.75); /* of 2.84: 3 / (1 + 57 ms) */
	assert_in_range(w->refused, 4, 20);
	assert_true(w->most_refusals <= 2);
	free(w);
}

/* One refusal alone: a pause, a slower pace, and back within some seconds. */
static void test_recovers(void **state)
{
	static const struct network net = { 7 * MS, MS, 0, 0, false };
	struct scene scene = { .users = 1, .workers_each = 3, .rate = { 18 },
			       .published = 18, .net = &net, .try_timeout = 5 * SEC,
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
	assert_true(view.pace > 12 && view.pace < 13);
	assert_int_equal(view.learned_left_ns, 0);
	assert_int_equal(limiter_ask(&w->l, me, w->now + 2 * MS, w->now + SEC / 2,
				     &ticket, &at), LIMITER_LATE);
	w->now += MS;
	start_run(w, &scene, 4);
	play(w);
	limiter_look(&w->l, me, w->now, &view);
	assert_true(view.pace >= 18);
	free(w);
}

/* An overloaded server: a slower pace, once for the calls under way together;
 * no pause, and nothing is learned. */
static void test_eases(void **state)
{
	struct limiter_user me = { .id = 1, .rate = 18, .published = 18,
				   .call_max_ns = 5 * SEC };
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
		assert_true(view.pace > 12.5 && view.pace < 12.7);
		assert_int_equal(view.learned_left_ns, 0);
	}
	assert_int_equal(limiter_ask(l, &me, now, now + SEC / 2, &ticket[0], &at),
			 LIMITER_GRANTED);
	limiter_end(l, &me, ticket[0], LIMITER_REFUSED, now + SEC, 0, now + SEC);
	limiter_look(l, &me, now + SEC, &view);
	assert_int_equal(view.learned_left_ns, 0);
	free(l);
}

/* ---- the single rules ---- */

struct desk { /* one user, N = 2, at a settled time */
	struct limiter_state l;
	struct limiter_user me;
	int64_t now;
};

static struct desk *new_desk(void)
{
	struct desk *d = calloc(1, sizeof *d);

	assert_non_null(d);
	d->now = 1000 * SEC;
	d->me = (struct limiter_user){ .id = 1, .rate = 2, .published = 2,
				       .call_max_ns = 5 * SEC };
	limiter_state_init(&d->l, d->now);
	return d;
}

/* When a place is given if asked for at d->now: relative to it; -1: unknown. */
static int64_t ask_at(struct desk *d, uint64_t *ticket)
{
	int64_t at;

	if (limiter_ask(&d->l, &d->me, d->now, CLOCK_NEVER, ticket, &at) !=
	    LIMITER_GRANTED)
		return -1;
	return at - d->now;
}

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
	limiter_note_calls(&d->l, has_calls, d->now);
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
				 rows[i].learned ? LIMITER_LEARNED_NS : 0);
		assert_int_equal((int)view.ceiling, rows[i].learned ? rows[i].learned : 18);
		free(d);
	}
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
	assert_refused(l->pace = 0);
	assert_refused(l->ceiling = 1e300);
	assert_refused(memset(&l->pace, 0xff, sizeof l->pace)); /* NaN */
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
		cmocka_unit_test(test_learned_figure),
		cmocka_unit_test(test_validity),
		cmocka_unit_test(test_known_too_late),
		cmocka_unit_test(test_full_tables),
		cmocka_unit_test(test_never_above),
		cmocka_unit_test(test_share_used),
		cmocka_unit_test(test_rates_differ),
		cmocka_unit_test(test_new_customer),
		cmocka_unit_test(test_learned_expires),
		cmocka_unit_test(test_recovers),
		cmocka_unit_test(test_eases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
