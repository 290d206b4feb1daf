/* SPDX-License-Identifier: MIT */
/* word.h: text, eight bytes at a time.
 * Layer base; uses nothing. For what comes a hundred thousand times a second,
 * where a question at each byte is most of the work.
 *
 * The first byte of the text is the lowest of its word, on every machine. */
#ifndef BASE_WORD_H
#define BASE_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORD_BYTES = 8 };

#define WORD_ONES UINT64_C(0x0101010101010101)

/* The next eight of the len bytes at text; zeros behind its end. */
static inline uint64_t word_load(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
	uint64_t word = 0;

	if (len >= WORD_BYTES)
		return p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
		       (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
		       (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
		       (uint64_t)p[7] << 56;
	while (len-- > 0)
		word = word << 8 | p[len];
	return word;
}

/* Writes all eight. */
static inline void word_store(char *out, uint64_t word)
{
	out[0] = (char)(word);
	out[1] = (char)(word >> 8);
	out[2] = (char)(word >> 16);
	out[3] = (char)(word >> 24);
	out[4] = (char)(word >> 32);
	out[5] = (char)(word >> 40);
	out[6] = (char)(word >> 48);
	out[7] = (char)(word >> 56);
}

/* The top bit of each byte that is c, which is ASCII. */
static inline uint64_t word_find(uint64_t word, char c)
{
	const uint64_t low = WORD_ONES * 0x7f;
	uint64_t x = word ^ (WORD_ONES * (unsigned char)c);

	return ~(((x & low) + low) | x) & ~low;
}

/* Which byte the lowest bit, of some, is in. */
static inline unsigned word_lowest_byte(uint64_t bits)
{
#if defined(__GNUC__)
	return (unsigned)__builtin_ctzll(bits) / 8;
#else
	unsigned n = 0;

	for (; !(bits & 0xff); bits >>= 8)
		n++;
	return n;
#endif
}

/* The first len (1 to 8) bytes as if they were digits, one a byte, at the end of
 * eight. False: they are not. */
static inline bool word_take_digits(uint64_t word, size_t len, uint64_t *digits)
{
	*digits = (word ^ (WORD_ONES * '0')) << 8 * (WORD_BYTES - len);
	/* Above 9 the sum has the top bit; what carries into the next has, too. */
	return (((*digits + WORD_ONES * (0x80 - 10)) | *digits) &
		(WORD_ONES * 0x80)) == 0;
}

/* The number that eight digits are: two become one, again and again. */
static inline uint32_t word_add_up(uint64_t digits)
{
	uint64_t d = digits;

	d = (d & UINT64_C(0x000f000f000f000f)) * 10 +
	    (d >> 8 & UINT64_C(0x000f000f000f000f));
	d = (d & UINT64_C(0x000000ff000000ff)) * 100 +
	    (d >> 16 & UINT64_C(0x000000ff000000ff));
	return (uint32_t)((d & 0xffff) * 10000 + (d >> 32));
}

#endif
