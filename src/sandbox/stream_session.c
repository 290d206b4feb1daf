/* SPDX-License-Identifier: MIT */
/* stream_session.c: the loop of a session. In each turn it does what is due
 * (acks, moments, heartbeats, trades, in this order), sends, waits for the
 * client or for what is due next, and reads. */
#include "sandbox/stream_session.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "sandbox/json_text.h"

/* ---- the handshake ---- */

static void note_opening(struct stream_session *session,
			 const struct ws_upgrade *request, int status,
			 const char *why, const char *fault)
{
	struct buf line;

	stream_session_log(session, &line, "open", session->opened_ns);
	json_add_number(&line, "status", status);
	json_add_field(&line, "path", request->path);
	json_add_field(&line, "host", request->host);
	json_add_field(&line, "origin", request->origin);
	json_add_field(&line, "extensions", request->extensions);
	json_add_field(&line, "protocol", request->protocol);
	json_add_field(&line, "why", why);
	json_add_field(&line, "fault", fault);
	log_end(&line, session->place->log_fd);
}

static const struct fault_rule *choose_opening_fault(
	struct stream_session *session)
{
	for (enum fault fault = STREAM_HS_SILENT; fault <= STREAM_HS_NOT_HTTP;
	     fault++) {
		const struct fault_rule *rule =
			stream_session_fault(session, fault, NULL, NULL);

		if (rule)
			return rule;
	}
	return NULL;
}

static void drip(const struct wire *wire, const struct buf *out, int64_t ms)
{
	for (size_t i = 0; i < out->len; i++) {
		if (wire_send(wire, out->data + i, 1, false) ||
		    !wire_wait(wire, clock_monotonic_ns() + ms * NS_PER_MS))
			return;
	}
}

/* Plays the fault. Returns whether a good session follows all the same. */
static bool play_opening_fault(struct stream_session *session,
			       const struct wire *wire,
			       const struct ws_upgrade *request,
			       const struct fault_rule *rule)
{
	struct buf out;
	bool goes_on = false;

	buf_init(&out, (size_t)1 << 31);
	switch (rule->fault) {
	case STREAM_HS_SILENT:
		wire_wait_for_end(wire);
		break;
	case STREAM_HS_CLOSE:
		wire_cut(wire);
		break;
	case STREAM_HS_RESET:
		wire_reset(wire);
		break;
	case STREAM_HS_STATUS:
		ws_upgrade_add_status(&out, (int)rule->number);
		break;
	case STREAM_HS_NOT_HTTP:
		buf_puts(&out, "SSH-2.0-sandbox\r\n");
		break;
	case STREAM_HS_DRIP:
		ws_upgrade_add_answer(&out, request, rule);
		drip(wire, &out, rule->number);
		goes_on = true;
		break;
	case STREAM_HS_EARLY:
		/* Its length is that of the text: below 126. */
		stream_message_add_heartbeat(&session->beat,
					     (int64_t)time(NULL), "");
		ws_upgrade_add_answer(&out, request, rule);
		buf_putc(&out, '\x81');
		buf_putc(&out, (char)session->beat.len);
		buf_append(&out, buf_text(&session->beat), session->beat.len);
		stream_beat_note(session, session->opened_ns);
		goes_on = true;
		break;
	default:
		ws_upgrade_add_answer(&out, request, rule);
		break;
	}
	if (rule->fault != STREAM_HS_DRIP && out.len > 0 &&
	    wire_send(wire, out.data, out.len, false))
		goes_on = false;
	else if (!goes_on && out.len > 0)
		wire_wait_for_end(wire);
	buf_release(&out);
	return goes_on;
}

/* True: the session may begin. */
static bool shake_hands(struct stream_session *session, const struct wire *wire,
			const struct ws_upgrade *request)
{
	const struct fault_rule *rule = choose_opening_fault(session);
	const char *why;
	int status = ws_upgrade_judge(request, &why);
	struct buf out;
	bool is_sent;

	note_opening(session, request, rule ? 0 : status, why,
		     rule ? fault_name(rule->fault) : NULL);
	if (rule && status == 101)
		return play_opening_fault(session, wire, request, rule);
	buf_init(&out, 65536);
	if (status == 101)
		ws_upgrade_add_answer(&out, request, NULL);
	else
		ws_upgrade_add_status(&out, status);
	is_sent = wire_send(wire, buf_text(&out), out.len, false) == 0;
	buf_release(&out);
	return is_sent && status == 101;
}

/* ---- the session ---- */

