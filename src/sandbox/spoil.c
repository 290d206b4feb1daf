#include "sandbox/spoil.h"

#include <ctype.h>
#include <string.h>

static bool touches(const struct fault_rule *rule, enum fault fault,
		    const char *symbol)
{
	return fault_touches(rule, fault, symbol);
}

static void add_typed(struct body *body, const char *key, const char *type,
		      const char *price)
{
	body_add_key(body, key);
	if (strcmp(type, "number") == 0)
		body_add(body, price);
	else if (strcmp(type, "array") == 0)
		body_add_format(body, "[\"%s\"]", price);
	else if (strcmp(type, "object") == 0)
		body_add_format(body, "{\"v\":\"%s\"}", price);
	else
		body_add(body, strcmp(type, "bool") == 0 ? "true" : "null");
}

static void add_capitals(struct body *body, const char *key, const char *price)
{
	char capitals[64];
	size_t i;

	for (i = 0; key[i] && i < sizeof(capitals) - 1; i++)
		capitals[i] = (char)toupper((unsigned char)key[i]);
	capitals[i] = '\0';
	body_add_field(body, capitals, price);
}

void spoil_add_price(struct body *body, const struct fault_rule *rule,
		     const char *symbol, const char *key, const char *price)
{
	if (touches(rule, FAULT_PRICE, symbol)) {
		body_add_field(body, key, rule->text);
	} else if (touches(rule, FAULT_ZERO, symbol)) {
		body_add_field(body, key, "0");
	} else if (touches(rule, FAULT_DUP, symbol)) {
		body_add_field(body, key, price);
		body_add_field_format(body, key, "1%s", price);
	} else if (touches(rule, FAULT_TYPE, symbol)) {
		add_typed(body, key, rule->text, price);
	} else if (touches(rule, FAULT_KEYCASE, symbol)) {
		add_capitals(body, key, price);
	} else {
		body_add_field(body, key, price);
	}
}

/* A JSON string given byte by byte, quotes included. */
static void add_raw(struct body *body, const char *key, const char *raw)
{
	body_add_key(body, key);
	body_add(body, raw);
}

void spoil_add_name(struct body *body, const struct fault_rule *rule,
		    const char *symbol, const char *key, const char *name)
{
	if (touches(rule, FAULT_NAME, symbol))
		body_add_field(body, key, rule->text);
	else if (touches(rule, FAULT_ESCAPES, symbol))
		/* Red, a clipboard write, a bidi override, a C1 control,
		 * a line end and a zero-width blank. */
		add_raw(body, key,
			"\"\\u001b[31mred\\u001b]52;c;cm0gLXJm\\u0007"
			"\\u202eesrever\\u202c\\u009b2J\\r\\n\\t\\u200b"
			"\xe2\x80\xae\xc2\x9b\\u007f,\\\"end\\\"\"");
	else if (touches(rule, FAULT_CONTROL, symbol))
		add_raw(body, key, "\"raw\x01\x1b[31m control\"");
	else if (touches(rule, FAULT_NUL, symbol))
		add_raw(body, key, "\"nul\\u0000inside\"");
	else if (touches(rule, FAULT_SURROGATE, symbol))
		add_raw(body, key, "\"half\\ud83dpair\"");
	else if (touches(rule, FAULT_BADUTF8, symbol))
		add_raw(body, key, "\"bad\xff\xc0\xaf\xed\xa0\x80utf8\"");
	else
		body_add_field(body, key, name);
}

const char *spoil_get_symbol(const struct fault_rule *rule, const char *symbol,
			     const char *other)
{
	return touches(rule, FAULT_WRONG_SYMBOL, symbol) ? other : symbol;
}

void spoil_add_token(struct body *body, const struct fault_rule *rule,
		     const char *token)
{
	body_add_key(body, "access_token");
	if (rule && rule->fault == FAULT_TOKEN_CRLF)
		body_add(body, "\"eyJ0eXAi\\r\\nx-injected: yes\"");
	else if (rule && rule->fault == FAULT_TOKEN_GARBAGE)
		body_add(body, "\"not a token <b>\\\"토큰\\\"</b> {}\"");
	else
		body_add_string(body, token);
}

