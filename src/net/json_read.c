/* SPDX-License-Identifier: MIT */
#include "net/json_read.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "net/json_scan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

/* ---- the tree ---------------------------------------------------------- */

struct json_doc {
	cJSON *root;        /* owned */
	struct buf numbers; /* owned; the number nodes point into it */
};

/* A node is cJSON's; its name here keeps cJSON out of the header. */
static const cJSON *item_of(const struct json_node *n)
{
	return (const cJSON *)n;
}

static const struct json_node *node_of(const cJSON *item)
{
	return (const struct json_node *)item;
}

/* Gives each number its digits in place of its double: cJSON prints a raw item
 * as it is, and does not free the text of a reference. */
static void restore_numbers(cJSON *root, char *digits)
{
	cJSON *parent[JSON_DEPTH_MAX];
	size_t depth = 0;
	cJSON *item = root;

	for (;;) {
		if (cJSON_IsNumber(item)) {
			item->type = cJSON_Raw | cJSON_IsReference;
			item->valuestring = digits;
			digits += strlen(digits) + 1;
		}
		if (item->child) {
			parent[depth++] = item;
			item = item->child;
			continue;
		}
		while (!item->next) {
			if (depth == 0)
				return;
			item = parent[--depth];
		}
		item = item->next;
	}
}

struct json_doc *json_parse(const char *text, size_t len, struct err *err)
{
	struct json_doc *doc = err_calloc(sizeof *doc, err);
	const char *document_end = NULL, *end = NULL;

	if (!doc)
		return NULL;
	buf_init(&doc->numbers, len); /* each number is followed by something */
	if (json_scan(text, len, &doc->numbers, &document_end, err))
		goto fail;
	doc->root = cJSON_ParseWithLengthOpts(text, len, &end, false);
	if (!doc->root) {
		err_no_memory(err); /* the scan leaves no other reason */
		goto fail;
	}
	if (end != document_end) {
		err_set(err, ERR_PARSE,
			"cannot read JSON: it can be read in two ways");
		goto fail;
	}
	if (doc->numbers.len > 0)
		restore_numbers(doc->root, doc->numbers.data);
	return doc;
fail:
	json_free(doc);
	return NULL;
}

struct json_doc *json_parse_object(const char *text, size_t len,
				   struct err *err)
{
	struct json_doc *doc = json_parse(text, len, err);

	if (!doc || json_is_object(json_root(doc)))
		return doc;
	err_set(err, ERR_PARSE,
		"cannot read JSON: an array where an object is expected");
	json_free(doc);
	return NULL;
}

void json_free(struct json_doc *doc)
{
	if (!doc)
		return;
	cJSON_Delete(doc->root);
	buf_release(&doc->numbers);
	free(doc);
}

/* ---- questions --------------------------------------------------------- */

const struct json_node *json_root(const struct json_doc *doc)
{
	return node_of(doc->root);
}

/* The first member from n on, to the end of the list, that has the key. */
static const cJSON *find_from(const cJSON *n, const char *key)
{
	/* As cJSON_GetObjectItemCaseSensitive; most keys differ in a letter
	 * that is seen without a call. */
	for (; n; n = n->next)
		if (n->string[0] == key[0] && strcmp(n->string, key) == 0)
			break;
	return n;
}

const struct json_node *json_get(const struct json_node *obj, const char *key)
{
	return json_is_object(obj)
		       ? node_of(find_from(item_of(obj)->child, key))
		       : NULL;
}

const struct json_node *json_find(const struct json_node *obj,
				  const struct json_node **at, const char *key)
{
	const cJSON *n = *at ? find_from(item_of(*at)->next, key) : NULL;

	if (!n)
		return *at = json_get(obj, key);
	return *at = node_of(n);
}

bool json_is_object(const struct json_node *n)
{
	return cJSON_IsObject(item_of(n));
}

bool json_is_array(const struct json_node *n)
{
	return cJSON_IsArray(item_of(n));
}

bool json_is_null(const struct json_node *n)
{
	return cJSON_IsNull(item_of(n));
}

