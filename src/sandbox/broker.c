/* SPDX-License-Identifier: MIT */
/* broker.c: the design in one line: everything that changes is settled in
 * short locked steps (arrive, judge a token, issue a token), everything that
 * takes time is done outside of them. */
#include "sandbox/broker.h"

#include "base/clock.h"
#include "base/sync.h"
#include "sandbox/alpaca.h"
#include "sandbox/around.h"
#include "sandbox/chance.h"
#include "sandbox/ecb.h"
#include "sandbox/kis.h"
#include "sandbox/refuse.h"
#include "sandbox/spoil.h"
#include "sandbox/upbit.h"

#include <stdlib.h>

struct broker { /* lock key: c const, l under mu */
	struct mutex mu;
	struct broker_rules rules; /* c; l: counters of rules.fault */
	int64_t start_ns;          /* c */
	struct kis *kis;           /* c; locks itself */
	struct around around;      /* l */
	struct upbit_guard upbit;  /* l */
	uint64_t chance;           /* l */
	uint64_t arrivals;         /* l */
	int in_flight;             /* l */
};

static uint64_t draw_locked(struct broker *broker) REQUIRES(broker->mu)
{
	return chance_next(&broker->chance);
}

static int64_t draw_delay_locked(struct broker *broker, int64_t ms,
				 int64_t jitter_ms) REQUIRES(broker->mu)
{
	int64_t delay_ns = ms * NS_PER_MS;

	if (jitter_ms > 0)
		delay_ns += (int64_t)(draw_locked(broker) %
				      (uint64_t)(jitter_ms * NS_PER_MS + 1));
	return delay_ns;
}

/* How each source counts. */
static void set_limits(const struct broker_rules *rules, int64_t phase_ns,
		       struct ratelimit_setup setup[SOURCES])
{
	for (int i = 0; i < SOURCES; i++)
		setup[i] = (struct ratelimit_setup){
			.window = RATELIMIT_FIXED,
			.period_ns = NS_PER_SEC,
			.phase_ns = phase_ns,
			.calls_max = (size_t)rules->rate[i],
		};
	setup[SOURCE_KIS].window = (enum ratelimit_window)rules->window;
	setup[SOURCE_KIS].counts_refused = rules->counts_refused;
	setup[SOURCE_ALPACA].period_ns = 60 * NS_PER_SEC;
}

struct broker *broker_new(const struct broker_rules *rules, struct err *err)
{
	struct broker *broker = calloc(1, sizeof(*broker));
	struct ratelimit_setup setup[SOURCES];

