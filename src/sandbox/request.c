#include "sandbox/request.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct route {
	enum endpoint endpoint;
	const char *method, *path, *tr_id;
};

static const struct route routes[] = {
	{ ENDPOINT_TOKEN, "POST", "/oauth2/tokenP", NULL },
	{ ENDPOINT_APPROVAL, "POST", "/oauth2/Approval", NULL },
	{ ENDPOINT_SINGLE, "GET",
	  "/uapi/domestic-stock/v1/quotations/inquire-price", "FHKST01010100" },
	{ ENDPOINT_MULTI, "GET",
	  "/uapi/domestic-stock/v1/quotations/intstock-multprice",
	  "FHKST11300006" },
	{ ENDPOINT_PRICE, "GET", "/uapi/overseas-price/v1/quotations/price",
	  "HHDFS00000300" },
	{ ENDPOINT_DETAIL, "GET",
	  "/uapi/overseas-price/v1/quotations/price-detail", "HHDFS76200200" },
};

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

static void add_symbol(struct request *request, const char *symbol)
{
	if (symbol && *symbol && request->symbol_count < REQUEST_SYMBOLS_MAX)
		request->symbol[request->symbol_count++] = symbol;
}

void request_resolve(struct request *request)
{
	char key[32];

	request->endpoint = ENDPOINT_UNKNOWN;
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if (strcmp(request->path, routes[i].path) == 0 &&
		    strcmp(request->method, routes[i].method) == 0)
			request->endpoint = routes[i].endpoint;
	}
	switch (request->endpoint) {
	case ENDPOINT_UNKNOWN:
	case ENDPOINT_TOKEN:
	case ENDPOINT_APPROVAL:
		break;
	case ENDPOINT_SINGLE:
		add_symbol(request,
			   request_get_argument(request, "FID_INPUT_ISCD"));
		break;
	case ENDPOINT_MULTI:
		for (int i = 1; i <= REQUEST_SYMBOLS_MAX; i++) {
			snprintf(key, sizeof(key), "FID_INPUT_ISCD_%d", i);
			add_symbol(request, request_get_argument(request, key));
		}
		break;
	case ENDPOINT_PRICE:
	case ENDPOINT_DETAIL:
		request->exchange = request_get_argument(request, "EXCD");
		add_symbol(request, request_get_argument(request, "SYMB"));
		break;
	}
}

const char *endpoint_tr_id(enum endpoint endpoint)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if (routes[i].endpoint == endpoint)
			return routes[i].tr_id;
	}
	return NULL;
}

bool endpoint_is_quote(enum endpoint endpoint)
{
	return endpoint_tr_id(endpoint) != NULL;
}

bool endpoint_is_domestic(enum endpoint endpoint)
{
	return endpoint == ENDPOINT_SINGLE || endpoint == ENDPOINT_MULTI;
}
