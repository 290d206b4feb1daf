/* The KIS calls, put together behind the seam. */
#include "provider/kis_provider.h"

#include "provider/kis.h"
#include "provider/kis_feed.h"

static const struct provider_account accounts[] = {
	/* Figures of the portal's notice as worded on 2026-04-20. */
	{ .name = "real",
	  .base_url = "https://openapi.koreainvestment.com:9443",
	  .rate_per_sec = 18,
	  .batch_max = REQUEST_MAX,
	  .stream_url = "ws://ops.koreainvestment.com:21000/tryitout" },
	{ .name = "paper",
	  .base_url = "https://openapivts.koreainvestment.com:29443",
	  .rate_per_sec = 1,
	  .batch_max = 1,
	  .stream_url = "ws://ops.koreainvestment.com:31000/tryitout" },
};

static bool is_paper(const struct provider_account *account)
{
	return account == &accounts[1];
}

static bool has_detail(const struct provider_account *account,
		       enum market market)
{
	return market == MARKET_KR || !is_paper(account);
}

static size_t batch_max(const struct provider_account *account,
			enum market market)
{
	return market == MARKET_KR ? account->batch_max : 1;
}

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

static int build_quote(const struct provider_login *login, const char *base_url,
		       const char *token, const struct request *request,
		       size_t first, size_t count, struct http_request *out,
		       struct err *err)
{
	require(first + count <= request->count && count > 0);
	if (request->item[first].symbol.market == MARKET_KR)
		return kis_domestic_build(login, base_url, token, request,
					  first, count, out, err);
	require(count == 1);
	return kis_overseas_build(login, base_url, token, request, first, out,
				  err);
}

static int parse_quote(const struct http_response *response, size_t first,
		       size_t count, struct result *result,
		       struct provider_verdict *verdict, struct err *err)
{
	struct json_doc *doc =
		kis_open_answer(response, &result->texts, verdict, err);
	int rc;

	if (!doc)
		return -1;
	if (!verdict->rt_cd)
		rc = err_set(err, ERR_PARSE, "the answer has no field 'rt_cd'");
	else if (result->request->item[first].symbol.market == MARKET_KR)
		rc = kis_domestic_parse(doc, first, count, result, verdict,
					err);
	else
		rc = kis_overseas_parse(doc, first, result, verdict, err);
	json_free(doc);
	return rc;
}

const struct provider kis_provider = {
	.name = "kis",
	.account = accounts,
	.account_count = sizeof accounts / sizeof *accounts,
	.has_detail = has_detail,
	.batch_max = batch_max,
	.exchanges = exchanges,
	.build_quote = build_quote,
	.parse_quote = parse_quote,
	.build_token = kis_token_build,
	.parse_token = kis_token_parse,
	.token_interval_ms = 60 * 1000,
	.feed = &kis_feed,
};
