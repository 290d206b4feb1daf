/* SPDX-License-Identifier: MIT */
/* The cache as a text:
 *
 *	quotefetch quotes 1 SCOPE
 *	price change ... msg1 raw
 *	005930 KR KR 0 0 1795226100123 86400123 0123456789abcdef 5:57800, - ...
 *	end 0000000001 89abcdef01234567
 *
 * A quote: code, market, exchange found, detail, minutes of delay, when (by both
 * clocks, and which boot); then its texts in the order of the second line, each
 * as "LENGTH:TEXT," or "-" where there is none. So no byte of a text needs an
 * escape, and a layout with other texts is another layout. */
#include "share/quote_cache_part.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/decimal.h"
#include "base/digits.h"
#include "base/utf8.h"
#include "net/json_read.h"

enum {
	WORD_BYTES = 24,
	END_LEN = 32, /* "end 0000000001 89abcdef01234567\n" */
	LINE_MAX_BYTES = 256 * 1024,
	DELAY_MAX_MINUTES = 10000
};

#define HEAD "quotefetch quotes 1 "
#define TIME_MAX_MS (INT64_MAX / 64)

static const char *const names[KEPT_TEXTS] = {
	[QUOTE_PRICE] = "price",
	[QUOTE_CHANGE] = "change",
	[QUOTE_CHANGE_PERCENT] = "change_percent",
	[QUOTE_OPEN] = "open",
	[QUOTE_HIGH] = "high",
	[QUOTE_LOW] = "low",
	[QUOTE_PREVIOUS_CLOSE] = "previous_close",
	[QUOTE_VOLUME] = "volume",
	[QUOTE_TURNOVER] = "turnover",
	[QUOTE_BID] = "bid",
	[QUOTE_ASK] = "ask",
	[QUOTE_PER] = "per",
	[QUOTE_PBR] = "pbr",
	[QUOTE_EPS] = "eps",
	[QUOTE_BPS] = "bps",
	[QUOTE_MARKET_CAP] = "market_cap",
	[QUOTE_WEEK52_HIGH] = "week52_high",
	[QUOTE_WEEK52_LOW] = "week52_low",
	[KEPT_NAME] = "name",
	[KEPT_CURRENCY] = "currency",
	[KEPT_QUOTED_AT] = "quoted_at",
	[KEPT_SESSION] = "session",
	[KEPT_RT_CD] = "rt_cd",
	[KEPT_MSG_CD] = "msg_cd",
	[KEPT_MSG1] = "msg1",
	[KEPT_RAW] = "raw",
};

static void put_head(const struct quote_cache *c, struct buf *out)
{
	buf_printf(out, HEAD "%s\n", c->scope);
	for (int i = 0; i < KEPT_TEXTS; i++)
		buf_printf(out, "%s%c", names[i],
			   i + 1 < KEPT_TEXTS ? ' ' : '\n');
}

static void format_end(char out[END_LEN + 1], size_t count, const char *text,
		       size_t len)
{
	int n = snprintf(out, END_LEN + 1, "end %010zu %016" PRIx64 "\n", count,
			 hash_bytes(text, len, 0));

	require(n == END_LEN);
}

/* ---- writing ---- */

static void put_line(const struct quote_kept *k, struct buf *out)
{
	const char *exchange = k->symbol.exchange == MARKET_NONE
				       ? "-"
				       : market_name(k->symbol.exchange);

	buf_printf(out, "%s %s %s %d %d %" PRId64 " %" PRId64 " %016" PRIx64,
		   k->symbol.code, market_name(k->symbol.market), exchange,
		   k->has_detail, k->delayed_minutes, k->at.real_ms,
		   k->at.boot_ms, k->at.boot);
	for (int i = 0; i < KEPT_TEXTS; i++) {
		if (!k->text[i]) {
			buf_puts(out, " -");
			continue;
		}
		buf_printf(out, " %zu:", strlen(k->text[i]));
		buf_puts(out, k->text[i]);
		buf_putc(out, ',');
	}
	buf_putc(out, '\n');
}

struct aged {
	int64_t age_ms;
	const struct quote_kept *kept;
};

