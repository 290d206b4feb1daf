/* SPDX-License-Identifier: MIT */
/* ws_case.h: what a server sends, written short, and what a ws_reader makes of
 * it, told as text. For test_ws_frame.c and fuzz_ws_frame.c.
 *
 * A script is a row of: two hexadecimal digits for a byte, 'text' for itself,
 * and either with *N for N times. Blanks are for the eye.
 *
 *	81 05 'Hello'		a text frame
 *	89 7d 'x'*125		a ping of 125 bytes
 */
#ifndef TESTS_UNIT_WS_CASE_H
#define TESTS_UNIT_WS_CASE_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "net/ws_frame.h"

enum { WS_CASE_MESSAGE_MAX = 1024 * 1024, WS_CASE_SHOWN = 16 };

static inline unsigned ws_case_digit(char c)
{
	return (unsigned)(c >= 'a' ? c - 'a' + 10 : c - '0');
}

static inline void ws_case_build(const char *script, struct buf *out)
{
	const char *p = script;

	while (*p) {
		char byte;
		const char *from = &byte;
		size_t len = 1, times = 1;

		if (*p == ' ') {
			p++;
			continue;
		}
		if (*p == '\'') {
			from = p + 1;
			len = strcspn(from, "'");
			p = from + len + 1;
		} else {
			byte = (char)(ws_case_digit(p[0]) << 4 | ws_case_digit(p[1]));
			p += 2;
		}
		if (*p == '*') {
			char *end;

			times = strtoul(p + 1, &end, 10);
			p = end;
		}
		while (times--)
			buf_append(out, from, len);
	}
}

/* "text 5 Hello, ": the payload as it is when it is short and printable, else
 * its length and its hash. */
static inline void ws_case_tell_event(const struct ws_event *e, struct buf *told)
{
	static const char *const names[] = { [WS_TEXT] = "text", [WS_BINARY] = "binary",
					     [WS_CLOSE] = "close", [WS_PING] = "ping",
					     [WS_PONG] = "pong" };
	size_t i = 0;

	buf_printf(told, "%s%s ", told->len ? "; " : "",
		   e->type == WS_TEXT && !e->is_utf8 ? "garbled" : names[e->type]);
	if (e->type == WS_CLOSE)
		buf_printf(told, "%d ", e->status);
	while (i < e->len && e->data[i] >= ' ' && e->data[i] <= '~')
		i++;
	if (i == e->len && e->len <= WS_CASE_SHOWN)
		buf_printf(told, "'%.*s'", (int)e->len, e->data);
	else
		buf_printf(told, "%zu #%08" PRIx32, e->len,
			   (uint32_t)hash_bytes(e->data, e->len, 0));
}

/* Where to cut: how many bytes come next, of those left. */
typedef size_t (*ws_case_cut_fn)(void *arg, size_t left);

/* Lets the reader read the bytes as cut says. What it was given is always in a
 * block of exactly its size, so that a sanitizer sees a byte read beyond it. */
static inline void ws_case_read(const char *bytes, size_t len, ws_case_cut_fn cut, void *arg,
				struct buf *told)
{
	struct ws_reader r;
	size_t done = 0, there = 0;
	bool is_over = false;

	ws_reader_init(&r, WS_CASE_MESSAGE_MAX);
	while (!is_over && there < len) {
		int rc = 1;

		there += cut(arg, len - there);
		while (rc > 0) {
			char *block = malloc(there - done ? there - done : 1);
			struct ws_event event;
			struct err err = { .code = 0 };
			size_t used;

			require(block);
			memcpy(block, bytes + done, there - done);
			rc = ws_reader_next(&r, block, there - done, &used, &event, &err);
			require(used <= there - done);
			done += used;
			if (rc > 0)
				ws_case_tell_event(&event, told);
			if (rc < 0)
				buf_printf(told, "%sviolation %d", told->len ? "; " : "", err.code);
			free(block);
			is_over |= rc < 0;
		}
		/* What waits for more fits the buffer that the header promises. */
		require(there - done < WS_PIECE_BYTES + WS_HEADER_MAX_BYTES);
	}
	ws_reader_release(&r);
}

static inline size_t ws_case_whole(void *arg, size_t left)
{
	(void)arg;
	return left;
}

static inline size_t ws_case_bytes(void *arg, size_t left)
{
	(void)arg;
	(void)left;
	return 1;
}

/* Pieces of 1 to 64 bytes, or of many times that, by a generator of our own. */
static inline size_t ws_case_random(void *arg, size_t left)
{
	uint64_t *x = arg;
	size_t n;

	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	n = 1 + (size_t)(*x % 64);
	if (*x >> 62 == 0)
		n *= 509;
	return n < left ? n : left;
}

#endif
