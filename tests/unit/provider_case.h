/* SPDX-License-Identifier: MIT */
/* provider_case.h: one answer of a source, read by its provider and told as
 * text. Who includes it has defined SOURCE, the provider's name.
 *
 * Fixtures are bodies; their names hold the HTTP status: "multi_2.200.json". */
#ifndef TESTS_UNIT_PROVIDER_CASE_H
#define TESTS_UNIT_PROVIDER_CASE_H

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
#include "provider/answer.h"
#include "provider/provider.h"


enum { SINGLE = 1, DETAIL = 2, RAW = 4 }; /* of the request */

struct answer_case {
	struct result *result;
	struct err err;
	int rc;
	char text[16384]; /* what became of it: case_tell */
};

static inline const struct provider *source(void)
{
	const struct provider *p = provider_find(SOURCE);

	assert_non_null(p);
	return p;
}

/* A call to the first account. */
static inline struct provider_call case_call(void)
{
	return (struct provider_call){ .account = &source()->account[0],
				       .login = { "KEY", "SECRET" },
				       .base_url = "https://h:1",
				       .token = "TOKEN" };
}

struct answer_body {
	int status;
	size_t len;
	char *text; /* owned; terminated */
	const char *headers; /* a line each, or NULL */
};

static inline struct answer_body case_load(const char *fixture)
{
	struct answer_body b = { .status = atoi(strchr(fixture, '.') + 1) };
	char path[128];
	FILE *f;

	snprintf(path, sizeof path, "tests/fixtures/" SOURCE "/%s", fixture);
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
static inline struct answer_body case_replace(const char *fixture, const char *from, const char *to)
{
	struct answer_body old = case_load(fixture), b = old;
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
static inline struct request *case_request(const char *symbols, int flags)
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
static inline char *case_tell_quote(const struct outcome *o, char *p, char *end)
{
	static const char *const names[QUOTE_NUMBERS] = {
		"price", "change", "percent", "open", "high", "low", "close", "volume",
		"turnover", "bid", "ask", "per", "pbr", "eps", "bps", "cap", "high52", "low52",
	};

	p += snprintf(p, (size_t)(end - p), " %s %.80s %.8s",
		      o->exchange == MARKET_NONE ? "-" : market_exchange_name(o->exchange, VENUE_KRX),
		      o->quote.name ? o->quote.name : "-", o->quote.currency);
	for (int n = 0; n < QUOTE_NUMBERS; n++)
		if (o->quote.number[n])
			p += snprintf(p, (size_t)(end - p), " %s %s", names[n],
				      o->quote.number[n]);
	if (o->quote.quoted_at)
		p += snprintf(p, (size_t)(end - p), " at %.40s", o->quote.quoted_at);
	if (o->quote.session)
		p += snprintf(p, (size_t)(end - p), " %s", o->quote.session);
	if (o->quote.delayed_minutes)
		p += snprintf(p, (size_t)(end - p), " delayed %d", o->quote.delayed_minutes);
	assert_true(p < end - 1024);
	return p;
}

static inline void case_tell(struct answer_case *c)
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
			p = case_tell_quote(o, p, end);
		else
			assert_memory_equal(&o->quote, &(struct quote){ .name = NULL },
					    sizeof o->quote);
	}
}

static inline void case_take_headers(struct http_response *r, const char *lines)
{
	static const char status[] = "HTTP/1.1 200 OK\r\n";

	http_response_take_line(r, status, sizeof status - 1);
	while (lines && *lines) {
		size_t len = strcspn(lines, "\n") + 1;

		http_response_take_line(r, lines, len);
		lines += len;
	}
}

/* b.text stays the caller's. */
static inline void case_ask_answer(struct answer_case *c, const char *symbols, int flags,
				   const struct answer_body *b)
{
	struct provider_call call = case_call();
	struct http_response response;

	*c = (struct answer_case){ .result = result_new(case_request(symbols, flags)),
				   .err.kind = ERR_KINDS };
	assert_non_null(c->result);
	http_response_init(&response);
	case_take_headers(&response, b->headers);
	response.status = b->status;
	buf_append(&response.body, b->text, b->len);
	assert_int_equal(buf_check(&response.body, ERR_HTTP, NULL), 0);
	c->rc = answer_parse(source(), &call, &response, c->result, &c->err);
	http_response_release(&response);
	assert_true((c->rc < 0) == (c->err.kind != ERR_KINDS));
	case_tell(c);
}

static inline void case_ask(struct answer_case *c, const char *symbols, int flags, int status,
			    const char *body, size_t len)
{
	const struct answer_body b = { .status = status, .len = len, .text = (char *)body };

	case_ask_answer(c, symbols, flags, &b);
}

static inline void case_release(struct answer_case *c)
{
	result_free(c->result);
}

static inline void case_ask_body(struct answer_case *c, const char *symbols, int flags,
				struct answer_body b)
{
	case_ask_answer(c, symbols, flags, &b);
	free(b.text);
}

/* The answer is told as expected, or, with a star at the end, begins so. */
static inline void case_expect(const char *symbols, int flags, struct answer_body b,
			      const char *expected)
{
	size_t len = strlen(expected);
	struct answer_case c;

	case_ask_body(&c, symbols, flags, b);
	if (expected[len - 1] != '*')
		assert_string_equal(c.text, expected);
	else if (strncmp(c.text, expected, len - 1) != 0)
		fail_msg("not '%s': %s", expected, c.text);
	case_release(&c);
}

/* No beginning of the answer is taken, and none leaves a trace. */
static inline void case_expect_no_beginning(const char *symbols, int flags, const char *fixture,
					   size_t step)
{
	struct answer_body b = case_load(fixture);

	while (b.len > 0 && !strchr("}]", b.text[b.len - 1]))
		b.len--;
	for (size_t n = 0; n < b.len; n += step) {
		struct answer_case c;

		case_ask(&c, symbols, flags, b.status, b.text, n);
		assert_int_equal(c.rc, -1);
		assert_int_equal(c.err.kind, ERR_TRUNCATED);
		assert_null(c.result->verdict.rt_cd);
		for (size_t i = 0; i < c.result->request->count; i++) {
			const struct outcome untouched = { .has_quote = false };

			assert_memory_equal(&c.result->outcome[i], &untouched, sizeof untouched);
		}
		case_release(&c);
	}
	free(b.text);
}

/* A request's headers, a line each. */
static inline void case_tell_headers(const struct http_request *r, char *out, size_t size)
{
	*out = '\0';
	for (size_t i = 0; i < r->header_count; i++) {
		size_t len = strlen(out);

		snprintf(out + len, size - len, "%s\n", buf_text(&r->header[i]));
	}
}

#endif
