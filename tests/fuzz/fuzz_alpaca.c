/* SPDX-License-Identifier: MIT */
/* Alpaca's snapshots: whatever they are, a quote is what its block says, and a
 * previous close is one of two bars'. */
#define SOURCE "alpaca"
#include "provider_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whether the bar's close is this decimal. */
static bool is_close_of(const struct json_node *row, const char *bar, const char *close)
{
	const char *text = json_number_text(json_get(json_get(row, bar), "c"));
	char read[DECIMAL_BYTES];

	return text && decimal_parse_number(text, strlen(text), read, NULL) == 0 &&
	       strcmp(read, close) == 0;
}

static void check_row(const struct json_node *row, const struct outcome *o)
{
	const char *text = json_number_text(json_get(json_get(row, "latestTrade"), "p"));
	const char *close = o->quote.number[QUOTE_PREVIOUS_CLOSE];
	char price[DECIMAL_BYTES];

	require(row || o->err.kind == ERR_NOT_FOUND);
	if (close)
		require(is_close_of(row, "dailyBar", close) ||
			is_close_of(row, "prevDailyBar", close));
	if (!o->has_quote)
		return;
	require(text && decimal_parse_number(text, strlen(text), price, NULL) == 0);
	require(strcmp(price, o->quote.number[QUOTE_PRICE]) == 0);
	require(strcmp(o->quote.currency, "USD") == 0 && o->quote.quoted_at);
	require(!o->quote.number[QUOTE_CHANGE] == !o->quote.number[QUOTE_CHANGE_PERCENT]);
	require(!o->quote.number[QUOTE_CHANGE] || close);
	require(!o->quote.number[QUOTE_BID] || !decimal_is_zero(o->quote.number[QUOTE_BID]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const asked[] = { "AAPL", "TSLA", "BRK-B", NULL };
	static const char *const keys[] = { "AAPL", "TSLA", "BRK.B" };
	static const int statuses[] = { 200, 400, 403, 429 };

	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		const struct question q = { .symbols = asked, .status = statuses[i] };
		struct result *result = read_answer(&q, data, size);
		struct json_doc *doc;

		if (!result)
			continue;
		require(statuses[i] == 200);
		doc = json_parse((const char *)data, size, NULL);
		require(doc);
		for (size_t k = 0; k < 3; k++)
			check_row(json_get(json_root(doc), keys[k]), &result->outcome[k]);
		json_free(doc);
		result_free(result);
	}
	return 0;
}
