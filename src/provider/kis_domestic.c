/* SPDX-License-Identifier: MIT */
/* Korean shares: the multi call for up to 30 symbols (FHKST11300006, real
 * accounts only) and the call for one (FHKST01010100). */
#include "provider/kis.h"

#include <stdio.h>
#include <string.h>

#define MULTI_PATH "/uapi/domestic-stock/v1/quotations/intstock-multprice"
#define SINGLE_PATH "/uapi/domestic-stock/v1/quotations/inquire-price"

/* In the order of the answer, but for the last two. */
static const struct answer_field multi_fields[] = {
	{ QUOTE_PRICE, "inter2_prpr" },
	{ QUOTE_CHANGE, "inter2_prdy_vrss" },
	{ QUOTE_CHANGE_PERCENT, "prdy_ctrt" },
	{ QUOTE_VOLUME, "acml_vol" },
	{ QUOTE_OPEN, "inter2_oprc" },
	{ QUOTE_HIGH, "inter2_hgpr" },
	{ QUOTE_LOW, "inter2_lwpr" },
	{ QUOTE_ASK, "inter2_askp" },
	{ QUOTE_BID, "inter2_bidp" },
	{ QUOTE_TURNOVER, "acml_tr_pbmn" },
	{ QUOTE_PREVIOUS_CLOSE, "inter2_sdpr" }, /* the base price, if no ... */
	{ QUOTE_PREVIOUS_CLOSE, "inter2_prdy_clpr" },
};

static const struct answer_field single_fields[] = {
	{ QUOTE_PRICE, "stck_prpr" },          { QUOTE_CHANGE, "prdy_vrss" },
	{ QUOTE_CHANGE_PERCENT, "prdy_ctrt" }, { QUOTE_OPEN, "stck_oprc" },
	{ QUOTE_HIGH, "stck_hgpr" },           { QUOTE_LOW, "stck_lwpr" },
	{ QUOTE_PREVIOUS_CLOSE, "stck_sdpr" }, { QUOTE_VOLUME, "acml_vol" },
	{ QUOTE_TURNOVER, "acml_tr_pbmn" },
};

static const struct answer_field detail_fields[] = {
	{ QUOTE_PER, "per" },
	{ QUOTE_PBR, "pbr" },
	{ QUOTE_EPS, "eps" },
	{ QUOTE_BPS, "bps" },
	{ QUOTE_MARKET_CAP, "hts_avls" },
	{ QUOTE_WEEK52_HIGH, "w52_hgpr" },
	{ QUOTE_WEEK52_LOW, "w52_lwpr" },
};

int kis_domestic_build(const struct provider_call *call,
		       const struct request *request, struct http_request *out,
		       struct err *err)
{
	static const char *const venues[] = {
		[VENUE_KRX] = "J", [VENUE_NXT] = "NX", [VENUE_ALL] = "UN"
	};
	const char *venue = venues[call->venue];
	char key[64];
	size_t i;

	if (call->venue != VENUE_KRX &&
	    provider_batch_max(call->account, MARKET_KR) == 1)
		return err_set(err, ERR_UNSUPPORTED,
			       "paper accounts have the prices of the exchange "
			       "alone, not of other venues");
	if (request->is_single) {
		require(request->count == 1);
		http_request_set_url(out, call->base_url, SINGLE_PATH);
		http_request_add_query(out, "FID_COND_MRKT_DIV_CODE", venue);
		http_request_add_query(out, "FID_INPUT_ISCD",
				       request->item[0].symbol.code);
		return kis_add_headers(call, "FHKST01010100", out, err);
	}
	http_request_set_url(out, call->base_url, MULTI_PATH);
	for (i = 0; i < request->count; i++) {
		snprintf(key, sizeof key, "FID_COND_MRKT_DIV_CODE_%zu", i + 1);
		http_request_add_query(out, key, venue);
		snprintf(key, sizeof key, "FID_INPUT_ISCD_%zu", i + 1);
		http_request_add_query(out, key, request->item[i].symbol.code);
	}
	return kis_add_headers(call, "FHKST11300006", out, err);
}

static int read_detail(const struct json_node *row, struct arena *texts,
		       struct quote *q, struct err *err)
{
	if (answer_get_number_texts(row, detail_fields, COUNT(detail_fields),
				    texts, q, err) < 0)
		return -1;
	/* In units of 100 million won. */
	return answer_shift(&q->number[QUOTE_MARKET_CAP], 8, "hts_avls", texts,
			    err);
}

static int read_quote(const struct json_node *row, bool is_named,
		      const struct request *request, struct arena *texts,
		      struct quote *q, struct err *err)
{
	const struct answer_field *fields =
		request->is_single ? single_fields : multi_fields;
	size_t count =
		request->is_single ? COUNT(single_fields) : COUNT(multi_fields);

	*q = (struct quote){ .currency = market_currency(MARKET_KR) };
	if (answer_get_number_texts(row, fields, count, texts, q, err) < 0)
		return -1;
	if (!request->is_single &&
	    answer_get_text(row, "inter_kor_isnm", texts, &q->name, err) < 0)
		return -1;
	if (request->is_single && request->wants_detail &&
	    read_detail(row, texts, q, err) < 0)
		return -1;
	if (kis_check_price(q, is_named, err) < 0)
		return -1;
	return kis_apply_sign(row, "prdy_vrss_sign", texts, q, err);
}

/* Reads one row into one outcome. Returns -1 only for want of memory. */
static int read_row(const struct json_node *row, bool is_named,
		    struct result *result, struct outcome *o, struct err *err)
{
	int rc = read_quote(row, is_named, result->request, &result->texts,
			    &o->quote, &o->err);

	o->exchange = MARKET_KR;
	return answer_finish(result, o, row, rc, err);
}

/* The item that the broker names, or SIZE_MAX: none; likely is looked at first.
 * An ETN is asked for as Q and six digits; whether the answer has the Q is not
 * documented. */
static size_t find_item(const struct request *r, size_t likely,
			const char *named)
{
	size_t i = answer_find_item(r, likely, named);

	if (i != SIZE_MAX)
		return i;
	for (i = 0; i < r->count; i++) {
		const char *asked = r->item[i].symbol.code;

		if (asked[0] == 'Q' && strcmp(asked + 1, named) == 0)
			return i;
	}
	return SIZE_MAX;
}

static int parse_single(const struct json_node *row, struct result *result,
			struct err *err)
{
	const char *named;

	/* The echo is blank for a code that does not exist. */
	if (answer_get_text(row, "stck_shrn_iscd", &result->texts, &named,
			    err) < 0)
		return -1;
	if (named && find_item(result->request, 0, named) != 0)
		return err_set(err, ERR_PARSE,
			       "the answer is of '%s', not of '%s'", named,
			       result->request->item[0].symbol.code);
	return read_row(row, named != NULL, result, &result->outcome[0], err);
}

static int parse_multi(const struct json_node *rows, struct result *result,
		       struct err *err)
{
	const struct json_node *row_of[REQUEST_MAX] = { NULL };
	size_t i;

	if (answer_map_rows(rows, "inter_shrn_iscd", true, find_item, result,
			    row_of, err) < 0)
		return -1;
	for (i = 0; i < result->request->count; i++) {
		struct outcome *o = &result->outcome[i];

		if (!row_of[i])
			answer_set_not_found(o);
		else if (read_row(row_of[i], true, result, o, err) < 0)
			return -1;
	}
	return 0;
}

int kis_domestic_parse(const struct json_node *output, struct result *result,
		       struct err *err)
{
	return result->request->is_single ? parse_single(output, result, err)
					  : parse_multi(output, result, err);
}
