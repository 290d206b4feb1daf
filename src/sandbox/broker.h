/* broker.h: the broker itself: who may call, how often, and what comes back.
 * Sandbox; uses ratelimit, token, fault, answer, refusal, market; knows
 * nothing of sockets.
 *
 * Thread: any. One leaf lock guards what changes: the count of calls, the
 * token, the rules' counters, chance. Time is read under it, so that the
 * order of arrivals is the order of their times. */
#ifndef SANDBOX_BROKER_H
#define SANDBOX_BROKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "sandbox/answer.h"
#include "sandbox/fault.h"
#include "sandbox/ratelimit.h"
#include "sandbox/request.h"

struct broker;
struct stream_desk;
struct tape;

struct broker_rules {
	const char *app_key, *app_secret; /* borrowed, as all texts here */
	const char *unknown;              /* codes that do not exist */
	const char *poison; /* the code that spoils its call; or NULL */
	bool is_paper, has_multi;
	bool is_shuffled, is_signed;
	bool shows_blank_rows; /* for unknown codes in a multi call */
	int64_t rate, limit_status;
	enum ratelimit_window window;
	bool counts_refused;
	int64_t latency_ms, jitter_ms, before_ms, before_jitter_ms;
	int64_t token_interval_s, token_same_s, token_life_s, revoke_after;
	bool is_token_dead;
	uint64_t seed, salt; /* chance that can be repeated, and that cannot */
	struct fault_rule *fault; /* counters are changed */
	size_t fault_count;
	struct stream_desk *stream; /* borrowed, as is the tape */
	struct tape *tape;
};

/* What is settled when a request arrives. */
struct arrival {
	uint64_t seq;     /* from 1, in the order of time */
	int64_t t_ns;     /* CLOCK_MONOTONIC */
	int in_flight;    /* calls that wait for an answer, this one too */
	int64_t delay_ns; /* how long the answer is to take */
	bool is_over_limit;
	const struct fault_rule *fault; /* NULL: none. Lives with the broker */
	struct fault_rows rows;         /* the same */
	uint64_t random;
};

/* Errors: out of memory. */
MUST_CHECK struct broker *broker_new(const struct broker_rules *rules,
				     struct err *err);
void broker_free(struct broker *broker);

/* How long the request is to travel before it arrives. */
int64_t broker_draw_travel_ns(struct broker *broker);

/* Counts the request. Each arrival needs one broker_leave. */
void broker_arrive(struct broker *broker, const struct request *request,
		   bool has_history, struct arrival *arrival);
void broker_leave(struct broker *broker);

/* Whether nobody listens now, and when to ask again, at the latest; but the
 * arrival of a call may change it, too.
 * Units: *change_ns is monotonic; CLOCK_NEVER: no need to. */
bool broker_is_down(struct broker *broker, int64_t *change_ns);

/* Writes the answer to a request that has arrived. */
void broker_answer(struct broker *broker, const struct request *request,
		   const struct arrival *arrival, struct answer *answer);

#endif
