/* body.h: a growing text, with what it takes to write JSON into it.
 * Sandbox, low; uses failure.h for its attribute macros.
 *
 * A body that could not grow is broken: every later call does nothing, and
 * whoever sends it looks at is_broken once, at the end. */
#ifndef SANDBOX_BODY_H
#define SANDBOX_BODY_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "sandbox/failure.h"

struct body {
	char *text; /* owned; ends with a NUL that len does not count */
	size_t len, cap;
	bool is_broken;
};

void body_init(struct body *body);
void body_release(struct body *body);

/* Empties the text and keeps its room. */
void body_clear(struct body *body);

void body_add_bytes(struct body *body, const void *bytes, size_t len);
void body_add(struct body *body, const char *text);
void body_add_repeated(struct body *body, char byte, size_t count);
void body_add_format(struct body *body, const char *format, ...)
	SANDBOX_PRINTF_LIKE(2, 3);

/* Puts len bytes of text in at the given place. */
void body_insert(struct body *body, size_t at, const char *text, size_t len);

/* A comma, unless the last byte opens an object or an array. */
void body_add_comma(struct body *body);

/* A quoted JSON string: quotes, backslashes and control characters are
 * escaped, every other byte is passed on as it is. NULL gives null. */
void body_add_string(struct body *body, const char *text);

/* "key": with the comma that it needs. */
void body_add_key(struct body *body, const char *key);

/* "key":"value", the broker's way: every leaf is a string. */
void body_add_field(struct body *body, const char *key, const char *value);
void body_add_field_format(struct body *body, const char *key,
			   const char *format, ...) SANDBOX_PRINTF_LIKE(3, 4);

/* Hands the text over.
 * Owns: the caller frees it with free(); the body is empty afterwards. */
char *body_take(struct body *body, size_t *len);

#endif
