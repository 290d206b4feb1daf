/* SPDX-License-Identifier: MIT */
/* optparse.h: a command line read by a table: one row for each option drives
 * parsing, messages and --help; a program that has a configuration file reads
 * it by the same rows.
 * Layer base; uses err, buf, utf8, spelling.
 *
 * Nothing here prints or exits, and nothing is kept: the values go into the
 * program's own struct, each to the offset that its row names. */
#ifndef BASE_OPTPARSE_H
#define BASE_OPTPARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct buf;
struct optparse_row;

enum { OPTPARSE_AUTO = -1 }; /* a count to be chosen later */

/* What an option takes, and the type of its field. */
enum optparse_takes {
	OPTPARSE_NOTHING,       /* bool: it is given */
	OPTPARSE_TEXT,          /* const char *: borrowed, may be empty */
	OPTPARSE_COUNT,         /* int */
	OPTPARSE_COUNT_OR_AUTO, /* the same, or "auto": OPTPARSE_AUTO */
	OPTPARSE_NUMBER,        /* int64_t */
	OPTPARSE_SECONDS,       /* double; min and max are milliseconds */
	OPTPARSE_CHOICE,        /* int: min is the first word's value */
	OPTPARSE_WORD,          /* const char *: the word itself */
	OPTPARSE_OWN,           /* what the row's function makes of it */
};

/* Where an option may be said. */
enum optparse_place {
	OPTPARSE_ANYWHERE,
	OPTPARSE_ARGUMENT, /* on the command line alone */
	OPTPARSE_FILE,     /* in a file or the environment alone */
};

/* Takes text for the row. shown is the name in messages: "--rate", "rate". */
typedef int optparse_set_fn(void *target, const struct optparse_row *row,
			    const char *shown, const char *text,
			    struct err *err);

struct optparse_row {
	const char *name; /* the long name */
	char letter;      /* 0: none */
	enum optparse_takes takes;
	enum optparse_place place;
	size_t offset; /* of the field */
	int64_t min, max;
	const char *const *words; /* of CHOICE and WORD; ends with NULL */
	optparse_set_fn *set;     /* of OWN */
	const char *bare;         /* the value where none is attached; NULL:
				   * the next argument is it */
	const char *argname;      /* in --help; NULL: the words, or nothing */
	const char *stands_for;   /* "name=value" of another row, or NULL */
	const char *preset;  /* the default as one would type it, or NULL */
	const char *heading; /* in --help, above this row; or NULL */
	const char *help;    /* a '\n' starts a further line */
};

/* A program's command line. */
struct optparse {
	const char *program; /* "quotefetch": see PROGRAM --help */
	const struct optparse_row *row;
	size_t rows;

	/* Takes an argument that is no option. is_forced: it stands behind "--".
	 * NULL: the program takes none. */
	int (*take)(void *target, const char *text, bool is_forced,
		    struct err *err);

	/* What to write instead of a name that is unknown, or NULL. */
	const char *(*advise)(const char *name, size_t len);

	/* Told of each row that was set by an argument. May be NULL. */
	void (*note)(void *target, const struct optparse_row *row);

	bool has_command; /* what stands behind "--" is a command: left alone */
};

/* Gives every row that has one its preset. Aborts on an unfit one. */
void optparse_preset(const struct optparse *program, void *target);

/* Reads argv[1 ... argc), all of it, so that an option that asks for help is
 * found behind a mistake. Returns how many are read: argc, or with has_command
 * the place of the command; -1 on a mistake, and err tells the first.
 * Errors: USAGE: an unknown option (with the nearest name), a missing or unfit
 * value ("--rate takes a whole number from 0 to 1000, not 'x'"); what set and
 * take say. */
MUST_CHECK int optparse_read(const struct optparse *program, void *target,
			     int argc, char *const *argv, struct err *err);

/* The row of that name (len bytes), or NULL. Outside of the command line '-'
 * and '_' are the same. */
const struct optparse_row *optparse_find(const struct optparse *program,
					 const char *name, size_t len,
					 bool is_argument);

/* An unknown name, told with the nearest one. Returns -1. */
int optparse_refuse(const struct optparse *program, const char *name,
		    size_t len, bool is_argument, struct err *err);

/* Sets the row's field from text. Errors: USAGE, what set says. */
MUST_CHECK int optparse_set(void *target, const struct optparse_row *row,
			    const char *shown, const char *text,
			    struct err *err);

/* The rows as --help shows them, headings and all. */
void optparse_help(const struct optparse *program, struct buf *out);

/* What stands for the value there: "FILE", or "auto|always|never". */
void optparse_put_argname(struct buf *out, const struct optparse_row *row);

/* Goes on from what was appended since line_start to a column, on a line of its
 * own if that is too long, and appends text there, each line of it. */
void optparse_put_column(struct buf *out, size_t line_start, size_t column,
			 const char *text);

#endif
