/* SPDX-License-Identifier: MIT */
/* Unit tests of base/inflate, base/zip and base/cp949. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/cp949.h"
#include "base/inflate.h"
#include "base/zip.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { CAP = 1 << 20 };

struct bytes {
	char *data;
	size_t len;
};

static struct bytes load(const char *name)
{
	struct bytes b = { malloc(CAP), 0 };
	char path[100];
	FILE *f;

	snprintf(path, sizeof path, "tests/fixtures/zip/%s", name);
	f = fopen(path, "rb");
	if (!f || !b.data)
		fail_msg("cannot read '%s'", path);
	b.len = fread(b.data, 1, CAP, f);
	fclose(f);
	return b;
}

/* ---- inflate: streams by hand, from the standard ---- */

static void inflates(void **state)
{
	static const struct {
		const char *stream;
		size_t len;
		const char *want; /* NULL: none */
		enum err_kind kind;
	} rows[] = {
		/* stored */
		{ "\x01\x03\x00\xfc\xff" "abc", 8, "abc", 0 },
		{ "\x01\x00\x00\xff\xff", 5, "", 0 },
		{ "\x00\x01\x00\xfe\xff" "a\x01\x02\x00\xfd\xff" "bc", 13, "abc", 0 },
		{ "\x01\x03\x00\xfc\xff" "ab", 7, NULL, ERR_TRUNCATED },
		{ "\x01\x03\x00\xfd\xff" "abc", 8, NULL, ERR_PARSE },
		{ "\x01\x03\x00\xfc", 4, NULL, ERR_TRUNCATED },
		/* fixed codes: nothing, "a", "aaaaaaaaaa" by a match */
		{ "\x03\x00", 2, "", 0 },
		{ "\x4b\x04\x00", 3, "a", 0 },
		{ "\x4b\x84\x03\x00", 4, "aaaaaaaaaa", 0 },
		{ "\x4b\x04", 2, NULL, ERR_TRUNCATED },
		{ "\x4b", 1, NULL, ERR_TRUNCATED },
		/* a match before there is anything: length 3, distance 1 */
		{ "\x03\x02\x00", 3, NULL, ERR_PARSE },
		/* lengths and distances that are never used: 286, 30 */
		{ "\x1b\x03\x00", 3, NULL, ERR_PARSE },
		/* the reserved kind of block */
		{ "\x07\x00", 2, NULL, ERR_PARSE },
		{ "", 0, NULL, ERR_TRUNCATED },
		/* dynamic: too many literals; no code for the end */
		{ "\xfd\x1f\x00\x00", 4, NULL, ERR_PARSE },
		{ "\x05\x00\x00\x00\x00\x00\x00", 7, NULL, ERR_PARSE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = { .kind = ERR_KINDS };
		struct buf out;
		int rc;

		buf_init(&out, CAP);
		rc = inflate_append((const unsigned char *)rows[i].stream, rows[i].len, &out, &err);
		if ((rc == 0) != (rows[i].want != NULL))
			fail_msg("row %zu: %d, %s", i, rc, rc < 0 ? err.msg : buf_text(&out));
		if (rows[i].want)
			assert_string_equal(buf_text(&out), rows[i].want);
		else
			assert_int_equal(err.kind, rows[i].kind);
		buf_release(&out);
	}
}

static void appends_and_stops_at_the_cap(void **state)
{
	struct err err;
	struct buf out;

	(void)state;
	buf_init(&out, 12);
	buf_puts(&out, "xy");
	assert_int_equal(inflate_append((const unsigned char *)"\x4b\x84\x03\x00", 4, &out, &err), 0);
	assert_string_equal(buf_text(&out), "xyaaaaaaaaaa");
	/* What was there before is no part of the stream: distance 1 is beyond. */
	buf_clear(&out);
	buf_puts(&out, "xy");
	assert_int_equal(inflate_append((const unsigned char *)"\x03\x02\x00", 3, &out, &err), -1);
	buf_release(&out);
	buf_init(&out, 9);
	assert_int_equal(inflate_append((const unsigned char *)"\x4b\x84\x03\x00", 4, &out, &err), -1);
	assert_int_equal(err.kind, ERR_PARSE);
	buf_release(&out);
}

/* ---- archives, made by Python's zipfile ---- */

static const char *unzip(const char *name, struct buf *out, struct err *err)
{
	struct bytes b = load(name);

	buf_init(out, CAP);
	err->kind = ERR_KINDS;
	if (zip_read(b.data, b.len, out, err) < 0)
		buf_clear(out);
	free(b.data);
	return buf_text(out);
}

static void reads_archives(void **state)
{
	static const struct {
		const char *name;
		size_t len;
	} rows[] = {
		{ "stored.zip", 3000 },  { "deflated.zip", 3000 }, { "best.zip", 60000 },
		{ "random.zip", 40000 }, { "comment.zip", 3000 },  { "streamed.zip", 3000 },
		{ "two.zip", 3000 },	 { "empty_file.zip", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err;
		struct buf out;

		unzip(rows[i].name, &out, &err);
		if (err.kind != ERR_KINDS)
			fail_msg("%s: %s", rows[i].name, err.msg);
		assert_int_equal(out.len, rows[i].len);
		buf_release(&out);
	}
}

static void refuses_archives(void **state)
{
	static const struct {
		const char *name, *why;
	} rows[] = {
		{ "encrypted.zip", "it is encrypted" },
		{ "lzma.zip", "it is compressed in another way" },
		{ "none.zip", "it has no directory" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err;
		struct buf out;

		unzip(rows[i].name, &out, &err);
		assert_int_equal(err.kind, ERR_PARSE);
		assert_non_null(strstr(err.msg, rows[i].why));
		buf_release(&out);
	}
}

/* No beginning of an archive is one, and no flipped bit goes unseen but in what
 * says nothing on the content. */
static void survives_damage(void **state)
{
	struct bytes b = load("deflated.zip");
	struct buf out, good;
	struct err err;

	(void)state;
	unzip("deflated.zip", &good, &err);
	buf_init(&out, CAP);
	for (size_t n = 0; n < b.len; n++) {
		buf_clear(&out);
		assert_int_equal(zip_read(b.data, n, &out, &err), -1);
		assert_int_equal(err.kind, ERR_TRUNCATED);
	}
	for (size_t bit = 0; bit < b.len * 8; bit++) {
		b.data[bit / 8] ^= (char)(1 << bit % 8);
		buf_clear(&out);
		if (zip_read(b.data, b.len, &out, &err) == 0) {
			assert_int_equal(out.len, good.len);
			assert_memory_equal(out.data, good.data, good.len);
		}
		b.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	buf_clear(&out);
	assert_int_equal(zip_read("<html>no</html>", 15, &out, &err), -1);
	assert_int_equal(err.kind, ERR_PARSE);
	buf_release(&out);
	buf_release(&good);
	free(b.data);
}

/* ---- Korean ---- */

static void reads_korean(void **state)
{
	static const struct {
		const char *cp949, *utf8;
	} rows[] = {
		{ "", "" },
		{ "KR\xb8\xf0\xc5\xcd\xbd\xba", "KR모터스" },
		{ "\xbb\xef\xbc\xba\xc0\xfc\xc0\xda", "삼성전자" },
		/* Hangul that KS X 1001 lacks, and bytes that are none. */
		{ "\x8c\x63", "똠" },
		{ "a\xff" "b", "a\xef\xbf\xbd" "b" },
		{ "ab\xbb", "ab\xef\xbf\xbd" },
	};
	struct buf out;

	(void)state;
	buf_init(&out, CAP);
	for (size_t i = 0; i < COUNT(rows); i++) {
		buf_clear(&out);
		assert_int_equal(cp949_append_utf8(rows[i].cp949, strlen(rows[i].cp949), &out, NULL),
				 0);
		assert_string_equal(buf_text(&out), rows[i].utf8);
	}
	/* Longer than a piece. */
	buf_clear(&out);
	for (int i = 0; i < 10000; i++)
		buf_puts(&out, "\xbb\xef");
	{
		struct buf utf8;

		buf_init(&utf8, CAP);
		assert_int_equal(cp949_append_utf8(out.data, out.len, &utf8, NULL), 0);
		assert_int_equal(utf8.len, 30000);
		for (size_t i = 0; i < utf8.len; i += 3)
			assert_memory_equal(utf8.data + i, "삼", 3);
		buf_release(&utf8);
	}
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inflates),
		cmocka_unit_test(appends_and_stops_at_the_cap),
		cmocka_unit_test(reads_archives),
		cmocka_unit_test(refuses_archives),
		cmocka_unit_test(survives_damage),
		cmocka_unit_test(reads_korean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
