/* SPDX-License-Identifier: MIT */
/* table: for people. Rows are kept until the end, as the widths of columns are
 * known only then: one growing buffer of cells, a handful of allocations for a
 * million rows. Failures are listed beneath (render_failures.h).
 *
 * lines: the table of a stream that is no terminal's: each record is a line at
 * once, in columns of fixed width. */
#include "cli/render.h"

#include <stdlib.h>

#include "cli/render_failures.h"
#include "cli/render_format.h"
#include "cli/table_page.h"

struct table {
	struct table_page page;
	struct failure_groups failures;
};

static int open_page(struct render *r, const struct field_set *columns,
		     struct err *err)
{
	struct table *t = calloc(1, sizeof *t);

	if (!t)
		return err_no_memory(err);
	failure_groups_init(&t->failures);
	table_page_init(&t->page, columns, &r->style);
	r->table = t;
	return 0;
}

static int table_open(struct render *r, struct err *err)
{
	struct field_set columns = r->fields;

	fields_for_people(&columns);
	return open_page(r, &columns, err);
}

static void table_close(struct render *r)
{
	if (!r->table)
		return;
	table_page_release(&r->table->page);
	failure_groups_release(&r->table->failures);
	free(r->table);
}

static int table_record(struct render *r, const struct record *record,
			struct err *err)
{
	struct table *t = r->table;

	if ((record_has_failed(record) || record_is_stale(record)) &&
	    failure_groups_add(&t->failures, record, err) < 0)
		return -1;
	if (record_has_failed(record))
		return 0;
	table_page_add_record(&t->page, record);
	if (buf_check(&t->page.cells, ERR_SYSTEM, err) < 0)
		return err_wrap(err,
				"cannot keep the table (try --format ndjson)");
	return 0;
}

static int table_end(struct render *r, struct err *err)
{
	struct table *t = r->table;
	bool has_rows = t->page.row_count > 0;

	(void)err;
	table_page_fit(&t->page);
	if (has_rows && !r->style.hides_header)
		table_page_put_header(&t->page, r->out);
	table_page_put_rows(&t->page, r->out);
	if (has_rows)
		table_page_put_hidden(&t->page, r->out);
	if (has_rows && t->failures.count)
		buf_putc(r->out, '\n');
	failure_groups_put(&t->failures, r->style.has_color, "  ", r->out);
	return 0;
}

const struct render_format render_table = {
	.open = table_open,
	.close = table_close,
	.record = table_record,
	.end = table_end,
};

/* ---- lines ---- */

static int lines_open(struct render *r, struct err *err)
{
	if (open_page(r, &r->fields, err) < 0)
		return -1;
	table_page_fix_widths(&r->table->page);
	return 0;
}

static void lines_begin(struct render *r)
{
	if (!r->style.hides_header)
		table_page_put_header(&r->table->page, r->out);
}

static int lines_record(struct render *r, const struct record *record,
			struct err *err)
{
	struct table_page *page = &r->table->page;

	table_page_add_record(page, record);
	if (buf_check(&page->cells, ERR_SYSTEM, err) < 0)
		return -1;
	table_page_put_rows(page, r->out);
	table_page_clear(page);
	table_page_fix_widths(page);
	return 0;
}

const struct render_format render_lines = {
	.open = lines_open,
	.close = table_close,
	.begin = lines_begin,
	.record = lines_record,
};
