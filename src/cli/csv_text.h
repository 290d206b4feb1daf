/* SPDX-License-Identifier: MIT */
/* csv_text.h: a cell of CSV (RFC 4180), or of tab-separated values, which know
 * no quotes: there a tab or a line end within a text becomes a blank.
 * Layer cli; uses base. What a terminal may act on becomes "?". */
#ifndef CLI_CSV_TEXT_H
#define CLI_CSV_TEXT_H

#include <stdbool.h>

struct buf;

void csv_put_cell(struct buf *out, const char *text, bool is_tabbed);

/* What stands between a cell's quotes, whether it needs them or not. */
void csv_put_text(struct buf *out, const char *text, bool is_tabbed);

#endif
