/* SPDX-License-Identifier: MIT */
#include "sandbox/request.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct route {
	enum endpoint endpoint;
	const char *name;
	enum source source;
	bool is_quote;
	const char *method, *path; /* a path that ends in / has more behind */
	const char *tr_id, *list;  /* the argument that holds the symbols */
};

#define DOMESTIC "/uapi/domestic-stock/v1/quotations/"
#define OVERSEAS "/uapi/overseas-price/v1/quotations/"

static const struct route routes[] = {
	{ ENDPOINT_TOKEN, "token", SOURCE_KIS, false, "POST", "/oauth2/tokenP",
	  NULL, NULL },
	{ ENDPOINT_APPROVAL, "approval", SOURCE_KIS, false, "POST",
	  "/oauth2/Approval", NULL, NULL },
	{ ENDPOINT_SINGLE, "single", SOURCE_KIS, true, "GET",
	  DOMESTIC "inquire-price", "FHKST01010100", "FID_INPUT_ISCD" },
	{ ENDPOINT_MULTI, "multi", SOURCE_KIS, true, "GET",
	  DOMESTIC "intstock-multprice", "FHKST11300006", NULL },
	{ ENDPOINT_INDEX, "index", SOURCE_KIS, true, "GET",
	  DOMESTIC "inquire-index-price", "FHPUP02100000", "FID_INPUT_ISCD" },
	{ ENDPOINT_PRICE, "price", SOURCE_KIS, true, "GET", OVERSEAS "price",
	  "HHDFS00000300", "SYMB" },
	{ ENDPOINT_DETAIL, "detail", SOURCE_KIS, true, "GET",
	  OVERSEAS "price-detail", "HHDFS76200200", "SYMB" },
	{ ENDPOINT_MASTER, "master", SOURCE_KIS, false, "GET",
	  "/common/master/", NULL, NULL },
	{ ENDPOINT_SNAPSHOTS, "snapshots", SOURCE_ALPACA, true, "GET",
	  "/v2/stocks/snapshots", NULL, "symbols" },
	{ ENDPOINT_ASSETS, "assets", SOURCE_ALPACA, false, "GET", "/v2/assets",
	  NULL, NULL },
	{ ENDPOINT_TICKER, "ticker", SOURCE_UPBIT, true, "GET", "/v1/ticker",
	  NULL, "markets" },
	{ ENDPOINT_TICKER_ALL, "ticker-all", SOURCE_UPBIT, true, "GET",
	  "/v1/ticker/all", NULL, NULL },
	{ ENDPOINT_MARKETS, "markets", SOURCE_UPBIT, false, "GET",
	  "/v1/market/all", NULL, NULL },
	{ ENDPOINT_LATEST, "latest", SOURCE_ECB, true, "GET", "/v1/latest",
	  NULL, "symbols" },
	{ ENDPOINT_CURRENCIES, "currencies", SOURCE_ECB, false, "GET",
	  "/v1/currencies", NULL, NULL },
};

enum { ROUTES = sizeof(routes) / sizeof(routes[0]) };

static const struct route *find_route(enum endpoint endpoint)
{
	for (int i = 0; i < ROUTES; i++) {
		if (routes[i].endpoint == endpoint)
			return &routes[i];
	}
	return NULL;
}

void request_add_argument(struct request *request, const char *key,
			  const char *value)
{
	if (request->argument_count == REQUEST_ARGUMENTS_MAX) {
		request->has_too_many = true;
		return;
	}
	request->argument[request->argument_count++] =
		(struct argument){ key, value ? value : "" };
}

const char *request_get_argument(const struct request *request, const char *key)
{
	for (size_t i = 0; i < request->argument_count; i++) {
		if (strcasecmp(request->argument[i].key, key) == 0)
			return request->argument[i].value;
	}
	return NULL;
}

bool request_list_has(const char *list, const char *separators,
		      const char *word, size_t len,
		      int (*compare)(const char *, const char *, size_t))
{
	while (list && *list) {
		size_t item = strcspn(list, separators);

		if (item > 0 && item == len && compare(list, word, len) == 0)
			return true;
		list += item;
		list += strspn(list, separators);
	}
	return false;
}

static void add_symbol(struct request *request, const char *symbol)
{
	if (request->symbol_count == REQUEST_SYMBOLS_MAX)
		request->has_too_many = true;
	else
		request->symbol[request->symbol_count++] = symbol;
}

/* The symbols of "A,B,C", each ended in a copy of the list. */
static void add_list(struct request *request, const char *list)
{
	char *text = request->text, *comma;

	if (!list || !*list)
		return;
	if (strlen(list) >= sizeof(request->text)) {
		request->has_too_many = true;
		return;
	}
	memcpy(text, list, strlen(list) + 1);
	while ((comma = strchr(text, ',')) != NULL) {
		*comma = '\0';
		add_symbol(request, text);
		text = comma + 1;
	}
	add_symbol(request, text);
}

static void add_slots(struct request *request)
{
	char key[40];

	for (int i = 1; i <= REQUEST_SLOTS_MAX; i++) {
		const char *symbol;

		snprintf(key, sizeof(key), "FID_INPUT_ISCD_%d", i);
		symbol = request_get_argument(request, key);
		if (!symbol || !*symbol)
			continue;
		snprintf(key, sizeof(key), "FID_COND_MRKT_DIV_CODE_%d", i);
		request->venue[request->symbol_count] =
			request_get_argument(request, key);
		add_symbol(request, symbol);
	}
}

static bool fits_route(const struct route *route, const struct request *request)
{
	size_t len = strlen(route->path);

	if (route->source != request->source ||
	    strcmp(route->method, request->method) != 0)
		return false;
	return route->path[len - 1] == '/'
		       ? strncmp(route->path, request->path, len) == 0
		       : strcmp(route->path, request->path) == 0;
}

void request_resolve(struct request *request)
{
	const struct route *route = NULL;
	const char *symbol;

	for (int i = 0; i < ROUTES && !route; i++) {
		if (fits_route(&routes[i], request))
			route = &routes[i];
	}
	request->endpoint = route ? route->endpoint : ENDPOINT_UNKNOWN;
	if (!route)
		return;
	request->exchange = request_get_argument(request, "EXCD");
	symbol =
		route->list ? request_get_argument(request, route->list) : NULL;
	if (route->endpoint == ENDPOINT_LATEST && !symbol)
		symbol = request_get_argument(request, "to");
	if (route->endpoint == ENDPOINT_MULTI)
		add_slots(request);
	else if (route->source != SOURCE_KIS)
		add_list(request, symbol);
	else if (symbol && *symbol)
		add_symbol(request, symbol);
	request->asks_for_all = route->endpoint == ENDPOINT_TICKER_ALL ||
				(route->endpoint == ENDPOINT_LATEST &&
				 request->symbol_count == 0);
}

enum endpoint endpoint_find(const char *name)
{
	for (int i = 0; i < ROUTES; i++) {
		if (strcmp(routes[i].name, name) == 0)
			return routes[i].endpoint;
	}
	return ENDPOINT_UNKNOWN;
}

const char *endpoint_tr_id(enum endpoint endpoint)
{
	const struct route *route = find_route(endpoint);

	return route ? route->tr_id : NULL;
}

bool endpoint_is_quote(enum endpoint endpoint)
{
	const struct route *route = find_route(endpoint);

	return route && route->is_quote;
}

bool endpoint_is_domestic(enum endpoint endpoint)
{
	return endpoint == ENDPOINT_SINGLE || endpoint == ENDPOINT_MULTI ||
	       endpoint == ENDPOINT_INDEX;
}
