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
#include "stream/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "base/mask.h"
#include "base/sync.h"
#include "net/ws.h"
#include "stream/approval.h"
#include "stream/gap.h"
#include "stream/line.h"
#include "stream/outbox.h"
#include "stream/roster.h"
#include "stream/session_lock.h"

enum {
	BATCH = 256, /* ticks handed over at once */
	EVENTS_A_TURN =
		2000,    /* of the socket; then stop and timers have a look */
	GARBLED_MAX = 3, /* texts in a row that are no UTF-8 */
	ECHO_MAX_BYTES = 8 * 1024, /* of a heartbeat */
	STATUS_POLICY = 1008
};

#define PATIENCE_NS NS_PER_SEC         /* with a reader, before merging */
#define GAP_EVENT_NS (60 * NS_PER_SEC) /* at most one for each symbol in it */
#define QUIET_NS (300 * NS_PER_SEC)    /* without a trade: closed, perhaps */

struct followed {
	struct gap gap;
	int64_t missed, missed_volume; /* since the last event */
	int64_t told_ns;
};

struct stream {
	struct stream_config config; /* c */
	struct stop stop;            /* requested by others */
	struct thread thread;
	int room[2]; /* c: a pipe: there is room in the outbox again */
	struct outbox *outbox;
	/* The thread's own: */
	struct approval approval;
	struct session_lock lock;
	struct ws *ws;
	struct line line;
	struct roster roster;
	struct followed *followed; /* by symbol */
	struct tick batch[BATCH];
	size_t batch_len;
	struct feed_frame frame; /* being read, when has_frame */
	bool has_frame;
	bool is_held_up; /* the outbox is full */
	int64_t held_up_ns;
	bool has_settled; /* EVENT_SUBSCRIBED was told on this line */
	bool was_live;
	bool has_told_block, has_told_quiet;
	int64_t last_tick_ns;
	int garbled_in_a_row;
	int attempt;
	struct buf out; /* a registration's text */
	struct stream_counts counts;
};

/* ---- events ---- */

static struct event make_event(enum event_type type)
{
	return (struct event){ .type = type,
			       .symbol = EVENT_NO_SYMBOL,
			       .at_ms = clock_real_ms() };
}

/* The broker's words, without the key if it repeats it. */
static void put_text(struct stream *s, struct event *e, const char *text)
{
	struct buf masked;

	buf_init(&masked, 1024);
	buf_puts(&masked, text);
	mask_secret(&masked, s->approval.lease.text);
	snprintf(e->text, sizeof e->text, "%s", buf_text(&masked));
	buf_release(&masked);
}

static void tell(struct stream *s, const struct event *e)
{
	outbox_put_event(s->outbox, e);
}

static void tell_plain(struct stream *s, enum event_type type)
{
	struct event e = make_event(type);

	tell(s, &e);
}

static size_t count_wanted(const struct stream *s)
{
	return s->roster.count - roster_count(&s->roster, ROSTER_GONE);
}

static void tell_refused(struct stream *s, size_t index)
{
	const struct roster_entry *r = &s->roster.entry[index];
	struct event e = make_event(EVENT_REFUSED);

	e.symbol = (uint32_t)index;
	e.kind = r->err.kind;
	snprintf(e.rt_cd, sizeof e.rt_cd, "%s", r->answer.rt_cd);
	snprintf(e.msg_cd, sizeof e.msg_cd, "%s", r->answer.msg_cd);
	put_text(s, &e, r->answer.msg1[0] ? r->answer.msg1 : r->err.msg);
	tell(s, &e);
}

static void tell_news(struct stream *s)
{
	size_t index;

	while ((index = roster_take_news(&s->roster)) != SIZE_MAX) {
		struct event e = make_event(EVENT_FOLLOWED);

		e.symbol = (uint32_t)index;
		if (s->roster.entry[index].state == ROSTER_ACTIVE)
			tell(s, &e);
		else if (s->roster.entry[index].state == ROSTER_REFUSED)
			tell_refused(s, index);
	}
	if (s->has_settled || roster_due(&s->roster) != CLOCK_NEVER)
		return;
	s->has_settled = true;
	struct event e = make_event(EVENT_SUBSCRIBED);

	e.count = (int64_t)roster_count(&s->roster, ROSTER_ACTIVE);
	e.total = (int64_t)count_wanted(s);
	tell(s, &e);
	/* Nobody can be followed, and nothing will change that. */
	if (e.count == 0 && roster_count(&s->roster, ROSTER_WANTED) == 0)
		stop_request(&s->stop, STOP_INTERNAL);
}

