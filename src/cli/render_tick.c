/* SPDX-License-Identifier: MIT */
#include "cli/render_tick.h"

#include <inttypes.h>
#include <stddef.h>

#include "base/clock.h"
#include "model/event.h"
#include "model/market.h"
#include "model/tick.h"
#include "net/json_write.h"

static void put_text(struct json_writer *w, const char *key, const char *text)
{
	json_key(w, key);
	json_put_string(w, text);
}

static void put_time(struct json_writer *w, const char *key, int64_t real_ms)
{
	char text[CLOCK_TEXT_BYTES];

	clock_format_kst(real_ms, text);
	put_text(w, key, text);
}

static void put_count(struct json_writer *w, const char *key, int64_t n)
{
	json_key(w, key);
	if (n == TICK_UNKNOWN)
		json_put_null(w);
	else
		json_put_integer(w, n);
}

static void put_flag(struct json_writer *w, const char *key, bool is_true)
{
	json_key(w, key);
	json_put_raw(w, is_true ? "true" : "false");
}

static void put_numbers(struct json_writer *w, const struct tick *t, int first,
			int end)
{
	static const char *const names[TICK_NUMBERS] = {
		[TICK_PRICE] = "price",
		[TICK_CHANGE] = "change",
		[TICK_CHANGE_PERCENT] = "change_percent",
		[TICK_SIZE] = "size",
		[TICK_VOLUME] = "volume",
		[TICK_TURNOVER] = "turnover",
		[TICK_ASK] = "ask",
		[TICK_BID] = "bid",
		[TICK_ASK_SIZE] = "ask_size",
		[TICK_BID_SIZE] = "bid_size",
		[TICK_OPEN] = "open",
		[TICK_HIGH] = "high",
		[TICK_LOW] = "low",
		[TICK_PREVIOUS_CLOSE] = "previous_close",
		[TICK_VWAP] = "vwap",
		[TICK_STRENGTH] = "strength",
		[TICK_TOTAL_ASK_SIZE] = "total_ask_size",
		[TICK_TOTAL_BID_SIZE] = "total_bid_size",
	};

	for (int n = first; n < end; n++) {
		const char *number = tick_number(t, (enum tick_number)n);

		json_key(w, names[n]);
		if (number)
			json_put_decimal(w, number);
		else
			json_put_null(w);
	}
}

static void begin(struct json_writer *w, struct buf *out, const char *kind)
{
	json_writer_init(w, out);
	json_begin_object(w);
	put_text(w, "kind", kind);
}

static void put_owner(struct json_writer *w, const struct tick_owner *owner)
{
	put_text(w, "symbol", owner->symbol);
	put_text(w, "market", market_name(owner->market));
}

void render_tick(const struct tick *t, const struct tick_owner *owner,
		 bool wants_detail, struct buf *out)
{
	char time[TICK_TIME_BYTES];
	struct json_writer w;

	begin(&w, out, "tick");
	put_owner(&w, owner);
	put_text(&w, "exchange", owner->exchange);
	put_numbers(&w, t, TICK_PRICE, TICK_VOLUME);
	put_text(&w, "side", tick_side_name((enum tick_side)t->side));
	put_numbers(&w, t, TICK_VOLUME,
		    wants_detail ? TICK_NUMBERS : TICK_VWAP);
	put_text(&w, "trade_time", tick_format_time(t, time) ? time : NULL);
	put_time(&w, "received_at", t->received_at_ms);
	put_text(&w, "session",
		 tick_session_name((enum tick_session)t->session));
	json_key(&w, "halted");
	if (t->halt == HALT_UNKNOWN)
		json_put_null(&w);
	else
		json_put_raw(&w, t->halt == HALT_YES ? "true" : "false");
	put_count(&w, "seq", t->trades);
	put_count(&w, "gap", t->gap);
	put_count(&w, "gap_volume", t->gap_volume);
	put_count(&w, "merged", t->merged);
	put_text(&w, "provider", owner->provider);
	put_flag(&w, "error", false);
	json_end_object(&w);
	buf_putc(out, '\n');
}

