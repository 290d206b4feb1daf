/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/hash.h"

/* From the FNV authors' own test suite. */
static void agrees_with_the_published_vectors(void **state)
{
	static const struct {
		const char *text;
		uint64_t hash;
	} rows[] = {
		{ "", UINT64_C(0xcbf29ce484222325) },
		{ "a", UINT64_C(0xaf63dc4c8601ec8c) },
		{ "b", UINT64_C(0xaf63df4c8601f1a5) },
		{ "foobar", UINT64_C(0x85944171f73967e8) },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_true(hash_bytes(rows[i].text, strlen(rows[i].text), 0) ==
			    rows[i].hash);
}

static void seed_and_length_matter(void **state)
{
	(void)state;
	assert_true(hash_bytes("abc", 3, 0) != hash_bytes("abc", 3, 1));
	assert_true(hash_bytes("ab\0", 3, 0) != hash_bytes("ab", 2, 0));
	assert_true(hash_bytes("\x80", 1, 0) != hash_bytes("\0", 1, 0));
}

static void name_is_fit_for_a_file(void **state)
{
	static const char *const texts[] = { "", "kis real https://h key", "kis paper https://h key",
					     "kis real https://h kez" };
	char name[4][HASH_NAME_BYTES], again[HASH_NAME_BYTES];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		hash_name(texts[i], name[i]);
		hash_name(texts[i], again);
		assert_string_equal(name[i], again);
		assert_int_equal(strlen(name[i]), HASH_NAME_BYTES - 1);
		assert_int_equal(strspn(name[i], "0123456789abcdef"), HASH_NAME_BYTES - 1);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(name[i], name[j]);
	}
	/* Two hashes, not one twice. */
	assert_memory_not_equal(name[1], name[1] + 16, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_published_vectors),
		cmocka_unit_test(seed_and_length_matter),
		cmocka_unit_test(name_is_fit_for_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
