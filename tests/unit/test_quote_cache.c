/* SPDX-License-Identifier: MIT */
/* Unit tests of share/quote_cache: what is kept comes back digit for digit, or
 * not at all. */
/* wrap: malloc calloc realloc strdup strndup free */
#define _XOPEN_SOURCE 700 /* nftw */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/sync.h"
#include "child.h"
#include "share/quote_cache_part.h"
#include "state_dir.h"
#include "memory.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define SCOPE "kis real https://example.org PSkey krx"

/* As if it were written an hour after the boot. */
static const struct quote_moment noon = { .real_ms = 1795223700123, .boot_ms = 3600000, .boot = 7 };

static struct symbol symbol(const char *text)
{
	struct symbol s;

	assert_int_equal(symbol_parse(text, strlen(text), MARKET_NONE, &s, NULL), 0);
	return s;
}

/* A quote of each kind of source, with every text that one may have. */
static const struct sample {
	const char *symbol;
	bool has_detail;
	struct outcome outcome;
} samples[] = {
	{ "005930", true,
	  { .has_quote = true,
	    .exchange = MARKET_KR,
	    .quote = { .name = "삼성전자",
		       .currency = "KRW",
		       .quoted_at = "2026-11-21T10:14:59+09:00",
		       .session = "regular",
		       .number = { "57800", "-300", "-0.52", "57600", "58200", "57500", "58100", "18234567",
				   "1054321098765", "57750", "57800", "13.44", "1.12", "4301", "51606",
				   "345049770000000", "88800", "49900" } },
	    .rt_cd = "0",
	    .msg_cd = "MCA00000",
	    .msg1 = "정상처리 되었습니다.",
	    .raw = "{\"stck_prpr\":\"57800\",\"a\":[1.50,null,\"3:,\\n\"]}" } },
	{ "AAPL", false,
	  { .has_quote = true,
	    .exchange = MARKET_NAS,
	    .quote = { .currency = "USD",
		       .delayed_minutes = 15,
		       .number = { [QUOTE_PRICE] = "1091.2600", [QUOTE_CHANGE_PERCENT] = "1.10", [QUOTE_VOLUME] = "0" } },
	    .rt_cd = "0",
	    .msg_cd = "",
	    .msg1 = "" } },
	{ "KRW-BTC.UPBIT", false,
	  { .has_quote = true,
	    .exchange = MARKET_UPBIT,
	    .quote = { .currency = "KRW",
		       .quoted_at = "2026-11-22T06:10:41.419+09:00",
		       .number = { [QUOTE_PRICE] = "0.00000012345678901234567890",
				   [QUOTE_TURNOVER] = "1837560516960.7400400300000000" } } } },
	{ "USDKRW.FX", false,
	  { .has_quote = true,
	    .exchange = MARKET_FX,
	    .quote = { .currency = "KRW", .quoted_at = "2026-11-20", .number = { [QUOTE_PRICE] = "1298.12" } } } },
	{ "KOSPI.IDX", false,
	  { .has_quote = true,
	    .exchange = MARKET_IDX,
	    .quote = { .number = { [QUOTE_PRICE] = "99999999999999999999999999999999999999.99999",
				   [QUOTE_CHANGE] = "-0.01" } } } },
	{ "BRK.B", false,
	  { .has_quote = true, .quote = { .name = "1:x, -\n\t\"\\,", .number = { [QUOTE_PRICE] = "1" } } } },
};

static struct quote_cache *new_cache(const char *scope)
{
	struct quote_cache *c = quote_cache_new(scope, NULL);

	assert_non_null(c);
	return c;
}

static void note(struct quote_cache *c, const struct sample *s, const struct quote_moment *now, int64_t ago_ms)
{
	struct outcome o = s->outcome;
	struct symbol sym = symbol(s->symbol);

	o.fetched_at_ms = now->real_ms - ago_ms;
	assert_int_equal(quote_cache_note(c, &sym, s->has_detail, &o, now, NULL), 0);
}

static struct quote_cache *full_cache(const struct quote_moment *now)
{
	struct quote_cache *c = new_cache(SCOPE);

	for (size_t i = 0; i < COUNT(samples); i++)
		note(c, &samples[i], now, (int64_t)i * 1000);
	return c;
}

static void format(const struct quote_cache *c, const struct quote_moment *now, struct buf *out)
{
	buf_init(out, QUOTE_CACHE_MAX_BYTES);
	assert_int_equal(quote_cache_format(c, now, out, NULL), 0);
}

