/* SPDX-License-Identifier: MIT */
/* Unit tests of share/name_book. */
/* wrap: malloc calloc realloc strdup strndup free */
#define _XOPEN_SOURCE 700 /* nftw */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/safefile.h"
#include "base/sync.h"
#include "share/name_book.h"
#include "state_dir.h"
#include "memory.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void add(struct name_book *b, const char *text, const char *name, const char *other)
{
	struct symbol s;

	assert_int_equal(symbol_parse(text, strlen(text), MARKET_NONE, &s, NULL), 0);
	assert_int_equal(name_book_add(b, &s, name, other, NULL), 0);
}

static struct name_book *make(void)
{
	struct name_book *b = name_book_new(NULL);

	assert_non_null(b);
	add(b, "005930.KR", "삼성전자", NULL);
	add(b, "005935.KR", "삼성전자우", NULL);
	add(b, "AAPL.NAS", "애플", "APPLE INC");
	add(b, "BRK/B.NYS", "버크셔 해서웨이 B", "BERKSHIRE HATHAWAY B");
	add(b, "KRW-BTC.UPBIT", "비트코인", "Bitcoin");
	return b;
}

static void texts_fit(void **state)
{
	static const struct {
		const char *text;
		enum name_match fits[5]; /* as in make() */
	} rows[] = {
#define NO NAME_MATCHES
		{ "삼성전자", { NAME_IS, NAME_BEGINS, NO, NO, NO } },
		{ " 삼성 전자 ", { NAME_IS, NAME_BEGINS, NO, NO, NO } },
		{ "전자", { NAME_HAS, NAME_HAS, NO, NO, NO } },
		{ "005930", { NAME_IS, NO, NO, NO, NO } },
		{ "0059", { NAME_BEGINS, NAME_BEGINS, NO, NO, NO } },
		{ "apple", { NO, NO, NAME_BEGINS, NO, NO } },
		{ "Apple Inc", { NO, NO, NAME_IS, NO, NO } },
		{ "appleinc", { NO, NO, NAME_IS, NO, NO } },
		{ "inc", { NO, NO, NAME_HAS, NO, NO } },
		{ "aapl", { NO, NO, NAME_IS, NO, NO } },
		{ "해서웨이", { NO, NO, NO, NAME_HAS, NO } },
		{ "버크셔해서웨이", { NO, NO, NO, NAME_BEGINS, NO } },
		{ "btc", { NO, NO, NO, NO, NAME_HAS } },
		{ "BITCOIN", { NO, NO, NO, NO, NAME_IS } },
		{ "b", { NO, NO, NO, NAME_BEGINS, NAME_BEGINS } },
		{ "", { NO, NO, NO, NO, NO } },
		{ "   ", { NO, NO, NO, NO, NO } },
		{ "삼성전자우선", { NO, NO, NO, NO, NO } },
		/* The middle of a character is no place to begin. */
		{ "\x84\xb1", { NO, NO, NO, NO, NO } },
	};
	struct name_book *b = make();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t k = 0; k < name_book_count(b); k++)
			if (name_book_match(b, k, rows[i].text) != rows[i].fits[k])
				fail_msg("'%s' and %s", rows[i].text, name_book_at(b, k).name);
	name_book_free(b);
	name_book_free(NULL);
}

static void finds_who_bears_a_name(void **state)
{
	static const struct {
		const char *text;
		size_t count, first;
	} rows[] = {
		{ "삼성전자", 1, 0 },	{ "삼성 전자우", 1, 1 },  { "apple inc", 1, 2 },
		{ "애플", 1, 2 },	{ "BITCOIN", 3, 4 },	  { "비트코인", 1, 4 },
		{ "005930", 0, 0 },	{ "AAPL", 0, 0 },	  { "apple", 0, 0 },
		{ "삼성", 0, 0 },	{ "", 0, 0 },		  { "  ", 0, 0 },
		{ "Same", 1, 6 },
	};
	struct name_book *b = make();
	size_t found[2];

	(void)state;
	add(b, "BTC-ETH.UPBIT", "bit coin", NULL);
	add(b, "USDT-BTC.UPBIT", "same", "SAME");
	add(b, "USDT-ETH.UPBIT", "비트", "Bitcoin");
	assert_int_equal(name_book_index(b, NULL), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (name_book_named(b, rows[i].text, found, 2) != rows[i].count)
			fail_msg("'%s': %zu", rows[i].text,
				 name_book_named(b, rows[i].text, found, 2));
		if (rows[i].count > 0)
			assert_int_equal(found[0], rows[i].first);
	}
	assert_int_equal(name_book_named(b, "bitcoin", NULL, 0), 3);
	name_book_free(b);
	b = name_book_new(NULL);
	assert_int_equal(name_book_index(b, NULL), 0);
	assert_int_equal(name_book_named(b, "삼성전자", found, 2), 0);
	name_book_free(b);
}

static void assert_same(const struct name_book *a, size_t from, const struct name_book *b)
{
	assert_int_equal(name_book_count(a), from + name_book_count(b));
	for (size_t i = 0; i < name_book_count(b); i++) {
		struct name_entry x = name_book_at(a, from + i), y = name_book_at(b, i);

		assert_memory_equal(&x.symbol, &y.symbol, sizeof x.symbol);
		assert_string_equal(x.name, y.name);
		assert_int_equal(!x.other, !y.other);
		if (x.other)
			assert_string_equal(x.other, y.other);
	}
}

