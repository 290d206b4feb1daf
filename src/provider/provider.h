/* provider.h: the seam between the engine and a broker.
 * Layer provider; uses base, model, net (http_request and http_response as
 * values, json).
 *
 * A provider is pure: it builds requests and reads answers; it knows no
 * thread, clock, file or socket. So it is tested and fuzzed without a network.
 * A new broker is one file, one line in registry.c, its fixtures and a fuzz
 * target. */
#ifndef PROVIDER_PROVIDER_H
#define PROVIDER_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/quote.h"
#include "model/symbol.h"

struct feed;
struct http_request;
struct http_response;

/* A kind of account, chosen by --env. */
struct provider_account {
	const char *name; /* "real", "paper" */
	const char *base_url;
	int rate_per_sec; /* the broker's published figure, all processes */
	size_t batch_max; /* symbols in one multi call; 1: it has none */
	/* Where trades are streamed from; NULL: nowhere. The one host to which a
	 * key goes in clear (ws://), where the broker has no other. */
	const char *stream_url;
};

struct provider_login {
	const char *app_key;
	const char *app_secret;
};

enum { TOKEN_BYTES = 1024 };

/* A token becomes a header: only what RFC 6750 allows there. */
#define TOKEN_CHARACTERS                                       \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
	"0123456789-._~+/="

struct provider_token {
	char text[TOKEN_BYTES]; /* TOKEN_CHARACTERS only */
	int64_t expires_at_ms;  /* wall clock */
};

/* What the broker said of a whole call. Texts live in the result's arena;
 * NULL: it said nothing of the kind. */
struct provider_verdict {
	const char *rt_cd;
	const char *msg_cd;
	const char *msg1;
};

enum { PROVIDER_EXCHANGES_MAX = 4 };

struct provider {
	const char *name;
	const struct provider_account *account;
	size_t account_count;

	/* Whether the account has a call with per, pbr, ... for the market. */
	bool (*has_detail)(const struct provider_account *account,
			   enum market market);

	/* Symbols of this market in one call: 1 to REQUEST_MAX. */
	size_t (*batch_max)(const struct provider_account *account,
			    enum market market);

	/* The exchanges to try, in order, for a market that is no exchange (US).
	 * Returns how many; 0: the market is the exchange. */
	size_t (*exchanges)(enum market market,
			    enum market out[PROVIDER_EXCHANGES_MAX]);

	/* Builds the call for items [first, first + count) of the request. For a
	 * market with exchanges(), the item's symbol.exchange is the one to ask.
	 * Errors: INPUT, SYSTEM. */
	int (*build_quote)(const struct provider_login *login,
			   const char *base_url, const char *token,
			   const struct request *request, size_t first,
			   size_t count, struct http_request *out,
			   struct err *err);

	/* Reads the answer into result->outcome[first ... first + count): each
	 * becomes a quote or an error of its own (NOT_FOUND, PARSE).
	 * Returns -1 when the call failed as a whole: outcomes are untouched.
	 * verdict is filled either way, as far as the body tells.
	 * Errors: RATE_LIMIT, TOKEN, AUTH, FORBIDDEN (a 403 that is not the
	 * broker's own), UNSUPPORTED (the account has no such call), INPUT
	 * (refused because of what was asked), NOT_FOUND, SERVER,
	 * HTTP, PARSE, TRUNCATED, SYSTEM. */
	int (*parse_quote)(const struct http_response *response, size_t first,
			   size_t count, struct result *result,
			   struct provider_verdict *verdict, struct err *err);

	int (*build_token)(const struct provider_login *login,
			   const char *base_url, struct http_request *out,
			   struct err *err);

	/* Errors: AUTH (refused; retry_after_ms > 0: may be asked again then),
	 * FORBIDDEN, RATE_LIMIT, SERVER, HTTP, PARSE, TRUNCATED. */
	int (*parse_token)(const struct http_response *response, int64_t now_ms,
			   struct provider_token *out, struct err *err);

	/* Least time between two issues of a token; 0: no such rule. */
	int64_t token_interval_ms;

	const struct feed *feed; /* the stream half (feed.h); NULL: none */
};

/* The provider of that name, or NULL. */
const struct provider *provider_find(const char *name);

/* The account of that name, or NULL. */
const struct provider_account *provider_find_account(
	const struct provider *provider, const char *name);

#endif