static void assert_text(const char *seen, const char *wanted)
{
	if (wanted)
		assert_non_null(seen);
	else
		assert_null(seen);
	if (wanted)
		assert_string_equal(seen, wanted);
}

static const struct quote_kept *find(const struct quote_cache *c, const char *text, bool has_detail)
{
	struct symbol sym = symbol(text);

	return quote_cache_find(c, &sym, has_detail);
}

static void assert_sample(const struct quote_cache *c, const struct sample *s, int64_t fetched_at_ms)
{
	const struct quote_kept *k = find(c, s->symbol, s->has_detail);
	const struct outcome *want = &s->outcome;
	struct arena texts;
	struct outcome o;

	assert_non_null(k);
	arena_init(&texts);
	assert_int_equal(quote_kept_get(k, &texts, &o, NULL), 0);
	assert_true(o.has_quote);
	for (int i = 0; i < QUOTE_NUMBERS; i++)
		assert_text(o.quote.number[i], want->quote.number[i]);
	assert_text(o.quote.name, want->quote.name);
	assert_text(o.quote.currency, want->quote.currency);
	assert_text(o.quote.quoted_at, want->quote.quoted_at);
	assert_text(o.quote.session, want->quote.session);
	assert_text(o.rt_cd, want->rt_cd);
	assert_text(o.msg_cd, want->msg_cd);
	assert_text(o.msg1, want->msg1);
	assert_text(o.raw, want->raw);
	assert_int_equal(o.exchange, want->exchange);
	assert_int_equal(o.quote.delayed_minutes, want->quote.delayed_minutes);
	assert_int_equal(o.fetched_at_ms, fetched_at_ms);
	arena_release(&texts);
}

/* ---- round trips ---- */

static void what_is_kept_comes_back(void **state)
{
	struct quote_cache *c = full_cache(&noon), *again = new_cache(SCOPE);
	struct buf text;

	(void)state;
	format(c, &noon, &text);
	assert_int_equal(quote_cache_parse(again, buf_text(&text), text.len, NULL), 0);
	assert_int_equal(again->count, COUNT(samples));
	for (size_t i = 0; i < COUNT(samples); i++) {
		assert_sample(c, &samples[i], noon.real_ms - (int64_t)i * 1000);
		assert_sample(again, &samples[i], noon.real_ms - (int64_t)i * 1000);
	}
	buf_release(&text);
	quote_cache_free(c);
	quote_cache_free(again);
}

static void calls_and_markets_are_told_apart(void **state)
{
	struct quote_cache *c = full_cache(&noon);

	(void)state;
	assert_null(find(c, "005930", false));
	assert_null(find(c, "AAPL", true));
	assert_null(find(c, "AAPL.NAS", false)); /* AAPL was asked for */
	assert_null(find(c, "000660", false));
	quote_cache_free(c);
	c = new_cache(SCOPE);
	assert_null(find(c, "AAPL", false));
	quote_cache_free(c);
}

static void the_later_quote_stays(void **state)
{
	struct sample later = samples[1];
	struct quote_cache *c = full_cache(&noon);

	(void)state;
	later.outcome.quote.number[QUOTE_PRICE] = "1091.2700";
	note(c, &later, &noon, 0);
	assert_int_equal(c->count, COUNT(samples));
	assert_sample(c, &later, noon.real_ms);
	quote_cache_free(c);
}

static void the_whole_market_is_found(void **state)
{
	enum { MANY = 20000 };
	struct quote_cache *c = new_cache(SCOPE);
	struct quote_cache *again = new_cache(SCOPE);
	struct sample s = { .outcome = samples[3].outcome };
	char code[16], price[16];
	struct buf text;

	(void)state;
	s.symbol = code;
	s.outcome.quote.number[QUOTE_PRICE] = price;
	for (int i = 0; i < MANY; i++) {
		snprintf(code, sizeof code, "1%05d", i);
		snprintf(price, sizeof price, "%d.50", i);
		note(c, &s, &noon, 0);
	}
	format(c, &noon, &text);
	assert_int_equal(quote_cache_parse(again, buf_text(&text), text.len, NULL), 0);
	assert_int_equal(again->count, MANY);
	for (int i = 0; i < MANY; i++) {
		snprintf(code, sizeof code, "1%05d", i);
		snprintf(price, sizeof price, "%d.50", i);
		assert_sample(again, &s, noon.real_ms);
	}
	buf_release(&text);
	quote_cache_free(c);
	quote_cache_free(again);
}

