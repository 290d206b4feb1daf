/* SPDX-License-Identifier: MIT */
/* quote_call.h: the answer to a quote call whose headers are in order.
 * Sandbox; uses market, answer, refusal, spoil. Pure. */
#ifndef SANDBOX_QUOTE_CALL_H
#define SANDBOX_QUOTE_CALL_H

#include "sandbox/answer.h"
#include "sandbox/broker.h"
#include "sandbox/request.h"

/* Checks the arguments and writes the rows, or the refusal. */
void quote_call_answer(const struct broker_rules *rules,
		       const struct request *request,
		       const struct arrival *arrival, struct answer *answer);

#endif
