/* SPDX-License-Identifier: MIT */
/* json: one array, a record on each line, so that the text can be cut by line
 * tools too. Each record ends its line at once: what else is written to the
 * same terminal or log stands on lines of its own.
 * ndjson: the same objects, nothing around them. */
#include "cli/render.h"

#include <string.h>

#include "base/decimal.h"
#include "cli/render_format.h"
#include "model/tick.h"
#include "net/json_write.h"

enum {
	SHORT_BYTES = DECIMAL_BYTES,
	FIELD_MAX_BYTES = FIELD_KEY_BYTES + SHORT_BYTES + 2
};

static const struct field_set *shape_of(const struct render *r,
					const struct record *record)
{
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

/* Copied with what stands behind it: the compiler knows the length of that. */
static char *put_key(char *at, const struct field_row *row)
{
	memcpy(at, row->key, FIELD_KEY_BYTES);
	return at + row->key_len;
}

/* What needs no escape. */
static char *put_value(char *at, const struct value *v)
{
	bool is_word = v->type == VALUE_WORD;

	if (is_word)
		*at++ = '"';
	memcpy(at, v->text, v->len);
	at += v->len;
	if (is_word)
		*at++ = '"';
	return at;
}

static void put_plain(struct buf *out, const struct field_row *row,
		      const struct value *v)
{
	char *begin = buf_room(out, FIELD_KEY_BYTES + v->len + 2);

	if (begin)
		buf_added(out,
			  (size_t)(put_value(put_key(begin, row), v) - begin));
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

/* ---- a trade ---- */

static char *put_number(char *at, const struct tick *t, enum tick_number n)
{
	const char *text = tick_number(t, n);
	size_t len = t->len[n];

	if (!text)
		return (char *)memcpy(at, "null", sizeof "null") + 4;
	if (len <= TICK_PAD_BYTES)
		memcpy(at, text, TICK_PAD_BYTES);
	else
		memcpy(at, text, len);
	return at + len;
}

/* The same object of what comes a hundred thousand times a second: all its values
 * are short and need no escape, so one look for room is enough. */
static void put_tick(struct render *r, const struct record *record)
{
	const struct field_set *set = &r->tick_fields;
	char *begin = buf_room(r->out, set->count * FIELD_MAX_BYTES);
	char *at = begin;
	struct value v;

	if (!at)
		return;
	for (size_t i = 0; i < set->count; i++) {
		enum field f = (enum field)set->field[i];
		int number = render_tick_numbers[f];

		at = put_key(at, &field_table[f]);
		if (number) {
			at = put_number(at, record->tick,
					(enum tick_number)(number - 1));
			continue;
		}
		render_get_tick_value(record, f, &v);
		require(v.type != VALUE_TEXT && v.len <= SHORT_BYTES);
		at = put_value(at, &v);
	}
	*begin = '{';
	*at++ = '}';
	buf_added(r->out, (size_t)(at - begin));
}

/* ---- the formats ---- */

static void put_record(struct render *r, const struct record *record)
{
	if (record->tick)
		put_tick(r, record);
	else
		put_object(r, record);
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
	put_record(r, record);
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
	put_record(r, record);
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
