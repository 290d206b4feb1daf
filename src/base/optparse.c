/* SPDX-License-Identifier: MIT */
#include "base/optparse.h"

#include "base/spelling.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

enum {
	NEAR_EDITS = 2,     /* how far a slip of the finger goes */
	SHOWN_COLUMNS = 32, /* of a text in a message */
	SHOWN_BYTES = SHOWN_COLUMNS * 4 + 4
};

static bool is_sayable(const struct optparse_row *row, bool is_argument)
{
	return row->place == OPTPARSE_ANYWHERE ||
	       row->place == (is_argument ? OPTPARSE_ARGUMENT : OPTPARSE_FILE);
}

/* In a file, app-key is app_key, and no_share is no-share. */
static bool is_name(const char *known, const char *name, size_t len,
		    bool is_argument)
{
	for (size_t i = 0; i < len; i++) {
		char c = known[i];

		if (c != name[i] && (is_argument || (c != '-' && c != '_') ||
				     (name[i] != '-' && name[i] != '_')))
			return false;
	}
	return known[len] == '\0';
}

const struct optparse_row *optparse_find(const struct optparse *program,
					 const char *name, size_t len,
					 bool is_argument)
{
	for (size_t i = 0; i < program->rows; i++) {
		const struct optparse_row *row = &program->row[i];

		if (is_sayable(row, is_argument) &&
		    is_name(row->name, name, len, is_argument))
			return row;
	}
	return NULL;
}

static const struct optparse_row *find_letter(const struct optparse *program,
					      char letter)
{
	for (size_t i = 0; i < program->rows; i++) {
		if (program->row[i].letter == letter)
			return &program->row[i];
	}
	return NULL;
}

/* The row meant by a misspelt name or the beginning of one, or NULL. */
static const struct optparse_row *find_near(const struct optparse *program,
					    const char *name, size_t len,
					    bool is_argument)
{
	const struct optparse_row *near = NULL;
	size_t best = NEAR_EDITS + 1;

	if (len < 2 || len > SPELLING_MAX_BYTES)
		return NULL;
	for (size_t i = 0; i < program->rows; i++) {
		const struct optparse_row *row = &program->row[i];
		size_t edits = spelling_distance(name, len, row->name);

		if (edits > NEAR_EDITS && strncmp(row->name, name, len) == 0)
			edits = NEAR_EDITS;
		if (edits < best && is_sayable(row, is_argument)) {
			best = edits;
			near = row;
		}
	}
	return near;
}

int optparse_refuse(const struct optparse *program, const char *name,
		    size_t len, bool is_argument, struct err *err)
{
	const struct optparse_row *near =
		find_near(program, name, len, is_argument);
	const char *what = is_argument ? "option" : "setting";
	const char *dashes = is_argument ? "--" : "";
	const char *advice = is_argument && program->advise
				     ? program->advise(name, len)
				     : NULL;
	char text[SHOWN_BYTES];

	utf8_copy_printable(name, len, text, sizeof text, SHOWN_COLUMNS);
	if (advice)
		return err_set(err, ERR_USAGE, "unknown option '--%s': %s",
			       text, advice);
	if (near)
		return err_set(err, ERR_USAGE,
			       "unknown %s '%s%s': did you mean '%s%s'?", what,
			       dashes, text, dashes, near->name);
	return err_set(err, ERR_USAGE, "unknown %s '%s%s': see %s --help", what,
		       dashes, text, program->program);
}

void optparse_preset(const struct optparse *program, void *target)
{
	for (size_t i = 0; i < program->rows; i++) {
		const struct optparse_row *row = &program->row[i];

		if (row->preset)
			require(optparse_set(target, row, row->name,
					     row->preset, NULL) == 0);
	}
}

struct arguments {
	char *const *argv;
	int argc, at;   /* at: the one being read */
	bool is_forced; /* behind "--" */
};

/* The row that *row stands for, and the value that it gives it. */
static const char *resolve(const struct optparse *program,
			   const struct optparse_row **row)
{
	const char *text = (*row)->stands_for;
	size_t len = strcspn(text, "=");

	*row = optparse_find(program, text, len, true);
	require(*row);
	return text + len + 1;
}

