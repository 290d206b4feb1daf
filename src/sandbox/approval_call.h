/* SPDX-License-Identifier: MIT */
/* approval_call.h: POST /oauth2/Approval: the key that opens the stream.
 * Sandbox; uses stream_desk, refusal, answer.
 * Source: the broker's sheet: as the token's request, but that the secret's
 * field is secretkey. */
#ifndef SANDBOX_APPROVAL_CALL_H
#define SANDBOX_APPROVAL_CALL_H

#include "sandbox/answer.h"
#include "sandbox/broker.h"
#include "sandbox/request.h"

void approval_call_answer(const struct broker_rules *rules,
			  const struct request *request, struct answer *answer);

#endif
