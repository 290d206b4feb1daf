#include "sandbox/substitute.h"

#include "sandbox/refusal.h"
#include "sandbox/spoil.h"

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
	snprintf(answer->header, sizeof(answer->header), "Location");
	if (url)
		snprintf(answer->header_value, sizeof(answer->header_value),
			 "%s", url + 1);
	else
		snprintf(answer->header_value, sizeof(answer->header_value),
			 "http://elsewhere.invalid%.200s", request->path);
}

static void write_retry_after(struct answer *answer,
			      const struct fault_rule *rule)
{
	write_page(answer, 429);
	snprintf(answer->header, sizeof(answer->header), "Retry-After");
	snprintf(answer->header_value, sizeof(answer->header_value), "%s",
		 rule->text);
}

/* CODE, or CODE/STATUS. */
static void write_refusal(struct answer *answer, const struct request *request,
			  const struct fault_rule *rule)
{
	char msg_cd[12];

	snprintf(msg_cd, sizeof(msg_cd), "%.*s", (int)strcspn(rule->text, "/"),
		 rule->text);
	refusal_write(answer, request->endpoint, msg_cd, "");
	if (rule->number > 0)
		answer->status = (int)rule->number;
}

void substitute_write(struct answer *answer, const struct request *request,
		      const struct fault_rule *rule)
{
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
		refusal_write(answer, request->endpoint, "EGW00201", NULL);
		if (rule->fault == FAULT_LIMIT200)
			answer->status = 200;
		break;
	case FAULT_REFUSE:
		write_refusal(answer, request, rule);
		break;
	case FAULT_EXPIRED:
		refusal_write(answer, request->endpoint, "EGW00123", NULL);
		break;
	case FAULT_INVALID_TOKEN:
		refusal_write(answer, request->endpoint, "EGW00121", NULL);
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
		spoil_with_gzip(&answer->body, rule->number);
		snprintf(answer->header, sizeof(answer->header),
			 "Content-Encoding");
		snprintf(answer->header_value, sizeof(answer->header_value),
			 "gzip");
		break;
	default:
		break;
	}
}
