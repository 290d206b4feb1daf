/* SPDX-License-Identifier: MIT */
/* csv: RFC 4180 but for the line end, which is LF: every reader of CSV takes
 * it, and cut, sort and awk would take a CR for a part of the last field.
 * csv-excel: for a double click: a BOM, or Excel reads UTF-8 as the local code
 * page; CR LF; and text that would be read as a number, a date or a formula is
 * a formula of itself (="005930"), or it would lose its zeros, or be run.
 * tsv: text/tab-separated-values, which knows no quotes; a tab or line end
 * within a text becomes a blank.
 *
 * Every record has every column: what it does not have is empty. */
#include "cli/render.h"

#include <string.h>

#include "base/utf8.h"
#include "cli/render_format.h"

enum {
	FORMULA_TEXT_MAX = 255, /* a text in a formula of Excel's */
	FORMULA_MAX_BYTES = 4096
};

/* What stands in the output for the character of *len bytes at p; NULL: the
 * character itself. What a terminal may act on says nothing in a name, and the
 * reader may be a terminal. */
static const char *replacement(const char *p, const char *end, bool is_tabbed,
			       size_t *len)
{
	uint32_t cp;

	*len = utf8_decode(p, (size_t)(end - p), &cp);
	if (*len == 0) {
		*len = 1;
		return "?";
	}
	if (cp == '"')
		return is_tabbed ? NULL : "\"\"";
	if (cp == '\t' || cp == '\n' || cp == '\r')
		return is_tabbed ? " " : NULL;
	return utf8_is_printable(cp) ? NULL : "?";
}

static void put_text(struct buf *out, const char *text, bool is_tabbed)
{
	const char *end = text + strlen(text);
	const char *run = text; /* the start of what goes out unchanged */
	const char *p = text;

	while (p < end) {
		size_t len;
		const char *instead = replacement(p, end, is_tabbed, &len);

		if (instead) {
			buf_append(out, run, (size_t)(p - run));
			buf_puts(out, instead);
			run = p + len;
		}
		p += len;
	}
	buf_append(out, run, (size_t)(end - run));
}

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
	put_text(&quoted, text, false);
	buf_puts(r->out, "\"=\"\"");
	put_text(r->out, buf_text(&quoted), false);
	buf_puts(r->out, "\"\"\"");
	buf_release(&quoted);
}

static void put_cell(struct render *r, const struct value *v)
{
	const char *text = v->type == VALUE_NULL ? "" : v->text;
	bool is_tabbed = r->csv == CSV_TABBED;

	/* A line of one empty cell would be no record at all. */
	bool is_lost = *text == '\0' && r->fields.count == 1;
	bool is_special = text[strcspn(text, ",\"\r\n")] != '\0';
	bool is_quoted = !is_tabbed && (is_lost || is_special);

	if (r->csv == CSV_EXCEL && v->type == VALUE_TEXT &&
	    is_taken_for_other(text) && strlen(text) <= FORMULA_TEXT_MAX) {
		put_formula(r, text);
		return;
	}
	if (is_quoted)
		buf_putc(r->out, '"');
	put_text(r->out, text, is_tabbed);
	if (is_quoted)
		buf_putc(r->out, '"');
}

static void put_separator(struct render *r, size_t column)
{
	if (column + 1 < r->fields.count)
		buf_putc(r->out, r->csv == CSV_TABBED ? '\t' : ',');
	else
		buf_puts(r->out, r->csv == CSV_EXCEL ? "\r\n" : "\n");
}

static void begin(struct render *r)
{
	if (r->csv == CSV_EXCEL)
		buf_puts(r->out, "\xef\xbb\xbf");
	if (r->hides_header)
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
		get(record, (enum field)r->fields.field[i], &v);
		put_cell(r, &v);
		put_separator(r, i);
	}
	return 0;
}

const struct render_format render_csv = {
	.begin = begin,
	.record = put_record,
};
