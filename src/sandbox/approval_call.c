/* SPDX-License-Identifier: MIT */
#include "sandbox/approval_call.h"

#include "base/clock.h"
#include "sandbox/json_text.h"
#include "sandbox/login.h"
#include "sandbox/refusal.h"
#include "sandbox/stream_desk.h"

static bool fires(const struct broker_rules *rules, enum stream_fault fault)
{
	struct stream_event event = { .session = 0 };

	return stream_desk_find(rules->stream, fault, &event) != NULL;
}

/* The key as a fault has it, or as it is. */
static void add_key(const struct broker_rules *rules, const char *key,
		    struct buf *body)
{
	json_add_key(body, "approval_key");
	buf_puts(body, "\"");
	if (!fires(rules, STREAM_APPROVAL_EMPTY))
		buf_puts(body, key);
	if (fires(rules, STREAM_APPROVAL_CRLF))
		buf_puts(body, "\\r\\nX-Injected: 1");
	if (fires(rules, STREAM_APPROVAL_QUOTE))
		buf_puts(body, "\\\"},\\\"x\\\":{\\\"");
	for (int i = 0, is_long = fires(rules, STREAM_APPROVAL_LONG);
	     is_long && i < 2048; i++)
		buf_putc(body, 'x');
	buf_puts(body, "\"");
}

void approval_call_answer(const struct broker_rules *rules,
			  const struct request *request, struct answer *answer)
{
	const char *msg_cd = login_judge_body(rules, request, "secretkey");
	char key[APPROVAL_KEY_BYTES];

	if (!msg_cd &&
	    !stream_desk_issue(rules->stream, clock_monotonic_ns(), key))
		msg_cd = "EGW00201";
	if (msg_cd) {
		refusal_write(answer, ENDPOINT_APPROVAL, msg_cd, NULL);
		return;
	}
	answer->is_good = true;
	buf_puts(&answer->body, "{");
	add_key(rules, key, &answer->body);
	buf_puts(&answer->body, "}");
}
