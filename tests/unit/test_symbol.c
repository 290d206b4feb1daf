/* SPDX-License-Identifier: MIT */
/* Unit tests of model/symbol. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/symbol.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void test_accepted(void **state)
{
	static const struct {
		const char *text;
		enum market given;
		const char *code;
		enum market market;
	} rows[] = {
		{ "005930", MARKET_NONE, "005930", MARKET_KR },
		{ "005930.KR", MARKET_NONE, "005930", MARKET_KR },
		{ "005930.kr", MARKET_NONE, "005930", MARKET_KR },
		{ "KR:005930", MARKET_NONE, "005930", MARKET_KR },
		{ "kr:005930", MARKET_NONE, "005930", MARKET_KR },
		{ "005930", MARKET_KR, "005930", MARKET_KR },
		{ "KR:005930.KR", MARKET_KR, "005930", MARKET_KR },
		{ "00680K", MARKET_NONE, "00680K", MARKET_KR },
		{ "00680k", MARKET_NONE, "00680K", MARKET_KR },
		{ "0162Z0", MARKET_NONE, "0162Z0", MARKET_KR },
		{ "Q530031", MARKET_NONE, "Q530031", MARKET_KR },
		{ "q530031", MARKET_NONE, "Q530031", MARKET_KR },
		{ "AAPL", MARKET_NONE, "AAPL", MARKET_US },
		{ "aapl", MARKET_NONE, "AAPL", MARKET_US },
		{ "T", MARKET_NONE, "T", MARKET_US },
		{ "US", MARKET_NONE, "US", MARKET_US },
		{ "AAPL.US", MARKET_NONE, "AAPL", MARKET_US },
		{ "AAPL.nas", MARKET_NONE, "AAPL", MARKET_NAS },
		{ "NYS:KO", MARKET_NONE, "KO", MARKET_NYS },
		{ "SPY", MARKET_AMS, "SPY", MARKET_AMS },
		{ "BRK.B", MARKET_NONE, "BRK.B", MARKET_US },
		{ "brk/b", MARKET_NONE, "BRK/B", MARKET_US },
		{ "BRK-B", MARKET_NONE, "BRK-B", MARKET_US },
		{ "BRK.B.NYS", MARKET_NONE, "BRK.B", MARKET_NYS },
		{ "NYS:BRK.B", MARKET_NONE, "BRK.B", MARKET_NYS },
		{ "BRK.B", MARKET_NYS, "BRK.B", MARKET_NYS },
		{ "ABC.WS", MARKET_NYS, "ABC.WS", MARKET_NYS },
		{ "0700.HKS", MARKET_NONE, "0700", MARKET_HKS },
		{ "7203.TSE", MARKET_NONE, "7203", MARKET_TSE },
		{ "600519.SHS", MARKET_NONE, "600519", MARKET_SHS },
		{ "000858", MARKET_SZS, "000858", MARKET_SZS },
		{ "VNM.HSX", MARKET_NONE, "VNM", MARKET_HSX },
		{ "SHS.HNX", MARKET_NONE, "SHS", MARKET_HNX },
		{ "AAPL.BAQ", MARKET_NONE, "AAPL", MARKET_BAQ },
		{ "KO.BAY", MARKET_NONE, "KO", MARKET_BAY },
		{ "SPY.BAA", MARKET_NONE, "SPY", MARKET_BAA },
		{ "ABCDEFGHIJKLM", MARKET_NONE, "ABCDEFGHIJKLM", MARKET_US },
		/* coins, currencies, indices */
		{ "KRW-BTC.UPBIT", MARKET_NONE, "KRW-BTC", MARKET_UPBIT },
		{ "krw-btc.upbit", MARKET_NONE, "KRW-BTC", MARKET_UPBIT },
		{ "UPBIT:USDT-1INCH", MARKET_NONE, "USDT-1INCH", MARKET_UPBIT },
		{ "KRW-ETH", MARKET_UPBIT, "KRW-ETH", MARKET_UPBIT },
		{ "USDT-ABCDEFGH.UPBIT", MARKET_NONE, "USDT-ABCDEFGH", MARKET_UPBIT },
		{ "USDKRW.FX", MARKET_NONE, "USDKRW", MARKET_FX },
		{ "usd/krw.fx", MARKET_NONE, "USDKRW", MARKET_FX },
		{ "FX:EUR-USD", MARKET_NONE, "EURUSD", MARKET_FX },
		{ "EURUSD", MARKET_FX, "EURUSD", MARKET_FX },
		{ "USDKRW", MARKET_NONE, "USDKRW", MARKET_US },
		{ "KOSPI.IDX", MARKET_NONE, "KOSPI", MARKET_IDX },
		{ "idx:kosdaq", MARKET_NONE, "KOSDAQ", MARKET_IDX },
		{ "KOSPI200", MARKET_IDX, "KOSPI200", MARKET_IDX },
		{ "2001.IDX", MARKET_NONE, "2001", MARKET_IDX },
		/* as other programs write */
		{ "005930.KS", MARKET_NONE, "005930", MARKET_KR },
		{ "035720.kq", MARKET_NONE, "035720", MARKET_KR },
		{ "005930.KRX", MARKET_NONE, "005930", MARKET_KR },
		{ "KRX:005930", MARKET_NONE, "005930", MARKET_KR },
		{ "KOSDAQ:035720", MARKET_NONE, "035720", MARKET_KR },
		{ "005930.KS", MARKET_KR, "005930", MARKET_KR },
		{ "0700.HK", MARKET_NONE, "0700", MARKET_HKS },
		{ "HKG:0700", MARKET_NONE, "0700", MARKET_HKS },
		{ "SHA:600519", MARKET_NONE, "600519", MARKET_SHS },
		{ "SHE:000001", MARKET_NONE, "000001", MARKET_SZS },
		{ "HKEX:700", MARKET_NONE, "700", MARKET_HKS },
		{ "7203.T", MARKET_NONE, "7203", MARKET_TSE },
		{ "130A.t", MARKET_NONE, "130A", MARKET_TSE },
		{ "BRK.T", MARKET_NONE, "BRK.T", MARKET_US },
		{ "NYSE:KO", MARKET_NONE, "KO", MARKET_NYS },
		{ "NASDAQ:AAPL", MARKET_NONE, "AAPL", MARKET_NAS },
		{ "nyse:brk.b", MARKET_NONE, "BRK.B", MARKET_NYS },
		{ "AMEX:SPY", MARKET_NONE, "SPY", MARKET_AMS },
		{ "AAPL.NASDAQ", MARKET_NONE, "AAPL", MARKET_NAS },
		{ "600519.SS", MARKET_NONE, "600519", MARKET_SHS },
		{ "000858.SZ", MARKET_NONE, "000858", MARKET_SZS },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct symbol s;
		struct symbol want = { .market = (uint8_t)rows[i].market };
		struct err err = { 0 };

		memset(&s, 0xaa, sizeof s);
		if (symbol_parse(rows[i].text, strlen(rows[i].text), rows[i].given, &s,
				 &err) < 0)
			fail_msg("%s: %s", rows[i].text, err.msg);
		assert_string_equal(s.code, rows[i].code);
		/* All 16 bytes are set: they are compared and hashed. */
		memcpy(want.code, rows[i].code, strlen(rows[i].code));
		assert_memory_equal(&s, &want, sizeof s);
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *text;
		size_t len; /* 0: strlen */
		enum market given;
		const char *message;
	} rows[] = {
		{ "", 0, MARKET_NONE, "empty symbol" },
		{ "0700", 0, MARKET_NONE, "cannot tell the market: write 0700.HKS" },
		{ "00593", 0, MARKET_NONE, "cannot tell the market: write 00593.HKS" },
		{ "5930", 0, MARKET_NONE,
		  "cannot tell the market: write 5930.HKS, or 005930" },
		{ "0059300", 0, MARKET_NONE,
		  "cannot tell the market: write six digits for KR, else 0059300.HKS" },
		{ "A005930", 0, MARKET_NONE, "cannot tell the market: write 005930" },
		{ "KR7005930003", 0, MARKET_NONE, "an ISIN: write 005930" },
		{ "us0378331005", 0, MARKET_NONE, "an ISIN: write the exchange's own symbol" },
		{ "A1", 0, MARKET_NONE, "cannot tell the market: write A1.US" },
		{ "0059-3", 0, MARKET_NONE, "cannot tell the market: write 0059-3.US" },
		{ "AAPL.XX", 0, MARKET_NONE, "unknown market 'XX'" },
		{ "XX:AAPL", 0, MARKET_NONE, "unknown market 'XX'" },
		{ ":AAPL", 0, MARKET_NONE, "unknown market ''" },
		{ "005930.KX", 0, MARKET_NONE, "unknown market 'KX'" },
		{ "7203.TT", 0, MARKET_NONE, "unknown market 'TT'" },
		{ "7203.T", 0, MARKET_HKS, "two markets: 'TSE' and 'HKS'" },
		{ "KRW-BTC", 0, MARKET_NONE, "cannot tell the market: write KRW-BTC.UPBIT" },
		{ "usdt-eth", 0, MARKET_NONE, "cannot tell the market: write USDT-ETH.UPBIT" },
		{ "usd/krw", 0, MARKET_NONE, "cannot tell the market: write USDKRW.FX" },
		{ "USD/KRWX", 0, MARKET_NONE, "cannot tell the market: write USD/KRWX.US" },
		{ "KOSPI", 0, MARKET_NONE, "cannot tell the market: write KOSPI.IDX" },
		{ "kospi200", 0, MARKET_NONE, "cannot tell the market: write KOSPI200.IDX" },
		{ "BTC-KRW.UPBIT", 0, MARKET_NONE,
		  "the currency comes first: write KRW-BTC.UPBIT" },
		{ "BTC.UPBIT", 0, MARKET_NONE, "no pair of coins: write it as KRW-BTC.UPBIT" },
		{ "KRW/BTC.UPBIT", 0, MARKET_NONE, "no pair of coins" },
		{ "KRW-BTC-X.UPBIT", 0, MARKET_NONE, "no pair of coins" },
		{ "KRW-B.C.UPBIT", 0, MARKET_NONE, "no pair of coins" },
		{ "USD.FX", 0, MARKET_NONE, "no pair of currencies: write it as USDKRW.FX" },
		{ "USDKRWX.FX", 0, MARKET_NONE, "no pair of currencies" },
		{ "USDKR1.FX", 0, MARKET_NONE, "no pair of currencies" },
		{ "US/DKRW.FX", 0, MARKET_NONE, "no pair of currencies" },
		{ "USD.KRW.FX", 0, MARKET_NONE, "no pair of currencies" },
		{ "USDUSD.FX", 0, MARKET_NONE, "a currency against itself" },
		{ "DAX.IDX", 0, MARKET_NONE, "no index: that is KOSPI" },
		{ "001.IDX", 0, MARKET_NONE, "no index" },
		{ "KR:NAS:A", 0, MARKET_NONE, "unexpected character ':'" },
		{ "KR:", 0, MARKET_NONE, "a market without a symbol" },
		{ "AAPL.NAS", 0, MARKET_KR, "two markets: 'NAS' and 'KR'" },
		{ "US:AAPL.NAS", 0, MARKET_NONE, "two markets: 'NAS' and 'US'" },
		{ "AAPL.KR", 0, MARKET_NONE, "no KR code" },
		{ "05930", 0, MARKET_KR, "no KR code" },
		{ "Q53003A", 0, MARKET_KR, "no KR code" },
		{ "0059.0", 0, MARKET_KR, "no KR code" },
		{ "ABCDEFGHIJKLMN", 0, MARKET_NONE, "longer than 13 characters" },
		{ "../x", 0, MARKET_NONE, "misplaced '.'" },
		{ ".KR", 0, MARKET_NONE, "misplaced '.'" },
		{ "AAPL.", 0, MARKET_NONE, "misplaced '.'" },
		{ "A//B", 0, MARKET_NAS, "misplaced '/'" },
		{ "A%0d", 0, MARKET_NAS, "unexpected character '%'" },
		{ "A&B", 0, MARKET_NAS, "unexpected character '&'" },
		{ "A B", 0, MARKET_NAS, "unexpected character U+0020" },
		{ "A\nB", 0, MARKET_NAS, "unexpected character U+000A" },
		{ "00\x1b[1m", 0, MARKET_NONE, "unexpected character U+001B" },
		{ "0\0" "0\0", 4, MARKET_NONE, "U+0000 (is it UTF-16?)" },
		{ "０05930", 0, MARKET_NONE, "unexpected character U+FF10" },
		{ "삼성전자", 0, MARKET_NONE, "unexpected character U+C0BC" },
		{ "\xbb\xef", 0, MARKET_NONE, "byte 0xbb is neither ASCII nor UTF-8" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len = rows[i].len ? rows[i].len : strlen(rows[i].text);
		struct symbol s = { "untouched", 1, 2 };
		struct err err = { 0 };

		assert_int_equal(symbol_parse(rows[i].text, len, rows[i].given, &s, &err), -1);
		assert_int_equal(err.kind, ERR_INPUT);
		if (!strstr(err.msg, rows[i].message))
			fail_msg("'%s' gave: %s", rows[i].text, err.msg);
		assert_string_equal(s.code, "untouched");
	}
}

