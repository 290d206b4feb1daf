/* SPDX-License-Identifier: MIT */
#include "cli/options.h"

#include "base/buf.h"
#include "cli/manual.h"

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

void options_help(struct buf *out)
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

void options_short_help(struct buf *out)
{
	buf_puts(out, usage);
	buf_puts(out, "Fetches stock quotes: quotefetch 005930 AAPL\n"
		      "                      quotefetch -f symbols.txt\n"
		      "quotefetch --help shows all options.\n");
}
