/* SPDX-License-Identifier: MIT */
/* wrap: malloc calloc realloc strdup strndup free */
/* wrap: cJSON_ParseWithLengthOpts */
#include "net/json_read.h"
#include "net/json_scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "memory.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static size_t stops_early; /* cJSON, by so many bytes */

cJSON *__real_cJSON_ParseWithLengthOpts(const char *text, size_t len, const char **end,
					cJSON_bool is_terminated);
cJSON *__wrap_cJSON_ParseWithLengthOpts(const char *text, size_t len, const char **end,
					cJSON_bool is_terminated)
{
	cJSON *root = __real_cJSON_ParseWithLengthOpts(text, len, end, is_terminated);

	*end -= stops_early;
	return root;
}

static void *allocate_for_cjson(size_t size)
{
	return malloc(size);
}

/* In a block of its own size, so that a sanitizer sees a read beyond it. */
static struct json_doc *parse_exactly(const char *text, size_t len,
				      struct err *err)
{
	char *copy = __real_malloc(len ? len : 1);
	struct json_doc *doc;

	assert_non_null(copy);
	memcpy(copy, text, len);
	err->kind = ERR_KINDS;
	err->msg[0] = '\0';
	doc = json_parse(copy, len, err);
	free(copy);
	assert_true(!doc == (err->kind != ERR_KINDS));
	return doc;
}

static struct json_doc *parse_good(const char *text)
{
	struct err err;
	struct json_doc *doc = parse_exactly(text, strlen(text), &err);

	if (!doc)
		fail_msg("%s: %s", text, err.msg);
	return doc;
}

/* ---- grammar ------------------------------------------------------------ */

/* Text, and what it is without blanks (NULL: the same). */
static const struct {
	const char *text, *rendered;
} good[] = {
	{ "{}", NULL },
	{ "[]", NULL },
	{ " \r\n[ ]\t ", "[]" },
	{ "[{},[],\"a\",null,true,-1.50e+7]", NULL },
	{ "[{\"a\":1,\"b\":[2]},{\"a\":3,\"b\":[4,5]},6]", NULL },
	{ "[[[7]],8]", NULL },
	{ " \t\r\n{ \n} \r\n\t ", "{}" },
	{ "{\"a\":{},\"b\":[],\"c\":[[],{}]}", NULL },
	{ "{ \"a\" : [ 1 , 2 ] , \"b\" : { \"c\" : null } }",
	  "{\"a\":[1,2],\"b\":{\"c\":null}}" },
	{ "{\"t\":true,\"f\":false,\"n\":null}", NULL },
	{ "{\"\":\"\"}", NULL },
	{ "{\"a\":1,\"A\":2,\"aa\":3,\"b\":{\"a\":1},\"c\":{\"a\":1},\"d\":[{\"a\":1},{\"a\":1}]}",
	  NULL },
	{ "{\"a\":{\"b\":1,\"c\":2},\"b\":3,\"c\":4}", NULL },
	{ "{\"Bb\":1,\"CC\":2}", NULL }, /* one hash */
	/* numbers keep their digits, whatever a double makes of them */
	{ "{\"a\":[0,-0,7,-7,10,0.0,-0.10,1e5,1E5,1e+05,2.50e-00,0e0,-0e-9]}",
	  NULL },
	{ "{\"a\":[9007199254740993,18446744073709551616,332.7950134277344,1e400,-1e-400]}",
	  NULL },
	{ "{\"a\":100000000000000000000000000000000000000000000000000000000000001}",
	  NULL },
	/* strings */
	{ "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}",
	  "{\"a\":\"\\\"\\\\/\\b\\f\\n\\r\\t\"}" },
	{ "{\"a\":\"\\u0041\\u00e9\\uD0bC\\uac00\"}",
	  "{\"a\":\"A\xc3\xa9\xed\x82\xbc\xea\xb0\x80\"}" },
	{ "{\"a\":\"\\u0001\\u001F\"}", "{\"a\":\"\\u0001\\u001f\"}" },
	{ "{\"a\":\"\\ud83d\\udcc8\\uDBFF\\uDFFF\"}",
	  "{\"a\":\"\xf0\x9f\x93\x88\xf4\x8f\xbf\xbf\"}" },
	{ "{\"a\":\"\\ue000\\uffff\\ud7ff\"}",
	  "{\"a\":\"\xee\x80\x80\xef\xbf\xbf\xed\x9f\xbf\"}" },
	{ "{\"a\":\"\x7f\xc2\x80\xe2\x80\xa8\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"}",
	  NULL },
	{ "{\"a\":\"\\\\u0000 /* no comment */ // 'x' \xef\xbb\xbf\"}", NULL },
	{ "{\"\xec\x82\xbc\":\"\xec\x84\xb1\",\"\\uc0bd\":\"\"}",
	  "{\"\xec\x82\xbc\":\"\xec\x84\xb1\",\"\xec\x82\xbd\":\"\"}" },
};

