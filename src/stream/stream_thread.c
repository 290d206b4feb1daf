/* SPDX-License-Identifier: MIT */
/* The thread's turn
 *
 *	receive   all there is, up to a bound, unless the outbox is full
 *	hand over the ticks of this turn, in one go
 *	register  the next symbol, if the last one was answered
 *	flush     heartbeats' answers and registrations
 *	wait      for socket, stop, room, or the next timer
 *
 * Getting a key and opening the line are waits of their own: nothing else can be
 * done meanwhile but to stop, and a stop ends them at once. */
#include "stream/stream_part.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/wake.h"

#define QUIET_NS (300 * NS_PER_SEC) /* without a trade: closed, perhaps */

/* ---- what goes ---- */

static void send_due(struct stream *s)
{
	int64_t now = clock_monotonic_ns();
	struct err err;
	bool is_wanted;
	size_t index;

	if (s->is_behind || s->is_held_up)
		roster_wait_on(&s->roster, now);
	roster_time_out(&s->roster, now);
	if (roster_next(&s->roster, now, &index, &is_wanted)) {
		buf_clear(&s->out);
		s->config.feed->build_registration(
			s->approval.lease.text, &s->roster.entry[index].address,
			is_wanted, &s->out);
		if (buf_check(&s->out, ERR_SYSTEM, &err) < 0 ||
		    ws_send(s->ws, WS_TEXT, buf_text(&s->out), s->out.len,
			    &err) < 0) {
			stream_lose(s, &err, 0, false);
			return;
		}
	}
	stream_tell_news(s);
}

/* Of the market a line tells that was heard lately. */
static void look_at_market(struct stream *s)
{
	int64_t now = clock_monotonic_ns();

	if (s->has_told_quiet || !s->line.has_heartbeat ||
	    now - s->last_tick_ns < QUIET_NS ||
	    now - s->line.heard_ns >= s->config.stale_ns)
		return;
	s->has_told_quiet = true;
	stream_tell_plain(s, EVENT_CLOSED_MARKET);
}

/* All that was to be said is on its way. */
static void note_answer(struct stream *s)
{
	int64_t took_ns;

	if (s->beat_ns == CLOCK_NEVER)
		return;
	took_ns = clock_monotonic_ns() - s->beat_ns;
	if (took_ns > s->counts.slowest_answer_ns)
		s->counts.slowest_answer_ns = took_ns;
	s->beat_ns = CLOCK_NEVER;
}

/* Waits for whatever comes first. */
static void wait_for_more(struct stream *s, bool is_sent)
{
	bool is_open = line_is_open(&s->line);
	short events =
		(short)((s->is_held_up ? 0 : POLLIN) | (is_sent ? 0 : POLLOUT));
	/* One of whom nothing is wanted is not looked at: poll would tell of its
	 * end again and again. */
	struct pollfd p[3] = { { .fd = s->stop.fd[0], .events = POLLIN },
			       { .fd = s->room[0], .events = POLLIN },
			       { .fd = is_open && events ? ws_fd(s->ws) : -1,
				 .events = events } };
	int64_t due = s->line.due_ns;

	/* What comes while nothing is read is not seen to come. */
	if (s->is_held_up)
		s->unread_ns = earlier(s->unread_ns, s->held_up_ns);
	/* Room may have been made since. */
	if (is_open && s->has_more && !s->is_held_up)
		due = 0;
	if (is_open)
		due = earlier(due, roster_due(&s->roster));
	if (s->is_held_up)
		due = earlier(due, stream_merges_at(s));
	if (poll(p, 3, clock_poll_ms(clock_monotonic_ns(), due)) <= 0)
		return;
	if (p[1].revents)
		wake_clear(s->room[0]);
	if (p[2].revents && s->unread_ns == CLOCK_NEVER)
		s->unread_ns = clock_monotonic_ns();
}

static void take_turn(struct stream *s)
{
	struct err err;
	int sent = 1;

	stream_grant_wishes(s);
	if (s->line.state == LINE_DOWN && s->roster.count > 0)
		stream_act(s, stream_take_plain(s, LINE_START));
	stream_receive(s);
	stream_hand_over(s);
	if (line_is_open(&s->line))
		send_due(s);
	if (line_is_open(&s->line)) {
		sent = ws_flush(s->ws, &err);
		if (sent < 0)
			stream_lose(s, &err, 0, false);
		else if (sent > 0)
			note_answer(s);
		look_at_market(s);
	}
	if (s->line.state != LINE_DONE && !stop_reason(&s->stop))
		wait_for_more(s, sent != 0);
	s->now_ns = clock_monotonic_ns();
	if (stop_reason(&s->stop))
		stream_act(s, stream_take_plain(s, LINE_STOP));
	else if (s->now_ns >= s->line.due_ns)
		/* A line that we do not read is not silent. */
		stream_act(s, stream_take_plain(
				      s, s->is_held_up && line_is_open(&s->line)
						 ? LINE_HEARD
						 : LINE_TIMER));
}

