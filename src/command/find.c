/* SPDX-License-Identifier: MIT */
/* --find: the symbols whose name or code has a text, the best fits first. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/sync.h"
#include "base/utf8.h"
#include "cli/csv_text.h"
#include "cli/options.h"
#include "cli/output.h"
#include "command/command.h"
#include "command/exit_status.h"
#include "command/symbol_names.h"
#include "net/json_write.h"
#include "share/name_book.h"

enum { OUTPUT_MAX_BYTES = 64 << 20 };

struct found {
	struct symbol symbol;
	uint32_t index; /* in the book */
	enum name_match match;
};

struct finding {
	struct name_book *book; /* owned */
	struct found *found;    /* owned */
	size_t count;
};

/* The same symbols together, the better match first, then the first list. */
static int by_symbol(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	int order = memcmp(&x->symbol, &y->symbol, sizeof x->symbol);

	if (order == 0)
		order = (int)x->match - (int)y->match;
	return order ? order : (x->index > y->index) - (x->index < y->index);
}

static int by_match(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	int order = (int)x->match - (int)y->match;

	return order ? order : (x->index > y->index) - (x->index < y->index);
}

/* Two sources may list one symbol. */
static void drop_repeated(struct finding *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->count; i++)
		if (i == 0 ||
		    memcmp(&f->found[i].symbol, &f->found[kept - 1].symbol,
			   sizeof f->found[i].symbol) != 0)
			f->found[kept++] = f->found[i];
	f->count = kept;
}

static int search(struct finding *f, const char *text, struct err *err)
{
	size_t count = name_book_count(f->book);

	f->found = malloc((count + 1) * sizeof *f->found);
	if (!f->found)
		return err_no_memory(err);
	for (size_t i = 0; i < count; i++) {
		enum name_match match = name_book_match(f->book, i, text);

		if (match != NAME_MATCHES)
			f->found[f->count++] = (struct found){
				.symbol = name_book_at(f->book, i).symbol,
				.index = (uint32_t)i,
				.match = match
			};
	}
	qsort(f->found, f->count, sizeof *f->found, by_symbol);
	drop_repeated(f);
	qsort(f->found, f->count, sizeof *f->found, by_match);
	return 0;
}

/* ---- showing it --------------------------------------------------------- */

static const char *const heads[] = { "symbol", "market", "name", "other_name" };

enum { COLUMNS = sizeof heads / sizeof *heads };

static void get_columns(const struct finding *f, size_t i,
			const char *column[COLUMNS], struct name_entry *e)
{
	*e = name_book_at(f->book, f->found[i].index);
	column[0] = e->symbol.code;
	column[1] = market_name(e->symbol.market);
	column[2] = e->name;
	column[3] = e->other;
}

static void put_json(const char *const column[COLUMNS], struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_begin_object(&w);
	for (size_t i = 0; i < COLUMNS; i++)
		json_add_string(&w, heads[i], column[i]);
	json_end_object(&w);
}

static void put_separated(const char *const column[COLUMNS], bool is_csv,
			  struct buf *out)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		if (i > 0)
			buf_putc(out, is_csv ? ',' : '\t');
		csv_put_cell(out, column[i] ? column[i] : "", !is_csv);
	}
	buf_putc(out, '\n');
}

static size_t width_of(const char *text)
{
	size_t len = strlen(text), width = 0;

	while (len > 0) {
		uint32_t cp;
		size_t bytes = utf8_decode(text, len, &cp);

		if (bytes == 0)
			break;
		width += (size_t)utf8_width(cp);
		text += bytes;
		len -= bytes;
	}
	return width;
}

static void put_aligned(const char *const column[COLUMNS],
			const size_t width[COLUMNS], struct buf *out)
{
	size_t last = COLUMNS - 1;

	while (last > 0 && !column[last])
		last--;
	for (size_t i = 0; i <= last; i++) {
		const char *text = column[i] ? column[i] : "";

		buf_puts(out, text);
		if (i < last)
			buf_fill(out, ' ', width[i] - width_of(text) + 2);
	}
	buf_putc(out, '\n');
}

static void put_table(const struct finding *f, bool hides_header,
		      struct buf *out)
{
	size_t width[COLUMNS] = { 0 };
	const char *column[COLUMNS];
	struct name_entry e;

	for (size_t i = 0; i < COLUMNS; i++)
		width[i] = hides_header ? 0 : strlen(heads[i]);
	for (size_t i = 0; i < f->count; i++) {
		get_columns(f, i, column, &e);
		for (size_t k = 0; k < COLUMNS; k++)
			if (column[k] && width_of(column[k]) > width[k])
				width[k] = width_of(column[k]);
	}
	if (!hides_header)
		put_aligned(heads, width, out);
	for (size_t i = 0; i < f->count; i++) {
		get_columns(f, i, column, &e);
		put_aligned(column, width, out);
	}
}

static void put_rows(const struct finding *f, enum format format,
		     const struct options *o, struct buf *out)
{
	bool is_json = format == FORMAT_JSON, is_csv = format == FORMAT_CSV;
	const char *column[COLUMNS];
	struct name_entry e;

	if (is_json)
		buf_puts(out, "[");
	else if (format != FORMAT_NDJSON && !o->hides_header)
		put_separated(heads, is_csv, out);
	for (size_t i = 0; i < f->count; i++) {
		get_columns(f, i, column, &e);
		if (is_json)
			buf_puts(out, i ? ",\n " : "");
		if (is_json || format == FORMAT_NDJSON)
			put_json(column, out);
		else
			put_separated(column, is_csv, out);
		if (format == FORMAT_NDJSON)
			buf_putc(out, '\n');
	}
	if (is_json)
		buf_puts(out, "]\n");
}

static int show(const struct command *c, const struct finding *f,
		struct err *err)
{
	struct output *output =
		output_open(c->options->output, c->stdout_is_closed, err);
	enum format format = c->options->format;
	struct buf text;
	int rc;

	if (!output)
		return -1;
	if (format == FORMAT_AUTO)
		format =
			output_is_terminal(output) ? FORMAT_TABLE : FORMAT_JSON;
	buf_init(&text, OUTPUT_MAX_BYTES);
	switch ((int)format) {
	case FORMAT_JSON:
	case FORMAT_NDJSON:
	case FORMAT_CSV:
	case FORMAT_TSV:
		put_rows(f, format, c->options, &text);
		break;
	default: /* what is a format of prices alone */
		put_table(f, c->options->hides_header, &text);
	}
	rc = buf_check(&text, ERR_SYSTEM, err);
	if (rc == 0)
		rc = output_write(output, &text, c->stop, c->deadline_ns, err);
	buf_release(&text);
	if (rc == 0)
		return output_commit(output, err);
	output_abandon(output);
	return -1;
}

int command_find(const struct command *c)
{
	struct finding f = { .count = 0 };
	struct err err;
	bool is_found;
	int rc;

	f.book = name_book_new(&err);
	rc = f.book ? symbol_names_load(c, true, f.book, &err) : -1;
	if (rc == 0)
		rc = search(&f, c->options->find_text, &err);
	if (rc == 0)
		rc = show(c, &f, &err);
	is_found = f.count > 0;
	free(f.found);
	name_book_free(f.book);
	if (rc < 0)
		return exit_status_fail(&err, stop_reason(c->stop), c->say);
	return is_found ? STATUS_ALL : STATUS_SOME;
}
