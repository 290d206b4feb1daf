/* SPDX-License-Identifier: MIT */
#include "net/json_scan.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { SLOT_BITS = 11, SLOTS = 1 << SLOT_BITS }; /* twice JSON_KEYS_MAX */

struct key {
	const char *text, *end; /* between the quotes, escapes and all */
	uint32_t hash;
	uint32_t slot;
};

struct level {
	char closer; /* '}' or ']' */
	bool has_members;
	size_t first_key;
};

/* A cursor, and what surrounds it. When the scan stops, the cursor stands on
 * the first byte that cannot be there; at the end, only the rest is lacking.
 *
 * The keys of all open objects are on one stack, and found by hash: closing an
 * object takes off what was put on last, so slots empty in reverse order and
 * probing needs no tombstones. */
struct scan {
	const char *p, *end;
	const char *problem; /* static text */
	struct buf *numbers; /* borrowed */
	size_t depth, key_count;
	struct level level[JSON_DEPTH_MAX];
	struct key key[JSON_KEYS_MAX];
	uint16_t slot[SLOTS]; /* 1 + place in key; 0: free */
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

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static int peek_token(struct scan *s)
{
	while (s->p < s->end && is_blank(*s->p))
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

/* Whether [first, first + span) holds no unit that can be the first, or second,
 * of a character: a second half of a pair stands second and nowhere else. */
static bool is_wrong_half(uint32_t first, uint32_t span, bool is_second)
{
	if (span < 0x400)
		return is_surrogate(first, 0xdc00) != is_second;
	return is_second && first != 0xd000;
}

/* Four hexadecimal digits of a \u escape. Each narrows [first, first + span)
 * until no unit, or one, is left: so a cut escape that could not have gone on
 * well is told from one that could. */
static const char *read_unit(const char **p, const char *end, bool is_second,
			     uint32_t *unit)
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
		if (is_wrong_half(first, span, is_second))
			return "half of a surrogate pair";
		++*p;
	}
	*unit = first;
	return NULL;
}

static const char *read_escape(const char **p, const char *end, uint32_t *cp)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
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
	if (problem)
		return problem;
	*cp = 0x10000 + ((*cp & 0x3ff) << 10) + (second & 0x3ff);
	return NULL;
}

/* Reads one character between quotes, escaped or not.
 * Returns NULL, or the problem of the byte that *p then stands on. */
static const char *read_char(const char **p, const char *end, uint32_t *cp)
{
	const char *start = *p;
	size_t n;

	if (*start == '\\')
		return read_escape(p, end, cp);
	if ((unsigned char)*start < 0x20)
		return "control character in a string";
	n = utf8_decode(start, (size_t)(end - start), cp);
	*p += n;
	if (n > 0)
		return NULL;
	while (*p < end && utf8_is_cut(start, (size_t)(*p - start) + 1))
		++*p;
	return "invalid UTF-8";
}

static int scan_string(struct scan *s)
{
	const char *p = s->p + 1, *problem;
	uint32_t cp;

	for (;;) {
		while (p < s->end && json_is_plain(*p))
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

static int scan_number_text(struct scan *s)
{
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
		return scan_digits(s);
	}
	return 0;
}

static int scan_number(struct scan *s)
{
	const char *start = s->p;
	int rc = scan_number_text(s);

	/* Whatever follows, and be it not a number. */
	if (s->p - start > JSON_NUMBER_MAX_BYTES) {
		s->p = start + JSON_NUMBER_MAX_BYTES;
		return stop(s, "number too long");
	}
	if (rc)
		return -1;
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
static uint32_t hash_key(const char *text, const char *end)
{
	uint32_t hash = 0;

	for (const char *p = text, *next; p < end; p = next) {
		uint32_t cp = (unsigned char)*p;

		next = p + 1;
		if (!json_is_plain(*p)) {
			const char *q = p; /* next itself stays in a register */

			(void)read_char(&q, end, &cp);
			next = q;
		}
		hash = hash * 33 ^ cp;
	}
	return hash * UINT32_C(2654435761);
}

static bool is_same_key(const struct key *key, const char *text,
			const char *end)
{
	const char *p = key->text;
	uint32_t x = 0, y = 0;

	while (x == y && p < key->end && text < end) {
		(void)read_char(&p, key->end, &x);
		(void)read_char(&text, end, &y);
	}
	return x == y && p == key->end && text == end;
}

static int add_key(struct scan *s, const char *text, const char *end)
{
	size_t first = s->level[s->depth - 1].first_key;
	uint32_t hash = hash_key(text, end);
	uint32_t slot = hash >> (32 - SLOT_BITS);

	for (; s->slot[slot] != 0; slot = (slot + 1) % SLOTS) {
		size_t i = s->slot[slot] - 1U;
		const struct key *key = &s->key[i];

		if (i >= first && key->hash == hash &&
		    is_same_key(key, text, end)) {
			s->p = end;
			return stop(s, "key a second time");
		}
	}
	s->key[s->key_count++] = (struct key){ text, end, hash, slot };
	s->slot[slot] = (uint16_t)s->key_count;
	return 0;
}

/* A key and its colon. */
static int scan_key(struct scan *s)
{
	const char *text;

	if (peek_token(s) != '"')
		return stop(s, "key expected");
	if (s->key_count == JSON_KEYS_MAX)
		return stop(s, "too many keys");
	text = s->p + 1;
	if (scan_string(s) || add_key(s, text, s->p - 1))
		return -1;
	return take_token(s, ':', "':' expected");
}

/* ---- nesting ----------------------------------------------------------- */

static int open_level(struct scan *s, char closer)
{
	if (s->depth == JSON_DEPTH_MAX)
		return stop(s, "nested too deeply");
	s->level[s->depth++] = (struct level){
		.closer = closer,
		.first_key = s->key_count,
	};
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
	if (level->closer == '}' && scan_key(s))
		return -1;
	return scan_value(s);
}

/* *document_end: behind the closing bracket. */
static int scan_document(struct scan *s, const char **document_end)
{
	int c = peek_token(s);

	if (c != '{' && c != '[')
		return stop(s, "object or array expected");
	if (open_level(s, c == '{' ? '}' : ']'))
		return -1;
	while (s->depth > 0)
		if (scan_member(s))
			return -1;
	*document_end = s->p;
	return peek_token(s) < 0 ? 0 : stop(s, "nothing more expected");
}

int json_scan(const char *text, size_t len, struct buf *numbers,
	      const char **document_end, struct err *err)
{
	struct scan s;

	s.p = text;
	s.end = text + len;
	s.numbers = numbers;
	s.depth = s.key_count = 0;
	memset(s.slot, 0, sizeof s.slot);
	if (scan_document(&s, document_end) == 0)
		return buf_check(numbers, ERR_PARSE, err);
	if (s.p == s.end)
		return err_set(err, ERR_TRUNCATED,
			       "cannot read JSON: it ends at byte %zu", len);
	return err_set(err, ERR_PARSE, "cannot read JSON: byte %zu: %s",
		       (size_t)(s.p - text), s.problem);
}
