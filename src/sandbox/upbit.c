/* SPDX-License-Identifier: MIT */
#include "sandbox/upbit.h"

#include "base/clock.h"
#include "sandbox/coin.h"
#include "sandbox/dates.h"
#include "sandbox/json_text.h"
#include "sandbox/spoil.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { NUMBER_BYTES = 64, UNIT = 100000000 };

void upbit_refuse(struct answer *answer, int status, const char *name,
		  const char *message)
{
	struct buf *out = &answer->body;

	answer->status = status;
	answer->is_good = false;
	buf_clear(out);
	buf_puts(out, "{\"error\":{");
	if (name)
		json_add_field(out, "name", name);
	else
		json_add_number(out, "name", status);
	json_add_field(out, "message", message);
	buf_puts(out, "}}");
}

void upbit_add_remaining(struct answer *answer, const struct request *request,
			 const struct arrival *arrival)
{
	bool is_list = request->endpoint == ENDPOINT_MARKETS;

	answer_add_header(answer, "Remaining-Req", "group=%s; min=600; sec=%zu",
			  is_list ? "market" : "ticker", arrival->left);
	answer_add_header(answer, "limit-by-ip", "Yes");
}

int64_t upbit_guard_count(struct upbit_guard *guard, bool has_origin,
			  int64_t now_ns, bool *passes)
{
	enum { REFUSED_MAX = 10, BLOCKS_MAX = 5 };

	if (now_ns < guard->until_ns) {
		*passes = false;
		return guard->until_ns - now_ns;
	}
	/* A browser's page may call once in ten seconds. */
	if (has_origin) {
		if (guard->origin_ns > 0 &&
		    now_ns - guard->origin_ns < 10 * NS_PER_SEC)
			*passes = false;
		else
			guard->origin_ns = now_ns;
	}
	if (*passes) {
		guard->refused = 0;
		return 0;
	}
	if (++guard->refused <= REFUSED_MAX)
		return 0;
	guard->refused = 0;
	guard->until_ns = now_ns + (2 * NS_PER_SEC << guard->blocks);
	if (guard->blocks < BLOCKS_MAX)
		guard->blocks++;
	return guard->until_ns - now_ns;
}

/* Digits, the point behind the first, and the power: 4.247E10. */
static void format_power(char text[NUMBER_BYTES], int64_t units, int decimals)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRId64, units);
	int power = len - 1 - decimals;

	while (len > 2 && digits[len - 1] == '0')
		len--;
	snprintf(text, NUMBER_BYTES, "%c.%.*sE%d", digits[0],
		 len > 1 ? len - 1 : 1, len > 1 ? digits + 1 : "0", power);
}

/* Hundred-millionths as servers of 2019 wrote them: one digit behind the
 * point at least, a power from ten million on and below a thousandth. */
static void format_old(char text[NUMBER_BYTES], int64_t units)
{
	int64_t size = units < 0 ? -units : units;
	char *number = text;
	size_t len;

	if (units < 0)
		*number++ = '-';
	if (size >= INT64_C(10000000) * UNIT ||
	    (size > 0 && size < UNIT / 1000)) {
		format_power(number, size, 8);
		return;
	}
	len = (size_t)snprintf(number, NUMBER_BYTES - 1,
			       "%" PRId64 ".%08" PRId64, size / UNIT,
			       size % UNIT);
	while (number[len - 1] == '0' && number[len - 2] != '.')
		number[--len] = '\0';
}

/* One coin in one answer. */
struct view {
	const struct coin *coin;
	bool is_old;
};

static void format_amount(char text[NUMBER_BYTES], const struct view *view,
			  int64_t units)
{
	int64_t size = units < 0 ? -units : units;

	if (view->is_old)
		format_old(text, units);
	else
		snprintf(text, NUMBER_BYTES, "%s%" PRId64 ".%08" PRId64,
			 units < 0 ? "-" : "", size / UNIT, size % UNIT);
}

