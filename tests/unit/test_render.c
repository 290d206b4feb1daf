/* SPDX-License-Identifier: MIT */
/* Records against golden files. UPDATE_GOLDEN=1 writes them anew: then read
 * the difference before committing it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/render.h"

/* 2026-11-21T10:15:00.123+09:00 */
#define FETCHED_AT_MS INT64_C(1795223700123)

static const struct outcome samsung = {
	.has_quote = true,
	.exchange = MARKET_KR,
	.quote = { .name = "삼성전자",
		   .currency = "KRW",
		   .number = { "57800", "-300", "-0.52", "57600", "58200", "57500",
		     "58100", "18234567", "1054321098765", "57750", "57800",
		     "13.44", "1.12", "4301", "51606", "345049770000000",
		     "88800", "49900" } },
	.rt_cd = "0",
	.msg_cd = "MCA00000",
	.msg1 = "정상처리 되었습니다.",
	.raw = "{\"stck_prpr\":\"57800\",\"hts_kor_isnm\":\"삼성전자\"}",
	.attempts = 1,
	.latency_ms = 41,
	.fetched_at_ms = FETCHED_AT_MS,
};

/* No name, half of the numbers absent, a fraction with trailing zeros. */
static const struct outcome apple = {
	.has_quote = true,
	.exchange = MARKET_NAS,
	.quote = { .currency = "USD",
		   .quoted_at = "2026-11-20T20:59:59.123456Z",
		   .session = "regular",
		   .delayed_minutes = 15,
		   .number = { [QUOTE_PRICE] = "1091.2600",
			       [QUOTE_CHANGE] = "12.3400",
			       [QUOTE_CHANGE_PERCENT] = "1.14",
			       [QUOTE_VOLUME] = "0" } },
	.rt_cd = "0",
	.attempts = 3,
	.latency_ms = 1204,
	.fetched_at_ms = FETCHED_AT_MS,
};

/* A name that attacks a terminal, CSV, TSV and JSON, and a line editor. */
static const struct outcome hostile = {
	.has_quote = true,
	.exchange = MARKET_KR,
	.quote = { .name = "=\033]0;x\a\"a\", b\tc\r\nd\\\xc2\x9b\xe2\x80\xae\x7f",
		   .currency = "KRW",
		   .number = { [QUOTE_PRICE] = "1",
			       [QUOTE_CHANGE] = "0",
			       [QUOTE_CHANGE_PERCENT] = "0.00" } },
	.rt_cd = "0",
	.msg_cd = "",
	.msg1 = "",
	.attempts = 1,
	.fetched_at_ms = FETCHED_AT_MS,
};

static const struct outcome long_name = {
	.has_quote = true,
	.exchange = MARKET_KR,
	.quote = { .name = "아주긴이름의상장지수펀드레버리지합성액티브",
		   .currency = "KRW",
		   .number = { [QUOTE_PRICE] = "123456789012345678",
			       [QUOTE_CHANGE] = "100",
			       [QUOTE_CHANGE_PERCENT] = "0.00" } },
	.rt_cd = "0",
	.attempts = 1,
	.fetched_at_ms = FETCHED_AT_MS,
};

/* The broker said yes and gave no row: the verdict is ours. */
/* Known, and without a price. */
static const struct outcome not_traded = {
	.exchange = MARKET_KR,
	.quote = { .name = "거래정지",
		   .currency = "KRW",
		   .number = { [QUOTE_PREVIOUS_CLOSE] = "1200", [QUOTE_VOLUME] = "0" } },
	.err = { .kind = ERR_NO_TRADE, .msg = "no trade yet" },
	.rt_cd = "0",
	.attempts = 1,
	.fetched_at_ms = FETCHED_AT_MS,
};