/* ---- damage ---- */

static void assert_none(const char *scope, const char *text, size_t len)
{
	struct quote_cache *c = new_cache(scope);
	struct err err = { .kind = ERR_KINDS };

	assert_int_equal(quote_cache_parse(c, text, len, &err), -1);
	assert_int_equal(err.kind, ERR_PARSE);
	assert_int_equal(c->count, 0);
	assert_null(find(c, "AAPL", false));
	note(c, &samples[1], &noon, 0); /* and it is as good as new */
	assert_sample(c, &samples[1], noon.real_ms);
	quote_cache_free(c);
}

static void no_flipped_bit_is_taken(void **state)
{
	struct quote_cache *c = full_cache(&noon);
	struct buf text;

	(void)state;
	format(c, &noon, &text);
	for (size_t i = 0; i < text.len * 8; i++) {
		text.data[i / 8] ^= (char)(1u << i % 8);
		assert_none(SCOPE, buf_text(&text), text.len);
		text.data[i / 8] ^= (char)(1u << i % 8);
	}
	buf_release(&text);
	quote_cache_free(c);
}

static void no_part_is_taken(void **state)
{
	struct quote_cache *c = full_cache(&noon);
	struct buf text;

	(void)state;
	format(c, &noon, &text);
	for (size_t len = 0; len < text.len; len++)
		assert_none(SCOPE, buf_text(&text), len);
	buf_puts(&text, "\n");
	assert_none(SCOPE, buf_text(&text), text.len);
	buf_release(&text);
	quote_cache_free(c);
}

static void another_scope_is_another_cache(void **state)
{
	struct quote_cache *c = full_cache(&noon);
	struct buf text;

	(void)state;
	format(c, &noon, &text);
	assert_none("kis real https://example.org PSkey nxt", buf_text(&text), text.len);
	assert_none("", buf_text(&text), text.len);
	buf_release(&text);
	quote_cache_free(c);
}

/* Hands a text to the parser as one that bears the right sum. */
static void assert_refused(const char *from, const char *to)
{
	struct quote_cache *c = full_cache(&noon);
	struct quote_cache *again = new_cache(SCOPE);
	struct buf text, changed;
	const char *at;
	char *end;

	format(c, &noon, &text);
	at = strstr(buf_text(&text), from);
	assert_non_null(at);
	buf_init(&changed, QUOTE_CACHE_MAX_BYTES);
	buf_append(&changed, buf_text(&text), (size_t)(at - buf_text(&text)));
	buf_puts(&changed, to);
	buf_puts(&changed, at + strlen(from));
	end = strstr(changed.data, "\nend ") + 1;
	snprintf(end + 15, 18, "%016llx\n", (unsigned long long)hash_bytes(changed.data, (size_t)(end - changed.data), 0));
	if (quote_cache_parse(again, changed.data, changed.len, NULL) != (strcmp(from, to) == 0 ? 0 : -1))
		fail_msg("'%s' for '%s'", to, from);
	assert_int_equal(again->count, strcmp(from, to) == 0 ? COUNT(samples) : 0);
	buf_release(&text);
	buf_release(&changed);
	quote_cache_free(c);
	quote_cache_free(again);
}

