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

void answer_refuse(struct answer *answer, int status, const char *message)
{
	answer->status = status;
	answer->is_good = false;
	buf_clear(&answer->body);
	buf_puts(&answer->body, "{");
	json_add_field(&answer->body, "message", message);
	buf_puts(&answer->body, "}");
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

void answer_add_percent(struct buf *body, const char *key, int64_t part,
			int64_t whole)
{
	char text[PERCENT_BYTES];

	answer_format_percent(text, part, whole);
	json_add_field(body, key, text);
}

int64_t answer_change_of(const struct stock *stock)
{
	return stock->price == 0 ? 0 : stock->price - stock->previous;
}

void answer_add_number(struct buf *body, const char *key, int64_t number)
{
	json_add_field_format(body, key, "%" PRId64, number);
}

const struct stock answer_nothing = { .board = "",
				      .sector = "",
				      .currency = "" };

void answer_empty_row(struct buf *body, size_t from)
{
	size_t to = from;
	int quotes = 0;

	/* Keys and values are texts in turn, none with a quote in it. */
	for (size_t i = from; i < body->len; i++) {
		quotes += body->data[i] == '"';
		if (quotes % 4 != 3 || body->data[i] == '"')
			body->data[to++] = body->data[i];
	}
	body->len = to;
}
