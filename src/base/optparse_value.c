/* SPDX-License-Identifier: MIT */
/* optparse_value.c: the values of options, strictly. */
#include "base/buf.h"
#include "base/digits.h"
#include "base/optparse.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	SHOWN_COLUMNS = 32, /* of a value in a message */
	SHOWN_BYTES = SHOWN_COLUMNS * 4 + 4,
	LIST_BYTES = 120 /* of the words that an option takes */
};

static const char *shown_text(const char *text, char out[SHOWN_BYTES])
{
	utf8_copy_printable(text, strlen(text), out, SHOWN_BYTES,
			    SHOWN_COLUMNS);
	return out;
}

/* "2", "0.25": in milliseconds, rounded up, so that no time given becomes 0,
 * which may mean "no limit". -1: it is none. */
static int64_t read_seconds_ms(const char *text, int64_t max_ms)
{
	int64_t ms = 0;
	int place = 100;

	if (*text < '0' || *text > '9')
		return -1;
	for (; *text >= '0' && *text <= '9' && ms <= max_ms / 1000; text++)
		ms = ms * 10 + (*text - '0');
	if (ms > max_ms / 1000)
		return -1;
	ms *= 1000;
	if (*text == '.' && text[1] != '\0') {
		bool has_rest = false;

		for (text++; *text >= '0' && *text <= '9';
		     text++, place /= 10) {
			ms += place * (*text - '0');
			has_rest |= place == 0 && *text != '0';
		}
		ms += has_rest;
	}
	return *text == '\0' && ms <= max_ms ? ms : -1;
}

static int find_word(const char *const *words, const char *text)
{
	for (int i = 0; words[i]; i++) {
		if (strcmp(words[i], text) == 0)
			return i;
	}
	return -1;
}

/* yes and no, as configuration files say them. */
static int read_switch(const char *text)
{
	static const char *const words[] = { "no", "yes",   "off",
					     "on", "false", "true",
					     "0",  "1",     NULL };
	int i = find_word(words, text);

	return i < 0 ? -1 : i % 2;
}

static int refuse_word(const struct optparse_row *row, const char *shown,
		       const char *value, struct err *err)
{
	char list[LIST_BYTES] = "";
	char text[SHOWN_BYTES];
	size_t len = 0;

	for (size_t i = 0; row->words[i]; i++) {
		const char *join = i == 0              ? ""
				   : row->words[i + 1] ? ", "
						       : " or ";

		len += (size_t)snprintf(list + len, sizeof list - len, "%s%s",
					join, row->words[i]);
		require(len < sizeof list);
	}
	return err_set(err, ERR_USAGE, "%s takes %s, not '%s'", shown, list,
		       shown_text(value, text));
}

static int refuse_number(const struct optparse_row *row, const char *shown,
			 const char *value, struct err *err)
{
	char text[SHOWN_BYTES];

	shown_text(value, text);
	if (row->takes == OPTPARSE_SECONDS)
		return err_set(err, ERR_USAGE,
			       "%s takes a number of seconds from %g to "
			       "%" PRId64 ", not '%s'",
			       shown, (double)row->min / 1000.0,
			       row->max / 1000, text);
	return err_set(err, ERR_USAGE,
		       "%s takes %sa whole number from %" PRId64 " to %" PRId64
		       ", not '%s'",
		       shown,
		       row->takes == OPTPARSE_COUNT_OR_AUTO ? "auto or " : "",
		       row->min, row->max, text);
}

static int set_number(void *field, const struct optparse_row *row,
		      const char *shown, const char *value, struct err *err)
{
	int64_t n;

	if (row->takes == OPTPARSE_COUNT_OR_AUTO &&
	    strcmp(value, "auto") == 0) {
		*(int *)field = OPTPARSE_AUTO;
		return 0;
	}
	if (row->takes == OPTPARSE_SECONDS)
		n = read_seconds_ms(value, row->max);
	else if (!digits_are(value, row->max, &n))
		n = -1;
	if (n < row->min)
		return refuse_number(row, shown, value, err);
	if (row->takes == OPTPARSE_SECONDS)
		*(double *)field = (double)n / 1000.0;
	else if (row->takes == OPTPARSE_NUMBER)
		*(int64_t *)field = n;
	else
		*(int *)field = (int)n;
	return 0;
}

int optparse_set(void *target, const struct optparse_row *row,
		 const char *shown, const char *text, struct err *err)
{
	void *field = (char *)target + row->offset;
	int n;

	switch (row->takes) {
	case OPTPARSE_NOTHING:
		n = read_switch(text);
		if (n < 0)
			return err_set(err, ERR_USAGE, "%s takes yes or no",
				       shown);
		*(bool *)field = n;
		return 0;
	case OPTPARSE_TEXT:
		*(const char **)field = text;
		return 0;
	case OPTPARSE_COUNT:
	case OPTPARSE_COUNT_OR_AUTO:
	case OPTPARSE_NUMBER:
	case OPTPARSE_SECONDS:
		return set_number(field, row, shown, text, err);
	case OPTPARSE_CHOICE:
	case OPTPARSE_WORD:
		n = find_word(row->words, text);
		if (n < 0)
			return refuse_word(row, shown, text, err);
		if (row->takes == OPTPARSE_WORD)
			*(const char **)field = row->words[n];
		else
			*(int *)field = (int)row->min + n;
		return 0;
	case OPTPARSE_OWN:
		return row->set(target, row, shown, text, err);
	}
	err_abort(__FILE__, __LINE__, "a kind of value");
}

enum { HELP_COLUMN = 29 };

void optparse_put_argname(struct buf *out, const struct optparse_row *row)
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
	buf_fill(out, ' ', column - (out->len - line_start));
}

void optparse_put_column(struct buf *out, size_t line_start, size_t column,
			 const char *text)
{
	pad_to_column(out, line_start, column);
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

static void put_option(struct buf *out, const struct optparse_row *row)
{
	size_t line_start = out->len;

	if (row->letter)
		buf_printf(out, "  -%c, --%s", row->letter, row->name);
	else
		buf_printf(out, "      --%s", row->name);
	if (row->takes != OPTPARSE_NOTHING && !row->bare)
		buf_putc(out, ' ');
	optparse_put_argname(out, row);
	optparse_put_column(out, line_start, HELP_COLUMN, row->help);
	if (row->preset)
		buf_printf(out, " (default: %s)", row->preset);
	buf_putc(out, '\n');
}

void optparse_help(const struct optparse *program, struct buf *out)
{
	for (size_t i = 0; i < program->rows; i++) {
		const struct optparse_row *row = &program->row[i];

		if (row->place == OPTPARSE_FILE)
			continue;
		if (row->heading)
			buf_printf(out, "\n%s:\n", row->heading);
		put_option(out, row);
	}
}
