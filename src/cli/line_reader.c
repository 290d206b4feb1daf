/* SPDX-License-Identifier: MIT */
#include "cli/line_reader.h"

#include <string.h>

#include "base/io.h"

/* Of a line that does not end: a BOM, the most a line may have, a CR, and one
 * byte that makes it too long. */
enum { KEPT_BYTES = 3 + LINE_MAX_BYTES + 1 + 1 };

void line_reader_init(struct line_reader *r, int fd, struct stop *stop,
		      int64_t deadline_ns)
{
	r->fd = fd;
	r->stop = stop;
	r->deadline_ns = deadline_ns;
	r->number = 0;
	r->start = 0;
	r->end = 0;
	r->is_at_end = false;
	r->is_skipping = false;
}

/* Moves what is left, less than a line, to the front and reads behind it. */
static int fill(struct line_reader *r, struct err *err)
{
	ssize_t n;

	memmove(r->data, r->data + r->start, r->end - r->start);
	r->end -= r->start;
	r->start = 0;
	n = io_read(r->fd, r->data + r->end, sizeof r->data - r->end, r->stop,
		    r->deadline_ns, err);
	if (n < 0)
		return -1;
	r->end += (size_t)n;
	r->is_at_end = n == 0;
	return 0;
}

/* Gives out the next len bytes, cutting what is too long. */
static int give(struct line_reader *r, size_t len, struct line *line)
{
	const char *text = r->data + r->start;

	r->start += len;
	r->number++;
	if (r->number == 1 && len >= 3 &&
	    memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	if (len > 0 && text[len - 1] == '\r')
		len--;
	line->is_cut = len > LINE_MAX_BYTES;
	line->len = line->is_cut ? LINE_MAX_BYTES : len;
	line->text = text;
	return 1;
}

static const char *find_newline(const struct line_reader *r)
{
	return memchr(r->data + r->start, '\n', r->end - r->start);
}

/* Passes over the rest of a line that was given out cut. */
static int skip_rest(struct line_reader *r, struct err *err)
{
	while (r->is_skipping) {
		const char *newline = find_newline(r);

		r->start = newline ? (size_t)(newline + 1 - r->data) : r->end;
		r->is_skipping = !newline && !r->is_at_end;
		if (r->is_skipping && fill(r, err) < 0)
			return -1;
	}
	return 0;
}

int line_reader_next(struct line_reader *r, struct line *line, struct err *err)
{
	if (skip_rest(r, err) < 0)
		return -1;
	for (;;) {
		const char *newline = find_newline(r);
		size_t left = r->end - r->start;

		if (newline) {
			give(r, (size_t)(newline - r->data) - r->start, line);
			r->start++; /* the line end */
			return 1;
		}
		if (r->is_at_end)
			return left > 0 ? give(r, left, line) : 0;
		if (left > KEPT_BYTES) {
			r->is_skipping = true;
			return give(r, left, line);
		}
		if (fill(r, err) < 0)
			return -1;
	}
}