#define TEXT(s) s, sizeof(s) - 1

/* Text, and its first byte that cannot be there: what stands before could have
 * gone on well. */
static const struct {
	const char *text;
	size_t len, at;
} bad[] = {
	/* the top */
	{ TEXT("[]]"), 2 },
	{ TEXT("[]}"), 2 },
	{ TEXT("[][]"), 2 },
	{ TEXT("[{}]{}"), 4 },
	{ TEXT("[{}],"), 4 },
	{ TEXT("[1] 2"), 4 },
	{ TEXT("[]\0"), 2 },
	{ TEXT("[}"), 1 },
	{ TEXT("[,"), 1 },
	{ TEXT("[{},]"), 4 },
	{ TEXT("[\"a\":1]"), 4 },
	{ TEXT("[{\"a\":1},{\"a\":1,\"a\":2}]"), 18 },
	{ TEXT("[007]"), 2 },
	{ TEXT("(1)"), 0 },
	{ TEXT("\"a\""), 0 },
	{ TEXT("null"), 0 },
	{ TEXT("7"), 0 },
	{ TEXT("\xef\xbb\xbf{}"), 0 },
	{ TEXT("\xff\xfe{\0}\0"), 0 },
	{ TEXT("\0{\0}"), 0 },
	{ TEXT("{\0}\0"), 1 },
	{ TEXT(" <html>"), 1 },
	{ TEXT("// {}\n{}"), 0 },
	{ TEXT("{}{}"), 2 },
	{ TEXT("{} x"), 3 },
	{ TEXT("{},"), 2 },
	{ TEXT("{}}"), 2 },
	{ TEXT("{}]"), 2 },
	{ TEXT("{}\0"), 2 },
	{ TEXT("{}#"), 2 },
	{ TEXT("{}/**/"), 2 },
	{ TEXT("{}\xef\xbb\xbf"), 2 },
	/* blanks that are none */
	{ TEXT("{\f}"), 1 },
	{ TEXT("{\v}"), 1 },
	{ TEXT("{\xc2\xa0}"), 1 },
	{ TEXT("{\xe2\x81\xa0}"), 1 },
	{ TEXT("{\"a\":\0"
	       "1}"),
	  5 },
	/* objects and arrays */
	{ TEXT("{]"), 1 },
	{ TEXT("{,"), 1 },
	{ TEXT("{:"), 1 },
	{ TEXT("{1:1}"), 1 },
	{ TEXT("{a:1}"), 1 },
	{ TEXT("{'a':1}"), 1 },
	{ TEXT("{null:1}"), 1 },
	{ TEXT("{[]:1}"), 1 },
	{ TEXT("{\"a\"}"), 4 },
	{ TEXT("{\"a\",\"b\"}"), 4 },
	{ TEXT("{\"a\" \"b\"}"), 5 },
	{ TEXT("{\"a\"::1}"), 5 },
	{ TEXT("{\"a\"=1}"), 4 },
	{ TEXT("{\"a\":}"), 5 },
	{ TEXT("{\"a\":,"), 5 },
	{ TEXT("{\"a\":1,}"), 7 },
	{ TEXT("{\"a\":1,,"), 7 },
	{ TEXT("{\"a\":1;"), 6 },
	{ TEXT("{\"a\":1]"), 6 },
	{ TEXT("{\"a\":1 \"b\":2}"), 7 },
	{ TEXT("{\"a\":1:2}"), 6 },
	{ TEXT("{\"a\":1,2}"), 7 },
	{ TEXT("{\"a\":1 // x\n}"), 7 },
	{ TEXT("{\"a\":[,1]}"), 6 },
	{ TEXT("{\"a\":[1,]}"), 8 },
	{ TEXT("{\"a\":[1,,2]}"), 8 },
	{ TEXT("{\"a\":[1 2]}"), 8 },
	{ TEXT("{\"a\":[1:2]}"), 7 },
	{ TEXT("{\"a\":[1}"), 7 },
	{ TEXT("{\"a\":[\"b\":1]}"), 9 },
	{ TEXT("{\"a\":[1]]}"), 8 },
	{ TEXT("{\"a\":{\"b\":1]"), 11 },
	{ TEXT("{\"a\":(1)}"), 5 },
	{ TEXT("{\"a\":...}"), 5 },
	/* words */
	{ TEXT("{\"a\":True}"), 5 },
	{ TEXT("{\"a\":NULL}"), 5 },
	{ TEXT("{\"a\":nul}"), 8 },
	{ TEXT("{\"a\":nulls}"), 9 },
	{ TEXT("{\"a\":truefalse}"), 9 },
	{ TEXT("{\"a\":fals3}"), 9 },
	{ TEXT("{\"a\":undefined}"), 5 },
	{ TEXT("{\"a\":NaN}"), 5 },
	{ TEXT("{\"a\":nan}"), 6 },
	{ TEXT("{\"a\":Infinity}"), 5 },
	{ TEXT("{\"a\":-Infinity}"), 6 },
	{ TEXT("{\"a\":*x}"), 5 },
	{ TEXT("{\"a\":tru\xc3\xa9}"), 8 },
	/* numbers */
	{ TEXT("{\"a\":+1}"), 5 },
	{ TEXT("{\"a\":-}"), 6 },
	{ TEXT("{\"a\":--1}"), 6 },
	{ TEXT("{\"a\":- 1}"), 6 },
	{ TEXT("{\"a\":-a}"), 6 },
	{ TEXT("{\"a\":007}"), 6 },
	{ TEXT("{\"a\":-01}"), 7 },
	{ TEXT("{\"a\":00}"), 6 },
	{ TEXT("{\"a\":.5}"), 5 },
	{ TEXT("{\"a\":-.5}"), 6 },
	{ TEXT("{\"a\":1.}"), 7 },
	{ TEXT("{\"a\":1.e5}"), 7 },
	{ TEXT("{\"a\":0.1.2}"), 8 },
	{ TEXT("{\"a\":1..2}"), 7 },
	{ TEXT("{\"a\":1e}"), 7 },
	{ TEXT("{\"a\":1e+}"), 8 },
	{ TEXT("{\"a\":1e-x}"), 8 },
	{ TEXT("{\"a\":1ee2}"), 7 },
	{ TEXT("{\"a\":1e+-2}"), 8 },
	{ TEXT("{\"a\":1e1.5}"), 8 },
	{ TEXT("{\"a\":0x10}"), 6 },
	{ TEXT("{\"a\":1f}"), 6 },
	{ TEXT("{\"a\":1 000}"), 7 },
	{ TEXT("{\"a\":1,000}"), 7 },
	{ TEXT("{\"a\":1_000}"), 6 },
	{ TEXT("{\"a\":1+2}"), 6 },
	{ TEXT("{\"a\":\xef\xbc\x91}"), 5 },
	{ TEXT("{\"a\":1234567890123456789012345678901234567890123456789012345678901234}"),
	  68 },
	/* strings */
	{ TEXT("{\"a\":'b'}"), 5 },
	{ TEXT("{\"a\":b}"), 5 },
	{ TEXT("{\"a\":\"b\"c\"}"), 8 },
	{ TEXT("{\"a\":\"\n\"}"), 6 },
	{ TEXT("{\"a\":\"x\ty\"}"), 7 },
	{ TEXT("{\"a\":\"\0\"}"), 6 },
	{ TEXT("{\"a\":\"\x1b[31m\"}"), 6 },
	{ TEXT("{\"a\":\"\x1f\"}"), 6 },
	{ TEXT("{\"a\n\":1}"), 3 },
	{ TEXT("{\"a\":\\n}"), 5 },
	{ TEXT("{\"a\":\"\\a\"}"), 7 },
	{ TEXT("{\"a\":\"\\'\"}"), 7 },
	{ TEXT("{\"a\":\"\\x41\"}"), 7 },
	{ TEXT("{\"a\":\"\\U0041\"}"), 7 },
	{ TEXT("{\"a\":\"\\0\"}"), 7 },
	{ TEXT("{\"a\":\"\\\0\"}"), 7 },
	{ TEXT("{\"a\":\"\\\n\"}"), 7 },
	{ TEXT("{\"a\":\"\\\xec\x82\xbc\"}"), 7 },
	{ TEXT("{\"a\":\"\\u004\"}"), 11 },
	{ TEXT("{\"a\":\"\\u00g1\"}"), 10 },
	{ TEXT("{\"a\":\"\\u+041\"}"), 8 },
	{ TEXT("{\"a\":\"\\u 041\"}"), 8 },
	{ TEXT("{\"a\":\"\\u\"}"), 8 },
	{ TEXT("{\"a\":\"\\u0000\"}"), 11 },
	{ TEXT("{\"\\u0000\":1}"), 7 },
	/* surrogates */
	{ TEXT("{\"a\":\"\\ud83d\"}"), 12 },
	{ TEXT("{\"a\":\"\\ud83dx\"}"), 12 },
	{ TEXT("{\"a\":\"\\ud83d\\n\"}"), 13 },
	{ TEXT("{\"a\":\"\\ud83d\\u0041\"}"), 14 },
	{ TEXT("{\"a\":\"\\ud83d\\ud83d\"}"), 15 },
	{ TEXT("{\"a\":\"\\ud83d\\ue000\"}"), 14 },
	{ TEXT("{\"a\":\"\\ud83d\\udc0\"}"), 17 },
	{ TEXT("{\"a\":\"\\udcc8\"}"), 9 },
	{ TEXT("{\"a\":\"\\uDFFF\\uD83D\"}"), 9 },
	/* UTF-8 */
	{ TEXT("{\"a\":\"\x80\"}"), 6 },
	{ TEXT("{\"a\":\"\xff\"}"), 6 },
	{ TEXT("{\"a\":\"\xc0\xaf\"}"), 6 },
	{ TEXT("{\"a\":\"\xc3\"}"), 7 },
	{ TEXT("{\"a\":\"\xe9 \"}"), 7 },
	{ TEXT("{\"a\":\"\xe0\x80\xaf\"}"), 7 },
	{ TEXT("{\"a\":\"\xec\x82\"}"), 8 },
	{ TEXT("{\"a\":\"\xed\xa0\x80\"}"), 7 },
	{ TEXT("{\"a\":\"\xf0\x80\x80\xaf\"}"), 7 },
	{ TEXT("{\"a\":\"\xf0\x9f\x93\"}"), 9 },
	{ TEXT("{\"a\":\"\xf4\x90\x80\x80\"}"), 7 },
	{ TEXT("{\"a\":\"\xf5\x80\x80\x80\"}"), 6 },
	{ TEXT("{\"\xff\":1}"), 2 },
	/* keys */
	{ TEXT("{\"a\":1,\"a\":1}"), 9 },
	{ TEXT("{\"a\":1,\"b\":2,\"a\":3}"), 15 },
	{ TEXT("{\"\":1,\"\":2}"), 7 },
	{ TEXT("{\"price\":1,\"\\u0070rice\":2}"), 22 },
	{ TEXT("{\"\\u0061\":1,\"a\":2}"), 14 },
	{ TEXT("{\"\\u00e9\":1,\"\xc3\xa9\":2}"), 15 },
	{ TEXT("{\"\xf0\x9f\x93\x88\":1,\"\\uD83D\\uDcc8\":2}"), 23 },
	{ TEXT("{\"a/\":1,\"a\\/\":2}"), 12 },
	{ TEXT("{\"a\\n\":1,\"a\\u000A\":2}"), 17 },
	{ TEXT("{\"a\":1,\"b\":{\"a\":1},\"a\":2}"), 21 },
	{ TEXT("{\"x\":[{\"k\":1},{\"k\":1,\"k\":2}]}"), 23 },
};

