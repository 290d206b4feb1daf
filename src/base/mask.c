/* SPDX-License-Identifier: MIT */
#include "base/mask.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"

#define ALPHANUMERIC \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static bool is_hex_of(const char *text, char c)
{
	static const char digits[] = "0123456789abcdef";

	return tolower((unsigned char)text[0]) == digits[(c >> 4) & 15] &&
	       tolower((unsigned char)text[1]) == digits[c & 15];
}

/* How many bytes of text spell c; 0: they do not. */
static size_t spells(const char *text, char c)
{
	if (text[0] == c)
		return 1;
	if (text[0] == '%')
		return is_hex_of(text + 1, c) ? 3 : 0;
	if (text[0] != '\\')
		return 0;
	if (text[1] == c)
		return 2;
	return strncmp(text + 1, "u00", 3) == 0 && is_hex_of(text + 4, c) ? 6
									  : 0;
}

static size_t spells_all(const char *text, const char *secret)
{
	const char *at = text;
	size_t n;

	for (; *secret; secret++, at += n) {
		n = spells(at, *secret);
		if (n == 0)
			return 0;
	}
	return (size_t)(at - text);
}

void mask_secret(struct buf *text, const char *secret)
{
	size_t len = strspn(secret, ALPHANUMERIC), n;
	char begin[MASK_LEAST_BYTES + 1] = "";
	char *at = text->data;

	if (text->len == 0 || strlen(secret) < MASK_LEAST_BYTES)
		return;
	/* What nobody escapes is found fast. */
	memcpy(begin, secret, len < MASK_LEAST_BYTES ? len : MASK_LEAST_BYTES);
	for (; (at = strstr(at, begin)) && *at; at++) {
		n = spells_all(at, secret);
		if (n > 0)
			memset(at, '*', n);
	}
}
