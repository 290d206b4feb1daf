/* SPDX-License-Identifier: MIT */
/* names.h: a further part of the seam: the lists in which a source publishes its
 * symbols and their names.
 * Layer provider; uses base, model, net (values).
 *
 * As pure as the rest: a list is a call or more to build, and answers to read.
 * Names are UTF-8, one line, without blanks at the ends. */
#ifndef PROVIDER_NAMES_H
#define PROVIDER_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "model/market.h"

struct http_request;
struct http_response;
struct json_node;
struct provider_call;
struct symbol;

/* Takes one symbol of a list; other is its name in another language, or NULL.
 * Errors: SYSTEM: reading ends. */
struct names_sink {
	int (*take)(void *arg, const struct symbol *symbol, const char *name,
		    const char *other, struct err *err);
	void *arg;
};

struct provider_names {
	size_t count;          /* of its lists: a call each */
	const char *const *id; /* count of them: "kospi"; for a file's name */
	bool needs_login;      /* else the lists are anybody's */

	/* The call for list i; base_url NULL: the list's own host.
	 * Errors: INPUT, SYSTEM. */
	int (*build)(const struct provider_call *call, size_t i,
		     struct http_request *out, struct err *err);

	/* Reads its answer, where that is no JSON: as names_parse. */
	int (*parse)(size_t i, const struct http_response *response,
		     const struct names_sink *sink, struct err *err);

	/* Else: takes an object of the array that the answer is. Returns as
	 * names_take. */
	int (*take_row)(const struct json_node *row,
			const struct names_sink *sink, struct err *err);
};

/* Gives the sink a symbol, if code (without blanks) is one of the market's, and
 * it has a name. Names may have blanks at the ends, be empty or NULL.
 * Returns 1, 0 when it is passed over, -1. */
MUST_CHECK int names_take(const struct names_sink *sink, const char *code,
			  enum market market, const char *name,
			  const char *other, struct err *err);

/* Reads the answer of list i. What is no symbol of ours (an index, a warrant) is
 * passed over.
 * Errors: PARSE also when no symbol is in it; AUTH, FORBIDDEN, RATE_LIMIT, SERVER,
 * HTTP, TRUNCATED, SYSTEM. */
MUST_CHECK int names_parse(const struct provider_names *names, size_t i,
			   const struct http_response *response,
			   const struct names_sink *sink, struct err *err);

#endif
