/* SPDX-License-Identifier: MIT */
/* wrap: malloc calloc realloc strdup strndup free */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "engine/plan.h"
#include "provider/provider.h"
#include "memory.h"

enum { MOST = 3000 };

/* ---- a broker: KR in batches, with detail; the rest one by one, without ---- */

static const struct provider_account real = { .serves = { { MARKET_KR, MARKET_KR, 30, true },
							  { MARKET_US, MARKET_US, 1, false } } };
static const struct provider_account paper = { .serves = { { MARKET_KR, MARKET_KR, 1, true },
							   { MARKET_US, MARKET_US, 1, false } } };

/* ---- a list ---- */

struct list {
	size_t count;
	struct symbol symbol[MOST];
	bool is_fetched[MOST], is_priority[MOST];
};

static const struct symbol *at(const void *list, uint32_t i)
{
	const struct list *l = list;

	return l->is_fetched[i] ? &l->symbol[i] : NULL;
}

static bool is_priority(const void *list, uint32_t i)
{
	return ((const struct list *)list)->is_priority[i];
}

/* A letter an entry: 'k' KR, 'u' US, upper case with priority, '.' a repetition
 * that is not fetched. */
static void add(struct list *l, char c)
{
	size_t i = l->count++;

	l->is_fetched[i] = c != '.';
	l->is_priority[i] = c == 'K' || c == 'U';
	l->symbol[i] = (struct symbol){ .market = c == 'k' || c == 'K' ? MARKET_KR : MARKET_US };
	snprintf(l->symbol[i].code, sizeof l->symbol[i].code, "%c%zu", c, i);
}

static const struct plan_config usual = { .account = &real, .batch = 30 };

static void start(struct plan *p, const struct list *l, const struct plan_config *config)
{
	struct plan_input input = { .list = l, .count = l->count, .at = at,
				    .is_priority = is_priority };

	for (size_t i = 0; i < l->count; i++)
		input.has_priority |= l->is_priority[i];
	plan_init(p, config, &input);
}

static struct request *next(struct plan *p)
{
	bool done;
	struct err err;
	struct request *r = plan_next(p, &done, &err);

	assert_int_equal(done, r == NULL);
	return r;
}

/* The plan in letters: the indices of each request, a bar between. */
static void assert_plan(const char *entries, const struct plan_config *config, const char *want)
{
	static struct list l;
	char got[2000] = "";
	struct request *r;
	struct plan p;

	l.count = 0;
	for (const char *c = entries; *c; c++)
		add(&l, *c);
	start(&p, &l, config);
	while ((r = next(&p))) {
		for (size_t i = 0; i < r->count; i++) {
			assert_string_equal(r->item[i].symbol.code,
					    l.symbol[r->item[i].index].code);
			snprintf(got + strlen(got), sizeof got - strlen(got), "%s%u",
				 i ? " " : *got ? "|" : "", r->item[i].index);
		}
		request_free(r);
	}
	assert_string_equal(got, want);
}