static void takes_what_is_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		const char *want =
			good[i].rendered ? good[i].rendered : good[i].text;
		struct json_doc *doc = parse_good(good[i].text), *again;
		char *text = json_render(json_root(doc)), *second;

		assert_non_null(text);
		assert_string_equal(text, want);
		again = parse_good(text);
		second = json_render(json_root(again));
		assert_string_equal(second, text);
		json_text_free(second);
		json_free(again);
		json_text_free(text);
		json_free(doc);
	}
}

static void tells_a_cut_text_from_a_wrong_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		for (size_t len = 0; len <= bad[i].len; len++) {
			struct err err;
			struct json_doc *doc =
				parse_exactly(bad[i].text, len, &err);
			char where[40];

			/* "{}" and "[]" themselves are whole; what follows is not. */
			if (len <= bad[i].at && doc) {
				json_free(doc);
				continue;
			}
			if (doc)
				fail_msg("'%s' was taken", bad[i].text);
			if (err.kind !=
			    (len <= bad[i].at ? ERR_TRUNCATED : ERR_PARSE))
				fail_msg("'%s', %zu bytes: %s", bad[i].text,
					 len, err.msg);
			snprintf(where, sizeof where,
				 len <= bad[i].at ? "ends at byte %zu"
						  : "byte %zu: ",
				 len <= bad[i].at ? len : bad[i].at);
			if (!strstr(err.msg, where))
				fail_msg("'%s', not at byte %zu: %s",
					 bad[i].text, bad[i].at, err.msg);
		}
	}
}

