/* SPDX-License-Identifier: MIT */
#include "cli/page.h"

#include <string.h>

#include "base/buf.h"
#include "cli/fields.h"
#include "cli/manual.h"
#include "cli/options.h"

static const char version[] =
	"quotefetch " QUOTEFETCH_VERSION "\n"
	"Copyright (C) 2026 The quotefetch authors\n"
	"License MIT: <https://spdx.org/licenses/MIT.html>\n"
	"This is free software: you are free to change and redistribute it.\n"
	"There is NO WARRANTY, to the extent permitted by law.\n";

static const char usage[] = "Usage: quotefetch [OPTION]... [SYMBOL]...\n";

static void put_part(struct buf *out, const struct manual_part *part)
{
	buf_printf(out, "\n%s:\n", part->title);
	for (size_t i = 0; i < part->row_count; i++) {
		size_t line_start = out->len;

		buf_printf(out, "  %s", part->row[i].term);
		optparse_put_column(out, line_start, part->column,
				    part->row[i].text);
		buf_putc(out, '\n');
	}
	if (part->close)
		buf_printf(out, "  %s\n", part->close);
}

static void put_help(struct buf *out)
{
	buf_puts(out, usage);
	buf_puts(out, manual_intro);
	optparse_help(&options_program, out);
	for (size_t i = 0; i < manual_part_count; i++)
		put_part(out, &manual_parts[i]);
	buf_puts(out, "\nExamples:\n");
	for (size_t i = 0; i < manual_example_count; i++)
		buf_printf(out, "  %s\n", manual_examples[i]);
}

void page_write_short(struct buf *out)
{
	buf_puts(out, usage);
	buf_puts(out, "Fetches stock quotes: quotefetch 005930 AAPL\n"
		      "                      quotefetch -f symbols.txt\n"
		      "quotefetch --help shows all options.\n");
}

bool page_is_wanted(const struct options *o)
{
	return o->wants_help || o->wants_version || o->wants_manual ||
	       o->completion || (o->fields && strcmp(o->fields, "help") == 0);
}

void page_write(const struct options *o, struct buf *out)
{
	if (o->wants_help)
		put_help(out);
	else if (o->wants_version)
		buf_puts(out, version);
	else if (o->wants_manual)
		options_man(out);
	else if (o->completion)
		options_complete(o->completion, out);
	else if (o->format == FORMAT_MARKDOWN)
		fields_help_markdown(out);
	else
		fields_help(out);
}
