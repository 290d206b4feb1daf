/* SPDX-License-Identifier: MIT */
/* stream_moment.c: what strikes a session once: when so many records have
 * gone out, so much time is over, so many keys are registered. */
#include "sandbox/stream_session.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "sandbox/json_text.h"
#include "sandbox/rfc_case.h"

enum { FRAGMENT_BYTES = 65536, FLOOD_AT_ONCE = 1000 };

void stream_moment_open(struct stream_session *session)
{
	const struct stream_rules *rules = session->rules;

	for (size_t i = 0; i < rules->fault_count; i++) {
		const struct fault_rule *rule = &rules->fault[i];

		if (fault_stage(rule->fault) == STREAM_AT_MOMENT &&
		    session->moment_count < STREAM_MOMENTS_MAX)
			session->moment[session->moment_count++].rule = rule;
	}
}

/* ---- what is said ---- */

static void say(struct stream_session *session, int opcode,
		const struct buf *text)
{
	stream_line_add(&session->line, opcode, buf_text(text), text->len);
}

static void say_text(struct stream_session *session, const char *text)
{
	stream_line_add(&session->line, WSLAY_TEXT_FRAME, text, strlen(text));
}

static void fill(struct buf *text, int64_t count, const char *piece)
{
	for (int64_t i = 0; i < count; i++)
		buf_puts(text, piece);
}

static void say_huge(struct stream_session *session, int64_t bytes)
{
	struct buf text;

	buf_init(&text, (size_t)1 << 31);
	fill(&text, bytes, "x");
	say(session, WSLAY_TEXT_FRAME, &text);
	buf_release(&text);
}

/* By hand: one message in many frames, none of them too large. */
static void say_fragments(struct stream_session *session, int64_t bytes)
{
	struct buf frame;

	buf_init(&frame, (size_t)1 << 31);
	for (int64_t sent = 0; sent < bytes; sent += FRAGMENT_BYTES) {
		bool is_last = sent + FRAGMENT_BYTES >= bytes;
		static const char size[] = "\x7f\0\0\0\0\0\x01\0\0";

		buf_clear(&frame);
		buf_putc(&frame, (char)((is_last ? 0x80 : 0) | (sent == 0)));
		buf_append(&frame, size, sizeof(size) - 1);
		fill(&frame, FRAGMENT_BYTES, "x");
		stream_line_add_raw(&session->line, frame.data, frame.len);
	}
	buf_release(&frame);
}

static void say_json(struct stream_session *session,
		     const struct fault_rule *rule)
{
	static const char nul[] = "{\"header\":{\"tr_id\":\"A\0B\"}}";
	struct buf text;

	buf_init(&text, (size_t)1 << 31);
	if (rule->fault == STREAM_JSON_NUL) {
		buf_append(&text, nul, sizeof(nul) - 1);
	} else if (rule->fault == STREAM_JSON_BIG) {
		buf_puts(&text, "{\"header\":{\"tr_id\":\"");
		fill(&text, rule->number, "x");
		buf_puts(&text, "\"}}");
	} else {
		fill(&text, rule->number, "{\"a\":");
		buf_puts(&text, "1");
		fill(&text, rule->number, "}");
	}
	say(session, WSLAY_TEXT_FRAME, &text);
	buf_release(&text);
}

