#include "net/json_read.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/buf.h"
#include "base/utf8.h"

/* ---- the scan ---------------------------------------------------------- */

enum { KEY_SLOTS = 2 * JSON_KEYS_MAX }; /* a power of two, never over half full */

struct key {
	const char *text, *end; /* between the quotes, escapes and all */
	uint32_t hash;
	uint32_t slot;
};

struct level {
	char closer;       /* '}' or ']' */
	bool has_members;
	size_t first_key;
};

/* A cursor, and what surrounds it. When the scan stops, the cursor stands on
 * the byte that cannot be there; at the end, only the rest is lacking.
 *
 * The keys of all open objects are on one stack, and found by hash: closing an
 * object takes off what was put on last, so slots empty in reverse order and
 * probing needs no tombstones. */
struct scan {
	const char *p, *end;
	const char *problem;  /* static text */
	struct buf *numbers;  /* borrowed: each number's text and a NUL, in order */
	size_t depth, key_count;
	struct level level[JSON_DEPTH_MAX];
	struct key key[JSON_KEYS_MAX];
	uint16_t slot[KEY_SLOTS]; /* 1 + place in key; 0: free */
};

static int stop(struct scan *s, const char *problem)
{
	s->problem = problem;
	return -1;
}

/* The byte at the cursor, or -1 at the end. */
static int peek(const struct scan *s)
{
	return s->p < s->end ? (unsigned char)*s->p : -1;
}

static int peek_token(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\r' || *s->p == '\t'))
		s->p++;
	return peek(s);
}

