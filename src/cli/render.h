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
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "cli/fields.h"
#include "cli/options.h"
#include "cli/style.h"
#include "model/record.h"

struct event;

/* Why there is no quote: the broker's words where it refused, else ours. */
const char *render_reason(const struct record *record);

/* The numbers of a trade that records of these fields show: bits, TICK_BIT. */
uint32_t render_tick_wanted(const struct field_set *fields);

struct render_config {
	enum format format;           /* not AUTO */
	struct field_set fields;      /* which, in which order */
	size_t record_total;          /* that will come; 0: not known */
	bool is_stream;               /* each record has its kind */
	bool wants_detail, wants_raw; /* of a stream */
	struct style style;
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

/* ---- what became of a stream, of no format ---- */

/* Appends {"kind":"event",...} and a newline. symbol may be NULL. */
void render_event(const struct event *e, const char *symbol,
		  const char *provider, struct buf *out);

/* The same for people, without a newline; empty for what is not told. */
void render_event_line(const struct event *e, const char *symbol,
		       struct buf *out);

#endif
