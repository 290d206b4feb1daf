/* SPDX-License-Identifier: MIT */
/* decimal.h: exact decimal numbers as text.
 * Layer base; uses err.
 *
 * Money is never a double here. A decimal is NUL-terminated text that is also
 * a valid JSON number without exponent: "-"? ("0" | [1-9][0-9]*) ("." [0-9]+)?
 * Trailing zeros of the fraction are kept ("1091.2600"), negative zero is not
 * ("-0.00" becomes "0.00"). */
#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Room for any decimal: a sign, at most 46 digits and point (more than any
 * price or turnover has), and a NUL. */
enum {
	DECIMAL_BYTES = 48,
	DECIMAL_MAGNITUDE_BYTES = DECIMAL_BYTES - 2,
	DECIMAL_DIVIDE_DIGITS = 20
};

/* Reads len bytes of text as a broker writes numbers: blanks around it, a
 * sign, leading zeros, ".5", and well-formed thousands separators are
 * accepted; an exponent, "5.", a lone sign, hexadecimal, NaN and any other
 * character are not.
 * Returns 1 and fills out, 0 when there is nothing but blanks (out is ""),
 * -1 when it is no number.
 * Errors: PARSE, with the text (shortened, made printable) in the message. */
MUST_CHECK int decimal_parse(const char *text, size_t len,
			     char out[DECIMAL_BYTES], struct err *err);

/* Reads len bytes that are a JSON number: "1e-7" becomes "0.0000001". Zeros at
 * the end of the fraction are cut ("163248000.00000000"): sources that write
 * numbers, and not texts, write those of their storage, not of the price.
 * Errors: PARSE. */
MUST_CHECK int decimal_parse_number(const char *text, size_t len,
				    char out[DECIMAL_BYTES], struct err *err);

/* Whether text is a decimal in the form above; its length, or 0. */
bool decimal_is_valid(const char *text);
size_t decimal_length(const char *text);

/* Questions about a valid decimal. */
bool decimal_is_zero(const char *d);
bool decimal_is_negative(const char *d);

/* Less than, equal to or greater than 0, as a is than b; 1.50 equals 1.5. */
int decimal_compare(const char *a, const char *b);

/* The magnitude of d with the given sign (zero stays unsigned). out may be d. */
void decimal_set_sign(const char *d, bool negative, char out[DECIMAL_BYTES]);

/* d times ten to the power of places (0 to 20): shifts the point to the
 * right, "8539" by 8 is "853900000000", "1.5" by 1 is "15".
 * Errors: PARSE when the result has too many digits. */
MUST_CHECK int decimal_shift(const char *d, int places, char out[DECIMAL_BYTES],
			     struct err *err);

/* a - b, exact, with the longer fraction of the two.
 * Errors: PARSE when the result has too many digits. */
MUST_CHECK int decimal_subtract(const char *a, const char *b,
				char out[DECIMAL_BYTES], struct err *err);

/* 100 * part / whole, rounded half away from zero to two places ("-0.52").
 * Errors: PARSE when whole is zero or the result has too many digits. */
MUST_CHECK int decimal_percent(const char *part, const char *whole,
			       char out[DECIMAL_BYTES], struct err *err);

/* a / b, rounded half away from zero to so many significant digits (1 to
 * DECIMAL_DIVIDE_DIGITS), without zeros at the end of the fraction.
 * Errors: PARSE when b is zero or the result has too many digits. */
MUST_CHECK int decimal_divide(const char *a, const char *b, int digits,
			      char out[DECIMAL_BYTES], struct err *err);

#endif
