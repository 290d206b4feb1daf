/* SPDX-License-Identifier: MIT */
/* wrap: malloc calloc realloc strdup strndup free */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"

static void keeps_all_texts(void **state)
{
	static char *text[3000];
	struct arena a;
	char want[32];

	(void)state;
	arena_init(&a);
	memory.asked = 0;
	for (int i = 0; i < 3000; i++) {
		int len = snprintf(want, sizeof want, "text %d", i);

		text[i] = arena_copy(&a, want, (size_t)len);
		assert_non_null(text[i]);
	}
	assert_in_range(memory.asked, 2, 10); /* what it is for */
	for (int i = 0; i < 3000; i++) {
		snprintf(want, sizeof want, "text %d", i);
		assert_string_equal(text[i], want);
	}
	arena_release(&a);
	assert_null(a.head);
}

static void takes_any_size(void **state)
{
	static char large[100000];
	struct arena a;
	char *small, *big, *after;

	(void)state;
	memset(large, 'L', sizeof large);
	arena_init(&a);
	assert_string_equal(arena_copy(&a, "", 0), "");
	small = arena_copy(&a, "small and more", 5);
	big = arena_copy(&a, large, sizeof large);
	after = arena_copy(&a, "a\0b", 3);
	assert_string_equal(small, "small");
	assert_memory_equal(big, large, sizeof large);
	assert_int_equal(big[sizeof large], '\0');
	assert_memory_equal(after, "a\0b", 4);
	assert_null(arena_copy(&a, "x", SIZE_MAX));
	assert_null(arena_copy(&a, "x", SIZE_MAX - 1));
	arena_release(&a);
}

/* Blocks of a power of two are filled to the last byte, and no further. */
static void fills_a_block(void **state)
{
	static char page[4096];
	struct arena a;

	(void)state;
	arena_init(&a);
	memory.asked = 0;
	assert_non_null(arena_copy(&a, page, 4095));
	assert_non_null(arena_copy(&a, page, 4095));
	assert_int_equal(memory.asked, 1);
	assert_non_null(arena_copy(&a, page, 4095));
	assert_non_null(arena_copy(&a, page, 4096));
	assert_int_equal(memory.asked, 3);
	arena_release(&a);
}

static void survives_lack_of_memory(void **state)
{
	struct arena a;
	char *text, *none;

	(void)state;
	arena_init(&a);
	memory_is_gone();
	none = arena_copy(&a, "abc", 3);
	memory_is_back();
	assert_null(none);
	text = arena_copy(&a, "abc", 3);
	memory_is_gone();
	none = arena_copy(&a, (char[10000]){ 0 }, 10000);
	memory_is_back();
	assert_null(none);
	assert_string_equal(text, "abc");
	assert_string_equal(arena_copy(&a, "def", 3), "def");
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_all_texts),
		cmocka_unit_test(takes_any_size),
		cmocka_unit_test(fills_a_block),
		cmocka_unit_test(survives_lack_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
