/* SPDX-License-Identifier: MIT */
/* alpaca_snapshot.c: one symbol of Alpaca's snapshots: the latest trade and
 * quote, the bars of the minute, the day and the day before. */
#include "sandbox/alpaca.h"
#include "sandbox/dates.h"
#include "sandbox/json_text.h"
#include "sandbox/market.h"
#include "sandbox/spoil.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_BYTES = 40 };

/* Ten-thousandths as the shortest decimal: 174, 172.7, 161.1998. */
static void format_number(char text[NUMBER_BYTES], int64_t money)
{
	size_t len;

	snprintf(text, NUMBER_BYTES, "%" PRId64 ".%04" PRId64, money / 10000,
		 money % 10000);
	for (len = strlen(text); text[len - 1] == '0'; len--)
		continue;
	text[text[len - 1] == '.' ? len - 1 : len] = '\0';
}

static void add_money(struct buf *out, const char *key, int64_t money)
{
	char text[NUMBER_BYTES];

	format_number(text, money);
	json_add_raw(out, key, text);
}

static void add_time(struct buf *out, int64_t unix_s, int64_t ns)
{
	char text[DATES_TEXT_BYTES];

	dates_format_rfc3339(text, unix_s, ns);
	json_add_field(out, "t", text);
}

/* One share at one moment. */
struct view {
	const struct stock *stock;
	const struct fault_rows *rows;
	int64_t trade_s, trade_ns;
	int64_t day_s; /* when the daily bar's day began */
};

static void add_trade(struct buf *out, const struct view *view)
{
	const struct stock *stock = view->stock;
	char price[NUMBER_BYTES];

	json_add_key(out, "latestTrade");
	buf_puts(out, "{");
	add_time(out, view->trade_s, view->trade_ns);
	json_add_field(out, "x", "V");
	format_number(price, stock->price);
	spoil_add_number(out, view->rows, stock->code, "p", price);
	json_add_number(out, "s", (int64_t)(1 + stock->noise % 400));
	buf_puts(out, ",\"c\":[\"@\"]");
	json_add_number(out, "i", (int64_t)(stock->noise >> 20 & 0xffff));
	json_add_field(out, "z", stock->noise & 1 ? "C" : "A");
	buf_puts(out, "}");
}

/* Some have no bid or no ask: 0. */
static void add_quote(struct buf *out, const struct view *view)
{
	const struct stock *stock = view->stock;
	int64_t middle = stock->price > 0 ? stock->price : stock->previous;
	int64_t spread = (int64_t)(1 + (stock->noise >> 4) % 9) * 100;
	bool has_bid = (stock->noise >> 50 & 15) != 0;
	bool has_ask = (stock->noise >> 54 & 15) != 0;

	json_add_key(out, "latestQuote");
	buf_puts(out, "{");
	add_time(out, view->trade_s, view->trade_ns / 1000 * 1000);
	json_add_field(out, "ax", "V");
	add_money(out, "ap", has_ask ? middle + spread : 0);
	json_add_number(out, "as", has_ask ? 200 : 0);
	json_add_field(out, "bx", "V");
	add_money(out, "bp", has_bid ? middle - spread : 0);
	json_add_number(out, "bs", has_bid ? 100 : 0);
	buf_puts(out, ",\"c\":[\"R\"]");
	json_add_field(out, "z", stock->noise & 1 ? "C" : "A");
	buf_puts(out, "}");
}

struct bar {
	int64_t open, high, low, close, volume;
};

static void add_bar(struct buf *out, const char *key, const struct bar *bar,
		    int64_t unix_s)
{
	json_add_key(out, key);
	buf_puts(out, "{");
	add_time(out, unix_s, 0);
	add_money(out, "o", bar->open);
	add_money(out, "h", bar->high);
	add_money(out, "l", bar->low);
	add_money(out, "c", bar->close);
	json_add_number(out, "v", bar->volume);
	json_add_number(out, "n", bar->volume / 90 + 1);
	add_money(out, "vw", (bar->high + bar->low) / 2);
	buf_puts(out, "}");
}

/* A day that ended at close, made up. */
static struct bar past_day(const struct stock *stock, int64_t close)
{
	int64_t step = close / 200;

	return (struct bar){ close - step, close + step, close - 2 * step,
			     close, (int64_t)(stock->noise >> 33 & 0xffffff) };
}

/* The bars of today and the day before; before the first trade of a session
 * the daily bar is still that of the last one. */
static void add_days(struct buf *out, const struct view *view)
{
	const struct stock *stock = view->stock;
	struct bar today = { stock->open, stock->high, stock->low, stock->price,
			     stock->volume / 40 };
	struct bar before = past_day(stock, stock->previous);
	struct bar older = past_day(stock, stock->previous / 100 * 97);
	int64_t day_s = view->day_s;

	if (stock->is_preopen || stock->price == 0) {
		add_bar(out, "dailyBar", &before, day_s);
		add_bar(out, "prevDailyBar", &older,
			dates_new_york_midnight_s(day_s - 3600));
		return;
	}
	add_bar(out, "minuteBar", &today, view->trade_s / 60 * 60);
	add_bar(out, "dailyBar", &today, day_s);
	add_bar(out, "prevDailyBar", &before,
		dates_new_york_midnight_s(day_s - 3600));
}

void alpaca_add_snapshot(struct buf *out, const struct arrival *arrival,
			 const struct stock *stock)
{
	int64_t now_s = arrival->real_ms / 1000;
	struct view view = {
		.stock = stock,
		.rows = &arrival->rows,
		.trade_s = now_s - (int64_t)(stock->noise % 30),
		.trade_ns = (int64_t)(stock->noise % 1000000) * 1000 +
			    (int64_t)(stock->noise & 1 ? 0 : 956),
	};
	const char *other = strcmp(stock->code, "MSFT") == 0 ? "NVDA" : "MSFT";

	view.day_s = dates_new_york_midnight_s(view.trade_s);
	if (stock->is_preopen || stock->price == 0)
		view.day_s = dates_new_york_midnight_s(view.day_s - 3600);
	json_add_key(out, spoil_get_symbol(view.rows, stock->code, other));
	if (fault_in_row(view.rows, FAULT_NULL, stock->code)) {
		buf_puts(out, "null");
		return;
	}
	buf_puts(out, "{");
	if (stock->price > 0)
		add_trade(out, &view);
	add_quote(out, &view);
	add_days(out, &view);
	buf_puts(out, "}");
}
