/* SPDX-License-Identifier: MIT */
#include "sandbox/kis.h"

#include "base/clock.h"
#include "sandbox/spoil.h"
#include "sandbox/tape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SYMBOL_CHARS_MAX = 12 };

static void refuse_field(struct answer *answer, const char *msg_cd,
			 const char *format, const char *field)
{
	char detail[160];

	snprintf(detail, sizeof(detail), "%s[%.80s]", format, field);
	kis_refuse(answer, ENDPOINT_UNKNOWN, msg_cd, detail);
}

/* The argument must be there and not empty, and not too long. */
static const char *need_argument(const struct request *request,
				 struct answer *answer, const char *key)
{
	const char *value = request_get_argument(request, key);

	if (!value || !*value) {
		refuse_field(answer, "OPSQ2001", "FIELD NOT FOUND ", key);
		return NULL;
	}
	if (strlen(value) > SYMBOL_CHARS_MAX) {
		refuse_field(answer, "OPSQ2002", "", key);
		return NULL;
	}
	return value;
}

/* The market of a Korean symbol: J Korea Exchange, NX the new one, UN both,
 * W for warrants. NULL: none of them, and refused. */
static const char *need_market(const struct request *request,
			       struct answer *answer, const char *key)
{
	const char *market = need_argument(request, answer, key);

	if (!market || strcmp(market, "J") == 0 || strcmp(market, "NX") == 0 ||
	    strcmp(market, "UN") == 0 || strcmp(market, "W") == 0)
		return market;
	kis_refuse(answer, ENDPOINT_UNKNOWN, "OPSQ2001",
		   "INVALID_CHECK_MRKT_DIV_CODE");
	return NULL;
}

/* The stock as this call is to see it, at a venue of Korea or on an exchange.
 * False: it does not exist there. */
static bool find_stock(const struct broker_rules *rules,
		       const struct arrival *arrival, bool is_overseas,
		       const char *place, const char *code, struct stock *stock)
{
	bool is_there = is_overseas ? market_find_overseas(rules->unknown,
							   place, code, stock)
				    : market_find_domestic(rules->unknown, code,
							   stock) &&
					      market_go_to_venue(stock, place);

	if (!is_there || fault_in_row(&arrival->rows, FAULT_ABSENT, code))
		return false;
	tape_show(rules->tape, clock_monotonic_ns(), stock);
	if (fault_in_row(&arrival->rows, FAULT_NO_TRADE, code))
		market_halt(stock);
	return true;
}

/* A code that spoils the call it is in. */
static bool is_poisoned(const struct broker_rules *rules,
			const struct request *request, struct answer *answer)
{
	for (size_t i = 0; rules->poison && i < request->symbol_count; i++) {
		if (strcmp(request->symbol[i], rules->poison) == 0) {
			refuse_field(answer, "OPSQ2002", "", "FID_INPUT_ISCD");
			return true;
		}
	}
	return false;
}

static void answer_single(const struct broker_rules *rules,
			  const struct request *request,
			  const struct arrival *arrival, struct answer *answer)
{
	struct stock stock;
	const char *venue, *code;

	venue = need_market(request, answer, "FID_COND_MRKT_DIV_CODE");
	if (!venue)
		return;
	code = need_argument(request, answer, "FID_INPUT_ISCD");
	if (!code || is_poisoned(rules, request, answer))
		return;
	answer_open(answer);
	answer_domestic_single(
		&answer->body,
		find_stock(rules, arrival, false, venue, code, &stock) ? &stock
								       : NULL,
		&arrival->rows);
	answer_close(answer, arrival->fault);
}

/* The number of a slot, FID_INPUT_ISCD_7; 0: another argument. */
static long slot_of(const char *key)
{
	static const char code[] = "FID_INPUT_ISCD_";
	static const char market[] = "FID_COND_MRKT_DIV_CODE_";

	if (strncasecmp(key, code, sizeof(code) - 1) == 0)
		return strtol(key + sizeof(code) - 1, NULL, 10);
	if (strncasecmp(key, market, sizeof(market) - 1) == 0)
		return strtol(key + sizeof(market) - 1, NULL, 10);
	return 0;
}

