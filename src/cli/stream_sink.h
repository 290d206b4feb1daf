/* SPDX-License-Identifier: MIT */
/* stream_sink.h: where a stream's records end: on the output as they come, or
 * in a table that is drawn anew in place; and where its events are told.
 * Layer cli; uses base, model, options, render, output, screen.
 *
 * A file is appended to, record after record, and never replaced: what an
 * earlier run wrote stays. All functions are main's. */
#ifndef CLI_STREAM_SINK_H
#define CLI_STREAM_SINK_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

struct event;
struct latency;
struct options;
struct record;
struct stop;
struct symbol_list;
struct stream_sink; /* opaque */

/* For what is left at the end, with a reader that may be stuck. */
#define STREAM_SINK_LAST_NS (NS_PER_SEC / 2)

struct stream_sink_config { /* borrowed for the sink's life */
	const struct options *options;
	const struct symbol_list *list; /* the table's rows, at first */
	struct stop *stop;
	bool stdout_is_closed;
	bool is_polled; /* the records are quotes (--every) */
};

/* Errors: USAGE (--fields), OUTPUT, SYSTEM. */
MUST_CHECK struct stream_sink *stream_sink_open(
	const struct stream_sink_config *config, struct err *err);

/* The numbers of a trade that are shown: bits, TICK_BIT. */
uint32_t stream_sink_wanted(const struct stream_sink *s);

/* Renders a record; it is written by stream_sink_flush. Errors: SYSTEM. */
MUST_CHECK int stream_sink_take(struct stream_sink *s,
				const struct record *record, struct err *err);

/* Tells an event where --events says. symbol: NULL: it is of none. */
void stream_sink_tell(struct stream_sink *s, const struct event *e,
		      const char *symbol, const char *provider);

/* Prints one line to stderr; where that is the table's terminal, above it. */
void stream_sink_say_above(struct stream_sink *s, const char *line);

/* The same for other threads: the table is drawn anew below it, and the old one
 * stays. sink: a struct stream_sink. Thread: any. */
void stream_sink_say(void *sink, const char *line);

/* Writes what is rendered, or draws the table, if it is time.
 * Blocks: while the reader does not take it: until deadline_ns or stop (NULL:
 * none).
 * Errors: OUTPUT (EPIPE, ETIMEDOUT in code), CANCELED, SYSTEM. */
MUST_CHECK int stream_sink_flush(struct stream_sink *s, struct stop *stop,
				 int64_t deadline_ns, struct err *err);

/* Waits until one of the count descriptors is ready, until wake_ns, or until the
 * table is to be drawn; p[0] is filled in here: it is the output.
 * Blocks: a signal ends it, too. Errors: OUTPUT (EPIPE): the reader has left. */
MUST_CHECK int stream_sink_wait(const struct stream_sink *s, struct pollfd *p,
				nfds_t count, int64_t wake_ns, struct err *err);

/* Opens the output file anew, if there is one: for a log that was moved away.
 * Errors: OUTPUT; then the old one is written to. */
MUST_CHECK int stream_sink_reopen(struct stream_sink *s, struct err *err);

/* Writes what is left, and checks that all was taken.
 * Blocks: for STREAM_SINK_LAST_NS. Errors: OUTPUT, SYSTEM. */
MUST_CHECK int stream_sink_end(struct stream_sink *s, struct err *err);

/* How long the trades took from the socket until they were written, if there is
 * --stats. Owns: the sink. */
const struct latency *stream_sink_latency(const struct stream_sink *s);

/* Takes NULL. */
void stream_sink_free(struct stream_sink *s);

#endif
