/* SPDX-License-Identifier: MIT */
/* wrap: malloc calloc realloc strdup strndup free */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "child.h"
#include "model/quote.h"
#include "memory.h"

static struct result *make(size_t count)
{
	struct request *r = request_new(count);
	struct result *result;

	assert_non_null(r);
	r->count = count;
	result = result_new(r);
	assert_non_null(result);
	return result;
}

static void result_starts_blank(void **state)
{
	static const size_t counts[] = { 1, 2, REQUEST_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		struct result *r = make(counts[i]);

		for (size_t k = 0; k < counts[i]; k++) {
			assert_false(r->outcome[k].has_quote);
			assert_int_equal(r->outcome[k].attempts, 0);
			assert_null(r->outcome[k].rt_cd);
			assert_null(r->outcome[k].raw);
			assert_null(r->outcome[k].quote.number[QUOTE_PRICE]);
		}
		result_free(r);
	}
	result_free(NULL);
	request_free(NULL);
}

static void result_owns_its_texts(void **state)
{
	struct result *r = make(1);

	(void)state;
	assert_non_null(arena_copy(&r->texts, "text", 4));
	result_free(r);
}

/* An answer that was read in part and then found bad leaves nothing behind. */
static void failure_replaces_every_outcome(void **state)
{
	static const struct {
		const char *rt_cd, *shown;
	} rows[] = {
		{ "1", "1" },
		{ "0", NULL }, /* it calls fine what is not */
		{ NULL, NULL },
	};

	(void)state;
	for (size_t n = 0; n < sizeof rows / sizeof *rows; n++) {
		struct result *r = make(3);
		struct err err;

		r->verdict.rt_cd = rows[n].rt_cd;
		r->verdict.msg_cd = rows[n].rt_cd ? "code" : NULL;
		r->latency_ms = 40;
		for (size_t i = 0; i < 3; i++) {
			r->request->item[i].attempts = (uint16_t)(i + 1);
			r->outcome[i] = (struct outcome){ .has_quote = true,
							  .exchange = MARKET_KR,
							  .quote = { .name = "name",
								     .number = { "1" } },
							  .rt_cd = "0",
							  .msg1 = "fine",
							  .raw = "{}",
							  .fetched_at_ms = 1 };
		}
		err_set(&err, ERR_PARSE, "it broke");
		err.code = 200;
		result_fail(r, &err);
		for (size_t i = 0; i < 3; i++) {
			const struct outcome *o = &r->outcome[i];

			assert_false(o->has_quote);
			assert_int_equal(o->attempts, i + 1);
			assert_int_equal(o->latency_ms, 40);
			assert_int_equal(o->rt_cd == NULL, rows[n].shown == NULL);
			assert_int_equal(o->msg_cd == NULL, rows[n].shown == NULL);
			assert_null(o->msg1);
			assert_null(o->raw);
			assert_int_equal(o->exchange, MARKET_NONE);
			assert_null(o->quote.name);
			assert_null(o->quote.number[0]);
			assert_true(o->fetched_at_ms > 1);
			assert_int_equal(o->err.kind, ERR_PARSE);
			assert_int_equal(o->err.code, 200);
			assert_string_equal(o->err.msg, "it broke");
		}
		result_free(r);
	}
}

/* A part of a request is a request like it, and the whole stays as it was. */
static void a_part_is_a_copy(void **state)
{
	struct request *whole = request_new(REQUEST_MAX), *part;

	(void)state;
	assert_non_null(whole);
	assert_int_equal(whole->cap, REQUEST_MAX);
	whole->source = 2;
	whole->attempts = 5;
	whole->is_single = true;
	whole->failing_since_ns = 7;
	for (whole->count = 0; whole->count < 5; whole->count++) {
		whole->item[whole->count].index = (uint32_t)whole->count + 10;
		whole->item[whole->count].tried_count = 1;
	}
	part = request_copy(whole, 2, 3);
	assert_non_null(part);
	assert_int_equal(part->count, 3);
	assert_int_equal(part->cap, 3);
	assert_int_equal(part->source, 2);
	assert_int_equal(part->attempts, 5);
	assert_true(part->is_single);
	assert_int_equal(part->failing_since_ns, 7);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(part->item[i].index, i + 12);
		assert_int_equal(part->item[i].tried_count, 1);
	}
	assert_int_equal(whole->count, 5);
	request_free(part);
	request_free(whole);
}

static int copy_beyond(void *arg)
{
	hush();
	request_free(request_copy(arg, 1, 2));
	return 0;
}

static int make_empty(void *arg)
{
	hush();
	request_free(request_new(*(const size_t *)arg));
	return 0;
}

static void what_no_request_holds_aborts(void **state)
{
	static size_t none = 0, too_many = REQUEST_MAX + 1;
	struct request *r = request_new(2);

	(void)state;
	r->count = 2;
	assert_int_equal(in_child(copy_beyond, r), CHILD_ABORTED);
	assert_int_equal(in_child(make_empty, &none), CHILD_ABORTED);
	assert_int_equal(in_child(make_empty, &too_many), CHILD_ABORTED);
	request_free(r);
}

/* For another attempt: the request stands, and nothing else. */
static void a_result_can_be_blank_again(void **state)
{
	struct result *r = make(2);
	struct request *request = r->request;
	const struct outcome blank = { .has_quote = false };

	(void)state;
	assert_non_null(arena_copy(&r->texts, "text", 4));
	r->has_failed = r->was_sent = true;
	r->latency_ms = 7;
	r->verdict.rt_cd = "1";
	r->outcome[1].has_quote = true;
	result_reset(r);
	assert_ptr_equal(r->request, request);
	assert_false(r->has_failed || r->was_sent);
	assert_int_equal(r->latency_ms, 0);
	assert_null(r->verdict.rt_cd);
	assert_int_equal(r->verdict.culprit, -1);
	assert_memory_equal(&r->outcome[1], &blank, sizeof blank);
	result_free(r);
}

static void lack_of_memory_leaves_the_request(void **state)
{
	struct request *r = request_new(1), *none, *part;
	struct result *result;

	(void)state;
	r->count = 1;
	memory_is_gone();
	none = request_new(1);
	part = request_copy(r, 0, 1);
	result = result_new(r);
	memory_is_back();
	assert_null(none);
	assert_null(part);
	assert_null(result);
	request_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(result_starts_blank),
		cmocka_unit_test(result_owns_its_texts),
		cmocka_unit_test(failure_replaces_every_outcome),
		cmocka_unit_test(a_part_is_a_copy),
		cmocka_unit_test(what_no_request_holds_aborts),
		cmocka_unit_test(a_result_can_be_blank_again),
		cmocka_unit_test(lack_of_memory_leaves_the_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
