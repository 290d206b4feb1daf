/* SPDX-License-Identifier: MIT */
#include "base/digits.h"

#include <string.h>

#include "base/span.h"

size_t digits_write(int64_t n, char out[DIGITS_BYTES])
{
	char text[DIGITS_BYTES], *p = text + sizeof text;
	uint64_t left = n < 0 ? -(uint64_t)n : (uint64_t)n;
	size_t len;

	do
		*--p = (char)('0' + left % 10);
	while ((left /= 10) > 0);
	if (n < 0)
		*--p = '-';
	len = (size_t)(text + sizeof text - p);
	memcpy(out, p, len);
	return len;
}

void digits_write_last(char *out, int64_t n, int places)
{
	while (places-- > 0) {
		out[places] = (char)('0' + n % 10);
		n /= 10;
	}
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
