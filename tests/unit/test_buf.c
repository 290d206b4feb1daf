/* SPDX-License-Identifier: MIT */
/* wrap: malloc calloc realloc strdup strndup free */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"

static void is_empty_at_first(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	assert_string_equal(buf_text(&b), "");
	buf_puts(&b, "");
	buf_append(&b, "x", 0);
	assert_int_equal(b.len, 0);
	assert_string_equal(buf_text(&b), "");
	assert_int_equal(buf_check(&b, ERR_HTTP, NULL), 0);
	buf_release(&b);
}

static void appends_and_grows(void **state)
{
	char want[5001] = "";
	struct buf b;

	(void)state;
	buf_init(&b, 5000);
	for (int i = 0; i < 1000; i++) {
		memcpy(want + i * 5, "abcde", 5);
		buf_puts(&b, "ab");
		buf_putc(&b, 'c');
		buf_append(&b, "defg", 2);
	}
	assert_int_equal(b.len, 5000);
	assert_string_equal(buf_text(&b), want);
	assert_int_equal(buf_check(&b, ERR_HTTP, NULL), 0);
	buf_release(&b);
	assert_null(b.data);
	assert_int_equal(b.max, 5000);
}

static void is_extended_by_its_caller(void **state)
{
	struct buf b;
	char *at;

	(void)state;
	buf_init(&b, 6);
	buf_puts(&b, "ab");
	at = buf_extend(&b, 4);
	assert_non_null(at);
	memcpy(at, "cdef", 4);
	assert_string_equal(buf_text(&b), "abcdef");
	assert_null(buf_extend(&b, 1));
	assert_string_equal(buf_text(&b), "abcdef");
	assert_int_equal(buf_check(&b, ERR_HTTP, NULL), -1);
	buf_release(&b);
}

static void keeps_nul_bytes(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	buf_append(&b, "a\0b", 3);
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.data, "a\0b", 4);
	buf_release(&b);
}

static void formats(void **state)
{
	char want[601];
	struct buf b;

	(void)state;
	memset(want, 'x', 600);
	want[600] = '\0';
	buf_init(&b, 1000);
	buf_printf(&b, "%s", "");
	assert_string_equal(buf_text(&b), "");
	buf_printf(&b, "%d-%s", 42, "b");
	buf_printf(&b, "%s", want);
	assert_int_equal(b.len, 604);
	assert_memory_equal(buf_text(&b), "42-bxxx", 7);
	assert_string_equal(buf_text(&b) + 4, want);
	buf_release(&b);
}

static void takes_nothing_more_over_its_cap(void **state)
{
	struct buf b;
	struct err err;

	(void)state;
	buf_init(&b, 4);
	buf_puts(&b, "abc");
	buf_puts(&b, "de");
	buf_putc(&b, 'd'); /* would fit, but a gap is worse than an end */
	buf_printf(&b, "%d", 7);
	assert_string_equal(buf_text(&b), "abc");
	assert_int_equal(buf_check(&b, ERR_HTTP, &err), -1);
	assert_int_equal(err.kind, ERR_HTTP);
	assert_string_equal(err.msg, "more than 4 bytes");

	buf_clear(&b);
	assert_string_equal(buf_text(&b), "");
	assert_int_equal(buf_check(&b, ERR_HTTP, &err), 0);
	buf_puts(&b, "wxyz");
	assert_string_equal(buf_text(&b), "wxyz");
	assert_int_equal(buf_check(&b, ERR_HTTP, &err), 0);
	buf_release(&b);
}

static void survives_lack_of_memory(void **state)
{
	struct buf b;
	struct err err;

	(void)state;
	buf_init(&b, 10000);
	buf_puts(&b, "abc");
	memory_is_gone();
	for (int i = 0; i < 1000; i++)
		buf_puts(&b, "0123456789");
	memory_is_back();
	buf_puts(&b, "more");
	assert_int_equal(buf_check(&b, ERR_HTTP, &err), -1);
	assert_int_equal(err.kind, ERR_SYSTEM);
	assert_memory_equal(buf_text(&b), "abc012", 6);
	assert_int_equal(strlen(buf_text(&b)), b.len);
	assert_null(strstr(buf_text(&b), "more"));

	buf_clear(&b);
	buf_puts(&b, "again");
	assert_int_equal(buf_check(&b, ERR_HTTP, &err), 0);
	assert_string_equal(buf_text(&b), "again");
	buf_release(&b);
}

static void fills_and_inserts(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 16);
	buf_fill(&b, 'x', 0);
	buf_insert(&b, 0, "", 0);
	assert_string_equal(buf_text(&b), "");
	buf_insert(&b, 0, "ad", 2);
	buf_insert(&b, 1, "bc", 2);
	buf_insert(&b, 4, "e", 1);
	buf_fill(&b, 'f', 3);
	assert_string_equal(buf_text(&b), "abcdefff");
	assert_int_equal(strlen(b.data), b.len);
	buf_insert(&b, 0, "123456789", 9);
	assert_int_equal(buf_check(&b, ERR_HTTP, NULL), -1);
	buf_clear(&b);
	buf_fill(&b, 'x', 17);
	assert_int_equal(buf_check(&b, ERR_HTTP, NULL), -1);
	assert_string_equal(buf_text(&b), "");
	buf_release(&b);
}

static void hands_its_memory_over(void **state)
{
	struct buf b;
	size_t len;
	char *data;

	(void)state;
	buf_init(&b, 8);
	assert_null(buf_take(&b, &len));
	assert_int_equal(len, 0);
	buf_puts(&b, "text");
	data = buf_take(&b, &len);
	assert_int_equal(len, 4);
	assert_string_equal(data, "text");
	assert_string_equal(buf_text(&b), "");
	buf_puts(&b, "more");
	assert_string_equal(data, "text");
	free(data);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_empty_at_first),
		cmocka_unit_test(appends_and_grows),
		cmocka_unit_test(is_extended_by_its_caller),
		cmocka_unit_test(keeps_nul_bytes),
		cmocka_unit_test(formats),
		cmocka_unit_test(takes_nothing_more_over_its_cap),
		cmocka_unit_test(survives_lack_of_memory),
		cmocka_unit_test(fills_and_inserts),
		cmocka_unit_test(hands_its_memory_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
