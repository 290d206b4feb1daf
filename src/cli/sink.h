/* SPDX-License-Identifier: MIT */
/* sink.h: where results end: records on the output, progress on stderr.
 * Layer cli; uses base, model, options, symbol_list, fields, render, output,
 * screen, stats, progress, delivery.
 *
 *   open -> begin -> (take ... flush -> wait until redraw_ns) ... -> end
 *        -> summarize -> free
 *
 * One record goes out for every entry of the list, whatever comes of it. A
 * file appears under its name at sink_end and not before, and takes the place
 * of an old one only if --replace allows it; freeing a sink that did not reach
 * its end leaves the old one. All functions are main's but where they say. */
#ifndef CLI_SINK_H
#define CLI_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "cli/progress.h"
#include "cli/stats.h"

struct options;
struct result;
struct stop;
struct symbol_list;
struct sink; /* opaque */

/* Everything here is borrowed for the sink's life. */
struct sink_config {
	const struct options *options;
	const struct symbol_list *list;
	const char *const *source; /* names, in the order of preference */
	size_t source_count;       /* at least 1 */
	struct stop *stop;
	int64_t started_ns;
	int64_t deadline_ns; /* CLOCK_NEVER: none */
	bool stdout_is_closed;
};

/* Errors: USAGE (--fields), OUTPUT, SYSTEM. */
MUST_CHECK struct sink *sink_open(const struct sink_config *config,
				  struct err *err);

/* Opens the document, and answers the entries that are no symbols.
 * Errors: OUTPUT, SYSTEM. */
MUST_CHECK int sink_begin(struct sink *s, struct err *err);

/* Renders what has become of a request's symbols, final for each of them.
 * Owns:   the result, also on failure.
 * Errors: as sink_flush. */
MUST_CHECK int sink_take(struct sink *s, struct result *result,
			 struct err *err);

/* Writes what is rendered and shows how far it has come: before any wait.
 * Blocks: while the reader does not take it: until a moment after the run's
 * deadline, or until stop.
 * Errors: OUTPUT (EPIPE, ETIMEDOUT in code), SYSTEM. */
MUST_CHECK int sink_flush(struct sink *s, struct err *err);

/* When sink_flush is due next though no result has come, for the bar's sake;
 * CLOCK_NEVER: not before one comes. */
int64_t sink_redraw_ns(const struct sink *s);

/* One worker more (delta 1) or less (-1) waits for that. Thread: any. */
void sink_wait(void *sink, enum progress_wait what, int delta);

/* Prints one line to stderr, not into the bar. sink: a struct sink, or NULL
 * where there is none (yet). Thread: any. */
void sink_say(void *sink, const char *line);

/* Closes the document, writes it out, and makes the file appear; or leaves the
 * old one and says so.
 * Errors: as sink_flush; then the old file stands. */
MUST_CHECK int sink_end(struct sink *s, struct err *err);

/* The last line on stderr, unless it is quiet. calls: made in all. */
void sink_summarize(struct sink *s, size_t calls);

/* Records so far, by what they are. */
const struct tally *sink_tally(const struct sink *s);

/* Takes NULL. */
void sink_free(struct sink *s);

#endif
