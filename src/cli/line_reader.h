/* line_reader.h: lines of a file or pipe, in fixed memory.
 * Layer cli; uses base.
 *
 * However long a line is, no more than LINE_MAX_BYTES of it are kept: a file
 * without line ends costs time, not memory. */
#ifndef CLI_LINE_READER_H
#define CLI_LINE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct stop;

enum { LINE_MAX_BYTES = 256, LINE_READER_BYTES = 64 * 1024 };

struct line_reader {
	int fd;                  /* borrowed */
	struct stop *stop;       /* borrowed; NULL: none */
	int64_t deadline_ns;
	size_t number;           /* of the line last read; the first is 1 */
	size_t start, end;       /* what is read and not yet given out */
	bool is_at_end;
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
