/* SPDX-License-Identifier: MIT */
#include "net/json_write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

struct sheet {
	struct buf text;
	struct json_writer w;
};

static int set_up(void **state)
{
	static struct sheet sheet;

	buf_init(&sheet.text, 4096);
	json_writer_init(&sheet.w, &sheet.text);
	*state = &sheet;
	return 0;
}

static int tear_down(void **state)
{
	struct sheet *s = *state;

	buf_release(&s->text);
	return 0;
}

static void writes_a_record(void **state)
{
	struct sheet *s = *state;
	struct json_writer *w = &s->w;

	json_begin_object(w);
	json_key(w, "symbol");
	json_put_string(w, "005930");
	json_key(w, "price");
	json_put_decimal(w, "1091.2600");
	json_key(w, "msg_cd");
	json_put_string(w, NULL);
	json_key(w, "change");
	json_put_decimal(w, NULL);
	json_key(w, "raw");
	json_put_raw(w, NULL);
	json_key(w, "latency_ms");
	json_put_integer(w, 41);
	json_end_object(w);
	assert_string_equal(
		buf_text(&s->text),
		"{\"symbol\":\"005930\",\"price\":1091.2600,\"msg_cd\":null,"
		"\"change\":null,\"raw\":null,"
		"\"latency_ms\":41}");
}

static void puts_commas_where_they_belong(void **state)
{
	struct sheet *s = *state;
	struct json_writer *w = &s->w;

	json_begin_object(w);
	json_key(w, "a");
	json_begin_object(w);
	json_end_object(w);
	json_key(w, "b");
	json_begin_object(w);
	json_key(w, "least");
	json_put_integer(w, INT64_MIN);
	json_key(w, "most");
	json_put_integer(w, INT64_MAX);
	json_end_object(w);
	json_key(w, "c");
	json_put_raw(w, "[1, {\"x\":2}]");
	json_key(w, "d");
	json_put_null(w);
	json_end_object(w);
	assert_string_equal(
		buf_text(&s->text),
		"{\"a\":{},\"b\":{\"least\":-9223372036854775808,"
		"\"most\":9223372036854775807},\"c\":[1, {\"x\":2}],\"d\":null}");
}

static void escapes_strings(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "\"\"" },
		{ "a\"b\\c/", "\"a\\\"b\\\\c/\"" },
		{ "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"" },
		{ "\x01\x1b[0m\x1f", "\"\\u0001\\u001b[0m\\u001f\"" },
		{ "\x7f", "\"\\u007f\"" },
		{ "\xc2\x9b", "\"\\u009b\"" },
		{ "\xe2\x80\xa8\xe2\x80\xa9", "\"\\u2028\\u2029\"" },
		{ "\xe2\x80\xae"
		  "abc",
		  "\"\\u202eabc\"" },
		{ "\xef\xbb\xbf", "\"\\ufeff\"" },
		{ "\xec\x82\xbc\xec\x84\xb1", "\"\xec\x82\xbc\xec\x84\xb1\"" },
		{ "\xf0\x9f\x93\x88", "\"\xf0\x9f\x93\x88\"" },
		{ "a\xff"
		  "b",
		  "\"a\xef\xbf\xbd"
		  "b\"" },
		{ "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "\xec\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
	};

	struct sheet *s = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		buf_clear(&s->text);
		json_writer_init(&s->w, &s->text);
		json_put_string(&s->w, rows[i].text);
		assert_string_equal(buf_text(&s->text), rows[i].want);
	}
}

/* JSON keeps its meaning; only what a terminal might act on is escaped. */
static void keeps_raw_json(void **state)
{
	struct sheet *s = *state;

	json_put_raw(
		&s->w,
		"{\n\t\"a\":\"x\\\"\\\\\\u001b\x7f\xc2\x9b\xec\x82\xbc\xe2\x80\xae\",\"b\":1e400}");
	assert_string_equal(
		buf_text(&s->text),
		"{\n\t\"a\":\"x\\\"\\\\\\u001b\\u007f\\u009b\xec\x82\xbc\\u202e\",\"b\":1e400}");
}

static void overflows_quietly(void **state)
{
	struct buf small;
	struct json_writer w;
	struct err err;

	(void)state;
	buf_init(&small, 10);
	json_writer_init(&w, &small);
	json_begin_object(&w);
	json_key(&w, "a");
	json_put_string(&w, "a long text, longer than the buffer");
	json_end_object(&w);
	assert_int_equal(buf_check(&small, ERR_OUTPUT, &err), -1);
	assert_int_equal(err.kind, ERR_OUTPUT);
	assert_true(small.len <= 10);
	buf_release(&small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(writes_a_record, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(puts_commas_where_they_belong,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(escapes_strings, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(keeps_raw_json, set_up,
						tear_down),
		cmocka_unit_test(overflows_quietly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
