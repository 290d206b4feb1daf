/* SPDX-License-Identifier: MIT */
/* Unit tests of engine/scheduler against simulated sources under a fake clock:
 * three workers each, 50 ms a call, faults as functions of time and count. A
 * perfect client has every symbol that could have been had before the deadline;
 * so must this one, with at most half as many calls again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/scheduler.h"
#include "provider/provider.h"
#include "share/exchange_book.h"

#define MS NS_PER_MS
#define SEC NS_PER_SEC
#define BEGIN (1000 * SEC)

enum { MOST = 3000, WORKERS = 3, ALIVE = 2 * WORKERS };

/* ---- two sources: KR in batches and US one by one; US in batches ---- */

static size_t exchanges(enum market m, enum market out[PROVIDER_EXCHANGES_MAX])
{
	out[0] = MARKET_NAS;
	out[1] = MARKET_NYS;
	out[2] = MARKET_AMS;
	return m == MARKET_US ? 3 : 0;
}

#define IN_BATCHES { { MARKET_US, MARKET_NAS, 100, false } }

static const struct provider_account plain = { .name = "plain",
					       .serves = { { MARKET_KR, MARKET_KR, 30, false },
							   { MARKET_US, MARKET_NAS, 1, false } } };
static const struct provider_account delayed = { .name = "delayed",
						 .serves = IN_BATCHES,
						 .delayed_minutes = 15 };
static const struct provider_account prompt = { .name = "prompt", .serves = IN_BATCHES };
static const struct provider_account detailed = { .name = "detailed",
						  .serves = { { MARKET_KR, MARKET_KR, 30, true },
							      { MARKET_US, MARKET_NAS, 1, true } } };
static const struct provider first = { .name = "first", .exchanges = exchanges };
static const struct provider second = { .name = "second" };

/* ---- the simulation ---- */

struct sim;

/* What a call meets: ERR_KINDS is an answer. */
typedef enum err_kind (*fault_fn)(struct sim *sim, const struct request *r);

struct flight {
	struct result *job;
	int64_t ends_ns;
};

struct sim {
	fault_fn fault[2];
	int64_t latency_ns[2];
	/* What a symbol of its own is answered with; ERR_KINDS: a quote. */
	enum err_kind (*symbol)(const struct request *r, size_t i);
	int64_t timeout_ns;
	const char *check_percent;
	int checked[CHECK_VERDICTS];
	const struct provider_account *first_account; /* NULL: plain */
	size_t named; /* quotes with what each of the two calls tells */
	int attempts_max;
	int seed;
	bool may_delay;
	const struct provider_account *second_account; /* NULL: one source */

	struct symbol list[MOST];
	size_t count;
	int64_t now_ns;
	int calls[2];          /* made */
	int answers[MOST];     /* records, by entry */
	enum err_kind end[MOST];
	const char *by[MOST];  /* provider */
	uint8_t tried[MOST];   /* how many sources before */
	size_t quotes;
	int64_t last_ns;       /* when the last answer came */
	struct flight flight[2][ALIVE];
	size_t flights[2];
	struct scheduler s;
};

static const struct symbol *at(const void *list, uint32_t i)
{
	return &((const struct sim *)list)->list[i];
}

static bool is_priority(const void *list, uint32_t i)
{
	(void)list, (void)i;
	return false;
}

static void add(struct sim *sim, size_t count, enum market m)
{
	while (count-- > 0) {
		struct symbol *s = &sim->list[sim->count];

		*s = (struct symbol){ .market = (uint8_t)m };
		snprintf(s->code, sizeof s->code, "%c%zu", m == MARKET_KR ? 'K' : 'U',
			 sim->count++);
	}
}

/* Takes what is final. */
static void take(struct sim *sim, struct result *r)
{
	for (size_t i = 0; r && i < r->request->count; i++) {
		uint32_t at = r->request->item[i].index;

		if (r->outcome[i].is_moved)
			continue;
		sim->answers[at]++;
		sim->end[at] = r->outcome[i].has_quote ? ERR_KINDS : r->outcome[i].err.kind;
		sim->by[at] = r->provider;
		sim->tried[at] = r->request->item[i].tried_count;
		sim->quotes += r->outcome[i].has_quote;
		sim->named += r->outcome[i].quote.name && r->outcome[i].quote.number[QUOTE_BID] &&
			      r->outcome[i].quote.number[QUOTE_PER];
		if (r->outcome[i].is_checked)
			sim->checked[r->outcome[i].check.verdict]++;
		sim->last_ns = sim->now_ns;
	}
	result_free(r);
}

