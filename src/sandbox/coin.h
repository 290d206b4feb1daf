/* SPDX-License-Identifier: MIT */
/* coin.h: the coins of the sandbox and their prices.
 * Sandbox, low; pure.
 *
 * Some are known by name; more are made up, so that a list of all of them is
 * as long as a real one. Prices stand still.
 *
 * Units: hundred-millionths of the quote currency, and of the coin. */
#ifndef SANDBOX_COIN_H
#define SANDBOX_COIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct coin {
	char market[16]; /* KRW-BTC: quote currency first */
	char korean[48], english[48];
	int64_t price, previous, open, high, low;
	int64_t volume; /* since 00:00 UTC */
	int64_t age_ms; /* of the last trade */
	uint64_t noise; /* for the lesser fields */
};

/* The coin at that place of the list. False: the list has ended. */
bool coin_get(size_t place, struct coin *coin);

/* The coin of that market, in capitals or not. False: there is none. */
bool coin_find(const char *market, struct coin *coin);

/* Nothing was traded today: the price is that of yesterday. */
void coin_halt(struct coin *coin);

#endif
