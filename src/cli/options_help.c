#include "cli/options.h"

#include <string.h>

#include "base/buf.h"
#include "cli/manual.h"

enum { HELP_COLUMN = 29 };

static const char usage[] = "Usage: quotefetch [OPTION]... [SYMBOL]...\n";

void options_put_argname(struct buf *out, const struct option_row *row)
{
	if (row->argname)
		buf_puts(out, row->argname);
	for (size_t i = 0; !row->argname && row->words && row->words[i]; i++)
		buf_printf(out, "%s%s", i > 0 ? "|" : "", row->words[i]);
}

/* Ends the left column: what is too long for it has a line of its own. */
static void pad_to_column(struct buf *out, size_t line_start, size_t column)
{
	if (out->len - line_start > column - 2) {
		buf_putc(out, '\n');
		line_start = out->len;
	}
	while (out->len - line_start < column && !out->is_over &&
	       !out->is_exhausted)
		buf_putc(out, ' ');
}

/* The right column: each line of the text below the one before. */
static void put_text(struct buf *out, const char *text, size_t column)
{
	for (;;) {
		size_t len = strcspn(text, "\n");

		buf_append(out, text, len);
		if (text[len] == '\0')
			break;
		buf_putc(out, '\n');
		pad_to_column(out, out->len, column);
		text += len + 1;
	}
}

static void put_option(struct buf *out, const struct option_row *row)
{
	size_t line_start = out->len;

	if (row->letter)
		buf_printf(out, "  -%c, --%s", row->letter, row->name);
	else
		buf_printf(out, "      --%s", row->name);
	if (row->takes != TAKES_NOTHING && row->takes != TAKES_PERCENT)
		buf_putc(out, ' ');
	options_put_argname(out, row);
	pad_to_column(out, line_start, HELP_COLUMN);
	put_text(out, row->help, HELP_COLUMN);
	if (row->preset)
		buf_printf(out, " (default: %s)", row->preset);
	buf_putc(out, '\n');
}

static void put_part(struct buf *out, const struct manual_part *part)
{
	buf_printf(out, "\n%s:\n", part->title);
	for (size_t i = 0; i < part->row_count; i++) {
		size_t line_start = out->len;

		buf_printf(out, "  %s", part->row[i].term);
		pad_to_column(out, line_start, part->column);
		put_text(out, part->row[i].text, part->column);
		buf_putc(out, '\n');
	}
	if (part->close)
		buf_printf(out, "  %s\n", part->close);
}

void options_help(struct buf *out)
{
	buf_puts(out, usage);
	buf_puts(out, manual_intro);
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_table[i];

		if (row->place == PLACE_FILE)
			continue;
		if (row->heading)
			buf_printf(out, "\n%s:\n", row->heading);
		put_option(out, row);
	}
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
