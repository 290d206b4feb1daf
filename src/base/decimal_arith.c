/* SPDX-License-Identifier: MIT */
/* Sums with decimals: by hand, on rows of digits. */
#include "base/decimal.h"

#include <stdlib.h>
#include <string.h>

#include "base/span.h"

enum {
	SHIFT_MAX = 20,
	SMALL_DIGITS = 17, /* the difference of two has no more than 18 */
	PERCENT_PLACES = 2,
	/* Two decimals brought to the same fraction need at most twice the
	 * digits of one; a percentage five more, a quotient (which is not
	 * brought to the same fraction) DECIMAL_DIVIDE_DIGITS and two. */
	FIXED_DIGITS = 2 * DECIMAL_MAGNITUDE_BYTES + 8
};

/* A whole number, most significant digit first, right-aligned, so that two of
 * them compare by memcmp. What it counts (tenths, hundredths) is the caller's
 * to know. */
struct fixed {
	unsigned char digit[FIXED_DIGITS];
};

static size_t count_places(const char *d)
{
	const char *point = strchr(d, '.');

	return point ? strlen(point + 1) : 0;
}

/* The places of the longer fraction. */
static size_t common_places(const char *a, const char *b)
{
	size_t of_a = count_places(a), of_b = count_places(b);

	return of_a > of_b ? of_a : of_b;
}

/* n = n * 10 + digit */
static void fixed_append(struct fixed *n, unsigned char digit)
{
	require(n->digit[0] == 0);
	memmove(n->digit, n->digit + 1, FIXED_DIGITS - 1);
	n->digit[FIXED_DIGITS - 1] = digit;
}

/* n *= 10 ^ places */
static void fixed_scale(struct fixed *n, size_t places)
{
	while (places-- > 0)
		fixed_append(n, 0);
}

static int fixed_compare(const struct fixed *a, const struct fixed *b)
{
	return memcmp(a->digit, b->digit, FIXED_DIGITS);
}

static void fixed_add(struct fixed *a, const struct fixed *b)
{
	unsigned char carry = 0;

	for (size_t i = FIXED_DIGITS; i-- > 0;) {
		unsigned char sum = a->digit[i] + b->digit[i] + carry;

		carry = sum >= 10;
		a->digit[i] = carry ? sum - 10 : sum;
	}
}

/* a -= b, where a >= b */
static void fixed_subtract(struct fixed *a, const struct fixed *b)
{
	unsigned char borrow = 0;

	for (size_t i = FIXED_DIGITS; i-- > 0;) {
		unsigned char take = b->digit[i] + borrow;

		borrow = a->digit[i] < take;
		a->digit[i] += (borrow ? 10 : 0) - take;
	}
}

/* a /= b, where b > 0; the rest is dropped. */
static void fixed_divide(struct fixed *a, const struct fixed *b)
{
	struct fixed rest = { { 0 } };

	for (size_t i = 0; i < FIXED_DIGITS; i++) {
		fixed_append(&rest, a->digit[i]);
		a->digit[i] = 0;
		while (fixed_compare(&rest, b) >= 0) {
			fixed_subtract(&rest, b);
			a->digit[i]++;
		}
	}
}

/* The magnitude of d in units of ten to the power of -places, of which d has
 * no more. */
static void fixed_load(struct fixed *n, const char *d, size_t places)
{
	require(decimal_is_valid(d));
	*n = (struct fixed){ { 0 } };
	for (const char *p = d; *p != '\0'; p++)
		if (is_digit(*p))
			fixed_append(n, (unsigned char)(*p - '0'));
	fixed_scale(n, places - count_places(d));
}

static int fixed_store(const struct fixed *n, size_t places, bool negative,
		       char out[DECIMAL_BYTES], struct err *err)
{
	size_t point = FIXED_DIGITS - places; /* where the fraction begins */
	char text[DECIMAL_MAGNITUDE_BYTES + 1];
	size_t i = 0, len = 0;

	while (i < point - 1 && n->digit[i] == 0)
		i++;
	if (FIXED_DIGITS - i + (places > 0) > DECIMAL_MAGNITUDE_BYTES)
		return err_set(err, ERR_PARSE,
			       "cannot calculate: too many digits");
	for (; i < FIXED_DIGITS; i++) {
		if (i == point)
			text[len++] = '.';
		text[len++] = (char)('0' + n->digit[i]);
	}
	text[len] = '\0';
	decimal_set_sign(text, negative, out);
	return 0;
}

/* n /= 10; the rest is dropped. */
static void fixed_cut(struct fixed *n)
{
	memmove(n->digit + 1, n->digit, FIXED_DIGITS - 1);
	n->digit[0] = 0;
}

static size_t fixed_count_digits(const struct fixed *n)
{
	size_t i = 0;

	while (i < FIXED_DIGITS && n->digit[i] == 0)
		i++;
	return FIXED_DIGITS - i;
}

/* Drops the last digits (at least one), rounding half up. */
static void fixed_round(struct fixed *n, size_t drop)
{
	struct fixed half = { { 0 } };

	half.digit[FIXED_DIGITS - drop] = 5;
	fixed_add(n, &half);
	while (drop-- > 0)
		fixed_cut(n);
}

