/* SPDX-License-Identifier: MIT */
/* upbit.h: coins as Upbit's quotation API has them: some markets a call, or
 * all of a quote currency, an array of rows, no key.
 * Sandbox; uses answer, arrival, coin, spoil. Pure.
 *
 * One unknown code spoils its call, and is not named. Numbers are JSON's,
 * with all their zeros.
 * Source: docs.upbit.com. */
#ifndef SANDBOX_UPBIT_H
#define SANDBOX_UPBIT_H

#include "sandbox/answer.h"
#include "sandbox/arrival.h"
#include "sandbox/request.h"

/* Writes the answer to a call that may pass. */
void upbit_answer(const struct request *request, const struct arrival *arrival,
		  struct answer *answer);

/* {"error":{"name":...,"message":"..."}}; name NULL: the status, a number. */
void upbit_refuse(struct answer *answer, int status, const char *name,
		  const char *message);

/* The header about the calls of this second. */
void upbit_add_remaining(struct answer *answer, const struct request *request,
			 const struct arrival *arrival);

/* How it treats who goes on calling over the limit: refused so often without
 * a call that passed, it does not listen at all for a time, and longer each
 * time. Pure; times in nanoseconds that never go back. */
struct upbit_guard {
	int refused; /* since the last call that passed */
	int blocks;  /* so far */
	int64_t until_ns;
	int64_t origin_ns; /* of the last call with an Origin; 0: none */
};

/* Counts a call. passes: it is within the limit. Returns how long it is
 * blocked for, 0: not; and *passes may become false. */
int64_t upbit_guard_count(struct upbit_guard *guard, bool has_origin,
			  int64_t now_ns, bool *passes);

#endif
