#include "sandbox/approval_call.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "base/clock.h"
#include "sandbox/json_text.h"
#include "sandbox/refusal.h"
#include "sandbox/stream_desk.h"

static const char *text_of(const cJSON *object, const char *name)
{
	const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsString(member) ? member->valuestring : NULL;
}

/* What is wrong with the request; NULL: nothing. */
static const char *judge(const struct broker_rules *rules,
			 const struct request *request)
{
	const char *grant, *key, *secret, *msg_cd = NULL;
	cJSON *json;

	if (!request->content_type ||
	    strncmp(request->content_type, "application/json", 16) != 0)
		return "EGW00132";
	json = cJSON_ParseWithLength(request->body ? request->body : "",
				     request->body_len);
	grant = text_of(json, "grant_type");
	key = text_of(json, "appkey");
	secret = text_of(json, "secretkey");
	if (!cJSON_IsObject(json))
		msg_cd = "EGW00101";
	else if (!grant)
		msg_cd = "EGW00115";
	else if (strcmp(grant, "client_credentials") != 0)
		msg_cd = "EGW00116";
	else if (!key)
		msg_cd = "EGW00102";
	else if (strcmp(key, rules->app_key) != 0)
		msg_cd = "EGW00103";
	else if (!secret)
		msg_cd = "EGW00104";
	else if (strcmp(secret, rules->app_secret) != 0)
		msg_cd = "EGW00105";
	cJSON_Delete(json);
	return msg_cd;
}

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
	const char *msg_cd = judge(rules, request);
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
