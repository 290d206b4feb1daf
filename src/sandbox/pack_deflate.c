/* SPDX-License-Identifier: MIT */
/* pack_deflate.c: RFC 1951, as the programs that pack real files do it.
 *
 * The data become tokens, a byte or a repetition of what was 3 to 258 bytes
 * long and up to 32768 bytes ago; each block of tokens has Huffman codes of
 * its own, whose lengths go before it, packed themselves. */
#include "sandbox/pack.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
	LITERALS = 286,
	DISTANCES = 30,
	LENGTHS = 19, /* the alphabet of code lengths */
	END = 256,
	BLOCK_TOKENS = 16384,
	WINDOW = 32768,
	HASHES = 4096,
	MATCH_MIN = 3,
	MATCH_MAX = 258,
	BITS_MAX = 15,
};

struct token {
	uint16_t len;   /* 0: a byte */
	uint16_t value; /* the byte, or how far back */
};

/* An alphabet of a block: how often each letter occurs, its code. */
struct alphabet {
	int letters;
	uint32_t count[LITERALS];
	int bits[LITERALS];
	uint32_t code[LITERALS];
};

static const int length_base[] = { 3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
				   15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
				   67, 83, 99, 115, 131, 163, 195, 227, 258 };
static const int length_bits[] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
				   2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0 };
static const int distance_base[] = { 1,    2,    3,    4,     5,     7,
				     9,    13,   17,   25,    33,    49,
				     65,   97,   129,  193,   257,   385,
				     513,  769,  1025, 1537,  2049,  3073,
				     4097, 6145, 8193, 12289, 16385, 24577 };
static const int distance_bits[] = { 0, 0, 0,  0,  1,  1,  2,  2,  3,  3,
				     4, 4, 5,  5,  6,  6,  7,  7,  8,  8,
				     9, 9, 10, 10, 11, 11, 12, 12, 13, 13 };

/* The last place whose base is not above the value. */
static int place_of(const int *base, int places, int value)
{
	while (base[places - 1] > value)
		places--;
	return places - 1;
}

/* The two nodes without a parent that occur least; -1: there is none. */
static void find_least(const uint32_t *count, const int *parent, int nodes,
		       int least[2])
{
	least[0] = least[1] = -1;
	for (int i = 0; i < nodes; i++) {
		if (count[i] == 0 || parent[i] >= 0)
			continue;
		if (least[0] < 0 || count[i] < count[least[0]]) {
			least[1] = least[0];
			least[0] = i;
		} else if (least[1] < 0 || count[i] < count[least[1]]) {
			least[1] = i;
		}
	}
}

/* Huffman's tree: the length of each letter's code. Returns the longest. */
static int build_tree(struct alphabet *alphabet)
{
	uint32_t count[2 * LITERALS];
	int parent[2 * LITERALS], least[2], nodes = alphabet->letters;
	int longest = 0;

	memcpy(count, alphabet->count, sizeof(alphabet->count));
	for (int i = 0; i < 2 * LITERALS; i++)
		parent[i] = -1;
	for (;;) {
		find_least(count, parent, nodes, least);
		if (least[1] < 0)
			break;
		parent[least[0]] = parent[least[1]] = nodes;
		count[nodes++] = count[least[0]] + count[least[1]];
	}
	for (int i = 0; i < alphabet->letters; i++) {
		int bits = 0;

		for (int node = i; parent[node] >= 0; node = parent[node])
			bits++;
		/* A letter that is alone has a code of one bit. */
		if (bits == 0 && alphabet->count[i] > 0)
			bits = 1;
		alphabet->bits[i] = bits;
		longest = bits > longest ? bits : longest;
	}
	return longest;
}

/* Codes of at most so many bits, in the order that their lengths imply. */
static void make_codes(struct alphabet *alphabet, int bits_max)
{
	uint32_t next = 0;

	/* Rare letters count for more until the tree is flat enough. */
	while (build_tree(alphabet) > bits_max) {
		for (int i = 0; i < alphabet->letters; i++)
			alphabet->count[i] = (alphabet->count[i] + 1) / 2;
	}
	for (int bits = 1; bits <= bits_max; bits++) {
		for (int i = 0; i < alphabet->letters; i++) {
			if (alphabet->bits[i] == bits)
				alphabet->code[i] = next++;
		}
		next <<= 1;
	}
}

static void put_letter(struct pack_bits *out, const struct alphabet *alphabet,
		       int letter)
{
	pack_put_code(out, alphabet->code[letter], alphabet->bits[letter]);
}

/* One letter of the list of code lengths, with what is behind it. */
struct run {
	int letter, extra, extra_bits;
};

/* How the lengths are said: 16 repeats the one before, 17 and 18 are zeros. */
static int make_runs(const int *bits, int count, struct run *run)
{
	int runs = 0;

	for (int i = 0, same; i < count; i += same) {
		for (same = 1; i + same < count && bits[i + same] == bits[i];)
			same++;
		if (bits[i] == 0 && same >= 11) {
			same = same > 138 ? 138 : same;
			run[runs++] = (struct run){ 18, same - 11, 7 };
		} else if (bits[i] == 0 && same >= 3) {
			run[runs++] = (struct run){ 17, same - 3, 3 };
		} else if (i > 0 && bits[i] == bits[i - 1] && same >= 3) {
			same = same > 6 ? 6 : same;
			run[runs++] = (struct run){ 16, same - 3, 2 };
		} else {
			same = 1;
			run[runs++] = (struct run){ bits[i], 0, 0 };
		}
	}
	return runs;
}

