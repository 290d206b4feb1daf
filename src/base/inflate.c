/* SPDX-License-Identifier: MIT */
#include "base/inflate.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum {
	CODE_BITS_MAX = 15,
	LITERALS = 288, /* bytes, the end, and lengths; two are never used */
	DISTANCES = 32, /* two of these are never used either */
	LENGTH_CODES = 19,
	END_OF_BLOCK = 256,
	FIRST_LENGTH = 257
};

/* What is left of the input, and bits taken from it but not used yet; the next
 * bit is the lowest. */
struct bits {
	const unsigned char *at, *end;
	uint32_t held;
	unsigned count;
	bool is_over; /* more was asked for than there is */
};

/* A canonical code: how many symbols have codes of each length, and the symbols
 * in the order of their codes. */
struct huffman {
	uint16_t count[CODE_BITS_MAX + 1];
	uint16_t symbol[LITERALS];
};

struct inflate {
	struct bits in;
	struct buf *out;
	size_t begin; /* of this stream in out */
};

/* The next n bits, at most 16; zeros behind the end. */
static uint32_t take_bits(struct bits *b, unsigned n)
{
	uint32_t value;

	while (b->count < n) {
		if (b->at == b->end) {
			b->is_over = true;
			return 0;
		}
		b->held |= (uint32_t)*b->at++ << b->count;
		b->count += 8;
	}
	value = b->held & ((UINT32_C(1) << n) - 1);
	b->held >>= n;
	b->count -= n;
	return value;
}

/* Makes the code of the lengths, 0: not in it. False when there are more codes
 * than fit; an incomplete code is only good where it has one. */
static bool make_code(struct huffman *h, const uint8_t *length, unsigned n)
{
	uint16_t place[CODE_BITS_MAX + 1] = { 0 };
	int left = 1;
	unsigned i;

	for (i = 0; i <= CODE_BITS_MAX; i++)
		h->count[i] = 0;
	for (i = 0; i < n; i++)
		h->count[length[i]]++;
	for (i = 1; i <= CODE_BITS_MAX; i++) {
		left = left * 2 - h->count[i];
		if (left < 0)
			return false;
		if (i < CODE_BITS_MAX)
			place[i + 1] = (uint16_t)(place[i] + h->count[i]);
	}
	for (i = 0; i < n; i++)
		if (length[i] > 0)
			h->symbol[place[length[i]]++] = (uint16_t)i;
	return left == 0 || n - h->count[0] <= 1;
}

/* The next symbol, or -1: no code of h, or no more input. Codes of one length
 * are consecutive, and follow those of the length before. */
static int take_symbol(struct bits *b, const struct huffman *h)
{
	int code = 0, first = 0, index = 0;

	for (int n = 1; n <= CODE_BITS_MAX; n++) {
		int count = h->count[n];

		code |= (int)take_bits(b, 1);
		if (b->is_over)
			return -1;
		if (code - count < first)
			return h->symbol[index + (code - first)];
		index += count;
		first = (first + count) << 1;
		code <<= 1;
	}
	return -1;
}

static int fail(const struct inflate *z, const char *why, struct err *err)
{
	if (z->in.is_over)
		return err_set(err, ERR_TRUNCATED,
			       "cannot decompress: the data ends early");
	return err_set(err, ERR_PARSE, "cannot decompress: %s", why);
}

static int read_stored(struct inflate *z, struct err *err)
{
	struct bits *b = &z->in;
	uint32_t len, check;

	take_bits(b, b->count % 8); /* on to the next whole byte */
	len = take_bits(b, 16);
	check = take_bits(b, 16);
	if (b->is_over || (len ^ check) != 0xffff)
		return fail(z, "a stored block of no length", err);
	for (; len > 0 && !b->is_over; len--)
		buf_putc(z->out, (char)take_bits(b, 8));
	return b->is_over ? fail(z, "", err) : 0;
}

/* Repeats len bytes from that far back; they may be of the repetition itself. */
static void repeat(struct buf *out, size_t distance, unsigned len)
{
	while (len-- > 0 && !out->is_over && !out->is_exhausted)
		buf_putc(out, out->data[out->len - distance]);
}

/* How long a match is, and how far back: a base and further bits. */
static unsigned take_length(struct bits *b, int symbol)
{
	unsigned n = (unsigned)symbol - FIRST_LENGTH, extra;

	if (n < 8)
		return n + 3;
	if (n == 28)
		return 258;
	extra = (n - 4) / 4;
	return ((4 + n % 4) << extra) + 3 + take_bits(b, extra);
}

static size_t take_distance(struct bits *b, int symbol)
{
	unsigned n = (unsigned)symbol, extra;

	if (n < 4)
		return n + 1;
	extra = n / 2 - 1;
	return ((size_t)(2 + n % 2) << extra) + 1 + take_bits(b, extra);
}

