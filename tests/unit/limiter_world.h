/* SPDX-License-Identifier: MIT */
/* The limiter in simulated time: users, workers, a network, strangers and a
 * server are played for hours, and the server's own log judges.
 * For test_limiter.c and test_limiter_pace.c. */
#ifndef TESTS_LIMITER_WORLD_H
#define TESTS_LIMITER_WORLD_H

#include "share/limiter.h"
#include "share/limiter_loss.h"

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
	bool tells_left, tells_reset; /* with each answer */
	int64_t phase;
	int64_t span;                /* of its window; 0: a second */
	int64_t window[256];         /* arrivals that count, newest at [0] */
};

/* Somebody else's program, with the same key: it knows nothing of the limiter. */
struct stranger {
	int64_t from, until;         /* since the run's start */
	int per_sec, at_once;        /* so often; so many calls each time */
};

struct scene {
	const char *name;
	int users, workers_each;
	int rate[USERS_MAX], published;
	int window_calls, window_sec; /* of the account; 0: a second */
	const struct network *net;
	struct server server;
	int unsent_percent, kills_per_minute, oversleep_percent;
	int losses_per_minute;       /* of the state: half of them wholly */
	int64_t try_timeout, length;
	bool tells_rtt;
	int calls;                   /* 0: without end */
	struct stranger stranger[4];
	int64_t outage_from, outage_until; /* all is answered with "overloaded" */
	int64_t calm_at;             /* when what disturbs is over */
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
	bool is_refused, is_overload;
	int left;                    /* as its answer tells */
	int64_t reset_at;
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
	int calls_left, accepted, refused, most_refusals;
	int64_t longest_wait;
	int64_t start;
	int64_t stranger_at[4];      /* when it calls next */
	int strange_accepted;
	int refused_when_calm;
	int64_t full_at;             /* the pace was full again; 0: never */
};

