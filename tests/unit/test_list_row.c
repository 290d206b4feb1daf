/* SPDX-License-Identifier: MIT */
/* Unit tests of cli/list_row and cli/complaints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cli/complaints.h"
#include "cli/list_row.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* "symbol|market" of a row, or "-" where it has no symbol. */
static const char *shown(const struct list_layout *layout, const char *text)
{
	static char out[256];
	struct list_row row;

	if (!list_row_read(layout, text, strlen(text), &row))
		return "-";
	snprintf(out, sizeof out, "%.*s|%.*s", (int)row.symbol.len, row.symbol.text,
		 (int)row.market.len, row.market.text);
	return out;
}

static void rows_without_header(void **state)
{
	static const char *const rows[][2] = {
		{ "005930", "005930|" },
		{ "0700,HKS", "0700|HKS" },
		{ "0700 \t, HKS", "0700|HKS" },
		{ "0700\tHKS", "0700|HKS" },
		{ "KO NYS", "KO|NYS" },
		{ "T,", "T|" },
		{ ",NAS", "|NAS" },
		{ "\"005930\"", "005930|" },
		{ "\"0700\",\"HKS\"", "0700|HKS" },
		{ "0700,\"HKS\"", "0700|HKS" },
		{ "\" 0700 \" , HKS", "0700|HKS" },
		{ "=\"005930\"", "005930|" },
		{ "=\"005930\",KR", "005930|KR" },
		{ "\"=\"\"005930\"\"\",KR", "005930|KR" },
		{ "\"=\"\"\"\"\"", "|" },
		{ "'005930", "005930|" },
		{ "\"", "\"|" },
		{ "\"\"", "|" },
		{ "=\"", "=\"|" },
		{ "AAPL,NAS,x", "AAPL|NAS,x" },
		{ "\"a\",b,c", "a|b,c" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		static const struct list_layout none;

		print_message("# %s\n", rows[i][0]);
		assert_string_equal(shown(&none, rows[i][0]), rows[i][1]);
	}
}

static void rows_under_a_header(void **state)
{
	static const struct {
		const char *header, *row, *want;
	} rows[] = {
		{ "symbol", "005930", "005930|" },
		{ "Symbol", "aapl", "aapl|" },
		{ "Code", "005930", "005930|" },
		{ "종목코드", "005930", "005930|" },
		{ "종목코드,종목명", "005930,삼성전자", "005930|" },
		{ "종목명,종목코드", "\"삼성, 전자\",005930", "005930|" },
		{ "종목명", "\"삼성전자\"", "삼성전자|" },
		{ "보유수량,종목명", "10,삼성 레버리지", "삼성 레버리지|" },
		{ "종목코드,종목명,시장구분", "005930,삼성전자,KOSPI", "005930|KOSPI" },
		{ "name,ticker,market", "\"Apple, \"\"the\"\" Inc.\",AAPL,NAS", "AAPL|NAS" },
		{ "name;symbol", "Coca Cola;KO", "KO|" },
		{ "symbol\tprice\tmarket", "0700\t1,5\tHKS", "0700|HKS" },
		{ "symbol,market,price", "0700,HKS", "0700|HKS" },
		{ "symbol,market,price", "0700", "0700|" },
		{ "name,symbol", "only a name", "-" },
		{ "\"symbol\",\"market\"", "\"0700\",\"HKS\"", "0700|HKS" },
		/* Ours: what was typed only where symbol and market do not say it. */
		{ "input,price", "\"0700,HKS\",1", "0700,HKS|" },
		{ "symbol,price,input", "0700,1,0700.HKS", "0700.HKS|" },
		{ "symbol,market,input", "0700,HKS,x", "0700|HKS" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct list_layout layout = { 0 };

		print_message("# %s\n", rows[i].header);
		assert_true(list_layout_read(&layout, rows[i].header, strlen(rows[i].header)));
		assert_string_equal(shown(&layout, rows[i].row), rows[i].want);
	}
}

static void what_is_no_header(void **state)
{
	static const char *const rows[] = {
		"005930", "AAPL", "AAPL,NAS", "CODE", "CODE,NAS", "CODE NAS", "", ",", "symbol1",
		"symbols.txt", "market", "price,volume", "\"AAPL\"", "종목코드는",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct list_layout layout = { 0 };

		print_message("# %s\n", rows[i]);
		assert_false(list_layout_read(&layout, rows[i], strlen(rows[i])));
		assert_false(layout.has_header);
	}
}

/* A NUL in the line is none at the end of a word. */
static void no_word_ends_early(void **state)
{
	static const char text[] = "code\0d,x";
	struct list_layout layout = { 0 };

	(void)state;
	assert_false(list_layout_read(&layout, text, sizeof text - 1));
}

static void complaints_are_counted_and_some_told(void **state)
{
	struct complaints c;
	struct err err;
	char line[32];

	(void)state;
	complaints_init(&c);
	assert_int_equal(complaints_add(&c, "line 1: why", &err), 0);
	assert_int_equal(complaints_told(&c), 0);
	assert_int_equal(complaints_fail(&c, &err), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	assert_string_equal(err.msg, "line 1: why");
	assert_int_equal(complaints_add(&c, "line 2: why", &err), 0);
	assert_int_equal(complaints_told(&c), 2);
	assert_int_equal(complaints_fail(&c, &err), -1);
	assert_string_equal(err.msg, "2 entries are no symbols: nothing was asked "
				     "(--skip-invalid goes on without them)");
	for (int i = 3; i <= COMPLAINTS_MAX; i++) {
		snprintf(line, sizeof line, "line %d: why", i);
		assert_int_equal(complaints_add(&c, line, &err), 0);
	}
	assert_int_equal(complaints_told(&c), COMPLAINTS_TOLD_MAX);
	assert_string_equal(c.line[19], "line 20: why");
	assert_int_equal(complaints_fail(&c, &err), -1);
	assert_non_null(strstr(err.msg, "1000 entries are no symbols, of which 20 are told"));
	assert_int_equal(complaints_add(&c, "one more", &err), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	complaints_release(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_without_header),
		cmocka_unit_test(rows_under_a_header),
		cmocka_unit_test(what_is_no_header),
		cmocka_unit_test(no_word_ends_early),
		cmocka_unit_test(complaints_are_counted_and_some_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
