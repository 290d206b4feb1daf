/* SPDX-License-Identifier: MIT */
/* Does what the line decides; each outcome is the line's next event. */
#include "stream/stream_part.h"

#include "base/clock.h"
#include "base/entropy.h"

static uint32_t draw(void)
{
	uint32_t bits = UINT32_MAX / 2;

	if (entropy_fill(&bits, sizeof bits, NULL) < 0)
		bits = UINT32_MAX / 2; /* no jitter */
	return bits;
}

/* What came of an event of the line: told to the reader, where it matters. */
static void tell_line(struct stream *s, enum line_state was, bool is_held)
{
	const struct line *l = &s->line;
	struct event e;

	if (was == LINE_PROBE && l->state == LINE_LIVE)
		stream_tell_plain(s, EVENT_RESUMED);
	if (was == LINE_LIVE && l->state == LINE_PROBE)
		stream_tell_plain(s, EVENT_STALE);
	if (l->state != LINE_WAITING || was == LINE_WAITING)
		return;
	e = stream_make_event(is_held ? EVENT_HELD : EVENT_RECONNECTING);
	/* What it brought comes before the news of its end. */
	stream_hand_over(s);
	e.kind = l->err.kind;
	e.attempt = ++s->attempt;
	e.delay_ms = (l->due_ns - clock_monotonic_ns()) / NS_PER_MS;
	stream_put_text(s, &e,
			l->err.msg[0]
				? l->err.msg
				: "six sessions were opened in ten minutes");
	stream_tell(s, &e);
	if (reopen_looks_blocked(&l->reopen) && !s->has_told_block) {
		s->has_told_block = true;
		stream_tell_plain(s, EVENT_BLOCKED);
	}
}

enum line_action stream_take_event(struct stream *s, enum line_event event,
				   struct line_news news)
{
	enum line_state was = s->line.state;
	bool was_open = line_is_open(&s->line);
	int64_t now = s->now_ns;
	enum line_action action;

	/* After what was heard nothing waits, and it comes a hundred thousand
	 * times a second. */
	if (event != LINE_HEARD) {
		news.random = draw();
		now = clock_monotonic_ns();
	}
	action = line_take(&s->line, event, &news, now);
	if (was_open && !line_is_open(&s->line)) {
		ws_drop(s->ws);
		roster_cut(&s->roster);
		s->counts.uptime_ns +=
			clock_monotonic_ns() - s->line.live_since_ns;
		s->unread_ns = s->beat_ns = s->held_up_ns = CLOCK_NEVER;
		s->has_frame = false;
		s->has_settled = false;
		s->garbled_in_a_row = 0;
		s->told_unreadable = 0;
	}
	tell_line(s, was, event == LINE_BUSY);
	return action;
}

enum line_action stream_take_plain(struct stream *s, enum line_event event)
{
	return stream_take_event(s, event, (struct line_news){ .random = 0 });
}

static enum line_action get_key(struct stream *s, bool is_dead)
{
	struct err err;

	if (approval_get(&s->approval, is_dead, &err) == 0)
		return stream_take_plain(s, LINE_KEY_GOT);
	if (stop_reason(&s->stop))
		return stream_take_plain(s, LINE_STOP);
	return stream_take_event(s, LINE_KEY_FAILED,
				 (struct line_news){ .err = &err });
}

static enum line_action open_line(struct stream *s)
{
	int64_t now = clock_monotonic_ns();
	bool was_reached;
	struct err err;
	int rc;

	stream_tell_plain(s, EVENT_CONNECTING);
	rc = ws_open(s->ws, s->config.url, &s->stop,
		     now + s->config.approval.try_timeout_ns, &was_reached,
		     &err);
	if (was_reached) {
		now = clock_monotonic_ns();
		reopen_add_opening(&s->line.reopen, now);
		session_lock_note(&s->lock, now);
		s->counts.sessions++;
	}
	if (rc == 0) {
		stream_tell_plain(s, EVENT_CONNECTED);
		s->last_tick_ns = now;
		return stream_take_plain(s, LINE_OPENED);
	}
	if (stop_reason(&s->stop))
		return stream_take_plain(s, LINE_STOP);
	return stream_take_event(
		s, LINE_OPEN_FAILED,
		(struct line_news){ .err = &err, .was_reached = was_reached });
}

void stream_act(struct stream *s, enum line_action action)
{
	while (action != LINE_NOTHING && action != LINE_END) {
		struct err err = { .kind = ERR_NETWORK };

		switch (action) {
		case LINE_GET_KEY:
		case LINE_RENEW_KEY:
			action = get_key(s, action == LINE_RENEW_KEY);
			break;
		case LINE_OPEN:
			action = open_line(s);
			break;
		case LINE_PING:
			action = LINE_NOTHING;
			if (ws_send(s->ws, WS_PING, "", 0, &err) < 0)
				action = stream_take_event(
					s, LINE_LOST,
					(struct line_news){ .err = &err });
			break;
		case LINE_CLOSE:
			ws_end(s->ws, WS_STATUS_NORMAL, s->line.due_ns);
			action = stream_take_event(
				s, LINE_LOST,
				(struct line_news){ .err = &err });
			break;
		case LINE_NOTHING:
		case LINE_END:
			break;
		}
	}
}

void stream_lose(struct stream *s, const struct err *err, int status,
		 bool is_policy)
{
	if (status)
		ws_end(s->ws, status, clock_monotonic_ns() + NS_PER_SEC);
	stream_act(s, stream_take_event(
			      s, LINE_LOST,
			      (struct line_news){ .err = err,
						  .is_policy = is_policy }));
}
