/* SPDX-License-Identifier: MIT */
/* line_reader.h: lines of a file or pipe, in fixed memory.
 * Layer cli; uses base.
 *
 * A line longer than LINE_MAX_BYTES is given out cut as soon as that is seen, and
 * passed over by the next call: a file without line ends costs no memory. */
#ifndef CLI_LINE_READER_H
#define CLI_LINE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct stop;

enum { LINE_MAX_BYTES = 1024, LINE_READER_BYTES = 64 * 1024 };

struct line_reader {
	int fd;            /* borrowed */
	struct stop *stop; /* borrowed; NULL: none */
	int64_t deadline_ns;
	size_t number;     /* of the line last read; the first is 1 */
	size_t start, end; /* what is read and not yet given out */
	bool is_at_end;
	bool is_skipping; /* the line last given out goes on */
	char data[LINE_READER_BYTES];
};

void line_reader_init(struct line_reader *r, int fd, struct stop *stop,
		      int64_t deadline_ns);

struct line {
	const char *text; /* valid until the next call; not terminated */
	size_t len;       /* without the line end (LF or CR LF) */
	bool is_cut;      /* it is longer, and text is its beginning */
};

/* Returns 1 and a line, or 0 at the end; a BOM before the first is left out.
 * Blocks: on a pipe, until the deadline or stop.
 * Errors: CANCELED, DEADLINE, SYSTEM. */
MUST_CHECK int line_reader_next(struct line_reader *r, struct line *line,
				struct err *err);

#endif
