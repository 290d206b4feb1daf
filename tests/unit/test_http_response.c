/* SPDX-License-Identifier: MIT */
/* The headers of an answer: which lines are kept, and how they are found. */
/* wrap: malloc calloc realloc strdup strndup free */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "net/http_response.h"
#include "memory.h"

static void take(struct http_response *r, const char *line)
{
	http_response_take_line(r, line, strlen(line));
}

static int set_up(void **state)
{
	static struct http_response response;

	http_response_init(&response);
	*state = &response;
	return 0;
}

static int tear_down(void **state)
{
	http_response_release(*state);
	return 0;
}

static void a_line_is_kept_or_not(void **state)
{
	static const struct {
		const char *line, *name, *want; /* NULL: not kept */
	} rows[] = {
		{ "Date: Thu, 01 Jan 1998 00:00:00 GMT\r\n", "Date",
		  "Thu, 01 Jan 1998 00:00:00 GMT" },
		{ "Remaining-Req: group=ticker; min=600; sec=9\r\n", "remaining-req",
		  "group=ticker; min=600; sec=9" },
		{ "x-ratelimit-remaining: 199\r\n", "X-RateLimit-Remaining", "199" },
		{ "a:b\r\n", "a", "b" },
		{ "a: \t b \t \r\n", "a", "b" },
		{ "a: b c\r\n", "a", "b c" },
		{ "a: b\tc\r\n", "a", "b\tc" },
		{ "a: b:c\n", "a", "b:c" },
		{ "a: b", "a", "b" },
		{ "a:\r\n", "a", "" },
		{ "a: \r\n", "a", "" },
		{ ": b\r\n", "", NULL },
		{ "a\r\n", "a", NULL },
		{ " a: b\r\n", "a", NULL },
		{ "\ta: b\r\n", "a", NULL },
		{ "a: \x1b[2J\r\n", "a", NULL },
		{ "a: b\rc\r\n", "a", NULL },
		{ "a: \x7f\r\n", "a", NULL },
		{ "a: \xc3\xa4\r\n", "a", NULL },
		{ "\xc3\xa4: b\r\n", "\xc3\xa4", NULL },
	};
	struct http_response *r = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *got;

		http_response_reset(r, 0);
		take(r, "HTTP/1.1 200 OK\r\n");
		take(r, "First: 1\r\n");
		take(r, rows[i].line);
		take(r, "Last: 2\r\n");
		got = http_response_header(r, rows[i].name);
		if (rows[i].want && (!got || strcmp(got, rows[i].want) != 0))
			fail_msg("%s is '%s'", rows[i].line, got ? got : "not there");
		if (!rows[i].want && got)
			fail_msg("%s was kept as '%s'", rows[i].line, got);
		assert_string_equal(http_response_header(r, "first"), "1");
		assert_string_equal(http_response_header(r, "last"), "2");
		assert_null(http_response_header(r, "1"));
	}
}

static void a_nul_ends_no_value(void **state)
{
	struct http_response *r = *state;

	http_response_take_line(r, "a: 1\0b: 2\r\n", 11);
	assert_null(http_response_header(r, "a"));
	assert_null(http_response_header(r, "b"));
}

static void the_first_of_a_name_counts(void **state)
{
	struct http_response *r = *state;

	take(r, "A: 1\r\n");
	take(r, "a: 2\r\n");
	assert_string_equal(http_response_header(r, "a"), "1");
	assert_null(http_response_header(r, ""));
	assert_null(http_response_header(r, "aa"));
}

static void only_the_final_head_counts(void **state)
{
	struct http_response *r = *state;

	assert_null(http_response_header(r, "a"));
	take(r, "HTTP/1.1 103 Hints\r\n");
	take(r, "a: early\r\n");
	take(r, "only-early: 1\r\n");
	take(r, "\r\n");
	take(r, "HTTP/1.1 200 OK\r\n");
	take(r, "a: final\r\n");
	take(r, "\r\n");
	take(r, "a: trailer\r\n");
	take(r, "only-trailer: 1\r\n");
	assert_string_equal(http_response_header(r, "a"), "final");
	assert_null(http_response_header(r, "only-early"));
	assert_null(http_response_header(r, "only-trailer"));
	http_response_reset(r, 0);
	assert_null(http_response_header(r, "a"));
	take(r, "a: next\r\n");
	assert_string_equal(http_response_header(r, "a"), "next");
}

static void what_is_kept_has_a_cap(void **state)
{
	struct http_response *r = *state;
	char line[1100], name[20];
	int kept = 0;

	for (int i = 0; i < 100; i++) {
		snprintf(line, sizeof line, "name-%02d: %01000d\r\n", i, i);
		take(r, line);
	}
	take(r, "small: 1\r\n"); /* it still fits: lines are whole or not there */
	for (int i = 0; i < 100; i++) {
		const char *value;

		snprintf(name, sizeof name, "name-%02d", i);
		value = http_response_header(r, name);
		kept += value != NULL;
		if (value)
			assert_int_equal(strlen(value), 1000);
	}
	assert_int_equal(kept, HTTP_RESPONSE_HEADER_MAX_BYTES / 1009);
	assert_string_equal(http_response_header(r, "small"), "1");
	assert_true(r->header.len <= HTTP_RESPONSE_HEADER_MAX_BYTES);
	assert_false(r->header.is_over);
}

static void lack_of_memory_is_seen(void **state)
{
	struct http_response *r = *state;

	memory_is_gone();
	take(r, "a: 1\r\n");
	memory_is_back();
	assert_true(r->header.is_exhausted);
	assert_null(http_response_header(r, "a"));
	http_response_reset(r, 0);
	take(r, "a: 1\r\n");
	assert_string_equal(http_response_header(r, "a"), "1");
}

static void a_reset_leaves_nothing(void **state)
{
	struct http_response *r = *state;
	char *holder;

	buf_puts(&r->body, "text");
	holder = r->body.data;
	r->status = 200;
	r->retry_after_ms = r->sent_ns = r->finished_ns = r->min_rtt_ns = 1;
	r->was_connected = r->was_sent = r->is_new_connection = true;
	http_response_reset(r, 0);
	assert_int_equal(r->status, 0);
	assert_false(r->was_connected || r->was_sent || r->is_new_connection);
	assert_int_equal(r->retry_after_ms | r->sent_ns | r->finished_ns | r->min_rtt_ns, 0);
	assert_int_equal(r->body.len, 0);
	assert_ptr_equal(r->body.data, holder);
	assert_int_equal(r->body.max, HTTP_BODY_MAX_BYTES);
	http_response_reset(r, 10);
	buf_puts(&r->body, "more than it");
	assert_true(r->body.is_over);
	http_response_reset(r, 0);
	assert_int_equal(r->body.max, HTTP_BODY_MAX_BYTES);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_line_is_kept_or_not),
		TEST(a_nul_ends_no_value),
		TEST(the_first_of_a_name_counts),
		TEST(only_the_final_head_counts),
		TEST(what_is_kept_has_a_cap),
		TEST(lack_of_memory_is_seen),
		TEST(a_reset_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
