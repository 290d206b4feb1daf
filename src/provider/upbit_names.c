/* SPDX-License-Identifier: MIT */
#include "provider/upbit.h"

#include "net/http_request.h"
#include "provider/answer.h"
#include "provider/names.h"
#include "provider/provider.h"

#define HOST "https://api.upbit.com"

enum { LIST_MAX_BYTES = 4 << 20 };

static int build(const struct provider_call *call, size_t i,
		 struct http_request *out, struct err *err)
{
	(void)i;
	http_request_set_url(out, call->base_url ? call->base_url : HOST,
			     "/v1/market/all");
	http_request_add_query(out, "is_details", "false");
	out->answer_max_bytes = LIST_MAX_BYTES;
	return buf_check(&out->url, ERR_INPUT, err);
}

static int take_row(const struct json_node *row, const struct names_sink *sink,
		    struct err *err)
{
	const char *code, *korean, *english;

	if (json_get_string(row, "market", &code, err) < 0 ||
	    json_get_string(row, "korean_name", &korean, err) < 0 ||
	    json_get_string(row, "english_name", &english, err) < 0)
		return -1;
	return code ? names_take(sink, code, MARKET_UPBIT, korean, english, err)
		    : 0;
}

static int parse(size_t i, const struct http_response *response,
		 const struct names_sink *sink, struct err *err)
{
	(void)i;
	return names_take_rows(response, take_row, sink, err);
}

static const char *const id = "pairs";

const struct provider_names upbit_names = {
	.count = 1,
	.id = &id,
	.build = build,
	.parse = parse,
};
