/* SPDX-License-Identifier: MIT */
/* cp949.h: Korean text of old, as UTF-8.
 * Layer base; uses err, buf. */
#ifndef BASE_CP949_H
#define BASE_CP949_H

#include <stddef.h>

#include "base/err.h"

struct buf;

/* Appends CP949 text (KS X 1001 and the Hangul that it lacks) as UTF-8; bytes
 * that are no character become U+FFFD.
 * Errors: SYSTEM: this C library cannot, or no memory.
 * Source: the C library's iconv. */
MUST_CHECK int cp949_append_utf8(const char *text, size_t len, struct buf *out,
				 struct err *err);

#endif
