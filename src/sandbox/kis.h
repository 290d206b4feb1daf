/* SPDX-License-Identifier: MIT */
/* kis.h: the Korean broker: a token for an account, then quotes.
 * Sandbox; uses login, token, quote_call, master, approval_call.
 * Thread: any. One leaf lock guards the token desk. */
#ifndef SANDBOX_KIS_H
#define SANDBOX_KIS_H

#include "base/err.h"
#include "sandbox/answer.h"
#include "sandbox/arrival.h"
#include "sandbox/request.h"
#include "sandbox/rules.h"

struct kis;

/* Owns: rules are borrowed.
 * Errors: SYSTEM (memory). */
MUST_CHECK struct kis *kis_new(const struct broker_rules *rules,
			       struct err *err);
void kis_free(struct kis *kis);

/* Writes the answer to a call that may pass. */
void kis_answer(struct kis *kis, const struct request *request,
		const struct arrival *arrival, struct answer *answer);

#endif
