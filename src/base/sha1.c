/* SPDX-License-Identifier: MIT */
#include "base/sha1.h"

#include <stdint.h>
#include <string.h>

enum { BLOCK_BYTES = 64, LENGTH_BYTES = 8, WORDS = 5, STEPS = 80 };

static uint32_t rotate(uint32_t x, int n)
{
	return x << n | x >> (32 - n);
}

/* RFC 3174, 5: the function and the constant of a step. */
static uint32_t mix(int step, uint32_t b, uint32_t c, uint32_t d)
{
	if (step < 20)
		return ((b & c) | (~b & d)) + 0x5a827999;
	if (step < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	if (step < 60)
		return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
	return (b ^ c ^ d) + 0xca62c1d6;
}

/* RFC 3174, 6.1. */
static void take_block(uint32_t h[WORDS], const unsigned char *p)
{
	uint32_t w[STEPS], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
	int i;

	for (i = 0; i < 16; i++, p += 4)
		w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
		       (uint32_t)p[2] << 8 | p[3];
	for (; i < STEPS; i++)
		w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	for (i = 0; i < STEPS; i++) {
		uint32_t next = rotate(a, 5) + mix(i, b, c, d) + e + w[i];

		e = d;
		d = c;
		c = rotate(b, 30);
		b = a;
		a = next;
	}
	h[0] += a;
	h[1] += b;
	h[2] += c;
	h[3] += d;
	h[4] += e;
}

/* The rest of the text, a one bit, zeros, and the length in bits. */
static void take_end(uint32_t h[WORDS], const unsigned char *p, size_t left,
		     uint64_t bits)
{
	unsigned char end[2 * BLOCK_BYTES] = { 0 };
	size_t len = left + 1 + LENGTH_BYTES > BLOCK_BYTES ? 2 * BLOCK_BYTES
							   : BLOCK_BYTES;
	int i;

	if (left > 0)
		memcpy(end, p, left);
	end[left] = 0x80;
	for (i = 1; i <= LENGTH_BYTES; i++, bits >>= 8)
		end[len - (size_t)i] = (unsigned char)(bits & 0xff);
	take_block(h, end);
	if (len > BLOCK_BYTES)
		take_block(h, end + BLOCK_BYTES);
}

void sha1(const void *data, size_t len, unsigned char out[SHA1_BYTES])
{
	uint32_t h[WORDS] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
			      0xc3d2e1f0 };
	const unsigned char *p = data;
	size_t left = len;
	int i;

	for (; left >= BLOCK_BYTES; left -= BLOCK_BYTES, p += BLOCK_BYTES)
		take_block(h, p);
	take_end(h, p, left, (uint64_t)len * 8);
	for (i = 0; i < SHA1_BYTES; i++)
		out[i] = (unsigned char)(h[i / 4] >> (24 - 8 * (i % 4)));
}
