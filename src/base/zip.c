/* SPDX-License-Identifier: MIT */
#include "base/zip.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/inflate.h"

enum {
	/* Lengths of the fixed parts. */
	LOCAL_BYTES = 30,
	ENTRY_BYTES = 46,
	END_BYTES = 22,
	COMMENT_MAX = 65535, /* of the archive, behind the end */

	METHOD_STORED = 0,
	METHOD_DEFLATED = 8,
	FLAG_ENCRYPTED = 1
};

#define LOCAL_MARK UINT32_C(0x04034b50)
#define ENTRY_MARK UINT32_C(0x02014b50)
#define END_MARK UINT32_C(0x06054b50)

struct archive {
	const unsigned char *data;
	size_t len;
};

/* Of the archive's first file, as its directory says. */
struct entry {
	unsigned method;
	uint32_t crc;
	size_t packed, size;
	size_t at; /* of its local header */
};

static unsigned get16(const unsigned char *p)
{
	return p[0] | (unsigned)p[1] << 8;
}

static uint32_t get32(const unsigned char *p)
{
	return get16(p) | (uint32_t)get16(p + 2) << 16;
}

/* Whether count bytes lie at offset at. */
static bool has(const struct archive *a, size_t at, size_t count)
{
	return at <= a->len && count <= a->len - at;
}

static int fail(const char *why, struct err *err)
{
	return err_set(err, ERR_PARSE, "cannot read the zip archive: %s", why);
}

/* The record at the end, behind which only a comment may stand. */
static bool find_end(const struct archive *a, size_t *at)
{
	size_t back;

	for (back = END_BYTES;
	     back <= a->len && back <= END_BYTES + COMMENT_MAX; back++) {
		const unsigned char *end = a->data + a->len - back;

		if (get32(end) == END_MARK &&
		    get16(end + 20) == back - END_BYTES) {
			*at = a->len - back;
			return true;
		}
	}
	return false;
}

static int find_entry(const struct archive *a, struct entry *e, struct err *err)
{
	const unsigned char *end, *p;
	size_t at;

	if (!find_end(a, &at))
		return err_set(err,
			       !has(a, 0, 4) || get32(a->data) == LOCAL_MARK
				       ? ERR_TRUNCATED
				       : ERR_PARSE,
			       "cannot read the zip archive: it has no end");
	end = a->data + at;
	at = get32(end + 16);
	if (get16(end + 10) == 0 || !has(a, at, ENTRY_BYTES) ||
	    get32(a->data + at) != ENTRY_MARK)
		return fail("it has no directory", err);
	p = a->data + at;
	if (get16(p + 8) & FLAG_ENCRYPTED)
		return fail("it is encrypted", err);
	*e = (struct entry){ .method = get16(p + 10),
			     .crc = get32(p + 16),
			     .packed = get32(p + 20),
			     .size = get32(p + 24),
			     .at = get32(p + 42) };
	return 0;
}

/* The content begins behind the local header, whose name and extra field have
 * lengths of their own. */
static int find_content(const struct archive *a, const struct entry *e,
			const unsigned char **content, struct err *err)
{
	const unsigned char *p = a->data + e->at;
	size_t skip;

	if (!has(a, e->at, LOCAL_BYTES) || get32(p) != LOCAL_MARK)
		return fail("its directory is wrong", err);
	skip = LOCAL_BYTES + get16(p + 26) + get16(p + 28);
	if (!has(a, e->at, skip) || !has(a, e->at + skip, e->packed))
		return fail("its directory is wrong", err);
	*content = p + skip;
	return 0;
}

/* CRC-32 as of ISO 3309, bit by bit. */
static uint32_t sum(const char *data, size_t len)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < len; i++) {
		crc ^= (unsigned char)data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^
			      (crc & 1 ? UINT32_C(0xedb88320) : UINT32_C(0));
	}
	return ~crc;
}

static int unpack(const struct entry *e, const unsigned char *content,
		  struct buf *out, struct err *err)
{
	switch (e->method) {
	case METHOD_STORED:
		buf_append(out, (const char *)content, e->packed);
		return buf_check(out, ERR_PARSE, err);
	case METHOD_DEFLATED:
		return inflate_append(content, e->packed, out, err);
	default:
		return fail("it is compressed in another way", err);
	}
}

int zip_read(const char *data, size_t len, struct buf *out, struct err *err)
{
	const struct archive a = { (const unsigned char *)data, len };
	const unsigned char *content = NULL;
	size_t begin = out->len;
	struct entry e = { .method = METHOD_STORED };

	if (find_entry(&a, &e, err) < 0 ||
	    find_content(&a, &e, &content, err) < 0 ||
	    unpack(&e, content, out, err) < 0)
		return -1;
	if (out->len - begin != e.size ||
	    sum(buf_text(out) + begin, out->len - begin) != e.crc)
		return fail("its content is damaged", err);
	return 0;
}
