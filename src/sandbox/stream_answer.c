/* SPDX-License-Identifier: MIT */
/* stream_answer.c: a wish comes in, waits as long as an ack takes, is judged,
 * and has its ack. It counts as unanswered all the while. */
#include "sandbox/stream_session.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "sandbox/json_text.h"

static void add_pending(struct stream_session *session, int64_t due_ns,
			const struct stream_wish *wish, const char *text)
{
	struct stream_pending *pending =
		&session->pending[session->pending_count];
	struct stream_wish *copy = wish ? malloc(sizeof(*copy)) : NULL;

	/* A client that fills this is not answered any more. */
	if (session->pending_count == STREAM_PENDING_MAX || (wish && !copy)) {
		free(copy);
		return;
	}
	if (copy)
		*copy = *wish;
	*pending = (struct stream_pending){
		.due_ns = due_ns,
		.order = ++session->wishes,
		.wish = copy,
		.text = text ? strdup(text) : NULL,
	};
	session->pending_count++;
}

static int unanswered(const struct stream_session *session)
{
	int count = 0;

	for (int i = 0; i < session->pending_count; i++)
		count += session->pending[i].wish != NULL;
	return count;
}

void stream_answer_take(struct stream_session *session,
			const struct stream_wish *wish, int64_t now_ns)
{
	const struct fault_rule *late = NULL;
	int64_t due_ns = now_ns + session->rules->ack_delay_ns;
	int waiting = unanswered(session) + 1;

	if (waiting > session->unanswered_most)
		session->unanswered_most = waiting;
	if (wish->kind == STREAM_REGISTER)
		late = stream_session_fault(session, STREAM_ACK_LATE,
					    wish->tr_key, NULL);
	if (late)
		due_ns += late->number * NS_PER_MS;
	add_pending(session, due_ns, wish, NULL);
}

static void log_wish(struct stream_session *session,
		     const struct stream_wish *wish, const char *code,
		     int64_t now_ns)
{
	static const char *const names[] = {
		[STREAM_REGISTER] = "register",
		[STREAM_UNREGISTER] = "unregister",
		[STREAM_HEARTBEAT] = "heartbeat",
		[STREAM_UNFIT] = "unfit",
	};
	struct buf line;

	stream_session_log(session, &line, names[wish->kind], now_ns);
	json_add_field(&line, "tr_id", wish->tr_id);
	json_add_field(&line, "tr_key", wish->tr_key);
	json_add_field(&line, "msg_cd", code);
	json_add_number(&line, "unanswered", unanswered(session) + 1);
	json_add_number(&line, "registered", session->all.count);
	log_end(&line, session->place->log_fd);
}

static void send_ack(struct stream_session *session, const char *code,
		     const char *tr_id, const char *tr_key, const char *msg1)
{
	struct buf text;

	buf_init(&text, 65536);
	stream_message_add_ack(&text, code, tr_id, tr_key, msg1,
			       stream_desk_draw(session->place->desk));
	stream_line_add(&session->line, WSLAY_TEXT_FRAME, buf_text(&text),
			text.len);
	buf_release(&text);
}

/* The refusal that a fault brings; NULL: none. */
static const char *spoiled_code(struct stream_session *session,
				const struct stream_wish *wish)
{
	static const struct {
		enum fault fault;
		const char *code;
	} fixed[] = {
		{ STREAM_BUSY, "OPSP8996" },
		{ STREAM_APPROVAL_DEAD, "OPSP0011" },
	};
	const struct fault_rule *rule;

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		if (stream_session_fault(session, fixed[i].fault, wish->tr_key,
					 NULL))
			return fixed[i].code;
	}
	rule = stream_session_fault(session, STREAM_ACK_CODE, wish->tr_key,
				    NULL);
	return rule ? rule->text : NULL;
}

/* Registers, if all is well. Returns the code of the ack. */
static const char *judge(struct stream_session *session,
			 const struct stream_wish *wish, int64_t now_ns)
{
	const char *unknown = session->rules->unknown;
	struct registration made;
	const char *code = stream_desk_admit(
		session->place->desk, session->number, wish->approval, now_ns);

	if (code)
		return code;
	code = registration_resolve(unknown, session->rules->is_paper,
				    wish->tr_id, wish->tr_key, &made);
	if (code)
		return code;
	code = registrations_judge(&session->all, wish->tr_id, wish->tr_key);
	if (strcmp(code, "OPSP0000") != 0)
		return code;
	tape_start(session->place->tape, now_ns);
	registration_begin(&made, unknown, session->place->tape, now_ns);
	if (stream_session_fault(session, STREAM_APPROVAL_SILENT, wish->tr_key,
				 made.channel.code))
		made.has_trades = false;
	registrations_add(&session->all, &made);
	return code;
}

/* Acks as they should not be. True: this was all. */
static bool spoil_ack(struct stream_session *session,
		      const struct stream_wish *wish, const char *code,
		      int64_t now_ns)
{
	const struct fault_rule *rule;
	struct buf text;

	if (stream_session_fault(session, STREAM_ACK_ALIEN, wish->tr_key, NULL))
		send_ack(session, "OPSP0000", wish->tr_id, "999998", NULL);
	if (stream_session_fault(session, STREAM_ACK_DUP, wish->tr_key, NULL))
		send_ack(session, code, wish->tr_id, wish->tr_key, NULL);
	rule = stream_session_fault(session, STREAM_ACK_AFTER_DATA,
				    wish->tr_key, NULL);
	if (!rule)
		return false;
	buf_init(&text, 65536);
	stream_message_add_ack(&text, code, wish->tr_id, wish->tr_key, NULL,
			       stream_desk_draw(session->place->desk));
	add_pending(session, now_ns + rule->number * NS_PER_MS, NULL,
		    buf_text(&text));
	buf_release(&text);
	return true;
}