/* ---- the line ---- */

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
	struct event e = make_event(is_held ? EVENT_HELD : EVENT_RECONNECTING);

	if (was == LINE_PROBE && l->state == LINE_LIVE)
		tell_plain(s, EVENT_RESUMED);
	if (was == LINE_LIVE && l->state == LINE_PROBE)
		tell_plain(s, EVENT_STALE);
	if (l->state != LINE_WAITING || was == LINE_WAITING)
		return;
	e.kind = l->err.kind;
	e.attempt = ++s->attempt;
	e.delay_ms = (l->due_ns - clock_monotonic_ns()) / NS_PER_MS;
	put_text(s, &e,
		 l->err.msg[0] ? l->err.msg
			       : "six sessions were opened in ten minutes");
	tell(s, &e);
	if (reopen_looks_blocked(&l->reopen) && !s->has_told_block) {
		s->has_told_block = true;
		tell_plain(s, EVENT_BLOCKED);
	}
}

static enum line_action take_event(struct stream *s, enum line_event event,
				   struct line_news news)
{
	enum line_state was = s->line.state;
	bool was_open = line_is_open(&s->line);
	enum line_action action;

	news.random = draw();
	action = line_take(&s->line, event, &news, clock_monotonic_ns());
	if (was_open && !line_is_open(&s->line)) {
		ws_drop(s->ws);
		roster_cut(&s->roster);
		s->has_frame = false;
		s->has_settled = false;
		s->garbled_in_a_row = 0;
	}
	tell_line(s, was, event == LINE_BUSY);
	return action;
}

static enum line_action take_plain(struct stream *s, enum line_event event)
{
	return take_event(s, event, (struct line_news){ .random = 0 });
}

static enum line_action get_key(struct stream *s, bool is_dead)
{
	struct err err;

	if (approval_get(&s->approval, is_dead, &err) == 0)
		return take_plain(s, LINE_KEY_GOT);
	if (stop_reason(&s->stop))
		return take_plain(s, LINE_STOP);
	return take_event(s, LINE_KEY_FAILED,
			  (struct line_news){ .err = &err });
}

static enum line_action open_line(struct stream *s)
{
	int64_t now = clock_monotonic_ns();
	bool was_reached;
	struct err err;
	int rc;

	tell_plain(s, EVENT_CONNECTING);
	rc = ws_open(s->ws, s->config.url, &s->stop,
		     now + s->config.try_timeout_ns, &was_reached, &err);
	if (was_reached) {
		now = clock_monotonic_ns();
		reopen_add_opening(&s->line.reopen, now);
		session_lock_note(&s->lock, now);
		s->counts.sessions++;
	}
	if (rc == 0) {
		tell_plain(s, EVENT_CONNECTED);
		s->last_tick_ns = now;
		return take_plain(s, LINE_OPENED);
	}
	if (stop_reason(&s->stop))
		return take_plain(s, LINE_STOP);
	return take_event(
		s, LINE_OPEN_FAILED,
		(struct line_news){ .err = &err, .was_reached = was_reached });
}

/* Does what the line wants until it wants nothing. */
static void act(struct stream *s, enum line_action action)
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
				action = take_event(
					s, LINE_LOST,
					(struct line_news){ .err = &err });
			break;
		case LINE_CLOSE:
			ws_end(s->ws, WS_STATUS_NORMAL, s->line.due_ns);
			action = take_event(s, LINE_LOST,
					    (struct line_news){ .err = &err });
			break;
		case LINE_NOTHING:
		case LINE_END:
			break;
		}
	}
}

/* The line is lost: with a close frame, where the status is one. */
static void lose(struct stream *s, const struct err *err, int status,
		 bool is_policy)
{
	if (status)
		ws_end(s->ws, (enum ws_status)status,
		       clock_monotonic_ns() + NS_PER_SEC);
	act(s, take_event(s, LINE_LOST,
			  (struct line_news){ .err = err,
					      .is_policy = is_policy }));
}

