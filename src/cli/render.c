/* SPDX-License-Identifier: MIT */
#include "cli/render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/render_format.h"

static const struct render_format *const formats[] = {
	[FORMAT_JSON] = &render_json,
	[FORMAT_NDJSON] = &render_ndjson,
	[FORMAT_CSV] = &render_csv,
	[FORMAT_CSV_EXCEL] = &render_csv,
	[FORMAT_TSV] = &render_csv,
	[FORMAT_TABLE] = &render_table,
	[FORMAT_MARKDOWN] = &render_markdown,
	[FORMAT_LEDGER] = &render_price,
	[FORMAT_HLEDGER] = &render_price,
	[FORMAT_BEANCOUNT] = &render_price,
};

/* What an error record has, in its order; raw only where it was asked for. */
static const struct field_set error_shape = {
	.count = 14,
	.field = { FIELD_SYMBOL, FIELD_MARKET, FIELD_ERROR, FIELD_ERROR_TYPE,
		   FIELD_RT_CD, FIELD_MSG_CD, FIELD_MSG1, FIELD_RETRYABLE,
		   FIELD_ATTEMPTS, FIELD_FETCHED_AT, FIELD_PROVIDER,
		   FIELD_INPUT, FIELD_TRIED, FIELD_RAW },
};

static bool has_field(const struct field_set *set, enum field f)
{
	return memchr(set->field, f, set->count);
}

/* Chosen fields make one shape for all; else quotes and errors have theirs, and
 * a share without a trade has all of both. */
static void set_shapes(struct render *r, const struct field_set *fields)
{
	r->all_fields = r->quote_fields = r->error_fields = *fields;
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

/* A stream has more kinds of records, and each says which it is. */
static void set_stream_shapes(struct render *r,
			      const struct render_config *config)
{
	struct field_set quote;

	r->tick_fields = r->refused_fields = config->fields;
	if (!config->is_stream || config->fields.is_chosen) {
		set_shapes(r, &config->fields);
		return;
	}
	fields_default(&quote, config->wants_detail, config->wants_raw);
	set_shapes(r, &quote);
	fields_add_first(&r->all_fields, FIELD_KIND);
	fields_add_first(&r->quote_fields, FIELD_KIND);
	fields_add_first(&r->error_fields, FIELD_KIND);
	fields_of_tick(&r->tick_fields, config->wants_detail);
	fields_of_refusal(&r->refused_fields);
}

struct render *render_new(const struct render_config *config, struct buf *out,
			  struct err *err)
{
	struct render *r = err_calloc(sizeof *r, err);

	require(config->format != FORMAT_AUTO);
	if (!r)
		return NULL;
	r->format = config->is_stream && config->format == FORMAT_TABLE
			    ? &render_lines
			    : formats[config->format];
	r->out = out;
	r->record_total = config->record_total;
	r->name = config->format;
	r->style = config->style;
	r->fields = config->fields;
	set_stream_shapes(r, config);
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
