/* SPDX-License-Identifier: MIT */
/* Lists of symbols: whatever they are, what is taken is a symbol of the list's
 * market with a name that is one line of text. The broker's come in an archive,
 * which is put around the data here. */
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "model/symbol.h"
#include "net/http_response.h"
#include "provider/names.h"
#include "provider/provider.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const char *name)
{
	require(name[0] && name[0] != ' ' && name[strlen(name) - 1] != ' ');
	require(utf8_is_valid(name, strlen(name)) && !strpbrk(name, "\t\r\n"));
}

static int take(void *arg, const struct symbol *s, const char *name, const char *other,
		struct err *err)
{
	enum market market = *(const enum market *)arg;

	(void)err;
	require(s->code[0] && memchr(s->code, '\0', sizeof s->code));
	require(market == MARKET_US ? s->market != MARKET_NONE : s->market == market);
	check_name(name);
	if (other)
		check_name(other);
	return 0;
}

static void put32(struct buf *out, uint32_t n)
{
	for (int i = 0; i < 4; i++, n >>= 8)
		buf_putc(out, (char)(n & 0xff));
}

static void put16(struct buf *out, unsigned n)
{
	buf_putc(out, (char)(n & 0xff));
	buf_putc(out, (char)(n >> 8));
}

static uint32_t sum(const uint8_t *data, size_t size)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < size; i++) {
		crc ^= data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

/* The fields that the two headers have in common. */
static void put_sizes(struct buf *out, const uint8_t *data, size_t size)
{
	put32(out, 0); /* flags, stored */
	put32(out, 0); /* time */
	put32(out, sum(data, size));
	put32(out, (uint32_t)size);
	put32(out, (uint32_t)size);
	put32(out, 0); /* no name, nothing extra */
}

static void put_archive(struct buf *out, const uint8_t *data, size_t size)
{
	size_t directory;

	put32(out, 0x04034b50);
	put16(out, 20);
	put_sizes(out, data, size);
	buf_append(out, (const char *)data, size);
	directory = out->len;
	put32(out, 0x02014b50);
	put32(out, 20);
	put_sizes(out, data, size);
	buf_append(out, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 14);
	put32(out, 0x06054b50);
	put32(out, 0);
	put16(out, 1);
	put16(out, 1);
	put32(out, (uint32_t)(out->len - directory - 12));
	put32(out, (uint32_t)directory);
	put16(out, 0);
}

static void read_list(const char *source, size_t i, enum market market, const uint8_t *data,
		      size_t size)
{
	const struct names_sink sink = { take, &market };
	struct err err = { .kind = ERR_KINDS };
	struct http_response r;
	int rc;

	http_response_init(&r);
	r.status = 200;
	if (strcmp(source, "kis") == 0)
		put_archive(&r.body, data, size);
	else
		buf_append(&r.body, (const char *)data, size);
	rc = names_parse(provider_find(source)->names, i, &r, &sink, &err);
	require((rc < 0) == (err.kind != ERR_KINDS));
	require(rc == 0 || err.kind == ERR_PARSE || err.kind == ERR_TRUNCATED);
	require(!strstr(err.msg, "archive"));
	http_response_release(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_list("kis", 0, MARKET_KR, data, size);
	read_list("kis", 3, MARKET_NAS, data, size);
	read_list("upbit", 0, MARKET_UPBIT, data, size);
	read_list("alpaca", 0, MARKET_US, data, size);
	return 0;
}
