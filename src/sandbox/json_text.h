/* SPDX-License-Identifier: MIT */
/* json_text.h: JSON written into a buffer.
 * Sandbox, lowest; uses buf.
 *
 * A buffer that could not grow takes nothing more; whoever sends it asks
 * buf_check once, at the end. */
#ifndef SANDBOX_JSON_TEXT_H
#define SANDBOX_JSON_TEXT_H

#include <stdint.h>

#include "base/buf.h"

/* As much as any answer may have: what is spoiled by size is big. */
#define JSON_TEXT_MAX_BYTES ((size_t)INT32_MAX)

/* A comma, unless the last byte opens an object or an array. */
void json_add_comma(struct buf *out);

/* A quoted JSON string: quotes, backslashes and control characters are
 * escaped, every other byte is passed on as it is. NULL gives null. */
void json_add_string(struct buf *out, const char *text);

/* "key": with the comma that it needs. */
void json_add_key(struct buf *out, const char *key);

/* The same with a value: text as it is, a number. */
void json_add_raw(struct buf *out, const char *key, const char *text);
void json_add_number(struct buf *out, const char *key, int64_t number);

/* "key":"value", the broker's way: every leaf is a string. */
void json_add_field(struct buf *out, const char *key, const char *value);
PRINTF_LIKE(3, 4)
void json_add_field_format(struct buf *out, const char *key, const char *format,
			   ...);

#endif
