/* SPDX-License-Identifier: MIT */
/* Answers of the overseas calls: whatever they are, a quote has a price, and is
 * of the symbol that was asked. */
#define SOURCE "kis"
#include "provider_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_row(const struct json_node *row, const struct question *q,
		      const struct outcome *o)
{
	const char *rsym = json_string(json_get(row, "rsym"));

	if (!o->has_quote)
		return;
	rsym += strspn(rsym, " ");
	require(strlen(rsym) > 4);
	require(market_from_name(rsym + 1, 3) == MARKET_NAS ||
		market_from_name(rsym + 1, 3) == MARKET_BAQ);
	require(is_code(rsym + 4, "TSLA"));
	check_number(row, "last", o->quote.number[QUOTE_PRICE]);
	require(o->exchange == MARKET_NAS);
	/* The detail call tells no change: both are computed, or none is. */
	if (q->wants_detail)
		require(!o->quote.number[QUOTE_CHANGE] ==
			!o->quote.number[QUOTE_CHANGE_PERCENT]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const asked[] = { "TSLA.NAS", NULL };
	static const struct question questions[] = {
		{ asked, true, false, 200 },
		{ asked, true, true, 200 },
		{ asked, true, false, 403 },
	};

	for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
		struct result *result = read_answer(&questions[i], data, size);
		struct json_doc *doc;

		if (!result)
			continue;
		doc = json_parse((const char *)data, size, NULL);
		require(doc);
		check_row(json_get(json_root(doc), "output"), &questions[i], &result->outcome[0]);
		json_free(doc);
		result_free(result);
	}
	return 0;
}