static void takes_no_beginning_for_the_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		size_t whole = strlen(good[i].text);

		while (!strchr("}]", good[i].text[whole - 1]))
			whole--;
		for (size_t len = 0; len < whole; len++) {
			struct err err;

			assert_null(parse_exactly(good[i].text, len, &err));
			if (err.kind != ERR_TRUNCATED)
				fail_msg("'%s', %zu bytes: %s", good[i].text,
					 len, err.msg);
		}
	}
}

/* ---- limits ------------------------------------------------------------- */

static size_t nest(char *out, char bracket, int depth)
{
	char *p = out;

	for (int i = 0; i < depth; i++)
		p += sprintf(p, i == 0 || bracket == '{' ? "{\"a\":" : "[");
	p += sprintf(p, "1");
	for (int i = depth - 1; i >= 0; i--)
		*p++ = i == 0 || bracket == '{' ? '}' : ']';
	return (size_t)(p - out);
}

static void holds_the_depth(void **state)
{
	static char text[700000];
	static const int deep[] = { JSON_DEPTH_MAX + 1, 1001, 100000 };

	(void)state;
	for (int b = 0; b < 2; b++) {
		char bracket = "{["[b];
		struct err err;
		struct json_doc *doc = parse_exactly(
			text, nest(text, bracket, JSON_DEPTH_MAX), &err);

		assert_non_null(doc);
		json_free(doc);
		for (size_t i = 0; i < COUNT(deep); i++) {
			assert_null(parse_exactly(
				text, nest(text, bracket, deep[i]), &err));
			assert_int_equal(err.kind, ERR_PARSE);
			assert_non_null(strstr(err.msg, "nested too deeply"));
		}
	}
}

