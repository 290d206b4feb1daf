/* SPDX-License-Identifier: MIT */
#include "base/spelling.h"

#include <string.h>

#include "base/err.h"

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t spelling_distance(const char *text, size_t len, const char *name)
{
	size_t d[SPELLING_MAX_BYTES + 1][SPELLING_MAX_BYTES + 1];
	size_t name_len = strlen(name);
	size_t i, j;

	require(len <= SPELLING_MAX_BYTES && name_len <= SPELLING_MAX_BYTES);
	for (i = 0; i <= len; i++) {
		for (j = 0; j <= name_len; j++) {
			if (i == 0 || j == 0) {
				d[i][j] = i + j;
				continue;
			}
			d[i][j] = least(least(d[i - 1][j], d[i][j - 1]) + 1,
					d[i - 1][j - 1] +
						(text[i - 1] != name[j - 1]));
			if (i > 1 && j > 1 && text[i - 1] == name[j - 2] &&
			    text[i - 2] == name[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[len][name_len];
}
