/* SPDX-License-Identifier: MIT */
/* markdown: a table as GitHub and most others read it, with the columns that
 * the table for terminals has; numbers to the right, failures as a list below.
 * Rows go out as they come. */
#include "cli/render.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "cli/render_failures.h"
#include "cli/render_format.h"

enum { LIST_MAX_BYTES = 1 << 20 };

static int open_markdown(struct render *r, struct err *err)
{
	r->failures = malloc(sizeof *r->failures);
	if (!r->failures)
		return err_no_memory(err);
	failure_groups_init(r->failures);
	fields_for_people(&r->fields);
	return 0;
}

static void close_markdown(struct render *r)
{
	if (!r->failures)
		return;
	failure_groups_release(r->failures);
	free(r->failures);
}

static void begin(struct render *r)
{
	if (r->style.hides_header)
		return;
	for (size_t i = 0; i < r->fields.count; i++)
		buf_printf(r->out, "| %s ",
			   field_table[r->fields.field[i]].title);
	buf_puts(r->out, "|\n");
	for (size_t i = 0; i < r->fields.count; i++)
		buf_puts(r->out, field_is_numeric(r->fields.field[i])
					 ? "| ---: "
					 : "| --- ");
	buf_puts(r->out, "|\n");
}

/* What a reader of Markdown or of HTML would act on is taken at its word. */
static void put_text(struct buf *out, const char *text, size_t size)
{
	const char *end = text + size;

	for (const char *p = text; p < end;) {
		uint32_t cp;
		size_t len = utf8_decode(p, (size_t)(end - p), &cp);

		if (len == 0 || !utf8_is_printable(cp)) {
			buf_putc(out,
				 len > 0 && strchr("\t\n\r", *p) ? ' ' : '?');
			p += len ? len : 1;
			continue;
		}
		if (cp == '&')
			buf_puts(out, "&amp;");
		else if (cp == '<')
			buf_puts(out, "&lt;");
		else if (len == 1 && strchr("\\`*_{}[]()#+!|~$", *p))
			buf_printf(out, "\\%c", *p);
		else
			buf_append(out, p, len);
		p += len;
	}
}

static int put_record(struct render *r, const struct record *record,
		      struct err *err)
{
	render_get_fn *get = render_getter(record);
	struct value v;

	if ((record_has_failed(record) || record_is_stale(record)) &&
	    failure_groups_add(r->failures, record, err) < 0)
		return -1;
	if (record_has_failed(record))
		return 0;
	for (size_t i = 0; i < r->fields.count; i++) {
		get(record, r->fields.field[i], &v);
		if (r->fields.field[i] == FIELD_CHECK)
			value_set_verdict(&v, record);
		buf_puts(r->out, "| ");
		if (v.type == VALUE_NUMBER)
			buf_puts(r->out, v.text);
		else if (v.type != VALUE_NULL)
			put_text(r->out, v.text, strlen(v.text));
		buf_putc(r->out, ' ');
	}
	buf_puts(r->out, "|\n");
	return 0;
}

static int end(struct render *r, struct err *err)
{
	struct buf list;
	const char *line;
	int rc;

	buf_init(&list, LIST_MAX_BYTES);
	failure_groups_put(r->failures, false, "", &list);
	rc = buf_check(&list, ERR_SYSTEM, err);
	for (line = buf_text(&list); rc == 0 && *line != '\0';) {
		size_t len = strcspn(line, "\n");
		bool is_first = line == buf_text(&list);

		buf_puts(r->out, is_first ? "\n" : "- ");
		put_text(r->out, line, len);
		buf_puts(r->out, is_first ? "\n\n" : "\n");
		line += len + 1;
	}
	buf_release(&list);
	return rc;
}

const struct render_format render_markdown = {
	.open = open_markdown,
	.close = close_markdown,
	.begin = begin,
	.record = put_record,
	.end = end,
};
