/* SPDX-License-Identifier: MIT */
#include "sandbox/answer.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

void answer_init(struct answer *answer)
{
	*answer = (struct answer){
		.status = 200,
		.content_type = "application/json; charset=UTF-8",
	};
	buf_init(&answer->body, JSON_TEXT_MAX_BYTES);
}

void answer_release(struct answer *answer)
{
	buf_release(&answer->body);
}

void answer_add_header(struct answer *answer, const char *name,
		       const char *format, ...)
{
	struct answer_header *header = &answer->header[answer->headers];
	va_list args;

	if (answer->headers == ANSWER_HEADERS_MAX)
		return;
	answer->headers++;
	snprintf(header->name, sizeof(header->name), "%s", name);
	va_start(args, format);
	vsnprintf(header->value, sizeof(header->value), format, args);
	va_end(args);
}

void answer_open(struct answer *answer)
{
	buf_puts(&answer->body, "{\"output\":");
}

void answer_close(struct answer *answer, const struct fault_rule *rule)
{
	struct buf *body = &answer->body;
	bool is_refused = rule && rule->fault == FAULT_RT1;

	if (rule && rule->fault == FAULT_NOROWS) {
		buf_clear(body);
		buf_puts(body, "{");
	}
	answer->is_good = true;
	snprintf(answer->msg_cd, sizeof(answer->msg_cd), "MCA00000");
	json_add_field(body, "rt_cd", is_refused ? "1" : "0");
	json_add_field(body, "msg_cd", answer->msg_cd);
	json_add_field(body, "msg1", "정상처리 되었습니다.");
	buf_puts(body, "}");
}

void answer_format_percent(char text[PERCENT_BYTES], int64_t part,
			   int64_t whole)
{
	int64_t size = part < 0 ? -part : part;
	int64_t hundredths = 0;

	if (whole > 0)
		hundredths = (size * 10000 + whole / 2) / whole;
	snprintf(text, PERCENT_BYTES, "%s%" PRId64 ".%02" PRId64,
		 part < 0 && hundredths > 0 ? "-" : "", hundredths / 100,
		 hundredths % 100);
}
