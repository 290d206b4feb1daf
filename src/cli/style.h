/* SPDX-License-Identifier: MIT */
/* style.h: how the output looks to a person: by the options, the terminal and
 * the locale.
 * Layer cli; uses options. */
#ifndef CLI_STYLE_H
#define CLI_STYLE_H

#include <stdbool.h>

struct options;

struct style {
	int columns; /* that the terminal has; 0: no matter */
	bool hides_header;
	bool has_color;
	bool is_korean; /* red up and blue down: where the locale is Korean, or
			   by --color-scheme */
};

/* columns are the caller's to add. */
struct style style_of(const struct options *o, bool is_terminal);

#endif