static void lists_become_requests(void **state)
{
	static const struct {
		const char *name, *entries;
		size_t batch;
		const char *want;
	} rows[] = {
		{ "nothing", "", 30, "" },
		{ "nothing to fetch", "...", 30, "" },
		{ "one", "k", 30, "0" },
		{ "side by side", "kkkkkkk", 3, "0 1 2|3 4|5 6" },
		{ "one a call", "kkk", 1, "0|1|2" },
		{ "no batch", "uuu", 30, "0|1|2" },
		{ "repetitions are not fetched", "k.k..k", 30, "0 2 5" },
		{ "lanes in the order of the list", "ukukuk", 2, "0|1 3|2|4|5" },
		{ "the batch begins where its first is", "ukku", 30, "0|1 2|3" },
		{ "priority first", "kkKkK", 2, "2 4|0 1|3" },
		{ "priority fills up with the rest", "kkKk", 3, "2 0|1 3" },
		{ "priority over lanes", "kuUKu", 30, "2|3 0|1|4" },
		{ "all have priority", "KUK", 30, "0 2|1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct plan_config config = usual;

		print_message("# %s\n", rows[i].name);
		config.batch = rows[i].batch;
		assert_plan(rows[i].entries, &config, rows[i].want);
	}
}

static void sizes_are_even(void **state)
{
	static const struct {
		size_t symbols, batch, requests, first, last;
	} rows[] = {
		{ 30, 30, 1, 30, 30 },	{ 31, 30, 2, 16, 15 },	  { 59, 30, 2, 30, 29 },
		{ 61, 30, 3, 21, 20 },	{ 2700, 30, 90, 30, 30 }, { 100, 7, 15, 7, 6 },
		{ 2701, 30, 91, 30, 29 },
	};
	static struct list l;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct plan_config config = usual;
		struct request *r;
		struct plan p;

		l.count = 0;
		for (size_t n = 0; n < rows[i].symbols; n++)
			add(&l, 'k');
		config.batch = rows[i].batch;
		start(&p, &l, &config);
		for (size_t n = 0; n < rows[i].requests; n++) {
			assert_int_equal(plan_requests_left(&p), rows[i].requests - n);
			r = next(&p);
			assert_int_equal(r->is_single, false);
			assert_in_range(r->count, rows[i].last, rows[i].first);
			if (n == 0)
				assert_int_equal(r->count, rows[i].first);
			if (n + 1 == rows[i].requests)
				assert_int_equal(r->count, rows[i].last);
			request_free(r);
		}
		assert_null(next(&p));
		assert_null(next(&p));
	}
}

static void request_says_how_to_ask(void **state)
{
	static const struct {
		char entry;
		const struct provider_account *account;
		bool wants_detail, is_single, has_detail;
	} rows[] = {
		{ 'k', &real, false, false, false }, { 'k', &real, true, true, true },
		{ 'u', &real, false, true, false },  { 'u', &real, true, true, false },
		{ 'k', &paper, false, true, false }, { 'k', &paper, true, true, true },
	};
	static struct list l;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct plan_config config = {
						    .account = rows[i].account,
						    .batch = provider_batch_most(rows[i].account),
						    .wants_detail = rows[i].wants_detail,
						    .wants_raw = i % 2 };
		struct request *r;
		struct plan p;

		l.count = 0;
		add(&l, rows[i].entry);
		add(&l, rows[i].entry);
		start(&p, &l, &config);
		r = next(&p);
		assert_int_equal(r->count, rows[i].is_single ? 1 : 2);
		assert_int_equal(r->is_single, rows[i].is_single);
		assert_int_equal(r->wants_detail, rows[i].has_detail);
		assert_int_equal(r->wants_raw, i % 2);
		request_free(r);
	}
}

static void falls_back_midway(void **state)
{
	static struct list l;
	struct request *r;
	struct plan p;

	(void)state;
	l.count = 0;
	for (int i = 0; i < 70; i++)
		add(&l, 'k');
	add(&l, 'u');
	start(&p, &l, &usual);
	r = next(&p);
	assert_int_equal(r->count, 24);
	assert_false(r->is_single);
	request_free(r);
	plan_use_single_calls(&p);
	plan_use_single_calls(&p);
	assert_int_equal(plan_requests_left(&p), 47);
	for (uint32_t i = 24; i < 71; i++) {
		r = next(&p);
		assert_int_equal(r->count, 1);
		assert_int_equal(r->item[0].index, i);
		assert_true(r->is_single);
		request_free(r);
	}
	assert_null(next(&p));
	plan_use_single_calls(&p);
	assert_null(next(&p));
}

static void lack_of_memory_loses_nothing(void **state)
{
	static struct list l;
	struct request *r;
	struct plan p;
	struct err err = { .kind = ERR_KINDS };
	bool done = true;

	(void)state;
	l.count = 0;
	add(&l, 'k');
	add(&l, 'k');
	start(&p, &l, &usual);
	memory_is_gone();
	r = plan_next(&p, &done, &err);
	memory_is_back();
	assert_null(r);
	assert_false(done);
	assert_int_equal(err.kind, ERR_SYSTEM);
	r = next(&p);
	assert_int_equal(r->count, 2);
	request_free(r);
}