/* A worker's call comes back. */
static void end_call(struct sim *sim, size_t source, struct result *r)
{
	enum err_kind kind = sim->fault[source] ? sim->fault[source](sim, r->request) : ERR_KINDS;

	sim->calls[source]++;
	r->provider = sim->s.source[source].provider->name;
	r->had_token = true;
	r->was_sent = r->was_connected = r->was_answered = kind != ERR_HOST && kind != ERR_NETWORK &&
							   kind != ERR_DEADLINE;
	r->latency_ms = (int)(sim->latency_ns[source] / MS);
	if (kind != ERR_KINDS) {
		r->has_failed = true;
		err_set(&r->err, kind, "fault");
		return;
	}
	for (size_t i = 0; i < r->request->count; i++) {
		enum err_kind own = sim->symbol ? sim->symbol(r->request, i) : ERR_KINDS;

		r->outcome[i].has_quote = own == ERR_KINDS;
		r->outcome[i].quote.number[QUOTE_PRICE] = "100";
		if (r->request->wants_detail)
			r->outcome[i].quote.number[QUOTE_PER] = "7";
		else
			r->outcome[i].quote.name = r->outcome[i].quote.number[QUOTE_BID] = "9";
		if (own != ERR_KINDS)
			err_set(&r->outcome[i].err, own, "of its own");
		r->request->item[i].attempts++;
	}
}

static void feed(struct sim *sim, int64_t *wake)
{
	size_t sources = sim->second_account ? 2 : 1, k;
	struct err err;
	bool failed;

	*wake = BEGIN + sim->timeout_ns;
	for (k = 0; k < sources; k++)
		while (sim->flights[k] < WORKERS) {
			struct result *job =
				scheduler_next(&sim->s, k, sim->now_ns, wake, &failed, &err);

			assert_false(failed);
			if (!job)
				break;
			assert_int_equal(job->request->source, k);
			sim->flight[k][sim->flights[k]++] =
				(struct flight){ job, sim->now_ns + sim->latency_ns[k] };
		}
	for (k = 0; k < sources; k++)
		for (size_t i = 0; i < sim->flights[k]; i++)
			if (sim->flight[k][i].ends_ns < *wake)
				*wake = sim->flight[k][i].ends_ns;
}

static void land(struct sim *sim)
{
	struct result *r;

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < sim->flights[k];) {
			struct flight f = sim->flight[k][i];

			if (f.ends_ns > sim->now_ns) {
				i++;
				continue;
			}
			sim->flight[k][i] = sim->flight[k][--sim->flights[k]];
			end_call(sim, k, f.job);
			take(sim, scheduler_take(&sim->s, f.job, sim->now_ns));
		}
	while ((r = scheduler_settle(&sim->s, sim->now_ns)))
		take(sim, r);
}

/* Runs it; afterwards each entry has its one answer. */
static void run(struct sim *sim)
{
	struct scheduler_config c = { .source_count = sim->second_account ? 2 : 1,
				      .input = { .list = sim,
						 .count = sim->count,
						 .at = at,
						 .is_priority = is_priority },
				      .may_delay = sim->may_delay,
				      .check_percent = sim->check_percent,
				      .wants_detail = sim->first_account != NULL,
				      .attempts_max = sim->attempts_max,
				      .deadline_ns = BEGIN + sim->timeout_ns,
				      .seed = 42,
				      .now_ns = BEGIN };
	struct err why;
	struct result *r;
	int64_t wake;

	for (size_t k = 0; k < 2; k++)
		if (!sim->latency_ns[k])
			sim->latency_ns[k] = 50 * MS;
	c.source[0].provider = &first;
	c.source[0].account = sim->first_account ? sim->first_account : &plain;
	c.source[0].batch = 30;
	c.source[1].provider = &second;
	c.source[1].account = sim->second_account;
	c.source[1].batch = 100;
	c.book = exchange_book_new(&why);
	assert_non_null(c.book);
	sim->now_ns = BEGIN;
	scheduler_init(&sim->s, &c);
	while (!scheduler_is_done(&sim->s)) {
		feed(sim, &wake);
		assert_true(wake > sim->now_ns || sim->flights[0] + sim->flights[1] == 0);
		sim->now_ns = wake;
		if (sim->now_ns >= BEGIN + sim->timeout_ns)
			break;
		land(sim);
	}
	/* What is still under way ends with the run. */
	sim->now_ns += 5 * SEC;
	for (size_t k = 0; k < 2; k++)
		for (; sim->flights[k] > 0; sim->flights[k]--) {
			r = sim->flight[k][sim->flights[k] - 1].job;
			r->has_failed = true;
			err_set(&r->err, ERR_DEADLINE, "under way");
			take(sim, scheduler_take(&sim->s, r, sim->now_ns));
		}
	err_set(&why, ERR_DEADLINE, "not asked");
	while ((r = scheduler_end(&sim->s, &why)))
		take(sim, r);
	assert_true(scheduler_is_done(&sim->s));
	scheduler_release(&sim->s);
	exchange_book_free(c.book);
	for (size_t i = 0; i < sim->count; i++)
		assert_int_equal(sim->answers[i], 1);
}

