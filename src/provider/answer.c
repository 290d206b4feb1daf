/* SPDX-License-Identifier: MIT */
#include "provider/answer.h"

#include <stdint.h>
#include <string.h>

#include "base/decimal.h"

bool answer_is_ok(const struct http_response *response)
{
	return response->status >= 200 && response->status < 300;
}

enum err_kind answer_kind_of_status(int status)
{
	if (status == 429)
		return ERR_RATE_LIMIT;
	if (status == 401 || status == 403)
		return ERR_FORBIDDEN;
	return status >= 500 ? ERR_SERVER : ERR_HTTP;
}

void answer_note_status(const struct http_response *response, struct err *err)
{
	err->code = response->status;
	err->retry_after_ms = response->retry_after_ms;
}

int answer_fail_status(const struct http_response *response, struct err *err)
{
	bool is_redirect = response->status / 100 == 3;

	err_set(err, answer_kind_of_status(response->status),
		"HTTP status %d%s", response->status,
		is_redirect ? " (redirects are not followed)" : "");
	answer_note_status(response, err);
	return -1;
}

int answer_get_text(const struct json_node *row, const char *key,
		    struct arena *texts, const char **out, struct err *err)
{
	const char *text;
	size_t len;

	*out = NULL;
	if (json_get_string(row, key, &text, err) < 0)
		return -1;
	if (!text)
		return 0;
	text += strspn(text, " ");
	len = strlen(text);
	while (len > 0 && text[len - 1] == ' ')
		len--;
	if (len == 0)
		return 0;
	*out = arena_copy(texts, text, len);
	return *out ? 0 : err_no_memory(err);
}

static int parse_form(const struct answer_form *form,
		      const struct provider_call *call,
		      const struct http_response *response,
		      struct result *result, struct err *err)
{
	struct json_doc *doc =
		form->parse(buf_text(&response->body), response->body.len, err);
	const struct json_node *root = doc ? json_root(doc) : NULL;
	int rc = -1;

	verdict_init(&result->verdict);
	if (form->read_limit)
		form->read_limit(response, &result->verdict);
	if (!answer_is_ok(response))
		rc = form->read_refusal(call, response, root, result, err);
	else if (doc)
		rc = form->read_rows(call, root, result, err);
	json_free(doc);
	return rc;
}

int answer_parse(const struct provider *provider,
		 const struct provider_call *call,
		 const struct http_response *response, struct result *result,
		 struct err *err)
{
	return provider->form
		       ? parse_form(provider->form, call, response, result, err)
		       : provider->parse_quote(call, response, result, err);
}

bool answer_take_message(const struct json_node *node, struct result *result)
{
	const char **out = &result->verdict.msg1;

	return answer_get_text(node, "message", &result->texts, out, NULL) ==
		       0 &&
	       *out;
}

int answer_fail_refusal(const struct http_response *response,
			enum err_kind kind, const struct result *result,
			struct err *err)
{
	err_set(err, kind, "refused: %s", result->verdict.msg1);
	answer_note_status(response, err);
	return -1;
}

int answer_keep(const char *decimal, struct arena *texts, const char **out,
		struct err *err)
{
	*out = arena_copy(texts, decimal, strlen(decimal));
	return *out ? 0 : err_no_memory(err);
}

int answer_shift(const char **number, int places, const char *key,
		 struct arena *texts, struct err *err)
{
	char out[DECIMAL_BYTES];

	if (!*number)
		return 0;
	if (decimal_shift(*number, places, out, err) < 0)
		return err_wrap(err, "field '%s'", key);
	return answer_keep(out, texts, number, err);
}

/* Reads a member of the name key. Returns 0 where there is no number. */
typedef int (*read_number_fn)(const struct json_node *member, const char *key,
			      char out[DECIMAL_BYTES], struct err *err);

static int read_number(const struct json_node *member, const char *key,
		       char out[DECIMAL_BYTES], struct err *err)
{
	const char *text;
	int rc = json_as_number_text(member, key, &text, err);

	if (rc <= 0)
		return rc;
	if (decimal_parse_number(text, strlen(text), out, err) < 0)
		return err_wrap(err, "field '%s'", key);
	return 1;
}

static int read_number_text(const struct json_node *member, const char *key,
			    char out[DECIMAL_BYTES], struct err *err)
{
	const char *text;
	int rc = json_as_string(member, key, &text, err);

	if (rc <= 0)
		return rc;
	rc = decimal_parse(text, strlen(text), out, err);
	return rc < 0 ? err_wrap(err, "field '%s'", key) : rc;
}

static int get_numbers(const struct json_node *row,
		       const struct answer_field *field, size_t count,
		       read_number_fn read, struct arena *texts,
		       struct quote *q, struct err *err)
{
	const struct json_node *at = NULL;
	char number[DECIMAL_BYTES];

	for (size_t i = 0; i < count; i++) {
		int rc = read(json_find(row, &at, field[i].key), field[i].key,
			      number, err);

		if (rc > 0) /* else an earlier key may have it */
			rc = answer_keep(number, texts,
					 &q->number[field[i].number], err);
		if (rc < 0)
			return -1;
	}
	return 0;
}

