/* SPDX-License-Identifier: MIT */
/* From a frame of the socket to ticks for the reader. */
#include "stream/stream_part.h"

#include <stdio.h>

#include "base/clock.h"

enum {
	EVENTS_A_TURN =
		2000, /* of the socket; then stop and timers have a look */
	EVENTS_BEHIND = 200,       /* more than come in a turn that keeps up */
	GARBLED_MAX = 3,           /* texts in a row that are no UTF-8 */
	ECHO_MAX_BYTES = 8 * 1024, /* of a heartbeat */
	STATUS_POLICY = 1008
};

enum { UNREADABLE_TEXT = 1, UNREADABLE_FRAME = 2, UNREADABLE_RECORD = 4 };

#define GAP_EVENT_NS (60 * NS_PER_SEC) /* at most one for each symbol in it */

static void note_gap(struct stream *s, const struct tick *t,
		     enum gap_verdict verdict, int64_t now_ns)
{
	struct followed *f = &s->followed[t->symbol];
	struct event e;

	s->counts.reordered += verdict == GAP_REORDERED;
	s->counts.unexplained += verdict == GAP_UNEXPLAINED;
	s->counts.gaps += verdict == GAP_MISSED;
	if (t->gap > 0) {
		f->missed += t->gap;
		s->counts.missed_trades += t->gap;
	}
	if (verdict == GAP_MISSED && t->gap_volume > 0)
		f->missed_volume += t->gap_volume;
	if ((!f->missed && !f->missed_volume) ||
	    (f->told_ns && now_ns - f->told_ns < GAP_EVENT_NS))
		return;
	e = stream_make_event(EVENT_GAP);
	e.symbol = t->symbol;
	e.count = f->missed;
	e.count_volume = f->missed_volume;
	stream_tell(s, &e);
	f->missed = f->missed_volume = 0;
	f->told_ns = now_ns;
}

static void take_tick(struct stream *s, struct tick *t)
{
	bool is_leaving;
	size_t index = roster_find(&s->roster, s->frame.channel, s->frame.key,
				   s->frame.key_len, &is_leaving);

	if (index == SIZE_MAX) {
		s->counts.aliens += !is_leaving;
		return;
	}
	t->symbol = (uint32_t)index;
	t->received_ns = s->frame_ns;
	t->received_at_ms = s->frame_ms;
	note_gap(s, t, gap_take(&s->followed[index].gap, t), s->frame_ns);
	s->last_tick_ns = s->frame_ns;
	s->has_told_quiet = false;
	s->counts.ticks++;
	s->batch_len++;
}

/* Of each kind the first on a line is told, and all are counted: a broker that
 * changes its records would else leave nothing but silence. */
static void tell_unreadable(struct stream *s, unsigned kind, const char *what,
			    const char *why)
{
	struct event e = stream_make_event(EVENT_UNREADABLE);
	char text[2 * EVENT_TEXT_BYTES];

	if (s->told_unreadable & kind)
		return;
	s->told_unreadable |= kind;
	snprintf(text, sizeof text, "%s%s", what, why);
	stream_put_text(s, &e, text);
	stream_tell(s, &e);
}

/* Reads on in the frame. Returns false when it had to stop for the reader. */
static bool read_frame(struct stream *s)
{
	while (s->has_frame) {
		struct tick *t;
		struct err err;
		int rc;

		if (s->batch_len == STREAM_BATCH && !stream_hand_over(s))
			return false;
		t = &s->batch[s->batch_len];
		rc = s->config.feed->next_tick(&s->frame, s->config.wanted, t,
					       &err);
		if (rc > 0) {
			take_tick(s, t);
		} else if (rc < 0) {
			s->counts.bad_records++;
			tell_unreadable(s, UNREADABLE_RECORD,
					"a trade: ", err.msg);
		}
		s->has_frame = rc != 0;
	}
	return true;
}

static void take_frame(struct stream *s, const struct ws_event *event)
{
	struct err err;
	int rc = s->config.feed->open_frame(event->data, event->len, &s->frame,
					    &err);

	s->frame_ns = s->now_ns;
	s->frame_ms = s->now_ms;
	s->counts.frames++;
	s->counts.unknown_frames += rc == 0;
	s->has_frame = rc > 0;
	if (rc < 0) {
		s->counts.bad_frames++;
		tell_unreadable(s, UNREADABLE_FRAME, "a frame: ", err.msg);
	}
}