static size_t write_keys(char *out, size_t count, size_t last)
{
	char *p = out;

	for (size_t i = 0; i < count; i++)
		p += sprintf(p, "%s\"key_%zu\":%zu", i ? "," : "{",
			     i + 1 == count ? last : i, i);
	*p++ = '}';
	return (size_t)(p - out);
}

static void counts_the_keys(void **state)
{
	static char text[40000];
	struct json_doc *doc;
	struct err err;
	int64_t value;

	(void)state;
	doc = parse_exactly(
		text, write_keys(text, JSON_KEYS_MAX, JSON_KEYS_MAX), &err);
	assert_non_null(doc);
	assert_int_equal(json_get_integer(json_root(doc), "key_777", 0, 5000,
					  &value, &err),
			 1);
	assert_int_equal(value, 777);
	json_free(doc);

	assert_null(
		parse_exactly(text, write_keys(text, JSON_KEYS_MAX, 0), &err));
	assert_non_null(strstr(err.msg, "a second time"));
	assert_null(parse_exactly(
		text, write_keys(text, JSON_KEYS_MAX + 1, 9999), &err));
	assert_int_equal(err.kind, ERR_PARSE);
	assert_non_null(strstr(err.msg, "too many keys"));
}

/* Closing an object must forget its keys, and only its own. */
static void forgets_keys_of_closed_objects(void **state)
{
	static char text[200000];
	struct json_doc *doc;
	struct err err;
	size_t len = 0;

	(void)state;
	for (size_t row = 0; row < 100; row++) {
		len += (size_t)sprintf(text + len,
				       "%s\"row_%zu\":", row ? "," : "{", row);
		len += write_keys(text + len, 80, 79);
	}
	text[len++] = '}';
	doc = parse_exactly(text, len, &err);
	assert_non_null(doc);
	json_free(doc);
	len += (size_t)sprintf(text + len - 1, ",\"row_%d\":0}", 3) - 1;
	assert_null(parse_exactly(text, len, &err));
	assert_non_null(strstr(err.msg, "a second time"));
}