static double seconds(const struct sim *sim)
{
	return (double)(sim->last_ns - BEGIN) / (double)SEC;
}

/* ---- what heals before the deadline costs nothing ---- */

static enum err_kind first_three(struct sim *sim, const struct request *r)
{
	(void)r;
	return sim->calls[0] < 3 ? ERR_SERVER : ERR_KINDS;
}

static enum err_kind first_eight(struct sim *sim, const struct request *r)
{
	(void)r;
	return sim->calls[0] < 8 ? ERR_SERVER : ERR_KINDS;
}

static enum err_kind six_refusals(struct sim *sim, const struct request *r)
{
	(void)r;
	return sim->calls[0] < 6 ? ERR_RATE_LIMIT : ERR_KINDS;
}

static bool is_between(const struct sim *sim, double from, double until)
{
	double t = (double)(sim->now_ns - BEGIN) / (double)SEC;

	return t >= from && t < until;
}

static enum err_kind closed_for_1s(struct sim *sim, const struct request *r)
{
	(void)r;
	return is_between(sim, 0, 1) ? ERR_NETWORK : ERR_KINDS;
}

static enum err_kind closed_for_5s(struct sim *sim, const struct request *r)
{
	(void)r;
	return is_between(sim, 0, 5) ? ERR_NETWORK : ERR_KINDS;
}

static enum err_kind restart_midway(struct sim *sim, const struct request *r)
{
	(void)r;
	return is_between(sim, 0.5, 2) ? ERR_NETWORK : ERR_KINDS;
}

static enum err_kind down_for_20s(struct sim *sim, const struct request *r)
{
	(void)r;
	return is_between(sim, 0.5, 20.5) ? ERR_SERVER : ERR_KINDS;
}

static enum err_kind each_fourth(struct sim *sim, const struct request *r)
{
	(void)r;
	return sim->calls[0] % 4 == 3 ? ERR_TRUNCATED : ERR_KINDS;
}

static enum err_kind a_fifth(struct sim *sim, const struct request *r)
{
	(void)r;
	/* A linear congruence: the same on every machine. */
	return ((unsigned)sim->calls[0] * 1103515245u + 12345u) / 65536 % 5 == 0 ? ERR_SERVER
									     : ERR_KINDS;
}

static enum err_kind one_page(struct sim *sim, const struct request *r)
{
	(void)r;
	return sim->calls[0] == 4 ? ERR_FORBIDDEN : ERR_KINDS;
}

static enum err_kind pages_for_5s(struct sim *sim, const struct request *r)
{
	(void)r;
	return is_between(sim, 0, 5) ? ERR_FORBIDDEN : ERR_KINDS;
}

static enum err_kind one_dead_token(struct sim *sim, const struct request *r)
{
	(void)r;
	return sim->calls[0] == 4 ? ERR_TOKEN : ERR_KINDS;
}