static void take_answer(struct stream *s, const struct feed_message *m)
{
	struct err err;

	s->counts.answers++;
	err_set(&err, m->answer == FEED_BUSY ? ERR_LIMIT : ERR_AUTH, "%s (%s)",
		m->msg1, m->msg_cd);
	if (m->answer == FEED_BUSY)
		stream_act(s, stream_take_event(
				      s, LINE_BUSY,
				      (struct line_news){ .err = &err }));
	else if (m->answer == FEED_KEY_DEAD)
		stream_act(s, stream_take_event(
				      s, LINE_KEY_DEAD,
				      (struct line_news){ .err = &err }));
	else if (!roster_answer(&s->roster, m, clock_monotonic_ns()))
		s->counts.aliens++;
	if (m->answer == FEED_SUBSCRIBED) {
		stream_take_plain(s, LINE_ACCEPTED);
		approval_confirm(&s->approval, s->line.live_since_ns);
	}
	if (m->answer == FEED_FULL)
		stream_tell_limit(s);
}

/* It may have waited behind what was read before it. */
static void note_beat(struct stream *s)
{
	if (s->beat_ns == CLOCK_NEVER)
		s->beat_ns = earlier(s->unread_ns, s->line.heard_ns);
}

static void send_back(struct stream *s, const struct ws_event *event)
{
	struct err err;

	s->counts.heartbeats++;
	note_beat(s);
	if (event->len <= ECHO_MAX_BYTES &&
	    ws_send(s->ws, WS_TEXT, event->data, event->len, &err) < 0)
		stream_lose(s, &err, 0, false);
}

static void take_text(struct stream *s, const struct ws_event *event)
{
	struct feed_message m;

	s->config.feed->read_message(event->data, event->len, &m);
	stream_take_event(s, LINE_HEARD,
			  (struct line_news){
				  .is_heartbeat = m.kind == FEED_KEEP_ALIVE });
	switch (m.kind) {
	case FEED_DATA:
		take_frame(s, event);
		break;
	case FEED_KEEP_ALIVE:
		send_back(s, event);
		break;
	case FEED_ANSWER:
		take_answer(s, &m);
		break;
	case FEED_OTHER:
		s->counts.unknown_frames++;
		break;
	}
}

/* A text in another character set is skipped; only a line that sends nothing
 * else is given up. */
static void take_garbled(struct stream *s)
{
	struct err err;

	s->counts.bad_frames++;
	tell_unreadable(s, UNREADABLE_TEXT, "a text that is no UTF-8", "");
	if (++s->garbled_in_a_row < GARBLED_MAX)
		return;
	err_set(&err, ERR_PARSE, "texts that are no UTF-8");
	stream_lose(s, &err, WS_STATUS_NOT_UTF8, false);
}

static void take_ws(struct stream *s, const struct ws_event *event)
{
	struct err err;

	s->counts.last_message_ms = s->now_ms;
	if (event->type == WS_TEXT && !event->is_utf8) {
		take_garbled(s);
		return;
	}
	if (event->type == WS_TEXT) {
		s->garbled_in_a_row = 0;
		take_text(s, event);
		return;
	}
	s->counts.pings += event->type == WS_PING;
	s->counts.unknown_frames += event->type == WS_BINARY;
	if (event->type != WS_CLOSE) {
		stream_take_plain(s, LINE_HEARD);
		if (event->type == WS_PING)
			note_beat(s);
		return;
	}
	err_set(&err, ERR_NETWORK, "closed by the broker (%d)", event->status);
	stream_lose(s, &err, WS_STATUS_NORMAL, event->status == STATUS_POLICY);
}

/* Once for all that comes in one piece: asked for each, it was a twentieth of the
 * time that they take. */
static void note_time(struct stream *s)
{
	s->now_ns = clock_monotonic_ns();
	s->now_ms = clock_real_ms();
}

void stream_receive(struct stream *s)
{
	int n = 0;

	s->has_more = false;
	note_time(s);
	while (line_is_open(&s->line)) {
		struct ws_event event;
		struct err err = { .code = 0 };
		int rc;

		/* What is left may lie in our own memory, where no poll sees it. */
		s->has_more = !read_frame(s) || n++ == EVENTS_A_TURN;
		if (s->has_more)
			break;
		rc = ws_receive(s->ws, &event, &err);
		if (ws_take_read(s->ws))
			note_time(s);
		if (rc == 0) {
			s->unread_ns = s->held_up_ns = CLOCK_NEVER;
			break;
		}
		if (rc > 0)
			take_ws(s, &event);
		else
			stream_lose(s, &err,
				    err.kind == ERR_PARSE ? err.code : 0,
				    false);
	}
	s->is_behind = n > EVENTS_BEHIND;
}
