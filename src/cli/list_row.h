/* SPDX-License-Identifier: MIT */
/* list_row.h: one line of a symbol list: which part of it is the symbol, which
 * the market. Pure.
 * Layer cli; uses base, model.
 *
 * Without a header: SYMBOL, or SYMBOL and MARKET with a comma or blanks between.
 * A first line that names its columns is a header ("symbol,market,price",
 * "종목코드,종목명", or "종목명" alone): then a line is a row of CSV (RFC 4180)
 * or, where the header has tabs or semicolons, of their kind, and the other
 * columns are passed over.
 * Cells may be quoted, and as spreadsheets keep text: ="005930", '005930. */
#ifndef CLI_LIST_ROW_H
#define CLI_LIST_ROW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

/* The columns of a file; zeroed: it has no header. */
struct list_layout {
	bool has_header;
	char separator;
	size_t symbol;
	bool has_market;
	size_t market;
};

struct list_row {
	struct span symbol;
	struct span market; /* len 0: none given */
	size_t columns;     /* without a header: how many there are */
};

/* Looks at the first line of a file. Returns whether it is a header; then
 * layout says how to read the lines after it. */
bool list_layout_read(struct list_layout *layout, const char *text, size_t len);

/* Cuts a line. Returns false when the row is too short to have a symbol. */
bool list_row_read(const struct list_layout *layout, const char *text,
		   size_t len, struct list_row *row);

#endif