/* A refusal whose text is an attack on a terminal, and tells a secret. */
static void refuse_with_controls(struct stream_session *session,
				 const struct stream_wish *wish)
{
	struct buf text;

	buf_init(&text, 4096);
	buf_printf(&text, "SUBSCRIBE ERROR \033[2J\033]0;x\007 \r\n\b %s",
		   wish->approval);
	send_ack(session, "OPSP8992", wish->tr_id, wish->tr_key,
		 buf_text(&text));
	buf_release(&text);
}

static void answer_without_body(struct stream_session *session,
				const struct stream_wish *wish)
{
	struct buf text;

	buf_init(&text, 4096);
	buf_printf(&text,
		   "{\"header\":{\"tr_id\":\"%s\",\"tr_key\":\"%s\","
		   "\"encrypt\":\"N\"}}",
		   wish->tr_id, wish->tr_key);
	stream_line_add(&session->line, WSLAY_TEXT_FRAME, buf_text(&text),
			text.len);
	buf_release(&text);
}

static void register_key(struct stream_session *session,
			 const struct stream_wish *wish, int64_t now_ns)
{
	const char *spoiled, *code;

	if (stream_session_fault(session, STREAM_ACK_LOST, wish->tr_key,
				 NULL)) {
		log_wish(session, wish, "lost", now_ns);
		return;
	}
	if (stream_session_fault(session, STREAM_ACK_CONTROL, wish->tr_key,
				 NULL)) {
		refuse_with_controls(session, wish);
		log_wish(session, wish, "OPSP8992", now_ns);
		return;
	}
	if (stream_session_fault(session, STREAM_ACK_NO_BODY, wish->tr_key,
				 NULL)) {
		answer_without_body(session, wish);
		log_wish(session, wish, "no body", now_ns);
		return;
	}
	/* A code that means success in spite of itself comes with trades. */
	spoiled = spoiled_code(session, wish);
	code = !spoiled || strcmp(spoiled, "OPSP0000") == 0 ||
			       strcmp(spoiled, "OPSP0002") == 0
		       ? judge(session, wish, now_ns)
		       : spoiled;
	if (spoiled && strcmp(code, "OPSP0000") == 0)
		code = spoiled;
	if (!spoil_ack(session, wish, code, now_ns))
		send_ack(session, code, wish->tr_id, wish->tr_key, NULL);
	log_wish(session, wish, code, now_ns);
}

static void unregister_key(struct stream_session *session,
			   const struct stream_wish *wish, int64_t now_ns)
{
	int place =
		registrations_find(&session->all, wish->tr_id, wish->tr_key);
	const struct fault_rule *linger =
		place < 0 ? NULL
			  : stream_session_fault(session, STREAM_LINGER,
						 wish->tr_key, NULL);
	const char *code = place < 0 ? "OPSP0003" : "OPSP0001";

	send_ack(session, code, wish->tr_id, wish->tr_key, NULL);
	if (linger)
		stream_feed_push(session, place, linger->number, now_ns);
	if (place >= 0)
		registrations_remove(&session->all, place);
	log_wish(session, wish, code, now_ns);
}

static void answer(struct stream_session *session,
		   const struct stream_wish *wish, int64_t now_ns)
{
	switch (wish->kind) {
	case STREAM_REGISTER:
		register_key(session, wish, now_ns);
		break;
	case STREAM_UNREGISTER:
		unregister_key(session, wish, now_ns);
		break;
	case STREAM_HEARTBEAT:
		break;
	case STREAM_UNFIT:
		send_ack(session, wish->code, wish->tr_id, wish->tr_key, NULL);
		log_wish(session, wish, wish->code, now_ns);
		break;
	}
}

static bool is_before(const struct stream_pending *a,
		      const struct stream_pending *b)
{
	return a->due_ns < b->due_ns ||
	       (a->due_ns == b->due_ns && a->order < b->order);
}

/* The place of the one that is due first; -1: none waits. */
static int first_due(const struct stream_session *session)
{
	int first = session->pending_count - 1;

	for (int i = first - 1; i >= 0; i--) {
		if (is_before(&session->pending[i], &session->pending[first]))
			first = i;
	}
	return first;
}

int64_t stream_answer_due(const struct stream_session *session)
{
	int first = first_due(session);

	return first < 0 ? CLOCK_NEVER : session->pending[first].due_ns;
}

void stream_answer_run(struct stream_session *session, int64_t now_ns)
{
	while (stream_answer_due(session) <= now_ns) {
		int place = first_due(session);
		struct stream_pending due = session->pending[place];

		session->pending[place] =
			session->pending[--session->pending_count];
		if (due.wish)
			answer(session, due.wish, now_ns);
		else if (due.text)
			stream_line_add(&session->line, WSLAY_TEXT_FRAME,
					due.text, strlen(due.text));
		free(due.wish);
		free(due.text);
	}
}

void stream_answer_release(struct stream_session *session)
{
	for (int i = 0; i < session->pending_count; i++) {
		free(session->pending[i].wish);
		free(session->pending[i].text);
	}
	session->pending_count = 0;
}
