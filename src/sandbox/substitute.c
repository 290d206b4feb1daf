/* SPDX-License-Identifier: MIT */
/* substitute.c: the faults that put another answer in the place of the right
 * one. */
#include "sandbox/refuse.h"

#include "sandbox/pack.h"

#include <stdio.h>
#include <string.h>

static void write_page(struct answer *answer, int status)
{
	answer->status = status;
	answer->content_type = "text/html; charset=UTF-8";
	buf_printf(&answer->body,
		   "<!DOCTYPE html>\n<html><head><title>%d</title></head>"
		   "<body>\n<h1>%d</h1>\n<p>The server is \"not\" "
		   "available.</p>\n</body></html>\n",
		   status, status);
}

/* STATUS, or STATUS:URL. */
static void write_redirect(struct answer *answer, const struct request *request,
			   const struct fault_rule *rule)
{
	const char *url = strchr(rule->text, ':');

	write_page(answer, (int)rule->number);
	if (url)
		answer_add_header(answer, "Location", "%s", url + 1);
	else
		answer_add_header(answer, "Location",
				  "http://elsewhere.invalid%.200s",
				  request->path);
}

static void write_retry_after(struct answer *answer,
			      const struct fault_rule *rule)
{
	write_page(answer, 429);
	answer_add_header(answer, "Retry-After", "%s", rule->text);
}

/* CODE, or CODE/STATUS. */
static void write_refusal(struct answer *answer, const struct request *request,
			  const struct fault_rule *rule)
{
	char code[12];

	snprintf(code, sizeof(code), "%.*s", (int)strcspn(rule->text, "/"),
		 rule->text);
	refuse_with(answer, request, code);
	if (rule->number > 0)
		answer->status = (int)rule->number;
}

void substitute_write(struct answer *answer, const struct request *request,
		      const struct arrival *arrival)
{
	const struct fault_rule *rule = arrival->fault;

	switch (rule->fault) {
	case FAULT_STATUS:
		write_page(answer, (int)rule->number);
		break;
	case FAULT_HTML200:
		write_page(answer, 200);
		break;
	case FAULT_REDIRECT:
		write_redirect(answer, request, rule);
		break;
	case FAULT_RETRY_AFTER:
		write_retry_after(answer, rule);
		break;
	case FAULT_LIMIT:
	case FAULT_LIMIT200:
		refuse_rate(answer, request, arrival);
		if (rule->fault == FAULT_LIMIT200)
			answer->status = 200;
		break;
	case FAULT_REFUSE:
		write_refusal(answer, request, rule);
		break;
	case FAULT_EXPIRED:
		refuse_login(answer, request, "EGW00123");
		break;
	case FAULT_INVALID_TOKEN:
		refuse_login(answer, request, "EGW00121");
		break;
	case FAULT_EMPTY:
		break;
	case FAULT_NOBODY:
		answer->status = 204;
		answer->content_type = NULL;
		break;
	case FAULT_GARBAGE:
		buf_puts(&answer->body, "OK price=70000 \x7f\xfe <<<");
		break;
	case FAULT_GZIP:
		pack_gzip_blanks(&answer->body, rule->number);
		answer_add_header(answer, "Content-Encoding", "gzip");
		break;
	default:
		break;
	}
}
