/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "cli/fields.h"

/* The set as "symbol,market,..." */
static const char *joined(const struct field_set *set)
{
	static char text[1024];
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < set->count; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%s",
					i ? "," : "",
					field_name(set->field[i]));
	return text;
}

static void test_default_is_the_contract(void **state)
{
	struct field_set set;

	(void)state;
	fields_default(&set, false, false);
	assert_string_equal(
		joined(&set),
		"symbol,market,exchange,name,currency,price,change,change_percent,"
		"open,high,low,previous_close,volume,turnover,bid,ask,fetched_at,"
		"provider,rt_cd,msg_cd,msg1,error,error_type,retryable,attempts,"
		"latency_ms,input,quoted_at,session,delayed_minutes,tried");
	assert_false(set.is_chosen);

	fields_default(&set, true, true);
	assert_string_equal(
		joined(&set),
		"symbol,market,exchange,name,currency,price,change,change_percent,"
		"open,high,low,previous_close,volume,turnover,bid,ask,per,pbr,eps,"
		"bps,market_cap,week52_high,week52_low,fetched_at,provider,rt_cd,"
		"msg_cd,msg1,error,error_type,retryable,attempts,latency_ms,input,"
		"quoted_at,session,delayed_minutes,tried,raw");
	assert_int_equal(set.count, FIELD_CHECK); /* but it, and a stream's */
	fields_all(&set);
	assert_int_equal(set.count, FIELD_COUNT);
}

/* Whoever adds a field documents it. */
static void test_every_field_is_explained(void **state)
{
	struct buf page;

	(void)state;
	buf_init(&page, 1 << 16);
	fields_help(&page);
	for (int f = 0; f < FIELD_COUNT; f++) {
		const struct field_row *row = &field_table[f];
		char start[40];

		snprintf(start, sizeof start, "\n%s ", row->name);
		assert_non_null(strstr(buf_text(&page), start));
		assert_true(row->title && row->unit);
		assert_true(row->meaning[0] != '\0' && row->source[0] != '\0');
	}
	for (const char *line = buf_text(&page); *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= 80);
	buf_release(&page);
}

/* Here and not among the command line tests: it is soon run, and needs no broker. */
static void test_readme_has_the_table(void **state)
{
	static char readme[1 << 18];
	FILE *f = fopen("README.md", "r");
	struct buf page;

	(void)state;
	assert_non_null(f);
	assert_true(fread(readme, 1, sizeof readme - 1, f) > 0);
	assert_int_equal(fclose(f), 0);
	buf_init(&page, 1 << 16);
	fields_help_markdown(&page);
	if (!strstr(readme, buf_text(&page)))
		fail_msg("put into README.md what `quotefetch --fields help "
			 "--format markdown` prints");
	buf_release(&page);
}

static void test_what_will_be_empty(void **state)
{
	static const char *const source[] = { "alpaca", "kis" }, *const coins[] = { "upbit" };
	static const struct {
		const char *fields;
		struct fields_run run;
		const char *want;
	} rows[] = {
		{ "symbol,price", { source, 2, false, false, false }, "" },
		{ "price,check", { source, 2, false, false, true }, "" },
		{ "price,check", { source, 2, false, false, false },
		  "check: empty without --cross-check" },
		{ "per,symbol,eps", { source, 2, false, true, false },
		  "per, eps: not told by kis without --detail" },
		{ "per,eps", { source, 2, true, false, false }, "" },
		{ "per,eps", { source, 1, true, false, false },
		  "per, eps: told by no source of this run" },
		{ "per,week52_high", { source, 1, false, false, false },
		  "per, week52_high: told by no source of this run" },
		{ "per,week52_high", { coins, 1, true, false, false },
		  "per: told by no source of this run" },
		{ "week52_high,quoted_at", { coins, 1, false, false, false }, "" },
		{ "week52_high,quoted_at", { source + 1, 1, false, false, false },
		  "quoted_at: told by no source of this run; "
		  "week52_high: not told by kis without --detail" },
		{ "bid,volume,name", { coins, 1, false, false, false },
		  "bid, name: told by no source of this run" },
		{ "name,open", { coins, 1, true, false, false }, "" },
		{ "seq,price,gap", { source, 2, false, false, false },
		  "seq, gap: of a stream's records alone" },
		{ "raw", { source, 2, false, false, false }, "raw: empty without --raw" },
		{ "raw,bps", { source, 2, false, false, false },
		  "bps: not told by kis without --detail; raw: empty without --raw" },
	};
	struct field_set all;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct field_set set;
		struct buf line;
		struct err err;

		buf_init(&line, 1000);
		assert_int_equal(fields_parse(&set, rows[i].fields, &err), 0);
		fields_misfit(&set, &rows[i].run, &line);
		assert_string_equal(buf_text(&line), rows[i].want);
		fields_default(&all, false, false);
		buf_clear(&line);
		fields_misfit(&all, &rows[i].run, &line);
		assert_string_equal(buf_text(&line), "");
		buf_release(&line);
	}
}

static void test_every_name_is_read_back(void **state)
{
	(void)state;
	for (int f = 0; f < FIELD_COUNT; f++) {
		struct field_set set;
		struct err err;

		assert_int_equal(
			fields_parse(&set, field_name((enum field)f), &err), 0);
		assert_int_equal(set.count, 1);
		assert_int_equal(set.field[0], f);
		assert_true(set.is_chosen);
	}
}

static void test_order_and_blanks(void **state)
{
	struct field_set set;
	struct err err;

	(void)state;
	assert_int_equal(
		fields_parse(&set, " price ,symbol,\terror_type ", &err), 0);
	assert_string_equal(joined(&set), "price,symbol,error_type");
}

static void test_refusals(void **state)
{
	static const struct {
		const char *text, *msg;
	} cases[] = {
		{ "prize", "unknown field 'prize': did you mean 'price'?" },
		{ "Symbol", "unknown field 'Symbol': did you mean 'symbol'?" },
		{ "symbol,latency",
		  "unknown field 'latency': did you mean 'latency_ms'?" },
		{ "wombat_wombat", "unknown field 'wombat_wombat'" },
		{ "symbol price", "unknown field 'symbol price'" },
		{ "\033[2J", "unknown field '?[2J'" },
		{ "name,price,name", "field 'name' is named twice" },
		{ "",
		  "a field name is missing: write them as in 'symbol,price'" },
		{ " ",
		  "a field name is missing: write them as in 'symbol,price'" },
		{ "symbol,",
		  "a field name is missing: write them as in 'symbol,price'" },
		{ "symbol,,price",
		  "a field name is missing: write them as in 'symbol,price'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct field_set set = { .count = 77 };
		struct err err;

		assert_int_equal(fields_parse(&set, cases[i].text, &err), -1);
		assert_int_equal(err.kind, ERR_USAGE);
		assert_string_equal(err.msg, cases[i].msg);
		assert_int_equal(set.count, 77); /* untouched */
	}
}

static void test_long_name(void **state)
{
	struct field_set set;
	struct err err;
	char text[100000];

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	assert_int_equal(fields_parse(&set, text, &err), -1);
	assert_non_null(strstr(err.msg, "unknown field 'xxxx"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default_is_the_contract),
		cmocka_unit_test(test_every_field_is_explained),
		cmocka_unit_test(test_readme_has_the_table),
		cmocka_unit_test(test_what_will_be_empty),
		cmocka_unit_test(test_every_name_is_read_back),
		cmocka_unit_test(test_order_and_blanks),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_long_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