int decimal_compare(const char *a, const char *b)
{
	size_t places = common_places(a, b);
	bool is_negative = decimal_is_negative(a);
	struct fixed x, y;
	int order;

	if (is_negative != decimal_is_negative(b))
		return is_negative ? -1 : 1;
	fixed_load(&x, a, places);
	fixed_load(&y, b, places);
	order = is_negative ? fixed_compare(&y, &x) : fixed_compare(&x, &y);
	return (order > 0) - (order < 0);
}

int decimal_shift(const char *d, int places, char out[DECIMAL_BYTES],
		  struct err *err)
{
	size_t own = count_places(d), by = (size_t)places;
	size_t common = own > by ? own : by;
	struct fixed n;

	require(places >= 0 && places <= SHIFT_MAX);
	fixed_load(&n, d, common);
	return fixed_store(&n, common - by, decimal_is_negative(d), out, err);
}

/* A short decimal as a whole number and how many of its digits are the fraction;
 * false when it is longer. */
static bool load_small(const char *d, int64_t *digits, int *places)
{
	const char *first = d + (*d == '-'), *point = NULL, *p;
	uint64_t n = 0;

	for (p = first; *p != '\0'; p++)
		if (*p == '.')
			point = p;
		else
			n = n * 10 + (unsigned)(*p - '0');
	if (p - first > SMALL_DIGITS)
		return false;
	*places = point ? (int)(p - point) - 1 : 0;
	*digits = *d == '-' ? -(int64_t)n : (int64_t)n;
	return true;
}

/* The way that nearly all prices take: both fit a machine's number and have the
 * same places. */
static bool subtract_small(const char *a, const char *b,
			   char out[DECIMAL_BYTES])
{
	char text[24], *p = text + sizeof text;
	int64_t x, y, n;
	int places_a, places, i;

	if (!load_small(a, &x, &places_a) || !load_small(b, &y, &places) ||
	    places_a != places)
		return false;
	n = x - y;
	*--p = '\0';
	for (i = 0, x = n < 0 ? -n : n; x > 0 || i <= places; i++) {
		if (i > 0 && i == places)
			*--p = '.';
		*--p = (char)('0' + x % 10);
		x /= 10;
	}
	if (n < 0)
		*--p = '-';
	memcpy(out, p, (size_t)(text + sizeof text - p));
	return true;
}

int decimal_subtract(const char *a, const char *b, char out[DECIMAL_BYTES],
		     struct err *err)
{
	size_t places;
	bool is_negative = decimal_is_negative(a);
	struct fixed x, y;

	if (subtract_small(a, b, out))
		return 0;
	places = common_places(a, b);
	fixed_load(&x, a, places);
	fixed_load(&y, b, places);
	if (is_negative != decimal_is_negative(b)) {
		fixed_add(&x, &y);
	} else if (fixed_compare(&x, &y) >= 0) {
		fixed_subtract(&x, &y);
	} else {
		fixed_subtract(&y, &x);
		x = y;
		is_negative = !is_negative;
	}
	return fixed_store(&x, places, is_negative, out, err);
}

int decimal_percent(const char *part, const char *whole,
		    char out[DECIMAL_BYTES], struct err *err)
{
	size_t places = common_places(part, whole);
	bool has_sign = decimal_is_negative(part) != decimal_is_negative(whole);
	struct fixed p, w;

	if (decimal_is_zero(whole))
		return err_set(err, ERR_PARSE,
			       "cannot calculate: a share of zero");
	fixed_load(&p, part, places);
	fixed_load(&w, whole, places);
	/* One digit more than is asked for decides the rounding. */
	fixed_scale(&p, 2 + PERCENT_PLACES + 1);
	fixed_divide(&p, &w);
	fixed_round(&p, 1);
	return fixed_store(&p, PERCENT_PLACES, has_sign, out, err);
}

int decimal_divide(const char *a, const char *b, int digits,
		   char out[DECIMAL_BYTES], struct err *err)
{
	long places = (long)count_places(a) - (long)count_places(b);
	bool has_sign = decimal_is_negative(a) != decimal_is_negative(b);
	struct fixed p, w;
	long by;
	size_t drop;

	require(digits > 0 && digits <= DECIMAL_DIVIDE_DIGITS);
	if (decimal_is_zero(b))
		return err_set(err, ERR_PARSE,
			       "cannot calculate: divided by zero");
	/* As whole numbers: their places are minded at the end. */
	fixed_load(&p, a, count_places(a));
	fixed_load(&w, b, count_places(b));
	if (decimal_is_zero(a)) {
		memcpy(out, "0", sizeof "0");
		return 0;
	}
	/* So that the quotient has one digit or two more than are asked for:
	 * what lies behind those cannot change the rounding. */
	by = digits + 1 - (long)fixed_count_digits(&p) +
	     (long)fixed_count_digits(&w);
	fixed_scale(by > 0 ? &p : &w, (size_t)(by > 0 ? by : -by));
	fixed_divide(&p, &w);
	drop = fixed_count_digits(&p) - (size_t)digits;
	fixed_round(&p, drop);
	places += by - (long)drop;
	while (places > 0 && p.digit[FIXED_DIGITS - 1] == 0) {
		fixed_cut(&p);
		places--;
	}
	if (labs(places) > DECIMAL_MAGNITUDE_BYTES)
		return err_set(err, ERR_PARSE,
			       "cannot calculate: too many digits");
	if (places < 0)
		fixed_scale(&p, (size_t)-places);
	return fixed_store(&p, places < 0 ? 0 : (size_t)places, has_sign, out,
			   err);
}
