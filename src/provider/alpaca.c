/* SPDX-License-Identifier: MIT */
/* US shares by Alpaca: snapshots, a hundred symbols in one call.
 *
 * An ill-formed symbol costs the whole call, and is named; an unknown one is
 * left out; null, or a symbol without a trade, is one that the feed lacks.
 *
 * Source: docs.alpaca.markets; forms of errors as third parties saw them. */
#include <string.h>

#include "base/digits.h"
#include "net/http_request.h"
#include "provider/alpaca_snapshot.h"
#include "provider/answer.h"
#include "provider/names.h"
#include "provider/provider.h"
#include "provider/times.h"

enum {
	WINDOW_SEC = 60,
	BATCH_MAX = 100 /* no maximum is published; 300 were seen to work */
};

/* How Alpaca spells a code: a class of shares behind a point. */
static void spell(const struct symbol *s, char out[SYMBOL_CODE_BYTES])
{
	memcpy(out, s->code, SYMBOL_CODE_BYTES);
	for (; *out; out++)
		if (*out == '-' || *out == '/')
			*out = '.';
}

/* The first of count items that is spelled so; or count. */
static size_t find_spelled(const struct request *r, size_t count,
			   const char *named)
{
	char code[SYMBOL_CODE_BYTES];
	size_t i;

	for (i = 0; i < count; i++) {
		spell(&r->item[i].symbol, code);
		if (strcmp(code, named) == 0)
			break;
	}
	return i;
}

static int build_quote(const struct provider_call *call,
		       const struct request *request, struct http_request *out,
		       struct err *err)
{
	char code[SYMBOL_CODE_BYTES];
	struct buf list;
	int rc;

	buf_init(&list, HTTP_URL_MAX_BYTES);
	for (size_t i = 0; i < request->count; i++) {
		spell(&request->item[i].symbol, code);
		if (find_spelled(request, i, code) < i)
			continue; /* AAPL.US and AAPL.NAS are one to it */
		buf_printf(&list, "%s%s", list.len > 0 ? "," : "", code);
	}
	http_request_set_url(out, call->base_url, "/v2/stocks/snapshots");
	http_request_add_query(out, "symbols", buf_text(&list));
	http_request_add_query(out, "feed", call->account->name);
	rc = buf_check(&list, ERR_INPUT, err);
	buf_release(&list);
	if (rc < 0 ||
	    http_request_add_header(out, "APCA-API-KEY-ID", call->login.key,
				    err) < 0 ||
	    http_request_add_header(out, "APCA-API-SECRET-KEY",
				    call->login.secret, err) < 0)
		return -1;
	return buf_check(&out->url, ERR_INPUT, err);
}

/* The item's snapshot, or NULL. */
static const struct json_node *get_row(const struct json_node *root,
				       const struct request_item *item)
{
	char code[SYMBOL_CODE_BYTES];

	spell(&item->symbol, code);
	return json_get(root, code);
}

/* An answer that has another symbol is of another call. */
static int check_owner(const struct json_node *root, const struct request *r,
		       struct err *err)
{
	const struct json_node *row;

	for (row = json_first_member(root); row; row = json_next(row))
		if (find_spelled(r, r->count, json_member_key(row)) == r->count)
			return err_set(
				err, ERR_PARSE,
				"the answer names '%s', which was not asked",
				json_member_key(row));
	return 0;
}

static int read_rows(const struct provider_call *call,
		     const struct json_node *root, struct result *result,
		     struct err *err)
{
	const struct request *r = result->request;

	if (check_owner(root, r, err) < 0)
		return -1;
	for (size_t i = 0; i < r->count; i++) {
		struct outcome *o = &result->outcome[i];
		const struct json_node *row = get_row(root, &r->item[i]);
		int rc;

		if (!row) {
			answer_set_not_found(o);
			continue;
		}
		rc = alpaca_read_snapshot(row, call->account, &result->texts,
					  &o->quote, &o->err);
		if (answer_finish(result, o, row, rc, err) < 0)
			return -1;
	}
	return 0;
}

/* ---- refusals and limits ------------------------------------------------ */

/* The item that "invalid symbol: X" names, or -1. */
static int find_culprit(const struct request *r, const char *message)
{
	static const char words[] = "invalid symbol: ";
	const char *named = strstr(message, words);
	size_t i = named ? find_spelled(r, r->count, named + sizeof words - 1)
			 : r->count;

	return i < r->count ? (int)i : -1;
}

/* What is left of this minute, and when it ends by the source's own clock. Where
 * there is no limit, nothing left says nothing. */
