/* SPDX-License-Identifier: MIT */
/* pack.h: what packed files are made of: deflate, its bits, the checksum, and
 * an archive of one file.
 * Sandbox, low; uses buf. Pure.
 * Source: RFC 1951; PKWARE's APPNOTE. */
#ifndef SANDBOX_PACK_H
#define SANDBOX_PACK_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Bits into bytes, the lowest bit first. */
struct pack_bits {
	struct buf *out;
	uint32_t bits;
	int count;
};

/* The count lowest bits of a number, at most 16. */
void pack_put(struct pack_bits *out, uint32_t bits, int count);

/* A Huffman code: it goes out from its highest bit. */
void pack_put_code(struct pack_bits *out, uint32_t code, int count);

/* Zeros up to the next whole byte. */
void pack_end(struct pack_bits *out);

/* The CRC-32 of what gave crc (0 at first) and these bytes behind it. */
uint32_t pack_crc(uint32_t crc, const char *data, size_t len);

/* Appends data, deflated, with codes made for it. */
void pack_deflate(struct buf *out, const char *data, size_t len);

/* Appends a zip archive with one file. */
void pack_zip(struct buf *out, const char *name, const char *data, size_t len);

#endif
