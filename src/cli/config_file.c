/* SPDX-License-Identifier: MIT */
#include "cli/config_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/safefile.h"
#include "cli/options.h"
#include "cli/secret.h"

enum { CONFIG_MAX_BYTES = 64 * 1024 };

/* What has been found in a file, apart from the settings. */
struct findings {
	bool is_private; /* only its owner can read it */
	bool names_secret;
	bool names_command;
	int line[OPTION_MAX]; /* where each is set; 0: nowhere */
};

/* ---- one line ---- */

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " \t\r");
	len = strlen(text);
	while (len > 0 && strchr(" \t\r", text[len - 1]))
		len--;
	text[len] = '\0';
	return text;
}

/* Cuts off "# why", which stands behind a blank: a '#' within a word is part of
 * it, be it a key's. */
static void cut_comment(char *value)
{
	for (size_t i = 0; value[i] != '\0'; i++) {
		if (value[i] == '#' &&
		    (i == 0 || strchr(" \t", value[i - 1]))) {
			value[i] = '\0';
			return;
		}
	}
}

/* The value without comment and quotes, cut in place. A command may begin with
 * a quoted word: then the quotes are the shell's. */
static char *read_value(char *text, struct err *err)
{
	char *value = trim(text);
	char quote = value[0];
	char *end;

	if (quote == '#') {
		value[0] = '\0';
		return value;
	}
	if (quote != '"' && quote != '\'') {
		cut_comment(value);
		return trim(value);
	}
	end = strchr(value + 1, quote);
	if (!end) {
		err_set(err, ERR_USAGE, "a quote is not closed");
		return NULL;
	}
	text = end + 1 + strspn(end + 1, " \t");
	if (*text != '\0' && *text != '#')
		return value;
	*end = '\0';
	return value + 1;
}

static int note_place(struct findings *found, size_t place, const char *name,
		      int number, struct err *err)
{
	const struct optparse_row *row = &option_table[place];

	if (found->line[place] > 0)
		return err_set(err, ERR_USAGE, "'%s' is set on line %d already",
			       name, found->line[place]);
	found->line[place] = number;
	found->names_secret |= row->set == options_set_secret;
	found->names_command |= strcmp(row->name, "app_secret_cmd") == 0;
	return 0;
}

/* Its value may be a secret, so no message repeats what does not fit the
 * form. */
static int read_line(struct options *o, char *line, int number,
		     struct findings *found, struct err *err)
{
	char *name = trim(line);
	char *equals = strchr(name, '=');
	char *value;
	int place;

	if (name[0] == '\0' || name[0] == '#')
		return 0;
	if (!equals || equals == name)
		return err_set(err, ERR_USAGE, "not of the form 'key = value'");
	*equals = '\0';
	name = trim(name);
	value = read_value(equals + 1, err);
	if (!value)
		return -1;
	place = options_find_setting(name);
	if (place >= 0 &&
	    note_place(found, (size_t)place, name, number, err) < 0)
		return -1;
	return options_set(o, name, value, SOURCE_CONFIG, err);
}

static int read_lines(struct options *o, struct buf *text,
		      struct findings *found, struct err *err)
{
	char *line = text->data;
	char *end = text->data + text->len;
	int number = 0;

	if (memchr(line, '\0', text->len))
		return err_set(err, ERR_USAGE,
			       "holds a NUL byte: is it UTF-16?");
	if (strncmp(line, "\xef\xbb\xbf", 3) == 0)
		line += 3;
	while (line < end) {
		char *next = line + strcspn(line, "\n");

		*next = '\0'; /* at the very end, the buffer's own NUL */
		number++;
		if (read_line(o, line, number, found, err) < 0)
			return err_wrap(err, "line %d", number);
		line = next + 1;
	}
	return 0;
}

/* ---- the file ---- */

/* Others may not read a secret, nor write what a shell will run. */
static int check_mode(const char *path, const struct findings *found,
		      struct err *err)
{
	struct stat st;

	if (found->names_secret && !found->is_private)
		return err_set(
			err, ERR_USAGE,
			"others can read the secret in it: run chmod 600 '%s'",
			path);
	if (found->names_command && stat(path, &st) == 0 && (st.st_mode & 022))
		return err_set(
			err, ERR_USAGE,
			"others can write the command in it: run chmod 600 '%s'",
			path);
	return 0;
}

int config_file_load(struct options *o, const char *path, bool must_exist,
		     struct err *err)
{
	struct findings found = { 0 };
	struct buf text;
	int rc;

	buf_init(&text, CONFIG_MAX_BYTES);
	rc = safefile_read_path(path, &text, &found.is_private, err);
	if (rc == 0 && must_exist)
		rc = err_set_errno(err, ERR_USAGE, ENOENT, "cannot read '%s'",
				   path);
	else if (rc < 0 && err)
		err->kind = ERR_USAGE;
	if (rc <= 0 || text.len == 0)
		goto out;
	rc = read_lines(o, &text, &found, err);
	if (rc < 0)
		err_wrap(err, "'%s'", path);
	else
		rc = check_mode(path, &found, err);
out:
	if (text.data)
		secret_wipe(text.data, text.cap);
	buf_release(&text);
	return rc < 0 ? -1 : 0;
}
