/* SPDX-License-Identifier: MIT */
/* table: for people. Rows are kept until the end, as the widths of columns are
 * known only then: one growing buffer of cells, a handful of allocations for a
 * million rows. Failures are listed beneath (render_failures.h). */
#include "cli/render.h"

#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/utf8.h"
#include "cli/render_failures.h"
#include "cli/render_format.h"

enum {
	TABLE_MAX_BYTES = 1 << 29,
	NAME_COLUMNS = 24, /* twelve Hangul: few names are longer */
	TEXT_COLUMNS = 40
};

/* Two habits: most of the world's, and that of Korean newspapers. Blue in its
 * bright kind, for the other is hard to read on black. The sign is there in any
 * case. */
static const char *const colors[2][2] = {
	{ "\033[32m", "\033[31m" }, /* up, down */
	{ "\033[31m", "\033[94m" },
};
#define COLOR_BOLD "\033[1m"
#define COLOR_OFF "\033[0m"

/* What goes first where the terminal is too narrow. */
static const unsigned char least_wanted[] = {
	QUOTE_BPS,
	QUOTE_EPS,
	QUOTE_PBR,
	QUOTE_PER,
	QUOTE_WEEK52_LOW,
	QUOTE_WEEK52_HIGH,
	QUOTE_MARKET_CAP,
	FIELD_EXCHANGE,
	FIELD_CURRENCY,
	QUOTE_VOLUME,
	QUOTE_CHANGE,
	FIELD_NAME,
	QUOTE_CHANGE_PERCENT,
};

struct table {
	struct field_set columns;
	int width[FIELD_COUNT];      /* by column */
	bool is_hidden[FIELD_COUNT]; /* by column */
	size_t last;                 /* column that is shown */
	struct buf cells; /* for each: a byte of width, the text, a NUL */
	size_t row_count;
	struct failure_groups failures;
};

static int table_open(struct render *r, struct err *err)
{
	struct table *t = calloc(1, sizeof *t);

	if (!t)
		return err_no_memory(err);
	buf_init(&t->cells, TABLE_MAX_BYTES);
	failure_groups_init(&t->failures);
	t->columns = r->fields;
	fields_for_people(&t->columns);
	for (size_t i = 0; !r->hides_header && i < t->columns.count; i++)
		t->width[i] =
			(int)strlen(field_table[t->columns.field[i]].title);
	r->table = t;
	return 0;
}

static void table_close(struct render *r)
{
	if (!r->table)
		return;
	buf_release(&r->table->cells);
	failure_groups_release(&r->table->failures);
	free(r->table);
}

/* ---- rows ---- */

/* "-1234567.80" to "-1,234,567.80". */
static int group_digits(const char *d, char out[2 * DECIMAL_BYTES])
{
	char *start = out;
	size_t digits;

	require(strlen(d) < DECIMAL_BYTES);
	if (*d == '-')
		*out++ = *d++;
	digits = strspn(d, "0123456789");
	while (digits > 0) {
		*out++ = *d++;
		if (--digits > 0 && digits % 3 == 0)
			*out++ = ',';
	}
	memcpy(out, d, strlen(d) + 1);
	return (int)(out - start) + (int)strlen(out);
}

static void add_cell(struct table *t, size_t column, const struct value *v)
{
	bool is_name = t->columns.field[column] == FIELD_NAME;
	char text[4 * TEXT_COLUMNS + 1] = "-";
	int width = 1;

	_Static_assert(sizeof text >= 2 * DECIMAL_BYTES, "a number must fit");
	if (v->type == VALUE_NUMBER)
		width = group_digits(v->text, text);
	else if (v->type != VALUE_NULL)
		width = utf8_copy_printable(
			v->text, strlen(v->text), text, sizeof text,
			is_name ? NAME_COLUMNS : TEXT_COLUMNS);
	if (width > t->width[column])
		t->width[column] = width;
	buf_putc(&t->cells, (char)width);
	buf_append(&t->cells, text, strlen(text) + 1);
}

static int add_row(struct table *t, const struct record *record,
		   struct err *err)
{
	struct value v;

	for (size_t i = 0; i < t->columns.count; i++) {
		render_get_value(record, t->columns.field[i], &v);
		add_cell(t, i, &v);
	}
	t->row_count++;
	if (buf_check(&t->cells, ERR_SYSTEM, err) < 0)
		return err_wrap(err,
				"cannot keep the table (try --format ndjson)");
	return 0;
}

