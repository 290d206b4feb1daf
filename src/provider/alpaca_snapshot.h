/* SPDX-License-Identifier: MIT */
/* alpaca_snapshot.h: what Alpaca's snapshot of a symbol says.
 * Layer provider; uses base, model, net, answer, times. For alpaca.c.
 *
 * It has the last trade and quote, and two daily bars. Before the market opens
 * the newer bar is still the last session's; so which close is the previous one
 * is told by the days, at New York, of trade and bar:
 *
 *   trade on the bar's day    prevDailyBar.c    open, high, low, volume: the bar's
 *   trade on a later day      dailyBar.c        none yet
 *   trade on an earlier day   not known         none
 *
 * Any block may be absent, or null. */
#ifndef PROVIDER_ALPACA_SNAPSHOT_H
#define PROVIDER_ALPACA_SNAPSHOT_H

#include "base/err.h"

struct arena;
struct json_node;
struct provider_account;
struct quote;

/* Errors: NO_TRADE, PARSE, SYSTEM. */
MUST_CHECK int alpaca_read_snapshot(const struct json_node *row,
				    const struct provider_account *account,
				    struct arena *texts, struct quote *q,
				    struct err *err);

#endif
