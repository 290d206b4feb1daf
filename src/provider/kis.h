/* SPDX-License-Identifier: MIT */
/* kis.h: what all calls of the KIS Open API have in common: headers, the
 * envelope of an answer, its error codes, and reading fields.
 * Layer provider; uses base, model, net, answer. For the kis_*.c files alone.
 *
 * Source: the KIS developers' portal; per-code behaviour as measured by third
 * parties where the portal is silent (HTTP status and code do not agree, so
 * the body's code decides and the status only helps where there is none). */
#ifndef PROVIDER_KIS_H
#define PROVIDER_KIS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "model/quote.h"
#include "net/http_request.h"
#include "net/http_response.h"
#include "net/json_read.h"
#include "provider/answer.h"
#include "provider/provider.h"

/* The headers of a quote call. Errors: INPUT, SYSTEM. */
MUST_CHECK int kis_add_headers(const struct provider_call *call,
			       const char *tr_id, struct http_request *out,
			       struct err *err);

/* Reads the envelope. Returns the document when the call succeeded (the caller
 * frees it), NULL when it was refused or is no answer. verdict is filled as
 * far as the body tells.
 * Errors: as provider.h says of parse_quote. */
MUST_CHECK struct json_doc *kis_open_answer(
	const struct http_response *response, struct arena *texts,
	struct verdict *verdict, struct err *err);

/* Gives change and change_percent the sign that the broker's sign code says:
 * 4 (lower limit) and 5 (down) are negative, 1 and 2 positive, whatever sign
 * the values have. With any other code they are negative when the price is
 * below the previous close, and else as they came.
 * Errors: PARSE, SYSTEM. */
MUST_CHECK int kis_apply_sign(const struct json_node *row, const char *key,
			      struct arena *texts, struct quote *q,
			      struct err *err);

/* A zero, blank or absent price is never a price. In a row that names the
 * symbol and has a previous close it is a share without a trade, and q keeps
 * what else is known; else there is no such symbol.
 * Errors: NO_TRADE; NOT_FOUND; PARSE when it is negative. */
MUST_CHECK int kis_check_price(struct quote *q, bool is_named, struct err *err);

/* Builds a login call: a POST of the key and the secret, which each of the two
 * calls names in its own way. Errors: INPUT, SYSTEM. */
MUST_CHECK int kis_login_build(const struct provider_call *call,
			       const char *path, const char *secret_name,
			       struct http_request *out, struct err *err);

/* Reads the answer to it: the member of that name, which is fit for a header.
 * Returns the document, which the caller frees, or NULL.
 * Errors: as provider.h says of parse_token. */
MUST_CHECK struct json_doc *kis_login_open(const struct http_response *response,
					   const char *name,
					   struct arena *texts,
					   char out[TOKEN_BYTES],
					   struct err *err);

/* The three letters of the exchange at which an overseas symbol is asked for,
 * and its code as the broker spells it: in Hong Kong with five digits. */
const char *kis_overseas_exchange(const struct symbol *s);
const char *kis_overseas_spell(const struct symbol *s,
			       char out[SYMBOL_CODE_BYTES]);

/* kis_feed.c, kis_master.c, kis_domestic.c, kis_overseas.c, kis_index.c,
 * kis_token.c: each a part of the provider. */
extern const struct feed kis_feed;
extern const struct provider_names kis_names;
provider_build_fn kis_domestic_build, kis_overseas_build, kis_index_build;
/* output: of the one row an object, of rows an array. */
typedef int kis_parse_fn(const struct json_node *output, struct result *result,
			 struct err *err);
kis_parse_fn kis_domestic_parse, kis_overseas_parse, kis_index_parse;
int kis_token_build(const struct provider_call *call, struct http_request *out,
		    struct err *err);
int kis_token_parse(const struct http_response *response, int64_t now_ms,
		    struct provider_token *out, struct err *err);

#endif