static int digit_of(char c)
{
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

static void say_hex(struct stream_session *session, const char *hex)
{
	for (; hex[0]; hex += 2) {
		char byte = (char)(digit_of(hex[0]) * 16 + digit_of(hex[1]));

		stream_line_add_raw(&session->line, &byte, 1);
	}
}

static void say_case(struct stream_session *session, const char *name)
{
	struct buf bytes;

	buf_init(&bytes, (size_t)1 << 20);
	rfc_case_add(rfc_case_find(name), &bytes);
	stream_line_add_raw(&session->line, buf_text(&bytes), bytes.len);
	buf_release(&bytes);
}

static void say_busy(struct stream_session *session)
{
	struct buf text;

	buf_init(&text, 4096);
	stream_message_add_ack(&text, "OPSP8996", "", "", NULL, 0);
	say(session, WSLAY_TEXT_FRAME, &text);
	buf_release(&text);
	session->has_no_trades = true;
}

/* ---- how it ends ---- */

static void end_with_close(struct stream_session *session,
			   const struct fault_rule *rule, int64_t now_ns)
{
	unsigned char code[2] = { (unsigned char)(rule->number >> 8),
				  (unsigned char)rule->number };

	if (strcmp(rule->text, "empty") == 0) {
		stream_line_add_raw(&session->line, "\x88\x00", 2);
	} else if (strcmp(rule->text, "byte") == 0) {
		stream_line_add_raw(&session->line, "\x88\x01\x03", 3);
	} else {
		stream_line_add_raw(&session->line, "\x88\x02", 2);
		stream_line_add_raw(&session->line, code, 2);
	}
	stream_session_close(session, "close", now_ns + NS_PER_SEC);
}

/* Half of a frame, and then a reset. */
static void end_with_reset(struct stream_session *session, int64_t now_ns)
{
	static const char half[] = "\x81\x7e\x01\x40"
				   "0|H0STCNT0|001|005930^093354^719";

	stream_line_add_raw(&session->line, half, sizeof(half) - 1);
	stream_line_flush(&session->line);
	stream_session_close(session, "reset", now_ns);
	wire_reset(session->line.wire);
}

static void begin_flood(struct stream_session *session, int64_t rate,
			int64_t now_ns)
{
	session->flood_rate = rate;
	session->flood_begun_ns = now_ns;
}

/* What the client sends stays in its own buffers, which are soon full. */
static void stop_reading(struct stream_session *session, int64_t now_ns)
{
	int small = 4096;

	setsockopt(session->line.wire->fd, SOL_SOCKET, SO_RCVBUF, &small,
		   sizeof(small));
	session->line.is_deaf = true;
	stream_beat_stop(session);
	begin_flood(session, 100000, now_ns);
}

static void strike(struct stream_session *session,
		   const struct fault_rule *rule, int64_t now_ns)
{
	switch (rule->fault) {
	case STREAM_RST:
		end_with_reset(session, now_ns);
		break;
	case STREAM_CLOSE:
		end_with_close(session, rule, now_ns);
		break;
	case STREAM_FIN:
	case STREAM_LIFE:
		stream_line_flush(&session->line);
		stream_session_close(session, fault_name(rule->fault), now_ns);
		break;
	case STREAM_MUTE:
		stream_line_flush(&session->line);
		session->line.is_mute = true;
		session->is_quiet = true;
		stream_beat_stop(session);
		break;
	case STREAM_QUIET:
		session->is_quiet = true;
		break;
	case STREAM_PING_FLOOD:
		begin_flood(session, rule->number, now_ns);
		break;
	case STREAM_NO_READ:
		stop_reading(session, now_ns);
		break;
	case STREAM_HUGE_TEXT:
		say_huge(session, rule->number);
		break;
	case STREAM_HUGE_FRAGMENTS:
		say_fragments(session, rule->number);
		break;
	case STREAM_HUGE_CLAIM:
		stream_line_add_raw(&session->line,
				    "\x81\x7f\x40\0\0\0\0\0\0\0xxxx", 14);
		break;
	case STREAM_RFC:
		say_case(session, rule->text);
		break;
	case STREAM_RAW:
		say_hex(session, rule->text);
		break;
	case STREAM_TEXT:
		say_text(session, rule->text);
		break;
	case STREAM_JSON_GARBAGE:
		say_text(session, "{\"header\":{\"tr_id\":\"H0STCNT0\",]");
		break;
	case STREAM_JSON_BIG:
	case STREAM_JSON_DEEP:
	case STREAM_JSON_NUL:
		say_json(session, rule);
		break;
	case STREAM_BUSY_LATE:
		say_busy(session);
		break;
	case STREAM_BURST:
		/* What was said before it does not wait until it is made. */
		stream_line_flush(&session->line);
		stream_feed_push(session, -1, rule->number, now_ns);
		break;
	default:
		break;
	}
}

static void run_flood(struct stream_session *session, int64_t now_ns)
{
	static const char payload[125] = "flood of pings";
	int64_t due = (now_ns - session->flood_begun_ns) / 1000 *
		      session->flood_rate / 1000000;

	for (int i = 0; i < FLOOD_AT_ONCE && session->flood_sent < due &&
			stream_line_pending(&session->line) < FRAGMENT_BYTES;
	     i++) {
		stream_line_add(&session->line, WSLAY_PING, payload,
				sizeof(payload));
		session->flood_sent++;
	}
}

void stream_moment_run(struct stream_session *session, int64_t now_ns)
{
	struct stream_event event = { .session = session->number };

	if (session->flood_rate > 0)
		run_flood(session, now_ns);
	for (int i = 0; i < session->moment_count; i++) {
		struct stream_moment *moment = &session->moment[i];
		struct buf line;

		if (!stream_moment_is_due(session, moment, now_ns))
			continue;
		moment->is_over = true;
		if (!stream_desk_fires(session->place->desk, moment->rule,
				       &event))
			continue;
		strike(session, moment->rule, now_ns);
		/* When it is done: a burst takes a while to be made. */
		stream_session_log(session, &line, "fault",
				   clock_monotonic_ns());
		json_add_field(&line, "name", fault_name(moment->rule->fault));
		json_add_field(&line, "argument", moment->rule->text);
		log_end(&line, session->place->log_fd);
	}
}

/* The next one that time alone brings. */
int64_t stream_moment_due(const struct stream_session *session)
{
	int64_t due_ns = CLOCK_NEVER;

	if (session->flood_rate > 0)
		due_ns = clock_monotonic_ns() + NS_PER_MS;
	for (int i = 0; i < session->moment_count; i++) {
		const struct stream_moment *moment = &session->moment[i];
		int64_t at_ns =
			session->opened_ns + moment->rule->ms * NS_PER_MS;

		if (!moment->is_over && moment->rule->ms > 0 &&
		    session->records >= moment->rule->after &&
		    session->all.count >= moment->rule->registered &&
		    at_ns < due_ns)
			due_ns = at_ns;
	}
	return due_ns;
}
