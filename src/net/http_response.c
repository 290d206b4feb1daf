/* SPDX-License-Identifier: MIT */
#include "net/http_response.h"

#include <string.h>
#include <strings.h>

#include "base/span.h"

void http_response_init(struct http_response *r)
{
	*r = (struct http_response){ 0 };
	buf_init(&r->body, HTTP_BODY_MAX_BYTES);
	buf_init(&r->header, HTTP_RESPONSE_HEADER_MAX_BYTES);
}

void http_response_release(struct http_response *r)
{
	buf_release(&r->body);
	buf_release(&r->header);
}

void http_response_reset(struct http_response *r, size_t body_max_bytes)
{
	struct buf body = r->body, header = r->header;

	if (body_max_bytes == 0)
		body_max_bytes = HTTP_BODY_MAX_BYTES;
	if (body.max != body_max_bytes) {
		buf_release(&body);
		buf_init(&body, body_max_bytes);
	}
	buf_clear(&body);
	buf_clear(&header);
	*r = (struct http_response){ .body = body, .header = header };
}

static bool is_printable(const char *text, size_t len)
{
	for (; len > 0; text++, len--)
		if ((*text < 0x20 && *text != '\t') || *text > 0x7e)
			return false;
	return true;
}

/* "name: value" without its line end. */
static void keep(struct http_response *r, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);
	struct span value;
	size_t name_len;

	if (!colon || colon == line || is_blank(line[0]) ||
	    !is_printable(line, len))
		return;
	name_len = (size_t)(colon - line);
	value = span_trim((struct span){ colon + 1, len - name_len - 1 });
	/* All of it, or nothing. */
	if (name_len + value.len + 2 > r->header.max - r->header.len)
		return;
	buf_append(&r->header, line, name_len);
	buf_putc(&r->header, '\0');
	buf_append(&r->header, value.text, value.len);
	buf_putc(&r->header, '\0');
}

void http_response_take_line(struct http_response *r, const char *line,
			     size_t len)
{
	while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
		len--;
	if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
		/* What stands before was that of a 1xx. */
		buf_clear(&r->header);
		r->is_head_over = false;
	} else if (len == 0) {
		r->is_head_over = true;
	} else if (!r->is_head_over) {
		keep(r, line, len);
	}
}

const char *http_response_header(const struct http_response *r,
				 const char *name)
{
	const char *at = buf_text(&r->header), *end = at + r->header.len;

	while (at < end) {
		const char *value = at + strlen(at) + 1;

		if (strcasecmp(at, name) == 0)
			return value;
		at = value + strlen(value) + 1;
	}
	return NULL;
}
