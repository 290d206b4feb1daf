/* SPDX-License-Identifier: MIT */
/* ecb.h: exchange rates as Frankfurter v1 has them, the ECB's, no key.
 * Sandbox; uses answer, arrival, spoil. Pure.
 *
 * With base EUR a rate keeps the digits of the ECB; with any other base it is
 * a cross, rounded by its size.
 * Source: github.com/lineofflight/frankfurter. */
#ifndef SANDBOX_ECB_H
#define SANDBOX_ECB_H

#include "sandbox/answer.h"
#include "sandbox/arrival.h"
#include "sandbox/request.h"

/* Writes the answer to a call that may pass. */
void ecb_answer(const struct request *request, const struct arrival *arrival,
		struct answer *answer);

#endif
