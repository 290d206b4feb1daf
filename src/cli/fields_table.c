/* SPDX-License-Identifier: MIT */
/* Every field of a record, once: its name, how the table heads it, its unit,
 * what it means, who fills it. --fields help, the man page and the README's table
 * are made of it. */
#include "cli/fields.h"

#include <string.h>

#include "base/buf.h"

#define SHARES_ABROAD "kis (abroad: --detail)"

/* A field with its name, also as it stands in JSON; title, unit, meaning, who
 * fills it. */
#define ROW(field, name, ...) \
	[field] = { #name, ",\"" #name "\":", sizeof #name + 3, __VA_ARGS__ }

const struct field_row field_table[FIELD_COUNT] = {
	ROW(QUOTE_PRICE, price, "Price", "currency", "of the last trade",
	    "all"),
	ROW(QUOTE_CHANGE, change, "Change", "currency",
	    "price less previous_close, signed", "kis, alpaca, upbit"),
	ROW(QUOTE_CHANGE_PERCENT, change_percent, "Change %", "%",
	    "the same in percent of previous_close", "kis, alpaca, upbit"),
	ROW(QUOTE_OPEN, open, "Open", "currency", "first price of the day",
	    SHARES_ABROAD ", alpaca, upbit"),
	ROW(QUOTE_HIGH, high, "High", "currency", "highest of the day",
	    SHARES_ABROAD ", alpaca, upbit"),
	ROW(QUOTE_LOW, low, "Low", "currency", "lowest of the day",
	    SHARES_ABROAD ", alpaca, upbit"),
	ROW(QUOTE_PREVIOUS_CLOSE, previous_close, "Previous", "currency",
	    "last price of the day before", "kis, alpaca, upbit"),
	ROW(QUOTE_VOLUME, volume, "Volume", "shares, coins",
	    "traded since the day began", "kis, alpaca, upbit"),
	ROW(QUOTE_TURNOVER, turnover, "Turnover", "currency",
	    "what was paid for the volume", "kis, upbit"),
	ROW(QUOTE_BID, bid, "Bid", "currency", "best price offered for it",
	    "kis (Korea, real account), alpaca"),
	ROW(QUOTE_ASK, ask, "Ask", "currency", "best price asked for it",
	    "kis (Korea, real account), alpaca"),
	ROW(QUOTE_PER, per, "PER", "", "price to earnings", "kis --detail"),
	ROW(QUOTE_PBR, pbr, "PBR", "", "price to book value", "kis --detail"),
	ROW(QUOTE_EPS, eps, "EPS", "currency", "earnings per share",
	    "kis --detail"),
	ROW(QUOTE_BPS, bps, "BPS", "currency", "book value per share",
	    "kis --detail"),
	ROW(QUOTE_MARKET_CAP, market_cap, "Market cap", "currency",
	    "of all shares, not in 100 millions", "kis --detail"),
	ROW(QUOTE_WEEK52_HIGH, week52_high, "52w high", "currency",
	    "highest of 52 weeks", "kis --detail, upbit"),
	ROW(QUOTE_WEEK52_LOW, week52_low, "52w low", "currency",
	    "lowest of 52 weeks", "kis --detail, upbit"),
	ROW(FIELD_SYMBOL, symbol, "Symbol", "", "the code, in capitals", "all"),
	ROW(FIELD_MARKET, market, "Market", "",
	    "as asked: US where the exchange was left open", "all"),
	ROW(FIELD_EXCHANGE, exchange, "Exch", "", "where it was found", "all"),
	ROW(FIELD_NAME, name, "Name", "",
	    "of the share; --detail: of --find's lists, too",
	    "kis (Korea, real account)"),
	ROW(FIELD_CURRENCY, currency, "Ccy", "ISO 4217", "of the prices",
	    "all"),
	ROW(FIELD_FETCHED_AT, fetched_at, "Fetched at", "RFC 3339",
	    "when the answer came, Korean time", "all"),
	ROW(FIELD_PROVIDER, provider, "Provider", "",
	    "the source: kis, alpaca, upbit, ecb", "all"),
	ROW(FIELD_RT_CD, rt_cd, "rt_cd", "",
	    "the broker's verdict; 9: an error of ours", "all"),
	ROW(FIELD_MSG_CD, msg_cd, "msg_cd", "", "the broker's message code",
	    "kis"),
	ROW(FIELD_MSG1, msg1, "msg1", "",
	    "the broker's message, or 'Error: ...'", "all"),
	ROW(FIELD_ERROR, error, "Error", "true, false",
	    "whether there is no quote", "all"),
	ROW(FIELD_ERROR_TYPE, error_type, "Error type", "",
	    "the kind of error: NotFound, Timeout, ...", "errors"),
	ROW(FIELD_RETRYABLE, retryable, "Retryable", "true, false",
	    "whether another try may help", "errors"),
	ROW(FIELD_ATTEMPTS, attempts, "Attempts", "",
	    "calls made for the symbol", "all"),
	ROW(FIELD_LATENCY_MS, latency_ms, "ms", "ms", "round trip of the call",
	    "quotes"),
	ROW(FIELD_INPUT, input, "Input", "",
	    "as it was typed: read again, it means the same", "all"),
	ROW(FIELD_QUOTED_AT, quoted_at, "Quoted at", "RFC 3339",
	    "when the price was made, or its date", "alpaca, upbit, ecb"),
	ROW(FIELD_SESSION, session, "Session", "",
	    "pre, regular, close, after, auction or closed", "alpaca, ticks"),
	ROW(FIELD_DELAYED_MINUTES, delayed_minutes, "Delay", "min",
	    "by which the source holds prices back", "quotes"),
	ROW(FIELD_TRIED, tried, "Tried", "",
	    "sources asked before, each with why not",
	    "all, of several sources"),
	ROW(FIELD_CHECK, check, "Check", "JSON",
	    "a second source's word on the price", "all, with --cross-check"),
	ROW(FIELD_STALE, stale, "Stale", "true, false",
	    "a quote of an earlier run, instead of the error",
	    "quotes, with --stale-if-error"),
	ROW(FIELD_AGE_SECONDS, age_seconds, "Age s", "s",
	    "since the answer came; 0: in this run", "quotes"),
	ROW(FIELD_RAW, raw, "Raw", "JSON", "the source's own answer",
	    "all, with --raw"),
	ROW(FIELD_KIND, kind, "Kind", "",
	    "tick, snapshot, poll, refused or event", "a stream's records"),
	ROW(FIELD_SIZE, size, "Size", "shares", "of this trade", "ticks"),
	ROW(FIELD_SIDE, side, "Side", "", "who came: buy or sell", "ticks"),
	ROW(FIELD_ASK_SIZE, ask_size, "Ask size", "shares", "offered at ask",
	    "ticks"),
	ROW(FIELD_BID_SIZE, bid_size, "Bid size", "shares", "wanted at bid",
	    "ticks"),
	ROW(FIELD_VWAP, vwap, "VWAP", "currency",
	    "average price of the day's volume", "ticks, --detail"),
	ROW(FIELD_STRENGTH, strength, "Strength", "%",
	    "volume bought to volume sold", "ticks, --detail"),
	ROW(FIELD_TOTAL_ASK_SIZE, total_ask_size, "Asked", "shares",
	    "offered at all prices", "ticks, --detail"),
	ROW(FIELD_TOTAL_BID_SIZE, total_bid_size, "Wanted", "shares",
	    "wanted at all prices", "ticks, --detail"),
	ROW(FIELD_TRADE_TIME, trade_time, "Trade time", "RFC 3339",
	    "of the trade, to the second", "ticks"),
	ROW(FIELD_RECEIVED_AT, received_at, "Received at", "RFC 3339",
	    "when it came here, Korean time", "ticks, refusals"),
	ROW(FIELD_HALTED, halted, "Halted", "true, false",
	    "whether trading is stopped", "ticks (Korea)"),
	ROW(FIELD_SEQ, seq, "Trades", "",
	    "trades of the day, this one included", "ticks (Korea)"),
	ROW(FIELD_GAP, gap, "Gap", "trades",
	    "missed since the symbol's last tick", "ticks"),
	ROW(FIELD_GAP_VOLUME, gap_volume, "Gap volume", "shares",
	    "in those that were missed", "ticks"),
	ROW(FIELD_MERGED, merged, "Merged", "ticks",
	    "earlier ones that went into this one", "ticks"),
};

const char *field_name(enum field f)
{
	require((unsigned)f < FIELD_COUNT);
	return field_table[f].name;
}

/* ---- the page ---- */

enum { NAME_COLUMN = 18, UNIT_COLUMN = 33 };

static void pad(struct buf *out, size_t line, size_t column)
{
	do
		buf_putc(out, ' ');
	while (out->len - line < column && !out->is_over && !out->is_exhausted);
}

static void put_row(struct buf *out, const char *name, const char *unit,
		    const char *meaning, const char *filled_by)
{
	size_t line = out->len;

	buf_puts(out, name);
	pad(out, line, NAME_COLUMN);
	buf_puts(out, unit);
	pad(out, line, UNIT_COLUMN);
	buf_printf(out, "%s\n", meaning);
	if (*filled_by == '\0')
		return;
	line = out->len;
	pad(out, line, UNIT_COLUMN);
	buf_printf(out, "[%s]\n", filled_by);
}

static const char note[] =
	"What a source does not tell is null. An error has no prices, but where "
	"the share\nis only not traded (NoTrade).\n";

void fields_help(struct buf *out)
{
	struct field_set all;

	fields_all(&all);
	put_row(out, "Field", "Unit", "Meaning [filled by]", "");
	for (size_t i = 0; i < all.count; i++) {
		const struct field_row *row = &field_table[all.field[i]];

		put_row(out, row->name, row->unit, row->meaning, row->source);
	}
	buf_printf(out, "\n%s", note);
}

void fields_help_markdown(struct buf *out)
{
	struct field_set all;

	fields_all(&all);
	buf_puts(out, "| field | unit | meaning | filled by |\n"
		      "|---|---|---|---|\n");
	for (size_t i = 0; i < all.count; i++) {
		const struct field_row *row = &field_table[all.field[i]];

		buf_printf(out, "| `%s` | %s | %s | %s |\n", row->name,
			   row->unit, row->meaning, row->source);
	}
	buf_printf(out, "\n%s", note);
}
