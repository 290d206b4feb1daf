/* SPDX-License-Identifier: MIT */
/* answer.h: what reading the answers of any source has in common.
 * Layer provider; uses base, model, net. For the files of the providers.
 *
 * Texts go into the arena of the result; a zero, negative or absent price is
 * no price. */
#ifndef PROVIDER_ANSWER_H
#define PROVIDER_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "model/quote.h"
#include "net/http_response.h"
#include "net/json_read.h"
#include "provider/provider.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Which member of an answer holds which number of a quote. */
struct answer_field {
	enum quote_number number;
	const char *key;
};

/* Whether the status says that the call was answered. */
bool answer_is_ok(const struct http_response *response);

/* The kind that a status alone tells: RATE_LIMIT (429), FORBIDDEN (a gateway's
 * 401 or 403 page says nothing on the login), SERVER, HTTP. */
enum err_kind answer_kind_of_status(int status);

/* Fills err for an answer that tells no more than its status. Returns -1. */
int answer_fail_status(const struct http_response *response, struct err *err);

/* The form of the answers of a source that refuses by HTTP status. */
struct answer_form {
	/* json_parse or json_parse_object */
	struct json_doc *(*parse)(const char *text, size_t len,
				  struct err *err);

	/* What the headers say is left of the limit, whatever the body says;
	 * NULL: nothing. */
	void (*read_limit)(const struct http_response *response,
			   struct verdict *verdict);

	int (*read_rows)(const struct provider_call *call,
			 const struct json_node *root, struct result *result,
			 struct err *err);

	/* root is NULL where the body is no such JSON. */
	int (*read_refusal)(const struct provider_call *call,
			    const struct http_response *response,
			    const struct json_node *root, struct result *result,
			    struct err *err);
};

/* Reads an answer to a quote call, by the provider's form or its own parse_quote,
 * whose contract this is. */
MUST_CHECK int answer_parse(const struct provider *provider,
			    const struct provider_call *call,
			    const struct http_response *response,
			    struct result *result, struct err *err);

/* Keeps what the source says in the member "message" of node, which may be
 * NULL, as the verdict's text. Returns whether it says anything. */
bool answer_take_message(const struct json_node *node, struct result *result);

/* Fills err for a refusal of that kind with the verdict's text. Returns -1. */
int answer_fail_refusal(const struct http_response *response,
			enum err_kind kind, const struct result *result,
			struct err *err);

/* Puts status and Retry-After into err, whose kind and text are set. */
void answer_note_status(const struct http_response *response, struct err *err);

/* A text member without the blanks around it; NULL when absent or blank.
 * Errors: PARSE, SYSTEM. */
MUST_CHECK int answer_get_text(const struct json_node *row, const char *key,
			       struct arena *texts, const char **out,
			       struct err *err);

/* Reads members that are JSON numbers into q; an absent one or null leaves its
 * place as it is. Errors: PARSE, naming the field; SYSTEM. */
MUST_CHECK int answer_get_numbers(const struct json_node *row,
				  const struct answer_field *field,
				  size_t count, struct arena *texts,
				  struct quote *q, struct err *err);

/* The same of numbers that are JSON texts: a blank one is absent, too. */
MUST_CHECK int answer_get_number_texts(const struct json_node *row,
				       const struct answer_field *field,
				       size_t count, struct arena *texts,
				       struct quote *q, struct err *err);

/* Keeps a decimal. Errors: SYSTEM. */
MUST_CHECK int answer_keep(const char *decimal, struct arena *texts,
			   const char **out, struct err *err);

/* Moves the point of a decimal to the right, where there is one: for a source
 * that counts in tens or millions. Errors: PARSE, naming the field; SYSTEM. */
MUST_CHECK int answer_shift(const char **number, int places, const char *key,
			    struct arena *texts, struct err *err);

/* change and change_percent from price and previous close, where there is one.
 * Errors: PARSE, SYSTEM. */
MUST_CHECK int answer_compute_change(struct arena *texts, struct quote *q,
				     struct err *err);

/* Takes zeros for what they are where nothing was traded or offered: absent. */
void answer_drop_zero_prices(struct quote *q);

/* The price of a row that names its symbol.
 * Errors: NO_TRADE when it is absent or zero: q then has neither price nor
 * change, but keeps what else is known. PARSE when it is negative. */
MUST_CHECK int answer_check_price(struct quote *q, struct err *err);

/* Completes the outcome of a row that was read (rc 0), or was not: then o->err
 * tells why; and keeps the row's text where the request wants it. row may be
 * NULL.
 * Errors: SYSTEM alone ends the call: a failure of that kind is passed on. */
MUST_CHECK int answer_finish(struct result *result, struct outcome *o,
			     const struct json_node *row, int rc,
			     struct err *err);

/* The item of that code, or SIZE_MAX; likely is looked at first. */
size_t answer_find_item(const struct request *r, size_t likely,
			const char *code);

/* Finds the row of each item: they may come in another order. find says which
 * item a row's code is of. A row without a code is skipped where may_be_blank
 * (the place of an unknown one), else it is an error.
 * row_of: REQUEST_MAX, NULL where there is none.
 * Errors: PARSE also when a code was not asked, or is named twice; SYSTEM. */
MUST_CHECK int answer_map_rows(
	const struct json_node *rows, const char *key, bool may_be_blank,
	size_t (*find)(const struct request *, size_t, const char *),
	struct result *result, const struct json_node **row_of,
	struct err *err);

/* No row of the answer is this symbol's. */
void answer_set_not_found(struct outcome *o);

#endif