	if (!broker || mutex_init(&broker->mu, err)) {
		free(broker);
		err_no_memory(err);
		return NULL;
	}
	broker->rules = *rules;
	broker->chance = (uint64_t)rules->seed;
	broker->start_ns = clock_monotonic_ns();
	broker->kis = kis_new(&broker->rules, err);
	set_limits(
		rules,
		(int64_t)(chance_next(&broker->chance) % (uint64_t)NS_PER_SEC),
		setup);
	if (!broker->kis || around_init(&broker->around, rules->fault,
					rules->fault_count, setup, err)) {
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
	kis_free(broker->kis);
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
	REQUIRES(broker->mu)
{
	int64_t now_ns = arrival->t_ns - broker->start_ns;
	struct fault_rows *rows = &arrival->rows;

	for (size_t i = 0; i < broker->rules.fault_count; i++) {
		struct fault_rule *rule = &broker->rules.fault[i];
		enum fault_stage stage = fault_stage(rule->fault);

		if (fault_is_of_stream(rule->fault) ||
		    !fault_fires(rule, request, has_history,
				 draw_locked(broker), now_ns) ||
		    stage == FAULT_AROUND)
			continue;
		if (stage != FAULT_IN_ROW && !arrival->fault)
			arrival->fault = rule;
		else if (stage == FAULT_IN_ROW && rows->count < FAULT_ROWS_MAX)
			rows->rule[rows->count++] = rule;
	}
}

/* Counts the call, and notes what is left. */
static void count_locked(struct broker *broker, const struct request *request,
			 int64_t now_ns, struct arrival *arrival)
	REQUIRES(broker->mu)
{
	enum source source = request->source;
	const struct ratelimit *limit = &broker->around.limit[source];
	bool passes = around_let_pass(&broker->around, source, now_ns);
	int64_t rest_ns;

	if (source == SOURCE_UPBIT)
		arrival->blocked_ns = upbit_guard_count(&broker->upbit,
							request->origin != NULL,
							now_ns, &passes);
	arrival->is_over_limit = !passes;
	if (source == SOURCE_KIS)
		return; /* it says nothing about it */
	arrival->limit = limit->calls;
	arrival->left = ratelimit_get_left(limit, now_ns);
	rest_ns = ratelimit_get_rest_ns(limit, now_ns);
	arrival->reset_unix_s = arrival->real_ms / 1000 +
				(rest_ns + NS_PER_SEC - 1) / NS_PER_SEC;
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
		.real_ms = clock_real_ms(),
		.in_flight = ++broker->in_flight,
		.delay_ns = draw_delay_locked(broker, rules->latency_ms,
					      rules->jitter_ms),
		.random = draw_locked(broker),
	};
	now_ns = arrival->t_ns - broker->start_ns;
	around_advance(&broker->around, now_ns);
	choose_faults_locked(broker, request, has_history, arrival);
	/* Whatever else would befall it: who is down counts nothing. */
	outage = around_get_outage(&broker->around, request->source, now_ns);
	if (outage)
		arrival->fault = outage;
	else if (request->endpoint != ENDPOINT_UNKNOWN &&
		 request->endpoint != ENDPOINT_MASTER)
		count_locked(broker, request, now_ns, arrival);
	mutex_unlock(&broker->mu);
}

bool broker_is_down(struct broker *broker, enum source source,
		    int64_t *change_ns)
{
	int64_t now_ns = clock_monotonic_ns() - broker->start_ns;
	bool is_down;

	mutex_lock(&broker->mu);
	is_down = around_get_outage(&broker->around, source, now_ns) != NULL;
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

static void answer_source(struct broker *broker, const struct request *request,
			  const struct arrival *arrival, struct answer *answer)
{
	const struct broker_rules *rules = &broker->rules;

	switch (request->source) {
	case SOURCE_KIS:
		kis_answer(broker->kis, request, arrival, answer);
		break;
	case SOURCE_ALPACA:
		alpaca_answer(rules, request, arrival, answer);
		break;
	case SOURCE_UPBIT:
		upbit_answer(request, arrival, answer);
		break;
	case SOURCE_ECB:
		ecb_answer(request, arrival, answer);
		break;
	case SOURCES:
		break;
	}
}

void broker_answer(struct broker *broker, const struct request *request,
		   const struct arrival *arrival, struct answer *answer)
{
	const struct fault_rule *rule = arrival->fault;

	if (rule && fault_stage(rule->fault) == FAULT_REPLACES) {
		substitute_write(answer, request, arrival);
	} else if (request->endpoint == ENDPOINT_UNKNOWN) {
		refuse_path(answer, request);
	} else if (arrival->is_over_limit) {
		refuse_rate(answer, request, arrival);
		if (request->source == SOURCE_KIS)
			answer->status = broker->rules.limit_is_200 ? 200 : 500;
	} else {
		answer_source(broker, request, arrival, answer);
	}
	if (answer->is_good && rule && rule->fault == FAULT_NOROWS &&
	    request->source != SOURCE_KIS)
		spoil_rows(&answer->body);
	if (answer->is_good)
		spoil_whole(&answer->body, rule);
	if (answer->is_good && rule && rule->fault == FAULT_CTYPE)
		answer->content_type = rule->text;
}
