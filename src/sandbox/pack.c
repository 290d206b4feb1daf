/* SPDX-License-Identifier: MIT */
#include "sandbox/pack.h"

#include <string.h>
#include <zlib.h>

enum { ZIP_BITS = -MAX_WBITS, GZIP_BITS = MAX_WBITS + 16 };

/* Appends count bytes, those of data over and over, deflated. bits: the window's,
 * and what is around the deflated data, as deflateInit2 has it. */
static void add_deflated(struct buf *out, int bits, const char *data,
			 size_t len, int64_t count)
{
	z_stream z = { .avail_out = 0 };
	Bytef packed[16384];

	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, bits, 8,
			 Z_DEFAULT_STRATEGY) != Z_OK) {
		out->is_exhausted = true;
		return;
	}
	do {
		z.next_in = (Bytef *)(uintptr_t)data;
		z.avail_in = count < (int64_t)len ? (uInt)count : (uInt)len;
		count -= (int64_t)z.avail_in;
		do {
			z.next_out = packed;
			z.avail_out = sizeof(packed);
			(void)deflate(&z, count > 0 ? Z_NO_FLUSH : Z_FINISH);
			buf_append(out, (char *)packed,
				   sizeof(packed) - z.avail_out);
		} while (z.avail_out == 0);
	} while (count > 0);
	deflateEnd(&z);
}

void pack_gzip_blanks(struct buf *out, int64_t count)
{
	char blanks[16384];

	memset(blanks, ' ', sizeof(blanks));
	add_deflated(out, GZIP_BITS, blanks, sizeof(blanks), count);
}

/* A number of so many bytes, the lowest first. */
static void put_number(struct buf *out, uint32_t number, int bytes)
{
	for (; bytes > 0; bytes--, number >>= 8)
		buf_putc(out, (char)(number & 0xff));
}

/* What the head of a file and its entry in the list have in common. */
static void put_entry(struct buf *out, uint32_t crc, size_t packed,
		      size_t unpacked, size_t name_len)
{
	put_number(out, 20, 2);                   /* needs version 2.0 */
	put_number(out, 0, 2);                    /* flags */
	put_number(out, 8, 2);                    /* deflated */
	put_number(out, 18 << 11, 2);             /* 18:00:00 */
	put_number(out, 46 << 9 | 3 << 5 | 2, 2); /* 2026-03-02 */
	put_number(out, crc, 4);
	put_number(out, (uint32_t)packed, 4);
	put_number(out, (uint32_t)unpacked, 4);
	put_number(out, (uint32_t)name_len, 2);
	put_number(out, 0, 2); /* nothing extra */
}

void pack_zip(struct buf *out, const char *name, const char *data, size_t len)
{
	uint32_t crc = (uint32_t)crc32(0, (const Bytef *)data, (uInt)len);
	size_t name_len = strlen(name), start = out->len, packed, list;
	struct buf body;

	buf_init(&body, out->max);
	add_deflated(&body, ZIP_BITS, data, len, (int64_t)len);
	packed = body.len;
	put_number(out, 0x04034b50, 4);
	put_entry(out, crc, packed, len, name_len);
	buf_puts(out, name);
	buf_append(out, buf_text(&body), packed);
	buf_release(&body);

	list = out->len;
	put_number(out, 0x02014b50, 4);
	put_number(out, 20, 2); /* made by version 2.0 */
	put_entry(out, crc, packed, len, name_len);
	put_number(out, 0, 2); /* no comment */
	put_number(out, 0, 2); /* the first disk */
	put_number(out, 0, 2); /* no text */
	put_number(out, 0, 4); /* no attributes */
	put_number(out, (uint32_t)start, 4);
	buf_puts(out, name);

	put_number(out, 0x06054b50, 4);
	put_number(out, 0, 4); /* the first disk, twice */
	put_number(out, 1, 2);
	put_number(out, 1, 2);
	put_number(out, (uint32_t)(out->len - list - 12), 4);
	put_number(out, (uint32_t)list, 4);
	put_number(out, 0, 2);
}
