/* SPDX-License-Identifier: MIT */
/* Unit tests of net/ws_frame: what a server may send and may not, case by case,
 * and that it makes no difference how the bytes were cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ws_case.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct row {
	const char *name, *script, *told;
} rows[] = {
	/* ---- sizes ---- */
	{ "text of 0", "81 00", "text ''" },
	{ "text of 1", "81 01 'a'", "text 'a'" },
	{ "text of 5 (RFC 6455, 5.7)", "81 05 48 65 6c 6c 6f", "text 'Hello'" },
	{ "text of 125", "81 7d 'a'*125", "text 125 #dc9f8eb0" },
	{ "text of 126", "81 7e 00 7e 'a'*126", "text 126 #e31fad23" },
	{ "text of 127", "81 7e 00 7f 'a'*127", "text 127 #eed36726" },
	{ "text of 65535", "81 7e ff ff 'a'*65535", "text 65535 #88606ba6" },
	{ "text of 65536", "81 7f 00*5 01 00 00 'a'*65536", "text 65536 #bbd72325" },
	{ "text of the piece's length", "81 7e 80 00 'a'*32768", "text 32768 #9ffca325" },
	{ "text of the piece's length and 1", "81 7e 80 01 'a'*32769", "text 32769 #da496c8c" },
	{ "binary of 0", "82 00", "binary ''" },
	{ "binary of 256", "82 7e 01 00 'b'*256", "binary 256 #fdc72325" },
	{ "binary is no text: any bytes", "82 02 ff fe", "binary 2 #b6f645b0" },
	{ "two frames", "81 01 'a' 81 01 'b'", "text 'a'; text 'b'" },
	{ "many frames", "81 01 'a' 82 01 'b' 89 00 8a 00 81 00",
	  "text 'a'; binary 'b'; ping ''; pong ''; text ''" },
	{ "half a frame waits", "81 05 'Hel'", "" },
	{ "half a header waits", "81 7e 01", "" },
	/* ---- ping and pong ---- */
	{ "ping of 0", "89 00", "ping ''" },
	{ "ping of 5", "89 05 'Hello'", "ping 'Hello'" },
	{ "ping of 125 bytes of any kind", "89 7d ff*125", "ping 125 #896a4172" },
	{ "ping of 126", "89 7e 00 7e 'a'*126", "violation 1002" },
	{ "ping in fragments", "09 01 'a' 80 01 'b'", "violation 1002" },
	{ "ten pings at once",
	  "89 01 '0' 89 01 '1' 89 01 '2' 89 01 '3' 89 01 '4' 89 01 '5' 89 01 '6' 89 01 '7' "
	  "89 01 '8' 89 01 '9'",
	  "ping '0'; ping '1'; ping '2'; ping '3'; ping '4'; ping '5'; ping '6'; ping '7'; "
	  "ping '8'; ping '9'" },
	{ "pong not asked for", "8a 00", "pong ''" },
	{ "pong of 125", "8a 7d 'p'*125", "pong 125 #3b763b1f" },
	{ "pong of 126", "8a 7e 00 7e 'a'*126", "violation 1002" },
	/* ---- the first two bytes ---- */
	{ "reserved bit 1 (permessage-deflate)", "c1 01 'a'", "violation 1002" },
	{ "reserved bit 2", "a1 01 'a'", "violation 1002" },
	{ "reserved bit 3", "91 01 'a'", "violation 1002" },
	{ "all reserved bits on a ping", "f9 00", "violation 1002" },
	{ "reserved bit after a good frame", "81 01 'a' c1 01 'b'", "text 'a'; violation 1002" },
	{ "opcode 3", "83 00", "violation 1002" },
	{ "opcode 7 with a payload", "87 01 'a'", "violation 1002" },
	{ "opcode 11", "8b 00", "violation 1002" },
	{ "opcode 15", "8f 00", "violation 1002" },
	{ "the server masks", "81 85 37 fa 21 3d 7f 9f 4d 51 58", "violation 1002" },
	{ "the server masks nothing", "81 80 00*4", "violation 1002" },
	/* ---- lengths ---- */
	{ "5 in two bytes", "81 7e 00 05 'Hello'", "violation 1002" },
	{ "125 in two bytes", "81 7e 00 7d 'a'*125", "violation 1002" },
	{ "126 in eight bytes", "81 7f 00*7 7e 'a'*126", "violation 1002" },
	{ "65535 in eight bytes", "81 7f 00*6 ff ff 'a'*65535", "violation 1002" },
	{ "2^63", "81 7f 80 00*7", "violation 1002" },
	{ "2^64 - 1", "81 7f ff*8", "violation 1002" },
	{ "2^62: only claimed", "81 7f 40 00*7", "violation 1009" },
	{ "the cap", "81 7f 00*5 10 00 00 'a'*1048576", "text 1048576 #ff722325" },
	{ "the cap and 1", "81 7f 00*5 10 00 01 'a'*1048577", "violation 1009" },
	{ "the cap in fragments", "01 7f 00*5 08 00 00 'a'*524288 80 7f 00*5 08 00 00 'a'*524288",
	  "text 1048576 #ff722325" },
	{ "the cap and 1 in fragments",
	  "01 7f 00*5 08 00 00 'a'*524288 00 7f 00*5 08 00 00 'a'*524288 80 01 'a'",
	  "violation 1009" },
	{ "after a message in fragments the cap is whole again",
	  "01 7f 00*5 08 00 00 'a'*524288 80 01 'b' 81 7f 00*5 10 00 00 'c'*1048576",
	  "text 524289 #ca79f1a5; text 1048576 #06f22325" },
	/* ---- fragments ---- */
	{ "text in two (RFC 6455, 5.7)", "01 03 'Hel' 80 02 'lo'", "text 'Hello'" },
	{ "text in five, some empty", "01 00 00 01 'a' 00 00 00 01 'b' 80 00", "text 'ab'" },
	{ "binary in two", "02 01 'a' 80 01 'b'", "binary 'ab'" },
	{ "a long fragment and a short one", "01 7e ff ff 'a'*65535 80 01 'b'", "text 65536 #bbd71e0c" },
	{ "pings between", "01 01 'a' 89 01 'p' 00 01 'b' 8a 01 'q' 80 01 'c'",
	  "ping 'p'; pong 'q'; text 'abc'" },
	{ "close between", "01 01 'a' 88 02 03 e8", "close 1000 ''" },
	{ "a continuation of nothing", "80 01 'a'", "violation 1002" },
	{ "a continuation of nothing, not final", "00 01 'a'", "violation 1002" },
	{ "a continuation after a whole message", "81 01 'a' 80 01 'b'",
	  "text 'a'; violation 1002" },
	{ "a message within another's fragments", "01 01 'a' 81 01 'b'", "violation 1002" },
	{ "binary within a text's fragments", "01 01 'a' 02 01 'b'", "violation 1002" },
	/* ---- UTF-8 ---- */
	{ "Hangul", "81 06 ed 95 9c ea b8 80", "text 6 #4a762e41" },
	{ "a character in two fragments", "01 02 ed 95 80 01 9c", "text 3 #8a341171" },
	{ "a character of four in four fragments", "01 01 f0 00 01 9f 00 01 98 80 01 80",
	  "text 4 #75020288" },
	{ "half a character", "81 02 ed 95", "garbled 2 #b6c126d7" },
	{ "no character", "81 01 ff", "garbled 1 #8602eb6e" },
	{ "overlong", "81 02 c0 80", "garbled 2 #b716a82d" },
	{ "a surrogate", "81 03 ed a0 80", "garbled 3 #8ab04db8" },
	{ "above U+10FFFF", "81 04 f4 90 80 80", "garbled 4 #4dda7391" },
	{ "EUC-KR, and the line goes on", "81 04 b0 c5 b7 a1 81 01 'a'", "garbled 4 #e974b6fe; text 'a'" },
	{ "NUL is a character", "81 03 'a' 00 'b'", "text 3 #042666b2" },
	/* ---- close ---- */
	{ "close of 0", "88 00", "close 0 ''" },
	{ "close of 1", "88 01 03", "violation 1002" },
	{ "close of 1, and a byte behind it", "88 01 03 e8", "violation 1002" },
	{ "close 1000", "88 02 03 e8", "close 1000 ''" },
	{ "close 1000 with a reason", "88 05 03 e8 'bye'", "close 1000 'bye'" },
	{ "close 1001", "88 02 03 e9", "close 1001 ''" },
	{ "close 1003", "88 02 03 eb", "close 1003 ''" },
	{ "close 1007", "88 02 03 ef", "close 1007 ''" },
	{ "close 1011", "88 02 03 f3", "close 1011 ''" },
	{ "close 1012 (registered later)", "88 02 03 f4", "close 1012 ''" },
	{ "close 1014", "88 02 03 f6", "close 1014 ''" },
	{ "close 3000", "88 02 0b b8", "close 3000 ''" },
	{ "close 4999", "88 02 13 87", "close 4999 ''" },
	{ "close with a reason of 123", "88 7d 03 e8 'r'*123", "close 1000 123 #8f72af75" },
	{ "close with a reason of 124", "88 7e 00 7e 03 e8 'r'*124", "violation 1002" },
	{ "close with a reason that is no UTF-8", "88 03 03 e8 ff", "violation 1007" },
	{ "close 0", "88 02 00 00", "violation 1002" },
	{ "close 999", "88 02 03 e7", "violation 1002" },
	{ "close 1004", "88 02 03 ec", "violation 1002" },
	{ "close 1005", "88 02 03 ed", "violation 1002" },
	{ "close 1006", "88 02 03 ee", "violation 1002" },
	{ "close 1015", "88 02 03 f7", "violation 1002" },
	{ "close 1016", "88 02 03 f8", "violation 1002" },
	{ "close 2999", "88 02 0b b7", "violation 1002" },
	{ "close 5000", "88 02 13 88", "violation 1002" },
	{ "close 65535", "88 02 ff ff", "violation 1002" },
	{ "nothing is read after a close", "88 02 03 e8 81 01 'a' ff ff", "close 1000 ''" },
	{ "nothing is read after a violation", "83 00 81 01 'a'", "violation 1002" },
};

