/* SPDX-License-Identifier: MIT */
#include "cli/table_page.h"

#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "base/utf8.h"
#include "cli/render_format.h"

enum {
	TABLE_MAX_BYTES = 1 << 29,
	NAME_COLUMNS = 24, /* twelve Hangul: few names are longer */
	TEXT_COLUMNS = 40,
	NUMBER_COLUMNS = 11, /* of fixed width: "274,500.00" */
	AMOUNT_COLUMNS = 15, /* "123,456,789,012" */
	WORD_COLUMNS = 6
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
	FIELD_TOTAL_BID_SIZE,
	FIELD_TOTAL_ASK_SIZE,
	FIELD_STRENGTH,
	FIELD_VWAP,
	QUOTE_BPS,
	QUOTE_EPS,
	QUOTE_PBR,
	QUOTE_PER,
	QUOTE_WEEK52_LOW,
	QUOTE_WEEK52_HIGH,
	QUOTE_MARKET_CAP,
	FIELD_EXCHANGE,
	FIELD_CURRENCY,
	QUOTE_ASK,
	QUOTE_BID,
	FIELD_SIDE,
	FIELD_ERROR_TYPE,
	QUOTE_VOLUME,
	FIELD_SIZE,
	QUOTE_CHANGE,
	FIELD_TRADE_TIME,
	FIELD_FETCHED_AT,
	FIELD_NAME,
	QUOTE_CHANGE_PERCENT,
};

void table_page_init(struct table_page *p, const struct field_set *columns,
		     const struct style *style)
{
	*p = (struct table_page){ .style = *style, .columns = *columns };
	buf_init(&p->cells, TABLE_MAX_BYTES);
	table_page_clear(p);
}

void table_page_release(struct table_page *p)
{
	buf_release(&p->cells);
}

