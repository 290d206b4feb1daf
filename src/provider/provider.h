/* SPDX-License-Identifier: MIT */
/* provider.h: the seam between the engine and a source of quotes.
 * Layer provider; uses base, model, net (http_request and http_response as
 * values, json).
 *
 * A provider is pure: it builds requests and reads answers; it knows no
 * thread, clock, file or socket. So it is tested and fuzzed without a network.
 * A new one is one file or folder, one line below and in provider.c, its
 * fixtures and a fuzz target. */
#ifndef PROVIDER_PROVIDER_H
#define PROVIDER_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/quote.h"

struct answer_form;
struct feed;
struct http_request;
struct http_response;
struct provider_names;

/* A source's rule: at most calls in any window_sec seconds, and at most
 * per_sec in any one of them. */
struct provider_limit {
	int calls;
	int window_sec;
	int per_sec;
};

enum { PROVIDER_RANGES_MAX = 3, PROVIDER_EXCHANGES_MAX = 4 };

/* Markets from first to last, which an account serves alike. */
struct provider_range {
	enum market first, last;
	size_t batch_max; /* symbols in one call, 1 to REQUEST_MAX; 0: no range */
	bool has_detail; /* it has a call with per, pbr, ... */
};

/* A kind of access: the broker's real and paper accounts (--env), a data
 * feed. The first one is the default. */
struct provider_account {
	const char *name; /* "real", "paper"; "iex" */
	const char *base_url;
	struct provider_limit limit; /* as published, for all processes */
	struct provider_range serves[PROVIDER_RANGES_MAX];
	int delayed_minutes; /* of its quotes; 0: none */
	/* Where trades are streamed from; NULL: nowhere. The one host to which a
	 * key goes in clear (ws://), where the broker has no other. */
	const char *stream_url;
};

/* What a user must have to ask, and the settings that hold it. */
struct provider_needs {
	const char *key;          /* setting: "app_key"; NULL: no login */
	const char *secret;       /* setting: "app_secret" */
	const char *key_variable; /* environment: "KIS_APP_KEY" */
	const char *secret_variable;
	const char *page; /* where to get them */
	const char
		*account; /* setting that names the account; NULL: the first */
	const char *base_url; /* setting; "base-url" */
};

struct provider_login {
	const char *key; /* NULL where none is needed */
	const char *secret;
};

/* What all calls to an account have in common. */
struct provider_call {
	const struct provider_account *account;
	struct provider_login login;
	const char *base_url;
	const char *token; /* NULL where none is needed */
	enum venue venue;
};

enum { TOKEN_BYTES = 1024 };

/* A token becomes a header: only what RFC 6750 allows there. */
#define TOKEN_CHARACTERS                                       \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
	"0123456789-._~+/="

struct provider_token {
	char text[TOKEN_BYTES]; /* TOKEN_CHARACTERS only */
	int64_t life_ms;        /* from the answer on; negative: it is over */
};

typedef int provider_build_fn(const struct provider_call *call,
			      const struct request *request,
			      struct http_request *out, struct err *err);

struct provider {
	const char *name;  /* "kis": in records, options and state */
	const char *title; /* "Korea Investment & Securities" */
	const struct provider_account *account;
	size_t account_count;
	struct provider_needs needs;
	bool is_partial; /* what it does not know, another source may */

	/* The exchanges to try, in order, for a market that is no exchange (US).
	 * Returns how many; 0: the market is the exchange. NULL: always 0. */
	size_t (*exchanges)(enum market market,
			    enum market out[PROVIDER_EXCHANGES_MAX]);

	/* Builds the call for all items of the request, which are of one market,
	 * or of several that may share a call. For a market with exchanges(),
	 * the item's symbol.exchange is the one to ask.
	 * Errors: INPUT, UNSUPPORTED, SYSTEM. */
	provider_build_fn *build_quote;

	/* Reads the answer into result->outcome: each becomes a quote or an error
	 * of its own (NOT_FOUND, NO_TRADE, PARSE).
	 * Returns -1 when the call failed as a whole: outcomes are untouched.
	 * result->verdict is filled either way, as far as the answer tells.
	 * Errors: RATE_LIMIT, TOKEN (the source's own code: the token is dead),
	 * AUTH (the login is refused), FORBIDDEN (this call is: the product, the
	 * symbol, a gateway's 401 or 403 page), UNSUPPORTED (the account has no
	 * such call), INPUT (refused because of what was asked), NOT_FOUND,
	 * SERVER, HTTP, PARSE, TRUNCATED, SYSTEM. */
	int (*parse_quote)(const struct provider_call *call,
			   const struct http_response *response,
			   struct result *result, struct err *err);

	/* Instead of parse_quote: how its answers are read (answer.h). */
	const struct answer_form *form;

	/* NULL, both: the source needs no token. */
	int (*build_token)(const struct provider_call *call,
			   struct http_request *out, struct err *err);

	/* Errors: AUTH (refused; retry_after_ms > 0: may be asked again then),
	 * FORBIDDEN, RATE_LIMIT, SERVER, HTTP, PARSE, TRUNCATED. */
	int (*parse_token)(const struct http_response *response, int64_t now_ms,
			   struct provider_token *out, struct err *err);

	/* Least time between two issues of a token; 0: no such rule. */
	int64_t token_interval_ms;

	const struct feed *feed; /* the stream half (feed.h); NULL: none */

	/* Its lists of symbols (names.h); NULL: it publishes none. */
	const struct provider_names *names;
};

extern const struct provider kis_provider, alpaca_provider, upbit_provider,
	ecb_provider;

/* The providers that there are, in the order of --source auto. */
size_t provider_count(void);
const struct provider *provider_at(size_t i);

/* The provider of that name, or NULL. */
const struct provider *provider_find(const char *name);

/* The account of that name, or NULL. */
const struct provider_account *provider_find_account(
	const struct provider *provider, const char *name);

/* Symbols of the market in one call; 0: the account does not serve it. */
size_t provider_batch_max(const struct provider_account *account,
			  enum market market);

/* Of all its markets. */
size_t provider_batch_most(const struct provider_account *account);

bool provider_has_detail(const struct provider_account *account,
			 enum market market);

#endif