static void what_bears_a_right_sum_is_read_strictly_all_the_same(void **state)
{
	static const struct {
		const char *from, *to;
	} rows[] = {
		{ "price", "price" }, /* that alone is no harm */
		{ "quotes 1 ", "quotes 2 " },
		{ "open high", "high open" },
		{ "5:57800,", "5:5780x," },
		{ "5:57800,", "5:+7800," },
		{ "5:57800,", "4:57800," },
		{ "5:57800,", "0:," },
		{ " 5:57800,", " -" },
		{ "9:1091.2600,", "9:1091e2600," },
		{ "005930 KR KR ", "005930 - KR " },
		{ "005930 KR KR ", "005930 KR ZZ " },
		{ "005930 KR ", "00593000000000000 KR " },
		{ "005930 KR ", "0059\0330 KR " },
		{ "KR KR 1 0 ", "KR KR 2 0 " },
		{ "US NAS 0 15 ", "US NAS 0 15000 " },
		{ " 3600000 ", " -3600000 " },
		{ " 3600000 ", " 99999999999999999999 " },
		{ " 0000000000000007 ", " 000000000000000G " },
		{ " 0000000000000007 ", " 7 " },
		{ "{\"stck_prpr\"", "<\"stck_prpr\"" },
		{ "AAPL US", "BRK.B US" }, /* one symbol twice */
		{ "\xec\x82\xbc", "\xec\x82 " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_refused(rows[i].from, rows[i].to);
}

/* ---- time ---- */

static void two_clocks_tell_the_age(void **state)
{
	static const struct {
		struct quote_moment now;
		int64_t age_ms;
	} rows[] = {
		{ { 1795223700123, 3600000, 7 }, 0 },
		{ { 1795223701123, 3601000, 7 }, 1000 },
		{ { 1795223700122, 3600000, 7 }, -1 }, /* the wall clock was set back */
		{ { 1795223701123, 9600000, 7 }, 6000000 }, /* and went on */
		{ { 1795227300123, 3601000, 7 }, 3600000 }, /* or forward */
		{ { 1795223701123, 3599999, 7 }, -1 }, /* a snapshot of a machine */
		{ { 1795223701123, 5, 8 }, 1000 }, /* after a reboot */
		{ { 1795223700122, 5, 8 }, -1 },
		{ { 1795223701123, 5, 0 }, 1000 },
		{ { 0, 5, 8 }, -1 },
	};
	static const struct quote_moment nameless = { 1795223700123, 3600000, 0 }, before = { -1, 0, 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(quote_moment_age_ms(&noon, &rows[i].now), rows[i].age_ms);
	assert_int_equal(quote_moment_age_ms(&nameless, &(struct quote_moment){ 1795223700223, 1, 0 }), 100);
	assert_int_equal(quote_moment_age_ms(&before, &noon), -1);
}

/* A stuck reader keeps the answer waiting: its age counts from when it came. */
static void the_age_counts_from_the_answer(void **state)
{
	struct quote_cache *c = full_cache(&noon);

	(void)state;
	assert_int_equal(find(c, "USDKRW.FX", false)->at.boot_ms, noon.boot_ms - 3000);
	quote_cache_free(c);
}

static void the_future_and_the_past_are_not_written(void **state)
{
	const struct quote_moment later = { noon.real_ms - 2500, noon.boot_ms + 2500, 8 };
	const struct quote_moment much_later = { noon.real_ms + QUOTE_CACHE_MAX_AGE_MS - 2500, 0, 8 };
	struct quote_cache *c = full_cache(&noon), *again;
	struct buf text;

	(void)state;
	again = new_cache(SCOPE);
	format(c, &later, &text);
	assert_int_equal(quote_cache_parse(again, buf_text(&text), text.len, NULL), 0);
	assert_int_equal(again->count, 3); /* 3, 4 and 5 s old */
	assert_null(find(again, "AAPL", false));
	buf_release(&text);
	quote_cache_free(again);
	again = new_cache(SCOPE);
	format(c, &much_later, &text);
	assert_int_equal(quote_cache_parse(again, buf_text(&text), text.len, NULL), 0);
	assert_int_equal(again->count, 3);
	assert_non_null(find(again, "AAPL", false));
	buf_release(&text);
	quote_cache_free(again);
	quote_cache_free(c);
}

/* ---- bounds ---- */

static void the_newest_stay_where_there_is_no_room_for_all(void **state)
{
	struct quote_cache *c = full_cache(&noon), *again;
	size_t last = 0, whole;
	struct buf text;

	(void)state;
	format(c, &noon, &text);
	whole = text.len;
	buf_release(&text);
	for (size_t max = 400; max <= whole; max += 10) {
		size_t count;

		again = new_cache(SCOPE);
		buf_init(&text, max);
		assert_int_equal(quote_cache_format(c, &noon, &text, NULL), 0);
		assert_int_equal(quote_cache_parse(again, buf_text(&text), text.len, NULL), 0);
		count = again->count;
		assert_true(count >= last);
		for (size_t i = 0; i < count; i++)
			assert_sample(again, &samples[i], noon.real_ms - (int64_t)i * 1000);
		last = count;
		buf_release(&text);
		quote_cache_free(again);
	}
	assert_true(last >= COUNT(samples) - 1);
	quote_cache_free(c);
}

static void a_text_too_long_to_be_read_is_left_out_alone(void **state)
{
	struct quote_cache *c = full_cache(&noon), *again = new_cache(SCOPE);
	struct sample s = samples[1];
	char *raw = malloc(300000);
	struct buf text;

	(void)state;
	memset(raw, '1', 299999);
	raw[299999] = '\0';
	s.outcome.raw = raw;
	note(c, &s, &noon, 0);
	format(c, &noon, &text);
	assert_int_equal(quote_cache_parse(again, buf_text(&text), text.len, NULL), 0);
	assert_int_equal(again->count, COUNT(samples) - 1);
	assert_null(find(again, "AAPL", false));
	buf_release(&text);
	free(raw);
	quote_cache_free(c);
	quote_cache_free(again);
}

/* ---- files ---- */

static void name_of(char out[128])
{
	struct quote_cache *c = new_cache(SCOPE);
	struct buf text;

	format(c, &noon, &text);
	snprintf(out, 128, "quotes-%.32s", buf_text(&text) + strlen("quotefetch quotes 1 "));
	buf_release(&text);
	quote_cache_free(c);
}

static void save(struct quote_cache *c)
{
	struct err err = { .msg = "" };

	if (quote_cache_save(c, dir, &stop, clock_monotonic_ns() + 20 * NS_PER_SEC, &err) < 0)
		fail_msg("%s", err.msg);
}

static struct quote_cache *load(void)
{
	struct quote_cache *c = new_cache(SCOPE);
	struct err err = { .msg = "" };

	if (quote_cache_load(c, dir, &err) < 0)
		fail_msg("%s", err.msg);
	return c;
}

static void a_file_is_private_and_merged(void **state)
{
	struct quote_cache *mine, *other, *c;
	struct quote_moment now;
	char name[128];
	struct stat st;

	(void)state;
	quote_moment_now(&now);
	name_of(name);
	mine = load(); /* there is none */
	other = load();
	save(mine); /* nothing new */
	assert_int_equal(access(name, F_OK), -1);
	note(mine, &samples[0], &now, 5000);
	note(mine, &samples[1], &now, 5000);
	note(other, &samples[1], &now, 3000); /* the newer one */
	note(other, &samples[2], &now, 3000);
	save(other);
	save(mine);
	assert_int_equal(stat(name, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	c = load();
	assert_int_equal(c->count, 3);
	assert_sample(c, &samples[0], now.real_ms - 5000);
	assert_sample(c, &samples[1], now.real_ms - 3000);
	assert_sample(c, &samples[2], now.real_ms - 3000);
	quote_cache_free(mine);
	quote_cache_free(other);
	quote_cache_free(c);
}

/* A link, a directory, a file of others': no quote is read from it, nothing is
 * written through it, and the next save puts it right. */
static void what_is_odd_in_its_place_is_no_cache(void **state)
{
	struct quote_cache *c = new_cache(SCOPE), *again;
	struct quote_moment now;
	char name[128], text[8];
	struct err err;
	int fd;

	(void)state;
	quote_moment_now(&now);
	name_of(name);
	for (int i = 0; i < 5; i++) {
		fd = open("goal", O_RDWR | O_CREAT | O_TRUNC, 0600);
		assert_int_equal(write(fd, "precious", 8), 8);
		unlink(name);
		if (i == 0)
			assert_int_equal(symlink("goal", name), 0);
		else if (i == 1)
			assert_int_equal(mkdir(name, 0700), 0);
		else if (i == 2)
			assert_int_equal(mkfifo(name, 0600), 0);
		else if (i == 3)
			assert_int_equal(close(open(name, O_WRONLY | O_CREAT, 0644)), 0);
		else
			assert_int_equal(link("goal", name), 0);
		again = new_cache(SCOPE);
		assert_int_equal(quote_cache_load(again, dir, &err), -1);
		assert_int_equal(again->count, 0);
		quote_cache_free(again);
		note(c, &samples[0], &now, 0);
		save(c);
		again = load();
		assert_sample(again, &samples[0], now.real_ms);
		quote_cache_free(again);
		assert_int_equal(pread(fd, text, 8, 0), 8);
		assert_memory_equal(text, "precious", 8);
		close(fd);
	}
	quote_cache_free(c);
}

/* Every write is refused from now on, as on a full disk. */
static int save_without_room(void *arg)
{
	const struct rlimit none = { 0, 0 };
	struct err err = { .kind = ERR_KINDS };

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &none) < 0)
		return 2;
	return quote_cache_save(arg, dir, &stop, clock_monotonic_ns() + NS_PER_SEC, &err) == -1 &&
			       err.kind == ERR_SYSTEM
		       ? 0
		       : 1;
}

static void on_a_full_disk_the_old_file_stands(void **state)
{
	struct quote_cache *c = new_cache(SCOPE), *again;
	struct quote_moment now;

	(void)state;
	quote_moment_now(&now);
	note(c, &samples[0], &now, 0);
	save(c);
	note(c, &samples[1], &now, 0);
	assert_int_equal(in_child(save_without_room, c), 0);
	again = load();
	assert_int_equal(again->count, 1);
	assert_sample(again, &samples[0], now.real_ms);
	quote_cache_free(again);
	save(c);
	again = load();
	assert_int_equal(again->count, 2);
	quote_cache_free(again);
	quote_cache_free(c);
}

static int write_until_killed(void *arg)
{
	const struct quote_moment *now = arg;

	for (int i = 0; i < INT_MAX; i++) {
		struct quote_cache *c = new_cache(SCOPE);

		note(c, &samples[i % (int)COUNT(samples)], now, 0);
		save(c);
		quote_cache_free(c);
	}
	return 0;
}

/* Whoever is killed in the middle leaves the old file or the new one. */
static void killed_writers_leave_a_whole_file(void **state)
{
	struct quote_moment now;

	(void)state;
	quote_moment_now(&now);
	for (int i = 0; i < 30; i++) {
		pid_t one = start_child(write_until_killed, &now), two = start_child(write_until_killed, &now);
		struct quote_cache *c;

		nanosleep(&(struct timespec){ .tv_nsec = 2000000 + i * 317000 }, NULL);
		kill(one, SIGKILL);
		kill(two, SIGKILL);
		end_of_child(one);
		end_of_child(two);
		c = load();
		for (size_t k = 0; k < COUNT(samples); k++)
			if (find(c, samples[k].symbol, samples[k].has_detail))
				assert_sample(c, &samples[k], now.real_ms);
		quote_cache_free(c);
	}
}

/* ---- memory ---- */

static int use_all(void)
{
	struct quote_cache *c = quote_cache_new(SCOPE, NULL), *again = NULL;
	struct symbol sym = symbol("005930");
	struct outcome o = samples[0].outcome;
	struct quote_moment now;
	int rc = -1;

	quote_moment_now(&now);
	o.fetched_at_ms = now.real_ms;
	if (!c)
		return -1;
	if (quote_cache_note(c, &sym, true, &o, &now, NULL) < 0 ||
	    quote_cache_save(c, dir, &stop, clock_monotonic_ns() + 20 * NS_PER_SEC, NULL) < 0)
		goto out;
	again = quote_cache_new(SCOPE, NULL);
	if (!again || quote_cache_load(again, dir, NULL) < 0)
		goto out;
	rc = 0;
out:
	quote_cache_free(c);
	quote_cache_free(again);
	return rc;
}

static void without_memory_nothing_is_lost_or_leaked(void **state)
{
	long live = memory.live, k = 1;

	(void)state;
	for (; k < 1000; k++) {
		int rc;

		memory_fail(k, false);
		rc = use_all();
		bool has_refused = memory_has_refused();

		memory_is_back();
		assert_int_equal(memory.live, live);
		if (!has_refused) {
			assert_int_equal(rc, 0);
			break;
		}
	}
	assert_in_range(k, 10, 999);
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, enter_state_dir, leave_state_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_kept_comes_back),
		cmocka_unit_test(calls_and_markets_are_told_apart),
		cmocka_unit_test(the_later_quote_stays),
		cmocka_unit_test(the_whole_market_is_found),
		cmocka_unit_test(no_flipped_bit_is_taken),
		cmocka_unit_test(no_part_is_taken),
		cmocka_unit_test(another_scope_is_another_cache),
		cmocka_unit_test(what_bears_a_right_sum_is_read_strictly_all_the_same),
		cmocka_unit_test(two_clocks_tell_the_age),
		cmocka_unit_test(the_age_counts_from_the_answer),
		cmocka_unit_test(the_future_and_the_past_are_not_written),
		cmocka_unit_test(the_newest_stay_where_there_is_no_room_for_all),
		cmocka_unit_test(a_text_too_long_to_be_read_is_left_out_alone),
		IN_DIR(a_file_is_private_and_merged),
		IN_DIR(what_is_odd_in_its_place_is_no_cache),
		IN_DIR(on_a_full_disk_the_old_file_stands),
		IN_DIR(killed_writers_leave_a_whole_file),
		IN_DIR(without_memory_nothing_is_lost_or_leaked),
	};

	return cmocka_run_group_tests_name("quote_cache", tests, NULL, NULL);
}
