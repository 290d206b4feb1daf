/* SPDX-License-Identifier: MIT */
/* The manual page, in the man macros that every system reads, from the same
 * tables as --help. */
#include <string.h>

#include "base/buf.h"
#include "base/span.h"
#include "cli/fields.h"
#include "cli/manual.h"
#include "cli/options.h"

static const char configuration[] =
	"Lines of \"key = value\"; a '#' begins a comment, also behind a value. A value may\n"
	"stand in quotes. A key is the long name of an option, with '-' or '_', or one of\n"
	"those below; each stands once. Switches take yes or no. Options override the\n"
	"environment, which overrides systemd's credentials, which override the file.\n";

static const char records[] =
	"A record comes out for every symbol asked, with these fields, in this order.\n"
	"What a source does not tell is null; errors have no prices.\n";

/* ---- roff ---- */

/* Text as it is: no escape, hyphen or command of roff's. */
static void put_plain(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		bool starts_line = i == 0 || text[i - 1] == '\n';

		if (starts_line && (text[i] == '.' || text[i] == '\''))
			buf_puts(out, "\\&");
		if (text[i] == '\\')
			buf_puts(out, "\\e");
		else if (text[i] == '-')
			buf_puts(out, "\\-");
		else if (text[i] == '\'')
			buf_puts(out, "\\(aq");
		else if (text[i] == '~')
			buf_puts(out, "\\(ti");
		else
			buf_putc(out, text[i]);
	}
}

static void put_text(struct buf *out, const char *text)
{
	put_plain(out, text, strlen(text));
}

static void put_bold(struct buf *out, const char *text)
{
	buf_puts(out, "\\fB");
	put_text(out, text);
	buf_puts(out, "\\fR");
}

/* Paragraphs, which empty lines part. */
static void put_paragraphs(struct buf *out, const char *text)
{
	const char *end;

	for (; *text != '\0'; text = end) {
		end = strstr(text, "\n\n");
		end = end ? end + 1 : text + strlen(text);
		if (*text == '\n') {
			buf_puts(out, ".PP\n");
			text++;
		}
		put_plain(out, text, (size_t)(end - text));
	}
}

static void put_section(struct buf *out, const char *title)
{
	buf_puts(out, ".SH \"");
	for (const char *p = title; *p; p++)
		buf_putc(out, to_upper(*p));
	buf_puts(out, "\"\n");
}

/* ---- the options ---- */

static void put_value(struct buf *out, const struct optparse_row *row)
{
	struct buf name;

	if (row->takes == OPTPARSE_NOTHING)
		return;
	buf_init(&name, 1024);
	optparse_put_argname(&name, row);
	buf_puts(out, row->bare ? "\\fI" : " \\fI");
	put_text(out, buf_text(&name));
	buf_puts(out, "\\fR");
	buf_release(&name);
}

static void put_help(struct buf *out, const struct optparse_row *row)
{
	buf_putc(out, '\n');
	put_text(out, row->help);
	if (row->preset) {
		buf_puts(out, " (default: ");
		put_text(out, row->preset);
		buf_putc(out, ')');
	}
	buf_puts(out, ".\n");
}

static void put_option(struct buf *out, const struct optparse_row *row)
{
	char text[64] = "-?";

	buf_puts(out, ".TP\n");
	if (row->letter) {
		text[1] = row->letter;
		put_bold(out, text);
		buf_puts(out, ", ");
	}
	buf_puts(out, "\\fB\\-\\-");
	put_text(out, row->name);
	buf_puts(out, "\\fR");
	put_value(out, row);
	put_help(out, row);
}

static void put_options(struct buf *out)
{
	put_section(out, "Options");
	for (size_t i = 0; i < option_count; i++) {
		const struct optparse_row *row = &option_table[i];

		if (row->place == OPTPARSE_FILE)
			continue;
		if (row->heading)
			buf_printf(out, ".SS \"%s\"\n", row->heading);
		put_option(out, row);
	}
}

static void put_configuration(struct buf *out)
{
	put_section(out, "Configuration");
	put_paragraphs(out, configuration);
	for (size_t i = 0; i < option_count; i++) {
		const struct optparse_row *row = &option_table[i];

		if (row->place != OPTPARSE_FILE)
			continue;
		buf_puts(out, ".TP\n");
		put_bold(out, row->name);
		put_value(out, row);
		put_help(out, row);
	}
}

/* ---- the rest ---- */

static void put_fields(struct buf *out)
{
	struct field_set all;

	put_section(out, "Fields");
	put_paragraphs(out, records);
	fields_all(&all);
	for (size_t i = 0; i < all.count; i++) {
		const struct field_row *row = &field_table[all.field[i]];

		buf_puts(out, ".TP\n");
		put_bold(out, row->name);
		if (*row->unit) {
			buf_puts(out, " (");
			put_text(out, row->unit);
			buf_putc(out, ')');
		}
		buf_putc(out, '\n');
		put_text(out, row->meaning);
		buf_puts(out, "; filled by: ");
		put_text(out, row->source);
		buf_puts(out, ".\n");
	}
}

static void put_part(struct buf *out, const struct manual_part *part)
{
	put_section(out, part->title);
	if (part->close) {
		put_text(out, part->close);
		buf_putc(out, '\n');
	}
	for (size_t i = 0; i < part->row_count; i++) {
		buf_puts(out, ".TP\n");
		put_bold(out, part->row[i].term);
		buf_putc(out, '\n');
		put_text(out, part->row[i].text);
		buf_puts(out, ".\n");
	}
}

static void put_examples(struct buf *out)
{
	put_section(out, "Examples");
	buf_puts(out, ".EX\n");
	for (size_t i = 0; i < manual_example_count; i++) {
		put_text(out, manual_examples[i]);
		buf_putc(out, '\n');
	}
	buf_puts(out, ".EE\n");
}

void options_man(struct buf *out)
{
	buf_puts(
		out,
		".\\\" Made of the tables that drive the program.\n"
		".TH QUOTEFETCH 1 \"2026-11-21\" \"quotefetch " QUOTEFETCH_VERSION
		"\" \"User Commands\"\n");
	put_section(out, "Name");
	buf_puts(out,
		 "quotefetch \\- quotes for a list of symbols, from official "
		 "sources\n");
	put_section(out, "Synopsis");
	buf_puts(out, "\\fBquotefetch\\fR [\\fIOPTION\\fR]... "
		      "[\\fISYMBOL\\fR]...\n");
	put_section(out, "Description");
	put_paragraphs(out, manual_intro);
	put_options(out);
	put_fields(out);
	put_configuration(out);
	for (size_t i = 0; i < manual_part_count; i++)
		put_part(out, &manual_parts[i]);
	put_examples(out);
	put_section(out, "See also");
	buf_puts(out, "\\fBquotefetch\\-sandbox\\fR(1), \\fBjq\\fR(1)\n");
}
