/* SPDX-License-Identifier: MIT */
/* stats.h: what a run came to, counted by main: for the summary, the exit
 * status and --stats.
 * Layer cli; uses base, model, net/json_write, engine/metrics. */
#ifndef CLI_STATS_H
#define CLI_STATS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/latency.h"
#include "engine/metrics.h"
#include "model/event.h"
#include "model/quote.h"

struct buf;

struct tally {
	size_t symbols; /* records: one for each symbol asked */
	size_t quotes;
	size_t cached;                  /* of quotes: of an earlier run */
	size_t failed[ERR_KINDS];       /* records by kind of error */
	size_t stale[ERR_KINDS];        /* of failed: an old quote stands in */
	size_t checked[CHECK_VERDICTS]; /* quotes by verdict of a check */
};

struct stats_polls {
	size_t rounds;        /* that ended; 0: it did not poll */
	size_t late, skipped; /* rounds that took too long, points left out */
	size_t unchanged;     /* answers that were not printed */
};

struct stats_stream {
	struct stream_counts counts;
	size_t symbols, followed; /* wanted at the end, and of them followed */
	size_t written, merged, events_lost, refused;
	struct latency latency; /* from socket to output */
};

struct stats {
	const struct stats_stream *stream; /* then the rest but the last two is
					      nothing; NULL: it was none */
	struct tally tally;
	struct metrics metrics;  /* of all workers */
	size_t workers;          /* at the end */
	int64_t quota_waited_ns; /* summed over the workers */
	struct stats_polls polls;
	int64_t wall_ns;
	int exit_status;
};

/* How many records have an old quote instead of their error. */
size_t tally_stale(const struct tally *t);

/* Appends " (2 NotFound, 1 Timeout)", or nothing where nothing failed; the names
 * are those that records show. kinds[k] counts failures by err_kind. */
void stats_put_kinds(const size_t *kinds, struct buf *out);

/* Appends one JSON object and a line end. Counts by error_type: the names that
 * records show. */
void stats_write(const struct stats *s, struct buf *out);

/* Writes it to a file (output.h), but not over the records, which stand in
 * records_path, or on stdout (NULL).
 * Errors: OUTPUT. */
MUST_CHECK int stats_save(const struct stats *s, const char *path,
			  const char *records_path, struct err *err);

#endif