static void expect(const struct row *row, const char *how, struct buf *told)
{
	if (strcmp(buf_text(told), row->told) != 0)
		fail_msg("%s, %s: not '%s': '%s'", row->name, how, row->told, buf_text(told));
	buf_clear(told);
}

static void test_cases(void **state)
{
	struct buf bytes, told;

	(void)state;
	assert_true(COUNT(rows) >= 63);
	buf_init(&bytes, 4 * 1024 * 1024);
	buf_init(&told, 4096);
	for (size_t i = 0; i < COUNT(rows); i++) {
		buf_clear(&bytes);
		ws_case_build(rows[i].script, &bytes);
		ws_case_read(buf_text(&bytes), bytes.len, ws_case_whole, NULL, &told);
		expect(&rows[i], "whole", &told);
	}
	buf_release(&bytes);
	buf_release(&told);
}

struct two_cuts {
	size_t first, second; /* lengths of the first two pieces */
};

static size_t cut_twice(void *arg, size_t left)
{
	struct two_cuts *cuts = arg;
	size_t n = cuts->first ? cuts->first : left;

	cuts->first = cuts->second;
	cuts->second = 0;
	return n < left ? n : left;
}

/* Byte by byte, at every place, at every two places, and at random: each case
 * is told the same. */
static void test_cuts(void **state)
{
	struct buf bytes, told;
	uint64_t random = 88172645463325252U;

	(void)state;
	buf_init(&bytes, 4 * 1024 * 1024);
	buf_init(&told, 4096);
	for (size_t i = 0; i < COUNT(rows); i++) {
		buf_clear(&bytes);
		ws_case_build(rows[i].script, &bytes);
		if (bytes.len < 1000) {
			ws_case_read(buf_text(&bytes), bytes.len, ws_case_bytes, NULL, &told);
			expect(&rows[i], "byte by byte", &told);
		}
		for (size_t a = 1; a < bytes.len && bytes.len <= 140; a++)
			for (size_t b = 0; b < (bytes.len <= 24 ? bytes.len - a : 1); b++) {
				struct two_cuts cuts = { a, b };

				ws_case_read(buf_text(&bytes), bytes.len, cut_twice, &cuts, &told);
				expect(&rows[i], "cut", &told);
			}
		for (size_t n = 0; n < (bytes.len < 70000 ? 20 : 1); n++) {
			ws_case_read(buf_text(&bytes), bytes.len, ws_case_random, &random, &told);
			expect(&rows[i], "at random", &told);
		}
	}
	buf_release(&bytes);
	buf_release(&told);
}

