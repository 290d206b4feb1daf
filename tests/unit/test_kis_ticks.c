/* SPDX-License-Identifier: MIT */
/* Unit tests of provider/kis_ticks: frames of trades, real ones and spoilt
 * ones. */
#include "feed_case.h"

static struct buf told;

static void expect(const char *text, const char *expected)
{
	feed_case_tell(text, &told);
	if (strcmp(buf_text(&told), expected) != 0)
		fail_msg("%s\nis not %s\nbut %s", text, expected, buf_text(&told));
}

static void expect_fixture(const char *fixture, const char *expected)
{
	size_t len;
	char *text = feed_case_load(fixture, &len);

	expect(text, expected);
	free(text);
}

static void test_fixtures(void **state)
{
	static const struct {
		const char *fixture, *told;
	} rows[] = {
		{ "h0stcnt0_1.txt",
		  "005930 2023-06-12T09:33:54+09:00 buy regular open trades 12042 size 1 "
		  "volume 3052507 day 20230612 price 71900 change -100 percent -0.14 size 1 "
		  "volume 3052507 turnover 219853241700 ask 71900 bid 71800 ask_size 65945 "
		  "bid_size 216924 open 72100 high 72400 low 71700 close 72000 vwap 72023.83 "
		  "strength 84.90 all_ask 1118750 all_bid 2199206\n" },
		{ "h0stcnt0_47.txt",
		  "000660 2026-09-16T10:05:01+09:00 buy regular open trades 118588 size 3 "
		  "volume 1820113 day 20260916 price 1234000 change -6000 percent -0.48 size 3 "
		  "volume 1820113 turnover 2246107433000 ask 1234000 bid 1233000 ask_size 5210 "
		  "bid_size 6120 open 1239000 high 1241000 low 1228000 close 1240000 "
		  "vwap 1233871.22 strength 88.12 all_ask 81002 all_bid 90333\n" },
		{ "hdfscnt0_1.txt",
		  "DNASAAPL 2024-12-27T21:02:29+09:00 - regular trades -1 size 10 volume 4629 "
		  "day 20241227 price 259.0200 change 0.0000 percent 0.00 size 10 volume 4629 "
		  "turnover 1198097 ask 259.2200 bid 258.9600 ask_size 20 bid_size 200 "
		  "open 258.6000 high 259.0200 low 258.4000 close 259.0200 strength 30.60\n" },
		{ "h0stasp0_1.txt", "skipped" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		expect_fixture(rows[i].fixture, rows[i].told);
}

/* Consecutive trades: the volume grows by each one's size, the count by one. */
static void test_many(void **state)
{
	static const struct {
		const char *fixture;
		int count;
		int64_t trades, volume[5], size[5];
	} rows[] = {
		{ "h0stcnt0_3.txt", 3, 49285, { 8305217, 8305229, 8305369 }, { 1, 12, 140 } },
		{ "hdfscnt0_5.txt", 5, TICK_UNKNOWN, { 108464, 108467, 108470, 108476, 108976 },
		  { 4, 3, 3, 6, 500 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct feed *feed = kis_feed_half();
		struct feed_frame frame;
		struct tick tick;
		size_t len;
		char *text = feed_case_load(rows[i].fixture, &len);

		assert_int_equal(feed->open_frame(text, len, &frame, NULL), 1);
		assert_int_equal(frame.count, rows[i].count);
		for (int n = 0; n < rows[i].count; n++) {
			const char *begin = n ? frame.at : strrchr(text, '|') + 1;

			assert_int_equal(feed->next_tick(&frame, TICK_ALL_NUMBERS, &tick, NULL), 1);
			assert_int_equal(tick.volume, rows[i].volume[n]);
			assert_int_equal(tick.size, rows[i].size[n]);
			assert_int_equal(tick.trades,
					 rows[i].trades < 0 ? -1 : rows[i].trades + n);
			assert_ptr_equal(frame.record, begin);
			assert_ptr_equal(frame.key, begin);
		}
		assert_ptr_equal(frame.record + frame.record_len, text + len);
		assert_int_equal(feed->next_tick(&frame, TICK_ALL_NUMBERS, &tick, NULL), 0);
		assert_int_equal(feed->next_tick(&frame, TICK_ALL_NUMBERS, &tick, NULL), 0);
		free(text);
	}
}

/* What is not wanted is not read, be it nonsense; the price is, what a gap is found
 * by, and what the close of the day before is made of. */
static void test_wanted(void **state)
{
	enum { ALWAYS = TICK_BIT(TICK_PRICE) | TICK_BIT(TICK_SIZE) | TICK_BIT(TICK_VOLUME) };
	static const struct {
		uint32_t wanted, got;
	} rows[] = {
		{ 0, ALWAYS },
		{ TICK_BIT(TICK_ASK) | TICK_BIT(TICK_LOW),
		  ALWAYS | TICK_BIT(TICK_ASK) | TICK_BIT(TICK_LOW) },
		{ TICK_BIT(TICK_PREVIOUS_CLOSE),
		  ALWAYS | TICK_BIT(TICK_CHANGE) | TICK_BIT(TICK_PREVIOUS_CLOSE) },
		{ TICK_BIT(TICK_CHANGE), ALWAYS | TICK_BIT(TICK_CHANGE) },
		{ TICK_ALL_NUMBERS & ~TICK_BIT(TICK_VWAP),
		  TICK_ALL_NUMBERS & ~TICK_BIT(TICK_VWAP) },
	};
	const struct feed *feed = kis_feed_half();
	size_t len;
	char *text = feed_case_load("h0stcnt0_1.txt", &len);
	char *vwap = strstr(text, "72023.83");

	(void)state;
	vwap[0] = 'x';
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct feed_frame frame;
		struct tick t;
		uint32_t got = 0;

		assert_int_equal(feed->open_frame(text, len, &frame, NULL), 1);
		assert_int_equal(feed->next_tick(&frame, rows[i].wanted, &t, NULL), 1);
		for (int n = 0; n < TICK_NUMBERS; n++)
			if (tick_number(&t, n))
				got |= TICK_BIT(n);
		assert_int_equal(got, rows[i].got);
		assert_int_equal(t.trades, 12042);
		assert_int_equal(t.size, 1);
		assert_int_equal(t.volume, 3052507);
	}
	free(text);
}

/* What is no frame of trades for us. */
static void test_skipped(void **state)
{
	static const char *const rows[] = {
		"1|H0STCNI0|001|xyz", "1|H0STCNT0|001|abc", "0|H0STASP0|001|a^b",
		"0|H0STCNT|001|a",    "0||001|a",	    "2|H0STCNT0|001|a",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		expect(rows[i], "skipped");
}

static void test_heads(void **state)
{
	static const char *const headless[] = { "", "0", "0|", "0|H0STCNT0", "0|H0STCNT0|",
						"0|H0STCNT0|001", "00|H0STCNT0|001|a",
						"005930^71900" };

	(void)state;
	for (size_t i = 0; i < COUNT(headless); i++)
		expect(headless[i], "refused: a frame without its head");
}

/* A count that is not the frame's: none of its records is used. */
static void test_counts(void **state)
{
	static const struct {
		const char *fixture, *count, *told;
	} rows[] = {
		{ "h0stcnt0_1.txt", "000", "46 fields do not make the records it claims" },
		{ "h0stcnt0_1.txt", "", "46 fields do not make the records it claims" },
		{ "h0stcnt0_1.txt", "abc", "46 fields do not make the records it claims" },
		{ "h0stcnt0_1.txt", "-01", "46 fields do not make the records it claims" },
		{ "h0stcnt0_1.txt", "+1", "46 fields do not make the records it claims" },
		{ "h0stcnt0_1.txt", "00001", "46 fields do not make the records it claims" },
		{ "h0stcnt0_1.txt", "999", "46 fields do not make the records it claims" },
		{ "h0stcnt0_1.txt", "002", "records of 23 fields, which cannot be" },
		{ "h0stcnt0_1.txt", "046", "records of 1 fields, which cannot be" },
		{ "h0stcnt0_3.txt", "001", "records of 138 fields, which cannot be" },
		/* 69 fields each could be: but the second would begin with a rate. */
		{ "h0stcnt0_3.txt", "002", "records of 69 fields, which cannot be" },
		{ "h0stcnt0_3.txt", "004", "138 fields do not make the records it claims" },
		{ "hdfscnt0_5.txt", "001", "records of 130 fields, which cannot be" },
		{ "hdfscnt0_5.txt", "004", "130 fields do not make the records it claims" },
		{ "hdfscnt0_5.txt", "010", "records of 13 fields, which cannot be" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len;
		char *text = feed_case_load(rows[i].fixture, &len);
		char *bar = strrchr(text, '|');
		char changed[FEED_CASE_BYTES], expected[100];

		snprintf(changed, sizeof changed, "%.*s|%s%s", 10, text, rows[i].count, bar);
		snprintf(expected, sizeof expected, "refused: %s", rows[i].told);
		expect(changed, expected);
		free(text);
	}
}

/* Records of 46 to 91 fields are read alike; of fewer, not at all. */
static void test_widths(void **state)
{
	size_t len;
	char *text = feed_case_load("h0stcnt0_1.txt", &len);
	char wide[FEED_CASE_BYTES], expected[1024];

	(void)state;
	feed_case_tell(text, &told);
	snprintf(expected, sizeof expected, "%s", buf_text(&told));
	snprintf(wide, sizeof wide, "%s", text);
	for (int width = 47; width < 92; width++) {
		snprintf(wide + strlen(wide), 20, "^%s", width % 2 ? "" : "\xde\x9e ");
		expect(wide, expected);
	}
	snprintf(wide + strlen(wide), 20, "^0");
	expect(wide, "refused: records of 92 fields, which cannot be");
	*strrchr(text, '^') = '\0';
	expect(text, "refused: records of 45 fields, which cannot be");
	expect("0|H0STCNT0|001|", "refused: records of 1 fields, which cannot be");
	free(text);
}

/* Wherever a field lies: one that is not read grows, and all behind it move. */
static void test_places(void **state)
{
	static const char filler[] = "]_\xde\xff]_\xde\xff]_\xde\xff]_\xde\xff]_\xde\xff]_\xde\xff";
	size_t len;
	char *text = feed_case_load("h0stcnt0_1.txt", &len);
	char *gap = strrchr(text, '|'), moved[FEED_CASE_BYTES], expected[1024];

	(void)state;
	for (int field = 0; field < 17; field++) /* SHNU less SELN */
		gap = strchr(gap + 1, '^');
	gap++;
	feed_case_tell(text, &told);
	snprintf(expected, sizeof expected, "%s", buf_text(&told));
	for (int n = 0; n < (int)sizeof filler; n++) {
		snprintf(moved, sizeof moved, "%.*s%.*s%s", (int)(gap - text), text, n, filler,
			 gap);
		expect(moved, expected);
	}
	free(text);
}

static void test_keys(void **state)
{
	static const struct {
		const char *fixture, *key;
		bool is_good;
	} rows[] = {
		{ "h0stcnt0_1.txt", "0000D0", true },  { "h0stcnt0_1.txt", "Q500001", true },
		{ "h0stcnt0_1.txt", "", false },       { "h0stcnt0_1.txt", "00593", false },
		{ "h0stcnt0_1.txt", "00593O1X", false }, { "h0stcnt0_1.txt", "0059.0", false },
		{ "h0stcnt0_1.txt", "00593 ", false }, { "h0stcnt0_1.txt", "aaaaaa", false },
		{ "hdfscnt0_1.txt", "RBAQAAPL", true }, { "hdfscnt0_1.txt", "DNYSBRK/B", true },
		{ "hdfscnt0_1.txt", "DHKS00700", true }, { "hdfscnt0_1.txt", "DNAS", false },
		{ "hdfscnt0_1.txt", "XNASAAPL", false }, { "hdfscnt0_1.txt", "DN/SAAPL", false },
		{ "hdfscnt0_1.txt", "DNASAAAAAAAAAAAAAAAAAAAA", false },
		{ "hdfscnt0_1.txt", "DNASA\"B", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len;
		char *text = feed_case_load(rows[i].fixture, &len);
		char *changed = feed_case_set_field(text, 0, rows[i].key);

		feed_case_tell(changed, &told);
		if ((strncmp(buf_text(&told), "refused", 7) != 0) != rows[i].is_good)
			fail_msg("'%s': %s", rows[i].key, buf_text(&told));
		free(changed);
		free(text);
	}
}

/* Field by field, of the first fixture: what becomes of one part of the tick. */
static void test_fields(void **state)
{
	static const struct {
		const char *fixture;
		int field;
		const char *to, *has; /* a part of what is told */
	} rows[] = {
#define KR "h0stcnt0_1.txt"
#define KR47 "h0stcnt0_47.txt"
#define US "hdfscnt0_1.txt"
		/* ---- prices ---- */
		{ KR, 2, "", "bad: a trade without a price" },
		{ KR, 2, "0", "bad: a trade without a price" },
		{ KR, 2, "0.00", "bad: a trade without a price" },
		{ KR, 2, "-5", "bad: a trade without a price" },
		{ KR, 2, "1e5", "bad: field 2: not a number" },
		{ KR, 2, " 70100", "bad: field 2: not a number" },
		{ KR, 2, "70100 ", "bad: field 2: not a number" },
		{ KR, 2, "70,100", "bad: field 2: not a number" },
		{ KR, 2, "NaN", "bad: field 2: not a number" },
		{ KR, 2, "７０", "bad: field 2: not a number" },
		{ KR, 2, "0x10", "bad: field 2: not a number" },
		{ KR, 2, "-", "bad: field 2: " },
		{ KR, 2, "7.", "bad: field 2: " },
		{ KR, 2, "7.1.2", "bad: field 2: " },
		{ KR, 2, "--7", "bad: field 2: " },
		{ KR, 2, "123456789012345678901234567890123456789012345678901234567890",
		  "bad: field 2: " },
		{ KR, 2, "+71900", "price 71900 " },
		{ KR, 2, "071900", "price 71900 " },
		{ KR, 2, "71900.50", "price 71900.50 change -100 percent -0.14 size 1 volume 3052507 "
				     "turnover 219853241700 ask 71900 bid 71800 ask_size 65945 "
				     "bid_size 216924 open 72100 high 72400 low 71700 "
				     "close 72000.50 " },
		{ KR, 10, "x", "bad: field 10: not a number" },
		{ KR, 10, "", "turnover 219853241700 bid 71800" },
		{ KR, 10, ".5", "ask 0.5 " },
		{ KR, 5, "-0.00", "percent 0.00 " },
		{ KR, 5, "-00.14", "percent -0.14 " },
		/* More digits than there is room for, together. */
		{ KR, 14, "1234567890123456789012345678901234567890123456", "turnover 12345678901" },
		/* ---- signs ---- */
		{ KR, 3, "4", "change -100 percent -0.14 " },
		{ KR, 3, "2", "change 100 percent 0.14 " },
		{ KR, 3, "1", "change 100 percent 0.14 " },
		{ KR, 3, "3", "change -100 percent -0.14 " },
		{ KR, 3, "", "change -100 percent -0.14 " },
		{ KR, 3, "22", "change -100 percent -0.14 " },
		{ KR, 4, "100", "change -100 percent -0.14 size 1 volume 3052507 "
				"turnover 219853241700 ask 71900 bid 71800 ask_size 65945 "
				"bid_size 216924 open 72100 high 72400 low 71700 close 72000 " },
		{ KR, 4, "", "price 71900 percent -0.14 size 1" },
		{ US, 12, "5", "change 0.0000 percent 0.00 " },
		{ US, 13, "1.5000", "change 1.5000 percent" },
		{ US, 14, "+0.58", "percent 0.58 " },
		/* ---- times ---- */
		{ KR, 1, "", "005930 - buy" },
		{ KR, 1, "246060", "005930 - buy" },
		{ KR, 1, "240000", "005930 - buy" },
		{ KR, 1, "096000", "005930 - buy" },
		{ KR, 1, "93354", "005930 - buy" },
		{ KR, 1, "0933 4", "005930 - buy" },
		{ KR, 1, "000000", "005930 2023-06-12T00:00:00+09:00" },
		{ KR, 1, "235960", "005930 2023-06-12T23:59:60+09:00" },
		{ KR, 33, "20260230", "005930 - buy" },
		{ KR, 33, "20240229", "005930 2024-02-29T09:33:54+09:00" },
		{ KR, 33, "20230229", "005930 - buy" },
		{ KR, 33, "2023061", "005930 - buy" },
		{ KR, 33, "", "day 0 " },
		{ US, 3, "20241226", "2024-12-27T21:02:29+09:00 - regular trades -1 size 10 "
				     "volume 4629 day 20241226 " },
		/* ---- counts ---- */
		{ KR, 15, "", "trades -1 " },
		{ KR, 16, "-1", "trades -1 " },
		{ KR, 13, "3052507.5", "volume -1 day" },
		{ KR, 12, "", "size -1 volume 3052507 day 20230612 price 71900 change -100 "
			      "percent -0.14 volume" },
		{ KR, 13, "9999999999999999999", "volume -1 day" },
		{ KR, 13, "999999999999999999", "volume 999999999999999999 day" },
		/* ---- codes ---- */
		{ KR, 21, "5", " sell regular" },
		{ KR, 21, "3", " - regular" },
		{ KR, 21, "", " - regular" },
		{ KR, 35, "Y", " halted " },
		{ KR, 35, "", "regular trades" },
		{ KR, 34, "10", " buy pre" },
		{ KR, 34, "30", " buy after" },
		{ KR, 34, "40", " buy after" },
		{ KR, 34, "50", " buy - " },
		{ KR, 34, "70", " buy - " },
		{ KR, 34, "2", " buy - " },
		{ KR, 34, "", " buy - " },
		{ KR, 43, "A", " buy auction" },
		{ KR, 43, "B", " buy auction" },
		{ KR, 43, "C", " buy auction" },
		{ KR, 43, "D", " buy regular" },
		{ KR47, 46, "1", " buy pre" },
		{ KR47, 46, "3", " buy after" },
		{ KR47, 46, "5", " buy close" },
		{ KR47, 46, "", " buy regular" },
		{ KR47, 46, "9", " buy regular" },
		{ KR47, 43, "C", " buy auction" },
		{ US, 25, "2", "+09:00 - pre" },
		{ US, 25, "3", "+09:00 - after" },
		{ US, 25, "", "+09:00 - - trades" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len;
		char *text = feed_case_load(rows[i].fixture, &len);
		char *changed = feed_case_set_field(text, rows[i].field, rows[i].to);

		feed_case_tell(changed, &told);
		if (!strstr(buf_text(&told), rows[i].has))
			fail_msg("field %d '%s': no '%s' in '%s'", rows[i].field, rows[i].to,
				 rows[i].has, buf_text(&told));
		free(changed);
		free(text);
	}
}

/* A NUL is no part of a key and none of a number. */
static void test_nul(void **state)
{
	static const struct {
		const char *fixture, *from;
		int rc;
	} rows[] = {
		{ "hdfscnt0_1.txt", "NASAAPL", 0 }, /* opening it fails */
		{ "hdfscnt0_1.txt", "^259.0200^3", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct feed *feed = kis_feed_half();
		struct feed_frame frame;
		struct tick tick;
		size_t len;
		char *text = feed_case_load(rows[i].fixture, &len);

		strstr(text, rows[i].from)[4] = '\0';
		assert_int_equal(feed->open_frame(text, len, &frame, NULL), rows[i].rc ? 1 : -1);
		if (rows[i].rc)
			assert_int_equal(feed->next_tick(&frame, TICK_ALL_NUMBERS, &tick, NULL), -1);
		free(text);
	}
}

/* At the lower limit, too, the sign's code decides. */
static void test_lower_limit(void **state)
{
	size_t len;
	char *text = feed_case_load("h0stcnt0_1.txt", &len);
	char *limit = feed_case_set_field(text, 3, "4");
	char *unsigned_change = feed_case_set_field(limit, 4, "100");

	(void)state;
	feed_case_tell(unsigned_change, &told);
	assert_non_null(strstr(buf_text(&told), " change -100 percent -0.14 "));
	free(unsigned_change);
	free(limit);
	free(text);
}

/* After the session an old class D is what is left to tell it by. */
static void test_after_hours(void **state)
{
	size_t len;
	char *text = feed_case_load("h0stcnt0_1.txt", &len);
	char *blank = feed_case_set_field(text, 34, "");
	char *late = feed_case_set_field(blank, 43, "D");

	(void)state;
	feed_case_tell(late, &told);
	assert_non_null(strstr(buf_text(&told), " buy after"));
	free(late);
	free(blank);
	free(text);
}

/* Numbers that are each no more than a number, and together no trade. */
static void test_room(void **state)
{
	static const int fields[] = { 6, 7, 8, 9, 14 };
	size_t len;
	char *text = feed_case_load("h0stcnt0_1.txt", &len);

	(void)state;
	for (size_t i = 0; i < COUNT(fields); i++) {
		char *longer = feed_case_set_field(
			text, fields[i], "1234567890123456789012345678901234567890123456");

		free(text);
		text = longer;
	}
	expect(text, "bad: field 9: its numbers are too long\n");
	free(text);
}

/* The neighbours of a bad record stand. */
static void test_neighbours(void **state)
{
	size_t len;
	char *text = feed_case_load("h0stcnt0_3.txt", &len);
	char *spoilt = feed_case_replace(text, 1, "^72000^2^1400^", "^NaN^2^1400^");
	const char *bad;

	(void)state;
	feed_case_tell(spoilt, &told);
	bad = strstr(buf_text(&told), "\nbad: field 2: not a number\n");
	assert_non_null(bad);
	assert_non_null(strstr(buf_text(&told), "trades 49285 "));
	assert_null(strstr(buf_text(&told), "trades 49286 "));
	assert_non_null(strstr(bad, "trades 49287 "));
	free(spoilt);
	free(text);
}

/* Venues share the record. */
static void test_channels(void **state)
{
	static const char *const channels[] = { "H0NXCNT0", "H0UNCNT0" };
	char expected[1024];
	size_t len;
	char *text = feed_case_load("h0stcnt0_1.txt", &len);

	(void)state;
	feed_case_tell(text, &told);
	snprintf(expected, sizeof expected, "%s", buf_text(&told));
	for (size_t i = 0; i < COUNT(channels); i++) {
		struct feed_frame frame;
		char *other = feed_case_replace(text, 1, "H0STCNT0", channels[i]);

		expect(other, expected);
		assert_int_equal(kis_feed_half()->open_frame(other, len, &frame, NULL), 1);
		assert_string_equal(frame.channel, channels[i]);
		free(other);
	}
	free(text);
}

static int set_up(void **state)
{
	(void)state;
	buf_init(&told, FEED_CASE_BYTES);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	buf_release(&told);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixtures),   cmocka_unit_test(test_many), cmocka_unit_test(test_wanted),
		cmocka_unit_test(test_skipped),	   cmocka_unit_test(test_heads),
		cmocka_unit_test(test_counts),	   cmocka_unit_test(test_widths),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_keys),	   cmocka_unit_test(test_fields),
		cmocka_unit_test(test_after_hours), cmocka_unit_test(test_nul), cmocka_unit_test(test_lower_limit), cmocka_unit_test(test_room),
		cmocka_unit_test(test_neighbours), cmocka_unit_test(test_channels),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
