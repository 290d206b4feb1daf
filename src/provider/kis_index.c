/* SPDX-License-Identifier: MIT */
/* Korean indices (FHPUP02100000, real accounts only), one a call.
 *
 * The answer names no index and has no previous close: that is what the change
 * is taken from. It counts volume in thousands of shares and turnover in
 * millions of won (a day of KOSPI: 646706 and 13576970). */
#include "provider/kis.h"

#include <string.h>

#include "base/decimal.h"

#define INDEX_PATH "/uapi/domestic-stock/v1/quotations/inquire-index-price"

static const struct answer_field fields[] = {
	{ QUOTE_PRICE, "bstp_nmix_prpr" },
	{ QUOTE_CHANGE, "bstp_nmix_prdy_vrss" },
	{ QUOTE_CHANGE_PERCENT, "bstp_nmix_prdy_ctrt" },
	{ QUOTE_VOLUME, "acml_vol" },
	{ QUOTE_TURNOVER, "acml_tr_pbmn" },
	{ QUOTE_OPEN, "bstp_nmix_oprc" },
	{ QUOTE_HIGH, "bstp_nmix_hgpr" },
	{ QUOTE_LOW, "bstp_nmix_lwpr" },
};

/* The exchange's number of an index; digits are one. */
static const char *number_of(const char *code)
{
	static const struct {
		const char *name, *number;
	} indices[] = {
		{ "KOSPI", "0001" },
		{ "KOSDAQ", "1001" },
		{ "KOSPI200", "2001" },
	};

	for (size_t i = 0; i < COUNT(indices); i++)
		if (strcmp(code, indices[i].name) == 0)
			return indices[i].number;
	return code;
}

int kis_index_build(const struct provider_call *call,
		    const struct request *request, struct http_request *out,
		    struct err *err)
{
	http_request_set_url(out, call->base_url, INDEX_PATH);
	http_request_add_query(out, "FID_COND_MRKT_DIV_CODE", "U");
	http_request_add_query(out, "FID_INPUT_ISCD",
			       number_of(request->item[0].symbol.code));
	return kis_add_headers(call, "FHPUP02100000", out, err);
}

/* price - change */
static int compute_close(struct arena *texts, struct quote *q, struct err *err)
{
	char close[DECIMAL_BYTES];

	if (!q->number[QUOTE_CHANGE])
		return 0;
	if (decimal_subtract(q->number[QUOTE_PRICE], q->number[QUOTE_CHANGE],
			     close, err) < 0)
		return -1;
	return answer_keep(close, texts, &q->number[QUOTE_PREVIOUS_CLOSE], err);
}

static int read_quote(const struct json_node *row, struct arena *texts,
		      struct quote *q, struct err *err)
{
	*q = (struct quote){ .name = NULL };
	if (answer_get_number_texts(row, fields, COUNT(fields), texts, q, err) <
		    0 ||
	    kis_check_price(q, false, err) < 0 ||
	    kis_apply_sign(row, "prdy_vrss_sign", texts, q, err) < 0 ||
	    answer_shift(&q->number[QUOTE_VOLUME], 3, "acml_vol", texts, err) <
		    0 ||
	    answer_shift(&q->number[QUOTE_TURNOVER], 6, "acml_tr_pbmn", texts,
			 err) < 0)
		return -1;
	return compute_close(texts, q, err);
}

int kis_index_parse(const struct json_node *row, struct result *result,
		    struct err *err)
{
	struct outcome *o = &result->outcome[0];
	int rc = read_quote(row, &result->texts, &o->quote, &o->err);

	o->exchange = MARKET_IDX;
	return answer_finish(result, o, row, rc, err);
}
