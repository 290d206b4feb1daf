/* SPDX-License-Identifier: MIT */
/* provider_check.h: what must hold of any answer that a provider read. Who
 * includes it has defined SOURCE, the provider's name. */
#ifndef TESTS_FUZZ_PROVIDER_CHECK_H
#define TESTS_FUZZ_PROVIDER_CHECK_H

#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/utf8.h"
#include "model/quote.h"
#include "net/http.h"
#include "net/json_read.h"
#include "provider/answer.h"
#include "provider/provider.h"

/* The broker's own verdict is in each answer, and a row tells its exchange. */
static inline bool is_kis(void)
{
	return strcmp(SOURCE, "kis") == 0;
}

struct question {
	const char *const *symbols; /* NULL at the end */
	bool is_single, wants_detail;
	int status;
};

static inline struct result *new_result(const struct question *q)
{
	struct request *r = request_new(REQUEST_MAX);
	struct result *result;

	require(r);
	r->is_single = q->is_single;
	r->wants_detail = q->wants_detail;
	r->wants_raw = true;
	for (; q->symbols[r->count]; r->count++)
		require(symbol_parse(q->symbols[r->count], strlen(q->symbols[r->count]), MARKET_NONE,
				     &r->item[r->count].symbol, NULL) == 0);
	result = result_new(r);
	require(result);
	return result;
}

/* A text of the broker: not blank, no blanks around it, UTF-8. */
static inline void check_text(const char *text)
{
	size_t len;

	if (!text)
		return;
	len = strlen(text);
	require(len > 0 && text[0] != ' ' && text[len - 1] != ' ');
	require(utf8_is_valid(text, len));
}

static inline void check_err(const struct err *err)
{
	require(memchr(err->msg, '\0', sizeof err->msg) && err->msg[0]);
	require(err->retry_after_ms == 0 || err->kind == ERR_RATE_LIMIT);
}

static inline void check_quote(const struct outcome *o)
{
	const char *price = o->quote.number[QUOTE_PRICE];

	require(price && !decimal_is_zero(price) && !decimal_is_negative(price));
	for (int i = 0; i < QUOTE_NUMBERS; i++)
		require(!o->quote.number[i] || decimal_is_valid(o->quote.number[i]));
	check_text(o->quote.name);
	require(o->quote.currency || o->exchange == MARKET_IDX);
	check_text(o->quote.currency);
	require(!is_kis() || o->exchange != MARKET_NONE);
	require(!is_kis() || (o->rt_cd && strcmp(o->rt_cd, "0") == 0));
	require(o->raw);
}

/* A share without a trade keeps what is known, and no price. */
static inline void check_rest(const struct outcome *o)
{
	bool is_known = o->err.kind == ERR_NO_TRADE;
	const char *close = o->quote.number[QUOTE_PREVIOUS_CLOSE];

	require(is_known == (o->quote.currency != NULL) && (is_known || !close));
	if (is_known && is_kis())
		require(close && !decimal_is_zero(close) && o->exchange != MARKET_NONE);
	require(is_known || !o->quote.name);
	for (int i = QUOTE_PRICE; i <= QUOTE_CHANGE_PERCENT; i++)
		require(!o->quote.number[i]);
	for (int i = 0; i < QUOTE_NUMBERS; i++)
		require(!o->quote.number[i] ||
			(is_known && decimal_is_valid(o->quote.number[i])));
	check_text(o->quote.name);
}

/* A JSON value, which need not be a document. */
static inline void check_raw(const char *raw)
{
	struct json_doc *doc;
	struct buf text;

	buf_init(&text, 1 << 24);
	buf_printf(&text, "[%s]", raw);
	doc = json_parse(buf_text(&text), text.len, NULL);
	require(doc);
	json_free(doc);
	buf_release(&text);
}

static inline void check_outcome(const struct outcome *o)
{
	if (o->has_quote) {
		check_quote(o);
	} else {
		require(o->err.kind == ERR_NOT_FOUND || o->err.kind == ERR_PARSE ||
			o->err.kind == ERR_NO_TRADE);
		check_err(&o->err);
		check_rest(o);
	}
	if (o->raw)
		check_raw(o->raw);
}

static inline void check_failure(const struct result *result, const struct err *err)
{
	static const struct outcome untouched = { .has_quote = false };

	switch ((int)err->kind) {
	case ERR_RATE_LIMIT:
	case ERR_TOKEN:
	case ERR_AUTH:
	case ERR_FORBIDDEN:
	case ERR_UNSUPPORTED:
	case ERR_INPUT:
	case ERR_NOT_FOUND:
	case ERR_SERVER:
	case ERR_HTTP:
	case ERR_PARSE:
	case ERR_TRUNCATED:
		break;
	default:
		require(!"a kind that the contract names");
	}
	check_err(err);
	for (size_t i = 0; i < result->request->count; i++)
		require(memcmp(&result->outcome[i], &untouched, sizeof untouched) == 0);
}

/* Puts the body before the provider. Returns the result, the caller's, when
 * the call as a whole was read; NULL when it failed. */
static inline struct result *read_answer(const struct question *q, const uint8_t *body, size_t len)
{
	const struct provider *p = provider_find(SOURCE);
	struct result *result = new_result(q);
	struct provider_call call = { .account = &p->account[0] };
	const struct verdict *v = &result->verdict;
	struct http_response response;
	struct err err = { .kind = ERR_KINDS };
	int rc;

	http_response_init(&response);
	response.status = q->status;
	buf_append(&response.body, (const char *)body, len);
	rc = answer_parse(p, &call, &response, result, &err);
	http_response_release(&response);

	check_text(v->rt_cd);
	check_text(v->msg_cd);
	check_text(v->msg1);
	require((rc < 0) == (err.kind != ERR_KINDS));
	if (rc == 0) {
		require(q->status == 200 || (q->status == 404 && !is_kis()));
		require(!is_kis() || (v->rt_cd && strcmp(v->rt_cd, "0") == 0));
		for (size_t i = 0; i < result->request->count; i++)
			check_outcome(&result->outcome[i]);
		return result;
	}
	check_failure(result, &err);
	result_free(result);
	return NULL;
}

/* The decimal that a row's field holds is this one. */
static inline void check_number(const struct json_node *row, const char *key,
				    const char *number)
{
	const char *text = json_string(json_get(row, key));
	char read[DECIMAL_BYTES];

	require(text && decimal_parse(text, strlen(text), read, NULL) == 1);
	require(strcmp(read, number) == 0);
}

/* Whether a text that may have blanks around it is the code. */
static inline bool is_code(const char *text, const char *code)
{
	size_t len = strlen(code);

	text += strspn(text, " ");
	return strncmp(text, code, len) == 0 && text[len + strspn(text + len, " ")] == '\0';
}

static inline bool is_blank(const char *text)
{
	return !text || text[strspn(text, " ")] == '\0';
}

#endif
