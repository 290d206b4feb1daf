/* SPDX-License-Identifier: MIT */
#include "base/decimal.h"

#include <string.h>

#include "base/span.h"

/* ---- the form ---------------------------------------------------------- */

size_t decimal_length(const char *text)
{
	const char *start, *p;

	start = p = text + (text[0] == '-');
	if (!is_digit(*p) || (*p == '0' && is_digit(p[1])))
		return 0;
	while (is_digit(*p))
		p++;
	if (*p == '.') {
		if (!is_digit(*++p))
			return 0;
		while (is_digit(*p))
			p++;
	}
	if (*p != '\0' || p - start > DECIMAL_MAGNITUDE_BYTES ||
	    (start > text && decimal_is_zero(text)))
		return 0;
	return (size_t)(p - text);
}

bool decimal_is_valid(const char *text)
{
	return decimal_length(text) > 0;
}

bool decimal_is_zero(const char *d)
{
	while (*d == '-' || *d == '0' || *d == '.')
		d++;
	return *d == '\0';
}

bool decimal_is_negative(const char *d)
{
	return d[0] == '-';
}

void decimal_set_sign(const char *d, bool negative, char out[DECIMAL_BYTES])
{
	const char *magnitude = d + decimal_is_negative(d);
	bool has_sign = negative && !decimal_is_zero(d);

	require(strlen(magnitude) <= DECIMAL_MAGNITUDE_BYTES);
	memmove(out + has_sign, magnitude, strlen(magnitude) + 1);
	if (has_sign)
		out[0] = '-';
}

/* ---- reading ----------------------------------------------------------- */

/* Quotes a text that may be long and may be anything. */
static int refuse(const char *what, const char *text, size_t len,
		  struct err *err)
{
	char shown[25];
	size_t n = len < sizeof shown ? len : sizeof shown - 1;

	for (size_t i = 0; i < n; i++)
		shown[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	shown[n] = '\0';
	return err_set(err, ERR_PARSE, "%s: '%s%s'", what, shown,
		       n < len ? "..." : "");
}

/* Whether digits with commas are grouped as in "1,234,567". */
static bool is_grouped(const char *p, const char *end)
{
	const char *group = p;
	bool has_comma = false;

	for (; p < end; p++) {
		if (*p != ',')
			continue;
		if (p - group < 1 || p - group > 3 ||
		    (has_comma && p - group != 3))
			return false;
		has_comma = true;
		group = p + 1;
	}
	return !has_comma || p - group == 3;
}

int decimal_parse(const char *text, size_t len, char out[DECIMAL_BYTES],
		  struct err *err)
{
	const struct span trimmed = span_trim((struct span){ text, len });
	const char *p = trimmed.text, *end = p + trimmed.len, *whole, *point;
	char digits[DECIMAL_MAGNITUDE_BYTES + 1];
	bool is_negative = false;
	size_t n = 0;

	if (p == end) {
		out[0] = '\0';
		return 0;
	}
	if (*p == '-' || *p == '+')
		is_negative = *p++ == '-';

	whole = p;
	while (p < end && (is_digit(*p) || *p == ','))
		p++;
	point = p;
	if (p < end && *p == '.') {
		p++;
		while (p < end && is_digit(*p))
			p++;
	}
	/* The last byte is a digit, not a point, and is part of it all. */
	if (p != end || p == whole || !is_digit(p[-1]) ||
	    !is_grouped(whole, point))
		return refuse("not a decimal number", text, len, err);