/* A claim takes no memory: only what has come does. */
static void test_claims(void **state)
{
	static const char header[] = "\x81\x7f\0\0\0\0\0\x10\0\0abc";
	struct ws_event event;
	struct ws_reader r;
	size_t used;

	(void)state;
	ws_reader_init(&r, WS_CASE_MESSAGE_MAX);
	assert_int_equal(ws_reader_next(&r, header, sizeof header - 1, &used, &event, NULL), 0);
	assert_int_equal(used, sizeof header - 1);
	assert_true(r.message.cap < 1024);
	ws_reader_release(&r);
}

/* An event's text lies in the caller's bytes where it can, and a violation has
 * words. */
static void test_event(void **state)
{
	static const char bytes[] = "\x81\x05Hello\x83";
	struct ws_event event;
	struct ws_reader r;
	struct err err;
	size_t used;

	(void)state;
	ws_reader_init(&r, 16);
	assert_int_equal(ws_reader_next(&r, bytes, sizeof bytes - 1, &used, &event, &err), 1);
	assert_ptr_equal(event.data, bytes + 2);
	assert_int_equal(used, 7);
	assert_int_equal(ws_reader_next(&r, bytes + 7, 1, &used, &event, &err), -1);
	assert_int_equal(err.kind, ERR_PARSE);
	assert_string_equal(err.msg, "WebSocket: an unknown opcode");
	assert_int_equal(used, 1);
	assert_int_equal(ws_reader_next(&r, bytes, 7, &used, &event, &err), 0);
	assert_int_equal(used, 7);
	ws_reader_release(&r);
}