void render_refused(const struct event *e, const struct tick_owner *owner,
		    struct buf *out)
{
	struct json_writer w;

	begin(&w, out, "refused");
	put_owner(&w, owner);
	put_flag(&w, "error", true);
	put_text(&w, "error_type", err_kind_name(e->kind));
	put_text(&w, "rt_cd", e->rt_cd[0] ? e->rt_cd : "9");
	put_text(&w, "msg_cd", e->msg_cd[0] ? e->msg_cd : NULL);
	put_text(&w, "msg1", e->text);
	put_time(&w, "at", e->at_ms);
	put_text(&w, "provider", owner->provider);
	json_end_object(&w);
	buf_putc(out, '\n');
}

void render_event(const struct event *e, const char *symbol,
		  const char *provider, struct buf *out)
{
	struct json_writer w;

	begin(&w, out, "event");
	put_text(&w, "event", event_name(e->type));
	put_time(&w, "at", e->at_ms);
	if (symbol)
		put_text(&w, "symbol", symbol);
	if (e->text[0])
		put_text(&w, "reason", e->text);
	if (e->attempt > 0) {
		put_count(&w, "attempt", e->attempt);
		put_count(&w, "delay_ms", e->delay_ms);
	}
	if (e->total > 0) {
		put_count(&w, "count", e->count);
		put_count(&w, "total", e->total);
	}
	if (e->type == EVENT_GAP) {
		put_count(&w, "missed_trades", e->count);
		put_count(&w, "missed_volume", e->count_volume);
	}
	put_text(&w, "provider", provider);
	put_flag(&w, "error", false);
	json_end_object(&w);
	buf_putc(out, '\n');
}

static void put_delay(const struct event *e, struct buf *out)
{
	buf_printf(out, ": again in %" PRId64 ".%" PRId64 " s",
		   e->delay_ms / 1000, e->delay_ms % 1000 / 100);
}

void render_event_line(const struct event *e, const char *symbol,
		       struct buf *out)
{
	switch (e->type) {
	case EVENT_SUBSCRIBED:
		buf_printf(out, "%" PRId64 " of %" PRId64 " symbols followed",
			   e->count, e->total);
		break;
	case EVENT_REFUSED:
		buf_printf(out, "%s is not followed: %s%s%s%s", symbol, e->text,
			   e->msg_cd[0] ? " (" : "", e->msg_cd,
			   e->msg_cd[0] ? ")" : "");
		break;
	case EVENT_GAP:
		if (e->count > 0)
			buf_printf(out,
				   "%s: %" PRId64 " trades were not delivered",
				   symbol, e->count);
		else
			buf_printf(out,
				   "%s: trades of %" PRId64
				   " shares were not delivered",
				   symbol, e->count_volume);
		break;
	case EVENT_STALE:
		buf_puts(out, "silence: asked whether the line lives");
		break;
	case EVENT_RESUMED:
		buf_puts(out, "the line lives");
		break;
	case EVENT_RECONNECTING:
		buf_printf(out, "no line (%s)", e->text);
		put_delay(e, out);
		break;
	case EVENT_HELD:
		buf_printf(out, "another session of this app key is open (%s)",
			   e->text);
		put_delay(e, out);
		break;
	case EVENT_BLOCKED:
		buf_puts(out, "ten failures in a row: the broker may have "
			      "blocked this key or address for a time");
		break;
	case EVENT_CLOSED_MARKET:
		buf_puts(out, "no trades for five minutes: the market may be "
			      "closed; the line is alive");
		break;
	case EVENT_CONNECTING:
	case EVENT_CONNECTED:
	case EVENT_FOLLOWED:
	case EVENT_SNAPSHOT:
	case EVENT_LIMIT:
	case EVENT_DONE:
	case EVENT_TYPES:
		break;
	}
}