static void what_heals_costs_nothing(void **state)
{
	static const struct {
		const char *what;
		fault_fn fault;
		size_t kr, us;
		int perfect; /* calls of a client that knows the future */
		double latest;
	} rows[] = {
		{ "3 x 502, then fine", first_three, 30, 0, 4, 2 },
		{ "8 x 503, then fine", first_eight, 300, 0, 18, 8 },
		{ "6 refusals", six_refusals, 60, 0, 8, 3 },
		{ "port closed for 1 s", closed_for_1s, 300, 0, 10, 3 },
		{ "port closed for 5 s", closed_for_5s, 300, 0, 10, 8 },
		{ "restart of 1.5 s", restart_midway, 2700, 0, 90, 6 },
		{ "down for 20 s", down_for_20s, 2700, 0, 90, 25 },
		{ "every 4th call cut", each_fourth, 0, 200, 267, 15 },
		{ "a fifth of all 502", a_fifth, 0, 150, 188, 15 },
		{ "one 401 page", one_page, 300, 0, 11, 3 },
		{ "401 pages for 5 s", pages_for_5s, 60, 0, 2, 8 },
		{ "the same, one symbol", pages_for_5s, 0, 1, 1, 8 },
		{ "one dead token", one_dead_token, 300, 0, 11, 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		static struct sim sim;

		memset(&sim, 0, sizeof sim);
		sim.fault[0] = rows[i].fault;
		sim.timeout_ns = 30 * SEC;
		add(&sim, rows[i].kr, MARKET_KR);
		add(&sim, rows[i].us, MARKET_US);
		run(&sim);
		print_message("# %-22s %4zu of %4zu, %3d calls (perfect %3d), %.1f s\n",
			      rows[i].what, sim.quotes, sim.count, sim.calls[0], rows[i].perfect,
			      seconds(&sim));
		assert_int_equal(sim.quotes, sim.count);
		/* A few calls are in the air when an outage is seen, a few probe. */
		assert_true(sim.calls[0] <= rows[i].perfect * 3 / 2 + 16);
		assert_true(seconds(&sim) < rows[i].latest);
	}
}

static enum err_kind down_to_the_end(struct sim *sim, const struct request *r)
{
	(void)r;
	return is_between(sim, 0, (double)sim->timeout_ns / (double)SEC - 0.4) ? ERR_SERVER
									      : ERR_KINDS;
}

/* A pause that would last beyond the deadline is cut short: one symbol, many, and
 * with a pace of retries that is long by then. */
static void an_outage_may_end_just_before_the_deadline(void **state)
{
	static struct sim sim;

	(void)state;
	for (int timeout = 1; timeout <= 30; timeout++) {
		memset(&sim, 0, sizeof sim);
		sim.fault[0] = down_to_the_end;
		sim.timeout_ns = timeout * SEC;
		sim.latency_ns[0] = 10 * MS;
		add(&sim, timeout % 2 ? 1 : 60, MARKET_KR);
		run(&sim);
		if (sim.quotes < sim.count)
			fail_msg("%d s: %zu of %zu", timeout, sim.quotes, sim.count);
		assert_true(sim.calls[0] <= 16 + timeout);
	}
}

static void healthy_costs_the_least(void **state)
{
	static struct sim sim;

	(void)state;
	memset(&sim, 0, sizeof sim);
	sim.timeout_ns = 30 * SEC;
	add(&sim, 2700, MARKET_KR);
	run(&sim);
	assert_int_equal(sim.quotes, 2700);
	assert_int_equal(sim.calls[0], 90);
}

/* ---- what does not heal ---- */

static enum err_kind always_down(struct sim *sim, const struct request *r)
{
	(void)sim, (void)r;
	return ERR_SERVER;
}

static enum err_kind never_reached(struct sim *sim, const struct request *r)
{
	(void)sim, (void)r;
	return ERR_NETWORK;
}

static enum err_kind wrong_key(struct sim *sim, const struct request *r)
{
	(void)sim, (void)r;
	return ERR_AUTH;
}

static enum err_kind no_such_host(struct sim *sim, const struct request *r)
{
	(void)sim, (void)r;
	return ERR_HOST;
}

static void an_end_is_told_by_its_cause(void **state)
{
	static const struct {
		const char *what;
		fault_fn fault;
		int attempts_max;
		enum err_kind end;
		double from, until;
		int calls;
	} rows[] = {
		{ "down for good", always_down, 0, ERR_SERVER, 25, 36, 40 },
		{ "down for good, --retries 2", always_down, 3, ERR_SERVER, 0, 2, 12 },
		{ "wrong port", never_reached, 0, ERR_NETWORK, 7, 12, 20 },
		{ "wrong key", wrong_key, 0, ERR_AUTH, 0, 0.2, 3 },
		{ "no such host", no_such_host, 0, ERR_HOST, 0, 0.2, 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		static struct sim sim;

		memset(&sim, 0, sizeof sim);
		sim.fault[0] = rows[i].fault;
		sim.timeout_ns = 30 * SEC;
		sim.attempts_max = rows[i].attempts_max;
		add(&sim, 300, MARKET_KR);
		run(&sim);
		print_message("# %-26s %d calls, %.1f s\n", rows[i].what, sim.calls[0],
			      seconds(&sim));
		assert_int_equal(sim.quotes, 0);
		for (size_t n = 0; n < sim.count; n++)
			assert_true(sim.end[n] == rows[i].end || sim.end[n] == ERR_DEADLINE);
		assert_true(seconds(&sim) >= rows[i].from && seconds(&sim) < rows[i].until);
		assert_true(sim.calls[0] <= rows[i].calls);
	}
}

/* A refusal, and then no permit in time. */
static enum err_kind refused_once(struct sim *sim, const struct request *r)
{
	(void)r;
	return sim->calls[0] < 1 ? ERR_RATE_LIMIT : ERR_DEADLINE;
}

static void the_last_call_says_why(void **state)
{
	static struct sim sim;

	(void)state;
	memset(&sim, 0, sizeof sim);
	sim.fault[0] = refused_once;
	sim.timeout_ns = 30 * SEC;
	add(&sim, 30, MARKET_KR);
	run(&sim);
	assert_int_equal(sim.calls[0], 2);
	for (size_t n = 0; n < sim.count; n++)
		assert_int_equal(sim.end[n], ERR_RATE_LIMIT);
}

/* A batch that fails for one of its symbols is halved until that one is alone. */
static enum err_kind for_k17(struct sim *sim, const struct request *r)
{
	(void)sim;
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->item[i].symbol.code, "K17") == 0)
			return ERR_PARSE;
	return ERR_KINDS;
}

