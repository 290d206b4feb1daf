/* SPDX-License-Identifier: MIT */
#include "sandbox/kis.h"

#include "base/clock.h"
#include "base/sync.h"
#include "sandbox/dates.h"
#include "sandbox/json_text.h"
#include "sandbox/refuse.h"
#include "sandbox/spoil.h"
#include "sandbox/stream_desk.h"
#include "sandbox/token.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct kis { /* lock key: c const, l under mu */
	struct mutex mu;
	const struct broker_rules *rules; /* c */
	struct token_desk desk;           /* l */
};

struct kis *kis_new(const struct broker_rules *rules, struct err *err)
{
	struct kis *kis = calloc(1, sizeof(*kis));
	struct token_rules token = {
		.interval_ns = rules->token_interval_s * NS_PER_SEC,
		.same_ns = rules->token_same_s * NS_PER_SEC,
		.life_ns = rules->token_life_s * NS_PER_SEC,
		.revoke_after = rules->revoke_after,
		.is_always_dead = rules->is_token_dead,
		.salt = rules->salt,
	};

	if (!kis) {
		err_no_memory(err);
		return NULL;
	}
	if (mutex_init(&kis->mu, err)) {
		free(kis);
		return NULL;
	}
	kis->rules = rules;
	token_desk_init(&kis->desk, &token);
	return kis;
}

void kis_free(struct kis *kis)
{
	if (!kis)
		return;
	mutex_destroy(&kis->mu);
	free(kis);
}

/* ---- who may call ---- */

static const char *text_member(const cJSON *object, const char *name)
{
	const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsString(member) ? member->valuestring : NULL;
}

/* What is wrong with the body of who asks for a token or a key, in the broker's
 * code; NULL: nothing. secret_name: what the secret is called there. */
static const char *judge_body(const struct broker_rules *rules,
			      const struct request *request,
			      const char *secret_name)
{
	const char *grant, *key, *secret, *msg_cd = NULL;
	cJSON *json;

	if (!request->content_type ||
	    strncmp(request->content_type, "application/json", 16) != 0)
		return "EGW00132";
	json = cJSON_ParseWithLength(request->body ? request->body : "",
				     request->body_len);
	grant = text_member(json, "grant_type");
	key = text_member(json, "appkey");
	secret = text_member(json, secret_name);
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

/* The same of the headers, the token itself aside: *token is where it is. */
static const char *judge_headers(const struct broker_rules *rules,
				 const struct request *request,
				 const char **token)
{
	static const char scheme[] = "Bearer ";

	if (!request->tr_id ||
	    strcmp(request->tr_id, endpoint_tr_id(request->endpoint)) != 0)
		return "OPSQ0002";
	if (!request->appkey)
		return "EGW00102";
	if (strcmp(request->appkey, rules->app_key) != 0)
		return "EGW00103";
	if (!request->appsecret)
		return "EGW00104";
	if (strcmp(request->appsecret, rules->app_secret) != 0)
		return "EGW00105";
	if (!request->authorization)
		return "EGW00121";
	if (strncmp(request->authorization, scheme, sizeof(scheme) - 1) != 0)
		return "EGW00205";
	if (endpoint_is_domestic(request->endpoint) &&
	    (!request->custtype || (strcmp(request->custtype, "P") != 0 &&
				    strcmp(request->custtype, "B") != 0)))
		return "EGW00208";
	*token = request->authorization + sizeof(scheme) - 1;
	return NULL;
}

/* ---- POST /oauth2/tokenP ---- */

/* expires_in is always the whole life, also for a token given again: the
 * other field is the one to go by. It is Korean time, and does not say so. */
static void write_token(const struct broker_rules *rules, struct answer *answer,
			const struct fault_rule *rule, const char *token,
			int64_t expires_unix_s)
{
	struct tm when = dates_at(expires_unix_s, DATES_KOREA_S);
	struct buf *body = &answer->body;
	char text[DATES_TEXT_BYTES];

	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &when);
	answer->is_good = true;
	buf_puts(body, "{");
	spoil_add_token(body, rule, token);
	if (!rule || rule->fault != FAULT_TOKEN_NO_EXPIRY)
		json_add_field(body, "access_token_token_expired", text);
	json_add_field(body, "token_type", "Bearer");
	if (!rule || rule->fault != FAULT_TOKEN_NO_EXPIRY)
		json_add_number(body, "expires_in", rules->token_life_s);
	buf_puts(body, "}");
}

