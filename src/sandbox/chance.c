/* SPDX-License-Identifier: MIT */
#include "sandbox/chance.h"

#include "base/hash.h"

#include <string.h>

uint64_t chance_mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

uint64_t chance_next(uint64_t *state)
{
	return chance_mix(*state += CHANCE_STEP);
}

uint64_t chance_of_text(const char *text)
{
	return chance_mix(hash_bytes(text, strlen(text), 0));
}