/* What is accepted reads back as itself, with its market spelled out. */
static void test_round_trip(void **state)
{
	static const char *const texts[] = { "005930", "Q530031", "AAPL", "BRK.B",
					     "KO.NYS", "0700.HKS", "7203.T",
					     "KRW-BTC.UPBIT", "USD/KRW.FX", "KOSPI.IDX" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct symbol first, again;
		struct err err;
		char text[32];

		assert_int_equal(symbol_parse(texts[i], strlen(texts[i]), MARKET_NONE,
					      &first, &err), 0);
		assert_int_equal(sizeof first, 16);
		snprintf(text, sizeof text, "%s.%s", first.code,
			 market_name((enum market)first.market));
		assert_int_equal(symbol_parse(text, strlen(text), MARKET_NONE, &again,
					      &err), 0);
		assert_memory_equal(&first, &again, sizeof first);
	}
}

static void test_markets(void **state)
{
	(void)state;
	for (int m = MARKET_KR; m < MARKET_COUNT; m++) {
		const char *name = market_name((enum market)m);

		assert_int_equal(market_from_name(name, strlen(name)), m);
		if (m < MARKET_UPBIT)
			assert_int_equal(strlen(market_currency((enum market)m)), 3);
		else
			assert_null(market_currency((enum market)m));
		/* No word of others hides a name of ours. */
		assert_int_equal(market_from_word(name, strlen(name)), m);
	}
	assert_int_equal(market_from_name("hKs", 3), MARKET_HKS);
	assert_int_equal(market_from_name("", 0), MARKET_NONE);
	assert_int_equal(market_from_name("NA", 2), MARKET_NONE);
	assert_int_equal(market_from_name("NASD", 4), MARKET_NONE);
	assert_int_equal(market_from_name("NYSE", 4), MARKET_NONE);
	assert_int_equal(market_from_word("nyse", 4), MARKET_NYS);
	assert_int_equal(market_from_word("NYS", 3), MARKET_NYS);
	assert_int_equal(market_from_word("T", 1), MARKET_NONE);
	assert_string_equal(market_exchange_name(MARKET_UPBIT, VENUE_KRX), "UPBIT");
	assert_string_equal(market_exchange_name(MARKET_FX, VENUE_KRX), "ECB");
	assert_string_equal(market_exchange_name(MARKET_IDX, VENUE_KRX), "KRX");
	assert_string_equal(market_exchange_name(MARKET_KR, VENUE_KRX), "KRX");
	assert_string_equal(market_exchange_name(MARKET_NAS, VENUE_KRX), "NAS");
	assert_string_equal(market_exchange_name(MARKET_KR, VENUE_NXT), "NXT");
	assert_null(market_exchange_name(MARKET_KR, VENUE_ALL));
	assert_string_equal(market_exchange_name(MARKET_NAS, VENUE_NXT), "NAS");
	assert_null(market_exchange_name(MARKET_US, VENUE_KRX));
	assert_null(market_exchange_name(MARKET_NONE, VENUE_KRX));
	assert_string_equal(market_currency(MARKET_KR), "KRW");
	assert_string_equal(market_currency(MARKET_BAY), "USD");
	assert_string_equal(market_currency(MARKET_TSE), "JPY");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_markets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
