/* SPDX-License-Identifier: MIT */
/* buf.h: a growing byte buffer with a hard cap.
 * Layer base; uses err.
 *
 * Appending never returns an error: a buffer that ran out of memory or over
 * its cap takes nothing more and says so once, at buf_check. So code that
 * builds text reads straight down. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct buf {
	char *data; /* owned; NUL-terminated once anything was appended */
	size_t len, cap;
	size_t max;        /* len never passes it */
	size_t limit;      /* of len and a NUL: cap, at most max + 1; once it
			      failed, 0 */
	bool is_exhausted; /* out of memory */
	bool is_over;      /* the cap would have been passed */
};

void buf_init(struct buf *b, size_t max_bytes);
void buf_release(struct buf *b);

/* Empties it and forgets its failures; keeps the memory. */
void buf_clear(struct buf *b);

/* Removes the first len bytes; at most there are. */
void buf_drop_front(struct buf *b, size_t len);

void buf_append(struct buf *b, const char *data, size_t len);

/* Makes room for len more bytes and a NUL; false when it takes nothing more. */
bool buf_reserve(struct buf *b, size_t len);

/* Where len more bytes may be written; NULL when it takes nothing more. What was
 * written is appended by buf_added. Inline: what is streamed goes through here
 * fifty times a record. */
static inline char *buf_room(struct buf *b, size_t len)
{
	if (b->len + len >= b->limit && !buf_reserve(b, len))
		return NULL;
	return b->data + b->len;
}

static inline void buf_added(struct buf *b, size_t len)
{
	b->len += len;
	b->data[b->len] = '\0';
}

/* Appends len bytes that the caller writes now: where they begin. NULL as above. */
static inline char *buf_extend(struct buf *b, size_t len)
{
	char *at = buf_room(b, len);

	if (at)
		buf_added(b, len);
	return at;
}

void buf_puts(struct buf *b, const char *text);
void buf_putc(struct buf *b, char c);
PRINTF_LIKE(2, 3) void buf_printf(struct buf *b, const char *fmt, ...);

/* Appends count bytes c. */
void buf_fill(struct buf *b, char c, size_t count);

/* Puts data in before the byte at the given place, at most len. */
void buf_insert(struct buf *b, size_t at, const char *data, size_t len);

/* The text so far; "" when empty. Valid until the next call. */
const char *buf_text(const struct buf *b);

/* Hands the memory over, and leaves the buffer empty.
 * Owns: the caller frees it; NULL when there never was any. */
char *buf_take(struct buf *b, size_t *len);

/* Errors: SYSTEM (memory), or over_kind when the cap was passed. */
MUST_CHECK int buf_check(const struct buf *b, enum err_kind over_kind,
			 struct err *err);

#endif
