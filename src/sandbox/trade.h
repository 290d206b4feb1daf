/* SPDX-License-Identifier: MIT */
/* trade.h: the trades of one symbol, one after the other, out of a seed.
 * Sandbox, low; uses market. Pure: the next trade follows from this one, its
 * number and the seed alone, so that whoever reads what was sent can compute
 * it again.
 *
 * Counters obey what captures of the real stream show: the volume rises by
 * the size of each trade, the number of sales and purchases by one. A print
 * of an auction raises the volume alone.
 *
 * Units: prices as in market.h, t_ns nanoseconds since the tape began. */
#ifndef SANDBOX_TRADE_H
#define SANDBOX_TRADE_H

#include <stdbool.h>
#include <stdint.h>

#include "sandbox/market.h"

/* How trades follow each other; the same for all symbols. */
struct trade_rules {
	uint64_t seed;
	int64_t period_ns; /* mean time between two; 0: there are none */
	int64_t clump;     /* above 1: half of them come with the one before */
	int64_t last; /* the tape of a symbol ends with this one; 0: never */
	int64_t day_every;     /* each Nth opens a new day; 0: none does */
	int64_t auction_every; /* each Nth is a print of an auction; 0: none */
};

enum trade_side { TRADE_BUY = 1, TRADE_SELL = 5 };

/* A symbol's state after a trade; number 0: before the first of the tape. */
struct trade {
	uint64_t key; /* of the symbol, for chance */
	int64_t number;
	int64_t t_ns;
	int64_t day; /* 0 for the day on which the tape began */
	enum trade_side side;
	bool is_auction;
	int64_t price, size, bid, ask;
	int64_t previous, open, high, low;
	int64_t open_ns, high_ns, low_ns; /* times of those trades */
	int64_t volume, value;
	int64_t sells, buys; /* trades */
	int64_t sell_volume, buy_volume;
	uint64_t noise;             /* for the lesser fields */
	int64_t unit, upper, lower; /* of prices */
	int64_t per_unit; /* prices are so many parts of a currency unit */
};

/* Where the market stands before the tape begins.
 * False: the symbol does not trade today. */
bool trade_begin(struct trade *trade, const struct stock *stock);

/* When the next trade comes; INT64_MAX: never.
 * pushed: at the instant of this one, whatever the rules say. */
int64_t trade_next_ns(const struct trade *trade,
		      const struct trade_rules *rules, bool pushed);

/* Makes it the next trade.
 * False: the tape has ended; nothing changes. */
bool trade_next(struct trade *trade, const struct trade_rules *rules,
		bool pushed);

/* Puts the state of a symbol into what REST calls show of it. */
void trade_show(const struct trade *trade, struct stock *stock);

#endif
