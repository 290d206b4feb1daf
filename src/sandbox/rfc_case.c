/* SPDX-License-Identifier: MIT */
#include "sandbox/rfc_case.h"

#include <string.h>

#define CASE(name, bytes, fill, due)                      \
	{                                                 \
		name, bytes, sizeof(bytes) - 1, fill, due \
	}

/* The first byte of a frame: 8 the end of a message, 7 to 5 reserved bits, the
 * rest the opcode: 0 goes on, 1 text, 2 binary, 8 close, 9 ping, a pong. */
static const struct rfc_case cases[] = {
	CASE("empty", "\x81\x00", 0, 0),
	CASE("size-125", "\x81\x7d", 125, 0),
	CASE("size-126", "\x81\x7e\x00\x7e", 126, 0),
	CASE("size-65535", "\x81\x7e\xff\xff", 65535, 0),
	CASE("size-65536", "\x81\x7f\0\0\0\0\0\x01\0\0", 65536, 0),
	CASE("binary", "\x82\x02\xc3\x28", 0, 0),
	CASE("long-form-16", "\x81\x7e\x00\x05hello", 0, 1002),
	CASE("long-form-64", "\x81\x7f\0\0\0\0\0\0\0\x05hello", 0, 1002),
	CASE("length-63-bits", "\x81\x7f\x80\0\0\0\0\0\0\x01x", 0, 1002),
	CASE("masked", "\x81\x85\x01\x02\x03\x04igohn", 0, 1002),
	CASE("rsv1", "\xc1\x01x", 0, 1002),
	CASE("rsv2", "\xa1\x01x", 0, 1002),
	CASE("rsv3", "\x91\x01x", 0, 1002),
	CASE("opcode-3", "\x83\x01x", 0, 1002),
	CASE("opcode-7", "\x87\x01x", 0, 1002),
	CASE("opcode-b", "\x8b\x01x", 0, 1002),
	CASE("opcode-f", "\x8f\x01x", 0, 1002),
	CASE("fragments", "\x01\x02he\x00\x02ll\x80\x01o", 0, 0),
	CASE("fragments-empty", "\x01\x00\x00\x00\x80\x00", 0, 0),
	CASE("fragments-and-ping", "\x01\x02he\x89\x01p\x80\x03llo", 0, 0),
	CASE("goes-on-from-nothing", "\x80\x01x", 0, 1002),
	CASE("text-in-a-text", "\x01\x01x\x81\x01y", 0, 1002),
	CASE("ping-0", "\x89\x00", 0, 0),
	CASE("ping-125", "\x89\x7d", 125, 0),
	CASE("ping-126", "\x89\x7e\x00\x7e", 126, 1002),
	CASE("ping-in-parts", "\x09\x01x", 0, 1002),
	CASE("ten-pings",
	     "\x89\x01"
	     "0\x89\x01"
	     "1\x89\x01"
	     "2\x89\x01"
	     "3\x89\x01"
	     "4\x89\x01"
	     "5\x89\x01"
	     "6\x89\x01"
	     "7\x89\x01"
	     "8\x89\x01"
	     "9",
	     0, 0),
	CASE("pong", "\x8a\x02hi", 0, 0),
	CASE("utf8", "\x81\x06\xea\xb0\x80\xeb\x82\x98", 0, 0),
	CASE("utf8-split", "\x01\x01\xea\x00\x01\xb0\x80\x01\x80", 0, 0),
	CASE("utf8-wrong", "\x81\x02\xc3\x28", 0, 1007),
	CASE("utf8-surrogate", "\x81\x03\xed\xa0\x80", 0, 1007),
	CASE("utf8-overlong", "\x81\x02\xc0\xaf", 0, 1007),
	CASE("utf8-past-the-end", "\x81\x04\xf4\x90\x80\x80", 0, 1007),
	CASE("utf8-unfinished", "\x81\x02\xea\xb0", 0, 1007),
	CASE("close", "\x88\x02\x03\xe8", 0, 1000),
	CASE("close-empty", "\x88\x00", 0, 1000),
	CASE("close-reason",
	     "\x88\x06\x03\xe8"
	     "done",
	     0, 1000),
	CASE("close-3000", "\x88\x02\x0b\xb8", 0, 3000),
	CASE("close-4999", "\x88\x02\x13\x87", 0, 4999),
	CASE("close-byte", "\x88\x01\x03", 0, 1002),
	CASE("close-0", "\x88\x02\x00\x00", 0, 1002),
	CASE("close-999", "\x88\x02\x03\xe7", 0, 1002),
	CASE("close-1004", "\x88\x02\x03\xec", 0, 1002),
	CASE("close-1005", "\x88\x02\x03\xed", 0, 1002),
	CASE("close-1006", "\x88\x02\x03\xee", 0, 1002),
	CASE("close-1015", "\x88\x02\x03\xf7", 0, 1002),
	CASE("close-1016", "\x88\x02\x03\xf8", 0, 1002),
	CASE("close-2999", "\x88\x02\x0b\xb7", 0, 1002),
	CASE("close-5000", "\x88\x02\x13\x88", 0, 1002),
	CASE("close-utf8", "\x88\x04\x03\xe8\xc3\x28", 0, 1007),
	CASE("close-126", "\x88\x7e\x00\x7e\x03\xe8", 124, 1002),
	CASE("text-after-close", "\x88\x02\x03\xe8\x81\x01x", 0, 1000),
};

enum { CASES = sizeof(cases) / sizeof(cases[0]) };

const struct rfc_case *rfc_case_find(const char *name)
{
	for (int i = 0; i < CASES; i++) {
		if (strcmp(cases[i].name, name) == 0)
			return &cases[i];
	}
	return NULL;
}

void rfc_case_add(const struct rfc_case *one, struct buf *out)
{
	buf_append(out, one->bytes, one->len);
	for (size_t i = 0; i < one->fill; i++)
		buf_putc(out, 'x');
}

void rfc_case_list(FILE *out)
{
	fputs("\nCases of rfc:CASE, with the close code that the client owes:\n",
	      out);
	for (int i = 0; i < CASES; i++) {
		fprintf(out, "  %-21s", cases[i].name);
		if (cases[i].due)
			fprintf(out, " %d", cases[i].due);
		fputs("\n", out);
	}
}
