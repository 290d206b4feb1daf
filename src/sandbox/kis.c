/* SPDX-License-Identifier: MIT */
#include "sandbox/kis.h"

#include "base/clock.h"
#include "base/sync.h"
#include "sandbox/approval_call.h"
#include "sandbox/login.h"
#include "sandbox/master.h"
#include "sandbox/quote_call.h"
#include "sandbox/refusal.h"
#include "sandbox/refuse.h"
#include "sandbox/spoil.h"
#include "sandbox/token.h"

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

/* expires_in is always the whole life, also for a token given again: the
 * other field is the one to go by. It is Korean time, and does not say so. */
static void write_token(const struct broker_rules *rules, struct answer *answer,
			const struct fault_rule *rule, const char *token,
			int64_t expires_unix_s)
{
	time_t in_korea = (time_t)(expires_unix_s + 9 * 3600);
	struct buf *body = &answer->body;
	struct tm when;
	char text[32] = "";

	if (gmtime_r(&in_korea, &when))
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
	const char *msg_cd = login_judge_body(kis->rules, request, "appsecret");
	char token[TOKEN_BYTES] = "";
	int64_t expires_unix_s = 0;
	bool is_issued;

	if (msg_cd) {
		refusal_write(answer, ENDPOINT_TOKEN, msg_cd, NULL);
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
		refusal_write(answer, ENDPOINT_TOKEN, "EGW00133", NULL);
}

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

	if (!master_add(&answer->body, name, rules->unknown)) {
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
		approval_call_answer(kis->rules, request, answer);
		return;
	}
	if (request->endpoint == ENDPOINT_MASTER) {
		answer_master(kis->rules, request, answer);
		return;
	}
	msg_cd = login_judge_headers(kis->rules, request, &token);
	if (!msg_cd && is_lacking(kis->rules, request->endpoint))
		msg_cd = "EGW00213";
	if (!msg_cd)
		msg_cd = judge_token(kis, token);
	if (msg_cd)
		refusal_write(answer, request->endpoint, msg_cd, NULL);
	else
		quote_call_answer(kis->rules, request, arrival, answer);
}
