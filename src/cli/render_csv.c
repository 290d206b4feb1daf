/* SPDX-License-Identifier: MIT */
/* csv: RFC 4180 but for the line end, which is LF: every reader of CSV takes
 * it, and cut, sort and awk would take a CR for a part of the last field.
 * csv-excel: for a double click: a BOM, or Excel reads UTF-8 as the local code
 * page; CR LF; and text that would be read as a number, a date or a formula is
 * a formula of itself (="005930"), or it would lose its zeros, or be run.
 * tsv: text/tab-separated-values.
 *
 * Every record has every column: what it does not have is empty. */

#include <string.h>

#include "base/buf.h"
#include "cli/csv_text.h"
#include "cli/render_format.h"

enum {
	FORMULA_TEXT_MAX = 255, /* a text in a formula of Excel's */
	FORMULA_MAX_BYTES = 4096
};

/* "005930", "1E5", "3/4", "-": what a spreadsheet makes something else of. */
static bool is_taken_for_other(const char *text)
{
	if (*text == '\0')
		return false;
	return strchr("=+-@\t\r", *text) ||
	       text[strspn(text, "0123456789.,:/eE+- ")] == '\0';
}

static void put_formula(struct render *r, const char *text)
{
	struct buf quoted;

	/* Quotes within the text, within the formula, within the cell. */
	buf_init(&quoted, FORMULA_MAX_BYTES);
	csv_put_text(&quoted, text, false);
	buf_puts(r->out, "\"=\"\"");
	csv_put_text(r->out, buf_text(&quoted), false);
	buf_puts(r->out, "\"\"\"");
	buf_release(&quoted);
}

static void put_cell(struct render *r, const struct value *v)
{
	const char *text = v->type == VALUE_NULL ? "" : v->text;

	if (r->name == FORMAT_CSV_EXCEL && v->type == VALUE_TEXT &&
	    is_taken_for_other(text) && strlen(text) <= FORMULA_TEXT_MAX)
		put_formula(r, text);
	/* A line of one empty cell would be no record at all. */
	else if (*text == '\0' && r->fields.count == 1 && r->name != FORMAT_TSV)
		buf_puts(r->out, "\"\"");
	else
		csv_put_cell(r->out, text, r->name == FORMAT_TSV);
}

static void put_separator(struct render *r, size_t column)
{
	if (column + 1 < r->fields.count)
		buf_putc(r->out, r->name == FORMAT_TSV ? '\t' : ',');
	else
		buf_puts(r->out, r->name == FORMAT_CSV_EXCEL ? "\r\n" : "\n");
}

static void begin(struct render *r)
{
	if (r->name == FORMAT_CSV_EXCEL)
		buf_puts(r->out, "\xef\xbb\xbf");
	if (r->style.hides_header)
		return;
	for (size_t i = 0; i < r->fields.count; i++) {
		buf_puts(r->out, field_name(r->fields.field[i]));
		put_separator(r, i);
	}
}

static int put_record(struct render *r, const struct record *record,
		      struct err *err)
{
	render_get_fn *get = render_getter(record);
	struct value v;

	(void)err;
	for (size_t i = 0; i < r->fields.count; i++) {
		get(record, r->fields.field[i], &v);
		put_cell(r, &v);
		put_separator(r, i);
	}
	return 0;
}

const struct render_format render_csv = {
	.begin = begin,
	.record = put_record,
};