const char *json_string(const struct json_node *n)
{
	return cJSON_IsString(item_of(n)) ? item_of(n)->valuestring : NULL;
}

const char *json_number_text(const struct json_node *n)
{
	return cJSON_IsRaw(item_of(n)) ? item_of(n)->valuestring : NULL;
}

static const char *kind_name(const struct json_node *n)
{
	const cJSON *item = item_of(n);

	if (cJSON_IsObject(item))
		return "an object";
	if (cJSON_IsArray(item))
		return "an array";
	if (cJSON_IsRaw(item))
		return "a number";
	return cJSON_IsBool(item) ? "true or false" : "a string";
}

int json_get_string(const struct json_node *obj, const char *key,
		    const char **text, struct err *err)
{
	return json_as_string(json_get(obj, key), key, text, err);
}

/* The text that n has as what it must be. Returns 1, 0: there is none. */
static int check_text(const struct json_node *n, const char *key,
		      const char *text, const char *what, struct err *err)
{
	if (text)
		return 1;
	if (!n || json_is_null(n))
		return 0;
	return err_set(err, ERR_PARSE, "field '%s' is %s, not a %s", key,
		       kind_name(n), what);
}

int json_as_string(const struct json_node *n, const char *key,
		   const char **text, struct err *err)
{
	*text = json_string(n);
	return check_text(n, key, *text, "string", err);
}

int json_get_number_text(const struct json_node *obj, const char *key,
			 const char **text, struct err *err)
{
	return json_as_number_text(json_get(obj, key), key, text, err);
}

int json_as_number_text(const struct json_node *n, const char *key,
			const char **text, struct err *err)
{
	*text = json_number_text(n);
	return check_text(n, key, *text, "number", err);
}

/* Digits with an optional minus, and nothing else. */
static bool parse_integer(const char *text, int64_t *value)
{
	const char *p = text + (*text == '-');
	int64_t v = 0;

	if (*p == '\0')
		return false;
	/* Downwards: INT64_MIN has no positive twin. */
	for (; *p != '\0'; p++) {
		if (*p < '0' || *p > '9' || v < INT64_MIN / 10 ||
		    v * 10 < INT64_MIN + (*p - '0'))
			return false;
		v = v * 10 - (*p - '0');
	}
	if (*text != '-' && v == INT64_MIN)
		return false;
	*value = *text == '-' ? v : -v;
	return true;
}

int json_get_integer(const struct json_node *obj, const char *key, int64_t min,
		     int64_t max, int64_t *value, struct err *err)
{
	const struct json_node *n = json_get(obj, key);
	const cJSON *item = item_of(n);
	char shown[64];
	int64_t v;

	if (!n || json_is_null(n))
		return 0;
	if (!cJSON_IsString(item) && !cJSON_IsRaw(item))
		return err_set(err, ERR_PARSE,
			       "field '%s' is %s, not a whole number", key,
			       kind_name(n));
	if (parse_integer(item->valuestring, &v) && v >= min && v <= max) {
		*value = v;
		return 1;
	}
	utf8_copy_printable(item->valuestring, strlen(item->valuestring), shown,
			    sizeof shown, 24);
	return err_set(err, ERR_PARSE,
		       "field '%s' is '%s', not a whole number from %" PRId64
		       " to %" PRId64,
		       key, shown, min, max);
}

const struct json_node *json_first(const struct json_node *array)
{
	return json_is_array(array) ? node_of(item_of(array)->child) : NULL;
}

const struct json_node *json_next(const struct json_node *item)
{
	return node_of(item_of(item)->next);
}

const struct json_node *json_first_member(const struct json_node *obj)
{
	return json_is_object(obj) ? node_of(item_of(obj)->child) : NULL;
}

const char *json_member_key(const struct json_node *member)
{
	return member ? item_of(member)->string : NULL;
}

char *json_render(const struct json_node *n)
{
	return cJSON_PrintUnformatted(item_of(n));
}

void json_text_free(char *text)
{
	cJSON_free(text);
}