static bool are_slots_fit(const struct request *request, struct answer *answer)
{
	char key[40];

	for (size_t i = 0; i < request->argument_count; i++) {
		long slot = slot_of(request->argument[i].key);

		if (slot > REQUEST_SLOTS_MAX || request->has_too_many) {
			refuse_field(answer, "OPSQ2001", "FIELD NOT FOUND ",
				     request->argument[i].key);
			return false;
		}
	}
	if (request->symbol_count == 0) {
		refuse_field(answer, "OPSQ2001", "FIELD NOT FOUND ",
			     "FID_INPUT_ISCD_1");
		return false;
	}
	for (int slot = 1; slot <= REQUEST_SLOTS_MAX; slot++) {
		const char *code;

		snprintf(key, sizeof(key), "FID_INPUT_ISCD_%d", slot);
		code = request_get_argument(request, key);
		if (!code || !*code)
			continue;
		if (!need_argument(request, answer, key))
			return false;
		snprintf(key, sizeof(key), "FID_COND_MRKT_DIV_CODE_%d", slot);
		if (!need_market(request, answer, key))
			return false;
	}
	return true;
}

/* Puts the numbers below count in an order of chance. */
static void shuffle(size_t *order, size_t count, uint64_t random)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = random % i, kept = order[i - 1];

		random = random * 6364136223846793005u + 1442695040888963407u;
		random ^= random >> 29;
		order[i - 1] = order[j];
		order[j] = kept;
	}
}

static void answer_multi(const struct broker_rules *rules,
			 const struct request *request,
			 const struct arrival *arrival, struct answer *answer)
{
	size_t order[REQUEST_SLOTS_MAX];
	struct stock stock;

	if (!are_slots_fit(request, answer) ||
	    is_poisoned(rules, request, answer))
		return;
	for (size_t i = 0; i < request->symbol_count; i++)
		order[i] = i;
	if (rules->is_shuffled)
		shuffle(order, request->symbol_count, arrival->random);
	answer_open(answer);
	buf_puts(&answer->body, "[");
	for (size_t i = 0; i < request->symbol_count; i++) {
		size_t slot = order[i];
		struct stock *found = NULL;

		if (find_stock(rules, arrival, false, request->venue[slot],
			       request->symbol[slot], &stock))
			found = &stock;
		if (found || !rules->hides_unknown)
			answer_domestic_row(&answer->body, found,
					    !rules->is_unsigned,
					    &arrival->rows);
	}
	buf_puts(&answer->body, "]");
	answer_close(answer, arrival->fault);
}

static void answer_one_overseas(const struct broker_rules *rules,
				const struct request *request,
				const struct arrival *arrival,
				struct answer *answer)
{
	struct stock stock, *found;

	/* AUTH must be there, and empty. */
	if (!request_get_argument(request, "AUTH")) {
		refuse_field(answer, "OPSQ2001", "FIELD NOT FOUND ", "AUTH");
		return;
	}
	if (!need_argument(request, answer, "EXCD") ||
	    !need_argument(request, answer, "SYMB") ||
	    is_poisoned(rules, request, answer))
		return;
	found = find_stock(rules, arrival, true, request->exchange,
			   request->symbol[0], &stock)
			? &stock
			: NULL;
	answer_open(answer);
	answer_overseas(&answer->body, found,
			request->endpoint == ENDPOINT_DETAIL, &arrival->rows);
	answer_close(answer, arrival->fault);
}

static void answer_one_index(const struct broker_rules *rules,
			     const struct request *request,
			     const struct arrival *arrival,
			     struct answer *answer)
{
	const char *market, *code;

	market = need_argument(request, answer, "FID_COND_MRKT_DIV_CODE");
	if (!market)
		return;
	if (strcmp(market, "U") != 0) {
		kis_refuse(answer, ENDPOINT_UNKNOWN, "OPSQ2001",
			   "INVALID_CHECK_MRKT_DIV_CODE");
		return;
	}
	code = need_argument(request, answer, "FID_INPUT_ISCD");
	if (!code || is_poisoned(rules, request, answer))
		return;
	answer_open(answer);
	answer_index(&answer->body, code, &arrival->rows);
	answer_close(answer, arrival->fault);
}

void kis_answer_quote(const struct broker_rules *rules,
		      const struct request *request,
		      const struct arrival *arrival, struct answer *answer)
{
	if (request->endpoint == ENDPOINT_SINGLE)
		answer_single(rules, request, arrival, answer);
	else if (request->endpoint == ENDPOINT_MULTI)
		answer_multi(rules, request, arrival, answer);
	else if (request->endpoint == ENDPOINT_INDEX)
		answer_one_index(rules, request, arrival, answer);
	else
		answer_one_overseas(rules, request, arrival, answer);
}