static int read_codes(struct inflate *z, const struct huffman *literals,
		      const struct huffman *distances, struct err *err)
{
	for (;;) {
		int symbol = take_symbol(&z->in, literals);
		unsigned len;
		size_t distance;

		if (symbol < 0 || symbol > FIRST_LENGTH + 28)
			return fail(z, "no code", err);
		if (symbol == END_OF_BLOCK)
			return 0;
		if (buf_check(z->out, ERR_PARSE, err) < 0)
			return -1;
		if (symbol < END_OF_BLOCK) {
			buf_putc(z->out, (char)symbol);
			continue;
		}
		len = take_length(&z->in, symbol);
		symbol = take_symbol(&z->in, distances);
		if (symbol < 0 || symbol > 29)
			return fail(z, "no distance", err);
		distance = take_distance(&z->in, symbol);
		if (z->in.is_over || distance > z->out->len - z->begin)
			return fail(z, "a distance beyond the beginning", err);
		repeat(z->out, distance, len);
	}
}

static int read_fixed(struct inflate *z, struct err *err)
{
	struct huffman literals, distances;
	uint8_t length[LITERALS];

	for (int i = 0; i < LITERALS; i++)
		length[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
	make_code(&literals, length, LITERALS);
	for (int i = 0; i < DISTANCES; i++)
		length[i] = 5;
	make_code(&distances, length, DISTANCES);
	return read_codes(z, &literals, &distances, err);
}

/* The lengths of both codes, which are run-length coded by a third. */
static int take_lengths(struct inflate *z, uint8_t *length, unsigned n,
			struct err *err)
{
	static const uint8_t order[LENGTH_CODES] = { 16, 17, 18, 0,  8, 7,  9,
						     6,  10, 5,  11, 4, 12, 3,
						     13, 2,  14, 1,  15 };
	uint8_t of_code[LENGTH_CODES] = { 0 };
	struct huffman lengths;
	unsigned codes = take_bits(&z->in, 4) + 4, i;

	for (i = 0; i < codes; i++)
		of_code[order[i]] = (uint8_t)take_bits(&z->in, 3);
	if (z->in.is_over || !make_code(&lengths, of_code, LENGTH_CODES))
		return fail(z, "bad code lengths", err);
	for (i = 0; i < n;) {
		int symbol = take_symbol(&z->in, &lengths);
		unsigned times = 1;
		uint8_t value = 0;

		if (symbol < 0)
			return fail(z, "bad code lengths", err);
		if (symbol < 16)
			value = (uint8_t)symbol;
		else if (symbol == 16)
			times = 3 + take_bits(&z->in, 2);
		else
			times = symbol == 17 ? 3 + take_bits(&z->in, 3)
					     : 11 + take_bits(&z->in, 7);
		if (symbol == 16 && i > 0)
			value = length[i - 1];
		if (z->in.is_over || (symbol == 16 && i == 0) || times > n - i)
			return fail(z, "bad code lengths", err);
		while (times-- > 0)
			length[i++] = value;
	}
	return 0;
}

static int read_dynamic(struct inflate *z, struct err *err)
{
	struct huffman literals, distances;
	uint8_t length[LITERALS + DISTANCES];
	unsigned n_literals = take_bits(&z->in, 5) + FIRST_LENGTH;
	unsigned n_distances = take_bits(&z->in, 5) + 1;

	if (z->in.is_over || n_literals > LITERALS - 2 ||
	    n_distances > DISTANCES - 2)
		return fail(z, "too many codes", err);
	if (take_lengths(z, length, n_literals + n_distances, err) < 0)
		return -1;
	if (length[END_OF_BLOCK] == 0 ||
	    !make_code(&literals, length, n_literals) ||
	    !make_code(&distances, length + n_literals, n_distances))
		return fail(z, "no good code", err);
	return read_codes(z, &literals, &distances, err);
}

int inflate_append(const unsigned char *data, size_t len, struct buf *out,
		   struct err *err)
{
	struct inflate z = { .in = { .at = data, .end = data + len },
			     .out = out,
			     .begin = out->len };
	bool is_last;
	int rc;

	do {
		is_last = take_bits(&z.in, 1);
		switch (take_bits(&z.in, 2)) {
		case 0:
			rc = read_stored(&z, err);
			break;
		case 1:
			rc = read_fixed(&z, err);
			break;
		case 2:
			rc = read_dynamic(&z, err);
			break;
		default:
			rc = fail(&z, "no block", err);
		}
	} while (rc == 0 && !is_last);
	return rc < 0 ? -1 : buf_check(out, ERR_PARSE, err);
}
