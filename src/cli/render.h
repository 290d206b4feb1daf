/* SPDX-License-Identifier: MIT */
/* render.h: records to text; one interface, a file per format.
 * Layer cli; uses base, model, net/json_write.
 *
 * A renderer appends to a buffer and never writes: output.c does. What it has
 * appended is always whole records, and each ends its line. render_end closes
 * the document, when record_total of them have come or, where that is not
 * known, at any time. */
#ifndef CLI_RENDER_H
#define CLI_RENDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "cli/fields.h"
#include "cli/options.h"
#include "model/quote.h"

/* One record: the symbol as asked, and what became of it. An entry that was
 * invalid in the list has its text here and an outcome with an INPUT error. */
struct record {
	const char *symbol; /* the code, or an invalid entry's text */
	const char *input;  /* as it was typed */
	enum market market; /* MARKET_NONE: none, shown as null */
	const struct outcome *outcome;
	const char *provider; /* "kis" */
	const char *tried;    /* "alpaca:NotFound", or NULL: none before */
};

/* Why there is no quote: the broker's words where it refused, else ours. */
const char *render_reason(const struct outcome *o);

struct render_config {
	enum format format;      /* not AUTO */
	struct field_set fields; /* which, in which order */
	size_t record_total;     /* that will come; 0: not known */
	int columns;             /* that the terminal has; 0: no matter */
	bool hides_header;
	bool has_color;
	bool is_korean; /* red up and blue down, not green and red */
};

struct render; /* opaque */

/* out is borrowed for the renderer's life.
 * Errors: SYSTEM (memory). */
MUST_CHECK struct render *render_new(const struct render_config *config,
				     struct buf *out, struct err *err);
void render_free(struct render *r);

/* Opens the document: "[", or a header line. */
void render_begin(struct render *r);

/* Appends one record. The table keeps its own copy of what it shows, as column
 * widths are known at the end only.
 * Errors: SYSTEM (memory). */
MUST_CHECK int render_record(struct render *r, const struct record *record,
			     struct err *err);

/* Closes the document: "]", or the whole table with the failures under it. */
MUST_CHECK int render_end(struct render *r, struct err *err);

#endif