/* ---- any list ---- */

static uint32_t seed;

static uint32_t dice(uint32_t sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 16) % sides;
}

/* Whether b may come after a in the same lane. */
static bool is_in_order(const struct list *l, uint32_t a, uint32_t b)
{
	return l->is_priority[a] == l->is_priority[b] ? a < b : l->is_priority[a];
}

static void check_request(const struct list *l, const struct plan_config *config,
			  const struct request *r, int *times, int64_t last[2])
{
	size_t most = r->is_single ? 1 : config->batch;

	assert_in_range(r->count, 1, most);
	for (size_t i = 0; i < r->count; i++) {
		uint32_t at_index = r->item[i].index;
		int lane = l->symbol[at_index].market == MARKET_KR && !config->wants_detail &&
			   config->account == &real;

		times[at_index]++;
		if (r->count > 1)
			assert_true(lane);
		if (last[lane] >= 0)
			assert_true(is_in_order(l, (uint32_t)last[lane], at_index));
		last[lane] = at_index;
	}
}

static void every_symbol_exactly_once(void **state)
{
	static struct list l;

	(void)state;
	for (uint32_t list = 0; list < 500; list++) {
		struct plan_config config = usual;
		int64_t last[2] = { -1, -1 };
		int times[MOST] = { 0 };
		size_t requests = 0, fallback, expected;
		struct request *r;
		struct plan p;

		seed = list;
		l.count = 0;
		for (uint32_t n = dice(200); n > 0; n--)
			add(&l, "kkkkuKU."[dice(8)]);
		config.account = dice(4) ? &real : &paper;
		config.wants_detail = dice(4) == 0;
		config.batch = config.account == &real ? 1 + dice(30) : 1;
		fallback = dice(3) ? MOST : dice(5);
		start(&p, &l, &config);
		expected = plan_requests_left(&p);
		while ((r = next(&p))) {
			check_request(&l, &config, r, times, last);
			request_free(r);
			if (++requests == fallback) {
				plan_use_single_calls(&p);
				expected = requests + plan_requests_left(&p);
			}
		}
		assert_int_equal(requests, expected);
		for (size_t i = 0; i < l.count; i++)
			assert_int_equal(times[i], l.is_fetched[i]);
	}
}

/* Of what has a detail call and a multi call; unless there is no multi call. */
static void details_cost_a_multi_call_more(void **state)
{
	static const struct {
		const struct provider_account *account;
		const char *entries;
		size_t batch;
		bool wants_detail;
		size_t requests, calls;
	} rows[] = {
		{ &real, "kkk", 30, true, 3, 4 },   { &real, "kkk", 30, false, 1, 1 },
		{ &real, "kkku", 2, true, 4, 6 },   { &real, "k.ku.", 30, true, 3, 4 },
		{ &real, "kk", 1, true, 2, 4 },     { &real, "uu", 30, true, 2, 2 },
		{ &paper, "kku", 1, true, 3, 3 },
	};
	static struct list l;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct plan_config config = { .account = rows[i].account,
						    .batch = rows[i].batch,
						    .wants_detail = rows[i].wants_detail };
		struct plan p;

		l.count = 0;
		for (const char *c = rows[i].entries; *c; c++)
			add(&l, *c);
		start(&p, &l, &config);
		assert_int_equal(plan_requests_left(&p), rows[i].requests);
		assert_int_equal(plan_calls(&p), rows[i].calls);
		plan_use_single_calls(&p);
		assert_false(plan_completes(&p, MARKET_KR));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_become_requests),
		cmocka_unit_test(sizes_are_even),
		cmocka_unit_test(request_says_how_to_ask),
		cmocka_unit_test(falls_back_midway),
		cmocka_unit_test(lack_of_memory_loses_nothing),
		cmocka_unit_test(every_symbol_exactly_once),
		cmocka_unit_test(details_cost_a_multi_call_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
