/* SPDX-License-Identifier: MIT */
/* Answers of Upbit's ticker: whatever they are, each row is of a pair that was
 * asked, and a quote is what its row says. */
#define SOURCE "upbit"
#include "provider_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const asked[] = { "KRW-BTC.UPBIT", "KRW-ETH.UPBIT", "BTC-ETH.UPBIT", NULL };

static void check_rows(const struct json_node *rows, const struct result *result)
{
	const struct json_node *row, *row_of[3] = { NULL };

	for (row = json_first(rows); row; row = json_next(row)) {
		const char *named = json_string(json_get(row, "market"));
		size_t i = 0;

		while (i < 3 && !is_code(named, result->request->item[i].symbol.code))
			i++;
		require(i < 3 && !row_of[i]);
		row_of[i] = row;
	}
	for (size_t i = 0; i < 3; i++) {
		const struct outcome *o = &result->outcome[i];
		char price[DECIMAL_BYTES];
		const char *text;

		require(row_of[i] || o->err.kind == ERR_NOT_FOUND);
		if (!o->has_quote)
			continue;
		text = json_number_text(json_get(row_of[i], "trade_price"));
		require(text && decimal_parse_number(text, strlen(text), price, NULL) == 0);
		require(strcmp(price, o->quote.number[QUOTE_PRICE]) == 0);
		require(strcmp(o->quote.currency, i < 2 ? "KRW" : "BTC") == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = { 200, 404, 418 };

	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		const struct question q = { .symbols = asked, .status = statuses[i] };
		struct result *result = read_answer(&q, data, size);
		struct json_doc *doc;

		if (!result)
			continue;
		require(statuses[i] == 200);
		doc = json_parse((const char *)data, size, NULL);
		require(doc);
		check_rows(json_root(doc), result);
		json_free(doc);
		result_free(result);
	}
	return 0;
}
