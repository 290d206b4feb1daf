/* SPDX-License-Identifier: MIT */
/* The KIS calls, put together behind the seam. */
#include "provider/kis.h"

static const struct provider_account accounts[] = {
	/* Figures of the portal's notice as worded on 2026-04-20. */
	{ .name = "real",
	  .base_url = "https://openapi.koreainvestment.com:9443",
	  .limit = { 18, 1, 18 },
	  .serves = { { MARKET_KR, MARKET_KR, 30, true },
		      { MARKET_US, MARKET_BAA, 1, true },
		      { MARKET_IDX, MARKET_IDX, 1, false } },
	  .stream_url = "ws://ops.koreainvestment.com:21000/tryitout" },
	{ .name = "paper",
	  .base_url = "https://openapivts.koreainvestment.com:29443",
	  .limit = { 1, 1, 1 },
	  .serves = { { MARKET_KR, MARKET_KR, 1, true },
		      { MARKET_US, MARKET_BAA, 1, false } },
	  .stream_url = "ws://ops.koreainvestment.com:31000/tryitout" },
};

static size_t exchanges(enum market market,
			enum market out[PROVIDER_EXCHANGES_MAX])
{
	if (market != MARKET_US)
		return 0;
	out[0] = MARKET_NAS;
	out[1] = MARKET_NYS;
	out[2] = MARKET_AMS;
	return 3;
}

static enum market market_of(const struct request *r)
{
	return r->item[0].symbol.market;
}

static int build_quote(const struct provider_call *call,
		       const struct request *request, struct http_request *out,
		       struct err *err)
{
	if (market_of(request) == MARKET_KR)
		return kis_domestic_build(call, request, out, err);
	require(request->count == 1);
	if (market_of(request) == MARKET_IDX)
		return kis_index_build(call, request, out, err);
	return kis_overseas_build(call, request, out, err);
}

static int parse_quote(const struct provider_call *call,
		       const struct http_response *response,
		       struct result *result, struct err *err)
{
	enum market market = market_of(result->request);
	bool is_list = market == MARKET_KR && !result->request->is_single;
	struct json_doc *doc = kis_open_answer(response, &result->texts,
					       &result->verdict, err);
	const struct json_node *output;
	int rc;

	(void)call;
	if (!doc)
		return -1;
	output = json_get(json_root(doc), "output");
	if (!result->verdict.rt_cd)
		rc = err_set(err, ERR_PARSE, "the answer has no field 'rt_cd'");
	else if (is_list ? !json_is_array(output) : !json_is_object(output))
		rc = err_set(err, ERR_PARSE, "field 'output' is not an %s",
			     is_list ? "array" : "object");
	else if (market == MARKET_KR)
		rc = kis_domestic_parse(output, result, err);
	else if (market == MARKET_IDX)
		rc = kis_index_parse(output, result, err);
	else
		rc = kis_overseas_parse(output, result, err);
	json_free(doc);
	return rc;
}

const struct provider kis_provider = {
	.name = "kis",
	.title = "Korea Investment & Securities",
	.needs = { "app_key", "app_secret", "KIS_APP_KEY", "KIS_APP_SECRET",
		   "https://apiportal.koreainvestment.com", "env", "base-url" },
	.account = accounts,
	.account_count = COUNT(accounts),
	.exchanges = exchanges,
	.build_quote = build_quote,
	.parse_quote = parse_quote,
	.build_token = kis_token_build,
	.parse_token = kis_token_parse,
	.token_interval_ms = 60 * 1000,
	.feed = &kis_feed,
	.names = &kis_names,
};
