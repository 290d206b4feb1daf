/* SPDX-License-Identifier: MIT */
/* zip.h: the file inside of a zip archive.
 * Layer base; uses err, buf, inflate. Pure.
 *
 * For archives that hold one file, as lists are published. Nothing in it is
 * believed: offsets and sizes are checked, the sum of the content too.
 * Source: PKWARE's APPNOTE 6.3.4, without encryption, parts and zip64. */
#ifndef BASE_ZIP_H
#define BASE_ZIP_H

#include <stddef.h>

#include "base/err.h"

struct buf;

/* Appends the content of the archive's first file to out, whose cap is the
 * limit. Errors: TRUNCATED, PARSE, SYSTEM. */
MUST_CHECK int zip_read(const char *data, size_t len, struct buf *out,
			struct err *err);

#endif
