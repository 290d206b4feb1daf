/* SPDX-License-Identifier: MIT */
/* Simulated days of cron: every half hour five processes of one account begin
 * within some seconds, each with its own list and 30 s, while the broker has
 * outages, other programs spend its quota, tokens are revoked and processes are
 * killed. Shown is the share of symbols that they had, of those that a client
 * would have had who knows the future, wastes no call and waits for nobody. */
#include "unit/day_world.h"

enum { PROCESSES = 5, ROUNDS = 48, DAYS = 7 };

struct tally {
	size_t asked, perfect, had;
	int runs, kills, calls, perfect_calls, refused, issues, early_issues;
	int worst_second;
};

/* ---- one round of the day ---- */

static void draw_outages(struct day *d)
{
	static const int64_t longest[] = { 2 * SEC, 8 * SEC, 25 * SEC };

	memset(d->broker.outage, 0, sizeof d->broker.outage);
	for (int i = 0; i < OUTAGES; i++) {
		struct outage *o = &d->broker.outage[i];

		if (!chance(&d->w, 40))
			continue;
		o->what = (enum trouble)draw_below(&d->w, TROUBLES);
		o->from = d->w.now - 5 * SEC + draw_below(&d->w, 35 * SEC);
		o->until = o->from + draw_below(&d->w, longest[i]);
	}
}

static void draw_stranger(struct day *d)
{
	struct stranger *s = &d->scene.stranger[0];

	memset(s, 0, sizeof *s);
	if (!chance(&d->w, 20))
		return;
	s->from = draw_below(&d->w, 20 * SEC);
	s->until = s->from + draw_below(&d->w, 8 * SEC);
	s->per_sec = 1 + (int)draw_below(&d->w, 25);
	s->at_once = 1;
}

/* The day is the same whatever the processes do. */
static void begin_round(struct day *d, uint64_t day, int round)
{
	uint64_t seed;

	d->w.random = day * 1000 + (uint64_t)round;
	seed = draw(&d->w);
	d->runs = 0;
	draw_outages(d);
	draw_stranger(d);
	start_run(&d->w, &d->scene, seed);
	d->broker.reset_permille = chance(&d->w, 30) ? 20 : 1;
	if (chance(&d->w, 10))
		d->broker.revoked = d->broker.issued;
	for (int i = 0; i < PROCESSES; i++)
		add_process(d, d->w.now + draw_below(&d->w, 5 * SEC),
			    30 + (size_t)draw_below(&d->w, 700), (size_t)draw_below(&d->w, 25));
	if (chance(&d->w, 40)) { /* and is begun again by whoever watches over it */
		struct process *p = &d->run[draw_below(&d->w, PROCESSES)];

		p->dies_at = p->begins_at + draw_below(&d->w, 5 * SEC);
		add_process(d, p->dies_at + SEC, p->kr, p->count - p->kr);
	}
}

/* ---- who knows the future ---- */

/* Calls that a process has yet to make, the large ones first. */
struct plan_left {
	int64_t from, until;
	size_t kr, us;
};

static bool is_served(const struct day *d, int64_t at)
{
	return !outage_at(d, at);
}

/* How many calls a second others leave. */
static int64_t left_by_strangers(const struct day *d, int64_t at)
{
	const struct stranger *s = &d->scene.stranger[0];
	bool is_there = s->per_sec && at >= d->w.start + s->from && at < d->w.start + s->until;

	return is_there ? RATE > s->per_sec ? RATE - s->per_sec : 0 : RATE;
}

/* One call of the process whose time is up first. Returns its symbols. */
static size_t make_call(struct plan_left *left, int runs, int64_t at)
{
	struct plan_left *first = NULL;
	size_t symbols;

	for (int i = 0; i < runs; i++) {
		struct plan_left *p = &left[i];

		if (p->kr + p->us > 0 && at >= p->from && at < p->until &&
		    (!first || p->until < first->until))
			first = p;
	}
	if (!first)
		return 0;
	symbols = first->kr > 30 ? 30 : first->kr ? first->kr : 1;
	if (first->kr)
		first->kr -= symbols;
	else
		first->us--;
	return symbols;
}