static enum err_kind server_for_k17(struct sim *sim, const struct request *r)
{
	return for_k17(sim, r) == ERR_KINDS ? ERR_KINDS : ERR_SERVER;
}

static void one_symbol_costs_itself_alone(void **state)
{
	static const fault_fn faults[] = { for_k17, server_for_k17 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		static struct sim sim;

		memset(&sim, 0, sizeof sim);
		sim.fault[0] = faults[i];
		sim.timeout_ns = 30 * SEC;
		add(&sim, 300, MARKET_KR);
		run(&sim);
		assert_int_equal(sim.quotes, 299);
		assert_int_equal(sim.end[17], i ? ERR_SERVER : ERR_PARSE);
		assert_true(sim.calls[0] < 60);
	}
}

/* Eight of two hundred, found one after the other: each costs itself alone, and
 * those that failed beside it are not given up with it. */
static enum err_kind for_eight(struct sim *sim, const struct request *r)
{
	(void)sim;
	for (size_t i = 0; i < r->count; i++)
		if (atoi(r->item[i].symbol.code + 1) % 25 == 11)
			return ERR_PARSE;
	return ERR_KINDS;
}

static void eight_symbols_cost_themselves_alone(void **state)
{
	static struct sim sim;

	(void)state;
	memset(&sim, 0, sizeof sim);
	sim.fault[0] = for_eight;
	sim.timeout_ns = 30 * SEC;
	add(&sim, 200, MARKET_KR);
	run(&sim);
	assert_int_equal(sim.quotes, 192);
	assert_true(seconds(&sim) < 12);
}

static enum err_kind unknown_u5(const struct request *r, size_t i)
{
	return strcmp(r->item[i].symbol.code, "U5") == 0 ? ERR_NOT_FOUND : ERR_KINDS;
}

static void unknown_symbols_are_sought_at_each_exchange(void **state)
{
	static struct sim sim;

	(void)state;
	memset(&sim, 0, sizeof sim);
	sim.timeout_ns = 30 * SEC;
	sim.symbol = unknown_u5;
	add(&sim, 10, MARKET_US);
	run(&sim);
	assert_int_equal(sim.quotes, 9);
	assert_int_equal(sim.end[5], ERR_NOT_FOUND);
	assert_int_equal(sim.calls[0], 12);
}

/* ---- from source to source ---- */

static void a_dead_source_hands_on(void **state)
{
	static const struct {
		fault_fn fault;
		double latest;
	} rows[] = { { always_down, 3 }, { never_reached, 3 }, { wrong_key, 1 } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		static struct sim sim;

		memset(&sim, 0, sizeof sim);
		sim.fault[0] = rows[i].fault;
		sim.second_account = &prompt;
		sim.timeout_ns = 30 * SEC;
		add(&sim, 1000, MARKET_US);
		run(&sim);
		print_message("# dead source %zu: %.2f s, %d + %d calls\n", i, seconds(&sim),
			      sim.calls[0], sim.calls[1]);
		assert_int_equal(sim.quotes, 1000);
		assert_string_equal(sim.by[0], "second");
		assert_int_equal(sim.tried[0], 1);
		assert_true(seconds(&sim) < rows[i].latest);
	}
}

static enum err_kind never_answers(struct sim *sim, const struct request *r)
{
	(void)sim, (void)r;
	return ERR_TIMEOUT;
}

/* A second try of five seconds would leave the next source no time. */
static void a_silent_source_leaves_the_next_one_time(void **state)
{
	static struct sim sim;

	(void)state;
	memset(&sim, 0, sizeof sim);
	sim.fault[0] = never_answers;
	sim.latency_ns[0] = 5 * SEC;
	sim.second_account = &prompt;
	sim.timeout_ns = 8 * SEC;
	add(&sim, 2, MARKET_US);
	run(&sim);
	assert_int_equal(sim.quotes, 2);
	assert_string_equal(sim.by[0], "second");
	assert_true(seconds(&sim) < 5.5);
}