/* ---- what comes ---- */

/* Hands the batch over. Returns false when the outbox takes no more. */
static bool hand_over(struct stream *s)
{
	int64_t now = clock_monotonic_ns();
	bool merges = s->is_held_up && !s->config.waits_for_reader &&
		      now - s->held_up_ns >= PATIENCE_NS;
	size_t taken = 0;

	if (s->batch_len > 0)
		taken = outbox_put(s->outbox, s->batch, s->batch_len, merges);
	s->batch_len -= taken;
	memmove(s->batch, s->batch + taken, s->batch_len * sizeof *s->batch);
	if (s->batch_len == 0) {
		s->is_held_up = false;
	} else if (!s->is_held_up) {
		s->is_held_up = true;
		s->held_up_ns = now;
	}
	return !s->is_held_up;
}

static void note_gap(struct stream *s, const struct tick *t,
		     enum gap_verdict verdict, int64_t now_ns)
{
	struct followed *f = &s->followed[t->symbol];
	struct event e;

	s->counts.reordered += verdict == GAP_REORDERED;
	s->counts.unexplained += verdict == GAP_UNEXPLAINED;
	if (t->gap > 0) {
		f->missed += t->gap;
		s->counts.missed_trades += t->gap;
	}
	if (verdict == GAP_MISSED && t->gap_volume > 0)
		f->missed_volume += t->gap_volume;
	if ((!f->missed && !f->missed_volume) ||
	    (f->told_ns && now_ns - f->told_ns < GAP_EVENT_NS))
		return;
	e = make_event(EVENT_GAP);
	e.symbol = t->symbol;
	e.count = f->missed;
	e.count_volume = f->missed_volume;
	tell(s, &e);
	f->missed = f->missed_volume = 0;
	f->told_ns = now_ns;
}

static void take_tick(struct stream *s, struct tick *t, int64_t now_ns,
		      int64_t real_ms)
{
	bool is_leaving;
	size_t index = roster_find(&s->roster, s->frame.channel, s->frame.key,
				   s->frame.key_len, &is_leaving);

	if (index == SIZE_MAX) {
		s->counts.aliens += !is_leaving;
		return;
	}
	t->symbol = (uint32_t)index;
	t->received_ns = now_ns;
	t->received_at_ms = real_ms;
	note_gap(s, t, gap_take(&s->followed[index].gap, t), now_ns);
	s->last_tick_ns = now_ns;
	s->has_told_quiet = false;
	s->counts.ticks++;
	s->batch_len++;
}

/* Reads on in the frame. Returns false when it had to stop for the reader. */
static bool read_frame(struct stream *s)
{
	int64_t now = clock_monotonic_ns(), real_ms = clock_real_ms();

	while (s->has_frame) {
		struct tick *t = &s->batch[s->batch_len];
		int rc;

		if (s->batch_len == BATCH && !hand_over(s))
			return false;
		t = &s->batch[s->batch_len];
		rc = s->config.feed->next_tick(&s->frame, t, NULL);
		if (rc > 0)
			take_tick(s, t, now, real_ms);
		s->counts.bad_records += rc < 0;
		s->has_frame = rc != 0;
	}
	return true;
}

static void take_frame(struct stream *s, const struct ws_event *event)
{
	int rc = s->config.feed->open_frame(event->data, event->len, &s->frame,
					    NULL);

	s->counts.frames++;
	s->counts.bad_frames += rc < 0;
	s->counts.unknown_frames += rc == 0;
	s->has_frame = rc > 0;
}

static void take_answer(struct stream *s, const struct feed_message *m)
{
	struct err err;

	s->counts.answers++;
	err_set(&err, m->answer == FEED_BUSY ? ERR_LIMIT : ERR_AUTH, "%s (%s)",
		m->msg1, m->msg_cd);
	if (m->answer == FEED_BUSY)
		act(s, take_event(s, LINE_BUSY,
				  (struct line_news){ .err = &err }));
	else if (m->answer == FEED_KEY_DEAD)
		act(s, take_event(s, LINE_KEY_DEAD,
				  (struct line_news){ .err = &err }));
	else if (!roster_answer(&s->roster, m, clock_monotonic_ns()))
		s->counts.aliens++;
	if (m->answer == FEED_SUBSCRIBED)
		take_plain(s, LINE_ACCEPTED);
}

