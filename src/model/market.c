/* SPDX-License-Identifier: MIT */
#include "model/market.h"

#include <stdbool.h>

#include "base/err.h"
#include "base/span.h"

static const struct {
	const char *name;
	const char *exchange; /* NULL: no exchange of its own */
	const char *currency; /* NULL: not the same for all */
} markets[MARKET_COUNT] = {
	[MARKET_NONE] = { "", NULL, NULL },
	[MARKET_KR] = { "KR", "KRX", "KRW" },
	[MARKET_US] = { "US", NULL, "USD" },
	[MARKET_NAS] = { "NAS", "NAS", "USD" },
	[MARKET_NYS] = { "NYS", "NYS", "USD" },
	[MARKET_AMS] = { "AMS", "AMS", "USD" },
	[MARKET_HKS] = { "HKS", "HKS", "HKD" },
	[MARKET_TSE] = { "TSE", "TSE", "JPY" },
	[MARKET_SHS] = { "SHS", "SHS", "CNY" },
	[MARKET_SZS] = { "SZS", "SZS", "CNY" },
	[MARKET_HSX] = { "HSX", "HSX", "VND" },
	[MARKET_HNX] = { "HNX", "HNX", "VND" },
	[MARKET_BAQ] = { "BAQ", "BAQ", "USD" },
	[MARKET_BAY] = { "BAY", "BAY", "USD" },
	[MARKET_BAA] = { "BAA", "BAA", "USD" },
	[MARKET_UPBIT] = { "UPBIT", "UPBIT", NULL },
	[MARKET_FX] = { "FX", "ECB", NULL },
	[MARKET_IDX] = { "IDX", "KRX", NULL },
};

/* As Yahoo, Google, TradingView and spreadsheets write them. */
static const struct {
	const char *word;
	enum market market;
} words[] = {
	{ "KS", MARKET_KR },     { "KQ", MARKET_KR },
	{ "KRX", MARKET_KR },    { "KOSPI", MARKET_KR },
	{ "KOSDAQ", MARKET_KR }, { "NASDAQ", MARKET_NAS },
	{ "NYSE", MARKET_NYS },  { "AMEX", MARKET_AMS },
	{ "HK", MARKET_HKS },    { "HKEX", MARKET_HKS },
	{ "TYO", MARKET_TSE },   { "SS", MARKET_SHS },
	{ "SSE", MARKET_SHS },   { "SH", MARKET_SHS },
	{ "SZ", MARKET_SZS },    { "SZSE", MARKET_SZS },
	{ "HOSE", MARKET_HSX },  { "HKG", MARKET_HKS },
	{ "SHA", MARKET_SHS },   { "SHE", MARKET_SZS },
};

const char *market_name(enum market m)
{
	require((unsigned)m < MARKET_COUNT);
	return markets[m].name;
}

const char *market_exchange_name(enum market m, enum venue venue)
{
	require((unsigned)m < MARKET_COUNT);
	if (m == MARKET_KR && venue != VENUE_KRX)
		return venue == VENUE_NXT ? "NXT" : NULL;
	return markets[m].exchange;
}

const char *market_currency(enum market m)
{
	require((unsigned)m < MARKET_COUNT);
	return markets[m].currency;
}

static bool is_word(const char *text, size_t len, const char *known)
{
	size_t i = 0;

	while (i < len && known[i] != '\0' && known[i] == to_upper(text[i]))
		i++;
	return i == len && known[i] == '\0';
}

enum market market_from_name(const char *name, size_t len)
{
	for (int m = MARKET_NONE + 1; m < MARKET_COUNT; m++)
		if (is_word(name, len, markets[m].name))
			return m;
	return MARKET_NONE;
}

enum market market_from_word(const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (is_word(word, len, words[i].word))
			return words[i].market;
	return market_from_name(word, len);
}