static void add_amount(struct buf *out, const struct view *view,
		       const char *key, int64_t units)
{
	char text[NUMBER_BYTES];

	format_amount(text, view, units);
	json_add_raw(out, key, text);
}

/* What did not change is a plain 0. */
static void add_change(struct buf *out, const struct view *view,
		       const char *key, int64_t units)
{
	if (units != 0)
		add_amount(out, view, key, units);
	else
		json_add_raw(out, key, "0");
}

/* part of whole with ten decimals: 0.0017283860. */
static void add_rate(struct buf *out, const struct coin *coin, const char *key,
		     bool has_sign)
{
	int64_t part = coin->price - coin->previous;
	int64_t size = part < 0 ? -part : part, rest = size, rate = 0;

	if (part == 0) {
		json_add_raw(out, key, "0");
		return;
	}
	for (int i = 0; i < 10; i++) {
		rate = rate * 10 + rest * 10 / coin->previous;
		rest = rest * 10 % coin->previous;
	}
	if (rest * 2 >= coin->previous)
		rate++;
	json_add_key(out, key);
	buf_printf(out, "%s0.%010" PRId64, has_sign && part < 0 ? "-" : "",
		   rate);
}

/* Price times volume; behind the point what the noise gives. */
static void add_turnover(struct buf *out, const struct view *view,
			 const char *key, int64_t volume, const char *zeros)
{
	const struct coin *coin = view->coin;
	int64_t whole = coin->price / 10000 * (volume / 1000000) / 1000000;
	char text[NUMBER_BYTES];

	if (view->is_old) {
		format_power(text, whole, 0);
		json_add_raw(out, key, text);
		return;
	}
	json_add_key(out, key);
	buf_printf(out, "%" PRId64 ".%08" PRIu64 "%s", whole,
		   volume == 0 ? 0 : coin->noise % UNIT, zeros);
}

static void add_texts(struct buf *out, int64_t trade_s)
{
	struct tm utc = dates_at(trade_s, 0);
	struct tm kst = dates_at(trade_s, DATES_KOREA_S);
	char text[DATES_TEXT_BYTES];

	strftime(text, sizeof(text), "%Y%m%d", &utc);
	json_add_field(out, "trade_date", text);
	strftime(text, sizeof(text), "%H%M%S", &utc);
	json_add_field(out, "trade_time", text);
	strftime(text, sizeof(text), "%Y%m%d", &kst);
	json_add_field(out, "trade_date_kst", text);
	strftime(text, sizeof(text), "%H%M%S", &kst);
	json_add_field(out, "trade_time_kst", text);
}

static void add_ticker(struct buf *out, const struct coin *coin,
		       const struct arrival *arrival)
{
	const struct fault_rows *rows = &arrival->rows;
	struct view view = { coin, fault_in_row(rows, FAULT_EXPONENT,
						coin->market) != NULL };
	int64_t change = coin->price - coin->previous;
	int64_t trade_ms = arrival->real_ms - coin->age_ms;
	const char *other =
		strcmp(coin->market, "KRW-BTC") == 0 ? "KRW-ETH" : "KRW-BTC";
	char text[NUMBER_BYTES];

	json_add_comma(out);
	if (fault_in_row(rows, FAULT_NULL, coin->market)) {
		buf_puts(out, "null");
		return;
	}
	buf_puts(out, "{");
	json_add_field(out, "market",
		       spoil_get_symbol(rows, coin->market, other));
	add_texts(out, trade_ms / 1000);
	json_add_number(out, "trade_timestamp", trade_ms);
	add_amount(out, &view, "opening_price", coin->open);
	add_amount(out, &view, "high_price", coin->high);
	add_amount(out, &view, "low_price", coin->low);
	format_amount(text, &view, coin->price);
	spoil_add_number(out, rows, coin->market, "trade_price", text);
	add_amount(out, &view, "prev_closing_price", coin->previous);
	json_add_field(out, "change",
		       change > 0   ? "RISE"
		       : change < 0 ? "FALL"
				    : "EVEN");
	add_change(out, &view, "change_price", change < 0 ? -change : change);
	add_rate(out, coin, "change_rate", false);
	add_change(out, &view, "signed_change_price", change);
	add_rate(out, coin, "signed_change_rate", true);
	add_amount(out, &view, "trade_volume",
		   (int64_t)(coin->noise >> 24 & 0xffffff));
	add_turnover(out, &view, "acc_trade_price", coin->volume, "00000000");
	add_turnover(out, &view, "acc_trade_price_24h", coin->volume / 4 * 5,
		     "");
	add_amount(out, &view, "acc_trade_volume", coin->volume);
	add_amount(out, &view, "acc_trade_volume_24h", coin->volume / 4 * 5);
	add_amount(out, &view, "highest_52_week_price",
		   coin->previous / 10 * 13);
	json_add_field(out, "highest_52_week_date", "2025-07-14");
	add_amount(out, &view, "lowest_52_week_price", coin->previous / 10 * 4);
	json_add_field(out, "lowest_52_week_date", "2024-08-05");
	json_add_number(out, "timestamp", arrival->real_ms);
	buf_puts(out, "}");
}

