#include "cli/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/utf8.h"
#include "cli/base_url.h"
#include "cli/secret.h"

enum {
	SHOWN_COLUMNS = 32, /* of a value in a message */
	SHOWN_BYTES = SHOWN_COLUMNS * 4 + 4,
	LIST_BYTES = 120 /* of the words that an option takes */
};

static void *field_of(struct options *o, const struct option_row *row)
{
	return (char *)o + row->offset;
}

static const char *shown_text(const char *text, char out[SHOWN_BYTES])
{
	utf8_copy_printable(text, strlen(text), out, SHOWN_BYTES,
			    SHOWN_COLUMNS);
	return out;
}

static int set_text(char **field, const char *text, bool is_secret,
		    struct err *err)
{
	char *copy = strdup(text);

	if (!copy)
		return err_no_memory(err);
	if (*field && is_secret)
		secret_wipe(*field, strlen(*field));
	free(*field);
	*field = copy;
	return 0;
}

int options_append(char ***list, size_t *count, const char *text,
		   struct err *err)
{
	char **grown = realloc(*list, (*count + 1) * sizeof *grown);

	if (!grown)
		return err_no_memory(err);
	*list = grown;
	grown[*count] = strdup(text);
	if (!grown[*count])
		return err_no_memory(err);
	++*count;
	return 0;
}

/* Digits and nothing else, at most max; -1: not so. */
static int read_count(const char *text, int max)
{
	int n = 0;

	if (*text == '\0')
		return -1;
	for (; *text >= '0' && *text <= '9' && n <= max; text++)
		n = n * 10 + (*text - '0');
	return *text == '\0' && n <= max ? n : -1;
}

/* "2", "0.25": in milliseconds, rounded up, so that no time given becomes 0,
 * which may mean "no limit". -1: it is none. */
static int read_seconds_ms(const char *text, int max_ms)
{
	int ms = 0;
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

static int refuse_word(const struct option_row *row, const char *shown,
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

static int refuse_number(const struct option_row *row, const char *shown,
			 const char *value, struct err *err)
{
	char text[SHOWN_BYTES];

	shown_text(value, text);
	if (row->takes == TAKES_SECONDS)
		return err_set(
			err, ERR_USAGE,
			"%s takes a number of seconds from %g to %d, not '%s'",
			shown, row->min / 1000.0, row->max / 1000, text);
	return err_set(err, ERR_USAGE,
		       "%s takes %sa whole number from %d to %d, not '%s'",
		       shown,
		       row->takes == TAKES_COUNT_OR_AUTO ? "auto or " : "",
		       row->min, row->max, text);
}

static int set_number(struct options *o, const struct option_row *row,
		      const char *shown, const char *value, struct err *err)
{
	void *field = field_of(o, row);
	int n;

	if (row->takes == TAKES_COUNT_OR_AUTO && strcmp(value, "auto") == 0) {
		*(int *)field = OPTION_AUTO;
		return 0;
	}
	n = row->takes == TAKES_SECONDS ? read_seconds_ms(value, row->max)
					: read_count(value, row->max);
	if (n < row->min)
		return refuse_number(row, shown, value, err);
	if (row->takes == TAKES_SECONDS)
		*(double *)field = n / 1000.0;
	else
		*(int *)field = n;
	return 0;
}

static int set_url(char **field, const char *shown, const char *value,
		   struct err *err)
{
	size_t len;

	if (base_url_check(value, &len, err) < 0) {
		char why[ERR_MSG_BYTES];

		if (err) {
			memcpy(why, err->msg, sizeof why);
			err_set(err, ERR_USAGE, "%s %s", shown, why);
		}
		return -1;
	}
	if (set_text(field, value, false, err) < 0)
		return -1;
	base_url_normalize(*field, len);
	return 0;
}

static int set_percent(char **field, const char *shown, const char *value,
		       struct err *err)
{
	char percent[DECIMAL_BYTES];

	if (decimal_parse(value, strlen(value), percent, NULL) <= 0 ||
	    decimal_is_negative(percent) || decimal_compare(percent, "100") > 0)
		return err_set(
			err, ERR_USAGE,
			"%s takes a percentage from 0 to 100, not '%.20s'",
			shown, value);
	return set_text(field, percent, false, err);
}

int options_set_field(struct options *o, const struct option_row *row,
		      const char *shown, const char *value, struct err *err)
{
	void *field = field_of(o, row);
	int n;

	switch (row->takes) {
	case TAKES_NOTHING:
		n = read_switch(value);
		if (n < 0)
			return err_set(err, ERR_USAGE, "%s takes yes or no",
				       shown);
		*(bool *)field = n;
		return 0;
	case TAKES_TEXT:
	case TAKES_SECRET:
	case TAKES_FILES:
		if (*value == '\0')
			return err_set(err, ERR_USAGE, "%s is empty", shown);
		if (row->takes == TAKES_FILES)
			return options_append(&o->file, &o->file_count, value,
					      err);
		return set_text(field, value, row->takes == TAKES_SECRET, err);
	case TAKES_URL:
		return set_url(field, shown, value, err);
	case TAKES_PERCENT:
		return set_percent(field, shown, value, err);
	case TAKES_SECONDS:
	case TAKES_COUNT:
	case TAKES_COUNT_OR_AUTO:
		return set_number(o, row, shown, value, err);
	case TAKES_CHOICE:
	case TAKES_WORD:
		n = find_word(row->words, value);
		if (n < 0)
			return refuse_word(row, shown, value, err);
		if (row->takes == TAKES_WORD)
			*(const char **)field = row->words[n];
		else
			*(int *)field = row->min + n;
		return 0;
	}
	err_abort(__FILE__, __LINE__, "a kind of value");
}
