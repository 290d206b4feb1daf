/* SPDX-License-Identifier: MIT */
/* pack.h: packed files, as other programs pack them: by zlib, which the client
 * does not use.
 * Sandbox, low; uses buf. Pure.
 * Source: PKWARE's APPNOTE; RFC 1952. */
#ifndef SANDBOX_PACK_H
#define SANDBOX_PACK_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Appends a zip archive with one file. */
void pack_zip(struct buf *out, const char *name, const char *data, size_t len);

/* Appends a gzip file of so many blanks. */
void pack_gzip_blanks(struct buf *out, int64_t count);

#endif
