/* SPDX-License-Identifier: MIT */
#include "cli/live_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/symbol_list.h"
#include "model/record.h"
#include "model/symbol.h"
#include "model/tick.h"

enum { ROW_MAX_BYTES = 64 * 1024, HEIGHT_MIN = 3 };

struct live_row {
	struct symbol symbol;
	char *cells; /* owned */
	size_t size; /* of cells */
};

struct live_table {
	struct table_page page;
	struct live_row *row; /* owned */
	size_t count, cap;
	size_t found;      /* the row found last: the next is often behind it */
	int drawn;         /* lines that stand above the cursor */
	int columns, rows; /* of the terminal, when it was drawn */
	bool has_changed;
};

static int set_cells(struct live_table *t, struct live_row *row,
		     const struct record *record, struct err *err)
{
	struct buf cells;
	int rc = -1;

	buf_init(&cells, ROW_MAX_BYTES);
	table_page_make_row(&t->page, record, &cells);
	if (buf_check(&cells, ERR_SYSTEM, err) < 0)
		goto out;
	if (cells.len > row->size) {
		char *bigger = realloc(row->cells, cells.len);

		if (!bigger) {
			err_no_memory(err);
			goto out;
		}
		row->cells = bigger;
		row->size = cells.len;
	}
	memcpy(row->cells, buf_text(&cells), cells.len);
	t->has_changed = true;
	rc = 0;
out:
	buf_release(&cells);
	return rc;
}

static struct live_row *add_row(struct live_table *t, const char *code,
				enum market market, struct err *err)
{
	struct live_row *row =
		err_grow(t->row, t->count, &t->cap, sizeof *row, err);

	if (!row)
		return NULL;
	t->row = row;
	row += t->count++;
	*row = (struct live_row){ .cells = NULL };
	row->symbol.market = (uint8_t)market;
	snprintf(row->symbol.code, sizeof row->symbol.code, "%s", code);
	return row;
}

/* Of which nothing is known yet. */
static int add_blank(struct live_table *t, const struct symbol *s,
		     struct err *err)
{
	enum market market = s->market;
	struct tick tick;
	struct record record = { .kind = RECORD_TICK,
				 .symbol = s->code,
				 .input = s->code,
				 .market = market,
				 .tick = &tick };
	struct live_row *row = add_row(t, s->code, market, err);

	tick_init(&tick);
	return row ? set_cells(t, row, &record, err) : -1;
}

struct live_table *live_table_new(const struct field_set *columns,
				  const struct style *style,
				  const struct symbol_list *list,
				  struct err *err)
{
	struct live_table *t = err_calloc(sizeof *t, err);

	if (!t)
		return NULL;
	table_page_init(&t->page, columns, style);
	t->page.is_live = true;
	for (uint32_t i = 0; i < symbol_list_count(list); i++)
		if (symbol_list_is_first(list, i) &&
		    add_blank(t, symbol_list_at(list, i), err) < 0) {
			live_table_free(t);
			return NULL;
		}
	return t;
}

void live_table_free(struct live_table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->count; i++)
		free(t->row[i].cells);
	free(t->row);
	table_page_release(&t->page);
	free(t);
}

static struct live_row *find_row(struct live_table *t,
				 const struct record *record)
{
	for (size_t k = 0; k < t->count; k++) {
		size_t i = (t->found + k) % t->count;
		struct live_row *row = &t->row[i];

		if (row->symbol.market == record->market &&
		    strcmp(row->symbol.code, record->symbol) == 0) {
			t->found = i;
			return row;
		}
	}
	return NULL;
}

int live_table_take(struct live_table *t, const struct record *record,
		    struct err *err)
{
	struct live_row *row = find_row(t, record);

	if (!row)
		row = add_row(t, record->symbol, record->market, err);
	return row ? set_cells(t, row, record, err) : -1;
}

/* ---- drawing ---- */

static bool is_resized(const struct live_table *t, int columns, int rows)
{
	return t->drawn > 0 && (t->columns != columns || t->rows != rows);
}

bool live_table_is_due(const struct live_table *t, int columns, int rows)
{
	return t->has_changed || is_resized(t, columns, rows);
}

void live_table_erase(struct live_table *t, struct buf *out)
{
	if (t->drawn > 0)
		buf_printf(out, "\r\033[%dA\033[J", t->drawn);
	live_table_forget(t);
}

void live_table_forget(struct live_table *t)
{
	t->drawn = 0;
	t->has_changed = true;
}

/* Appends lines, each of which first erases the one that stands there. */
static void put_lines(struct live_table *t, const char *line, struct buf *out)
{
	while (*line) {
		size_t len = strcspn(line, "\n") + 1;

		buf_puts(out, "\033[K");
		buf_append(out, line, len);
		line += len;
		t->drawn++;
	}
}

static void lay_out(struct live_table *t, size_t shown, struct buf *page)
{
	table_page_clear(&t->page);
	for (size_t i = 0; i < shown; i++)
		table_page_add_row(&t->page, t->row[i].cells);
	table_page_fit(&t->page);
	if (!t->page.style.hides_header)
		table_page_put_header(&t->page, page);
	table_page_put_rows(&t->page, page);
	if (shown < t->count)
		buf_printf(page, "... %zu more\n", t->count - shown);
}

int live_table_draw(struct live_table *t, int columns, int rows,
		    struct buf *out, struct err *err)
{
	/* The cursor stands below the last line. */
	size_t room = rows > HEIGHT_MIN ? (size_t)rows - 1 : HEIGHT_MIN - 1;
	size_t header = !t->page.style.hides_header;
	size_t shown = t->count;
	struct buf page;
	int rc;

	if (header + shown > room)
		shown = room - header - (room > header + 1);
	/* A terminal that was resized has moved its lines about. */
	if (is_resized(t, columns, rows))
		buf_puts(out, "\033[H\033[2J");
	else if (t->drawn > 0)
		buf_printf(out, "\r\033[%dA", t->drawn);
	t->drawn = 0;
	t->columns = columns;
	t->rows = rows;
	t->has_changed = false;
	t->page.style.columns = columns;
	buf_init(&page, (size_t)1 << 24);
	lay_out(t, shown, &page);
	rc = buf_check(&page, ERR_SYSTEM, err) < 0 ||
			     buf_check(&t->page.cells, ERR_SYSTEM, err) < 0
		     ? -1
		     : 0;
	if (rc == 0)
		put_lines(t, buf_text(&page), out);
	buf_puts(out, "\033[J");
	buf_release(&page);
	return rc;
}