static void judge_perfect(const struct day *d, struct tally *t)
{
	struct plan_left left[RUNS_MAX];
	int64_t credit = 0, step = 5 * MS;

	for (int i = 0; i < d->runs; i++) {
		const struct process *p = &d->run[i];

		left[i] = (struct plan_left){ p->begins_at, p->deadline - 60 * MS, p->kr,
					      p->was_killed ? 0 : p->count - p->kr };
		if (p->was_killed)
			left[i].kr = 0;
	}
	for (int64_t at = d->w.start; at < d->w.start + 60 * SEC; at += step) {
		if (!is_served(d, at)) {
			credit = 0;
			continue;
		}
		credit += left_by_strangers(d, at) * step;
		while (credit >= SEC) {
			size_t symbols = make_call(left, d->runs, at);

			credit = symbols ? credit - SEC : 0;
			t->perfect += symbols;
			t->perfect_calls += symbols > 0;
		}
	}
}

/* ---- a day ---- */

static void play_round(struct day *d, struct tally *t)
{
	int calls = d->calls, worst;

	play_processes(d);
	judge_perfect(d, t);
	for (int i = 0; i < d->runs; i++) {
		const struct process *p = &d->run[i];

		t->kills += p->was_killed;
		t->runs += !p->was_killed;
		t->asked += p->was_killed ? 0 : p->count;
		t->had += p->was_killed ? 0 : p->quotes;
	}
	worst = worst_second(&d->w, -1);
	if (worst > t->worst_second)
		t->worst_second = worst;
	t->calls += d->calls - calls;
	t->refused += d->w.refused;
	assert_true(worst <= RATE);
}

static struct tally play_day(uint64_t seed)
{
	struct day *d = calloc(1, sizeof *d);
	struct tally t = { .asked = 0 };

	assert_non_null(d);
	d->scene = (struct scene){ .published = RATE, .server = { .limit = RATE } };
	d->w.now = 1000 * SEC;
	limiter_state_init(&d->w.l, d->w.now);
	token_state_init(&d->token);
	for (int i = 0; i < ROUNDS; i++) {
		int64_t begun = d->w.now;

		begin_round(d, seed, i);
		play_round(d, &t);
		d->w.now = begun + 30 * MINUTE;
	}
	t.issues = d->broker.issues;
	t.early_issues = d->broker.too_early;
	free(d);
	return t;
}

static void show(const char *name, const struct tally *t)
{
	print_message("# %s: %d runs, %d killed; %zu of %zu symbols (%.2f %%); %d calls "
		      "(perfect %d), %d refused; worst second %d; %d tokens\n",
		      name, t->runs, t->kills, t->had, t->perfect,
		      100.0 * (double)t->had / (double)t->perfect, t->calls, t->perfect_calls,
		      t->refused, t->worst_second, t->issues);
}

static void add_day(struct tally *all, const struct tally *day)
{
	all->asked += day->asked;
	all->perfect += day->perfect;
	all->had += day->had;
	all->runs += day->runs;
	all->kills += day->kills;
	all->calls += day->calls;
	all->perfect_calls += day->perfect_calls;
	all->refused += day->refused;
	all->issues += day->issues;
	if (day->worst_second > all->worst_second)
		all->worst_second = day->worst_second;
}

/* No second sees a call over the quota (play_round), no minute a second issue of
 * a token, and what is lost is what a probe found a moment too late. */
static void a_week_of_five_processes(void **state)
{
	struct tally all = { .asked = 0 };

	(void)state;
	for (uint64_t seed = 1; seed <= DAYS; seed++) {
		struct tally t = play_day(seed);
		char name[16];

		snprintf(name, sizeof name, "day %d", (int)seed);
		show(name, &t);
		add_day(&all, &t);
		assert_int_equal(t.early_issues, 0);
		assert_true(t.had * 100 >= t.perfect * 98);
		assert_true(t.calls * 2 <= t.perfect_calls * 3);
	}
	show("all", &all);
	assert_true(all.kills > 50 && all.refused > 50 && all.issues > DAYS);
	assert_true(all.had * 1000 >= all.perfect * 990);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_week_of_five_processes) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
