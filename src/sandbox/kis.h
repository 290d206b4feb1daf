/* SPDX-License-Identifier: MIT */
/* kis.h: the Korean broker: a token for an account, then quotes.
 * Sandbox; uses answer, market, token, stream_desk, tape.
 * Thread: any. One leaf lock guards the token desk. The rest is pure, but for
 * the tape and the stream's desk.
 *
 *   kis.c           who may call: tokens, approval keys, headers
 *   kis_quote.c     a quote call whose headers are in order
 *   kis_master.c    lists of symbols
 *   kis_refusal.c   the ways of saying no
 *
 * Source: the broker's sheets, its list of error codes, bodies seen in the wild;
 * open-trading-api, stocks_info. */
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

/* Checks the arguments of a quote call and writes the rows, or the refusal. */
void kis_answer_quote(const struct broker_rules *rules,
		      const struct request *request,
		      const struct arrival *arrival, struct answer *answer);

/* Appends the archive of that name ("kospi_code.mst.zip"): fixed columns for
 * Korea, columns with tabs between for the others, in code page 949. unknown:
 * codes that do not exist, or NULL. False: there is none. */
bool kis_add_master(struct buf *out, const char *name, const char *unknown);

/* Makes the answer the refusal with that code, in the shape of the endpoint:
 * the token desk has another one than the quote calls. Unknown codes are
 * refused with HTTP 500 and a plain text.
 * detail: put into the text where the code has a place for it; or NULL. */
void kis_refuse(struct answer *answer, enum endpoint endpoint,
		const char *msg_cd, const char *detail);

#endif