int answer_get_numbers(const struct json_node *row,
		       const struct answer_field *field, size_t count,
		       struct arena *texts, struct quote *q, struct err *err)
{
	return get_numbers(row, field, count, read_number, texts, q, err);
}

int answer_get_number_texts(const struct json_node *row,
			    const struct answer_field *field, size_t count,
			    struct arena *texts, struct quote *q,
			    struct err *err)
{
	return get_numbers(row, field, count, read_number_text, texts, q, err);
}

int answer_compute_change(struct arena *texts, struct quote *q, struct err *err)
{
	char change[DECIMAL_BYTES], percent[DECIMAL_BYTES];
	const char *close = q->number[QUOTE_PREVIOUS_CLOSE];

	if (!close || decimal_is_zero(close))
		return 0;
	if (decimal_subtract(q->number[QUOTE_PRICE], close, change, err) < 0 ||
	    decimal_percent(change, close, percent, err) < 0 ||
	    answer_keep(change, texts, &q->number[QUOTE_CHANGE], err) < 0)
		return -1;
	return answer_keep(percent, texts, &q->number[QUOTE_CHANGE_PERCENT],
			   err);
}

void answer_drop_zero_prices(struct quote *q)
{
	static const enum quote_number prices[] = { QUOTE_OPEN, QUOTE_HIGH,
						    QUOTE_LOW, QUOTE_BID,
						    QUOTE_ASK };
	size_t i;

	for (i = 0; i < COUNT(prices); i++) {
		const char **price = &q->number[prices[i]];

		if (*price &&
		    (decimal_is_zero(*price) || decimal_is_negative(*price)))
			*price = NULL;
	}
}

int answer_check_price(struct quote *q, struct err *err)
{
	const char *price = q->number[QUOTE_PRICE];

	if (price && decimal_is_negative(price))
		return err_set(err, ERR_PARSE, "the price is negative: '%s'",
			       price);
	if (price && !decimal_is_zero(price))
		return 0;
	q->number[QUOTE_PRICE] = NULL;
	q->number[QUOTE_CHANGE] = q->number[QUOTE_CHANGE_PERCENT] = NULL;
	q->quoted_at = q->session = NULL;
	answer_drop_zero_prices(q);
	return err_set(err, ERR_NO_TRADE,
		       "no trade yet (halted, or before the first)");
}

static int keep_raw(const struct json_node *row, struct arena *texts,
		    struct outcome *o, struct err *err)
{
	char *text = json_render(row);

	if (text)
		o->raw = arena_copy(texts, text, strlen(text));
	json_text_free(text);
	return text && o->raw ? 0 : err_no_memory(err);
}

/* Of a share without a trade, all but the price is known. */
static void note_failure(struct outcome *o)
{
	o->has_quote = false;
	if (o->err.kind != ERR_NO_TRADE)
		o->quote = (struct quote){ .name = NULL };
}

int answer_finish(struct result *result, struct outcome *o,
		  const struct json_node *row, int rc, struct err *err)
{
	const struct verdict *v = &result->verdict;

	if (rc < 0 && o->err.kind == ERR_SYSTEM) {
		*err = o->err;
		return -1;
	}
	if (rc < 0) {
		note_failure(o);
	} else {
		o->has_quote = true;
		o->rt_cd = v->rt_cd;
		o->msg_cd = v->msg_cd;
		o->msg1 = v->msg1;
	}
	return row && result->request->wants_raw
		       ? keep_raw(row, &result->texts, o, err)
		       : 0;
}

void answer_set_not_found(struct outcome *o)
{
	err_set(&o->err, ERR_NOT_FOUND, "no such symbol");
	note_failure(o);
}

size_t answer_find_item(const struct request *r, size_t likely,
			const char *code)
{
	if (likely < r->count && strcmp(r->item[likely].symbol.code, code) == 0)
		return likely;
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->item[i].symbol.code, code) == 0)
			return i;
	return SIZE_MAX;
}

int answer_map_rows(
	const struct json_node *rows, const char *key, bool may_be_blank,
	size_t (*find)(const struct request *, size_t, const char *),
	struct result *result, const struct json_node **row_of, struct err *err)
{
	size_t i, next = 0;

	for (const struct json_node *row = json_first(rows); row;
	     row = json_next(row)) {
		const char *code;

		if (!json_is_object(row))
			return err_set(err, ERR_PARSE,
				       "a row is not an object");
		if (answer_get_text(row, key, &result->texts, &code, err) < 0)
			return -1;
		if (!code && may_be_blank)
			continue;
		if (!code)
			return err_set(err, ERR_PARSE,
				       "a row has no field '%s'", key);
		i = find(result->request, next, code);
		if (i == SIZE_MAX)
			return err_set(
				err, ERR_PARSE,
				"the answer names '%s', which was not asked",
				code);
		if (row_of[i])
			return err_set(err, ERR_PARSE,
				       "the answer names '%s' twice", code);
		row_of[i] = row;
		next = i + 1;
	}
	return 0;
}
