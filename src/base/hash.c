/* SPDX-License-Identifier: MIT */
#include "base/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

uint64_t hash_bytes(const void *data, size_t len, uint64_t seed)
{
	const unsigned char *p = data;
	uint64_t h = UINT64_C(14695981039346656037) ^ seed;
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ p[i]) * UINT64_C(1099511628211);
	return h;
}

void hash_name(const char *text, char out[HASH_NAME_BYTES])
{
	size_t len = strlen(text);

	snprintf(out, HASH_NAME_BYTES, "%016" PRIx64 "%016" PRIx64,
		 hash_bytes(text, len, 0),
		 hash_bytes(text, len, UINT64_C(0x9e3779b97f4a7c15)));
}
