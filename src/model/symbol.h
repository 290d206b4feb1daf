/* SPDX-License-Identifier: MIT */
/* symbol.h: what is asked for: a code and its market.
 * Layer model; uses base, market. */
#ifndef MODEL_SYMBOL_H
#define MODEL_SYMBOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/market.h"

enum { SYMBOL_CODE_BYTES = 14 };

/* 16 bytes: a list may hold a million. */
struct symbol {
	char code[SYMBOL_CODE_BYTES]; /* upper case, [0-9A-Z./-], terminated */
	uint8_t market;               /* enum market, as asked */
	uint8_t exchange;             /* where it is listed, once known */
};

/* Reads "005930", "005930.KR", "KR:005930", "AAPL", "AAPL.NAS", "0700.HKS",
 * "KRW-BTC.UPBIT", "USDKRW.FX", "KOSPI.IDX" in any case, and what other programs
 * write: "005930.KS", "NYSE:KO", "7203.T" (market_from_word). market is
 * MARKET_NONE, or what a second column of a list says, which must not contradict
 * the text. Without a market: six characters that begin with a digit, or Q and
 * six digits, are KR; letters are US, also with a class of shares (BRK.B, BRK/B,
 * BRK-B: passed on as written).
 * The code is in the market's own form: KR as above; UPBIT the currency first
 * and a '-'; FX six letters ("USD/KRW" becomes "USDKRW": KRW for one USD); IDX
 * KOSPI, KOSDAQ, KOSPI200, or four digits as the exchange numbers its indices.
 * Errors: INPUT, with what to write instead. */
MUST_CHECK int symbol_parse(const char *text, size_t len, enum market market,
			    struct symbol *out, struct err *err);

#endif
