/* kis_case.h: one answer of the broker, read by the provider and told as text.
 * For test_kis*.c.
 *
 * Fixtures are bodies; their names hold the HTTP status: "multi_2.200.json". */
#ifndef TESTS_UNIT_KIS_CASE_H
#define TESTS_UNIT_KIS_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/quote.h"
#include "net/http.h"
#include "provider/provider.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { SINGLE = 1, DETAIL = 2, RAW = 4 }; /* of the request */

struct kis_case {
	struct result *result;
	struct err err;
	int rc;
	char text[16384]; /* what became of it: kis_tell */
};

static inline const struct provider *kis(void)
{
	const struct provider *p = provider_find("kis");

	assert_non_null(p);
	return p;
}

/* A call to the account for real money. */
static inline struct provider_call kis_call(void)
{
	return (struct provider_call){ .account = &kis()->account[0],
				       .login = { "KEY", "SECRET" },
				       .base_url = "https://h:1",
				       .token = "TOKEN" };
}

struct kis_body {
	int status;
	size_t len;
	char *text; /* owned; terminated */
};

static inline struct kis_body kis_load(const char *fixture)
{
	struct kis_body b = { atoi(strchr(fixture, '.') + 1), 0, NULL };
	char path[128];
	FILE *f;

	snprintf(path, sizeof path, "tests/fixtures/kis/%s", fixture);
	f = fopen(path, "rb");
	b.text = calloc(1, HTTP_BODY_MAX_BYTES);
	if (!f || !b.text)
		fail_msg("cannot read '%s'", path);
	b.len = fread(b.text, 1, HTTP_BODY_MAX_BYTES - 1, f);
	fclose(f);
	assert_true(b.len > 0);
	return b;
}

/* The body with the first from replaced by to. */
static inline struct kis_body kis_replace(const char *fixture, const char *from, const char *to)
{
	struct kis_body old = kis_load(fixture), b = old;
	const char *place = strstr(old.text, from);

	if (!place)
		fail_msg("'%s' has no '%s'", fixture, from);
	b.len = old.len - strlen(from) + strlen(to);
	b.text = malloc(b.len + 1);
	assert_non_null(b.text);
	snprintf(b.text, b.len + 1, "%.*s%s%s", (int)(place - old.text), old.text, to,
		 place + strlen(from));
	free(old.text);
	return b;
}

/* Symbols as a user writes them, with blanks between; "AAPL@NAS" is AAPL.US
 * that is looked for at NAS. */
static inline struct request *kis_request(const char *symbols, int flags)
{
	struct request *r = request_new(REQUEST_MAX);
	const char *p = symbols;

	assert_non_null(r);
	r->is_single = flags & SINGLE;
	r->wants_detail = flags & DETAIL;
	r->wants_raw = flags & RAW;
	while (*p) {
		struct request_item *item = &r->item[r->count];
		size_t len = strcspn(p, " "), code = strcspn(p, " @");
		struct err err;

		assert_true(r->count < REQUEST_MAX);
		item->index = (uint32_t)r->count++;
		if (symbol_parse(p, code, MARKET_NONE, &item->symbol, &err) < 0)
			fail_msg("%s: %s", p, err.msg);
		if (code < len)
			item->symbol.exchange =
				(uint8_t)market_from_name(p + code + 1, len - code - 1);
		p += len + strspn(p + len, " ");
	}
	return r;
}

/* What is known of a quote. */
static inline char *kis_tell_quote(const struct outcome *o, char *p, char *end)
{
	static const char *const names[QUOTE_NUMBERS] = {
		"price", "change", "percent", "open", "high", "low", "close", "volume",
		"turnover", "bid", "ask", "per", "pbr", "eps", "bps", "cap", "high52", "low52",
	};

	p += snprintf(p, (size_t)(end - p), " %s %.80s %.8s", market_exchange_name(o->exchange),
		      o->quote.name ? o->quote.name : "-", o->quote.currency);
	for (int n = 0; n < QUOTE_NUMBERS; n++)
		if (o->quote.number[n])
			p += snprintf(p, (size_t)(end - p), " %s %s", names[n],
				      o->quote.number[n]);
	assert_true(p < end - 1024);
	return p;
}

