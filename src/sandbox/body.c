#include "sandbox/body.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BODY_FIRST_BYTES = 2048, FIELD_VALUE_BYTES = 256 };

void body_init(struct body *body)
{
	*body = (struct body){ 0 };
}

void body_release(struct body *body)
{
	free(body->text);
	body_init(body);
}

void body_clear(struct body *body)
{
	body->len = 0;
	if (body->text)
		body->text[0] = '\0';
}

/* Makes room for more bytes and the NUL. */
static bool body_reserve(struct body *body, size_t more)
{
	size_t cap = body->cap ? body->cap : BODY_FIRST_BYTES;
	char *text;

	if (body->is_broken)
		return false;
	if (more >= SIZE_MAX / 2 - body->len) {
		body->is_broken = true;
		return false;
	}
	if (body->text && body->len + more < body->cap)
		return true;
	while (cap <= body->len + more)
		cap *= 2;
	text = realloc(body->text, cap);
	if (!text) {
		body->is_broken = true;
		return false;
	}
	body->text = text;
	body->cap = cap;
	return true;
}

void body_add_bytes(struct body *body, const void *bytes, size_t len)
{
	if (!body_reserve(body, len))
		return;
	if (len > 0)
		memcpy(body->text + body->len, bytes, len);
	body->len += len;
	body->text[body->len] = '\0';
}

void body_add(struct body *body, const char *text)
{
	body_add_bytes(body, text, strlen(text));
}

void body_add_repeated(struct body *body, char byte, size_t count)
{
	if (!body_reserve(body, count))
		return;
	memset(body->text + body->len, byte, count);
	body->len += count;
	body->text[body->len] = '\0';
}

void body_add_format(struct body *body, const char *format, ...)
{
	char text[1024];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof(text)) {
		body->is_broken = true;
		return;
	}
	body_add_bytes(body, text, (size_t)len);
}

void body_insert(struct body *body, size_t at, const char *text, size_t len)
{
	if (!body_reserve(body, len) || at > body->len)
		return;
	memmove(body->text + at + len, body->text + at, body->len - at + 1);
	memcpy(body->text + at, text, len);
	body->len += len;
}

void body_add_comma(struct body *body)
{
	char last = body->len > 0 ? body->text[body->len - 1] : '{';

	if (last != '{' && last != '[' && last != ':')
		body_add_bytes(body, ",", 1);
}

void body_add_string(struct body *body, const char *text)
{
	const char *plain;
	char escape[8];

	if (!text) {
		body_add(body, "null");
		return;
	}
	body_add_bytes(body, "\"", 1);
	for (plain = text; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		body_add_bytes(body, plain, (size_t)(text - plain));
		plain = text + 1;
		if (c >= 0x20)
			snprintf(escape, sizeof(escape), "\\%c", c);
		else
			snprintf(escape, sizeof(escape), "\\u%04x", c);
		body_add(body, escape);
	}
	body_add_bytes(body, plain, (size_t)(text - plain));
	body_add_bytes(body, "\"", 1);
}

void body_add_key(struct body *body, const char *key)
{
	body_add_comma(body);
	body_add_string(body, key);
	body_add_bytes(body, ":", 1);
}

void body_add_field(struct body *body, const char *key, const char *value)
{
	body_add_key(body, key);
	body_add_string(body, value);
}

void body_add_field_format(struct body *body, const char *key,
			   const char *format, ...)
{
	char value[FIELD_VALUE_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(value, sizeof(value), format, args);
	va_end(args);
	body_add_field(body, key, value);
}

char *body_take(struct body *body, size_t *len)
{
	char *text = body->text;

	*len = body->len;
	body_init(body);
	return text;
}
