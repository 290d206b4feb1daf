/* SPDX-License-Identifier: MIT */
/* The head of an answer from an untrusted server, line by line: what is kept is
 * printable, within its cap, found by its name, and nothing of another answer. */
#include "net/http_response.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_kept(const struct http_response *r)
{
	const char *at = buf_text(&r->header), *end = at + r->header.len;

	require(r->header.len <= HTTP_RESPONSE_HEADER_MAX_BYTES);
	require(!r->header.is_over);
	while (at < end) {
		const char *name = at, *value = at + strlen(at) + 1, *found;

		require(*name && value < end);
		found = http_response_header(r, name);
		require(found && found <= value);
		for (const char *p = name; *p; p++)
			require(*p >= 0x20 || *p == '\t');
		for (const char *p = value; *p; p++)
			require(*p == '\t' || (*p >= 0x20 && *p <= 0x7e));
		require(!strchr(" \t", value[0]) || !value[0]);
		at = value + strlen(value) + 1;
	}
	require(at == end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size;
	struct http_response r;

	http_response_init(&r);
	while (at < end) {
		const char *line_end = memchr(at, '\n', (size_t)(end - at));
		size_t len = line_end ? (size_t)(line_end + 1 - at) : (size_t)(end - at);

		http_response_take_line(&r, at, len);
		if (len >= 5 && memcmp(at, "HTTP/", 5) == 0)
			require(r.header.len == 0);
		at += len;
	}
	check_kept(&r);
	http_response_reset(&r, 0);
	require(!http_response_header(&r, "Date"));
	http_response_release(&r);
	return 0;
}