	while (whole < point && (*whole == '0' || *whole == ','))
		whole++;
	if (whole == point)
		digits[n++] = '0';
	for (; whole < end; whole++) {
		if (*whole == ',')
			continue;
		if (n == DECIMAL_MAGNITUDE_BYTES)
			return refuse("too many digits", text, len, err);
		digits[n++] = *whole;
	}
	digits[n] = '\0';
	decimal_set_sign(digits, is_negative, out);
	return 1;
}

/* A number as its digits, without zeros at either end, and where the point
 * stands among them: -1 is "0.0ddd", 1 is "d.dd", count + 1 is "ddd0". */
struct scientific {
	char digit[DECIMAL_MAGNITUDE_BYTES];
	size_t count; /* 0: the number is zero */
	long point;
};

enum { EXPONENT_MAX = 9999 }; /* more is the same: too many digits */

/* Takes digits off the front of *p. Zeros wait until it is known that they are
 * not the last. Returns false when there are too many. */
static bool take_digits(const char **p, const char *end, struct scientific *s,
			size_t *zeros, bool is_fraction)
{
	for (; *p < end && is_digit(**p); ++*p) {
		if (!is_fraction && (s->count > 0 || **p != '0'))
			s->point++;
		if (**p == '0') {
			if (s->count > 0)
				++*zeros;
			else if (is_fraction)
				s->point--;
			continue;
		}
		if (s->count + *zeros >= sizeof s->digit)
			return false;
		memset(s->digit + s->count, '0', *zeros);
		s->count += *zeros;
		*zeros = 0;
		s->digit[s->count++] = **p;
	}
	return true;
}

static long take_exponent(const char **p, const char *end)
{
	bool is_negative = false;
	long e = 0;

	++*p;
	if (*p < end && (**p == '-' || **p == '+'))
		is_negative = *(*p)++ == '-';
	for (; *p < end && is_digit(**p); ++*p)
		e = e < EXPONENT_MAX ? e * 10 + (**p - '0') : e;
	return is_negative ? -e : e;
}

/* Returns false when the digits do not fit. */
static bool write_plain(const struct scientific *s,
			char out[DECIMAL_MAGNITUDE_BYTES + 1])
{
	long count = (long)s->count, longest = DECIMAL_MAGNITUDE_BYTES;
	size_t head, zeros;
	char *p = out;

	if (s->point > longest || s->point < -longest ||
	    (s->point <= 0 && 2 - s->point + count > longest) ||
	    (s->point > 0 && s->point < count && count + 1 > longest))
		return false;
	head = s->point <= 0 ? 0 : (size_t)s->point;
	zeros = head > s->count ? head - s->count : 0;
	head -= zeros;
	if (s->point <= 0)
		*p++ = '0';
	memcpy(p, s->digit, head);
	memset(p + head, '0', zeros);
	p += head + zeros;
	if (head < s->count) {
		*p++ = '.';
		zeros = s->point < 0 ? (size_t)-s->point : 0;
		memset(p, '0', zeros);
		memcpy(p + zeros, s->digit + head, s->count - head);
		p += zeros + s->count - head;
	}
	*p = '\0';
	return true;
}

int decimal_parse_number(const char *text, size_t len, char out[DECIMAL_BYTES],
			 struct err *err)
{
	const char *p = text, *end = text + len, *whole;
	char digits[DECIMAL_MAGNITUDE_BYTES + 1];
	struct scientific s = { .count = 0 };
	bool is_negative, fits;
	size_t zeros = 0;

	is_negative = p < end && *p == '-';
	p += is_negative;
	whole = p;
	fits = take_digits(&p, end, &s, &zeros, false);
	if (fits && p > whole && p + 1 < end && *p == '.' && is_digit(p[1])) {
		p++;
		fits = take_digits(&p, end, &s, &zeros, true);
	}
	if (fits && p > whole && p < end && (*p == 'e' || *p == 'E') &&
	    is_digit(end[-1]))
		s.point += take_exponent(&p, end);
	if (fits && (p != end || p == whole ||
		     (*whole == '0' && whole + 1 < end && is_digit(whole[1]))))
		return refuse("not a number", text, len, err);
	if (s.count == 0)
		s.point = 1, s.digit[s.count++] = '0';
	if (!fits || !write_plain(&s, digits))
		return refuse("too many digits", text, len, err);
	decimal_set_sign(digits, is_negative, out);
	return 0;
}
