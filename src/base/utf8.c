/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

#include <string.h>

#include "base/word.h"

struct range {
	uint32_t first, last;
};

/* What a terminal may act on, hide, or turn round. Ascending, as all here. */
static const struct range unprintable[] = {
	{ 0x0000, 0x001f }, { 0x007f, 0x009f }, { 0x061c, 0x061c },
	{ 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x2060 },
	{ 0x2066, 0x2069 }, { 0xfeff, 0xfeff },
};

/* Marks that stand on the letter before: those of the scripts that names of
 * securities come in, and the Jamo that complete a syllable. */
static const struct range combining[] = {
	{ 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd },
	{ 0x0610, 0x061a }, { 0x064b, 0x065f }, { 0x0e31, 0x0e31 },
	{ 0x0e34, 0x0e3a }, { 0x0e47, 0x0e4e }, { 0x1160, 0x11ff },
	{ 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x20d0, 0x20f0 },
	{ 0x302a, 0x302d }, { 0x3099, 0x309a }, { 0xd7b0, 0xd7ff },
	{ 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xe0100, 0xe01ef },
};

/* Hangul Jamo (leading consonants), symbols, CJK with kana, Hangul syllables,
 * full-width forms, emoji, rare ideographs.
 * Source: Unicode EastAsianWidth.txt, W and F; neighbours with only unassigned
 * characters between them are one range. */
static const struct range wide[] = {
	{ 0x1100, 0x115f },   { 0x231a, 0x231b },   { 0x2329, 0x232a },
	{ 0x23e9, 0x23ec },   { 0x23f0, 0x23f0 },   { 0x23f3, 0x23f3 },
	{ 0x25fd, 0x25fe },   { 0x2614, 0x2615 },   { 0x2648, 0x2653 },
	{ 0x267f, 0x267f },   { 0x2693, 0x2693 },   { 0x26a1, 0x26a1 },
	{ 0x26aa, 0x26ab },   { 0x26bd, 0x26be },   { 0x26c4, 0x26c5 },
	{ 0x26ce, 0x26ce },   { 0x26d4, 0x26d4 },   { 0x26ea, 0x26ea },
	{ 0x26f2, 0x26f3 },   { 0x26f5, 0x26f5 },   { 0x26fa, 0x26fa },
	{ 0x26fd, 0x26fd },   { 0x2705, 0x2705 },   { 0x270a, 0x270b },
	{ 0x2728, 0x2728 },   { 0x274c, 0x274c },   { 0x274e, 0x274e },
	{ 0x2753, 0x2755 },   { 0x2757, 0x2757 },   { 0x2795, 0x2797 },
	{ 0x27b0, 0x27b0 },   { 0x27bf, 0x27bf },   { 0x2b1b, 0x2b1c },
	{ 0x2b50, 0x2b50 },   { 0x2b55, 0x2b55 },   { 0x2e80, 0x303e },
	{ 0x3041, 0x3247 },   { 0x3250, 0x4dbf },   { 0x4e00, 0xa4cf },
	{ 0xa960, 0xa97f },   { 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },
	{ 0xfe10, 0xfe19 },   { 0xfe30, 0xfe6f },   { 0xff01, 0xff60 },
	{ 0xffe0, 0xffe6 },   { 0x16fe0, 0x1b2ff }, { 0x1f004, 0x1f004 },
	{ 0x1f0cf, 0x1f0cf }, { 0x1f18e, 0x1f18e }, { 0x1f191, 0x1f19a },
	{ 0x1f200, 0x1f320 }, { 0x1f32d, 0x1f335 }, { 0x1f337, 0x1f37c },
	{ 0x1f37e, 0x1f393 }, { 0x1f3a0, 0x1f3ca }, { 0x1f3cf, 0x1f3d3 },
	{ 0x1f3e0, 0x1f3f0 }, { 0x1f3f4, 0x1f3f4 }, { 0x1f3f8, 0x1f43e },
	{ 0x1f440, 0x1f440 }, { 0x1f442, 0x1f4fc }, { 0x1f4ff, 0x1f53d },
	{ 0x1f54b, 0x1f54e }, { 0x1f550, 0x1f567 }, { 0x1f57a, 0x1f57a },
	{ 0x1f595, 0x1f596 }, { 0x1f5a4, 0x1f5a4 }, { 0x1f5fb, 0x1f64f },
	{ 0x1f680, 0x1f6c5 }, { 0x1f6cc, 0x1f6cc }, { 0x1f6d0, 0x1f6d2 },
	{ 0x1f6d5, 0x1f6df }, { 0x1f6eb, 0x1f6ef }, { 0x1f6f4, 0x1f6ff },
	{ 0x1f7e0, 0x1f7f0 }, { 0x1f90c, 0x1f93a }, { 0x1f93c, 0x1f945 },
	{ 0x1f947, 0x1f9ff }, { 0x1fa70, 0x1faff }, { 0x20000, 0x2fffd },
	{ 0x30000, 0x3fffd },
};

