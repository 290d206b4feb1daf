/* SPDX-License-Identifier: MIT */
/* alpaca.h: US shares as Alpaca's market data v2 has them: many symbols a
 * call, an object by symbol, a key pair in two headers.
 * Sandbox; uses answer, arrival, market, spoil. Pure.
 *
 * One ill-formed symbol spoils its call and is named; one that is unknown is
 * left out. Numbers are JSON's, in their shortest form.
 * Source: docs.alpaca.markets. */
#ifndef SANDBOX_ALPACA_H
#define SANDBOX_ALPACA_H

#include "sandbox/answer.h"
#include "sandbox/arrival.h"
#include "sandbox/request.h"
#include "sandbox/rules.h"

/* Writes the answer to a call that may pass. */
void alpaca_answer(const struct broker_rules *rules,
		   const struct request *request, const struct arrival *arrival,
		   struct answer *answer);

/* "SYMBOL":{...} of the share at the time of the arrival. */
void alpaca_add_snapshot(struct buf *out, const struct arrival *arrival,
			 const struct stock *stock);

/* The headers about the calls of this minute. */
void alpaca_add_limit(struct answer *answer, const struct arrival *arrival);

#endif