static void what_nobody_else_serves_stays(void **state)
{
	static struct sim sim;

	(void)state;
	memset(&sim, 0, sizeof sim);
	sim.fault[0] = closed_for_5s;
	sim.second_account = &prompt;
	sim.timeout_ns = 30 * SEC;
	add(&sim, 300, MARKET_KR);
	add(&sim, 300, MARKET_US);
	run(&sim);
	assert_int_equal(sim.quotes, 600);
	assert_string_equal(sim.by[0], "first");
	assert_string_equal(sim.by[300], "second");
}

static void delay_is_only_for_who_asked_for_it(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		static struct sim sim;

		memset(&sim, 0, sizeof sim);
		sim.fault[0] = wrong_key;
		sim.second_account = &delayed;
		sim.may_delay = i;
		sim.timeout_ns = 30 * SEC;
		add(&sim, 10, MARKET_US);
		run(&sim);
		assert_int_equal(sim.quotes, i ? 10 : 0);
	}
}

static void both_dead_is_an_end(void **state)
{
	static struct sim sim;

	(void)state;
	memset(&sim, 0, sizeof sim);
	sim.fault[0] = wrong_key;
	sim.fault[1] = no_such_host;
	sim.second_account = &prompt;
	sim.timeout_ns = 30 * SEC;
	add(&sim, 100, MARKET_US);
	add(&sim, 10, MARKET_KR);
	run(&sim);
	assert_int_equal(sim.quotes, 0);
	assert_int_equal(sim.end[0], ERR_HOST);
	assert_int_equal(sim.tried[0], 1);
	assert_int_equal(sim.end[100], ERR_AUTH);
	assert_true(seconds(&sim) < 1);
}

/* A slow source delays nobody else's symbols. */
static void a_slow_source_is_alone(void **state)
{
	static struct sim sim;
	size_t i, early = 0;

	(void)state;
	memset(&sim, 0, sizeof sim);
	sim.latency_ns[0] = 9 * SEC;
	sim.second_account = &prompt;
	sim.timeout_ns = 30 * SEC;
	add(&sim, 90, MARKET_KR);
	add(&sim, 1000, MARKET_US);
	/* US is the first source's: let the second be asked for it at once. */
	sim.fault[0] = NULL;
	run(&sim);
	for (i = 0; i < 90; i++)
		early += sim.end[i] == ERR_KINDS;
	assert_int_equal(early, 90);
}

/* A probe that no worker began is taken back: another one can go. */
static void a_probe_taken_back_is_no_end(void **state)
{
	static struct sim sim;
	struct scheduler_config c = { .source_count = 1,
				      .input = { .list = &sim, .at = at,
						 .is_priority = is_priority },
				      .deadline_ns = BEGIN + 30 * SEC,
				      .seed = 1,
				      .now_ns = BEGIN };
	struct result *job;
	struct err err;
	int64_t wake, now = BEGIN;
	bool failed;

	(void)state;
	memset(&sim, 0, sizeof sim);
	add(&sim, 300, MARKET_KR);
	c.input.count = sim.count;
	c.source[0].provider = &first;
	c.source[0].account = &plain;
	c.source[0].batch = 30;
	c.book = exchange_book_new(&err);
	scheduler_init(&sim.s, &c);
	for (int i = 0; i < BREAKER_FAILURES; i++) {
		wake = CLOCK_NEVER;
		job = scheduler_next(&sim.s, 0, now, &wake, &failed, &err);
		assert_non_null(job);
		job->has_failed = job->was_connected = true;
		err_set(&job->err, ERR_SERVER, "down");
		assert_null(scheduler_take(&sim.s, job, now));
	}
	for (int i = 0; i < 3; i++) {
		wake = CLOCK_NEVER;
		now += 10 * SEC / 10;
		job = scheduler_next(&sim.s, 0, now, &wake, &failed, &err);
		assert_non_null(job);
		assert_null(scheduler_next(&sim.s, 0, now, &wake, &failed, &err));
		scheduler_put_back(&sim.s, job);
	}
	scheduler_release(&sim.s);
	exchange_book_free(c.book);
}

/* ---- checked by a second source ---- */

