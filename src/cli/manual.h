/* SPDX-License-Identifier: MIT */
/* manual.h: what --help and the manual page say beside the options, once.
 * Layer cli; uses nothing. */
#ifndef CLI_MANUAL_H
#define CLI_MANUAL_H

#include <stddef.h>

struct manual_row {
	const char *term; /* "KIS_ENV, KIS_BASE_URL" */
	const char *text; /* lines of at most 48 columns, between '\n' */
};

struct manual_part {
	const char *title; /* "Exit status" */
	const struct manual_row *row;
	size_t row_count;
	size_t column;     /* of the texts, in --help */
	const char *close; /* said below, or NULL */
};

extern const struct manual_part manual_parts[];
extern const size_t manual_part_count;

/* What it does, and how symbols are written; paragraphs between empty lines. */
extern const char manual_intro[];

/* Each as one would type it. */
extern const char *const manual_examples[];
extern const size_t manual_example_count;

#endif