static int table_record(struct render *r, const struct record *record,
			struct err *err)
{
	if (record->outcome->has_quote)
		return add_row(r->table, record, err);
	return failure_groups_add(&r->table->failures, record, err);
}

/* ---- the page ---- */

static void put_blanks(struct buf *out, int count)
{
	while (count-- > 0)
		buf_putc(out, ' ');
}

/* The colour of a change, or NULL. */
static const char *color_of(const struct render *r, unsigned char f,
			    const char *text)
{
	if (f != QUOTE_CHANGE && f != QUOTE_CHANGE_PERCENT)
		return NULL;
	if (!strpbrk(text, "123456789"))
		return NULL; /* zero, or absent */
	return colors[r->is_korean][*text == '-'];
}

static void put_cell(struct render *r, size_t column, const char *text,
		     int width, const char *color)
{
	const struct table *t = r->table;
	enum field f = t->columns.field[column];
	bool is_last = column == t->last;
	int pad = t->width[column] - width;

	if (t->is_hidden[column])
		return;
	if (field_is_numeric(f))
		put_blanks(r->out, pad);
	if (color && r->has_color)
		buf_puts(r->out, color);
	buf_puts(r->out, text);
	if (color && r->has_color)
		buf_puts(r->out, COLOR_OFF);
	if (!field_is_numeric(f) && !is_last)
		put_blanks(r->out, pad);
	buf_puts(r->out, is_last ? "\n" : "  ");
}

static int total_width(const struct table *t)
{
	int total = 0;

	for (size_t i = 0; i < t->columns.count; i++)
		total += t->is_hidden[i] ? 0 : t->width[i] + 2;
	return total - 2; /* none after the last */
}

static void hide(struct table *t, unsigned char f)
{
	for (size_t i = 0; i < t->columns.count; i++)
		if (t->columns.field[i] == f)
			t->is_hidden[i] = true;
}

/* Takes out columns until the rest fits. What was chosen stays, however wide. */
static void fit(struct render *r)
{
	struct table *t = r->table;

	for (size_t i = 0; i < sizeof least_wanted; i++) {
		if (r->columns == 0 || r->fields.is_chosen ||
		    total_width(t) <= r->columns)
			break;
		hide(t, least_wanted[i]);
	}
	for (size_t i = 0; i < t->columns.count; i++)
		if (!t->is_hidden[i])
			t->last = i;
}

/* Under the rows: what there was no room for, and how to see it. */
static void put_hidden(struct render *r)
{
	const struct table *t = r->table;
	const char *join = "no room for ";

	for (size_t i = 0; i < t->columns.count; i++) {
		if (!t->is_hidden[i])
			continue;
		buf_printf(r->out, "%s%s", join,
			   field_name(t->columns.field[i]));
		join = ", ";
	}
	if (*join == ',')
		buf_puts(r->out, ": see --fields\n");
}

static void put_header(struct render *r)
{
	const struct table *t = r->table;

	for (size_t i = 0; i < t->columns.count; i++) {
		const char *title = field_table[t->columns.field[i]].title;

		put_cell(r, i, title, (int)strlen(title), COLOR_BOLD);
	}
}

static void put_rows(struct render *r)
{
	const struct table *t = r->table;
	const char *p = buf_text(&t->cells);

	for (size_t i = 0; i < t->row_count * t->columns.count; i++) {
		size_t column = i % t->columns.count;
		int width = (unsigned char)*p++;

		put_cell(r, column, p, width,
			 color_of(r, t->columns.field[column], p));
		p += strlen(p) + 1;
	}
}

static int table_end(struct render *r, struct err *err)
{
	(void)err;
	fit(r);
	if (r->table->row_count && !r->hides_header)
		put_header(r);
	put_rows(r);
	if (r->table->row_count)
		put_hidden(r);
	if (r->table->row_count && r->table->failures.count)
		buf_putc(r->out, '\n');
	failure_groups_put(&r->table->failures, r->has_color, "  ", r->out);
	return 0;
}

const struct render_format render_table = {
	.open = table_open,
	.close = table_close,
	.record = table_record,
	.end = table_end,
};
