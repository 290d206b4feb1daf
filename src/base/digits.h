/* SPDX-License-Identifier: MIT */
/* digits.h: whole numbers as text, without a format.
 * Layer base; uses span. For what is written many times a second, and for what
 * others wrote. */
#ifndef BASE_DIGITS_H
#define BASE_DIGITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { DIGITS_BYTES = 20 }; /* of any int64_t with its sign */

/* Writes n as it is; returns how many bytes. It is not terminated. */
size_t digits_write(int64_t n, char out[DIGITS_BYTES]);

/* "000102" and so on to 99: two digits at a time are half the divisions. */
extern const char digits_pairs[];

/* Writes the last two digits of n. */
static inline void digits_write_two(char *out, unsigned n)
{
	memcpy(out, digits_pairs + 2 * (n % 100), 2);
}

/* Reads the digits that the text begins with; len: SIZE_MAX where a NUL ends it.
 * Returns how many there are; 0 also where they are more than max. */
size_t digits_take(const char *text, size_t len, int64_t max, int64_t *n);

/* The same of a text that is digits and nothing else; NULL is none. */
bool digits_are(const char *text, int64_t max, int64_t *n);

/* Reads digits where form has 'd' into the next number at each other character,
 * which must be the text's. Returns how long the form is, 0 when the text has
 * another. */
size_t digits_take_form(const char *text, const char *form, int *number);

#endif