static inline uint64_t draw(struct world *w)
{
	uint64_t z = w->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static inline int64_t draw_below(struct world *w, int64_t n)
{
	return n > 0 ? (int64_t)(draw(w) % (uint64_t)n) : 0;
}

static inline bool chance(struct world *w, int percent)
{
	return draw_below(w, 100) < percent;
}

static inline int64_t window_of(const struct scene *scene)
{
	return scene->window_sec ? scene->window_sec * SEC : SEC;
}

static inline void meet_user(struct world *w, int i)
{
	w->user[i] = (struct limiter_user){
		.id = ++w->last_id,
		.rate = w->scene->rate[i],
		.published = w->scene->published,
		.call_max_ns = w->scene->try_timeout,
		.window_ns = window_of(w->scene),
		.window_calls = w->scene->window_calls,
	};
}

/* A run on the state as it stands. */
static inline void start_run(struct world *w, const struct scene *scene, uint64_t seed)
{
	int i;

	w->scene = scene;
	w->server = scene->server;
	w->random = seed;
	w->arrivals = 0;
	w->deaths = w->accepted = w->refused = w->most_refusals = 0;
	w->strange_accepted = w->refused_when_calm = 0;
	w->longest_wait = w->full_at = 0;
	w->start = w->now;
	for (i = 0; i < 4; i++)
		w->stranger_at[i] = w->now + scene->stranger[i].from;
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

static inline struct world *new_world(const struct scene *scene, uint64_t seed)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	w->now = 1000 * SEC;
	limiter_state_init(&w->l, w->now);
	start_run(w, scene, seed);
	return w;
}

static inline int64_t span_of(const struct server *s)
{
	return s->span ? s->span : SEC;
}

/* When the window of now began: a fixed one, or any. */
static inline int64_t began(const struct server *s, int64_t now)
{
	int64_t span = span_of(s);

	return s->is_fixed ? (now + s->phase) / span * span - s->phase : now - span + 1;
}

/* How many calls it would yet take at now. */
static inline int server_left(const struct server *s, int64_t now)
{
	int64_t since = began(s, now);
	int i;

	for (i = 0; i < s->limit && s->window[i] >= since; i++)
		;
	return s->limit - i;
}

/* Whether the server takes the call that arrives now. */
static inline bool server_takes(struct server *s, int64_t now)
{
	int64_t since = began(s, now);
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

/* What strangers have sent until now, in the order in which it arrived. */
static inline void play_strangers(struct world *w)
{
	for (;;) {
		int i, next = -1;

		for (i = 0; i < 4; i++)
			if (w->scene->stranger[i].per_sec && w->stranger_at[i] <= w->now &&
			    w->stranger_at[i] < w->start + w->scene->stranger[i].until &&
			    (next < 0 || w->stranger_at[i] < w->stranger_at[next]))
				next = i;
		if (next < 0)
			return;
		for (i = 0; i < w->scene->stranger[next].at_once; i++)
			w->strange_accepted += server_takes(&w->server, w->stranger_at[next]);
		w->stranger_at[next] += SEC / w->scene->stranger[next].per_sec;
	}
}

static inline bool is_calm(const struct world *w)
{
	return w->now >= w->start + w->scene->calm_at;
}

static inline bool is_out(const struct world *w)
{
	return w->now >= w->start + w->scene->outage_from &&
	       w->now < w->start + w->scene->outage_until;
}

/* ---- the state's file ---- */

/* Whether a living process has a call or a reservation, but for worker me. */
static inline bool has_calls(const struct world *w, const struct worker *me)
{
	int i;

	for (i = 0; i < w->workers; i++)
		if (&w->worker[i] != me && w->worker[i].doing != ASKING &&
		    w->worker[i].doing != DONE)
			return true;
	return false;
}

/* Before each change: the state is read, as it is or as damage has left it. */
static inline void read_state(struct world *w, const struct worker *me)
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
		limiter_note_calls(&w->l, &w->user[me->user], has_calls(w, me), w->now);
	memcpy(&w->before, &w->l, limiter_state_size(&w->l));
	w->has_granted = false;
}

/* ---- what a worker does ---- */

static inline void start_call(struct world *w, struct worker *k, int64_t pause)
{
	k->doing = ASKING;
	k->at = k->asked_at = w->now + pause + draw_below(w, 1000);
}

static inline void end_call(struct world *w, struct worker *k, enum limiter_end how)
{
	int64_t rtt = w->scene->tells_rtt ? 2 * w->scene->net->way_min : 0;

	read_state(w, k);
	limiter_end(&w->l, &w->user[k->user], k->ticket, how, w->now, rtt, w->now);
	if (how == LIMITER_OVERLOADED) {
		start_call(w, k, draw_below(w, 500 * MS));
		return;
	}
	w->accepted += how == LIMITER_ACCEPTED;
	if (how == LIMITER_REFUSED) {
		w->refused++;
		w->refused_when_calm += is_calm(w);
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

static inline void send(struct world *w, struct worker *k)
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

static inline void reap_dead(struct world *w)
{
	size_t i;
	int d;

	for (i = 0; i < LIMITER_USERS; i++)
		for (d = 0; d < w->deaths && d < DEAD_MAX; d++)
			if (w->l.user[i].id == w->dead[d])
				limiter_reap(&w->l, i, w->now);
}

/* As in a process: its worker that waits longest asks, the others wait. */
static inline bool is_first_of_user(const struct world *w, const struct worker *k)
{
	int i;

	for (i = 0; i < w->workers; i++)
		if (w->worker[i].user == k->user && w->worker[i].doing == ASKING &&
		    w->worker[i].asked_at < k->asked_at)
			return false;
	return true;
}

static inline void note_left(struct world *w, struct worker *k)
{
	int64_t after = w->server.tells_reset ? k->reset_at - w->now : span_of(&w->server);

	if (w->server.tells_left)
		limiter_note_left(&w->l, &w->user[k->user], k->left, after, w->now);
}

static inline void note_pace(struct world *w)
{
	struct limiter_view view;

	if (w->full_at || !is_calm(w))
		return;
	limiter_look(&w->l, &w->user[0], w->now, &view);
	if (view.pace_per_sec * (w->scene->window_sec ? w->scene->window_sec : 1) >=
	    (w->scene->window_sec ? w->scene->window_calls : w->scene->published))
		w->full_at = w->now;
}

static inline void ask(struct world *w, struct worker *k)
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
		note_pace(w);
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

static inline void step(struct world *w, struct worker *k)
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
		play_strangers(w);
		k->is_overload = is_out(w);
		k->is_refused = !k->is_overload && !server_takes(&w->server, w->now);
		k->left = server_left(&w->server, w->now);
		k->reset_at = began(&w->server, w->now) + span_of(&w->server);
		k->doing = ANSWERED;
		k->at = k->answer_at;
		break;
	case ANSWERED:
		note_left(w, k);
		end_call(w, k, k->is_overload ? LIMITER_OVERLOADED :
			       k->is_refused  ? LIMITER_REFUSED :
						LIMITER_ACCEPTED);
		break;
	case GIVING_UP:
		end_call(w, k, LIMITER_ABANDONED);
		break;
	case DONE:
		break;
	}
}

/* kill -9: its calls arrive, or not, and nobody hears of them. */
static inline void kill_user(struct world *w, int user)
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

static inline void play(struct world *w)
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

static inline int by_time(const void *a, const void *b)
{
	int64_t x = ((const struct arrival *)a)->at, y = ((const struct arrival *)b)->at;

	return (x > y) - (x < y);
}

/* The most arrivals in any such span, by the server's log: of a user, or (-1)
 * of all. */
static inline int worst_span(struct world *w, int user, int64_t span)
{
	static int64_t at[LOG_MAX];
	size_t i, n = 0, first = 0, worst = 0;

	qsort(w->log, w->arrivals, sizeof w->log[0], by_time);
	for (i = 0; i < w->arrivals; i++) {
		if (w->log[i].at < 0 || (user >= 0 && w->log[i].user != user))
			continue;
		at[n++] = w->log[i].at;
		while (at[first] <= at[n - 1] - span)
			first++;
		if (n - first > worst)
			worst = n - first;
	}
	return (int)worst;
}

static inline int worst_second(struct world *w, int user)
{
	return worst_span(w, user, SEC);
}

static inline struct world *play_new(const struct scene *scene, uint64_t seed)
{
	struct world *w = new_world(scene, seed);

	play(w);
	return w;
}

/* ---- one user at a desk ---- */

struct desk { /* one user, N = 2, at a settled time */
	struct limiter_state l;
	struct limiter_user me;
	int64_t now;
};

static inline struct desk *new_desk(void)
{
	struct desk *d = calloc(1, sizeof *d);

	assert_non_null(d);
	d->now = 1000 * SEC;
	d->me = (struct limiter_user){ .id = 1, .rate = 2, .published = 2,
				       .call_max_ns = 5 * SEC, .window_ns = SEC };
	limiter_state_init(&d->l, d->now);
	return d;
}

/* When a place is given if asked for at d->now: relative to it; -1: unknown. */
static inline int64_t ask_at(struct desk *d, uint64_t *ticket)
{
	int64_t at;

	if (limiter_ask(&d->l, &d->me, d->now, CLOCK_NEVER, ticket, &at) !=
	    LIMITER_GRANTED)
		return -1;
	return at - d->now;
}

#endif