/* The lengths of both alphabets' codes, as a block begins with them. */
static void put_lengths(struct pack_bits *out, const struct alphabet *literal,
			const struct alphabet *distance)
{
	static const int order[LENGTHS] = { 16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
					    11, 4,  12, 3, 13, 2, 14, 1, 15 };
	struct alphabet length = { .letters = LENGTHS };
	struct run run[LITERALS + DISTANCES];
	int bits[LITERALS + DISTANCES];
	int runs, lengths = LENGTHS;

	memcpy(bits, literal->bits, LITERALS * sizeof(bits[0]));
	memcpy(bits + LITERALS, distance->bits, DISTANCES * sizeof(bits[0]));
	runs = make_runs(bits, LITERALS + DISTANCES, run);
	for (int i = 0; i < runs; i++)
		length.count[run[i].letter]++;
	make_codes(&length, 7);
	while (lengths > 4 && length.bits[order[lengths - 1]] == 0)
		lengths--;
	pack_put(out, LITERALS - 257, 5);
	pack_put(out, DISTANCES - 1, 5);
	pack_put(out, (uint32_t)lengths - 4, 4);
	for (int i = 0; i < lengths; i++)
		pack_put(out, (uint32_t)length.bits[order[i]], 3);
	for (int i = 0; i < runs; i++) {
		put_letter(out, &length, run[i].letter);
		pack_put(out, (uint32_t)run[i].extra, run[i].extra_bits);
	}
}

static void count_token(const struct token *token, struct alphabet *literal,
			struct alphabet *distance)
{
	if (token->len == 0) {
		literal->count[token->value]++;
		return;
	}
	literal->count[257 + place_of(length_base, 29, token->len)]++;
	distance->count[place_of(distance_base, DISTANCES, token->value)]++;
}

static void put_token(struct pack_bits *out, const struct token *token,
		      const struct alphabet *literal,
		      const struct alphabet *distance)
{
	int place;

	if (token->len == 0) {
		put_letter(out, literal, token->value);
		return;
	}
	place = place_of(length_base, 29, token->len);
	put_letter(out, literal, 257 + place);
	pack_put(out, (uint32_t)(token->len - length_base[place]),
		 length_bits[place]);
	place = place_of(distance_base, DISTANCES, token->value);
	put_letter(out, distance, place);
	pack_put(out, (uint32_t)(token->value - distance_base[place]),
		 distance_bits[place]);
}

static void put_block(struct pack_bits *out, const struct token *token,
		      size_t tokens, bool is_last)
{
	struct alphabet literal = { .letters = LITERALS };
	struct alphabet distance = { .letters = DISTANCES };

	for (size_t i = 0; i < tokens; i++)
		count_token(&token[i], &literal, &distance);
	literal.count[END] = 1;
	make_codes(&literal, BITS_MAX);
	make_codes(&distance, BITS_MAX);
	pack_put(out, is_last, 1);
	pack_put(out, 2, 2); /* codes of its own */
	put_lengths(out, &literal, &distance);
	for (size_t i = 0; i < tokens; i++)
		put_token(out, &token[i], &literal, &distance);
	put_letter(out, &literal, END);
}

static unsigned hash_of(const char *data)
{
	const unsigned char *byte = (const unsigned char *)data;

	return ((unsigned)byte[0] << 8 ^ (unsigned)byte[1] << 4 ^ byte[2]) %
	       HASHES;
}

/* The token at the place; last[] is where each hash was seen last, plus 1. */
static struct token next_token(const char *data, size_t len, size_t at,
			       const size_t *last)
{
	struct token token = { 0, (unsigned char)data[at] };
	size_t from, same = 0;

	if (len - at < MATCH_MIN)
		return token;
	from = last[hash_of(data + at)];
	if (from == 0 || at - (from - 1) > WINDOW)
		return token;
	from--;
	while (same < MATCH_MAX && at + same < len &&
	       data[from + same] == data[at + same])
		same++;
	/* 32768 does not fit: one less. */
	if (same < MATCH_MIN || at - from > UINT16_MAX / 2)
		return token;
	return (struct token){ (uint16_t)same, (uint16_t)(at - from) };
}

void pack_deflate(struct buf *out, const char *data, size_t len)
{
	struct token *token = calloc(BLOCK_TOKENS, sizeof(*token));
	size_t *last = calloc(HASHES, sizeof(*last));
	struct pack_bits bits = { .out = out };
	size_t at = 0;

	if (!token || !last) {
		out->is_exhausted = true;
		goto out;
	}
	do {
		size_t tokens = 0;

		while (at < len && tokens < BLOCK_TOKENS) {
			size_t end;

			token[tokens] = next_token(data, len, at, last);
			end = at + (token[tokens].len ? token[tokens].len : 1);
			for (; at < end; at++) {
				if (len - at >= MATCH_MIN)
					last[hash_of(data + at)] = at + 1;
			}
			tokens++;
		}
		put_block(&bits, token, tokens, at == len);
	} while (at < len);
	pack_end(&bits);
out:
	free(token);
	free(last);
}
