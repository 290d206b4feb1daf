#include "cli/render.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/render_format.h"

static const struct render_format *const formats[] = {
	[FORMAT_JSON] = &render_json,   [FORMAT_NDJSON] = &render_ndjson,
	[FORMAT_CSV] = &render_csv,     [FORMAT_TSV] = &render_tsv,
	[FORMAT_TABLE] = &render_table,
};

/* What an error record has, in its order; raw only where it was asked for. */
static const struct field_set error_shape = {
	.count = 14,
	.field = { FIELD_SYMBOL, FIELD_MARKET, FIELD_ERROR, FIELD_ERROR_TYPE,
		   FIELD_RT_CD, FIELD_MSG_CD, FIELD_MSG1, FIELD_RETRYABLE,
		   FIELD_ATTEMPTS, FIELD_FETCHED_AT, FIELD_PROVIDER,
		   FIELD_INPUT, FIELD_TRIED, FIELD_RAW },
};

/* ---- values ---- */

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

void render_get_value(const struct record *record, enum field f,
		      struct value *v)
{
	const struct outcome *o = record->outcome;
	bool has_verdict = o->has_quote || is_refused(o);

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
		set_text(v, VALUE_TEXT,
			 quote_only(o, market_exchange_name(o->exchange)));
		break;
	case FIELD_NAME:
		set_text(v, VALUE_TEXT, quote_only(o, o->quote.name));
		break;
	case FIELD_CURRENCY:
		set_text(v, VALUE_TEXT, quote_only(o, o->quote.currency));
		break;
	case FIELD_FETCHED_AT:
		set_time(v, o->fetched_at_ms);
		break;
	case FIELD_PROVIDER:
		set_text(v, VALUE_TEXT, record->provider);
		break;
	case FIELD_RT_CD:
		set_text(v, VALUE_TEXT, has_verdict ? o->rt_cd : "9");
		break;
	case FIELD_MSG_CD:
		set_text(v, VALUE_TEXT, has_verdict ? o->msg_cd : NULL);
		break;
	case FIELD_MSG1:
		if (o->has_quote || (has_verdict && o->msg1))
			set_text(v, VALUE_TEXT, o->msg1);
		else
			set_our_error(v, o->err.msg);
		break;
	case FIELD_ERROR:
		set_bool(v, !o->has_quote);
		break;
	case FIELD_ERROR_TYPE:
		set_text(v, VALUE_TEXT,
			 o->has_quote ? NULL : err_kind_name(o->err.kind));
		break;
	case FIELD_RETRYABLE:
		if (o->has_quote)
			set_text(v, VALUE_NULL, NULL);
		else
			set_bool(v, err_kind_is_retryable(o->err.kind));
		break;
	case FIELD_ATTEMPTS:
		set_count(v, o->attempts);
		break;
	case FIELD_LATENCY_MS:
		if (o->has_quote)
			set_count(v, o->latency_ms);
		else
			set_text(v, VALUE_NULL, NULL);
		break;
	case FIELD_INPUT:
		set_text(v, VALUE_TEXT, record->input);
		break;
	case FIELD_QUOTED_AT:
		set_text(v, VALUE_TEXT, quote_only(o, o->quote.quoted_at));
		break;
	case FIELD_SESSION:
		set_text(v, VALUE_TEXT, quote_only(o, o->quote.session));
		break;
	case FIELD_DELAYED_MINUTES:
		if (o->has_quote)
			set_count(v, o->quote.delayed_minutes);
		else
			set_text(v, VALUE_NULL, NULL);
		break;
	case FIELD_TRIED:
		set_text(v, VALUE_TEXT, record->tried);
		break;
	case FIELD_RAW:
		set_text(v, VALUE_JSON, o->raw);
		break;
	case FIELD_COUNT:
		require(f != FIELD_COUNT);
	}
}

/* ---- the renderer ---- */

static bool has_field(const struct field_set *set, enum field f)
{
	return memchr(set->field, f, set->count);
}

/* Chosen fields make one shape for all; else quotes and errors have theirs, and
 * a share without a trade has all of both. */
static void set_shapes(struct render *r, const struct field_set *fields)
{
	r->fields = *fields;
	r->quote_fields = r->error_fields = *fields;
	if (fields->is_chosen)
		return;
	r->quote_fields.count = r->error_fields.count = 0;
	for (size_t i = 0; i < fields->count; i++)
		if (fields->field[i] != FIELD_ERROR_TYPE &&
		    fields->field[i] != FIELD_RETRYABLE)
			r->quote_fields.field[r->quote_fields.count++] =
				fields->field[i];
	for (size_t i = 0; i < error_shape.count; i++)
		if (has_field(fields, error_shape.field[i]))
			r->error_fields.field[r->error_fields.count++] =
				error_shape.field[i];
}

struct render *render_new(const struct render_config *config, struct buf *out,
			  struct err *err)
{
	struct render *r = calloc(1, sizeof *r);

	require(config->format != FORMAT_AUTO);
	if (!r) {
		err_no_memory(err);
		return NULL;
	}
	r->format = formats[config->format];
	r->out = out;
	r->record_total = config->record_total;
	r->hides_header = config->hides_header;
	r->has_color = config->has_color;
	r->is_korean = config->is_korean;
	r->columns = config->columns;
	r->is_tabbed = config->format == FORMAT_TSV;
	set_shapes(r, &config->fields);
	if (r->format->open && r->format->open(r, err) < 0) {
		render_free(r);
		return NULL;
	}
	return r;
}

void render_free(struct render *r)
{
	if (!r)
		return;
	if (r->format->close)
		r->format->close(r);
	free(r);
}

void render_begin(struct render *r)
{
	if (r->format->begin)
		r->format->begin(r);
}

int render_record(struct render *r, const struct record *record,
		  struct err *err)
{
	if (r->format->record(r, record, err) < 0)
		return -1;
	r->record_count++;
	return buf_check(r->out, ERR_SYSTEM, err);
}

int render_end(struct render *r, struct err *err)
{
	if (r->format->end && r->format->end(r, err) < 0)
		return -1;
	return buf_check(r->out, ERR_SYSTEM, err);
}
