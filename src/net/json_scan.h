/* SPDX-License-Identifier: MIT */
/* json_scan.h: is this text one strict JSON object or array?
 * Layer net; uses base.
 *
 * RFC 8259 and no more: the grammar, valid UTF-8, no \u0000, no half of a
 * surrogate pair, no key twice in an object (escapes resolved), an object or an
 * array at the top (a bare text or number has no end of its own, so a cut one
 * looks whole) and nothing but blanks after it. One pass, no recursion, no
 * memory but for the numbers. */
#ifndef NET_JSON_SCAN_H
#define NET_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct buf;

enum {
	JSON_DEPTH_MAX = 32,       /* objects and arrays within each other */
	JSON_KEYS_MAX = 1024,      /* in one object and those around it */
	JSON_NUMBER_MAX_BYTES = 63 /* what cJSON reads as one number */
};

/* ASCII that stands for itself in every string. */
static inline bool json_is_plain(char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* Scans len bytes. Appends the text of each number and a NUL to numbers, in
 * the order of the text; *document_end is just after the closing bracket.
 * Errors: TRUNCATED when the text ends before the document does, and could
 * still go on to be one (also when it is empty); PARSE with the byte offset
 * otherwise; SYSTEM. */
MUST_CHECK int json_scan(const char *text, size_t len, struct buf *numbers,
			 const char **document_end, struct err *err);

#endif