static void survives_lack_of_memory(void **state)
{
	static const char text[] = "{\"a\":[1,2,{\"b\":\"text\"}],\"c\":true}";
	cJSON_Hooks hooks = { allocate_for_cjson, free };
	struct json_doc *doc = NULL;
	int failures = 0;

	(void)state;
	cJSON_InitHooks(&hooks);
	for (int k = 0; !doc && k < 1000; k++) {
		struct err err = { .kind = ERR_KINDS };

		memory_fail(k + 1, true);
		doc = json_parse(text, sizeof text - 1, &err);
		memory_is_back();
		if (doc)
			break;
		assert_int_equal(err.kind, ERR_SYSTEM);
		failures++;
	}
	assert_true(failures > 10);
	assert_non_null(doc);
	memory_is_gone();
	char *rendered = json_render(json_root(doc));
	memory_is_back();
	assert_null(rendered);
	json_free(doc);
	cJSON_InitHooks(NULL);
}

/* Two readers that disagree are one too many. */
static void trusts_no_other_reading(void **state)
{
	static const char text[] = "{\"a\":[1,2]}";
	struct err err;

	(void)state;
	stops_early = 1;
	assert_null(parse_exactly(text, sizeof text - 1, &err));
	stops_early = 0;
	assert_int_equal(err.kind, ERR_PARSE);
	assert_non_null(strstr(err.msg, "in two ways"));
	json_free(parse_good(text));
}

/* ---- questions ---------------------------------------------------------- */

static const char answer[] =
	"{\"output\":[{\"code\":\"005930\",\"price\":\"70100\",\"none\":null,\"count\":30,"
	"\"flag\":true,\"list\":[],\"object\":{}},{\"code\":\"000660\"}],"
	"\"rt_cd\":\"0\",\"expires_in\":86400}";

static void finds_members(void **state)
{
	struct json_doc *doc = parse_good(answer);
	const struct json_node *root = json_root(doc),
			       *rows = json_get(root, "output"), *row;

	(void)state;
	assert_true(json_is_object(root));
	assert_true(json_is_array(rows));
	assert_false(json_is_object(rows));
	assert_null(json_get(root, "Output")); /* exact case */
	assert_null(json_get(root, "code"));
	assert_null(json_get(NULL, "code"));
	assert_null(json_get(rows, "code"));
	assert_string_equal(json_string(json_get(root, "rt_cd")), "0");

	row = json_first(rows);
	assert_string_equal(json_string(json_get(row, "code")), "005930");
	assert_true(json_is_null(json_get(row, "none")));
	assert_false(json_is_null(json_get(row, "absent")));
	assert_null(json_string(json_get(row, "count")));
	assert_null(json_string(NULL));
	assert_null(json_first(json_get(row, "list")));
	assert_null(json_first(json_get(row, "object")));
	assert_null(json_first(root));
	assert_null(json_first(NULL));
	row = json_next(row);
	assert_string_equal(json_string(json_get(row, "code")), "000660");
	assert_null(json_next(row));
	assert_false(json_is_object(NULL) || json_is_array(NULL) ||
		     json_is_null(NULL));
	json_free(doc);
	json_free(NULL);
}

static void reads_strings(void **state)
{
	static const struct {
		const char *key;
		int want;
		const char *text; /* or what the error says */
	} rows[] = {
		{ "code", 1, "005930" },
		{ "none", 0, NULL },
		{ "absent", 0, NULL },
		{ "count", -1, "field 'count' is a number, not a string" },
		{ "flag", -1, "field 'flag' is true or false, not a string" },
		{ "list", -1, "field 'list' is an array, not a string" },
		{ "object", -1, "field 'object' is an object, not a string" },
	};
	struct json_doc *doc = parse_good(answer);
	const struct json_node *row =
		json_first(json_get(json_root(doc), "output"));
	const char *text = "";

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = { .kind = ERR_KINDS };

		assert_int_equal(json_get_string(row, rows[i].key, &text, &err),
				 rows[i].want);
		if (rows[i].want < 0) {
			assert_int_equal(err.kind, ERR_PARSE);
			assert_string_equal(err.msg, rows[i].text);
		} else if (rows[i].text) {
			assert_string_equal(text, rows[i].text);
		} else {
			assert_null(text);
		}
	}
	assert_int_equal(json_get_string(NULL, "code", &text, NULL), 0);
	json_free(doc);
}

