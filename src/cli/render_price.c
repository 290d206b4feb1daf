/* SPDX-License-Identifier: MIT */
/* ledger, hledger, beancount: price directives, for the books that people keep
 * in plain text. A line for each quote; what failed is a comment, which begins
 * with ';' in all three, above the line of an old quote that stands in for it.
 *
 *   P 2026/11/21 10:15:00 "005930" 57800 KRW      ledger
 *   P 2026-11-21 "005930" 57800 KRW               hledger, which knows no time
 *   2026-11-21 price KR.005930 57800 KRW          beancount
 *
 * The commodity is the code, with its market where the code alone says nothing
 * ("0700.HKS"); of a pair of currencies its first, of a coin's market the coin.
 * Beancount wants a capital first and two characters at least: where that is
 * not so, the market comes first. The date is that of the price where the
 * source tells it, else of the answer, in Korean time. */
#include "cli/render.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "cli/render_format.h"

enum {
	COMMODITY_BYTES = 40,
	DATE_LEN = 10,
	FX_LEN = 3,
	SHOWN_COLUMNS = 100,
	SHOWN_BYTES = 4 * SHOWN_COLUMNS + 1
};

static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/* ---- the commodity ---- */

/* Whether the code says enough without its market. */
static bool is_known_alone(enum market m)
{
	const char *currency = market_currency(m);

	return m == MARKET_KR || m == MARKET_FX || m == MARKET_UPBIT ||
	       (currency && strcmp(currency, "USD") == 0);
}

/* What is priced: "USD" of USDKRW.FX, "BTC" of KRW-BTC.UPBIT, else the code. */
static void get_code(const struct record *record, char out[COMMODITY_BYTES])
{
	const char *dash = strchr(record->symbol, '-');

	if (record->market == MARKET_FX)
		snprintf(out, COMMODITY_BYTES, "%.*s", FX_LEN, record->symbol);
	else if (record->market == MARKET_UPBIT && dash)
		snprintf(out, COMMODITY_BYTES, "%s", dash + 1);
	else
		snprintf(out, COMMODITY_BYTES, "%s", record->symbol);
}

/* Letters stand as they are, all else within quotes. */
static void put_commodity(struct render *r, const struct record *record)
{
	char code[COMMODITY_BYTES];
	bool is_known = is_known_alone(record->market);

	get_code(record, code);
	if (is_known && code[strspn(code, capitals)] == '\0')
		buf_puts(r->out, code);
	else
		buf_printf(r->out, "\"%s%s%s\"", code, is_known ? "" : ".",
			   is_known ? "" : market_name(record->market));
}

/* [A-Z][A-Z0-9'._-]*[A-Z0-9] */
static void put_beancount_commodity(struct render *r,
				    const struct record *record)
{
	const char *market = market_name(record->market);
	char code[COMMODITY_BYTES];

	get_code(record, code);
	for (char *p = code; *p; p++)
		if (*p == '/')
			*p = '.';
	if (!strchr(capitals, code[0]) || strlen(code) < 2)
		buf_printf(r->out, "%s.%s", market, code);
	else if (is_known_alone(record->market))
		buf_puts(r->out, code);
	else
		buf_printf(r->out, "%s.%s", code, market);
}

/* ---- the date ---- */

static bool is_date(const char *text)
{
	return text && strspn(text, "0123456789-") >= DATE_LEN &&
	       text[4] == '-' && text[7] == '-';
}

/* RFC 3339, of which the first ten characters are the date. */
static const char *get_time(const struct record *record,
			    char made[CLOCK_TEXT_BYTES])
{
	const char *quoted_at = record->outcome->quote.quoted_at;

	if (is_date(quoted_at))
		return quoted_at;
	clock_format_kst(record->outcome->fetched_at_ms, made);
	return made;
}

/* ---- a line ---- */

/* What there is to say beside the price, or instead of it. Returns whether there
 * is a price, and its currency. */
static bool put_comment(struct render *r, const struct record *record)
{
	const struct outcome *o = record->outcome;
	bool has_price = o->has_quote && o->quote.currency;
	bool has_failed = !o->has_quote || record_is_stale(record);
	char symbol[SHOWN_BYTES], reason[SHOWN_BYTES];
	const char *why =
		has_failed ? render_reason(record) : "without a currency";

	if (has_price && !has_failed)
		return true;
	utf8_copy_printable(record->symbol, strlen(record->symbol), symbol,
			    sizeof symbol, SHOWN_COLUMNS);
	utf8_copy_printable(why, strlen(why), reason, sizeof reason,
			    SHOWN_COLUMNS);
	buf_printf(r->out, "; %s: %s%s%s\n", symbol,
		   has_failed ? err_kind_name(o->err.kind) : "",
		   has_failed ? ": " : "", reason);
	return has_price;
}

static int put_price(struct render *r, const struct record *record,
		     struct err *err)
{
	const struct outcome *o = record->outcome;
	char made[CLOCK_TEXT_BYTES];
	const char *time;

	(void)err;
	if (!put_comment(r, record))
		return 0;
	time = get_time(record, made);
	if (r->name == FORMAT_BEANCOUNT)
		buf_printf(r->out, "%.10s price ", time);
	else if (r->name == FORMAT_HLEDGER)
		buf_printf(r->out, "P %.10s ", time);
	else
		buf_printf(r->out, "P %.4s/%.2s/%.2s ", time, time + 5,
			   time + 8);
	if (r->name == FORMAT_LEDGER && time[DATE_LEN] == 'T')
		buf_printf(r->out, "%.8s ", time + DATE_LEN + 1);
	if (r->name == FORMAT_BEANCOUNT)
		put_beancount_commodity(r, record);
	else
		put_commodity(r, record);
	buf_printf(r->out, " %s %s\n", o->quote.number[QUOTE_PRICE],
		   o->quote.currency);
	return 0;
}

const struct render_format render_price = { .record = put_price };