static const struct outcome not_found = {
	.err = { .kind = ERR_NOT_FOUND, .msg = "no such symbol" },
	.rt_cd = "0",
	.msg_cd = "MCA00000",
	.msg1 = "정상처리 되었습니다.",
	.raw = "{\"stck_prpr\":\"0\"}",
	.attempts = 1,
	.latency_ms = 40,
	.fetched_at_ms = FETCHED_AT_MS,
};

static const struct outcome refused = {
	.err = { .kind = ERR_RATE_LIMIT, .msg = "too many calls" },
	.rt_cd = "1",
	.msg_cd = "EGW00201",
	.msg1 = "초당 거래건수를 초과하였습니다.\033[2J",
	.attempts = 3,
	.fetched_at_ms = FETCHED_AT_MS,
};

/* Refused without a word. */
static const struct outcome refused_mutely = {
	.err = { .kind = ERR_UNSUPPORTED, .msg = "no such call on paper" },
	.rt_cd = "7",
	.attempts = 1,
	.fetched_at_ms = FETCHED_AT_MS,
};

static const struct outcome timed_out = {
	.err = { .kind = ERR_TIMEOUT, .msg = "no answer within 5 s" },
	.attempts = 3,
	.fetched_at_ms = FETCHED_AT_MS,
};

static const struct outcome never_asked = {
	.err = { .kind = ERR_DEADLINE, .msg = "the time is up" },
	.fetched_at_ms = FETCHED_AT_MS,
};

static const struct outcome invalid = {
	.err = { .kind = ERR_INPUT,
		 .msg = "'list': line 7: unknown market 'XX'" },
};

#define RECORD(s, i, m, o, p, t) \
	{ .symbol = (s), .input = (i), .market = (m), .outcome = (o), .provider = (p), .tried = (t) }
/* Of an earlier run. */
static const struct outcome from_cache = {
	.has_quote = true,
	.origin = ORIGIN_CACHE,
	.age_ms = 59999,
	.exchange = MARKET_KR,
	.quote = { .name = "삼성전자", .currency = "KRW", .number = { "57800", "-300", "-0.52" } },
	.rt_cd = "0",
	.msg_cd = "MCA00000",
	.msg1 = "정상처리 되었습니다.",
	.fetched_at_ms = FETCHED_AT_MS - 59999,
};

/* The same, where the call failed: without a word of the broker's, and with. */
static const struct outcome stale = {
	.has_quote = true,
	.origin = ORIGIN_STALE,
	.age_ms = 86400000,
	.exchange = MARKET_KR,
	.quote = { .name = "SK하이닉스", .currency = "KRW", .number = { "175200", "0", "0.00" } },
	.err = { .kind = ERR_TIMEOUT, .msg = "no answer within 5 s" },
	.attempts = 3,
	.latency_ms = 5000,
	.fetched_at_ms = FETCHED_AT_MS - 86400000,
};

static const struct outcome stale_refused = {
	.has_quote = true,
	.origin = ORIGIN_STALE,
	.age_ms = 3600000,
	.exchange = MARKET_NAS,
	.quote = { .currency = "USD", .number = { "261.2300" } },
	.err = { .kind = ERR_RATE_LIMIT, .msg = "too many calls" },
	.rt_cd = "1",
	.msg_cd = "EGW00201",
	.msg1 = "초당 거래건수를 초과하였습니다.",
	.attempts = 7,
	.fetched_at_ms = FETCHED_AT_MS - 3600000,
};

static const struct record old_records[] = {
	RECORD("005930", "005930", MARKET_KR, &from_cache, "kis", NULL),
	RECORD("000660", "000660", MARKET_KR, &stale, "kis", NULL),
	RECORD("AAPL", "AAPL", MARKET_US, &stale_refused, "kis", "alpaca:Timeout"),
	RECORD("035720", "035720", MARKET_KR, &timed_out, "kis", NULL),
	RECORD("000001", "000001", MARKET_KR, &hostile, "kis", NULL),
};

enum { OLD_RECORDS = sizeof old_records / sizeof *old_records };