static void reads_numbers_as_written(void **state)
{
	static const char text[] =
		"[{\"p\":163248000.00000000,\"e\":4.247173800124926E10,\"z\":-0,"
		"\"tiny\":1e-400,\"long\":1234567890.12345678901234567890,"
		"\"s\":\"1\",\"n\":null,\"t\":true,\"a\":[],\"o\":{}},17]";
	static const struct {
		const char *key;
		int want;
		const char *text; /* or what the error says */
	} rows[] = {
		{ "p", 1, "163248000.00000000" },
		{ "e", 1, "4.247173800124926E10" },
		{ "z", 1, "-0" },
		{ "tiny", 1, "1e-400" },
		{ "long", 1, "1234567890.12345678901234567890" },
		{ "n", 0, NULL },
		{ "absent", 0, NULL },
		{ "s", -1, "field 's' is a string, not a number" },
		{ "t", -1, "field 't' is true or false, not a number" },
		{ "a", -1, "field 'a' is an array, not a number" },
		{ "o", -1, "field 'o' is an object, not a number" },
	};
	struct json_doc *doc = parse_good(text);
	const struct json_node *row = json_first(json_root(doc));

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = { .kind = ERR_KINDS };
		const char *got = "";

		assert_int_equal(json_get_number_text(row, rows[i].key, &got, &err),
				 rows[i].want);
		if (rows[i].want > 0) {
			assert_string_equal(got, rows[i].text);
			continue;
		}
		assert_null(got);
		if (rows[i].want < 0) {
			assert_int_equal(err.kind, ERR_PARSE);
			assert_string_equal(err.msg, rows[i].text);
		}
	}
	assert_string_equal(json_number_text(json_next(row)), "17");
	assert_null(json_number_text(row));
	assert_null(json_number_text(NULL));
	json_free(doc);
}

static void takes_an_array_at_the_top(void **state)
{
	struct json_doc *doc =
		parse_good("[{\"market\":\"KRW-BTC\"},{\"market\":\"KRW-ETH\"}]");
	const struct json_node *root = json_root(doc), *row = json_first(root);

	(void)state;
	assert_true(json_is_array(root));
	assert_false(json_is_object(root));
	assert_null(json_get(root, "market"));
	assert_string_equal(json_string(json_get(row, "market")), "KRW-BTC");
	row = json_next(row);
	assert_string_equal(json_string(json_get(row, "market")), "KRW-ETH");
	assert_null(json_next(row));
	assert_null(json_next(root));
	json_free(doc);
}

/* An answer that must be an object is not half read as something else. */
static void asks_for_an_object(void **state)
{
	struct err err = { .kind = ERR_KINDS };
	struct json_doc *doc = json_parse_object(TEXT("{\"a\":1}"), &err);

	(void)state;
	assert_non_null(doc);
	json_free(doc);
	assert_null(json_parse_object(TEXT("[{\"a\":1}]"), &err));
	assert_int_equal(err.kind, ERR_PARSE);
	assert_string_equal(
		err.msg, "cannot read JSON: an array where an object is expected");
	assert_null(json_parse_object(TEXT("[{\"a\":1}"), &err));
	assert_int_equal(err.kind, ERR_TRUNCATED);
}

