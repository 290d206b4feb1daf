/* wrap: calloc */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "child.h"
#include "model/quote.h"

static bool is_memory_gone;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
	return is_memory_gone ? NULL : __real_calloc(count, size);
}

static struct result *make(size_t count)
{
	struct request *r = request_new();
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
static void failure_keeps_the_attempts_alone(void **state)
{
	struct result *r = make(4);
	struct err err;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		r->outcome[i] = (struct outcome){ .has_quote = true,
						  .exchange = MARKET_KR,
						  .quote = { .name = "name",
							     .number = { "1" } },
						  .rt_cd = "0",
						  .msg_cd = "code",
						  .msg1 = "fine",
						  .raw = "{}",
						  .attempts = (int)i + 1,
						  .latency_ms = 40,
						  .fetched_at_ms = 1 };
	err_set(&err, ERR_PARSE, "it broke");
	err.code = 200;
	result_fail(r, 1, 2, &err);
	for (size_t i = 0; i < 4; i++) {
		const struct outcome *o = &r->outcome[i];
		bool has_failed = i == 1 || i == 2;

		assert_int_equal(o->has_quote, !has_failed);
		assert_int_equal(o->attempts, i + 1);
		assert_int_equal(o->latency_ms, 40);
		assert_int_equal(o->rt_cd == NULL, has_failed);
		assert_int_equal(o->msg_cd == NULL, has_failed);
		assert_int_equal(o->msg1 == NULL, has_failed);
		assert_int_equal(o->raw == NULL, has_failed);
		assert_int_equal(o->exchange == MARKET_NONE, has_failed);
		assert_int_equal(o->quote.number[0] == NULL, has_failed);
		if (has_failed) {
			assert_true(o->fetched_at_ms > 1);
			assert_int_equal(o->err.kind, ERR_PARSE);
			assert_int_equal(o->err.code, 200);
			assert_string_equal(o->err.msg, "it broke");
		}
	}
	result_fail(r, 4, 0, &err);
	result_free(r);
}

static int fail_beyond(void *arg)
{
	struct err err = { .kind = ERR_PARSE };

	hush();
	result_fail(arg, 1, 1, &err);
	return 0;
}

static void items_beyond_the_request_abort(void **state)
{
	struct result *r = make(1);

	(void)state;
	assert_int_equal(in_child(fail_beyond, r), CHILD_ABORTED);
	result_free(r);
}

static void lack_of_memory_leaves_the_request(void **state)
{
	struct request *r = request_new(), *none;
	struct result *result;

	(void)state;
	r->count = 1;
	is_memory_gone = true;
	none = request_new();
	result = result_new(r);
	is_memory_gone = false;
	assert_null(none);
	assert_null(result);
	request_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(result_starts_blank),
		cmocka_unit_test(result_owns_its_texts),
		cmocka_unit_test(failure_keeps_the_attempts_alone),
		cmocka_unit_test(items_beyond_the_request_abort),
		cmocka_unit_test(lack_of_memory_leaves_the_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