static const struct record records[] = {
	RECORD("005930", "005930", MARKET_KR, &samsung, "kis", NULL),
	RECORD("AAPL", "AAPL", MARKET_US, &apple, "kis", "alpaca:NotFound"),
	RECORD("999999", "999999", MARKET_KR, &not_found, "kis", NULL),
	RECORD("000001", "000001", MARKET_KR, &hostile, "kis", NULL),
	RECORD("0700", "0700.HKS", MARKET_HKS, &refused, "kis", NULL),
	RECORD("7203", "7203,TSE", MARKET_TSE, &refused_mutely, "kis", NULL),
	RECORD("000002", "000002", MARKET_KR, &long_name, "kis", NULL),
	RECORD("000660", "000660", MARKET_KR, &timed_out, "kis", NULL),
	RECORD("035720", "035720", MARKET_KR, &timed_out, "kis", NULL),
	RECORD("035420", "035420", MARKET_KR, &never_asked, "kis", NULL),
	RECORD("000007", "000007", MARKET_KR, &not_traded, "kis", "alpaca:Timeout upbit:NotFound"),
	RECORD("\"a\",\nb", "\"a\",\nb", MARKET_NONE, &invalid, NULL, NULL),
};

enum { RECORDS = sizeof records / sizeof *records };

/* ---- golden files ---- */

static void read_file(const char *path, struct buf *out)
{
	char piece[4096];
	size_t n;
	FILE *f = fopen(path, "rb");

	if (!f)
		fail_msg("no '%s': run in the root of the sources", path);
	while ((n = fread(piece, 1, sizeof piece, f)) > 0)
		buf_append(out, piece, n);
	fclose(f);
}

static void write_file(const char *path, const struct buf *text)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	fwrite(buf_text(text), 1, text->len, f);
	assert_int_equal(fclose(f), 0);
}

static void assert_golden(const char *name, const struct buf *text)
{
	struct buf want;
	char path[128];

	snprintf(path, sizeof path, "tests/golden/%s", name);
	if (getenv("UPDATE_GOLDEN"))
		write_file(path, text);
	buf_init(&want, 1 << 20);
	read_file(path, &want);
	if (strcmp(buf_text(text), buf_text(&want)) != 0)
		fail_msg("%s: expected\n%s\nbut got\n%s", path, buf_text(&want),
			 buf_text(text));
	buf_release(&want);
}

struct golden {
	const char *name;
	enum format format;
	const char *fields; /* NULL: the default */
	bool wants_detail, wants_raw, hides_header, has_color, is_korean;
	int columns;
	size_t count; /* of the records */
	bool are_old; /* of old_records */
};

