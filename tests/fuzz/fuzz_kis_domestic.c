/* SPDX-License-Identifier: MIT */
/* Answers of the domestic calls: whatever they are, a quote has a price, and is
 * of a symbol that was asked and that the answer names. */
#define SOURCE "kis"
#include "provider_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const asked[] = { "005930", "000660", "00680K", "Q530031", NULL };

static bool is_of(const char *named, const char *code)
{
	return is_code(named, code) || (code[0] == 'Q' && is_code(named, code + 1));
}

/* Each row that names a code is of an item; each quote is what a row says. */
static void check_rows(const struct json_node *rows, const struct result *result)
{
	const struct json_node *row, *row_of[4] = { NULL };
	size_t i;

	for (row = json_first(rows); row; row = json_next(row)) {
		const char *named = json_string(json_get(row, "inter_shrn_iscd"));

		if (is_blank(named))
			continue;
		for (i = 0; asked[i] && !is_of(named, asked[i]); i++)
			;
		require(asked[i] && !row_of[i]);
		row_of[i] = row;
	}
	for (i = 0; asked[i]; i++) {
		const struct outcome *o = &result->outcome[i];

		require(row_of[i] || o->err.kind == ERR_NOT_FOUND);
		if (o->has_quote)
			check_number(row_of[i], "inter2_prpr", o->quote.number[QUOTE_PRICE]);
	}
}

static void check_row(const struct json_node *row, const struct result *result)
{
	const char *named = json_string(json_get(row, "stck_shrn_iscd"));
	const struct outcome *o = &result->outcome[0];

	require(is_blank(named) || is_of(named, asked[0]));
	if (o->has_quote)
		check_number(row, "stck_prpr", o->quote.number[QUOTE_PRICE]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const first[] = { "005930", NULL };
	static const struct question questions[] = {
		{ asked, false, false, 200 },
		{ first, true, false, 200 },
		{ first, true, true, 200 },
		{ asked, false, false, 500 },
	};

	for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
		struct result *result = read_answer(&questions[i], data, size);
		struct json_doc *doc;
		const struct json_node *output;

		if (!result)
			continue;
		doc = json_parse((const char *)data, size, NULL);
		require(doc);
		output = json_get(json_root(doc), "output");
		if (questions[i].is_single)
			check_row(output, result);
		else
			check_rows(output, result);
		json_free(doc);
		result_free(result);
	}
	return 0;
}
