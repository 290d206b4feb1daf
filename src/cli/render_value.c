/* SPDX-License-Identifier: MIT */
/* What each field of a record is, whatever the format. */
#include "cli/render.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/digits.h"
#include "cli/render_format.h"
#include "model/check.h"
#include "model/event.h"

void value_set_text(struct value *v, enum value_type type, const char *text)
{
	value_set(v, type, text, text ? strlen(text) : 0);
}

void value_set_bool(struct value *v, bool is_true)
{
	value_set(v, VALUE_BOOL, is_true ? "true" : "false", is_true ? 4 : 5);
}

void value_set_count(struct value *v, int64_t count)
{
	size_t len = 1;

	/* As most are. */
	if (count < 10)
		v->made[0] = (char)('0' + (count > 0 ? count : 0));
	else
		len = digits_write(count, v->made);
	v->made[len] = '\0';
	value_set_made(v, VALUE_NUMBER, len);
}

void value_set_time(struct value *v, int64_t real_ms)
{
	if (real_ms <= 0) {
		value_set_null(v);
		return;
	}
	clock_format_kst(real_ms, v->made);
	value_set_made(v, VALUE_WORD, CLOCK_TEXT_LEN);
}

/* The members are decimals, or texts of our own: none needs an escape. */
static void set_check(struct value *v, const struct outcome *o)
{
	const struct check *c = &o->check;
	const char *quote = c->provider ? "\"" : "";
	int len;

	value_set_null(v);
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
	value_set_text(v, VALUE_JSON, v->made);
}

void value_set_verdict(struct value *v, const struct record *record)
{
	const struct outcome *o = record->outcome;
	const struct check *c = o ? &o->check : NULL;
	bool tells_how_far;

	value_set_null(v);
	if (!o || !o->is_checked)
		return;
	tells_how_far = c->diff_percent && (c->verdict == CHECK_DIFFERS ||
					    c->verdict == CHECK_STALE);
	snprintf(v->made, sizeof v->made, "%s%s%s%s",
		 check_verdict_name(c->verdict), tells_how_far ? " " : "",
		 tells_how_far ? c->diff_percent : "",
		 tells_how_far ? " %" : "");
	value_set_text(v, VALUE_WORD, v->made);
}

/* "Error: " says that the text that follows is ours, not the broker's. */
static void set_our_error(struct value *v, const char *msg)
{
	static const char mark[] = "Error: ";
	size_t len = strlen(msg);

	memcpy(v->made, mark, sizeof mark - 1);
	memcpy(v->made + sizeof mark - 1, msg, len + 1);
	value_set_text(v, VALUE_TEXT, v->made);
}

/* Whether the record says of an error: instead of a quote, or beside an old one. */
static bool tells_error(const struct outcome *o)
{
	return !o->has_quote || o->origin == ORIGIN_STALE;
}

/* Whether the broker said no; "0" is its yes, whatever we think of the rest. */
static bool is_refused(const struct outcome *o)
{
	return tells_error(o) && o->rt_cd && o->rt_cd[0] != '\0' &&
	       strcmp(o->rt_cd, "0") != 0;
}