static int by_age(const void *a, const void *b)
{
	const struct aged *x = a, *y = b;

	return (x->age_ms > y->age_ms) - (x->age_ms < y->age_ms);
}

/* What has an age, and not too great a one; the newest first. */
static size_t sort(const struct quote_cache *c, const struct quote_moment *now,
		   struct aged *aged)
{
	size_t count = 0;

	for (size_t i = 0; i < c->count; i++) {
		int64_t age = quote_moment_age_ms(&c->kept[i].at, now);

		if (age >= 0 && age <= QUOTE_CACHE_MAX_AGE_MS)
			aged[count++] = (struct aged){ age, &c->kept[i] };
	}
	qsort(aged, count, sizeof *aged, by_age);
	return count;
}

/* The lines that fit. Returns how many. */
static size_t put_lines(const struct aged *aged, size_t count, struct buf *out)
{
	size_t written = 0;
	struct buf line;

	buf_init(&line, LINE_MAX_BYTES);
	for (size_t i = 0; i < count; i++) {
		buf_clear(&line);
		put_line(aged[i].kept, &line);
		out->is_exhausted |= line.is_exhausted;
		if (out->len + line.len + END_LEN > out->max)
			break;
		if (line.is_over)
			continue; /* it would not be read again */
		buf_append(out, buf_text(&line), line.len);
		written++;
	}
	buf_release(&line);
	return written;
}

int quote_cache_format(const struct quote_cache *c,
		       const struct quote_moment *now, struct buf *out,
		       struct err *err)
{
	struct aged *aged = malloc((c->count + 1) * sizeof *aged);
	size_t start = out->len, written;
	char end[END_LEN + 1];

	if (!aged)
		return err_no_memory(err);
	put_head(c, out);
	written = put_lines(aged, sort(c, now, aged), out);
	format_end(end, written, buf_text(out) + start, out->len - start);
	buf_append(out, end, END_LEN);
	free(aged);
	return buf_check(out, ERR_SYSTEM, err);
}

/* ---- reading ---- */

struct reader {
	const char *p, *end;
};

/* A word that ends with a blank, behind which p is then. */
static bool take_word(struct reader *r, char out[WORD_BYTES])
{
	const char *blank = memchr(r->p, ' ', (size_t)(r->end - r->p));
	size_t len = blank ? (size_t)(blank - r->p) : 0;

	if (len == 0 || len >= WORD_BYTES)
		return false;
	memcpy(out, r->p, len);
	out[len] = '\0';
	r->p = blank + 1;
	return true;
}

/* Digits up to the character that ends them, behind which p is then. */
static bool take_number(struct reader *r, char ends_with, int64_t max,
			int64_t *out)
{
	size_t len = digits_take(r->p, (size_t)(r->end - r->p), max, out);

	r->p += len;
	return len > 0 && r->p < r->end && *r->p++ == ends_with;
}

static bool take_boot(struct reader *r, uint64_t *out)
{
	char word[WORD_BYTES];

	if (!take_word(r, word) || strlen(word) != 16 ||
	    strspn(word, "0123456789abcdef") != 16)
		return false;
	*out = strtoull(word, NULL, 16);
	return true;
}

static bool take_market(struct reader *r, uint8_t *out)
{
	char word[WORD_BYTES];

	if (!take_word(r, word))
		return false;
	*out = (uint8_t)market_from_name(word, strlen(word));
	return *out != MARKET_NONE || strcmp(word, "-") == 0;
}

