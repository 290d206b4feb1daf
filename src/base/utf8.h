/* SPDX-License-Identifier: MIT */
/* utf8.h: reading UTF-8 strictly, and what is fit for a terminal.
 * Layer base; uses nothing. No locale: the same bytes everywhere. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes the character at text (len > 0 bytes left).
 * Returns its length in bytes, 1 to 4, or 0 when the bytes are no character:
 * overlong, surrogate, above U+10FFFF, cut short (RFC 3629). */
size_t utf8_decode(const char *text, size_t len, uint32_t *cp);

/* Whether len > 0 bytes are the beginning of a character and end within it. */
bool utf8_is_cut(const char *text, size_t len);

bool utf8_is_valid(const char *text, size_t len);

/* Whether a character may reach a terminal: not C0, DEL or C1, not a bidi
 * control (U+202A-E, U+2066-9, U+200E-F, U+061C), not a line separator, not
 * zero-width (U+200B-D, U+2060, U+FEFF). */
bool utf8_is_printable(uint32_t cp);

/* Columns that a character takes: 0 (combining), 1, or 2 (East Asian wide and
 * full-width, Hangul, emoji). */
int utf8_width(uint32_t cp);

/* Copies text for a terminal into out (out_bytes > 0, always terminated):
 * what is not printable or not UTF-8 becomes '?', and the text is cut, with
 * a closing "…", so that it takes at most max_columns.
 * Returns the columns taken. */
int utf8_copy_printable(const char *text, size_t len, char *out,
			size_t out_bytes, int max_columns);

#endif
