/* SPDX-License-Identifier: MIT */
/* table_page.h: rows of cells, laid out for people.
 * Layer cli; uses base, model, fields, render_format.
 *
 * A row is kept as its cells' texts, one behind the other: a byte of width, the
 * text, a NUL. Columns are as wide as their widest cell; where the terminal is
 * too narrow, the least wanted go. */
#ifndef CLI_TABLE_PAGE_H
#define CLI_TABLE_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "cli/fields.h"
#include "cli/style.h"

struct record;

struct table_page {
	struct style style;
	bool is_live; /* times are without date and zone, and chosen columns go
			 too where there is no room */
	struct field_set columns;
	int width[FIELD_COUNT];      /* by column */
	bool is_hidden[FIELD_COUNT]; /* by column */
	size_t last;                 /* column that is shown */
	struct buf cells;            /* of all rows */
	size_t row_count;
};

void table_page_init(struct table_page *p, const struct field_set *columns,
		     const struct style *style);
void table_page_release(struct table_page *p);

/* No rows again. */
void table_page_clear(struct table_page *p);

/* Appends the cells of a record to a buffer, which may be no page's. */
void table_page_make_row(const struct table_page *p,
			 const struct record *record, struct buf *cells);

/* Appends a row made so, or a record's, to the page. */
void table_page_add_row(struct table_page *p, const char *cells);
void table_page_add_record(struct table_page *p, const struct record *record);

/* Columns that do not hang on what comes later, for rows that are printed one by
 * one. */
void table_page_fix_widths(struct table_page *p);

/* Takes out columns until the rest fits. Call it when all rows are there. */
void table_page_fit(struct table_page *p);

/* Append to out: the titles; all rows; what there was no room for. */
void table_page_put_header(const struct table_page *p, struct buf *out);
void table_page_put_rows(const struct table_page *p, struct buf *out);
void table_page_put_hidden(const struct table_page *p, struct buf *out);

#endif
