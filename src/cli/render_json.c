/* SPDX-License-Identifier: MIT */
/* json: one array, a record on each line, so that the text can be cut by line
 * tools too. Each record ends its line at once: what else is written to the
 * same terminal or log stands on lines of its own.
 * ndjson: the same objects, nothing around them. */
#include "cli/render.h"

#include <string.h>

#include "cli/render_format.h"
#include "net/json_write.h"

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

static void put_escaped(struct buf *out, const struct field_row *row,
			const struct value *v)
{
	struct json_writer w;

	buf_append(out, row->key, row->key_len);
	json_writer_init(&w, out);
	if (v->type == VALUE_TEXT)
		json_put_string(&w, v->text);
	else
		json_put_raw(&w, v->text);
}

/* What needs no escape goes out in one piece with its key. */
static void put_plain(struct buf *out, const struct field_row *row,
		      const struct value *v)
{
	size_t quotes = v->type == VALUE_WORD ? 2 : 0;
	char *at = buf_extend(out, row->key_len + v->len + quotes);

	if (!at)
		return;
	memcpy(at, row->key, row->key_len);
	at += row->key_len;
	if (quotes > 0) {
		at[0] = at[v->len + 1] = '"';
		at++;
	}
	memcpy(at, v->text, v->len);
}

/* The comma that the first key brings becomes the brace. */
static void put_object(struct render *r, const struct record *record)
{
	const struct field_set *set = shape_of(r, record);
	render_get_fn *get = render_getter(record);
	size_t begin = r->out->len;
	struct value v;

	for (size_t i = 0; i < set->count; i++) {
		const struct field_row *row = &field_table[set->field[i]];

		get(record, (enum field)set->field[i], &v);
		if (v.type == VALUE_TEXT || v.type == VALUE_JSON)
			put_escaped(r->out, row, &v);
		else
			put_plain(r->out, row, &v);
	}
	if (r->out->len > begin)
		r->out->data[begin] = '{';
	buf_putc(r->out, '}');
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
