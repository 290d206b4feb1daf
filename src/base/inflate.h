/* SPDX-License-Identifier: MIT */
/* inflate.h: decompression of DEFLATE, for what comes in zip archives.
 * Layer base; uses err, buf. Pure.
 *
 * Small and plain rather than fast: a list of a few megabytes is read once a
 * day. Source: RFC 1951. */
#ifndef BASE_INFLATE_H
#define BASE_INFLATE_H

#include <stddef.h>

#include "base/err.h"

struct buf;

/* Appends what the stream at data holds to out, whose cap is the limit. What
 * follows the stream's last block is not looked at.
 * Errors: TRUNCATED when data ends before the stream; PARSE when it is none, or
 * holds more than the cap; SYSTEM. */
MUST_CHECK int inflate_append(const unsigned char *data, size_t len,
			      struct buf *out, struct err *err);

#endif
