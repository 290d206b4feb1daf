/* SPDX-License-Identifier: MIT */
/* Coins at Upbit, in KRW, BTC or USDT: the ticker of many pairs in one call.
 *
 * A day begins at 00:00 UTC, which is 09:00 in Korea: open, high, low, volume
 * and turnover count from then, and the previous close is the price at that
 * moment. One unknown pair costs the whole call, and is not named.
 *
 * Source: docs.upbit.com; forms of errors as third parties saw them. */
#include <limits.h>
#include <string.h>

#include "base/clock.h"
#include "base/digits.h"
#include "net/http_request.h"
#include "provider/answer.h"
#include "provider/names.h"
#include "provider/provider.h"

enum {
	IM_A_TEAPOT = 418, /* a block, of those who go on after a 429 */
	/* How long it lasts is in a body whose form is not documented, and it
	 * grows each time: so a call is spent on it rarely. */
	BLOCK_MS = 30 * 1000,
	WINDOW_MS = 1000
};

static const struct answer_field fields[] = {
	{ QUOTE_OPEN, "opening_price" },
	{ QUOTE_HIGH, "high_price" },
	{ QUOTE_LOW, "low_price" },
	{ QUOTE_PRICE, "trade_price" },
	{ QUOTE_PREVIOUS_CLOSE, "prev_closing_price" },
	{ QUOTE_CHANGE, "signed_change_price" },
	{ QUOTE_CHANGE_PERCENT, "signed_change_rate" },
	{ QUOTE_TURNOVER, "acc_trade_price" },
	{ QUOTE_VOLUME, "acc_trade_volume" },
	{ QUOTE_WEEK52_HIGH, "highest_52_week_price" },
	{ QUOTE_WEEK52_LOW, "lowest_52_week_price" },
};

static int build_quote(const struct provider_call *call,
		       const struct request *request, struct http_request *out,
		       struct err *err)
{
	struct buf list;
	int rc;

	buf_init(&list, HTTP_URL_MAX_BYTES);
	for (size_t i = 0; i < request->count; i++)
		buf_printf(&list, "%s%s", i ? "," : "",
			   request->item[i].symbol.code);
	http_request_set_url(out, call->base_url, "/v1/ticker");
	http_request_add_query(out, "markets", buf_text(&list));
	rc = buf_check(&list, ERR_INPUT, err);
	buf_release(&list);
	return rc < 0 ? -1 : buf_check(&out->url, ERR_INPUT, err);
}

static int read_time(const struct json_node *row, struct arena *texts,
		     struct quote *q, struct err *err)
{
	const int64_t year_9999_ms = INT64_C(253370764800000);
	char text[CLOCK_TEXT_BYTES];
	int64_t ms = 0;
	int rc = json_get_integer(row, "trade_timestamp", 0, year_9999_ms, &ms,
				  err);

	if (rc <= 0)
		return rc;
	clock_format_kst(ms, text);
	return answer_keep(text, texts, &q->quoted_at, err);
}

static int read_quote(const struct json_node *row, const struct symbol *symbol,
		      struct arena *texts, struct quote *q, struct err *err)
{
	const char *dash = strchr(symbol->code, '-');

	*q = (struct quote){ .name = NULL };
	q->currency =
		arena_copy(texts, symbol->code, (size_t)(dash - symbol->code));
	if (!q->currency)
		return err_no_memory(err);
	if (answer_get_numbers(row, fields, COUNT(fields), texts, q, err) < 0 ||
	    /* A ratio, "-0.0017". */
	    answer_shift(&q->number[QUOTE_CHANGE_PERCENT], 2,
			 "signed_change_rate", texts, err) < 0 ||
	    read_time(row, texts, q, err) < 0)
		return -1;
	return answer_check_price(q, err);
}

static int read_rows(const struct provider_call *call,
		     const struct json_node *rows, struct result *result,
		     struct err *err)
{
	const struct json_node *row_of[REQUEST_MAX] = { NULL };
	const struct request *r = result->request;

