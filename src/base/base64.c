/* SPDX-License-Identifier: MIT */
#include "base/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz"
			     "0123456789+/";

void base64_encode(const void *data, size_t len, char *out)
{
	const unsigned char *p = data;
	size_t i, n;

	for (i = 0; i < len; i += 3) {
		unsigned long bits = (unsigned long)p[i] << 16;

		n = len - i < 3 ? len - i : 3;
		bits |= n > 1 ? (unsigned long)p[i + 1] << 8 : 0;
		bits |= n > 2 ? p[i + 2] : 0;
		*out++ = digits[bits >> 18 & 63];
		*out++ = digits[bits >> 12 & 63];
		*out++ = n > 1 ? digits[bits >> 6 & 63] : '=';
		*out++ = n > 2 ? digits[bits & 63] : '=';
	}
	*out = '\0';
}
