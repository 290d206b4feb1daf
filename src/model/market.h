/* SPDX-License-Identifier: MIT */
/* market.h: where a symbol is traded, as a user writes it.
 * Layer model; uses base. */
#ifndef MODEL_MARKET_H
#define MODEL_MARKET_H

#include <stddef.h>

/* US stands for "one of NAS, NYS, AMS, find out which"; BAQ, BAY, BAA are their
 * day sessions (10:00-16:00 KST). FX is pairs of currencies, IDX is indices. */
enum market {
	MARKET_NONE,
	MARKET_KR,
	MARKET_US,
	MARKET_NAS,
	MARKET_NYS,
	MARKET_AMS,
	MARKET_HKS,
	MARKET_TSE,
	MARKET_SHS,
	MARKET_SZS,
	MARKET_HSX,
	MARKET_HNX,
	MARKET_BAQ,
	MARKET_BAY,
	MARKET_BAA,
	MARKET_UPBIT,
	MARKET_FX,
	MARKET_IDX,
	MARKET_COUNT
};

/* "KR", "NAS", ... */
const char *market_name(enum market m);

/* Where Korean shares trade: at the exchange, at the alternative venue, or both
 * together. */
enum venue { VENUE_KRX, VENUE_NXT, VENUE_ALL };

/* The exchange that a record shows: "KRX" or "NXT" for KR, "ECB" for FX, else
 * the market's name; NULL for US and NONE, which are no exchange, and for KR at
 * both venues together. */
const char *market_exchange_name(enum market m, enum venue venue);

/* ISO 4217: "KRW", "USD", ...; NULL where each symbol has its own (UPBIT, FX),
 * or none (IDX). */
const char *market_currency(enum market m);

/* MARKET_NONE when the name (any case) is none. */
enum market market_from_name(const char *name, size_t len);

/* The same for what a user wrote: also as other programs name the market
 * ("KS", "KRX", "NYSE", "NASDAQ", "HK"). */
enum market market_from_word(const char *word, size_t len);

#endif
