/* SPDX-License-Identifier: MIT */
/* Every field of a record, once: its name, how the table heads it, its unit,
 * what it means, who fills it. --fields help, the man page and the README's table
 * are made of it. */
#include "cli/fields.h"

#include <string.h>

#include "base/buf.h"

#define SHARES_ABROAD "kis (abroad: --detail)"

/* A field's name, and as it stands in JSON. */
#define NAMED(name) #name, ",\"" #name "\":", sizeof #name + 3

const struct field_row field_table[FIELD_COUNT] = {
	[QUOTE_PRICE] = { NAMED(price), "Price", "currency",
			  "of the last trade", "all", "" },
	[QUOTE_CHANGE] = { NAMED(change), "Change", "currency",
			   "price less previous_close, signed",
			   "kis, alpaca, upbit", "" },
	[QUOTE_CHANGE_PERCENT] = { NAMED(change_percent), "Change %", "%",
				   "the same in percent of previous_close",
				   "kis, alpaca, upbit", "" },
	[QUOTE_OPEN] = { NAMED(open), "Open", "currency",
			 "first price of the day",
			 SHARES_ABROAD ", alpaca, upbit", "" },
	[QUOTE_HIGH] = { NAMED(high), "High", "currency", "highest of the day",
			 SHARES_ABROAD ", alpaca, upbit", "" },
	[QUOTE_LOW] = { NAMED(low), "Low", "currency", "lowest of the day",
			SHARES_ABROAD ", alpaca, upbit", "" },
	[QUOTE_PREVIOUS_CLOSE] = { NAMED(previous_close), "Previous",
				   "currency", "last price of the day before",
				   "kis, alpaca, upbit", "" },
	[QUOTE_VOLUME] = { NAMED(volume), "Volume", "shares, coins",
			   "traded since the day began", "kis, alpaca, upbit",
			   "" },
	[QUOTE_TURNOVER] = { NAMED(turnover), "Turnover", "currency",
			     "what was paid for the volume", "kis, upbit", "" },
	[QUOTE_BID] = { NAMED(bid), "Bid", "currency",
			"best price offered for it",
			"kis (Korea, real account), alpaca", "" },
	[QUOTE_ASK] = { NAMED(ask), "Ask", "currency",
			"best price asked for it",
			"kis (Korea, real account), alpaca", "" },
	[QUOTE_PER] = { NAMED(per), "PER", "", "price to earnings",
			"kis --detail", "--detail" },
	[QUOTE_PBR] = { NAMED(pbr), "PBR", "", "price to book value",
			"kis --detail", "--detail" },
	[QUOTE_EPS] = { NAMED(eps), "EPS", "currency", "earnings per share",
			"kis --detail", "--detail" },
	[QUOTE_BPS] = { NAMED(bps), "BPS", "currency", "book value per share",
			"kis --detail", "--detail" },
	[QUOTE_MARKET_CAP] = { NAMED(market_cap), "Market cap", "currency",
			       "of all shares, not in 100 millions",
			       "kis --detail", "--detail" },
	[QUOTE_WEEK52_HIGH] = { NAMED(week52_high), "52w high", "currency",
				"highest of 52 weeks", "kis --detail, upbit",
				"--detail" },
	[QUOTE_WEEK52_LOW] = { NAMED(week52_low), "52w low", "currency",
			       "lowest of 52 weeks", "kis --detail, upbit",
			       "--detail" },
	[FIELD_SYMBOL] = { NAMED(symbol), "Symbol", "", "the code, in capitals",
			   "all", "" },
	[FIELD_MARKET] = { NAMED(market), "Market", "",
			   "as asked: US where the exchange was left open",
			   "all", "" },
	[FIELD_EXCHANGE] = { NAMED(exchange), "Exch", "", "where it was found",
			     "all", "" },
	[FIELD_NAME] = { NAMED(name), "Name", "",
			 "of the share; --detail: of --find's lists, too",
			 "kis (Korea, real account)", "" },
	[FIELD_CURRENCY] = { NAMED(currency), "Ccy", "ISO 4217",
			     "of the prices", "all", "" },
	[FIELD_FETCHED_AT] = { NAMED(fetched_at), "Fetched at", "RFC 3339",
			       "when the answer came, Korean time", "all", "" },
	[FIELD_PROVIDER] = { NAMED(provider), "Provider", "",
			     "the source: kis, alpaca, upbit, ecb", "all", "" },
	[FIELD_RT_CD] = { NAMED(rt_cd), "rt_cd", "",
			  "the broker's verdict; 9: an error of ours", "all",
			  "" },
	[FIELD_MSG_CD] = { NAMED(msg_cd), "msg_cd", "",
			   "the broker's message code", "kis", "" },
	[FIELD_MSG1] = { NAMED(msg1), "msg1", "",
			 "the broker's message, or 'Error: ...'", "all", "" },
	[FIELD_ERROR] = { NAMED(error), "Error", "true, false",
			  "whether there is no quote", "all", "" },
	[FIELD_ERROR_TYPE] = { NAMED(error_type), "Error type", "",
			       "the kind of error: NotFound, Timeout, ...",
			       "errors", "" },
	[FIELD_RETRYABLE] = { NAMED(retryable), "Retryable", "true, false",
			      "whether another try may help", "errors", "" },
	[FIELD_ATTEMPTS] = { NAMED(attempts), "Attempts", "",
			     "calls made for the symbol", "all", "" },
	[FIELD_LATENCY_MS] = { NAMED(latency_ms), "ms", "ms",
			       "round trip of the call", "quotes", "" },
	[FIELD_INPUT] = { NAMED(input), "Input", "",
			  "as it was typed: read again, it means the same",
			  "all", "" },
	[FIELD_QUOTED_AT] = { NAMED(quoted_at), "Quoted at", "RFC 3339",
			      "when the price was made, or its date",
			      "alpaca, upbit, ecb", "" },
	[FIELD_SESSION] = { NAMED(session), "Session", "",
			    "pre, regular, close, after, auction or closed",
			    "alpaca, ticks", "" },
	[FIELD_DELAYED_MINUTES] = { NAMED(delayed_minutes), "Delay", "min",
				    "by which the source holds prices back",
				    "quotes", "" },
	[FIELD_TRIED] = { NAMED(tried), "Tried", "",
			  "sources asked before, each with why not",
			  "all, of several sources", "" },
	[FIELD_CHECK] = { NAMED(check), "Check", "JSON",
			  "a second source's word on the price",
			  "all, with --cross-check", "--cross-check" },
	[FIELD_STALE] = { NAMED(stale), "Stale", "true, false",
			  "a quote of an earlier run, instead of the error",
			  "quotes, with --stale-if-error", "" },
	[FIELD_AGE_SECONDS] = { NAMED(age_seconds), "Age s", "s",
				"since the answer came; 0: in this run",
				"quotes", "" },
	[FIELD_RAW] = { NAMED(raw), "Raw", "JSON", "the source's own answer",
			"all, with --raw", "--raw" },
	[FIELD_KIND] = { NAMED(kind), "Kind", "",
			 "tick, snapshot, poll, refused or event",
			 "a stream's records", "" },
	[FIELD_SIZE] = { NAMED(size), "Size", "shares", "of this trade",
			 "ticks", "" },
	[FIELD_SIDE] = { NAMED(side), "Side", "", "who came: buy or sell",
			 "ticks", "" },
	[FIELD_ASK_SIZE] = { NAMED(ask_size), "Ask size", "shares",
			     "offered at ask", "ticks", "" },
	[FIELD_BID_SIZE] = { NAMED(bid_size), "Bid size", "shares",
			     "wanted at bid", "ticks", "" },
	[FIELD_VWAP] = { NAMED(vwap), "VWAP", "currency",
			 "average price of the day's volume", "ticks, --detail",
			 "--detail" },
	[FIELD_STRENGTH] = { NAMED(strength), "Strength", "%",
			     "volume bought to volume sold", "ticks, --detail",
			     "--detail" },
	[FIELD_TOTAL_ASK_SIZE] = { NAMED(total_ask_size), "Asked", "shares",
				   "offered at all prices", "ticks, --detail",
				   "--detail" },
	[FIELD_TOTAL_BID_SIZE] = { NAMED(total_bid_size), "Wanted", "shares",
				   "wanted at all prices", "ticks, --detail",
				   "--detail" },
	[FIELD_TRADE_TIME] = { NAMED(trade_time), "Trade time", "RFC 3339",
			       "of the trade, to the second", "ticks", "" },
	[FIELD_RECEIVED_AT] = { NAMED(received_at), "Received at", "RFC 3339",
				"when it came here, Korean time",
				"ticks, refusals", "" },
	[FIELD_HALTED] = { NAMED(halted), "Halted", "true, false",
			   "whether trading is stopped", "ticks (Korea)", "" },
	[FIELD_SEQ] = { NAMED(seq), "Trades", "",
			"trades of the day, this one included", "ticks (Korea)",
			"" },
	[FIELD_GAP] = { NAMED(gap), "Gap", "trades",
			"missed since the symbol's last tick", "ticks", "" },
	[FIELD_GAP_VOLUME] = { NAMED(gap_volume), "Gap volume", "shares",
			       "in those that were missed", "ticks", "" },
	[FIELD_MERGED] = { NAMED(merged), "Merged", "ticks",
			   "earlier ones that went into this one", "ticks",
			   "" },
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
