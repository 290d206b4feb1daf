/* SPDX-License-Identifier: MIT */
#include "net/http_request.h"

#include <string.h>
#include <strings.h>

enum { MAX_HEADER_VALUE_BYTES = 4096 };

void http_request_init(struct http_request *r)
{
	size_t i;

	*r = (struct http_request){ 0 };
	buf_init(&r->url, HTTP_URL_MAX_BYTES);
	buf_init(&r->body, HTTP_URL_MAX_BYTES);
	for (i = 0; i < HTTP_HEADER_MAX; i++)
		buf_init(&r->header[i], MAX_HEADER_VALUE_BYTES);
}

void http_request_release(struct http_request *r)
{
	size_t i;

	buf_release(&r->url);
	buf_release(&r->body);
	for (i = 0; i < HTTP_HEADER_MAX; i++)
		buf_release(&r->header[i]);
}

void http_request_reset(struct http_request *r)
{
	buf_clear(&r->url);
	buf_clear(&r->body);
	r->header_count = 0;
	r->is_post = r->is_unrepeatable = r->has_query = false;
	r->answer_max_bytes = 0;
}

void http_request_set_url(struct http_request *r, const char *base,
			  const char *path)
{
	size_t len = strlen(base);

	buf_clear(&r->url);
	buf_append(&r->url, base, len && base[len - 1] == '/' ? len - 1 : len);
	buf_puts(&r->url, path);
	r->has_query = false;
}

void http_request_add_query(struct http_request *r, const char *key,
			    const char *value)
{
	static const char hex[] = "0123456789ABCDEF";
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "abcdefghijklmnopqrstuvwxyz"
					 "0123456789-._~"; /* RFC 3986, 2.3 */

	buf_putc(&r->url, r->has_query ? '&' : '?');
	r->has_query = true;
	buf_puts(&r->url, key);
	buf_putc(&r->url, '=');
	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;

		if (strchr(unreserved, c)) {
			buf_putc(&r->url, *value);
		} else {
			buf_putc(&r->url, '%');
			buf_putc(&r->url, hex[c >> 4]);
			buf_putc(&r->url, hex[c & 15]);
		}
	}
}

int http_request_add_header(struct http_request *r, const char *name,
			    const char *value, struct err *err)
{
	struct buf *line = &r->header[r->header_count];
	const char *p;

	require(r->header_count < HTTP_HEADER_MAX);
	require(strcasecmp(name, "Origin") != 0);
	for (p = value; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return err_set(
				err, ERR_INPUT,
				"the header '%s' would hold a control character",
				name);
	buf_clear(line);
	buf_puts(line, name);
	/* libcurl's form for a header with an empty value. */
	buf_puts(line, *value ? ": " : ";");
	buf_puts(line, value);
	if (buf_check(line, ERR_INPUT, err) < 0)
		return err_wrap(err, "header '%s'", name);
	r->header_count++;
	return 0;
}
