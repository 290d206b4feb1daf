/* SPDX-License-Identifier: MIT */
/* Exchange rates: what the European Central Bank sets once on each working day,
 * about 16:00 at Frankfurt, as Frankfurter passes it on.
 *
 * The bank sets one currency against the euro; USDKRW is KRW for one EUR divided
 * by USD for one EUR. Asked with base EUR, Frankfurter gives the bank's own
 * digits; with any other it rounds. So the division is ours, and exact.
 *
 * Source: frankfurter.dev, v1 (frozen, and of the ECB alone). */
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "net/http_request.h"
#include "provider/answer.h"
#include "provider/provider.h"
#include "provider/times.h"

enum {
	CURRENCY_LEN = 3,
	/* The bank's rates have five or six; a quotient of two has no more. */
	CROSS_DIGITS = 6
};

#define EURO "EUR"

struct pair {
	char first[CURRENCY_LEN + 1], second[CURRENCY_LEN + 1];
};

static struct pair split(const struct symbol *s)
{
	struct pair p;

	snprintf(p.first, sizeof p.first, "%.3s", s->code);
	snprintf(p.second, sizeof p.second, "%.3s", s->code + CURRENCY_LEN);
	return p;
}

/* Appends a currency that list, which has commas between, does not have yet. */
static void add_currency(struct buf *list, const char *currency)
{
	if (strcmp(currency, EURO) == 0 || strstr(buf_text(list), currency))
		return;
	if (list->len > 0)
		buf_putc(list, ',');
	buf_puts(list, currency);
}

static int build_quote(const struct provider_call *call,
		       const struct request *request, struct http_request *out,
		       struct err *err)
{
	struct buf list;
	int rc;

	buf_init(&list, HTTP_URL_MAX_BYTES);
	for (size_t i = 0; i < request->count; i++) {
		struct pair p = split(&request->item[i].symbol);

		add_currency(&list, p.first);
		add_currency(&list, p.second);
	}
	http_request_set_url(out, call->base_url, "/v1/latest");
	http_request_add_query(out, "base", EURO);
	http_request_add_query(out, "symbols", buf_text(&list));
	rc = buf_check(&list, ERR_INPUT, err);
	buf_release(&list);
	return rc < 0 ? -1 : buf_check(&out->url, ERR_INPUT, err);
}

/* How many of the currency are one euro.
 * Returns 0 and "" when the bank sets none. */
static int get_rate(const struct json_node *rates, const char *currency,
		    char out[DECIMAL_BYTES], struct err *err)
{
	const char *text;
	int rc;

	out[0] = '\0';
	if (strcmp(currency, EURO) == 0) {
		memcpy(out, "1", sizeof "1");
		return 0;
	}
	rc = json_get_number_text(rates, currency, &text, err);
	if (rc <= 0)
		return rc;
	if (decimal_parse_number(text, strlen(text), out, err) < 0)
		return err_wrap(err, "the rate of %s", currency);
	if (decimal_is_zero(out) || decimal_is_negative(out))
		return err_set(err, ERR_PARSE, "the rate of %s is '%s'",
			       currency, out);
	return 0;
}

static int read_price(const struct json_node *rates, const struct pair *p,
		      char out[DECIMAL_BYTES], struct err *err)
{
	char first[DECIMAL_BYTES], second[DECIMAL_BYTES];

	if (get_rate(rates, p->first, first, err) < 0 ||
	    get_rate(rates, p->second, second, err) < 0)
		return -1;
	if (!*first || !*second)
		return err_set(err, ERR_NOT_FOUND, "the ECB sets no rate of %s",
			       *first ? p->second : p->first);
	if (strcmp(p->first, EURO) == 0) {
		memcpy(out, second, DECIMAL_BYTES);
		return 0;
	}
	return decimal_divide(second, first, CROSS_DIGITS, out, err);
}

static int read_quote(const struct json_node *rates, const char *date,
		      const struct symbol *symbol, struct arena *texts,
		      struct quote *q, struct err *err)
{
	struct pair p = split(symbol);
	char price[DECIMAL_BYTES];

	if (read_price(rates, &p, price, err) < 0 ||
	    answer_keep(p.second, texts, &q->currency, err) < 0)
		return -1;
	q->quoted_at = date;
	return answer_keep(price, texts, &q->number[QUOTE_PRICE], err);
}

/* One euro, on one day: else the rates are not what they seem. */
static int check_head(const struct json_node *root, struct arena *texts,
		      const char **date, struct err *err)
{
	const char *base, *amount;
	char one[DECIMAL_BYTES];

	if (answer_get_text(root, "base", texts, &base, err) < 0 ||
	    answer_get_text(root, "date", texts, date, err) < 0 ||
	    json_get_number_text(root, "amount", &amount, err) < 0)
		return -1;
	if (!base || strcmp(base, EURO) != 0 || !amount ||
	    decimal_parse_number(amount, strlen(amount), one, NULL) < 0 ||
	    strcmp(one, "1") != 0)
		return err_set(err, ERR_PARSE,
			       "the answer is not of one " EURO);
	if (!*date || !times_is_date(*date))
		return err_set(err, ERR_PARSE, "the answer has no date");
	return 0;
}

static int read_rates(const struct provider_call *call,
		      const struct json_node *root, struct result *result,
		      struct err *err)
{
	const struct json_node *rates = json_get(root, "rates");
	const struct request *r = result->request;
	const char *date;

	(void)call;
	if (check_head(root, &result->texts, &date, err) < 0)
		return -1;
	if (!json_is_object(rates))
		return err_set(err, ERR_PARSE,
			       "field 'rates' is not an object");
	for (size_t i = 0; i < r->count; i++) {
		struct outcome *o = &result->outcome[i];
		int rc = read_quote(rates, date, &r->item[i].symbol,
				    &result->texts, &o->quote, &o->err);

		o->exchange = MARKET_FX;
		if (answer_finish(result, o, root, rc, err) < 0)
			return -1;
	}
	return 0;
}

/* "not found" is said when no currency of the call is known: each pair has one
 * that is not the euro. Of a path that does not exist it comes with a status. */
static int read_refusal(const struct provider_call *call,
			const struct http_response *response,
			const struct json_node *root, struct result *result,
			struct err *err)
{
	(void)call;
	if (!answer_take_message(root, result))
		return answer_fail_status(response, err);
	if (response->status != 404 || json_get(root, "status") ||
	    strcmp(result->verdict.msg1, "not found") != 0)
		return answer_fail_refusal(
			response,
			response->status == 422
				? ERR_INPUT
				: answer_kind_of_status(response->status),
			result, err);
	for (size_t i = 0; i < result->request->count; i++)
		answer_set_not_found(&result->outcome[i]);
	return 0;
}

static const struct answer_form form = {
	.parse = json_parse_object,
	.read_rows = read_rates,
	.read_refusal = read_refusal,
};

/* No limit is published but fair use; one call has all currencies, so four in
 * a second are more than any list needs. */
static const struct provider_account accounts[] = {
	{ .name = "ecb",
	  .base_url = "https://api.frankfurter.dev",
	  .limit = { 4, 1, 4 },
	  .serves = { { MARKET_FX, MARKET_FX, REQUEST_MAX, false } } },
};

const struct provider ecb_provider = {
	.name = "ecb",
	.title = "European Central Bank, by Frankfurter",
	.account = accounts,
	.account_count = COUNT(accounts),
	.needs = { .base_url = "ecb_base_url" },
	.build_quote = build_quote,
	.form = &form,
};
