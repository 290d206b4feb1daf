/* SPDX-License-Identifier: MIT */
/* live_table.h: a row for each symbol, drawn anew in place.
 * Layer cli; uses base, model, table_page.
 *
 * It stands below what the terminal shows already, and moves the cursor and
 * erases, no more: no mode of the terminal is changed, so that whatever ends the
 * program leaves a sane one. It is never higher or wider than the terminal; what
 * does not fit is counted in its last line. */
#ifndef CLI_LIVE_TABLE_H
#define CLI_LIVE_TABLE_H

#include <stdbool.h>

#include "base/err.h"
#include "cli/fields.h"
#include "cli/table_page.h"

struct buf;
struct live_table; /* opaque */
struct record;
struct symbol_list;

/* With a row for each symbol of the list, in its order; style: without columns.
 * Errors: SYSTEM. */
MUST_CHECK struct live_table *live_table_new(const struct field_set *columns,
					     const struct style *style,
					     const struct symbol_list *list,
					     struct err *err);
void live_table_free(struct live_table *t);

/* Shows the record in its symbol's row, or in a new one. Errors: SYSTEM. */
MUST_CHECK int live_table_take(struct live_table *t,
			       const struct record *record, struct err *err);

/* Whether there is something to draw that was not drawn yet, in a terminal of
 * that size. */
bool live_table_is_due(const struct live_table *t, int columns, int rows);

/* Appends what puts the table in the place of the one drawn last. Errors are
 * out's, but for memory of its own: SYSTEM. */
MUST_CHECK int live_table_draw(struct live_table *t, int columns, int rows,
			       struct buf *out, struct err *err);

/* Appends what takes it off: a line may be written, and the next draw stands
 * below that. */
void live_table_erase(struct live_table *t, struct buf *out);

/* Somebody else wrote a line: the next draw stands below that. */
void live_table_forget(struct live_table *t);

#endif