static void answer_token(struct kis *kis, const struct request *request,
			 const struct fault_rule *rule, struct answer *answer)
{
	const char *msg_cd = judge_body(kis->rules, request, "appsecret");
	char token[TOKEN_BYTES] = "";
	int64_t expires_unix_s = 0;
	bool is_issued;

	if (msg_cd) {
		kis_refuse(answer, ENDPOINT_TOKEN, msg_cd, NULL);
		return;
	}
	mutex_lock(&kis->mu);
	is_issued = token_issue(&kis->desk, clock_monotonic_ns(),
				(int64_t)time(NULL));
	if (is_issued) {
		memcpy(token, kis->desk.current, sizeof(token));
		expires_unix_s = kis->desk.expires_unix_s;
	}
	mutex_unlock(&kis->mu);
	if (is_issued)
		write_token(kis->rules, answer, rule, token, expires_unix_s);
	else
		kis_refuse(answer, ENDPOINT_TOKEN, "EGW00133", NULL);
}

/* ---- POST /oauth2/Approval ---- */

static bool fires(const struct broker_rules *rules, enum fault fault)
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

static void answer_approval(const struct broker_rules *rules,
			    const struct request *request,
			    struct answer *answer)
{
	const char *msg_cd = judge_body(rules, request, "secretkey");
	char key[APPROVAL_KEY_BYTES];

	if (!msg_cd &&
	    !stream_desk_issue(rules->stream, clock_monotonic_ns(), key))
		msg_cd = "EGW00201";
	if (msg_cd) {
		kis_refuse(answer, ENDPOINT_APPROVAL, msg_cd, NULL);
		return;
	}
	answer->is_good = true;
	buf_puts(&answer->body, "{");
	add_key(rules, key, &answer->body);
	buf_puts(&answer->body, "}");
}

/* ---- the calls ---- */

/* Is the token one that the desk knows, and alive? NULL: yes. */
static const char *judge_token(struct kis *kis, const char *token)
{
	enum token_state state;

	mutex_lock(&kis->mu);
	state = token_check(&kis->desk, token, clock_monotonic_ns());
	mutex_unlock(&kis->mu);
	return state == TOKEN_GOOD      ? NULL
	       : state == TOKEN_EXPIRED ? "EGW00123"
					: "EGW00121";
}

/* Calls that this account does not have. */
static bool is_lacking(const struct broker_rules *rules, enum endpoint endpoint)
{
	switch (endpoint) {
	case ENDPOINT_MULTI:
		return rules->is_paper || rules->has_no_multi;
	case ENDPOINT_DETAIL:
	case ENDPOINT_INDEX:
		return rules->is_paper;
	default:
		return false;
	}
}

/* Anybody's: no login, no limit. */
static void answer_master(const struct broker_rules *rules,
			  const struct request *request, struct answer *answer)
{
	const char *name = strrchr(request->path, '/') + 1;

	if (!kis_add_master(&answer->body, name, rules->unknown)) {
		refuse_path(answer, request);
		return;
	}
	answer->is_good = true;
	answer->content_type = "application/octet-stream";
}

void kis_answer(struct kis *kis, const struct request *request,
		const struct arrival *arrival, struct answer *answer)
{
	const char *token = NULL, *msg_cd;

	if (request->endpoint == ENDPOINT_TOKEN) {
		answer_token(kis, request, arrival->fault, answer);
		return;
	}
	if (request->endpoint == ENDPOINT_APPROVAL) {
		answer_approval(kis->rules, request, answer);
		return;
	}
	if (request->endpoint == ENDPOINT_MASTER) {
		answer_master(kis->rules, request, answer);
		return;
	}
	msg_cd = judge_headers(kis->rules, request, &token);
	if (!msg_cd && is_lacking(kis->rules, request->endpoint))
		msg_cd = "EGW00213";
	if (!msg_cd)
		msg_cd = judge_token(kis, token);
	if (msg_cd)
		kis_refuse(answer, request->endpoint, msg_cd, NULL);
	else
		kis_answer_quote(kis->rules, request, arrival, answer);
}
