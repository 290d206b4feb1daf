/* SPDX-License-Identifier: MIT */
/* request.h: what a client asked, freed from the HTTP library.
 * Sandbox, low; pure.
 *
 * Every text is borrowed and lives as long as the request. */
#ifndef SANDBOX_REQUEST_H
#define SANDBOX_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "sandbox/source.h"

enum endpoint {
	ENDPOINT_UNKNOWN,
	ENDPOINT_TOKEN,      /* POST /oauth2/tokenP */
	ENDPOINT_APPROVAL,   /* POST /oauth2/Approval */
	ENDPOINT_SINGLE,     /* one Korean symbol */
	ENDPOINT_MULTI,      /* up to thirty of them */
	ENDPOINT_PRICE,      /* one overseas symbol */
	ENDPOINT_DETAIL,     /* the same with its ratios */
	ENDPOINT_INDEX,      /* one Korean index */
	ENDPOINT_MASTER,     /* a list of symbols, zipped */
	ENDPOINT_SNAPSHOTS,  /* Alpaca: many US symbols */
	ENDPOINT_ASSETS,     /* its list */
	ENDPOINT_TICKER,     /* Upbit: some coins */
	ENDPOINT_TICKER_ALL, /* all of a quote currency */
	ENDPOINT_MARKETS,    /* its list */
	ENDPOINT_LATEST,     /* Frankfurter: rates */
	ENDPOINT_CURRENCIES, /* its list */
};

enum {
	REQUEST_ARGUMENTS_MAX = 128,
	REQUEST_SLOTS_MAX = 30, /* of the multi call */
	REQUEST_SYMBOLS_MAX = 1024,
	REQUEST_TEXT_BYTES = 16384
};

struct argument {
	const char *key, *value;
};

struct request {
	enum source source; /* whose port */
	const char *method, *path;
	enum endpoint endpoint;
	struct argument argument[REQUEST_ARGUMENTS_MAX];
	size_t argument_count;
	bool has_too_many; /* arguments, or symbols */
	const char *authorization, *appkey, *appsecret, *tr_id, *custtype,
		*content_type;                    /* headers, or NULL */
	const char *key_id, *secret_key, *origin; /* Alpaca's; a browser's */
	const char *symbol[REQUEST_SYMBOLS_MAX];  /* asked for, as written */
	size_t symbol_count;
	const char *venue[REQUEST_SLOTS_MAX]; /* of the symbols in slots */
	bool asks_for_all;                    /* that there are */
	char text[REQUEST_TEXT_BYTES];        /* the symbols of a list, apart */
	const char *exchange;                 /* EXCD, or NULL */
	char *body;                           /* owned by the server; or NULL */
	size_t body_len;
};

/* Adds a query argument; a value that is missing counts as "". */
void request_add_argument(struct request *request, const char *key,
			  const char *value);

/* Finds out which endpoint is meant, and the symbols it is asked for.
 * To be called once, after method, path and arguments are in. */
void request_resolve(struct request *request);

/* The argument of that name in either case, or NULL. */
const char *request_get_argument(const struct request *request,
				 const char *key);

/* Is the word, len bytes, one of the list, whose items the separators keep apart?
 * compare: strncmp or strncasecmp. list may be NULL. */
bool request_list_has(const char *list, const char *separators,
		      const char *word, size_t len,
		      int (*compare)(const char *, const char *, size_t));

/* The endpoint of that name, as faults have it: "token"; or UNKNOWN. */
enum endpoint endpoint_find(const char *name);

/* The tr_id that belongs to the endpoint, or NULL. */
const char *endpoint_tr_id(enum endpoint endpoint);

/* Whether it brings prices. */
bool endpoint_is_quote(enum endpoint endpoint);
bool endpoint_is_domestic(enum endpoint endpoint);

#endif