static bool take_code(struct reader *r, char out[SYMBOL_CODE_BYTES])
{
	char word[WORD_BYTES];

	if (!take_word(r, word) || strlen(word) >= SYMBOL_CODE_BYTES ||
	    word[strspn(word, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ./-")])
		return false;
	memcpy(out, word, strlen(word) + 1);
	return true;
}

/* One text. Returns 1, 0: it is none, -1. */
static int take_text(struct reader *r, struct arena *texts, const char **out,
		     struct err *err)
{
	int64_t len;

	*out = NULL;
	if (r->end - r->p >= 1 && *r->p == '-') {
		r->p++;
		return 1;
	}
	if (!take_number(r, ':', LINE_MAX_BYTES, &len) ||
	    r->end - r->p <= len || r->p[len] != ',' ||
	    memchr(r->p, '\0', (size_t)len) ||
	    (len > 0 && !utf8_is_valid(r->p, (size_t)len)))
		return 0;
	*out = arena_copy(texts, r->p, (size_t)len);
	if (!*out)
		return err_no_memory(err);
	r->p += len + 1;
	return 1;
}

/* Whatever is printed as a number or as JSON is one. */
static bool are_fit(const struct quote_kept *k)
{
	const char *raw = k->text[KEPT_RAW];
	struct json_doc *doc;

	for (int i = 0; i < QUOTE_NUMBERS; i++)
		if (k->text[i] && (strlen(k->text[i]) >= DECIMAL_BYTES ||
				   !decimal_is_valid(k->text[i])))
			return false;
	if (raw) {
		doc = json_parse(raw, strlen(raw), NULL);
		if (!doc)
			return false;
		json_free(doc);
	}
	return k->symbol.market != MARKET_NONE && k->text[QUOTE_PRICE];
}

/* One line. Returns 1, 0: it is none of ours, -1. */
static int take_line(struct quote_cache *c, struct reader *r, struct err *err)
{
	struct quote_kept k = { .is_new = false };
	int64_t detail, delay;

	if (!take_code(r, k.symbol.code) || !take_market(r, &k.symbol.market) ||
	    !take_market(r, &k.symbol.exchange) ||
	    !take_number(r, ' ', 1, &detail) ||
	    !take_number(r, ' ', DELAY_MAX_MINUTES, &delay) ||
	    !take_number(r, ' ', TIME_MAX_MS, &k.at.real_ms) ||
	    !take_number(r, ' ', TIME_MAX_MS, &k.at.boot_ms) ||
	    !take_boot(r, &k.at.boot))
		return 0;
	k.has_detail = detail;
	k.delayed_minutes = (int)delay;
	for (int i = 0; i < KEPT_TEXTS; i++) {
		char ends_with = i + 1 < KEPT_TEXTS ? ' ' : '\n';
		int rc = take_text(r, &c->texts, &k.text[i], err);

		if (rc <= 0)
			return rc;
		if (r->p == r->end || *r->p++ != ends_with)
			return 0;
	}
	if (!are_fit(&k))
		return 0;
	return quote_cache_put(c, &k, err) < 0 ? -1 : 1;
}

/* Whether the sum is right, and the layout and the scope are ours. Leaves the
 * lines to the reader, and their number. */
static bool take_frame(const struct quote_cache *c, struct reader *r,
		       int64_t *count)
{
	size_t len = (size_t)(r->end - r->p);
	char end[END_LEN + 1];
	struct reader last;
	struct buf head;
	bool is_ours;

	if (len < END_LEN)
		return false;
	last = (struct reader){ r->end - END_LEN + 4, r->end };
	if (!take_number(&last, ' ', UINT32_MAX / 2, count))
		return false;
	format_end(end, (size_t)*count, r->p, len - END_LEN);
	if (memcmp(r->end - END_LEN, end, END_LEN) != 0)
		return false;
	buf_init(&head, LINE_MAX_BYTES);
	put_head(c, &head);
	len -= END_LEN;
	is_ours = !head.is_exhausted && len >= head.len &&
		  memcmp(r->p, buf_text(&head), head.len) == 0;
	r->p += is_ours ? head.len : 0;
	r->end -= END_LEN;
	buf_release(&head);
	return is_ours;
}

int quote_cache_parse(struct quote_cache *c, const char *text, size_t len,
		      struct err *err)
{
	struct reader r = { text, text + len };
	int64_t count;
	int rc = 1;

	require(c->count == 0);
	if (!take_frame(c, &r, &count))
		return err_set(err, ERR_PARSE,
			       "it is damaged, or of another version");
	while (rc > 0 && r.p < r.end)
		rc = take_line(c, &r, err);
	if (rc > 0 && c->count != (size_t)count)
		rc = 0;
	if (rc <= 0)
		quote_cache_clear(c);
	if (rc == 0)
		err_set(err, ERR_PARSE, "it holds what is no quote");
	return rc > 0 ? 0 : -1;
}