static void take_message(void *owner, int opcode, const char *text, size_t len,
			 int close_code)
{
	struct stream_session *session = owner;
	int64_t now_ns = clock_monotonic_ns();
	struct stream_wish wish;

	if (opcode == WSLAY_CONNECTION_CLOSE) {
		session->close_code = close_code;
		stream_session_close(session, "client", now_ns + NS_PER_SEC);
	} else if (opcode == WSLAY_PONG) {
		stream_beat_take(session, text, len, "pong", now_ns);
	} else if (opcode == WSLAY_TEXT_FRAME || opcode == WSLAY_BINARY_FRAME) {
		stream_message_read(text, len, &wish);
		if (wish.kind == STREAM_HEARTBEAT)
			stream_beat_take(session, text, len, "text", now_ns);
		else
			stream_answer_take(session, &wish, now_ns);
	}
}

static int64_t next_due(const struct stream_session *session)
{
	int64_t due_ns = session->closing_ns;

	if (session->end)
		return due_ns;
	due_ns = earlier(due_ns, stream_answer_due(session));
	due_ns = earlier(due_ns, stream_moment_due(session));
	due_ns = earlier(due_ns, stream_beat_due(session));
	return earlier(due_ns, stream_feed_due(session));
}

static void do_what_is_due(struct stream_session *session)
{
	int64_t now_ns = clock_monotonic_ns();

	stream_answer_run(session, now_ns);
	stream_moment_run(session, now_ns);
	if (session->end)
		return;
	stream_beat_run(session, now_ns);
	stream_feed_run(session, now_ns);
	/* What the trades have brought about. */
	stream_moment_run(session, now_ns);
}

/* Has all been said on both sides? */
static bool is_finished(const struct stream_session *session)
{
	return session->line.is_over ||
	       clock_monotonic_ns() >= session->closing_ns ||
	       (stream_line_is_closed(&session->line) &&
		stream_line_pending(&session->line) == 0);
}

static void serve(struct stream_session *session)
{
	for (;;) {
		if (!session->end)
			do_what_is_due(session);
		stream_line_flush(&session->line);
		if (is_finished(session))
			break;
		if (!stream_line_wait(&session->line, next_due(session))) {
			stream_session_close(session, "stop", 0);
			break;
		}
		stream_line_read(&session->line);
	}
	stream_session_close(session,
			     stream_line_is_closed(&session->line) &&
					     !session->line.is_over
				     ? "protocol"
				     : "left",
			     0);
}

static void note_end(struct stream_session *session)
{
	struct buf line;

	stream_session_log(session, &line, "end", clock_monotonic_ns());
	json_add_field(&line, "by", session->end);
	json_add_number(&line, "close_code", session->close_code);
	json_add_number(&line, "frames", session->frames);
	json_add_number(&line, "records", session->records);
	json_add_number(&line, "registered", session->all.count);
	json_add_number(&line, "unanswered_most", session->unanswered_most);
	json_add_number(&line, "heartbeats", session->beats);
	json_add_number(&line, "answered", session->beats_answered);
	log_add_ms(&line, "slowest_ms", session->slowest_answer_ns);
	log_add_ms(&line, "oldest_ms",
		   stream_beat_oldest_ns(session, clock_monotonic_ns()));
	json_add_number(&line, "flood_answered", session->flood_answered);
	log_end(&line, session->place->log_fd);
}

static void open_session(struct stream_session *session)
{
	const struct fault_rule *limit =
		stream_session_fault(session, STREAM_LIMIT, NULL, NULL);
	const struct fault_rule *cut =
		stream_session_fault(session, STREAM_CUT, NULL, NULL);
	const struct fault_rule *glue =
		stream_session_fault(session, STREAM_GLUE, NULL, NULL);

	session->all.limit = (int)(limit ? limit->number
					 : session->rules->registrations_max);
	session->line.piece = cut ? (size_t)cut->number : 0;
	session->glue = glue ? glue->number : 0;
	stream_beat_open(session, session->opened_ns);
	stream_moment_open(session);
}

void stream_session_run(const struct stream_place *place,
			const struct wire *wire,
			const struct ws_upgrade *request)
{
	struct stream_session *session = calloc(1, sizeof(*session));

	if (!session)
		return;
	session->place = place;
	session->rules = stream_desk_rules(place->desk);
	session->number = stream_desk_open(place->desk);
	session->opened_ns = clock_monotonic_ns();
	session->closing_ns = CLOCK_NEVER;
	session->close_code = -1;
	buf_init(&session->frame, (size_t)1 << 20);
	buf_init(&session->swapped, (size_t)1 << 20);
	buf_init(&session->beat, (size_t)1 << 28);
	if (shake_hands(session, wire, request)) {
		struct err err;

		if (stream_line_open(&session->line, wire, take_message,
				     session, &err) == 0) {
			open_session(session);
			serve(session);
			wire_cut(wire);
		}
		stream_line_release(&session->line);
		note_end(session);
	}
	stream_answer_release(session);
	buf_release(&session->frame);
	buf_release(&session->swapped);
	buf_release(&session->beat);
	free(session);
}