static void send_back(struct stream *s, const struct ws_event *event)
{
	struct err err;

	s->counts.heartbeats++;
	if (event->len <= ECHO_MAX_BYTES &&
	    ws_send(s->ws, WS_TEXT, event->data, event->len, &err) < 0)
		lose(s, &err, 0, false);
}

static void take_text(struct stream *s, const struct ws_event *event)
{
	struct feed_message m;

	s->config.feed->read_message(event->data, event->len, &m);
	take_event(s, LINE_HEARD,
		   (struct line_news){ .is_heartbeat =
					       m.kind == FEED_KEEP_ALIVE });
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

	s->counts.garbled++;
	if (++s->garbled_in_a_row < GARBLED_MAX)
		return;
	err_set(&err, ERR_PARSE, "texts that are no UTF-8");
	lose(s, &err, WS_STATUS_NOT_UTF8, false);
}

static void take_ws(struct stream *s, const struct ws_event *event)
{
	struct err err;

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
		take_plain(s, LINE_HEARD);
		return;
	}
	err_set(&err, ERR_NETWORK, "closed by the broker (%d)", event->status);
	lose(s, &err, WS_STATUS_NORMAL, event->status == STATUS_POLICY);
}

/* Reads what there is, as far as the reader lets it. */
static void receive(struct stream *s)
{
	int n = 0;

	while (line_is_open(&s->line) && read_frame(s)) {
		struct ws_event event;
		struct err err = { .code = 0 };
		int rc;

		if (n++ == EVENTS_A_TURN)
			break;
		rc = ws_receive(s->ws, &event, &err);
		if (rc == 0)
			break;
		if (rc > 0)
			take_ws(s, &event);
		else
			lose(s, &err, err.kind == ERR_PARSE ? err.code : 0,
			     false);
	}
}

/* ---- what goes ---- */

