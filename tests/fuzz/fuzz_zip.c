/* SPDX-License-Identifier: MIT */
/* Archives, and compressed data without one: whatever they are, no more comes
 * out than may, and a failure says why. */
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/cp949.h"
#include "base/inflate.h"
#include "base/utf8.h"
#include "base/zip.h"

enum { CAP = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int rc, const struct buf *out, const struct err *err)
{
	require(out->len <= CAP);
	require((rc < 0) == (err->kind != ERR_KINDS));
	require(rc == 0 || err->kind == ERR_PARSE || err->kind == ERR_TRUNCATED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = { .kind = ERR_KINDS };
	struct buf out, text;
	int rc;

	buf_init(&out, CAP);
	rc = zip_read((const char *)data, size, &out, &err);
	check(rc, &out, &err);
	buf_clear(&out);
	err.kind = ERR_KINDS;
	rc = inflate_append(data, size, &out, &err);
	check(rc, &out, &err);
	buf_init(&text, 3 * CAP);
	if (out.len > 0)
		require(cp949_append_utf8(out.data, out.len, &text, NULL) == 0);
	require(utf8_is_valid(buf_text(&text), text.len));
	buf_release(&text);
	buf_release(&out);
	return 0;
}
