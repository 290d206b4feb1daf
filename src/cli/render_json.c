/* SPDX-License-Identifier: MIT */
/* json: one array, a record on each line, so that the text can be cut by line
 * tools too. Each record ends its line at once: what else is written to the
 * same terminal or log stands on lines of its own.
 * ndjson: the same objects, nothing around them. */
#include "cli/render.h"

#include "cli/render_format.h"
#include "net/json_write.h"

static void put_value(struct json_writer *w, const struct value *v)
{
	switch (v->type) {
	case VALUE_NULL:
		json_put_null(w);
		break;
	case VALUE_TEXT:
		json_put_string(w, v->text);
		break;
	case VALUE_NUMBER:
		json_put_decimal(w, v->text);
		break;
	case VALUE_BOOL:
	case VALUE_JSON:
		json_put_raw(w, v->text);
		break;
	}
}

static const struct field_set *shape_of(const struct render *r,
					const struct record *record)
{
	if (record->tick)
		return &r->tick_fields;
	if (record->refusal)
		return &r->refused_fields;
	if (record_is_stale(record))
		return &r->all_fields; /* the quote, and the error */
	if (!record_has_failed(record))
		return &r->quote_fields;
	return record_err_kind(record) == ERR_NO_TRADE ? &r->all_fields
						       : &r->error_fields;
}

static void put_object(struct render *r, const struct record *record)
{
	const struct field_set *set = shape_of(r, record);
	struct json_writer w;
	struct value v;

	json_writer_init(&w, r->out);
	json_begin_object(&w);
	for (size_t i = 0; i < set->count; i++) {
		const struct field_row *row = &field_table[set->field[i]];

		json_put_key(&w, row->key, row->key_len);
		render_get_value(record, set->field[i], &v);
		put_value(&w, &v);
	}
	json_end_object(&w);
}

static void json_begin(struct render *r)
{
	buf_puts(r->out, "[\n");
}

static int json_record(struct render *r, const struct record *record,
		       struct err *err)
{
	(void)err;
	if (r->record_total == 0 && r->record_count > 0)
		buf_putc(r->out, ',');
	put_object(r, record);
	buf_puts(r->out, r->record_count + 1 < r->record_total ? ",\n" : "\n");
	return 0;
}

static int json_end(struct render *r, struct err *err)
{
	(void)err;
	buf_puts(r->out, "]\n");
	return 0;
}

static int ndjson_record(struct render *r, const struct record *record,
			 struct err *err)
{
	(void)err;
	put_object(r, record);
	buf_putc(r->out, '\n');
	return 0;
}

const struct render_format render_json = {
	.begin = json_begin,
	.record = json_record,
	.end = json_end,
};

const struct render_format render_ndjson = {
	.record = ndjson_record,
};
