/* SPDX-License-Identifier: MIT */
/* Shares abroad: the price call (HHDFS00000300), and the detail call
 * (HHDFS76200200, real accounts only). One symbol a call. */
#include "provider/kis.h"

#include <string.h>

#define PRICE_PATH "/uapi/overseas-price/v1/quotations/price"
#define DETAIL_PATH "/uapi/overseas-price/v1/quotations/price-detail"

static const struct answer_field price_fields[] = {
	{ QUOTE_PRICE, "last" },  { QUOTE_PREVIOUS_CLOSE, "base" },
	{ QUOTE_CHANGE, "diff" }, { QUOTE_CHANGE_PERCENT, "rate" },
	{ QUOTE_VOLUME, "tvol" }, { QUOTE_TURNOVER, "tamt" },
};

static const struct answer_field detail_fields[] = {
	{ QUOTE_PRICE, "last" },       { QUOTE_PREVIOUS_CLOSE, "base" },
	{ QUOTE_OPEN, "open" },        { QUOTE_HIGH, "high" },
	{ QUOTE_LOW, "low" },          { QUOTE_VOLUME, "tvol" },
	{ QUOTE_TURNOVER, "tamt" },    { QUOTE_PER, "perx" },
	{ QUOTE_PBR, "pbrx" },         { QUOTE_EPS, "epsx" },
	{ QUOTE_BPS, "bpsx" },         { QUOTE_MARKET_CAP, "tomv" },
	{ QUOTE_WEEK52_HIGH, "h52p" }, { QUOTE_WEEK52_LOW, "l52p" },
};

enum {
	HK_DIGITS = 5,
	/* Of Asia, but for those who pay the broker for less, which the answer
	 * does not tell. */
	DELAY_MINUTES = 15
};

static enum market exchange_of(const struct symbol *s)
{
	return s->market == MARKET_US ? s->exchange : s->market;
}

const char *kis_overseas_exchange(const struct symbol *s)
{
	return market_name(exchange_of(s));
}

const char *kis_overseas_spell(const struct symbol *s,
			       char out[SYMBOL_CODE_BYTES])
{
	size_t len = strlen(s->code);

	memcpy(out, s->code, len + 1);
	if (strchr(out, '-'))
		*strchr(out, '-') = '/';
	if (s->market == MARKET_HKS && len < HK_DIGITS &&
	    strspn(s->code, "0123456789") == len) {
		memset(out, '0', HK_DIGITS - len);
		memcpy(out + HK_DIGITS - len, s->code, len + 1);
	}
	return out;
}

int kis_overseas_build(const struct provider_call *call,
		       const struct request *request, struct http_request *out,
		       struct err *err)
{
	const struct symbol *s = &request->item[0].symbol;
	char code[SYMBOL_CODE_BYTES];
	bool detail = request->wants_detail;

	http_request_set_url(out, call->base_url,
			     detail ? DETAIL_PATH : PRICE_PATH);
	http_request_add_query(out, "AUTH", "");
	http_request_add_query(out, "EXCD", kis_overseas_exchange(s));
	http_request_add_query(out, "SYMB", kis_overseas_spell(s, code));
	return kis_add_headers(call, detail ? "HHDFS76200200" : "HHDFS00000300",
			       out, err);
}

static bool is_class_mark(char c)
{
	return c == '.' || c == '/' || c == '-';
}

/* The exchange whose day session m is, or m. */
static enum market home_of(enum market m)
{
	return m == MARKET_BAQ   ? MARKET_NAS
	       : m == MARKET_BAY ? MARKET_NYS
	       : m == MARKET_BAA ? MARKET_AMS
				 : m;
}

/* rsym is a letter, the exchange's three, and the symbol. Which exchange a day
 * session's answer names is not documented, and the mark before a share class
 * is spelled in several ways (BRK.B, BRK/B). */
static bool is_of(const char *rsym, const struct symbol *s)
{
	enum market asked = exchange_of(s);
	const char *code = s->code;

	if (strlen(rsym) < 4 ||
	    home_of(market_from_name(rsym + 1, 3)) != home_of(asked))
		return false;
	rsym += 4;
	if (asked == MARKET_HKS) {
		rsym += strspn(rsym, "0");
		code += strspn(code, "0");
	}
	for (; *rsym && *code; rsym++, code++)
		if (*rsym != *code &&
		    !(is_class_mark(*rsym) && is_class_mark(*code)))
			return false;
	return *rsym == *code;
}

static int read_quote(const struct json_node *row, const struct symbol *symbol,
		      bool detail, struct arena *texts, struct quote *q,
		      struct err *err)
{
	const char *rsym, *currency = NULL;

	*q = (struct quote){ .currency = market_currency(symbol->market) };
	if (symbol->market >= MARKET_HKS && symbol->market <= MARKET_HNX)
		q->delayed_minutes = DELAY_MINUTES;
	if (answer_get_text(row, "rsym", texts, &rsym, err) < 0)
		return -1;
	if (!rsym)
		return err_set(err, ERR_NOT_FOUND, "no such symbol");
	if (!is_of(rsym, symbol))
		return err_set(err, ERR_PARSE,
			       "the answer is of '%s', not of '%s' at %s", rsym,
			       symbol->code, market_name(exchange_of(symbol)));
	if (answer_get_number_texts(row, detail ? detail_fields : price_fields,
				    detail ? COUNT(detail_fields)
					   : COUNT(price_fields),
				    texts, q, err) < 0 ||
	    kis_check_price(q, true, err) < 0)
		return -1;
	if (!detail)
		return kis_apply_sign(row, "sign", texts, q, err);
	if (answer_get_text(row, "curr", texts, &currency, err) < 0)
		return -1;
	if (currency)
		q->currency = currency;
	/* The detail call tells no change: it is last - base. */
	return answer_compute_change(texts, q, err);
}

int kis_overseas_parse(const struct json_node *row, struct result *result,
		       struct err *err)
{
	const struct symbol *symbol = &result->request->item[0].symbol;
	struct outcome *o = &result->outcome[0];
	int rc = read_quote(row, symbol, result->request->wants_detail,
			    &result->texts, &o->quote, &o->err);

	o->exchange = rc == 0 || o->err.kind == ERR_NO_TRADE
			      ? exchange_of(symbol)
			      : MARKET_NONE;
	return answer_finish(result, o, row, rc, err);
}
