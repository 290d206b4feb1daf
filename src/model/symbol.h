/* symbol.h: what is asked for: a code and its market.
 * Layer model; uses base. */
#ifndef MODEL_SYMBOL_H
#define MODEL_SYMBOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Markets as a user writes them. US stands for "one of NAS, NYS, AMS, find
 * out which"; BAQ, BAY, BAA are their day sessions (10:00-16:00 KST). */
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
	MARKET_COUNT
};

/* Where Korean shares trade: at the exchange, at the alternative venue, or both
 * together. */
enum venue { VENUE_KRX, VENUE_NXT, VENUE_ALL };

enum { SYMBOL_CODE_BYTES = 14 };

/* 16 bytes: a list may hold a million. */
struct symbol {
	char code[SYMBOL_CODE_BYTES]; /* upper case, [0-9A-Z./-], terminated */
	uint8_t market;               /* enum market, as asked */
	uint8_t exchange;             /* where it is listed, once known */
};

/* "KR", "NAS", ... */
const char *market_name(enum market m);

/* The exchange that a record shows: "KRX" for KR, else the market's name;
 * NULL for US and NONE, which are no exchange. */
const char *market_exchange_name(enum market m);

/* ISO 4217: "KRW", "USD", ... */
const char *market_currency(enum market m);

/* MARKET_NONE when the name (any case) is none. */
enum market market_from_name(const char *name, size_t len);

/* Reads "005930", "005930.KR", "KR:005930", "AAPL", "AAPL.NAS", "0700.HKS"
 * in any case. market is MARKET_NONE, or what a second column of a list says,
 * which must not contradict the text. Without a market: six characters that
 * begin with a digit, or Q and six digits, are KR; letters are US, also with a
 * class of shares (BRK.B, BRK/B, BRK-B: passed on as written).
 * Errors: INPUT, with what to write instead. */
MUST_CHECK int symbol_parse(const char *text, size_t len, enum market market,
			    struct symbol *out, struct err *err);

#endif
