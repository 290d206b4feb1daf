/* SPDX-License-Identifier: MIT */
/* Unit tests of base/sha1: the vectors of RFC 3174, 7.3, and every length of
 * the last block, checked against a chain of digests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sha1.h"

static void expect_digest(const void *data, size_t len, const char *hex)
{
	unsigned char digest[SHA1_BYTES];
	char shown[2 * SHA1_BYTES + 1];

	sha1(data, len, digest);
	for (size_t i = 0; i < sizeof digest; i++)
		snprintf(shown + 2 * i, 3, "%02x", digest[i]);
	assert_string_equal(shown, hex);
}

static void test_vectors(void **state)
{
	static const struct {
		const char *text;
		size_t times;
		const char *hex;
	} rows[] = {
		{ "abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
		  "84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
		{ "a", 1000000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f" },
		{ "0123456701234567012345670123456701234567012345670123456701234567", 10,
		  "dea356a2cddd90c7a7ecedc5ebb563934f460452" },
		{ "", 1, "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t len = strlen(rows[i].text);
		char *data = malloc(len * rows[i].times + 1);

		assert_non_null(data);
		for (size_t n = 0; n < rows[i].times; n++)
			memcpy(data + n * len, rows[i].text, len);
		expect_digest(data, len * rows[i].times, rows[i].hex);
		free(data);
	}
}

/* The digests of 0 to 130 bytes, one behind the other, hashed: what another
 * implementation (python3's hashlib) makes of the same. */
static void test_every_length(void **state)
{
	static const char hex[] = "93b7e7fa254bfb06a3b306e7d1fdb97785e6151e";
	unsigned char data[131], chain[131 * SHA1_BYTES];

	(void)state;
	for (size_t n = 0; n < sizeof data; n++) {
		/* In a block of just its size. */
		unsigned char *block = malloc(n ? n : 1);

		assert_non_null(block);
		data[n] = (unsigned char)(n * 7 + 1);
		memcpy(block, data, n);
		sha1(block, n, chain + n * SHA1_BYTES);
		free(block);
	}
	expect_digest(chain, sizeof chain, hex);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_every_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