const char *render_reason(const struct record *record)
{
	const struct outcome *o = record->outcome;

	if (!o)
		return record->refusal->text;
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

static void set_count_if(struct value *v, bool is_told, int count)
{
	if (is_told)
		value_set_count(v, count);
	else
		value_set_null(v);
}

/* Whole seconds: what is asked for is rarely finer. */
static int age_seconds(const struct outcome *o)
{
	int64_t age = o->origin == ORIGIN_CALL ? 0 : o->age_ms / 1000;

	return age < INT_MAX ? (int)age : INT_MAX;
}

/* What the broker said, where it said anything that counts. */
static void get_verdict(const struct outcome *o, enum field f, struct value *v)
{
	bool has_verdict = !tells_error(o) || is_refused(o);

	if (f == FIELD_RT_CD)
		value_set_text(v, VALUE_TEXT, has_verdict ? o->rt_cd : "9");
	else if (f == FIELD_MSG_CD)
		value_set_text(v, VALUE_TEXT, has_verdict ? o->msg_cd : NULL);
	else if (!tells_error(o) || (has_verdict && o->msg1))
		value_set_text(v, VALUE_TEXT, o->msg1);
	else
		set_our_error(v, o->err.msg);
}

static void get_error(const struct outcome *o, enum field f, struct value *v)
{
	if (f == FIELD_ERROR)
		value_set_bool(v, !o->has_quote);
	else if (!tells_error(o))
		value_set_null(v);
	else if (f == FIELD_ERROR_TYPE)
		value_set_text(v, VALUE_WORD, err_kind_name(o->err.kind));
	else
		value_set_bool(v, err_kind_is_retryable(o->err.kind));
}

/* What says of the quote, and is no number. */
static void get_about_quote(const struct record *record, enum field f,
			    struct value *v)
{
	const struct outcome *o = record->outcome;
	const char *text =
		f == FIELD_EXCHANGE
			? market_exchange_name(o->exchange, record->venue)
		: f == FIELD_NAME      ? o->quote.name
		: f == FIELD_CURRENCY  ? o->quote.currency
		: f == FIELD_QUOTED_AT ? o->quote.quoted_at
				       : o->quote.session;

	value_set_text(v, VALUE_TEXT, quote_only(o, text));
}

void render_get_identity(const struct record *record, enum field f,
			 struct value *v)
{
	switch ((int)f) {
	case FIELD_KIND:
		value_set_text(v, VALUE_WORD, record_kind_name(record->kind));
		break;
	case FIELD_SYMBOL:
		value_set_text(v, VALUE_TEXT, record->symbol);
		break;
	case FIELD_MARKET:
		value_set_text(v, VALUE_WORD, shown_market(record->market));
		break;
	case FIELD_PROVIDER:
		value_set_text(v, VALUE_WORD, record->provider);
		break;
	case FIELD_INPUT:
		value_set_text(v, VALUE_TEXT, record->input);
		break;
	case FIELD_TRIED:
		value_set_text(v, VALUE_TEXT, record->tried);
		break;
	default:
		value_set_null(v);
	}
}

static void set_decimal(struct value *v, const char *decimal)
{
	size_t len = decimal ? decimal_length(decimal) : 0;

	require(!decimal || len > 0);
	value_set(v, VALUE_NUMBER, decimal, len);
}

static void get_quote_value(const struct record *record, enum field f,
			    struct value *v)
{
	const struct outcome *o = record->outcome;

	if ((unsigned)f < QUOTE_NUMBERS) {
		set_decimal(v, quote_only(o, o->quote.number[f]));
		return;
	}
	switch ((int)f) {
	case FIELD_EXCHANGE:
	case FIELD_NAME:
	case FIELD_CURRENCY:
	case FIELD_QUOTED_AT:
	case FIELD_SESSION:
		get_about_quote(record, f, v);
		break;
	case FIELD_FETCHED_AT:
		value_set_time(v, o->fetched_at_ms);
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
		value_set_count(v, o->attempts);
		break;
	case FIELD_LATENCY_MS:
		set_count_if(v, o->has_quote && o->origin == ORIGIN_CALL,
			     o->latency_ms);
		break;
	case FIELD_DELAYED_MINUTES:
		set_count_if(v, o->has_quote, o->quote.delayed_minutes);
		break;
	case FIELD_CHECK:
		set_check(v, o);
		break;
	case FIELD_STALE:
		value_set_bool(v, o->origin == ORIGIN_STALE);
		break;
	case FIELD_AGE_SECONDS:
		set_count_if(v, o->has_quote, age_seconds(o));
		break;
	case FIELD_RAW:
		value_set_text(v, VALUE_JSON, o->raw);
		break;
	default:
		render_get_identity(record, f, v);
	}
}

render_get_fn *render_getter(const struct record *record)
{
	return record->tick      ? render_get_tick_value
	       : record->refusal ? render_get_refused_value
				 : get_quote_value;
}