void table_page_clear(struct table_page *p)
{
	buf_clear(&p->cells);
	p->row_count = 0;
	for (size_t i = 0; i < p->columns.count; i++) {
		const char *title = field_table[p->columns.field[i]].title;

		p->width[i] = p->style.hides_header ? 0 : (int)strlen(title);
		p->is_hidden[i] = false;
	}
	p->last = p->columns.count - 1;
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

static bool is_time(enum field f)
{
	return f == FIELD_TRADE_TIME || f == FIELD_FETCHED_AT ||
	       f == FIELD_RECEIVED_AT;
}

static void put_value(const struct table_page *p, enum field f,
		      const struct value *v, struct buf *cells)
{
	char text[4 * TEXT_COLUMNS + 1] = "-";
	int width = 1;

	_Static_assert(sizeof text >= 2 * DECIMAL_BYTES, "a number must fit");
	if (v->type == VALUE_NUMBER)
		width = group_digits(v->text, text);
	else if (v->type != VALUE_NULL && is_time(f) && p->is_live)
		width = snprintf(text, sizeof text, "%.8s",
				 v->text + sizeof "2026-11-21T" - 1);
	else if (v->type != VALUE_NULL)
		width = utf8_copy_printable(
			v->text, strlen(v->text), text, sizeof text,
			f == FIELD_NAME ? NAME_COLUMNS : TEXT_COLUMNS);
	buf_putc(cells, (char)width);
	buf_append(cells, text, strlen(text) + 1);
}

static void widen(struct table_page *p, size_t column, int width)
{
	if (width > p->width[column])
		p->width[column] = width;
}

void table_page_make_row(const struct table_page *p,
			 const struct record *record, struct buf *cells)
{
	render_get_fn *get = render_getter(record);
	struct value v;

	for (size_t i = 0; i < p->columns.count; i++) {
		enum field f = p->columns.field[i];

		get(record, f, &v);
		if (f == FIELD_CHECK)
			value_set_verdict(&v, record);
		put_value(p, f, &v, cells);
	}
}

/* The row that begins there makes its columns as wide as it is. Returns its
 * end. */
static const char *take_row(struct table_page *p, const char *cells)
{
	for (size_t i = 0; i < p->columns.count; i++) {
		widen(p, i, (unsigned char)*cells);
		cells += strlen(cells + 1) + 2;
	}
	p->row_count++;
	return cells;
}

void table_page_add_record(struct table_page *p, const struct record *record)
{
	size_t start = p->cells.len;

	table_page_make_row(p, record, &p->cells);
	if (!p->cells.is_over && !p->cells.is_exhausted)
		take_row(p, buf_text(&p->cells) + start);
}

void table_page_add_row(struct table_page *p, const char *cells)
{
	buf_append(&p->cells, cells, (size_t)(take_row(p, cells) - cells));
}

/* ---- columns ---- */

static int fixed_width(unsigned char f)
{
	switch (f) {
	case FIELD_TRADE_TIME:
	case FIELD_FETCHED_AT:
	case FIELD_RECEIVED_AT:
		return (int)sizeof "2026-11-21T09:00:00+09:00" - 1;
	case QUOTE_VOLUME:
	case QUOTE_TURNOVER:
		return AMOUNT_COLUMNS;
	default:
		return field_is_numeric(f) ? NUMBER_COLUMNS : WORD_COLUMNS;
	}
}

void table_page_fix_widths(struct table_page *p)
{
	for (size_t i = 0; i < p->columns.count; i++)
		widen(p, i, fixed_width(p->columns.field[i]));
}

static int total_width(const struct table_page *p)
{
	int total = 0;

	for (size_t i = 0; i < p->columns.count; i++)
		total += p->is_hidden[i] ? 0 : p->width[i] + 2;
	return total - 2; /* none after the last */
}

static void hide(struct table_page *p, unsigned char f)
{
	for (size_t i = 0; i < p->columns.count; i++)
		if (p->columns.field[i] == f)
			p->is_hidden[i] = true;
}

static bool is_too_wide(const struct table_page *p)
{
	return p->style.columns > 0 && total_width(p) > p->style.columns;
}

/* What was chosen stays, however wide, but where a line too long would spoil
 * the page. */
void table_page_fit(struct table_page *p)
{
	size_t i;

	for (i = 0; i < sizeof least_wanted; i++) {
		if (p->columns.is_chosen || !is_too_wide(p))
			break;
		hide(p, least_wanted[i]);
	}
	for (i = p->columns.count; p->is_live && i-- > 1;)
		if (is_too_wide(p))
			p->is_hidden[i] = true;
	for (i = 0; i < p->columns.count; i++)
		if (!p->is_hidden[i])
			p->last = i;
}

/* ---- the page ---- */

/* The colour of a change, or NULL. */
static const char *color_of(const struct table_page *p, unsigned char f,
			    const char *text)
{
	if (f != QUOTE_CHANGE && f != QUOTE_CHANGE_PERCENT)
		return NULL;
	if (!strpbrk(text, "123456789"))
		return NULL; /* zero, or absent */
	return colors[p->style.is_korean][*text == '-'];
}

static void put_cell(const struct table_page *p, size_t column,
		     const char *text, int width, const char *color,
		     struct buf *out)
{
	enum field f = p->columns.field[column];
	bool is_last = column == p->last;
	size_t pad = width < p->width[column]
			     ? (size_t)(p->width[column] - width)
			     : 0;

	if (p->is_hidden[column])
		return;
	if (field_is_numeric(f))
		buf_fill(out, ' ', pad);
	if (color && p->style.has_color)
		buf_puts(out, color);
	buf_puts(out, text);
	if (color && p->style.has_color)
		buf_puts(out, COLOR_OFF);
	if (!field_is_numeric(f) && !is_last)
		buf_fill(out, ' ', pad);
	buf_puts(out, is_last ? "\n" : "  ");
}

void table_page_put_header(const struct table_page *p, struct buf *out)
{
	for (size_t i = 0; i < p->columns.count; i++) {
		const char *title = field_table[p->columns.field[i]].title;

		put_cell(p, i, title, (int)strlen(title), COLOR_BOLD, out);
	}
}

void table_page_put_rows(const struct table_page *p, struct buf *out)
{
	const char *cell = buf_text(&p->cells);

	for (size_t i = 0; i < p->row_count * p->columns.count; i++) {
		size_t column = i % p->columns.count;
		int width = (unsigned char)*cell++;

		put_cell(p, column, cell, width,
			 color_of(p, p->columns.field[column], cell), out);
		cell += strlen(cell) + 1;
	}
}

/* Appends mark and word; the word on a line of its own where it is too long for
 * the one that began at *line. */
static void put_word(const struct table_page *p, const char *mark,
		     const char *word, size_t *line, struct buf *out)
{
	size_t len = out->len - *line + strlen(mark) + strlen(word) + 2;
	bool wraps = p->style.columns > 0 && len > (size_t)p->style.columns;

	buf_printf(out, "%s%s", mark, wraps ? "\n  " : " ");
	if (wraps)
		*line = out->len - 2;
	buf_puts(out, word);
}

void table_page_put_hidden(const struct table_page *p, struct buf *out)
{
	const char *mark = "no room for";
	size_t line = out->len;

	for (size_t i = 0; i < p->columns.count; i++) {
		if (!p->is_hidden[i])
			continue;
		put_word(p, mark, field_name(p->columns.field[i]), &line, out);
		mark = ",";
	}
	if (*mark != ',')
		return;
	put_word(p, ":", "see --fields", &line, out);
	buf_putc(out, '\n');
}
