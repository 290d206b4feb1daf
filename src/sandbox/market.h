/* SPDX-License-Identifier: MIT */
/* market.h: the stocks of the sandbox and their prices.
 * Sandbox, low; pure.
 *
 * Popular symbols are known by name and close. Any other plausible code
 * exists too, with numbers made from the code alone: the same code has the
 * same price in every run. Prices stand still.
 *
 * Units: Korean prices are whole won. Overseas prices are ten-thousandths
 * of the currency, rounded to the decimals that the exchange shows. */
#ifndef SANDBOX_MARKET_H
#define SANDBOX_MARKET_H

#include <stdbool.h>
#include <stdint.h>

struct stock {
	char code[16];
	char exchange[4];  /* NAS, or BAQ for its day session; "": Korea's */
	char name[64];     /* of Korea's */
	const char *board; /* KOSPI, KOSDAQ, KONEX; NULL: overseas */
	const char *sector, *currency;
	int decimals;
	int64_t price; /* 0: halted, no trade today */
	int64_t previous, open, high, low, upper, lower, bid, ask, tick;
	int64_t volume, value, shares;
	int64_t per_unit; /* prices are so many parts of a currency unit */
	int64_t won_rate; /* won for one of the currency, in hundredths */
	bool is_preopen;  /* no trade yet: price is previous, sign code 0 */
	uint64_t noise;   /* for the lesser fields */
};

/* Of two prices. */
static inline int64_t greater(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static inline int64_t lesser(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* In all of these unknown is "CODE,CODE" that do not exist, or NULL. */

/* A Korean share, fund or note. False: there is no such code. */
bool market_find_domestic(const char *unknown, const char *code,
			  struct stock *stock);

/* The same share where it is asked for: J the exchange, NX the new one, which
 * has no funds and notes, and prices a tick higher; UN both together.
 * False: it is not traded there. */
bool market_go_to_venue(struct stock *stock, const char *venue);

/* A symbol on one exchange. A US symbol is on one of NAS, NYS and AMS (day
 * session BAQ, BAY, BAA) only. False: not there. */
bool market_find_overseas(const char *unknown, const char *exchange,
			  const char *code, struct stock *stock);

/* The same on the one exchange that lists it, of NAS, NYS and AMS. */
bool market_find_us(const char *unknown, const char *code, struct stock *stock);

/* Takes today's trades away: price 0, what was before stays. */
void market_halt(struct stock *stock);

#endif
