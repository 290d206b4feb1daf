/* SPDX-License-Identifier: MIT */
/* stream_beat.c: is somebody there? The broker's own heartbeat is a text that
 * is to come back as it is; the pings of RFC 6455 can be had beside it. */
#include "sandbox/stream_session.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/hash.h"
#include "sandbox/json_text.h"

void stream_beat_open(struct stream_session *session, int64_t now_ns)
{
	const struct stream_rules *rules = session->rules;

	session->beat_due_ns = rules->heartbeat_ns > 0
				       ? now_ns + rules->heartbeat_ns
				       : CLOCK_NEVER;
	session->ping_due_ns =
		rules->ping_ns > 0 ? now_ns + rules->ping_ns : CLOCK_NEVER;
}

/* Unknown fields, much text, or another spelling of the same. */
static void make_beat(struct stream_session *session)
{
	const struct fault_rule *big =
		stream_session_fault(session, STREAM_BEAT_BIG, NULL, NULL);
	struct buf extra;

	buf_init(&extra, (size_t)1 << 28);
	if (stream_session_fault(session, STREAM_BEAT_FIELDS, NULL, NULL))
		buf_puts(&extra, ",\"seq\":1,\"more\":{\"a\":[1,null,\"x\"]}");
	if (big) {
		buf_puts(&extra, ",\"pad\":\"");
		for (int64_t i = 0; i < big->number; i++)
			buf_putc(&extra, 'x');
		buf_puts(&extra, "\"");
	}
	if (stream_session_fault(session, STREAM_BEAT_ESCAPED, NULL, NULL))
		buf_puts(&extra, " , \"t\\u0072\" : \"\\u0041\\/\\\"\\\\ \" ");
	buf_clear(&session->beat);
	stream_message_add_heartbeat(&session->beat, (int64_t)time(NULL),
				     buf_text(&extra));
	buf_release(&extra);
}

static void forget(struct stream_beats *beats, int count)
{
	beats->count -= count;
	memmove(beats->item, beats->item + count,
		(size_t)beats->count * sizeof(beats->item[0]));
}

static void note(struct stream_beats *beats, const char *text, size_t len,
		 int64_t now_ns)
{
	if (beats->count == STREAM_BEATS_MAX)
		forget(beats, 1);
	beats->item[beats->count].hash = hash_bytes(text, len, 0);
	beats->item[beats->count++].sent_ns = now_ns;
}

/* The place of the oldest with that text; -1: there is none. */
static int find(const struct stream_beats *beats, const char *text, size_t len)
{
	uint64_t hash = hash_bytes(text, len, 0);

	for (int i = 0; i < beats->count; i++) {
		if (beats->item[i].hash == hash)
			return i;
	}
	return -1;
}

void stream_beat_note(struct stream_session *session, int64_t now_ns)
{
	note(&session->texts, buf_text(&session->beat), session->beat.len,
	     now_ns);
	session->beats++;
}

void stream_beat_stop(struct stream_session *session)
{
	session->beat_due_ns = session->ping_due_ns = CLOCK_NEVER;
	session->texts.count = session->pings.count = 0;
}

int64_t stream_beat_oldest_ns(const struct stream_session *session,
			      int64_t now_ns)
{
	int64_t sent_ns = now_ns;

	if (session->texts.count > 0)
		sent_ns = session->texts.item[0].sent_ns;
	if (session->pings.count > 0 &&
	    session->pings.item[0].sent_ns < sent_ns)
		sent_ns = session->pings.item[0].sent_ns;
	return now_ns - sent_ns;
}

static void send_beat(struct stream_session *session, int64_t now_ns)
{
	make_beat(session);
	stream_line_add(&session->line, WSLAY_TEXT_FRAME,
			buf_text(&session->beat), session->beat.len);
	stream_beat_note(session, now_ns);
	session->beat_due_ns = now_ns + session->rules->heartbeat_ns;
}

/* Each has a text of its own, so that each answer finds its question. */
static void send_ping(struct stream_session *session, int64_t now_ns)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%" PRId64, now_ns);

	stream_line_add(&session->line, WSLAY_PING, text, (size_t)len);
	note(&session->pings, text, (size_t)len, now_ns);
	session->ping_due_ns = now_ns + session->rules->ping_ns;
}

/* When the oldest heartbeat without an answer ends the session. */
static int64_t silence_due(const struct stream_session *session)
{
	return session->texts.count > 0 && session->rules->silence_ns > 0
		       ? session->texts.item[0].sent_ns +
				 session->rules->silence_ns
		       : CLOCK_NEVER;
}

void stream_beat_run(struct stream_session *session, int64_t now_ns)
{
	if (!session->is_quiet && session->beat_due_ns <= now_ns)
		send_beat(session, now_ns);
	if (!session->is_quiet && session->ping_due_ns <= now_ns)
		send_ping(session, now_ns);
	if (silence_due(session) <= now_ns) {
		stream_line_add_close(&session->line, WSLAY_CODE_GOING_AWAY);
		stream_session_close(session, "silence", now_ns + NS_PER_SEC);
	}
}

int64_t stream_beat_due(const struct stream_session *session)
{
	int64_t due_ns = silence_due(session);

	if (session->is_quiet)
		return due_ns;
	due_ns = earlier(due_ns, session->beat_due_ns);
	return earlier(session->ping_due_ns, due_ns);
}

static void log_answer(struct stream_session *session, const char *by,
		       bool is_exact, int64_t sent_ns, int64_t now_ns)
{
	struct buf line;
	int64_t took_ns = now_ns - sent_ns;

	if (took_ns > session->slowest_answer_ns)
		session->slowest_answer_ns = took_ns;
	stream_session_log(session, &line, "answer", now_ns);
	json_add_field(&line, "by", by);
	json_add_field(&line, "exact", is_exact ? "yes" : "no");
	log_add_ms(&line, "took_ms", took_ns);
	log_end(&line, session->place->log_fd);
}

/* An answer closes what it answers, and all before it. */
static void take_answer(struct stream_session *session,
			struct stream_beats *beats, int place, const char *by,
			bool is_exact, int64_t now_ns)
{
	log_answer(session, by, is_exact, beats->item[place].sent_ns, now_ns);
	forget(beats, place + 1);
	if (beats == &session->texts)
		session->beats_answered++;
}

void stream_beat_take(struct stream_session *session, const char *text,
		      size_t len, const char *by, int64_t now_ns)
{
	bool is_text = strcmp(by, "text") == 0;
	int beat = find(&session->texts, text, len);
	int ping = is_text ? -1 : find(&session->pings, text, len);

	/* Of a flood of pings the number of answers is enough. */
	if (beat >= 0)
		take_answer(session, &session->texts, beat, by, true, now_ns);
	else if (ping >= 0)
		take_answer(session, &session->pings, ping, by, true, now_ns);
	else if (is_text && session->texts.count > 0)
		take_answer(session, &session->texts, 0, by, false, now_ns);
	else if (len > 0 && text[0] == 'f')
		session->flood_answered++;
	else if (!session->line.is_mute) /* it forgot what it had asked */
		log_answer(session, is_text ? "unasked text" : "unasked pong",
			   false, now_ns, now_ns);
}
