/* SPDX-License-Identifier: MIT */
/* Whatever a server answers: what is taken is whole, begins and ends as it must,
 * holds the answer to the key, and no beginning of it is taken or refused. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "net/ws_handshake.h"

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ssize_t check(const char *text, size_t len, struct err *err)
{
	char *block = malloc(len ? len : 1);
	ssize_t rc;

	require(block);
	if (len)
		memcpy(block, text, len);
	rc = ws_handshake_check(block, len, KEY, err);
	free(block);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct err err = { .kind = ERR_KINDS };
	ssize_t rc = check(text, size, &err);
	struct buf taken;

	if (rc < 0) {
		require(err.kind == ERR_HTTP || err.kind == ERR_SERVER || err.code == 401 ||
			err.code == 403 || err.code == 429);
		require(err.msg[0] && memchr(err.msg, '\0', sizeof err.msg));
		return 0;
	}
	require(err.kind == ERR_KINDS);
	if (rc == 0) {
		require(size < WS_ANSWER_MAX_BYTES);
		return 0;
	}
	require((size_t)rc <= size && rc <= WS_ANSWER_MAX_BYTES);
	buf_init(&taken, WS_ANSWER_MAX_BYTES);
	buf_append(&taken, text, (size_t)rc);
	require(strncmp(buf_text(&taken), "HTTP/1.1 101", 12) == 0);
	require(strcmp(buf_text(&taken) + rc - 4, "\r\n\r\n") == 0);
	require(strstr(buf_text(&taken), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
	buf_release(&taken);
	for (ssize_t n = 0; n < rc; n += rc > 512 ? 61 : 1)
		require(check(text, (size_t)n, NULL) == 0);
	return 0;
}