/* Sets an option given as an argument. value is the text attached to it, or
 * NULL: then the next argument is its value, if it takes one. A next argument
 * that is no fit value stays to be read: it may be the --help that was meant. */
static int set_argument(const struct optparse *program, void *target,
			const struct optparse_row *row, const char *value,
			struct arguments *args, struct err *err)
{
	char shown[SPELLING_MAX_BYTES + 3];
	bool is_next = false;

	snprintf(shown, sizeof shown, "--%s", row->name);
	if (row->takes == OPTPARSE_NOTHING) {
		if (value)
			return err_set(err, ERR_USAGE, "%s takes no value",
				       shown);
		value = "yes";
	} else if (!value && row->bare) {
		value = row->bare;
	} else if (!value) {
		if (args->at + 1 >= args->argc)
			return err_set(err, ERR_USAGE, "%s needs a value",
				       shown);
		value = args->argv[args->at + 1];
		is_next = true;
	}
	if (row->stands_for)
		value = resolve(program, &row);
	if (optparse_set(target, row, shown, value, err) < 0)
		return -1;
	args->at += is_next;
	if (program->note)
		program->note(target, row);
	return 0;
}

/* "--name", "--name=value" */
static int read_long(const struct optparse *program, void *target,
		     struct arguments *args, struct err *err)
{
	const char *name = args->argv[args->at] + 2;
	size_t len = strcspn(name, "=");
	const struct optparse_row *row =
		optparse_find(program, name, len, true);

	if (!row)
		return optparse_refuse(program, name, len, true, err);
	return set_argument(program, target, row,
			    name[len] == '=' ? name + len + 1 : NULL, args,
			    err);
}

static int refuse_letter(const struct optparse *program, char letter,
			 struct err *err)
{
	char shown[SHOWN_BYTES];

	utf8_copy_printable(&letter, 1, shown, sizeof shown, 1);
	return err_set(err, ERR_USAGE, "unknown option '-%s': see %s --help",
		       shown, program->program);
}

/* "-k", "-kq", "-fFILE", "-kf FILE" */
static int read_letters(const struct optparse *program, void *target,
			struct arguments *args, struct err *err)
{
	const char *text = args->argv[args->at] + 1;
	int rc = 0;

	for (; *text != '\0'; text++) {
		const struct optparse_row *row = find_letter(program, *text);
		bool takes_value = row && row->takes != OPTPARSE_NOTHING;
		/* Of several mistakes the first is told. */
		struct err *first = rc == 0 ? err : NULL;

		if (!row)
			rc = refuse_letter(program, *text, first);
		else if (set_argument(program, target, row,
				      takes_value && text[1] != '\0' ? text + 1
								     : NULL,
				      args, first) < 0)
			rc = -1;
		if (takes_value)
			break;
	}
	return rc;
}

static int read_argument(const struct optparse *program, void *target,
			 struct arguments *args, struct err *err)
{
	const char *arg = args->argv[args->at];
	char shown[SHOWN_BYTES];

	if (!args->is_forced && arg[0] == '-' && arg[1] == '-') {
		if (arg[2] != '\0')
			return read_long(program, target, args, err);
		args->is_forced = true;
		return 0;
	}
	if (!args->is_forced && arg[0] == '-' && arg[1] != '\0')
		return read_letters(program, target, args, err);
	if (program->take)
		return program->take(target, arg, args->is_forced, err);
	utf8_copy_printable(arg, strlen(arg), shown, sizeof shown,
			    SHOWN_COLUMNS);
	return err_set(err, ERR_USAGE, "unexpected argument '%s'%s", shown,
		       program->has_command ? ": write -- before a command"
					    : "");
}

int optparse_read(const struct optparse *program, void *target, int argc,
		  char *const *argv, struct err *err)
{
	struct arguments args = { .argv = argv, .argc = argc, .at = 1 };
	int rc = 0;

	while (args.at < argc) {
		if (read_argument(program, target, &args,
				  rc == 0 ? err : NULL) < 0)
			rc = -1;
		args.at++;
		if (program->has_command && args.is_forced)
			break;
	}
	return rc == 0 ? args.at : -1;
}
