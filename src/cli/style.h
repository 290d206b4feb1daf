/* SPDX-License-Identifier: MIT */
/* style.h: how the output looks to a person: by the options, the terminal and
 * the locale.
 * Layer cli; uses options. */
#ifndef CLI_STYLE_H
#define CLI_STYLE_H

#include <stdbool.h>

struct options;

bool style_has_color(const struct options *o, bool is_terminal);

/* Red up and blue down: where the locale is Korean, or by --color-scheme. */
bool style_is_korean(const struct options *o);

#endif
