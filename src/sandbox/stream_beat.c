/* stream_beat.c: is somebody there? The broker's own heartbeat is a text that
 * is to come back as it is; the pings of RFC 6455 can be had beside it. */
#include "sandbox/stream_session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

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
	const struct stream_fault_rule *big =
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

static void send_beat(struct stream_session *session, int64_t now_ns)
{
	make_beat(session);
	stream_line_add(&session->line, WSLAY_TEXT_FRAME,
			buf_text(&session->beat), session->beat.len);
	session->beats++;
	session->beat_sent_ns = now_ns;
	if (!session->is_beat_open)
		session->beat_open_ns = now_ns;
	session->is_beat_open = true;
	session->beat_due_ns = now_ns + session->rules->heartbeat_ns;
}

/* The payload says when it was sent, so that each answer finds its question. */
static void send_ping(struct stream_session *session, int64_t now_ns)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%" PRId64, now_ns);

	stream_line_add(&session->line, WSLAY_PING, text, (size_t)len);
	session->ping_due_ns = now_ns + session->rules->ping_ns;
}

void stream_beat_run(struct stream_session *session, int64_t now_ns)
{
	if (!session->is_quiet && session->beat_due_ns <= now_ns)
		send_beat(session, now_ns);
	if (!session->is_quiet && session->ping_due_ns <= now_ns)
		send_ping(session, now_ns);
	if (session->is_beat_open && session->rules->silence_ns > 0 &&
	    now_ns - session->beat_open_ns >= session->rules->silence_ns) {
		session->is_beat_open = false;
		stream_line_add_close(&session->line, WSLAY_CODE_GOING_AWAY);
		stream_session_close(session, "silence", now_ns + NS_PER_SEC);
	}
}

int64_t stream_beat_due(const struct stream_session *session)
{
	int64_t due_ns = CLOCK_NEVER;

	if (session->is_beat_open && session->rules->silence_ns > 0)
		due_ns = session->beat_open_ns + session->rules->silence_ns;
	if (session->is_quiet)
		return due_ns;
	if (session->beat_due_ns < due_ns)
		due_ns = session->beat_due_ns;
	return session->ping_due_ns < due_ns ? session->ping_due_ns : due_ns;
}

static void log_answer(struct stream_session *session, const char *by,
		       bool is_exact, int64_t sent_ns, int64_t now_ns)
{
	struct stream_entry entry;
	int64_t took_ns = now_ns - sent_ns;

	if (took_ns > session->slowest_answer_ns)
		session->slowest_answer_ns = took_ns;
	stream_session_log(session, &entry, "answer", now_ns);
	stream_entry_text(&entry, "by", by);
	stream_entry_text(&entry, "exact", is_exact ? "yes" : "no");
	stream_entry_ms(&entry, "took_ms", took_ns);
	stream_entry_end(&entry);
}

void stream_beat_take(struct stream_session *session, const char *text,
		      size_t len, const char *by, int64_t now_ns)
{
	bool is_exact = len == session->beat.len &&
			memcmp(text, buf_text(&session->beat), len) == 0;
	char digits[32], *end;
	long long sent_ns;

	if (is_exact || strcmp(by, "text") == 0) {
		session->is_beat_open = false;
		session->beats_answered++;
		log_answer(session, by, is_exact, session->beat_sent_ns,
			   now_ns);
		return;
	}
	/* A pong with the time of our ping; else nobody asked for it. Of a
	 * flood the number of answers is enough. */
	if (len > 0 && text[0] == 'f') {
		session->flood_answered++;
		return;
	}
	snprintf(digits, sizeof(digits), "%.*s", (int)(len < 24 ? len : 24),
		 text);
	sent_ns = strtoll(digits, &end, 10);
	if (end == digits || *end || sent_ns < session->opened_ns ||
	    sent_ns > now_ns)
		log_answer(session, "unasked pong", false, now_ns, now_ns);
	else
		log_answer(session, "pong", true, sent_ns, now_ns);
}
