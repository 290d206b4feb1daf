/* SPDX-License-Identifier: MIT */
/* What each field of a record is, whatever the format. */
#include "cli/render.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/render_format.h"
#include "model/check.h"

static void set_text(struct value *v, enum value_type type, const char *text)
{
	v->type = text ? type : VALUE_NULL;
	v->text = text;
}

static void set_bool(struct value *v, bool is_true)
{
	set_text(v, VALUE_BOOL, is_true ? "true" : "false");
}

/* Without printf: it would be a third of a record's time. */
static void set_count(struct value *v, int count)
{
	unsigned left = count > 0 ? (unsigned)count : 0;
	char *p = v->made + sizeof v->made;

	*--p = '\0';
	do
		*--p = (char)('0' + left % 10);
	while (left /= 10);
	set_text(v, VALUE_NUMBER, p);
}

static void set_time(struct value *v, int64_t real_ms)
{
	v->type = real_ms > 0 ? VALUE_TEXT : VALUE_NULL;
	v->text = real_ms > 0 ? v->made : NULL;
	if (real_ms > 0)
		clock_format_kst(real_ms, v->made);
}

/* The members are decimals, or texts of our own: none needs an escape. */
static void set_check(struct value *v, const struct outcome *o)
{
	const struct check *c = &o->check;
	const char *quote = c->provider ? "\"" : "";
	int len;

	set_text(v, VALUE_JSON, NULL);
	if (!o->is_checked)
		return;
	len = snprintf(v->made, sizeof v->made,
		       "{\"provider\":%s%s%s,\"price\":%s,"
		       "\"diff_percent\":%s,\"verdict\":\"%s\"}",
		       quote, c->provider ? c->provider : "null", quote,
		       c->price ? c->price : "null",
		       c->diff_percent ? c->diff_percent : "null",
		       check_verdict_name(c->verdict));
	require(len > 0 && (size_t)len < sizeof v->made);
	set_text(v, VALUE_JSON, v->made);
}

/* "Error: " says that the text that follows is ours, not the broker's. */
static void set_our_error(struct value *v, const char *msg)
{
	static const char mark[] = "Error: ";
	size_t len = strlen(msg);

	memcpy(v->made, mark, sizeof mark - 1);
	memcpy(v->made + sizeof mark - 1, msg, len + 1);
	set_text(v, VALUE_TEXT, v->made);
}

/* Whether the broker said no; "0" is its yes, whatever we think of the rest. */
static bool is_refused(const struct outcome *o)
{
	return !o->has_quote && o->rt_cd && o->rt_cd[0] != '\0' &&
	       strcmp(o->rt_cd, "0") != 0;
}

const char *render_reason(const struct outcome *o)
{
	return is_refused(o) && o->msg1 ? o->msg1 : o->err.msg;
}

static const char *shown_market(enum market m)
{
	return m == MARKET_NONE ? NULL : market_name(m);
}

/* Of a share that was not traded, all but the price is known. */
static bool knows_quote(const struct outcome *o)
{
	return o->has_quote || o->err.kind == ERR_NO_TRADE;
}

static const char *quote_only(const struct outcome *o, const char *text)
{
	return knows_quote(o) ? text : NULL;
}

/* Of a quote alone: the others' is null. */
static void set_quote_count(struct value *v, const struct outcome *o, int count)
{
	if (o->has_quote)
		set_count(v, count);
	else
		set_text(v, VALUE_NULL, NULL);
}

/* What the broker said, where it said anything that counts. */
static void get_verdict(const struct outcome *o, enum field f, struct value *v)
{
	bool has_verdict = o->has_quote || is_refused(o);

	if (f == FIELD_RT_CD)
		set_text(v, VALUE_TEXT, has_verdict ? o->rt_cd : "9");
	else if (f == FIELD_MSG_CD)
		set_text(v, VALUE_TEXT, has_verdict ? o->msg_cd : NULL);
	else if (o->has_quote || (has_verdict && o->msg1))
		set_text(v, VALUE_TEXT, o->msg1);
	else
		set_our_error(v, o->err.msg);
}

static void get_error(const struct outcome *o, enum field f, struct value *v)
{
	if (f == FIELD_ERROR)
		set_bool(v, !o->has_quote);
	else if (o->has_quote)
		set_text(v, VALUE_NULL, NULL);
	else if (f == FIELD_ERROR_TYPE)
		set_text(v, VALUE_TEXT, err_kind_name(o->err.kind));
	else
		set_bool(v, err_kind_is_retryable(o->err.kind));
}

/* What says of the quote, and is no number. */
static void get_about_quote(const struct outcome *o, enum field f,
			    struct value *v)
{
	const char *text = f == FIELD_EXCHANGE
				   ? market_exchange_name(o->exchange)
			   : f == FIELD_NAME      ? o->quote.name
			   : f == FIELD_CURRENCY  ? o->quote.currency
			   : f == FIELD_QUOTED_AT ? o->quote.quoted_at
						  : o->quote.session;

	set_text(v, VALUE_TEXT, quote_only(o, text));
}

void render_get_value(const struct record *record, enum field f,
		      struct value *v)
{
	const struct outcome *o = record->outcome;

	if ((unsigned)f < QUOTE_NUMBERS) {
		set_text(v, VALUE_NUMBER, quote_only(o, o->quote.number[f]));
		return;
	}
	switch (f) {
	case FIELD_SYMBOL:
		set_text(v, VALUE_TEXT, record->symbol);
		break;
	case FIELD_MARKET:
		set_text(v, VALUE_TEXT, shown_market(record->market));
		break;
	case FIELD_EXCHANGE:
	case FIELD_NAME:
	case FIELD_CURRENCY:
	case FIELD_QUOTED_AT:
	case FIELD_SESSION:
		get_about_quote(o, f, v);
		break;
	case FIELD_FETCHED_AT:
		set_time(v, o->fetched_at_ms);
		break;
	case FIELD_PROVIDER:
		set_text(v, VALUE_TEXT, record->provider);
		break;
	case FIELD_RT_CD:
	case FIELD_MSG_CD:
	case FIELD_MSG1:
		get_verdict(o, f, v);
		break;
	case FIELD_ERROR:
	case FIELD_ERROR_TYPE:
	case FIELD_RETRYABLE:
		get_error(o, f, v);
		break;
	case FIELD_ATTEMPTS:
		set_count(v, o->attempts);
		break;
	case FIELD_LATENCY_MS:
		set_quote_count(v, o, o->latency_ms);
		break;
	case FIELD_INPUT:
		set_text(v, VALUE_TEXT, record->input);
		break;
	case FIELD_DELAYED_MINUTES:
		set_quote_count(v, o, o->quote.delayed_minutes);
		break;
	case FIELD_TRIED:
		set_text(v, VALUE_TEXT, record->tried);
		break;
	case FIELD_CHECK:
		set_check(v, o);
		break;
	case FIELD_RAW:
		set_text(v, VALUE_JSON, o->raw);
		break;
	case FIELD_COUNT:
		require(f != FIELD_COUNT);
	}
}
