/* SPDX-License-Identifier: MIT */
#include "sandbox/alpaca.h"

#include "sandbox/chance.h"
#include "sandbox/json_text.h"
#include "sandbox/listing.h"
#include "sandbox/market.h"
#include "sandbox/spoil.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void alpaca_add_limit(struct answer *answer, const struct arrival *arrival)
{
	answer_add_header(answer, "X-RateLimit-Limit", "%zu", arrival->limit);
	answer_add_header(answer, "X-RateLimit-Remaining", "%zu",
			  arrival->left);
	answer_add_header(answer, "X-RateLimit-Reset", "%" PRId64,
			  arrival->reset_unix_s);
}

/* Letters, and a class behind a point: BRK.B. */
static bool is_well_formed(const char *symbol)
{
	size_t root = 0, class = 0;

	while (isupper((unsigned char)symbol[root]))
		root++;
	if (root < 1 || root > 5)
		return false;
	if (symbol[root] == '\0')
		return true;
	if (symbol[root] != '.')
		return false;
	while (isupper((unsigned char)symbol[root + 1 + class]))
		class ++;
	return class >= 1 && class <= 3 && symbol[root + 1 + class] == '\0';
}

/* Checks what stands beside the symbols. False: refused. */
static bool check_arguments(const struct request *request,
			    struct answer *answer)
{
	const char *feed = request_get_argument(request, "feed");
	const char *currency = request_get_argument(request, "currency");
	char text[96];

	if (feed && !request_list_has("iex sip delayed_sip otc boats overnight",
				      " ", feed, strlen(feed), strncmp)) {
		snprintf(text, sizeof(text), "invalid feed: %.40s", feed);
		answer_refuse(answer, 400, text);
		return false;
	}
	if (currency && strcmp(currency, "USD") != 0) {
		snprintf(text, sizeof(text), "invalid currency: %.40s",
			 currency);
		answer_refuse(answer, 400, text);
		return false;
	}
	if (feed && request_list_has("sip otc boats overnight", " ", feed,
				     strlen(feed), strncmp)) {
		answer_refuse(answer, 403,
			      "subscription does not permit querying recent "
			      "SIP data");
		return false;
	}
	if (request->symbol_count == 0 || request->has_too_many) {
		answer_refuse(answer, 400,
			      request->has_too_many ? "too many symbols"
						    : "symbols is required");
		return false;
	}
	return true;
}

static void answer_snapshots(const struct broker_rules *rules,
			     const struct request *request,
			     const struct arrival *arrival,
			     struct answer *answer)
{
	struct stock stock;
	char text[96];

	if (!check_arguments(request, answer))
		return;
	for (size_t i = 0; i < request->symbol_count; i++) {
		if (is_well_formed(request->symbol[i]))
			continue;
		snprintf(text, sizeof(text),
			 "code=400, message=invalid symbol: %.40s",
			 request->symbol[i]);
		answer_refuse(answer, 400, text);
		return;
	}
	answer->is_good = true;
	buf_puts(&answer->body, "{");
	for (size_t i = 0; i < request->symbol_count; i++) {
		const char *code = request->symbol[i];

		if (fault_in_row(&arrival->rows, FAULT_ABSENT, code) ||
		    !market_find_us(rules->unknown, code, &stock))
			continue;
		if (fault_in_row(&arrival->rows, FAULT_NO_TRADE, code))
			market_halt(&stock);
		alpaca_add_snapshot(&answer->body, arrival, &stock);
	}
	buf_puts(&answer->body, "}");
}

/* The list of what there is to ask for, by name. */
static void answer_assets(const struct arrival *arrival, struct answer *answer)
{
	const struct overseas_listing *listing;
	struct buf *out = &answer->body;

	answer->is_good = true;
	buf_puts(out, "[");
	for (size_t i = 0; (listing = listing_get_overseas(i)) != NULL; i++) {
		const char *exchange =
			strcmp(listing->exchange, "NAS") == 0   ? "NASDAQ"
			: strcmp(listing->exchange, "NYS") == 0 ? "NYSE"
			: strcmp(listing->exchange, "AMS") == 0 ? "ARCA"
								: NULL;

		if (!exchange || !is_well_formed(listing->code))
			continue;
		json_add_comma(out);
		buf_puts(out, "{");
		json_add_field_format(
			out, "id", "%08" PRIx64 "-0000-4000-8000-%012zu",
			chance_of_text(listing->code) & 0xffffffff, i);
		json_add_field(out, "class", "us_equity");
		json_add_field(out, "exchange", exchange);
		json_add_field(out, "symbol", listing->code);
		spoil_add_name(out, &arrival->rows, listing->code, "name",
			       listing->english);
		json_add_field(out, "status", "active");
		buf_puts(out, ",\"tradable\":true,\"fractionable\":true}");
	}
	buf_puts(out, "]");
}

static bool has_login(const struct broker_rules *rules,
		      const struct request *request)
{
	return request->key_id && request->secret_key &&
	       strcmp(request->key_id, rules->alpaca_key_id) == 0 &&
	       strcmp(request->secret_key, rules->alpaca_secret_key) == 0;
}

void alpaca_answer(const struct broker_rules *rules,
		   const struct request *request, const struct arrival *arrival,
		   struct answer *answer)
{
	if (!has_login(rules, request)) {
		answer_refuse(answer, 401, "forbidden.");
		return;
	}
	alpaca_add_limit(answer, arrival);
	if (request->endpoint == ENDPOINT_ASSETS)
		answer_assets(arrival, answer);
	else
		answer_snapshots(rules, request, arrival, answer);
}