static void insert_first(struct body *body, const struct body *first)
{
	if (first->is_broken)
		body->is_broken = true;
	else if (body->len > 0)
		body_insert(body, 1, first->text, first->len);
}

void spoil_whole(struct body *body, const struct fault_rule *rule)
{
	struct body first;

	if (!rule)
		return;
	body_init(&first);
	switch (rule->fault) {
	case FAULT_BIG:
		body_add(&first, "\"pad\":\"");
		body_add_repeated(&first, 'x', (size_t)rule->number);
		body_add(&first, "\",");
		insert_first(body, &first);
		break;
	case FAULT_DEEP:
		body_add(&first, "\"deep\":");
		body_add_repeated(&first, '[', (size_t)rule->number);
		body_add_repeated(&first, ']', (size_t)rule->number);
		body_add(&first, ",");
		insert_first(body, &first);
		break;
	case FAULT_PREFIX:
		if ((size_t)rule->number < body->len)
			body->len = (size_t)rule->number;
		break;
	case FAULT_TRAILING:
		body_add(body, rule->text);
		break;
	case FAULT_BOM:
		body_insert(body, 0, "\xef\xbb\xbf", 3);
		break;
	case FAULT_TOPARRAY:
		body_insert(body, 0, "[", 1);
		body_add(body, "]");
		break;
	default:
		break;
	}
	body_release(&first);
}

/* Bits into bytes, the lowest bit first, as deflate has them. */
struct bit_writer {
	struct body *body;
	uint32_t bits;
	int count;
};

static void put_bits(struct bit_writer *out, uint32_t bits, int count)
{
	out->bits |= bits << out->count;
	for (out->count += count; out->count >= 8; out->count -= 8) {
		unsigned char byte = (unsigned char)(out->bits & 0xff);

		body_add_bytes(out->body, &byte, 1);
		out->bits >>= 8;
	}
}

/* A Huffman code goes out from its highest bit. */
static void put_code(struct bit_writer *out, uint32_t code, int count)
{
	while (count-- > 0)
		put_bits(out, code >> count & 1, 1);
}

static uint32_t crc_of_repeated(unsigned char byte, int64_t count)
{
	uint32_t crc = 0xffffffffu, table[256];

	for (uint32_t i = 0; i < 256; i++) {
		table[i] = i;
		for (int bit = 0; bit < 8; bit++)
			table[i] = table[i] >> 1 ^
				   (table[i] & 1 ? 0xedb88320u : 0);
	}
	while (count-- > 0)
		crc = crc >> 8 ^ table[(crc ^ byte) & 0xff];
	return ~crc;
}

/* One block of fixed codes (RFC 1951, 3.2.6): a blank, then "258 bytes from
 * one byte back" as often as it takes. 13 bits for 258 bytes. */
void spoil_with_gzip(struct body *body, int64_t unpacked)
{
	enum { REPEAT = 258, BLANK_CODE = 0x30 + ' ', REPEAT_CODE = 0xc5 };
	static const unsigned char head[10] = { 0x1f, 0x8b, 8, 0, 0,
						0,    0,    0, 0, 255 };
	struct bit_writer out = { .body = body };
	int64_t repeats = (unpacked - 1) / REPEAT;
	int64_t len = 1 + repeats * REPEAT;
	uint32_t tail[2] = { crc_of_repeated(' ', len), (uint32_t)len };

	body_clear(body);
	body_add_bytes(body, head, sizeof(head));
	put_bits(&out, 3, 3); /* the last block, fixed codes */
	put_code(&out, BLANK_CODE, 8);
	for (; repeats > 0; repeats--) {
		put_code(&out, REPEAT_CODE, 8);
		put_code(&out, 0, 5);
	}
	put_code(&out, 0, 7); /* end of block */
	put_bits(&out, 0, 7); /* to the next whole byte */
	for (int i = 0; i < 2; i++) {
		for (int shift = 0; shift < 32; shift += 8) {
			unsigned char b = (unsigned char)(tail[i] >> shift);

			body_add_bytes(body, &b, 1);
		}
	}
}
