/* SPDX-License-Identifier: MIT */
#include "provider/alpaca.h"

#include <string.h>

#include "net/http_request.h"
#include "provider/answer.h"
#include "provider/names.h"
#include "provider/provider.h"

/* The list is the trading host's; a key is one host's or the other's. */
#define HOST "https://api.alpaca.markets"
#define PAPER_HOST "https://paper-api.alpaca.markets"
#define PAPER_KEY "PK"

enum { LIST_MAX_BYTES = 32 << 20 };

static int build(const struct provider_call *call, size_t i,
		 struct http_request *out, struct err *err)
{
	bool is_paper =
		strncmp(call->login.key, PAPER_KEY, strlen(PAPER_KEY)) == 0;

	(void)i;
	http_request_set_url(out,
			     call->base_url ? call->base_url
			     : is_paper     ? PAPER_HOST
					    : HOST,
			     "/v2/assets");
	http_request_add_query(out, "status", "active");
	http_request_add_query(out, "asset_class", "us_equity");
	out->answer_max_bytes = LIST_MAX_BYTES;
	if (http_request_add_header(out, "APCA-API-KEY-ID", call->login.key,
				    err) < 0 ||
	    http_request_add_header(out, "APCA-API-SECRET-KEY",
				    call->login.secret, err) < 0)
		return -1;
	return buf_check(&out->url, ERR_INPUT, err);
}

/* The funds of ARCA are AMEX's to brokers; what is listed elsewhere is of the US
 * all the same. Shares that are listed nowhere have no feed. */
static enum market market_of(const char *exchange)
{
	static const struct {
		const char *name;
		enum market market;
	} exchanges[] = {
		{ "NASDAQ", MARKET_NAS },   { "NYSE", MARKET_NYS },
		{ "AMEX", MARKET_AMS },     { "ARCA", MARKET_AMS },
		{ "NYSEARCA", MARKET_AMS }, { "OTC", MARKET_NONE },
	};

	for (size_t i = 0; i < COUNT(exchanges); i++)
		if (strcmp(exchange, exchanges[i].name) == 0)
			return exchanges[i].market;
	return MARKET_US;
}

static int take_row(const struct json_node *row, const struct names_sink *sink,
		    struct err *err)
{
	const char *code, *exchange, *name;
	enum market market;

	if (json_get_string(row, "symbol", &code, err) < 0 ||
	    json_get_string(row, "exchange", &exchange, err) < 0 ||
	    json_get_string(row, "name", &name, err) < 0)
		return -1;
	market = exchange ? market_of(exchange) : MARKET_US;
	return code && market != MARKET_NONE
		       ? names_take(sink, code, market, name, NULL, err)
		       : 0;
}

static int parse(size_t i, const struct http_response *response,
		 const struct names_sink *sink, struct err *err)
{
	(void)i;
	return names_take_rows(response, take_row, sink, err);
}

static const char *const id = "assets";

const struct provider_names alpaca_names = {
	.count = 1,
	.id = &id,
	.needs_login = true,
	.build = build,
	.parse = parse,
};