/* ---- the thread ---- */

/* Why it ended, if not by the user's wish; what the reader has not taken yet. */
static void say_goodbye(struct stream *s)
{
	struct event e = stream_make_event(EVENT_DONE);
	const struct err *why = &s->failure;

	if (s->batch_len > 0)
		outbox_put(s->outbox, s->batch, s->batch_len, true);
	s->batch_len = 0;
	if (!why->msg[0])
		why = &s->line.err;
	e.kind = why->msg[0] ? why->kind : ERR_CANCELED;
	stream_put_text(s, &e, why->msg);
	stream_tell(s, &e);
	outbox_end(s->outbox);
}

static void *run(void *arg)
{
	struct stream *s = arg;

	while (s->line.state != LINE_DONE)
		take_turn(s);
	say_goodbye(s);
	return NULL;
}

/* ---- life ---- */

static int fill_roster(struct stream *s, struct err *err)
{
	roster_init(&s->roster, s->config.feed->limit_guess);
	for (size_t i = 0; i < s->config.count; i++)
		if (stream_make_place(s, &s->config.address[i], err) < 0)
			return -1;
	return 0;
}

static int open_parts(struct stream *s, struct err *err)
{
	const struct stream_config *c = &s->config;
	struct approval_config approval = c->approval;
	struct http_config ws = approval.http;

	ws.allows_plain = strncmp(c->url, "ws://", 5) == 0;
	line_init(&s->line, c->stale_ns);
	s->unread_ns = s->beat_ns = s->held_up_ns = CLOCK_NEVER;
	buf_init(&s->out, 8 * 1024);
	approval.feed = c->feed;
	approval.stop = &s->stop;
	if (session_lock_take(&s->lock, approval.state_dirfd, approval.key,
			      &s->stop, &s->line.reopen, err) < 0 ||
	    wake_open(s->room, err) < 0 ||
	    approval_init(&s->approval, &approval, err) < 0)
		return -1;
	s->ws = ws_new(&ws, err);
	s->outbox = s->ws ? outbox_new(OUTBOX_ITEMS, s->room[1], err) : NULL;
	return s->outbox ? fill_roster(s, err) : -1;
}

struct stream *stream_new(const struct stream_config *config, struct err *err)
{
	struct stream *s = err_calloc(sizeof *s, err);

	if (!s)
		return NULL;
	s->config = *config;
	s->lock.fd = s->room[0] = s->room[1] = -1;
	s->wishes_end = &s->wishes;
	if (mutex_init(&s->wishes_mu, err) < 0 ||
	    stop_init(&s->stop, err) < 0) {
		mutex_destroy(&s->wishes_mu);
		free(s);
		return NULL;
	}
	if (open_parts(s, err) < 0 ||
	    thread_start(&s->thread, run, s, err) < 0) {
		stream_free(s);
		return NULL;
	}
	return s;
}

struct outbox *stream_outbox(struct stream *s)
{
	return s->outbox;
}

void stream_stop(struct stream *s)
{
	stop_request(&s->stop, STOP_INTERNAL);
}

void stream_join(struct stream *s, struct stream_counts *out)
{
	thread_join(&s->thread);
	*out = s->counts;
}

bool stream_is_private(struct stream *s, struct err *why)
{
	if (s->lock.is_private)
		*why = s->lock.why;
	return s->lock.is_private ||
	       credential_is_private(s->approval.credential, why);
}

void stream_free(struct stream *s)
{
	if (!s)
		return;
	ws_free(s->ws);
	approval_release(&s->approval);
	outbox_free(s->outbox);
	roster_release(&s->roster);
	free(s->followed);
	session_lock_release(&s->lock);
	wake_close(s->room);
	buf_release(&s->out);
	stream_drop_wishes(s);
	mutex_destroy(&s->wishes_mu);
	stop_destroy(&s->stop);
	free(s);
}
