/* SPDX-License-Identifier: MIT */
/* JSON from an untrusted server: what is taken survives being written and read
 * again, no beginning of it is taken, and a refusal is decided by the bytes up
 * to the one it names. */
#include "base/buf.h"
#include "base/utf8.h"
#include "net/json_read.h"
#include "net/json_write.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { PREFIXES_MAX_BYTES = 512 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *parse_and_render(const char *text, size_t len)
{
	struct json_doc *doc = json_parse(text, len, NULL);
	char *out;

	require(doc && (json_is_object(json_root(doc)) || json_is_array(json_root(doc))));
	out = json_render(json_root(doc));
	require(out);
	json_free(doc);
	return out;
}

/* Written anew, as it is and with escapes for the terminal, it means the same. */
static void check_rewriting(const char *text, size_t len)
{
	char *first = parse_and_render(text, len), *second;
	struct json_writer w;
	struct buf out;

	second = parse_and_render(first, strlen(first));
	require(strcmp(first, second) == 0);
	json_text_free(second);

	buf_init(&out, 6 * len);
	json_writer_init(&w, &out);
	json_put_raw(&w, first);
	require(buf_check(&out, ERR_OUTPUT, NULL) == 0);
	second = parse_and_render(out.data, out.len);
	require(strcmp(first, second) == 0);
	json_text_free(second);
	json_text_free(first);
	for (size_t i = 0, n; i < out.len; i += n) {
		uint32_t cp;

		n = utf8_decode(out.data + i, out.len - i, &cp);
		require(n > 0 && utf8_is_printable(cp));
	}
	buf_release(&out);
}

static void check_members(const struct json_node *object)
{
	static const char *const keys[] = { "a", "b", "output", "rt_cd", "" };

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		const struct json_node *n = json_get(object, keys[i]);
		struct err err = { .kind = ERR_KINDS };
		const char *text;
		int64_t value;
		int rc = json_get_string(object, keys[i], &text, &err);

		require((rc == 1) == (text != NULL) &&
			(rc == -1) == (err.kind == ERR_PARSE));
		require(rc != 1 || utf8_is_valid(text, strlen(text)));
		rc = json_get_number_text(object, keys[i], &text, &err);
		require((rc == 1) == (text != NULL) && text == json_number_text(n));
		rc = json_get_integer(object, keys[i], -1000, INT64_MAX, &value,
				      &err);
		require(rc != 1 || value >= -1000);
		require((rc == 0) == (!n || json_is_null(n)));
		for (const struct json_node *item = json_first(n); item;
		     item = json_next(item))
			(void)json_string(json_get(item, keys[i]));
	}
}

static void check_beginnings(const char *text, size_t len)
{
	struct err err;

	/* The document is whole at its closing bracket: look before that. */
	while (len > 0 && text[len - 1] != '}' && text[len - 1] != ']')
		len--;
	for (size_t n = 0; n < len; n++) {
		require(!json_parse(text, n, &err));
		require(err.kind == ERR_TRUNCATED);
	}
}

static void check_refusal(const char *text, size_t len, const struct err *why)
{
	const char *place = strstr(why->msg, "byte ");
	struct json_doc *doc;
	struct err err;
	size_t at;

	require(why->kind == ERR_PARSE || why->kind == ERR_TRUNCATED);
	require(place);
	at = strtoul(place + 5, NULL, 10);
	if (why->kind == ERR_TRUNCATED) {
		require(at == len);
		return;
	}
	require(at < len);
	require(!json_parse(text, at + 1, &err) && err.kind == ERR_PARSE);
	require(strcmp(err.msg, why->msg) == 0);
	doc = json_parse(text, at, &err);
	require(doc || err.kind == ERR_TRUNCATED);
	json_free(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = size ? (const char *)data : "";
	struct err err = { .kind = ERR_KINDS };
	struct json_doc *doc = json_parse(text, size, &err);

	if (!doc) {
		check_refusal(text, size, &err);
		return 0;
	}
	check_members(json_root(doc));
	for (const struct json_node *item = json_first(json_root(doc)); item;
	     item = json_next(item))
		check_members(item);
	json_free(doc);
	check_rewriting(text, size);
	if (size <= PREFIXES_MAX_BYTES)
		check_beginnings(text, size);
	return 0;
}
