/* SPDX-License-Identifier: MIT */
/* json_read.h: strict reading of one JSON object or array; the only user of
 * cJSON.
 * Layer net; uses base, json_scan.
 *
 * cJSON alone is lenient: it takes "007", raw control characters, invalid
 * UTF-8, cuts strings at \u0000, keeps duplicate keys, and does not look at
 * what follows. So json_scan comes first, and cJSON builds the tree of what
 * passed. Its numbers are doubles; ours stay the digits of the source. */
#ifndef NET_JSON_READ_H
#define NET_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct json_doc;  /* a document, owned */
struct json_node; /* a value inside it; lives as long as the document */

/* Parses len bytes (no NUL needed).
 * Errors: as json_scan: TRUNCATED, PARSE, SYSTEM.
 * Thread: any. */
MUST_CHECK struct json_doc *json_parse(const char *text, size_t len,
				       struct err *err);

/* The same where the answer must be an object: an array is PARSE. */
MUST_CHECK struct json_doc *json_parse_object(const char *text, size_t len,
					      struct err *err);
void json_free(struct json_doc *doc);

/* The object or array that the document is. */
const struct json_node *json_root(const struct json_doc *doc);

/* The value of a key (exact case), or NULL. obj may be NULL. */
const struct json_node *json_get(const struct json_node *obj, const char *key);

/* The same for who asks for many keys in about the order of the text: looks
 * behind *at first, where the last one was found (NULL: nowhere yet). */
const struct json_node *json_find(const struct json_node *obj,
				  const struct json_node **at, const char *key);

bool json_is_object(const struct json_node *n);
bool json_is_array(const struct json_node *n);
bool json_is_null(const struct json_node *n);

/* The text of a string, or NULL when n is NULL or no string. */
const char *json_string(const struct json_node *n);

/* The text of obj's string member.
 * Returns 1 and the text, 0 when the key is absent or null (*text is NULL).
 * Errors: PARSE "field 'KEY' is a number, not a string". */
MUST_CHECK int json_get_string(const struct json_node *obj, const char *key,
			       const char **text, struct err *err);

/* The same of a value that was found; NULL: absent. */
MUST_CHECK int json_as_string(const struct json_node *n, const char *key,
			      const char **text, struct err *err);

/* The text of a number as the source wrote it, exponent and all
 * ("4.247173800124926E10"; at most JSON_NUMBER_MAX_BYTES), or NULL when n is
 * NULL or no number. Lives as long as the document. */
const char *json_number_text(const struct json_node *n);

/* The number's text of obj's member, as json_get_string.
 * Errors: PARSE "field 'KEY' is a string, not a number". */
MUST_CHECK int json_get_number_text(const struct json_node *obj,
				    const char *key, const char **text,
				    struct err *err);
MUST_CHECK int json_as_number_text(const struct json_node *n, const char *key,
				   const char **text, struct err *err);

/* An integer member within [min, max]: a JSON number without fraction and
 * exponent, or a string of digits. No double is on the way.
 * Returns 1, or 0 when the key is absent or null. Errors: PARSE. */
MUST_CHECK int json_get_integer(const struct json_node *obj, const char *key,
				int64_t min, int64_t max, int64_t *value,
				struct err *err);

/* Array members in order: first, then next; NULL at the end. */
const struct json_node *json_first(const struct json_node *array);
const struct json_node *json_next(const struct json_node *item);

/* The first member of an object, and a member's key; NULL: none. */
const struct json_node *json_first_member(const struct json_node *obj);
const char *json_member_key(const struct json_node *member);

/* The source text of a value, for passing an answer on unchanged ("raw"):
 * without blanks, numbers digit for digit. The caller frees it with
 * json_text_free.
 * NULL when out of memory. */
char *json_render(const struct json_node *n);
void json_text_free(char *text);

#endif