static void reads_integers(void **state)
{
	static const struct {
		const char *json;
		int64_t min, max;
		int want;
		int64_t value;
	} rows[] = {
		{ "0", 0, 0, 1, 0 },
		{ "-0", 0, 0, 1, 0 },
		{ "86400", 0, 100000, 1, 86400 },
		{ "\"86400\"", 0, 100000, 1, 86400 },
		{ "\"007\"", 0, 10, 1, 7 },
		{ "-5", -5, 5, 1, -5 },
		{ "\"-5\"", -5, 5, 1, -5 },
		{ "9007199254740993", 0, INT64_MAX, 1,
		  INT64_C(9007199254740993) },
		{ "\"9007199254740993\"", 0, INT64_MAX, 1,
		  INT64_C(9007199254740993) },
		{ "9223372036854775807", 0, INT64_MAX, 1, INT64_MAX },
		{ "-9223372036854775808", INT64_MIN, 0, 1, INT64_MIN },
		{ "9223372036854775808", INT64_MIN, INT64_MAX, -1, 0 },
		{ "-9223372036854775809", INT64_MIN, INT64_MAX, -1, 0 },
		{ "92233720368547758070", INT64_MIN, INT64_MAX, -1, 0 },
		{ "18446744073709551617", INT64_MIN, INT64_MAX, -1, 0 },
		{ "6", -5, 5, -1, 0 },
		{ "-6", -5, 5, -1, 0 },
		{ "null", 0, 1, 0, 0 },
		{ "1.0", 0, 10, -1, 0 },
		{ "1e0", 0, 10, -1, 0 },
		{ "1e400", 0, 10, -1, 0 },
		{ "\"\"", 0, 10, -1, 0 },
		{ "\"-\"", 0, 10, -1, 0 },
		{ "\"+1\"", 0, 10, -1, 0 },
		{ "\" 1\"", 0, 10, -1, 0 },
		{ "\"1 \"", 0, 10, -1, 0 },
		{ "\"1x\"", 0, 10, -1, 0 },
		{ "\"0x1\"", 0, 10, -1, 0 },
		{ "\"\\u001b[2J\"", 0, 10, -1, 0 },
		{ "true", 0, 10, -1, 0 },
		{ "[1]", 0, 10, -1, 0 },
		{ "{}", 0, 10, -1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = { .kind = ERR_KINDS };
		struct json_doc *doc;
		int64_t value = 77;
		char text[100];
		int rc;

		snprintf(text, sizeof text,
			 "{\"other\":[1.5],\"n\":%s,\"last\":2}", rows[i].json);
		doc = parse_good(text);
		rc = json_get_integer(json_root(doc), "n", rows[i].min,
				      rows[i].max, &value, &err);
		if (rc != rows[i].want)
			fail_msg("%s: %d", rows[i].json, rc);
		assert_true(value == (rc == 1 ? rows[i].value : 77));
		assert_int_equal(err.kind, rc == -1 ? ERR_PARSE : ERR_KINDS);
		if (rc == -1)
			assert_null(strchr(err.msg, '\x1b'));
		assert_int_equal(json_get_integer(json_root(doc), "absent", 0,
						  9, &value, &err),
				 0);
		json_free(doc);
	}
}

static void says_which_integer_is_wrong(void **state)
{
	struct json_doc *doc = parse_good("{\"a\":\"12x\",\"b\":[]}");
	struct err err;
	int64_t value;

	(void)state;
	assert_int_equal(
		json_get_integer(json_root(doc), "a", 0, 99, &value, &err), -1);
	assert_string_equal(
		err.msg, "field 'a' is '12x', not a whole number from 0 to 99");
	assert_int_equal(
		json_get_integer(json_root(doc), "b", 0, 99, &value, &err), -1);
	assert_string_equal(err.msg,
			    "field 'b' is an array, not a whole number");
	json_free(doc);
}

static void renders_a_part(void **state)
{
	struct json_doc *doc = parse_good(
		"{ \"a\" : [ { \"b\" : 1.50 , \"c\" : \"x\" } ] , \"n\" : 1e400 }");
	char *text = json_render(json_first(json_get(json_root(doc), "a")));

	(void)state;
	assert_string_equal(text, "{\"b\":1.50,\"c\":\"x\"}");
	json_text_free(text);
	text = json_render(json_get(json_root(doc), "n"));
	assert_string_equal(text, "1e400");
	json_text_free(text);
	json_free(doc);
}

/* Each key is found wherever the last one was, and none that is not there. */
static void finds_in_any_order(void **state)
{
	static const char text[] = "{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\",\"ca\":\"4\"}";
	static const struct {
		const char *key, *want;
	} rows[] = {
		{ "a", "1" },  { "c", "3" },  { "b", "2" }, { "b", "2" },
		{ "ca", "4" }, { "x", NULL }, { "c", "3" }, { "a", "1" },
	};
	const struct json_node *at = NULL;
	struct err err;
	struct json_doc *doc = json_parse(text, sizeof text - 1, &err);

	(void)state;
	assert_non_null(doc);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *got = json_string(json_find(json_root(doc), &at, rows[i].key));

		if (rows[i].want)
			assert_string_equal(got, rows[i].want);
		else
			assert_null(got);
	}
	json_free(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_in_any_order),
		cmocka_unit_test(takes_what_is_right),
		cmocka_unit_test(tells_a_cut_text_from_a_wrong_one),
		cmocka_unit_test(takes_no_beginning_for_the_whole),
		cmocka_unit_test(holds_the_depth),
		cmocka_unit_test(counts_the_keys),
		cmocka_unit_test(forgets_keys_of_closed_objects),
		cmocka_unit_test(survives_lack_of_memory),
		cmocka_unit_test(trusts_no_other_reading),
		cmocka_unit_test(finds_members),
		cmocka_unit_test(reads_strings),
		cmocka_unit_test(reads_numbers_as_written),
		cmocka_unit_test(takes_an_array_at_the_top),
		cmocka_unit_test(asks_for_an_object),
		cmocka_unit_test(reads_integers),
		cmocka_unit_test(says_which_integer_is_wrong),
		cmocka_unit_test(renders_a_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
