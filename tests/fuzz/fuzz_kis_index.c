/* SPDX-License-Identifier: MIT */
/* Answers of the index call: whatever they are, a quote has its row's price, and
 * the previous close is what is left without the change. */
#define SOURCE "kis"
#include "provider_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_row(const struct json_node *row, const struct quote *q)
{
	const char *change = q->number[QUOTE_CHANGE], *close = q->number[QUOTE_PREVIOUS_CLOSE];
	char again[DECIMAL_BYTES];

	check_number(row, "bstp_nmix_prpr", q->number[QUOTE_PRICE]);
	require(!change == !close);
	if (!change)
		return;
	require(decimal_subtract(q->number[QUOTE_PRICE], close, again, NULL) == 0);
	require(decimal_compare(again, change) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const asked[] = { "KOSPI.IDX", NULL };
	static const struct question question = { asked, true, false, 200 };
	struct result *result = read_answer(&question, data, size);
	struct json_doc *doc;

	if (!result)
		return 0;
	doc = json_parse((const char *)data, size, NULL);
	require(doc);
	if (result->outcome[0].has_quote)
		check_row(json_get(json_root(doc), "output"), &result->outcome[0].quote);
	json_free(doc);
	result_free(result);
	return 0;
}