static inline void kis_tell(struct kis_case *c)
{
	const struct request *r = c->result->request;
	char *p = c->text, *end = p + sizeof c->text;

	*p = '\0';
	if (c->rc < 0) {
		snprintf(p, sizeof c->text, "%s: %s", err_kind_name(c->err.kind), c->err.msg);
		return;
	}
	for (size_t i = 0; i < r->count; i++) {
		const struct outcome *o = &c->result->outcome[i];

		p += snprintf(p, (size_t)(end - p), "%s%s", i ? "\n" : "", r->item[i].symbol.code);
		if (!o->has_quote)
			p += snprintf(p, (size_t)(end - p), " %s: %s",
				      err_kind_name(o->err.kind), o->err.msg);
		if (o->has_quote || o->err.kind == ERR_NO_TRADE)
			p = kis_tell_quote(o, p, end);
		else
			assert_memory_equal(&o->quote, &(struct quote){ .name = NULL },
					    sizeof o->quote);
	}
}

static inline void kis_ask(struct kis_case *c, const char *symbols, int flags, int status,
			   const char *body, size_t len)
{
	struct provider_call call = kis_call();
	struct http_response response;

	*c = (struct kis_case){ .result = result_new(kis_request(symbols, flags)),
				.err.kind = ERR_KINDS };
	assert_non_null(c->result);
	http_response_init(&response);
	response.status = status;
	buf_append(&response.body, body, len);
	assert_int_equal(buf_check(&response.body, ERR_HTTP, NULL), 0);
	c->rc = kis()->parse_quote(&call, &response, c->result, &c->err);
	http_response_release(&response);
	assert_true((c->rc < 0) == (c->err.kind != ERR_KINDS));
	kis_tell(c);
}

static inline void kis_release(struct kis_case *c)
{
	result_free(c->result);
}

static inline void kis_ask_body(struct kis_case *c, const char *symbols, int flags,
				struct kis_body b)
{
	kis_ask(c, symbols, flags, b.status, b.text, b.len);
	free(b.text);
}

/* The answer is told as expected, or, with a star at the end, begins so. */
static inline void kis_expect(const char *symbols, int flags, struct kis_body b,
			      const char *expected)
{
	size_t len = strlen(expected);
	struct kis_case c;

	kis_ask_body(&c, symbols, flags, b);
	if (expected[len - 1] != '*')
		assert_string_equal(c.text, expected);
	else if (strncmp(c.text, expected, len - 1) != 0)
		fail_msg("not '%s': %s", expected, c.text);
	kis_release(&c);
}

/* No beginning of the answer is taken, and none leaves a trace. */
static inline void kis_expect_no_beginning(const char *symbols, int flags, const char *fixture,
					   size_t step)
{
	struct kis_body b = kis_load(fixture);

	while (b.len > 0 && b.text[b.len - 1] != '}')
		b.len--;
	for (size_t n = 0; n < b.len; n += step) {
		struct kis_case c;

		kis_ask(&c, symbols, flags, b.status, b.text, n);
		assert_int_equal(c.rc, -1);
		assert_int_equal(c.err.kind, ERR_TRUNCATED);
		assert_null(c.result->verdict.rt_cd);
		for (size_t i = 0; i < c.result->request->count; i++) {
			const struct outcome untouched = { .has_quote = false };

			assert_memory_equal(&c.result->outcome[i], &untouched, sizeof untouched);
		}
		kis_release(&c);
	}
	free(b.text);
}

/* A request's headers, a line each. */
static inline void kis_tell_headers(const struct http_request *r, char *out, size_t size)
{
	*out = '\0';
	for (size_t i = 0; i < r->header_count; i++) {
		size_t len = strlen(out);

		snprintf(out + len, size - len, "%s\n", buf_text(&r->header[i]));
	}
}

#endif