static void comes_back_with_its_date(void **state)
{
	struct name_book *b = make(), *again = name_book_new(NULL);
	int64_t made_at_ms = 0;
	struct stat st;

	(void)state;
	assert_int_equal(name_book_load(again, dir, "kis", &made_at_ms, NULL), 0);
	assert_int_equal(name_book_save(b, dir, "kis", 1795284334000, &stop, CLOCK_NEVER, NULL), 0);
	assert_int_equal(stat("names-kis", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(name_book_load(again, dir, "upbit", &made_at_ms, NULL), 0);
	assert_int_equal(name_book_load(again, dir, "kis", &made_at_ms, NULL), 1);
	assert_int_equal(made_at_ms, 1795284334000);
	assert_same(again, 0, b);
	/* Several sources' lists add up. */
	assert_int_equal(name_book_save(b, dir, "upbit", 7, &stop, CLOCK_NEVER, NULL), 0);
	assert_int_equal(name_book_load(again, dir, "upbit", &made_at_ms, NULL), 1);
	assert_int_equal(made_at_ms, 7);
	assert_same(again, 5, b);
	name_book_free(b);
	name_book_free(again);
}

static void holds_a_whole_market(void **state)
{
	enum { MANY = 40000 };
	struct name_book *b = name_book_new(NULL), *again = name_book_new(NULL);
	int64_t made_at_ms;
	char text[32], name[64];

	(void)state;
	for (int i = 0; i < MANY; i++) {
		snprintf(text, sizeof text, "%06d.KR", i);
		snprintf(name, sizeof name, "회사의 이름 %d", i);
		add(b, text, name, i % 2 ? "the name of a company" : NULL);
	}
	assert_int_equal(name_book_save(b, dir, "kis", 1, &stop, CLOCK_NEVER, NULL), 0);
	assert_int_equal(name_book_load(again, dir, "kis", &made_at_ms, NULL), 1);
	assert_same(again, 0, b);
	name_book_free(b);
	name_book_free(again);
}

static void put(const char *text)
{
	FILE *f = fopen("names-kis", "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod("names-kis", 0600), 0);
}

static void takes_a_damaged_file_for_none(void **state)
{
#define HEAD "quotefetch names 1 1\n"
#define GOOD "005930.KR\t삼성전자\t\n"
	static const char *const rows[] = {
		"",
		"noise",
		HEAD,
		HEAD GOOD,
		HEAD GOOD "end 2\n",
		HEAD GOOD "end 0\n",
		HEAD GOOD "end 1",
		HEAD GOOD "end 1\n" GOOD,
		HEAD GOOD "end\n",
		"quotefetch names 2 1\n" GOOD "end 1\n",
		"quotefetch names 1 x\n" GOOD "end 1\n",
		"quotefetch names 1 99999999999999999999\n" GOOD "end 1\n",
		HEAD "005930.KR 삼성전자\nend 1\n",
		HEAD "005930.KR\t\t\nend 1\n",
		HEAD "005930.KR\tname\nend 1\n",
		HEAD "005930.XX\tname\t\nend 1\n",
		HEAD "\tname\t\nend 1\n",
		HEAD GOOD "\nend 2\n",
	};
	struct name_book *b = make(), *same = make();
	int64_t made_at_ms;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		put(rows[i]);
		if (name_book_load(b, dir, "kis", &made_at_ms, NULL) != 0)
			fail_msg("taken: %s", rows[i]);
		assert_same(b, 0, same);
	}
	put(HEAD GOOD "end 1\n");
	assert_int_equal(name_book_load(b, dir, "kis", &made_at_ms, NULL), 1);
	assert_int_equal(chmod("names-kis", 0666), 0);
	assert_int_equal(name_book_load(b, dir, "kis", &made_at_ms, NULL), 0);
	name_book_free(b);
	name_book_free(same);
}

static void lack_of_memory_is_said(void **state)
{
	struct name_book *good = make(), *b = NULL;
	struct err err;
	int64_t made_at_ms;
	long k = 0;
	int rc;

	(void)state;
	assert_int_equal(name_book_save(good, dir, "kis", 1, &stop, CLOCK_NEVER, NULL), 0);
	do {
		name_book_free(b);
		memory_fail(++k, false);
		b = name_book_new(&err);
		rc = b ? name_book_load(b, dir, "kis", &made_at_ms, &err) : -1;
		memory_is_back();
		if (b && rc <= 0)
			assert_int_equal(name_book_count(b), 0);
		/* The file itself may be what found no memory: then there is none. */
	} while (rc <= 0 && k < 100);
	assert_in_range(k, 3, 50);
	assert_same(b, 0, good);
	name_book_free(b);
	name_book_free(good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_fit),
		cmocka_unit_test(finds_who_bears_a_name),
		cmocka_unit_test_setup_teardown(comes_back_with_its_date, enter_state_dir, leave_state_dir),
		cmocka_unit_test_setup_teardown(holds_a_whole_market, enter_state_dir, leave_state_dir),
		cmocka_unit_test_setup_teardown(takes_a_damaged_file_for_none, enter_state_dir, leave_state_dir),
		cmocka_unit_test_setup_teardown(lack_of_memory_is_said, enter_state_dir, leave_state_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