static int take_token(struct scan *s, char token, const char *problem)
{
	if (peek_token(s) != token)
		return stop(s, problem);
	s->p++;
	return 0;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool is_surrogate(uint32_t unit, uint32_t base)
{
	return (unit & 0xfc00) == base;
}

/* Four hexadecimal digits of a \u escape. Each narrows [first, first + span)
 * until no character, or one, is left: so a cut escape that could not have
 * gone on well is told from one that could. */
static const char *read_unit(const char **p, const char *end, bool is_second, uint32_t *unit)
{
	uint32_t first = 0, span = 0x10000;

	while (span > 1) {
		int digit = *p < end ? hex_value(**p) : -1;

		if (digit < 0)
			return "four hexadecimal digits expected";
		span /= 16;
		first += (uint32_t)digit * span;
		if (first + span == 1)
			return "\\u0000 in a string";
		if (span <= 0x400 && is_surrogate(first, 0xdc00) != is_second)
			return "half of a surrogate pair";
		if (span > 0x400 && is_second && first != 0xd000)
			return "half of a surrogate pair";
		++*p;
	}
	*unit = first;
	return NULL;
}

static const char *read_escape(const char **p, const char *end, uint32_t *cp)
{
	static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	const char *letter, *problem;
	uint32_t second;

	++*p;
	if (*p == end)
		return "escape expected";
	if (**p != 'u') {
		letter = **p != '\0' ? strchr(letters, **p) : NULL;
		if (!letter)
			return "unknown escape";
		*cp = (unsigned char)meanings[letter - letters];
		++*p;
		return NULL;
	}
	++*p;
	problem = read_unit(p, end, false, cp);
	if (problem || !is_surrogate(*cp, 0xd800))
		return problem;
	for (const char *lead = "\\u"; *lead != '\0'; lead++, ++*p)
		if (*p == end || **p != *lead)
			return "half of a surrogate pair";
	problem = read_unit(p, end, true, &second);
	*cp = 0x10000 + ((*cp & 0x3ff) << 10) + (second & 0x3ff);
	return problem;
}

/* Whether bytes that are no character could begin one: some bytes added to
 * them make one. (0x80 suits every lead byte but E0 and F0, 0xBF those.) */
static bool is_cut_character(const char *p, size_t len)
{
	uint32_t cp;

	for (int i = 0; i < 2; i++) {
		char whole[4];

		memset(whole, i ? 0xbf : 0x80, sizeof whole);
		memcpy(whole, p, len < sizeof whole ? len : sizeof whole);
		if (utf8_decode(whole, sizeof whole, &cp) > len)
			return true;
	}
	return false;
}

/* Reads one character between quotes, escaped or not.
 * Returns NULL, or the problem of the byte that *p then stands on. */
static const char *read_char(const char **p, const char *end, uint32_t *cp)
{
	unsigned char c = (unsigned char)**p;
	size_t n;

	if (c == '\\')
		return read_escape(p, end, cp);
	if (c < 0x20)
		return "control character in a string";
	n = utf8_decode(*p, (size_t)(end - *p), cp);
	if (n == 0 && is_cut_character(*p, (size_t)(end - *p)))
		*p = end;
	*p += n;
	return n ? NULL : "invalid UTF-8";
}

static int scan_string(struct scan *s)
{
	const char *p = s->p + 1, *problem;
	uint32_t cp;

	for (;;) {
		while (p < s->end && *p >= 0x20 && *p < 0x7f && *p != '"' && *p != '\\')
			p++;
		s->p = p;
		if (p == s->end)
			return stop(s, "'\"' expected");
		if (*p == '"')
			break;
		problem = read_char(&p, s->end, &cp);
		s->p = p;
		if (problem)
			return stop(s, problem);
	}
	s->p++;
	return 0;
}

static int scan_digits(struct scan *s)
{
	const char *start = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return s->p > start ? 0 : stop(s, "digit expected");
}

static int scan_number(struct scan *s)
{
	const char *start = s->p;

	if (peek(s) == '-')
		s->p++;
	if (peek(s) == '0')
		s->p++;
	else if (scan_digits(s))
		return -1;
	if (peek(s) == '.') {
		s->p++;
		if (scan_digits(s))
			return -1;
	}
	if (peek(s) == 'e' || peek(s) == 'E') {
		s->p++;
		if (peek(s) == '+' || peek(s) == '-')
			s->p++;
		if (scan_digits(s))
			return -1;
	}
	if (s->p - start > JSON_NUMBER_MAX_BYTES) {
		s->p = start + JSON_NUMBER_MAX_BYTES;
		return stop(s, "number too long");
	}
	buf_append(s->numbers, start, (size_t)(s->p - start));
	buf_putc(s->numbers, '\0');
	return 0;
}

static int scan_word(struct scan *s, const char *word)
{
	for (; *word != '\0'; word++, s->p++)
		if (peek(s) != *word)
			return stop(s, "value expected");
	return 0;
}

/* ---- keys -------------------------------------------------------------- */

/* Of the characters, so that "a" and "\u0061" are the same. */
static uint32_t hash_key(const char *p, const char *end)
{
	uint32_t hash = 0, cp = 0;

	while (p < end) {
		if (*p >= 0x20 && *p != '\\')
			cp = (unsigned char)*p++;
		else
			(void)read_char(&p, end, &cp);
		hash = hash * 33 ^ cp;
	}
	return hash * UINT32_C(2654435761);
}

static bool is_same_key(const char *a, const char *a_end, const char *b, const char *b_end)
{
	uint32_t x = 0, y = 0;

	while (x == y && a < a_end && b < b_end) {
		(void)read_char(&a, a_end, &x);
		(void)read_char(&b, b_end, &y);
	}
	return x == y && a == a_end && b == b_end;
}

static int add_key(struct scan *s, const char *text, const char *end)
{
	size_t first = s->level[s->depth - 1].first_key;
	uint32_t hash = hash_key(text, end);
	uint32_t slot = hash / (UINT32_MAX / KEY_SLOTS + 1);

	for (; s->slot[slot] != 0; slot = (slot + 1) % KEY_SLOTS) {
		size_t i = s->slot[slot] - 1U;
		const struct key *key = &s->key[i];

		if (i >= first && key->hash == hash &&
		    is_same_key(key->text, key->end, text, end)) {
			s->p = text;
			return stop(s, "key a second time");
		}
	}
	if (s->key_count == JSON_KEYS_MAX) {
		s->p = text;
		return stop(s, "too many keys");
	}
	s->key[s->key_count++] = (struct key){ text, end, hash, slot };
	s->slot[slot] = (uint16_t)s->key_count;
	return 0;
}

static int scan_key(struct scan *s)
{
	const char *text;

	if (peek_token(s) != '"')
		return stop(s, "key expected");
	text = s->p + 1;
	if (scan_string(s))
		return -1;
	return add_key(s, text, s->p - 1);
}

/* ---- nesting ----------------------------------------------------------- */

static int open_level(struct scan *s, char closer)
{
	if (s->depth == JSON_DEPTH_MAX)
		return stop(s, "nested too deeply");
	s->level[s->depth++] = (struct level){ .closer = closer, .first_key = s->key_count };
	s->p++;
	return 0;
}

static void close_level(struct scan *s)
{
	size_t first = s->level[--s->depth].first_key;

	while (s->key_count > first)
		s->slot[s->key[--s->key_count].slot] = 0;
	s->p++;
}

static int scan_value(struct scan *s)
{
	int c = peek_token(s);

	switch (c) {
	case '{':
		return open_level(s, '}');
	case '[':
		return open_level(s, ']');
	case '"':
		return scan_string(s);
	case 't':
		return scan_word(s, "true");
	case 'f':
		return scan_word(s, "false");
	case 'n':
		return scan_word(s, "null");
	default:
		if (c == '-' || (c >= '0' && c <= '9'))
			return scan_number(s);
		return stop(s, "value expected");
	}
}

/* The next member of the innermost object or array, or its end. */
static int scan_member(struct scan *s)
{
	struct level *level = &s->level[s->depth - 1];

	if (peek_token(s) == level->closer) {
		close_level(s);
		return 0;
	}
	if (level->has_members && take_token(s, ',', "',' or the end expected"))
		return -1;
	level->has_members = true;
	if (level->closer == '}' && (scan_key(s) || take_token(s, ':', "':' expected")))
		return -1;
	return scan_value(s);
}

/* *object_end: behind the closing brace. */
static int scan_document(struct scan *s, const char **object_end)
{
	if (peek_token(s) != '{')
		return stop(s, "object expected");
	if (open_level(s, '}'))
		return -1;
	while (s->depth > 0)
		if (scan_member(s))
			return -1;
	*object_end = s->p;
	return peek_token(s) < 0 ? 0 : stop(s, "nothing more expected");
}

static int scan_text(const char *text, size_t len, struct buf *numbers, const char **object_end,
		     struct err *err)
{
	struct scan s;

	s.p = text;
	s.end = text + len;
	s.numbers = numbers;
	s.depth = s.key_count = 0;
	memset(s.slot, 0, sizeof s.slot);
	if (scan_document(&s, object_end) == 0)
		return 0;
	if (s.p == s.end)
		return err_set(err, ERR_TRUNCATED, "cannot read JSON: it ends at byte %zu", len);
	return err_set(err, ERR_PARSE, "cannot read JSON: byte %zu: %s", (size_t)(s.p - text),
		       s.problem);
}

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
	struct json_doc *doc = calloc(1, sizeof *doc);
	const char *object_end, *end;

	if (!doc) {
		err_no_memory(err);
		return NULL;
	}
	/* A number is followed by something: with its NUL it is no longer. */
	buf_init(&doc->numbers, len + 1);
	if (scan_text(text, len, &doc->numbers, &object_end, err))
		goto fail;
	if (buf_check(&doc->numbers, ERR_PARSE, err))
		goto fail;
	doc->root = cJSON_ParseWithLengthOpts(text, len, &end, false);
	if (!doc->root) {
		err_no_memory(err); /* the scan leaves no other reason */
		goto fail;
	}
	if (end != object_end) {
		err_set(err, ERR_PARSE, "cannot read JSON: it can be read in two ways");
		goto fail;
	}
	if (doc->numbers.len > 0)
		restore_numbers(doc->root, doc->numbers.data);
	return doc;
fail:
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

const struct json_node *json_get(const struct json_node *obj, const char *key)
{
	if (!json_is_object(obj))
		return NULL;
	return node_of(cJSON_GetObjectItemCaseSensitive(item_of(obj), key));
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

int json_get_string(const struct json_node *obj, const char *key, const char **text,
		    struct err *err)
{
	const struct json_node *n = json_get(obj, key);

	*text = json_string(n);
	if (*text)
		return 1;
	if (!n || json_is_null(n))
		return 0;
	return err_set(err, ERR_PARSE, "field '%s' is %s, not a string", key, kind_name(n));
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

int json_get_integer(const struct json_node *obj, const char *key, int64_t min, int64_t max,
		     int64_t *value, struct err *err)
{
	const struct json_node *n = json_get(obj, key);
	const cJSON *item = item_of(n);
	char shown[64];
	int64_t v;

	if (!n || json_is_null(n))
		return 0;
	if (!cJSON_IsString(item) && !cJSON_IsRaw(item))
		return err_set(err, ERR_PARSE, "field '%s' is %s, not a whole number", key,
			       kind_name(n));
	if (parse_integer(item->valuestring, &v) && v >= min && v <= max) {
		*value = v;
		return 1;
	}
	utf8_copy_printable(item->valuestring, strlen(item->valuestring), shown, sizeof shown, 24);
	return err_set(err, ERR_PARSE,
		       "field '%s' is '%s', not a whole number from %" PRId64 " to %" PRId64, key,
		       shown, min, max);
}

const struct json_node *json_first(const struct json_node *array)
{
	return json_is_array(array) ? node_of(item_of(array)->child) : NULL;
}

const struct json_node *json_next(const struct json_node *item)
{
	return node_of(item_of(item)->next);
}

char *json_render(const struct json_node *n)
{
	return cJSON_PrintUnformatted(item_of(n));
}

void json_text_free(char *text)
{
	cJSON_free(text);
}