/* Every symbol has its quote from the first, and a verdict of the second's. */
static void quotes_are_checked(void **state)
{
	static const struct {
		fault_fn second;
		enum check_verdict verdict;
		int calls;
		double latest;
	} rows[] = {
		{ NULL, CHECK_OK, 30, 6 },
		{ always_down, CHECK_NONE, 30, 8 },
		{ wrong_key, CHECK_NONE, 3, 6 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		static struct sim sim;

		memset(&sim, 0, sizeof sim);
		sim.fault[1] = rows[i].second;
		sim.second_account = &prompt;
		sim.check_percent = "1";
		sim.timeout_ns = 30 * SEC;
		add(&sim, 300, MARKET_US);
		add(&sim, 30, MARKET_KR);
		run(&sim);
		print_message("# checked %zu: %.2f s, %d + %d calls\n", i, seconds(&sim),
			      sim.calls[0], sim.calls[1]);
		assert_int_equal(sim.quotes, 330);
		assert_string_equal(sim.by[0], "first");
		assert_int_equal(sim.checked[rows[i].verdict], i == 0 ? 300 : 330);
		assert_int_equal(sim.checked[CHECK_NONE], i == 0 ? 30 : 330);
		assert_true(sim.calls[1] <= rows[i].calls);
		assert_true(seconds(&sim) < rows[i].latest);
	}
}

/* The run's end finds quotes held back: they go out unchecked. */
static void the_end_waits_for_no_check(void **state)
{
	static struct sim sim;

	(void)state;
	memset(&sim, 0, sizeof sim);
	sim.latency_ns[1] = 9 * SEC;
	sim.second_account = &prompt;
	sim.check_percent = "1";
	sim.timeout_ns = 3 * SEC;
	add(&sim, 30, MARKET_US);
	run(&sim);
	assert_int_equal(sim.quotes, 30);
	assert_int_equal(sim.checked[CHECK_NONE], 30);
}

/* A day of outages of all lengths: each hour a run, against a perfect client. */
static enum err_kind random_outages(struct sim *sim, const struct request *r)
{
	int64_t slot = (sim->now_ns - BEGIN) / (SEC / 2);
	uint64_t x = (uint64_t)slot * UINT64_C(6364136223846793005) + (uint64_t)sim->seed;

	(void)r;
	x ^= x >> 33;
	x *= UINT64_C(0xff51afd7ed558ccd);
	x ^= x >> 33;
	switch (x % 10) {
	case 0:
		return ERR_NETWORK;
	case 1:
		return ERR_SERVER;
	case 2:
		return ERR_RATE_LIMIT;
	case 3:
		return ERR_FORBIDDEN;
	default:
		return ERR_KINDS;
	}
}

static void a_day_of_outages(void **state)
{
	size_t asked = 0, had = 0;
	int calls = 0;

	(void)state;
	for (int hour = 0; hour < 24; hour++) {
		static struct sim sim;

		memset(&sim, 0, sizeof sim);
		sim.fault[0] = random_outages;
		sim.seed = hour;
		sim.timeout_ns = 30 * SEC;
		add(&sim, 2400, MARKET_KR);
		add(&sim, 40, MARKET_US);
		run(&sim);
		asked += sim.count;
		had += sim.quotes;
		calls += sim.calls[0];
	}
	print_message("# a day: %zu of %zu symbols, %d calls (perfect %d)\n", had, asked, calls,
		      24 * 120);
	assert_int_equal(had, asked);
}

/* ---- --detail: one call a symbol, and the multi call for what it lacks ---- */

/* ---- rounds ---- */

static enum err_kind down_for_60s(struct sim *sim, const struct request *r)
{
	(void)r;
	return sim->now_ns < BEGIN + 60 * SEC ? ERR_SERVER : ERR_KINDS;
}

/* One round; it ends when all is answered, or late, when only failures are left. */
static void run_round(struct sim *sim, int64_t next_ns)
{
	struct err why;
	struct result *r;
	int64_t wake;

	while (!scheduler_is_done(&sim->s) &&
	       (sim->now_ns < next_ns || !scheduler_has_only_failures(&sim->s))) {
		feed(sim, &wake);
		sim->now_ns = sim->now_ns < next_ns && wake > next_ns ? next_ns : wake;
		land(sim);
	}
	err_set(&why, ERR_DEADLINE, "the next round is due");
	while ((r = scheduler_end(&sim->s, &why)))
		take(sim, r);
}

/* Two minutes of rounds, a second apart: a source that is down for the first is
 * probed at its own pace, round after round; then each round is whole. */
static void a_breaker_outlives_its_round(void **state)
{
	static struct sim sim;
	struct scheduler_config c = { .source_count = 1,
				      .input = { .list = &sim,
						 .count = 300,
						 .at = at,
						 .is_priority = is_priority },
				      .deadline_ns = CLOCK_NEVER,
				      .seed = 42,
				      .now_ns = BEGIN };
	struct err err;
	int calls_down, rounds = 0;

	(void)state;
	memset(&sim, 0, sizeof sim);
	sim.timeout_ns = 3600 * SEC;
	sim.latency_ns[0] = sim.latency_ns[1] = 50 * MS;
	sim.fault[0] = down_for_60s;
	add(&sim, 300, MARKET_KR);
	c.source[0].provider = &first;
	c.source[0].account = &plain;
	c.source[0].batch = 30;
	c.book = exchange_book_new(&err);
	assert_non_null(c.book);
	sim.now_ns = BEGIN;
	scheduler_init(&sim.s, &c);
	for (int64_t next_ns = BEGIN + SEC; sim.now_ns < BEGIN + 60 * SEC; next_ns += SEC) {
		run_round(&sim, next_ns);
		sim.now_ns = sim.now_ns > next_ns ? sim.now_ns : next_ns;
		scheduler_renew(&sim.s, &c);
	}
	calls_down = sim.calls[0];
	print_message("# %d calls in a minute of outage\n", calls_down);
	assert_true(calls_down <= 80); /* a new breaker each round: 240 */
	assert_int_equal(sim.quotes, 0);
	for (; rounds < 60; rounds++) {
		int64_t next_ns = sim.now_ns + SEC;

		run_round(&sim, next_ns);
		assert_true(sim.now_ns < next_ns + 3 * SEC);
		sim.now_ns = sim.now_ns > next_ns ? sim.now_ns : next_ns;
		scheduler_renew(&sim.s, &c);
	}
	assert_true(sim.quotes >= 59 * 300);
	assert_int_equal(sim.flights[0], 0);
	scheduler_release(&sim.s);
	exchange_book_free(c.book);
}

static enum err_kind no_multi(struct sim *sim, const struct request *r)
{
	(void)sim;
	return r->is_single ? ERR_KINDS : ERR_UNSUPPORTED;
}

static enum err_kind no_multi_for_a_while(struct sim *sim, const struct request *r)
{
	return !r->is_single && is_between(sim, 0, 3) ? ERR_SERVER : ERR_KINDS;
}

static enum err_kind multi_is_garbage(struct sim *sim, const struct request *r)
{
	(void)sim;
	return r->is_single ? ERR_KINDS : ERR_PARSE;
}

static void details_are_completed(void **state)
{
	static const struct {
		size_t home, abroad, named;
		int calls; /* 0: as many as it takes */
		fault_fn fault;
		const char *percent;
	} rows[] = {
		{ 1, 0, 1, 2, NULL, NULL },
		{ 30, 0, 30, 31, NULL, NULL },
		{ 95, 0, 95, 95 + 4, NULL, NULL },
		{ 60, 3, 60, 63 + 2, NULL, NULL }, /* abroad the detail call has all */
		{ 95, 3, 95, 98 + 4, NULL, "1" },
		{ 95, 0, 0, 0, no_multi, NULL },
		{ 95, 0, 95, 0, no_multi_for_a_while, NULL },
		{ 95, 0, 0, 0, multi_is_garbage, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct sim *sim = calloc(1, sizeof *sim);

		assert_non_null(sim);
		sim->first_account = &detailed;
		sim->second_account = rows[i].percent ? &prompt : NULL;
		sim->check_percent = rows[i].percent;
		sim->fault[0] = rows[i].fault;
		sim->timeout_ns = 60 * SEC;
		add(sim, rows[i].home, MARKET_KR);
		add(sim, rows[i].abroad, MARKET_NAS);
		run(sim);
		print_message("# detail %zu: %d calls, %.2f s\n", i, sim->calls[0], seconds(sim));
		assert_int_equal(sim->quotes, rows[i].home + rows[i].abroad);
		assert_int_equal(sim->named, rows[i].named);
		if (rows[i].calls)
			assert_int_equal(sim->calls[0], rows[i].calls);
		free(sim);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_heals_costs_nothing),
		cmocka_unit_test(an_outage_may_end_just_before_the_deadline),
		cmocka_unit_test(healthy_costs_the_least),
		cmocka_unit_test(an_end_is_told_by_its_cause),
		cmocka_unit_test(the_last_call_says_why),
		cmocka_unit_test(one_symbol_costs_itself_alone),
		cmocka_unit_test(eight_symbols_cost_themselves_alone),
		cmocka_unit_test(unknown_symbols_are_sought_at_each_exchange),
		cmocka_unit_test(a_dead_source_hands_on),
		cmocka_unit_test(a_silent_source_leaves_the_next_one_time),
		cmocka_unit_test(what_nobody_else_serves_stays),
		cmocka_unit_test(delay_is_only_for_who_asked_for_it),
		cmocka_unit_test(both_dead_is_an_end),
		cmocka_unit_test(a_slow_source_is_alone),
		cmocka_unit_test(a_probe_taken_back_is_no_end),
		cmocka_unit_test(quotes_are_checked),
		cmocka_unit_test(the_end_waits_for_no_check),
		cmocka_unit_test(a_day_of_outages),
		cmocka_unit_test(a_breaker_outlives_its_round),
		cmocka_unit_test(details_are_completed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