static void expect_frame(const struct buf *out, const char *script)
{
	struct buf expected;

	buf_init(&expected, 128 * 1024);
	ws_case_build(script, &expected);
	assert_int_equal(out->len, expected.len);
	assert_memory_equal(out->data, expected.data, expected.len);
	buf_release(&expected);
}

static void test_frames(void **state)
{
	static const unsigned char mask[] = { 0x37, 0xfa, 0x21, 0x3d }, none[4];
	static char payload[70000];
	struct buf out;

	(void)state;
	buf_init(&out, 128 * 1024);
	memset(payload, 'a', sizeof payload);
	/* RFC 6455, 5.7. */
	ws_frame_append(&out, WS_TEXT, "Hello", 5, mask);
	expect_frame(&out, "81 85 37 fa 21 3d 7f 9f 4d 51 58");
	ws_frame_append(&out, WS_PING, "", 0, mask);
	expect_frame(&out, "81 85 37 fa 21 3d 7f 9f 4d 51 58 89 80 37 fa 21 3d");
	buf_clear(&out);
	ws_frame_append(&out, WS_PONG, payload, 125, none);
	expect_frame(&out, "8a fd 00*4 'a'*125");
	buf_clear(&out);
	ws_frame_append(&out, WS_TEXT, payload, 126, none);
	expect_frame(&out, "81 fe 00 7e 00*4 'a'*126");
	buf_clear(&out);
	ws_frame_append(&out, WS_TEXT, payload, 65535, none);
	expect_frame(&out, "81 fe ff ff 00*4 'a'*65535");
	buf_clear(&out);
	ws_frame_append(&out, WS_TEXT, payload, 65536, none);
	expect_frame(&out, "81 ff 00*5 01 00 00 00*4 'a'*65536");
	buf_clear(&out);
	ws_frame_append_close(&out, WS_STATUS_NORMAL, none);
	ws_frame_append_close(&out, WS_STATUS_TOO_BIG, mask);
	ws_frame_append_close(&out, WS_STATUS_NONE, none);
	expect_frame(&out, "88 82 00*4 03 e8 88 82 37 fa 21 3d 34 0b 88 80 00*4");
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),  cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_claims), cmocka_unit_test(test_event),
		cmocka_unit_test(test_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
