/* SPDX-License-Identifier: MIT */
/* json_write.h: JSON written straight into a buffer.
 * Layer net; uses base.
 *
 * In strings '"', '\' and whatever is not fit for a terminal (utf8_is_printable)
 * is escaped, bytes that are no UTF-8 become U+FFFD. Numbers are decimal text
 * and are passed digit for digit. Commas are the writer's business. */
#ifndef NET_JSON_WRITE_H
#define NET_JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct json_writer {
	struct buf *out; /* borrowed */
	bool needs_comma;
};

void json_writer_init(struct json_writer *w, struct buf *out);

/* Nesting is the caller's: every begin has its end. */
void json_begin_object(struct json_writer *w);
void json_end_object(struct json_writer *w);

/* key is a name of our own: it needs no escape. */
void json_key(struct json_writer *w, const char *key);

/* Values, after a key. NULL text writes null. */
void json_put_string(struct json_writer *w, const char *text);
void json_put_decimal(struct json_writer *w, const char *decimal);
void json_put_integer(struct json_writer *w, int64_t value);
void json_put_null(struct json_writer *w);

/* A key and its value. */
void json_add_string(struct json_writer *w, const char *key, const char *text);
void json_add_integer(struct json_writer *w, const char *key, int64_t value);
void json_add_bool(struct json_writer *w, const char *key, bool is_true);

/* JSON text that was checked before; what is not fit for a terminal is escaped
 * in it too. */
void json_put_raw(struct json_writer *w, const char *json);

#endif
