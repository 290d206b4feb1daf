/* SPDX-License-Identifier: MIT */
#include "sandbox/json_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FIELD_VALUE_BYTES = 256 };

void json_add_comma(struct buf *out)
{
	char last = out->len > 0 ? out->data[out->len - 1] : '{';

	if (last != '{' && last != '[' && last != ':')
		buf_append(out, ",", 1);
}

void json_add_string(struct buf *out, const char *text)
{
	const char *plain;
	char escape[8];

	if (!text) {
		buf_puts(out, "null");
		return;
	}
	buf_append(out, "\"", 1);
	for (plain = text; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_append(out, plain, (size_t)(text - plain));
		plain = text + 1;
		if (c >= 0x20)
			snprintf(escape, sizeof(escape), "\\%c", c);
		else
			snprintf(escape, sizeof(escape), "\\u%04x", c);
		buf_puts(out, escape);
	}
	buf_append(out, plain, (size_t)(text - plain));
	buf_append(out, "\"", 1);
}

void json_add_key(struct buf *out, const char *key)
{
	json_add_comma(out);
	json_add_string(out, key);
	buf_append(out, ":", 1);
}

void json_add_raw(struct buf *out, const char *key, const char *text)
{
	json_add_key(out, key);
	buf_puts(out, text);
}

void json_add_number(struct buf *out, const char *key, int64_t number)
{
	json_add_key(out, key);
	buf_printf(out, "%" PRId64, number);
}

void json_add_field(struct buf *out, const char *key, const char *value)
{
	json_add_key(out, key);
	json_add_string(out, value);
}

void json_add_field_format(struct buf *out, const char *key, const char *format,
			   ...)
{
	char value[FIELD_VALUE_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(value, sizeof(value), format, args);
	va_end(args);
	json_add_field(out, key, value);
}
