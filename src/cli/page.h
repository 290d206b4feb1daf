/* SPDX-License-Identifier: MIT */
/* page.h: what is printed instead of a run: help, version, fields,
 * manual page, completions.
 * Layer cli; uses base, options, fields. */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include <stdbool.h>

struct buf;
struct options;

/* Whether the command line asks for a page; it needs no configuration, list or
 * login. */
bool page_is_wanted(const struct options *o);

void page_write(const struct options *o, struct buf *out);

/* The few lines that are shown to who says nothing. */
void page_write_short(struct buf *out);

#endif