static void read_limit(const struct http_response *response, struct verdict *v)
{
	const char *date = http_response_header(response, "Date");
	int64_t limit, left, end, now;

	if (digits_are(http_response_header(response, "X-RateLimit-Limit"),
		       INT64_MAX, &limit) &&
	    limit == 0)
		return;
	if (!digits_are(http_response_header(response, "X-RateLimit-Remaining"),
			INT64_MAX, &left))
		return;
	v->calls_left = left > 1000000 ? 1000000 : (int)left;
	v->resets_after_ms = WINDOW_SEC * 1000;
	if (!date || !times_parse_http(date, &now) ||
	    !digits_are(http_response_header(response, "X-RateLimit-Reset"),
			INT64_MAX, &end))
		return;
	if (end <= now)
		v->resets_after_ms = 0;
	else if (end - now < WINDOW_SEC)
		v->resets_after_ms = (end - now) * 1000;
}

/* Its own words tell a refusal from a gateway's page; 403 with words is of the
 * plan, which is all calls of this feed. */
static enum err_kind kind_of_refusal(int status, bool has_culprit)
{
	if (status == 401 || status == 403)
		return ERR_AUTH;
	if (status == 400)
		return has_culprit ? ERR_NOT_FOUND : ERR_INPUT;
	if (status == 422)
		return ERR_INPUT;
	return answer_kind_of_status(status);
}

static int read_refusal(const struct provider_call *call,
			const struct http_response *response,
			const struct json_node *root, struct result *result,
			struct err *err)
{
	struct verdict *v = &result->verdict;

	if (!answer_take_message(root, result)) {
		answer_fail_status(response, err);
	} else {
		if (response->status == 400)
			v->culprit = find_culprit(result->request, v->msg1);
		answer_fail_refusal(
			response,
			kind_of_refusal(response->status, v->culprit >= 0),
			result, err);
	}
	if (response->status == 403)
		err_wrap(err, "feed '%s'", call->account->name);
	if (err->kind == ERR_RATE_LIMIT && err->retry_after_ms == 0 &&
	    v->calls_left >= 0)
		err->retry_after_ms = v->resets_after_ms;
	return -1;
}

static const struct answer_form form = {
	.parse = json_parse_object,
	.read_limit = read_limit,
	.read_rows = read_rows,
	.read_refusal = read_refusal,
};

/* ---- the list of symbols ------------------------------------------------ */

/* The list is the trading host's; a key is one host's or the other's. */
#define HOST "https://api.alpaca.markets"
#define PAPER_HOST "https://paper-api.alpaca.markets"
#define PAPER_KEY "PK"

enum { LIST_MAX_BYTES = 32 << 20 };

static int build_list(const struct provider_call *call, size_t i,
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

static int take_listed(const struct json_node *row,
		       const struct names_sink *sink, struct err *err)
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

static const char *const id = "assets";

static const struct provider_names names = {
	.count = 1,
	.id = &id,
	.needs_login = true,
	.build = build_list,
	.take_row = take_listed,
};

/* ---- the provider ------------------------------------------------------- */

/* The feeds. Free keys have 200 calls a minute and no live sip; a key for that
 * has 10,000, of which a tenth reads 100,000 symbols. */
static const struct provider_account accounts[] = {
	{ .name = "iex",
	  .base_url = "https://data.alpaca.markets",
	  .limit = { 200, WINDOW_SEC, 10 },
	  .serves = { { MARKET_US, MARKET_AMS, BATCH_MAX, false } } },
	{ .name = "delayed_sip",
	  .base_url = "https://data.alpaca.markets",
	  .limit = { 200, WINDOW_SEC, 10 },
	  .serves = { { MARKET_US, MARKET_AMS, BATCH_MAX, false } },
	  .delayed_minutes = 15 },
	{ .name = "sip",
	  .base_url = "https://data.alpaca.markets",
	  .limit = { 1000, WINDOW_SEC, 20 },
	  .serves = { { MARKET_US, MARKET_AMS, BATCH_MAX, false } } },
};

const struct provider alpaca_provider = {
	.name = "alpaca",
	.title = "Alpaca",
	.needs = { "alpaca_key_id", "alpaca_secret_key", "APCA_API_KEY_ID",
		   "APCA_API_SECRET_KEY", "https://app.alpaca.markets/signup",
		   "alpaca_feed", "alpaca_base_url" },
	.is_partial = true, /* no OTC shares; iex lacks some more */
	.account = accounts,
	.account_count = COUNT(accounts),
	.build_quote = build_quote,
	.form = &form,
	.names = &names,
};