static const struct golden goldens[] = {
	{ "all.json", FORMAT_JSON, .count = RECORDS },
	{ "all.ndjson", FORMAT_NDJSON, .count = RECORDS },
	{ "all.csv", FORMAT_CSV, .count = RECORDS },
	{ "all.tsv", FORMAT_TSV, .count = RECORDS },
	{ "all.table", FORMAT_TABLE, .count = RECORDS },
	{ "color.table", FORMAT_TABLE, .has_color = true, .count = RECORDS },
	{ "korean.table", FORMAT_TABLE, .has_color = true, .is_korean = true, .count = 2 },
	{ "narrow.table", FORMAT_TABLE, .wants_detail = true, .columns = 60, .count = 3 },
	{ "narrower.table", FORMAT_TABLE, .columns = 20, .hides_header = true, .count = 2 },
	{ "chosen.table", FORMAT_TABLE, "symbol,name,price,volume", .columns = 20, .count = 2 },
	{ "empty.json", FORMAT_JSON, .count = 0 },
	{ "empty.ndjson", FORMAT_NDJSON, .count = 0 },
	{ "empty.csv", FORMAT_CSV, .count = 0 },
	{ "empty.table", FORMAT_TABLE, .count = 0 },
	{ "one.json", FORMAT_JSON, .count = 1 },
	{ "detail.json", FORMAT_JSON, .wants_detail = true, .count = 3 },
	{ "detail.csv", FORMAT_CSV, .wants_detail = true, .count = 3 },
	{ "detail.table", FORMAT_TABLE, .wants_detail = true, .count = 3 },
	{ "raw.ndjson", FORMAT_NDJSON, .wants_raw = true, .count = 3 },
	{ "raw.csv", FORMAT_CSV, .wants_raw = true, .count = 3 },
	{ "fields.json", FORMAT_JSON,
	  "price,symbol,error_type,latency_ms,retryable", .count = RECORDS },
	{ "fields.csv", FORMAT_CSV, "name", .count = RECORDS },
	{ "fields.table", FORMAT_TABLE, "turnover,symbol,name,error",
	  .count = RECORDS },
	{ "all.csv-excel", FORMAT_CSV_EXCEL, .count = RECORDS },
	{ "all.md", FORMAT_MARKDOWN, .count = RECORDS },
	{ "fields.md", FORMAT_MARKDOWN, "symbol,price,error_type", .hides_header = true, .count = 2 },
	{ "all.ledger", FORMAT_LEDGER, .count = RECORDS },
	{ "all.hledger", FORMAT_HLEDGER, .count = RECORDS },
	{ "all.beancount", FORMAT_BEANCOUNT, .count = RECORDS },
	{ "old.ndjson", FORMAT_NDJSON, .count = OLD_RECORDS, .are_old = true },
	{ "old.csv", FORMAT_CSV, .count = OLD_RECORDS, .are_old = true },
	{ "old.table", FORMAT_TABLE, .count = OLD_RECORDS, .are_old = true },
	{ "old.md", FORMAT_MARKDOWN, .count = OLD_RECORDS, .are_old = true },
	{ "old.ledger", FORMAT_LEDGER, .count = OLD_RECORDS, .are_old = true },
	{ "bare.csv", FORMAT_CSV, .hides_header = true, .count = 3 },
	{ "bare.tsv", FORMAT_TSV, "symbol,price", .hides_header = true,
	  .count = 3 },
	{ "bare.table", FORMAT_TABLE, .hides_header = true, .count = 3 },
};

static struct render *new_render(const struct golden *g, struct buf *out)
{
	struct render_config config = {
		.format = g->format,
		.record_total = g->count,
		.style = { .hides_header = g->hides_header,
			   .has_color = g->has_color,
			   .is_korean = g->is_korean,
			   .columns = g->columns },
	};
	struct render *r;
	struct err err;

	fields_default(&config.fields, g->wants_detail, g->wants_raw);
	if (g->are_old) {
		fields_add(&config.fields, FIELD_STALE);
		fields_add(&config.fields, FIELD_AGE_SECONDS);
	}
	if (g->fields)
		assert_int_equal(fields_parse(&config.fields, g->fields, &err),
				 0);
	r = render_new(&config, out, &err);
	assert_non_null(r);
	return r;
}

static void test_golden(void **state)
{
	const struct golden *g = *state;
	struct buf out;
	struct render *r;
	struct err err;

	buf_init(&out, 1 << 20);
	r = new_render(g, &out);
	render_begin(r);
	for (size_t i = 0; i < g->count; i++)
		assert_int_equal(render_record(r, g->are_old ? &old_records[i] : &records[i], &err), 0);
	assert_int_equal(render_end(r, &err), 0);
	assert_golden(g->name, &out);
	render_free(r);
	buf_release(&out);
}