	(void)call;
	if (!json_is_array(rows))
		return err_set(err, ERR_PARSE, "the answer is not an array");
	if (answer_map_rows(rows, "market", false, answer_find_item, result,
			    row_of, err) < 0)
		return -1;
	for (size_t i = 0; i < r->count; i++) {
		struct outcome *o = &result->outcome[i];
		int rc;

		if (!row_of[i]) {
			answer_set_not_found(o);
			continue;
		}
		rc = read_quote(row_of[i], &r->item[i].symbol, &result->texts,
				&o->quote, &o->err);
		o->exchange = MARKET_UPBIT;
		if (answer_finish(result, o, row_of[i], rc, err) < 0)
			return -1;
	}
	return 0;
}

/* "group=ticker; min=600; sec=9": sec is what is left of this second, min is
 * fixed and means nothing. */
static void read_limit(const struct http_response *response, struct verdict *v)
{
	const char *text = http_response_header(response, "Remaining-Req");
	const char *sec = text ? strstr(text, "sec=") : NULL;

	int64_t left;

	if (!sec ||
	    !digits_take(sec + strlen("sec="), SIZE_MAX, INT_MAX, &left))
		return;
	v->calls_left = (int)left;
	v->resets_after_ms = WINDOW_MS;
}

/* {"error":{"name":404,"message":"Code not found"}}: the name is a number when
 * the quotation service speaks, and a word when the gateway does. */
static enum err_kind kind_of_refusal(int status, const struct json_node *error)
{
	bool is_of_gateway = json_string(json_get(error, "name")) != NULL;

	if (status == 429 || status == IM_A_TEAPOT)
		return ERR_RATE_LIMIT;
	if (status == 404)
		return is_of_gateway ? ERR_SERVER : ERR_NOT_FOUND;
	if (status == 400)
		return ERR_INPUT;
	return answer_kind_of_status(status);
}

static int read_refusal(const struct provider_call *call,
			const struct http_response *response,
			const struct json_node *root, struct result *result,
			struct err *err)
{
	const struct json_node *error = json_get(root, "error");

	(void)call;
	if (answer_take_message(error, result))
		answer_fail_refusal(response,
				    kind_of_refusal(response->status, error),
				    result, err);
	else
		answer_fail_status(response, err);
	if (response->status == IM_A_TEAPOT) {
		err->kind = ERR_RATE_LIMIT;
		if (err->retry_after_ms == 0)
			err->retry_after_ms = BLOCK_MS;
	}
	return -1;
}

static const struct answer_form form = {
	.parse = json_parse,
	.read_limit = read_limit,
	.read_rows = read_rows,
	.read_refusal = read_refusal,
};

/* ---- the list of symbols ------------------------------------------------ */

#define HOST "https://api.upbit.com"

enum { LIST_MAX_BYTES = 4 << 20 };

static int build_list(const struct provider_call *call, size_t i,
		      struct http_request *out, struct err *err)
{
	(void)i;
	http_request_set_url(out, call->base_url ? call->base_url : HOST,
			     "/v1/market/all");
	http_request_add_query(out, "is_details", "false");
	out->answer_max_bytes = LIST_MAX_BYTES;
	return buf_check(&out->url, ERR_INPUT, err);
}

static int take_listed(const struct json_node *row,
		       const struct names_sink *sink, struct err *err)
{
	const char *code, *korean, *english;

	if (json_get_string(row, "market", &code, err) < 0 ||
	    json_get_string(row, "korean_name", &korean, err) < 0 ||
	    json_get_string(row, "english_name", &english, err) < 0)
		return -1;
	return code ? names_take(sink, code, MARKET_UPBIT, korean, english, err)
		    : 0;
}

static const char *const id = "pairs";

static const struct provider_names names = {
	.count = 1,
	.id = &id,
	.build = build_list,
	.take_row = take_listed,
};

/* ---- the provider ------------------------------------------------------- */

static const struct provider_account accounts[] = {
	/* Of the ticker group, for each address. */
	{ .name = "upbit",
	  .base_url = "https://api.upbit.com",
	  .limit = { 10, 1, 10 },
	  .serves = { { MARKET_UPBIT, MARKET_UPBIT, REQUEST_MAX, false } } },
};

const struct provider upbit_provider = {
	.name = "upbit",
	.title = "Upbit",
	.account = accounts,
	.account_count = COUNT(accounts),
	.needs = { .base_url = "upbit_base_url" },
	.build_quote = build_quote,
	.form = &form,
	.names = &names,
};