/* Makes the coin what this call is to see. False: it does not exist. */
static bool is_there(const struct arrival *arrival, struct coin *coin)
{
	if (fault_in_row(&arrival->rows, FAULT_ABSENT, coin->market))
		return false;
	if (fault_in_row(&arrival->rows, FAULT_NO_TRADE, coin->market))
		coin_halt(coin);
	return true;
}

static void refuse_missing(struct answer *answer)
{
	upbit_refuse(answer, 400, NULL,
		     "Missing request parameter error. Check the required "
		     "parameters!");
}

static void answer_ticker(const struct request *request,
			  const struct arrival *arrival, struct answer *answer)
{
	struct coin coin;

	if (request->symbol_count == 0 || request->has_too_many) {
		refuse_missing(answer);
		return;
	}
	answer->is_good = true;
	buf_puts(&answer->body, "[");
	for (size_t i = 0; i < request->symbol_count; i++) {
		if (!coin_find(request->symbol[i], &coin) ||
		    !is_there(arrival, &coin)) {
			upbit_refuse(answer, 404, NULL, "Code not found");
			return;
		}
		add_ticker(&answer->body, &coin, arrival);
	}
	buf_puts(&answer->body, "]");
}

static void answer_ticker_all(const struct request *request,
			      const struct arrival *arrival,
			      struct answer *answer)
{
	const char *currencies =
		request_get_argument(request, "quote_currencies");
	struct coin coin;

	if (!currencies || !*currencies) {
		refuse_missing(answer);
		return;
	}
	answer->is_good = true;
	buf_puts(&answer->body, "[");
	for (size_t i = 0; coin_get(i, &coin); i++) {
		if (request_list_has(currencies, ",", coin.market,
				     strcspn(coin.market, "-"), strncasecmp) &&
		    is_there(arrival, &coin))
			add_ticker(&answer->body, &coin, arrival);
	}
	buf_puts(&answer->body, "]");
}

static void answer_markets(const struct arrival *arrival, struct answer *answer)
{
	struct buf *out = &answer->body;
	struct coin coin;

	answer->is_good = true;
	buf_puts(out, "[");
	for (size_t i = 0; coin_get(i, &coin); i++) {
		json_add_comma(out);
		buf_puts(out, "{");
		json_add_field(out, "market", coin.market);
		spoil_add_name(out, &arrival->rows, coin.market, "korean_name",
			       coin.korean);
		json_add_field(out, "english_name", coin.english);
		buf_puts(out, "}");
	}
	buf_puts(out, "]");
}

void upbit_answer(const struct request *request, const struct arrival *arrival,
		  struct answer *answer)
{
	upbit_add_remaining(answer, request, arrival);
	if (request->endpoint == ENDPOINT_MARKETS)
		answer_markets(arrival, answer);
	else if (request->endpoint == ENDPOINT_TICKER_ALL)
		answer_ticker_all(request, arrival, answer);
	else
		answer_ticker(request, arrival, answer);
}
