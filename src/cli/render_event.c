/* SPDX-License-Identifier: MIT */
#include "cli/render.h"

#include <inttypes.h>

#include "base/clock.h"
#include "model/event.h"
#include "net/json_write.h"

static void put_time(struct json_writer *w, const char *key, int64_t real_ms)
{
	char text[CLOCK_TEXT_BYTES];

	clock_format_kst(real_ms, text);
	json_add_string(w, key, text);
}

void render_event(const struct event *e, const char *symbol,
		  const char *provider, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_begin_object(&w);
	json_add_string(&w, "kind", "event");
	json_add_string(&w, "event", event_name(e->type));
	put_time(&w, "at", e->at_ms);
	if (symbol)
		json_add_string(&w, "symbol", symbol);
	if (e->text[0])
		json_add_string(&w, "reason", e->text);
	if (e->attempt > 0) {
		json_add_integer(&w, "attempt", e->attempt);
		json_add_integer(&w, "delay_ms", e->delay_ms);
	}
	if (e->total > 0) {
		json_add_integer(&w, "count", e->count);
		json_add_integer(&w, "total", e->total);
	}
	if (e->type == EVENT_GAP) {
		json_add_integer(&w, "missed_trades", e->count);
		json_add_integer(&w, "missed_volume", e->count_volume);
	}
	if (e->type == EVENT_LATE) {
		json_add_integer(&w, "took_ms", e->delay_ms);
		json_add_integer(&w, "skipped", e->count);
	}
	json_add_string(&w, "provider", provider);
	json_add_bool(&w, "error", false);
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
		if (e->total > 0)
			buf_printf(out,
				   "%" PRId64 " of %" PRId64
				   " symbols followed",
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
	case EVENT_UNREADABLE:
		buf_printf(out, "left out, as it cannot be read: %s", e->text);
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
	case EVENT_LATE:
		buf_printf(out,
			   "a round took %" PRId64 ".%" PRId64 " s: %" PRId64
			   " left out",
			   e->delay_ms / 1000, e->delay_ms % 1000 / 100,
			   e->count);
		break;
	case EVENT_CLOSED_MARKET:
		buf_puts(out, "no trades for five minutes: the market may be "
			      "closed; the line is alive");
		break;
	case EVENT_SNAPSHOT:
		if (e->count < e->total)
			buf_printf(out,
				   "%" PRId64 " of %" PRId64
				   " symbols have a snapshot, the others go on "
				   "without",
				   e->count, e->total);
		break;
	case EVENT_LIMIT:
		buf_printf(out,
			   "the session takes %" PRId64 " of %" PRId64
			   " symbols",
			   e->count, e->total);
		break;
	case EVENT_CONNECTING:
	case EVENT_CONNECTED:
	case EVENT_FOLLOWED:
	case EVENT_DONE:
	case EVENT_TYPES:
		break;
	}
}
