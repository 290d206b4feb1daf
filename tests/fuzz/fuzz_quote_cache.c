/* SPDX-License-Identifier: MIT */
/* The file of quotes, with a right sum put under it so that what is above is
 * looked at: whatever it is, what is taken from it can be printed, and is written
 * and read again as it was. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/decimal.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "share/quote_cache_part.h"

#define SCOPE "scope"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The lines of text, counted, with head and sum. */
static void frame(const uint8_t *data, size_t size, struct buf *out)
{
	const struct quote_moment now = { 1, 1, 1 };
	struct quote_cache *empty = quote_cache_new(SCOPE, NULL);
	size_t lines = 0;
	char end[64];

	require(empty && quote_cache_format(empty, &now, out, NULL) == 0);
	quote_cache_free(empty);
	out->len -= 32;
	buf_append(out, (const char *)data, size);
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	snprintf(end, sizeof end, "end %010zu %016" PRIx64 "\n", lines, hash_bytes(out->data, out->len, 0));
	buf_puts(out, end);
}

static void check(const struct quote_kept *k)
{
	struct arena texts;
	struct outcome o;

	arena_init(&texts);
	require(quote_kept_get(k, &texts, &o, NULL) == 0);
	require(o.has_quote && o.quote.number[QUOTE_PRICE]);
	for (int i = 0; i < QUOTE_NUMBERS; i++)
		require(!o.quote.number[i] || (decimal_is_valid(o.quote.number[i]) &&
					       strlen(o.quote.number[i]) < DECIMAL_BYTES));
	require(!o.quote.name || !*o.quote.name || utf8_is_valid(o.quote.name, strlen(o.quote.name)));
	arena_release(&texts);
}

/* What is in a text that was taken, symbol by symbol of the fuzzer's. */
static void check_all(const struct quote_cache *c)
{
	static const char *const codes[] = { "005930", "AAPL", "KRW-BTC", "USDKRW", "KOSPI" };
	static const uint8_t markets[] = { MARKET_KR, MARKET_US, MARKET_UPBIT, MARKET_FX, MARKET_IDX };

	for (size_t i = 0; i < sizeof markets; i++) {
		struct symbol s = { .market = markets[i] };
		const struct quote_kept *k;

		memcpy(s.code, codes[i], strlen(codes[i]) + 1);
		for (int detail = 0; detail < 2; detail++)
			if ((k = quote_cache_find(c, &s, detail)))
				check(k);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct quote_moment now = { INT64_MAX / 64, INT64_MAX / 64, 0 };
	struct quote_cache *c = quote_cache_new(SCOPE, NULL), *again = quote_cache_new(SCOPE, NULL);
	struct err err = { .kind = ERR_KINDS };
	struct buf text, written;

	require(c && again);
	require(quote_cache_parse(c, (const char *)data, size, &err) == 0 || err.kind == ERR_PARSE);
	check_all(c);
	quote_cache_free(c);
	c = quote_cache_new(SCOPE, NULL);
	buf_init(&text, 1 << 22);
	buf_init(&written, 1 << 22);
	frame(data, size, &text);
	if (quote_cache_parse(c, buf_text(&text), text.len, &err) == 0) {
		check_all(c);
		require(quote_cache_format(c, &now, &written, NULL) == 0);
		require(quote_cache_parse(again, buf_text(&written), written.len, NULL) == 0);
	} else {
		require(err.kind == ERR_PARSE && c->count == 0);
	}
	buf_release(&text);
	buf_release(&written);
	quote_cache_free(again);
	quote_cache_free(c);
	return 0;
}
