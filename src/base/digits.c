/* SPDX-License-Identifier: MIT */
#include "base/digits.h"

#include <string.h>

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