#define IS_IN(cp, ranges) \
	is_in((cp), (ranges), sizeof(ranges) / sizeof *(ranges))

static bool is_in(uint32_t cp, const struct range *range, size_t count)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (cp > range[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && cp >= range[low].first;
}

size_t utf8_decode(const char *text, size_t len, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)text;
	uint32_t c = p[0];
	size_t n;

	if (c < 0x80) {
		*cp = c;
		return 1;
	}
	n = c >= 0xf8 ? 0 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 0;
	if (n == 0 || n > len)
		return 0;
	c &= 0x7fU >> n;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*cp = c;
	return n;
}

bool utf8_is_cut(const char *text, size_t len)
{
	uint32_t cp;

	/* 0x80 can go on after every first byte but E0 and F0, 0xBF after those. */
	for (int i = 0; i < 2; i++) {
		char whole[4];

		memset(whole, i ? 0xbf : 0x80, sizeof whole);
		memcpy(whole, text, len < sizeof whole ? len : sizeof whole);
		if (utf8_decode(whole, sizeof whole, &cp) > len)
			return true;
	}
	return false;
}

/* How many bytes at the beginning are ASCII, or nearly all that are: many at a
 * time, as it is most of what comes. */
static size_t skip_ascii(const char *text, size_t len)
{
	const uint64_t top_bits = WORD_ONES * 0x80;
	uint64_t word[4];
	size_t i = 0;

	for (; len - i >= sizeof word; i += sizeof word) {
		memcpy(word, text + i, sizeof word);
		if ((word[0] | word[1] | word[2] | word[3]) & top_bits)
			return i;
	}
	for (; i < len; i += WORD_BYTES)
		if (word_load(text + i, len - i) & top_bits)
			return i;
	return len;
}

bool utf8_is_valid(const char *text, size_t len)
{
	uint32_t cp;

	for (size_t i = skip_ascii(text, len), n; i < len; i += n) {
		n = utf8_decode(text + i, len - i, &cp);
		if (n == 0)
			return false;
	}
	return true;
}

bool utf8_is_printable(uint32_t cp)
{
	return !IS_IN(cp, unprintable);
}

int utf8_width(uint32_t cp)
{
	if (cp < combining[0].first)
		return 1;
	if (IS_IN(cp, combining))
		return 0;
	return IS_IN(cp, wide) ? 2 : 1;
}

int utf8_copy_printable(const char *text, size_t len, char *out,
			size_t out_bytes, int max_columns)
{
	static const char ellipsis[] = "\xe2\x80\xa6"; /* one column */
	size_t used = 0, cut = 0;
	int columns = 0, cut_columns = 0;

	for (size_t i = 0, n; i < len; i += n) {
		const char *from = text + i;
		size_t bytes;
		uint32_t cp;

		/* The last place where the ellipsis would still fit. */
		if (columns < max_columns &&
		    used + sizeof ellipsis <= out_bytes) {
			cut = used;
			cut_columns = columns;
		}
		bytes = n = utf8_decode(from, len - i, &cp);
		if (n == 0 || !utf8_is_printable(cp)) {
			from = "?";
			cp = '?';
			bytes = 1;
			n = n ? n : 1;
		}
		if (columns + utf8_width(cp) > max_columns ||
		    used + bytes >= out_bytes) {
			out[cut] = '\0';
			if (max_columns <= 0 || out_bytes < sizeof ellipsis)
				return 0;
			memcpy(out + cut, ellipsis, sizeof ellipsis);
			return cut_columns + 1;
		}
		memcpy(out + used, from, bytes);
		used += bytes;
		columns += utf8_width(cp);
	}
	out[used] = '\0';
	return columns;
}
