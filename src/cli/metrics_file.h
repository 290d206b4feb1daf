/* SPDX-License-Identifier: MIT */
/* metrics_file.h: a run as Prometheus text, for the node exporter's textfile
 * collector (--metrics).
 * Layer cli; uses base, stats, output.
 *
 * The file is replaced as a whole, after every run that began. Each series bears
 * the file's own name as a label, so that the files of several jobs can stand in
 * one directory. The time of the last success outlives runs that failed: it is
 * taken over from the file that is replaced. */
#ifndef CLI_METRICS_FILE_H
#define CLI_METRICS_FILE_H

#include <stdint.h>

#include "base/err.h"

struct buf;
struct stats;

/* Appends the text. name: the label. success_ms: wall clock of the last success;
 * 0: there was none. */
void metrics_file_write(const struct stats *s, const char *name, int64_t now_ms,
			int64_t success_ms, struct buf *out);

/* Writes the file. now_ms: wall clock. Errors: OUTPUT. */
MUST_CHECK int metrics_file_save(const struct stats *s, const char *path,
				 int64_t now_ms, struct err *err);

#endif
