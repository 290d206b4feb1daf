/* SPDX-License-Identifier: MIT */
#include "base/digits.h"

#include <string.h>

#include "base/span.h"

const char digits_pairs[] =
	"00010203040506070809101112131415161718192021222324"
	"25262728293031323334353637383940414243444546474849"
	"50515253545556575859606162636465666768697071727374"
	"75767778798081828384858687888990919293949596979899";

size_t digits_write(int64_t n, char out[DIGITS_BYTES])
{
	uint64_t left = n < 0 ? -(uint64_t)n : (uint64_t)n;
	char text[DIGITS_BYTES], *p = text + sizeof text;
	size_t len;

	for (; left >= 10; left /= 100)
		memcpy(p -= 2, digits_pairs + 2 * (left % 100), 2);
	if (left > 0 || p == text + sizeof text)
		*--p = (char)('0' + left);
	if (n < 0)
		*--p = '-';
	len = (size_t)(text + sizeof text - p);
	memcpy(out, p, len);
	return len;
}

size_t digits_take(const char *text, size_t len, int64_t max, int64_t *n)
{
	size_t i;

	*n = 0;
	for (i = 0; i < len && is_digit(text[i]); i++) {
		int digit = text[i] - '0';

		if (digit > max || *n > (max - digit) / 10)
			return 0;
		*n = *n * 10 + digit;
	}
	return i;
}

bool digits_are(const char *text, int64_t max, int64_t *n)
{
	size_t len = text ? digits_take(text, SIZE_MAX, max, n) : 0;

	return len > 0 && text[len] == '\0';
}

size_t digits_take_form(const char *text, const char *form, int *number)
{
	size_t i;

	*number = 0;
	for (i = 0; form[i] != '\0'; i++) {
		if (form[i] != 'd') {
			if (text[i] != form[i])
				return 0;
			*++number = 0;
		} else {
			if (!is_digit(text[i]))
				return 0;
			*number = *number * 10 + (text[i] - '0');
		}
	}
	return i;
}
