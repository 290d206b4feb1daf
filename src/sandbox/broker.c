/* broker.c: the design in one line: everything that changes is settled in
 * short locked steps (arrive, judge a token, issue a token), everything that
 * takes time is done outside of them. */
#include "sandbox/broker.h"

#include "base/clock.h"
#include "base/sync.h"
#include "sandbox/approval_call.h"
#include "sandbox/around.h"
#include "sandbox/quote_call.h"
#include "sandbox/refusal.h"
#include "sandbox/spoil.h"
#include "sandbox/substitute.h"
#include "sandbox/token.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct broker { /* lock key: c const, l under mu */
	struct mutex mu;
	struct broker_rules rules; /* c; l: counters of rules.fault */
	int64_t start_ns;          /* c */
	struct around around;      /* l */
	struct ratelimit limit;    /* l */
	struct token_desk desk;    /* l */
	uint64_t chance;           /* l */
	uint64_t arrivals;         /* l */
	int in_flight;             /* l */
};

static uint64_t draw_locked(struct broker *broker)
{
	uint64_t x = broker->chance += 0x9e3779b97f4a7c15u;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static int64_t draw_delay_locked(struct broker *broker, int64_t ms,
				 int64_t jitter_ms)
{
	int64_t delay_ns = ms * NS_PER_MS;

	if (jitter_ms > 0)
		delay_ns += (int64_t)(draw_locked(broker) %
				      (uint64_t)(jitter_ms * NS_PER_MS + 1));
	return delay_ns;
}

struct broker *broker_new(const struct broker_rules *rules, struct err *err)
{
	struct broker *broker = calloc(1, sizeof(*broker));
	struct token_rules token = {
		.interval_ns = rules->token_interval_s * NS_PER_SEC,
		.same_ns = rules->token_same_s * NS_PER_SEC,
		.life_ns = rules->token_life_s * NS_PER_SEC,
		.revoke_after = rules->revoke_after,
		.is_always_dead = rules->is_token_dead,
		.salt = rules->salt,
	};
	int64_t phase_ns;

	if (!broker || mutex_init(&broker->mu, err)) {
		free(broker);
		err_no_memory(err);
		return NULL;
	}
	broker->rules = *rules;
	broker->chance = rules->seed;
	token_desk_init(&broker->desk, &token);
	broker->start_ns = clock_monotonic_ns();
	phase_ns = (int64_t)(draw_locked(broker) % (uint64_t)NS_PER_SEC);
	if (around_init(&broker->around, rules->fault, rules->fault_count,
			rules->rate, err) ||
	    ratelimit_init(&broker->limit, rules->window,
			   around_max_rate(&broker->around),
			   rules->counts_refused, phase_ns, err)) {
		broker_free(broker);
		return NULL;
	}
	return broker;
}

void broker_free(struct broker *broker)
{
	if (!broker)
		return;
	mutex_destroy(&broker->mu);
	around_release(&broker->around);
	ratelimit_release(&broker->limit);
	free(broker);
}

int64_t broker_draw_travel_ns(struct broker *broker)
{
	const struct broker_rules *rules = &broker->rules;
	int64_t travel_ns;

	if (rules->before_jitter_ms == 0)
		return rules->before_ms * NS_PER_MS;
	mutex_lock(&broker->mu);
	travel_ns = draw_delay_locked(broker, rules->before_ms,
				      rules->before_jitter_ms);
	mutex_unlock(&broker->mu);
	return travel_ns;
}

/* Every rule counts the call; what fires goes into the arrival. */
static void choose_faults_locked(struct broker *broker,
				 const struct request *request,
				 bool has_history, struct arrival *arrival)
{
	int64_t now_ns = arrival->t_ns - broker->start_ns;
	struct fault_rows *rows = &arrival->rows;

	for (size_t i = 0; i < broker->rules.fault_count; i++) {
		struct fault_rule *rule = &broker->rules.fault[i];
		enum fault_stage stage = fault_stage(rule->fault);
		bool fires = fault_fires(rule, request, has_history,
					 draw_locked(broker), now_ns);

		if (!fires || stage == FAULT_AROUND)
			continue;
		if (stage != FAULT_IN_ROW && !arrival->fault)
			arrival->fault = rule;
		else if (stage == FAULT_IN_ROW && rows->count < FAULT_ROWS_MAX)
			rows->rule[rows->count++] = rule;
	}
}

void broker_arrive(struct broker *broker, const struct request *request,
		   bool has_history, struct arrival *arrival)
{
	const struct broker_rules *rules = &broker->rules;
	const struct fault_rule *outage;
	int64_t now_ns;

	mutex_lock(&broker->mu);
	*arrival = (struct arrival){
		.seq = ++broker->arrivals,
		.t_ns = clock_monotonic_ns(),
		.in_flight = ++broker->in_flight,
		.delay_ns = draw_delay_locked(broker, rules->latency_ms,
					      rules->jitter_ms),
		.random = draw_locked(broker),
	};
	now_ns = arrival->t_ns - broker->start_ns;
	around_advance(&broker->around, &broker->limit, now_ns);
	choose_faults_locked(broker, request, has_history, arrival);
	/* Whatever else would befall it: who is down counts nothing. */
	outage = around_get_outage(&broker->around, now_ns);
	if (outage)
		arrival->fault = outage;
	else if (request->endpoint != ENDPOINT_UNKNOWN)
		arrival->is_over_limit = !around_let_pass(
			&broker->around, &broker->limit, now_ns);
	mutex_unlock(&broker->mu);
}

bool broker_is_down(struct broker *broker, int64_t *change_ns)
{
	int64_t now_ns = clock_monotonic_ns() - broker->start_ns;
	bool is_down;

	mutex_lock(&broker->mu);
	is_down = around_get_outage(&broker->around, now_ns) != NULL;
	*change_ns = around_next_change(&broker->around, now_ns);
	mutex_unlock(&broker->mu);
	if (*change_ns != CLOCK_NEVER)
		*change_ns += broker->start_ns;
	return is_down;
}

void broker_leave(struct broker *broker)
{
	mutex_lock(&broker->mu);
	broker->in_flight--;
	mutex_unlock(&broker->mu);
}

static const char *text_member(const cJSON *object, const char *name)
{
	const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsString(member) ? member->valuestring : NULL;
}

/* What is wrong with the token request; NULL: nothing. */
static const char *token_request_refusal(const struct broker_rules *rules,
					 const struct request *request)
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
	secret = text_member(json, "appsecret");
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

/* expires_in is always the whole life, also for a token given again: the
 * other field is the one to go by. It is Korean time, and does not say so. */
static void write_token(const struct broker *broker, struct answer *answer,
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
	if (!rule || rule->fault != FAULT_TOKEN_NO_EXPIRY) {
		json_add_key(body, "expires_in");
		buf_printf(body, "%lld", (long long)broker->rules.token_life_s);
	}
	buf_puts(body, "}");
}

static void answer_token(struct broker *broker, const struct request *request,
			 const struct fault_rule *rule, struct answer *answer)
{
	const char *msg_cd = token_request_refusal(&broker->rules, request);
	char token[TOKEN_BYTES] = "";
	int64_t expires_unix_s = 0;
	bool is_issued;

	if (msg_cd) {
		refusal_write(answer, ENDPOINT_TOKEN, msg_cd, NULL);
		return;
	}
	mutex_lock(&broker->mu);
	is_issued = token_issue(&broker->desk, clock_monotonic_ns(),
				(int64_t)time(NULL));
	if (is_issued) {
		memcpy(token, broker->desk.current, sizeof(token));
		expires_unix_s = broker->desk.expires_unix_s;
	}
	mutex_unlock(&broker->mu);
	if (is_issued)
		write_token(broker, answer, rule, token, expires_unix_s);
	else
		refusal_write(answer, ENDPOINT_TOKEN, "EGW00133", NULL);
}

/* Judges the headers of a quote call; NULL: all is well. */
static const char *quote_header_refusal(struct broker *broker,
					const struct request *request)
{
	static const char scheme[] = "Bearer ";
	const struct broker_rules *rules = &broker->rules;
	enum token_state state;

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
	if ((request->endpoint == ENDPOINT_MULTI && !rules->has_multi) ||
	    (request->endpoint == ENDPOINT_DETAIL && rules->is_paper))
		return "EGW00213";

	mutex_lock(&broker->mu);
	state = token_check(&broker->desk,
			    request->authorization + sizeof(scheme) - 1,
			    clock_monotonic_ns());
	mutex_unlock(&broker->mu);
	return state == TOKEN_GOOD      ? NULL
	       : state == TOKEN_EXPIRED ? "EGW00123"
					: "EGW00121";
}

void broker_answer(struct broker *broker, const struct request *request,
		   const struct arrival *arrival, struct answer *answer)
{
	const struct fault_rule *rule = arrival->fault;
	const char *msg_cd;

	if (rule && fault_stage(rule->fault) == FAULT_REPLACES) {
		substitute_write(answer, request, rule);
	} else if (request->endpoint == ENDPOINT_UNKNOWN) {
		refusal_write(answer, request->endpoint, "OPSQ0002", NULL);
		answer->status = 404;
	} else if (arrival->is_over_limit) {
		refusal_write(answer, request->endpoint, "EGW00201", NULL);
		answer->status = (int)broker->rules.limit_status;
	} else if (request->endpoint == ENDPOINT_TOKEN) {
		answer_token(broker, request, rule, answer);
	} else if (request->endpoint == ENDPOINT_APPROVAL) {
		approval_call_answer(&broker->rules, request, answer);
	} else if ((msg_cd = quote_header_refusal(broker, request)) != NULL) {
		refusal_write(answer, request->endpoint, msg_cd, NULL);
	} else {
		quote_call_answer(&broker->rules, request, arrival, answer);
	}
	if (answer->is_good)
		spoil_whole(&answer->body, rule);
	if (answer->is_good && rule && rule->fault == FAULT_CTYPE)
		answer->content_type = rule->text;
}
