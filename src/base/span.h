/* SPDX-License-Identifier: MIT */
/* span.h: a part of a text, and what its characters are.
 * Layer base; uses nothing.
 *
 * Of ASCII alone: the C library's ctype follows the locale; codes, names and
 * numbers do not. */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>

struct span {
	const char *text; /* borrowed, not terminated */
	size_t len;
};

/* Of a string literal. */
#define SPAN(literal)                          \
	{                                      \
		(literal), sizeof(literal) - 1 \
	}

/* Without its first n characters; at most there are. */
static inline struct span span_skip(struct span s, size_t n)
{
	return (struct span){ s.text + n, s.len - n };
}

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static inline bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Without the blanks and tabs at either end. */
static inline struct span span_trim(struct span s)
{
	while (s.len > 0 && is_blank(s.text[0]))
		s = span_skip(s, 1);
	while (s.len > 0 && is_blank(s.text[s.len - 1]))
		s.len--;
	return s;
}

static inline char to_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static inline char to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

#endif