static void send_due(struct stream *s)
{
	int64_t now = clock_monotonic_ns();
	struct err err;
	bool is_wanted;
	size_t index;

	roster_time_out(&s->roster, now);
	if (roster_next(&s->roster, now, &index, &is_wanted)) {
		buf_clear(&s->out);
		s->config.feed->build_registration(
			s->approval.lease.text, &s->roster.entry[index].address,
			is_wanted, &s->out);
		if (buf_check(&s->out, ERR_SYSTEM, &err) < 0 ||
		    ws_send(s->ws, WS_TEXT, buf_text(&s->out), s->out.len,
			    &err) < 0) {
			lose(s, &err, 0, false);
			return;
		}
	}
	tell_news(s);
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void look_at_market(struct stream *s)
{
	if (s->has_told_quiet || !s->line.has_heartbeat ||
	    clock_monotonic_ns() - s->last_tick_ns < QUIET_NS)
		return;
	s->has_told_quiet = true;
	tell_plain(s, EVENT_CLOSED_MARKET);
}

/* Waits for whatever comes first. */
static void wait_for_more(struct stream *s, bool is_sent)
{
	bool is_open = line_is_open(&s->line);
	struct pollfd p[3] = { { .fd = s->stop.fd[0], .events = POLLIN },
			       { .fd = s->room[0], .events = POLLIN },
			       { .fd = is_open ? ws_fd(s->ws) : -1,
				 .events =
					 (short)((s->is_held_up ? 0 : POLLIN) |
						 (is_sent ? 0 : POLLOUT)) } };
	int64_t due = s->line.due_ns;
	char bytes[16];

	if (is_open)
		due = sooner(due, roster_due(&s->roster));
	if (s->is_held_up && !s->config.waits_for_reader)
		due = sooner(due, s->held_up_ns + PATIENCE_NS);
	if (poll(p, 3, clock_poll_ms(clock_monotonic_ns(), due)) > 0 &&
	    p[1].revents)
		while (read(s->room[0], bytes, sizeof bytes) > 0)
			;
}

static void take_turn(struct stream *s)
{
	struct err err;
	int sent = 1;

	if (line_is_open(&s->line)) {
		receive(s);
		hand_over(s);
	} else {
		hand_over(s);
	}
	if (line_is_open(&s->line))
		send_due(s);
	if (line_is_open(&s->line)) {
		sent = ws_flush(s->ws, &err);
		if (sent < 0)
			lose(s, &err, 0, false);
		look_at_market(s);
	}
	if (s->line.state != LINE_DONE && !stop_reason(&s->stop))
		wait_for_more(s, sent != 0);
	if (stop_reason(&s->stop))
		act(s, take_plain(s, LINE_STOP));
	else if (clock_monotonic_ns() >= s->line.due_ns)
		act(s, take_plain(s, LINE_TIMER));
}

/* ---- the thread ---- */

/* Why it ended, if not by the user's wish; what the reader has not taken yet. */
static void say_goodbye(struct stream *s)
{
	struct event e = make_event(EVENT_DONE);

	if (s->batch_len > 0)
		outbox_put(s->outbox, s->batch, s->batch_len, true);
	s->batch_len = 0;
	e.kind = s->line.err.msg[0] ? s->line.err.kind : ERR_CANCELED;
	put_text(s, &e, s->line.err.msg);
	tell(s, &e);
	outbox_end(s->outbox);
}

static void *run(void *arg)
{
	struct stream *s = arg;

	act(s, take_plain(s, LINE_START));
	while (s->line.state != LINE_DONE)
		take_turn(s);
	say_goodbye(s);
	return NULL;
}

/* ---- life ---- */

static int open_room(struct stream *s, struct err *err)
{
	if (pipe(s->room) < 0) {
		s->room[0] = s->room[1] = -1;
		return err_set_errno(err, ERR_SYSTEM, errno,
				     "cannot make a pipe");
	}
	for (int i = 0; i < 2; i++) {
		fcntl(s->room[i], F_SETFD, FD_CLOEXEC);
		fcntl(s->room[i], F_SETFL, O_NONBLOCK);
	}
	return 0;
}

static int fill_roster(struct stream *s, struct err *err)
{
	size_t count = s->config.count, index;

	roster_init(&s->roster, s->config.feed->limit_guess);
	for (size_t i = 0; i < count; i++)
		if (roster_add(&s->roster, &s->config.address[i], &index, err) <
		    0)
			return -1;
	s->followed = calloc(count ? count : 1, sizeof *s->followed);
	return s->followed ? 0 : err_no_memory(err);
}

static int open_parts(struct stream *s, struct err *err)
{
	const struct stream_config *c = &s->config;
	const struct approval_config approval = { .feed = c->feed,
						  .login = c->login,
						  .base_url = c->base_url,
						  .ca_file = c->ca_file,
						  .user_agent = c->user_agent,
						  .key = c->key,
						  .state_dirfd = c->state_dirfd,
						  .has_stray_resolver =
							  c->has_stray_resolver,
						  .try_timeout_ns =
							  c->try_timeout_ns,
						  .stop = &s->stop };
	const struct ws_config ws = { .ca_file = c->ca_file,
				      .user_agent = c->user_agent,
				      .allows_plain =
					      strncmp(c->url, "ws://", 5) == 0,
				      .has_stray_resolver =
					      c->has_stray_resolver };

	line_init(&s->line, c->stale_ns);
	buf_init(&s->out, 8 * 1024);
	if (session_lock_take(&s->lock, c->state_dirfd, c->key, &s->stop,
			      &s->line.reopen, err) < 0 ||
	    open_room(s, err) < 0 || fill_roster(s, err) < 0 ||
	    approval_init(&s->approval, &approval, err) < 0)
		return -1;
	s->ws = ws_new(&ws, err);
	s->outbox = s->ws ? outbox_new(OUTBOX_ITEMS, s->room[1], err) : NULL;
	return s->outbox ? outbox_reserve(s->outbox, c->count, err) : -1;
}

struct stream *stream_new(const struct stream_config *config, struct err *err)
{
	struct stream *s = calloc(1, sizeof *s);

	if (!s) {
		err_no_memory(err);
		return NULL;
	}
	s->config = *config;
	s->lock.fd = s->room[0] = s->room[1] = -1;
	if (stop_init(&s->stop, err) < 0) {
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
	if (s->room[0] >= 0) {
		close(s->room[0]);
		close(s->room[1]);
	}
	buf_release(&s->out);
	stop_destroy(&s->stop);
	free(s);
}
