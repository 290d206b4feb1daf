/* SPDX-License-Identifier: MIT */
/* What a server sends, in any cuts: the same events for each; no event is longer
 * than what came; and a frame of ours is the one frame that an independent
 * reading finds in it. */
#include "../unit/ws_case.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_cuts(const char *bytes, size_t size)
{
	uint64_t seeds[] = { 88172645463325252U, hash_bytes(bytes, size, 1) | 1 };
	struct buf whole, cut;

	buf_init(&whole, 8 * size + 4096);
	buf_init(&cut, 8 * size + 4096);
	ws_case_read(bytes, size, ws_case_whole, NULL, &whole);
	for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
		buf_clear(&cut);
		ws_case_read(bytes, size, ws_case_random, &seeds[i], &cut);
		require(strcmp(buf_text(&whole), buf_text(&cut)) == 0);
	}
	if (size <= 512) {
		buf_clear(&cut);
		ws_case_read(bytes, size, ws_case_bytes, NULL, &cut);
		require(strcmp(buf_text(&whole), buf_text(&cut)) == 0);
	}
	require(buf_check(&whole, ERR_SYSTEM, NULL) == 0);
	buf_release(&whole);
	buf_release(&cut);
}

/* A frame of the bytes, unmasked here and read by the other side's rules. */
static void check_frame(const uint8_t *data, size_t size)
{
	const unsigned char mask[] = { (unsigned char)size, 0x80, 0x01, 0xff };
	const unsigned char *p, *key;
	size_t len, at = 2;
	struct buf out;

	buf_init(&out, size + WS_HEADER_MAX_BYTES);
	ws_frame_append(&out, WS_TEXT, (const char *)data, size, mask);
	require(buf_check(&out, ERR_SYSTEM, NULL) == 0);
	p = (const unsigned char *)out.data;
	require(p[0] == 0x81 && (p[1] & 0x80));
	len = p[1] & 0x7f;
	if (len == 126) {
		len = (size_t)p[2] << 8 | p[3];
		at = 4;
		require(len > 125);
	} else if (len == 127) {
		for (len = 0; at < 10; at++)
			len = len << 8 | p[at];
		require(len > 65535);
	}
	key = p + at;
	require(len == size && out.len == at + 4 + len);
	for (size_t i = 0; i < len; i++)
		require((key[4 + i] ^ key[i % 4]) == data[i]);
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_cuts((const char *)data, size);
	check_frame(data, size);
	return 0;
}
