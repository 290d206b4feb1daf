/* SPDX-License-Identifier: MIT */
/* Answers with exchange rates: whatever they are, a price is a rate that is
 * there, or the quotient of two. */
#define SOURCE "ecb"
#include "provider_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_rates(const struct json_node *rates, const struct result *result)
{
	const struct outcome *o = result->outcome;
	const char *text = json_number_text(json_get(rates, "KRW"));
	char rate[DECIMAL_BYTES];

	if (o[0].has_quote) { /* EURKRW */
		require(text && decimal_parse_number(text, strlen(text), rate, NULL) == 0);
		require(strcmp(o[0].quote.number[QUOTE_PRICE], rate) == 0);
		require(strcmp(o[0].quote.currency, "KRW") == 0);
	}
	if (o[1].has_quote) { /* USDKRW */
		require(o[0].has_quote && json_get(rates, "USD"));
		require(strcmp(o[1].quote.currency, "KRW") == 0);
		require(strlen(o[1].quote.quoted_at) == 10);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const asked[] = { "EURKRW.FX", "USDKRW.FX", "KRWEUR.FX", NULL };
	static const int statuses[] = { 200, 404, 422 };

	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		const struct question q = { .symbols = asked, .status = statuses[i] };
		struct result *result = read_answer(&q, data, size);
		struct json_doc *doc;

		if (!result)
			continue;
		if (statuses[i] == 200) {
			doc = json_parse((const char *)data, size, NULL);
			require(doc);
			check_rates(json_get(json_root(doc), "rates"), result);
			json_free(doc);
		}
		result_free(result);
	}
	return 0;
}