/* The buffer is written and cleared between records: the pieces make the whole. */
static void test_pieces_make_the_whole(void **state)
{
	static const struct golden g = { .format = FORMAT_JSON, .count = RECORDS };
	struct buf out, whole;
	struct render *r;
	struct err err;

	(void)state;
	buf_init(&out, 1 << 20);
	buf_init(&whole, 1 << 20);
	r = new_render(&g, &out);
	render_begin(r);
	for (size_t i = 0; i < RECORDS; i++) {
		buf_puts(&whole, buf_text(&out));
		buf_clear(&out);
		assert_int_equal(render_record(r, &records[i], &err), 0);
	}
	assert_int_equal(render_end(r, &err), 0);
	buf_puts(&whole, buf_text(&out));
	assert_golden("all.json", &whole);
	render_free(r);
	buf_release(&out);
	buf_release(&whole);
}

/* How many will come is not known: whole at every record but for the "]". */
static void test_endless_json(void **state)
{
	static const struct golden g = { .format = FORMAT_JSON, .fields = "symbol" };
	struct buf out;
	struct render *r;
	struct err err;

	(void)state;
	buf_init(&out, 1 << 20);
	r = new_render(&g, &out);
	render_begin(r);
	assert_int_equal(render_record(r, &records[0], &err), 0);
	assert_int_equal(render_record(r, &records[1], &err), 0);
	assert_string_equal(buf_text(&out), "[\n{\"symbol\":\"005930\"}\n,{\"symbol\":\"AAPL\"}\n");
	assert_int_equal(render_end(r, &err), 0);
	assert_string_equal(buf_text(&out) + out.len - 3, "\n]\n");
	render_free(r);
	buf_release(&out);
}

/* More of a kind than are named, and more kinds than are gathered. */
static void test_many_failures(void **state)
{
	static const struct golden g = { .format = FORMAT_TABLE };
	struct buf out;
	struct render *r;
	struct err err;
	char code[16];

	(void)state;
	buf_init(&out, 1 << 20);
	r = new_render(&g, &out);
	render_begin(r);
	for (int i = 0; i < 80; i++) {
		struct outcome o = not_found;
		struct record record = RECORD(code, code, MARKET_KR, &o, "kis", NULL);

		snprintf(code, sizeof code, "%06d", i);
		if (i >= 23)
			snprintf(o.err.msg, sizeof o.err.msg, "reason %d", i);
		assert_int_equal(render_record(r, &record, &err), 0);
	}
	assert_int_equal(render_end(r, &err), 0);
	assert_golden("failures.table", &out);
	render_free(r);
	buf_release(&out);
}

static void test_full_buffer_is_an_error(void **state)
{
	static const enum format formats[] = { FORMAT_JSON, FORMAT_NDJSON,
					       FORMAT_CSV, FORMAT_TSV,
					       FORMAT_TABLE };

	(void)state;
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		const struct golden g = { .format = formats[i] };
		struct buf out;
		struct render *r;
		struct err err = { .kind = ERR_USAGE };

		buf_init(&out, 20);
		r = new_render(&g, &out);
		render_begin(r);
		if (render_record(r, &records[0], &err) == 0)
			assert_int_equal(render_end(r, &err), -1);
		assert_int_equal(err.kind, ERR_SYSTEM);
		render_free(r);
		buf_release(&out);
	}
}

static void test_free_takes_null(void **state)
{
	(void)state;
	render_free(NULL);
}

int main(void)
{
	struct CMUnitTest tests[sizeof goldens / sizeof *goldens];
	const struct CMUnitTest more[] = {
		cmocka_unit_test(test_pieces_make_the_whole),
		cmocka_unit_test(test_endless_json),
		cmocka_unit_test(test_many_failures),
		cmocka_unit_test(test_full_buffer_is_an_error),
		cmocka_unit_test(test_free_takes_null),
	};
	int failed;

	for (size_t i = 0; i < sizeof goldens / sizeof *goldens; i++)
		tests[i] = (struct CMUnitTest){ .name = goldens[i].name,
						.test_func = test_golden,
						.initial_state =
							(void *)&goldens[i] };
	failed = cmocka_run_group_tests_name("golden", tests, NULL, NULL);
	return failed + cmocka_run_group_tests_name("render", more, NULL, NULL);
}
