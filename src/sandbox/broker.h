/* SPDX-License-Identifier: MIT */
/* broker.h: the sources themselves: how often one may call, what goes wrong,
 * what comes back.
 * Sandbox; uses around, fault, refuse, substitute and the sources; knows
 * nothing of sockets.
 *
 * Thread: any. One leaf lock guards what changes: the counts of calls, the
 * rules' counters, chance. Time is read under it, so that the order of
 * arrivals is the order of their times. */
#ifndef SANDBOX_BROKER_H
#define SANDBOX_BROKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "sandbox/answer.h"
#include "sandbox/arrival.h"
#include "sandbox/request.h"
#include "sandbox/rules.h"

struct broker;

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

/* Whether nobody listens for the source now, and when to ask again, at the latest; but the
 * arrival of a call may change it, too.
 * Units: *change_ns is monotonic; CLOCK_NEVER: no need to. */
bool broker_is_down(struct broker *broker, enum source source,
		    int64_t *change_ns);

/* Writes the answer to a request that has arrived. */
void broker_answer(struct broker *broker, const struct request *request,
		   const struct arrival *arrival, struct answer *answer);

#endif
