/* SPDX-License-Identifier: MIT */
/* delivery.h: from results to records on the output, one for every entry.
 * Layer cli; uses base, model, symbol_list, render, output, failures, progress,
 * stats.
 *
 * A result answers for the first entries of its symbols; entries that repeat
 * them are answered with it. Records go out as results come, or with
 * keep_order when all entries before them have gone out; until then the
 * results wait here. All functions are main's. */
#ifndef CLI_DELIVERY_H
#define CLI_DELIVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "cli/stats.h"
#include "model/market.h"
#include "model/quote.h"

struct buf;
struct failures;
struct output;
struct progress;
struct render;
struct stop;
struct symbol_list;
struct delivery; /* opaque */

/* Everything here is borrowed for the delivery's life. */
struct delivery_config {
	const struct symbol_list *list;
	const char *const *source; /* names, by their place in the run's list */
	size_t source_count;       /* at least 1 */
	struct render *render;
	struct buf *text; /* what render appends to */
	struct output *output;
	struct failures *failures; /* NULL: nobody wants them */
	struct progress *progress;
	struct stop *stop;
	int64_t deadline_ns;
	enum venue venue;
	bool keeps_order;
	bool is_on_one_terminal; /* records and bar */
};

/* Errors: SYSTEM. */
MUST_CHECK struct delivery *delivery_new(const struct delivery_config *config,
					 struct err *err);
void delivery_free(struct delivery *d);

/* Opens the document, and answers the entries that are no symbols.
 * Errors: OUTPUT, SYSTEM. */
MUST_CHECK int delivery_begin(struct delivery *d, struct err *err);

/* Renders the result's records; many of them are written out at once, the rest
 * waits for delivery_flush.
 * Owns:   the result, also on failure.
 * Errors: as delivery_flush. */
MUST_CHECK int delivery_take(struct delivery *d, struct result *result,
			     struct err *err);

/* Writes what was rendered.
 * Blocks: while the reader does not take it: until a moment after the run's
 * deadline, or until stop; what was not taken then is written by the next call,
 * which waits for a moment only.
 * Errors: OUTPUT (EPIPE, ETIMEDOUT in code), SYSTEM. */
MUST_CHECK int delivery_flush(struct delivery *d, struct err *err);

/* Closes the document and writes it out. Errors: as delivery_flush. */
MUST_CHECK int delivery_end(struct delivery *d, struct err *err);

const struct tally *delivery_tally(const struct delivery *d);

#endif
