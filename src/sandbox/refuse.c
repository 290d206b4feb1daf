/* SPDX-License-Identifier: MIT */
#include "sandbox/refuse.h"

#include "base/clock.h"
#include "sandbox/alpaca.h"
#include "sandbox/ecb.h"
#include "sandbox/refusal.h"
#include "sandbox/upbit.h"

#include <stdio.h>

void refuse_rate(struct answer *answer, const struct request *request,
		 const struct arrival *arrival)
{
	char text[80];

	switch (request->source) {
	case SOURCE_KIS:
		refusal_write(answer, request->endpoint, "EGW00201", NULL);
		break;
	case SOURCE_ALPACA:
		alpaca_refuse(answer, 429, "too many requests.");
		alpaca_add_limit(answer, arrival);
		break;
	case SOURCE_UPBIT:
		upbit_add_remaining(answer, request, arrival);
		if (arrival->blocked_ns == 0) {
			upbit_refuse(answer, 429, "too_many_requests",
				     "Too many API requests.");
			break;
		}
		snprintf(text, sizeof(text),
			 "This IP is blocked for %lld seconds.",
			 (long long)((arrival->blocked_ns + NS_PER_SEC - 1) /
				     NS_PER_SEC));
		upbit_refuse(answer, 418, NULL, text);
		break;
	case SOURCE_ECB:
		ecb_refuse(answer, 429, "too many requests");
		break;
	case SOURCES:
		break;
	}
}

void refuse_path(struct answer *answer, const struct request *request)
{
	switch (request->source) {
	case SOURCE_KIS:
		refusal_write(answer, request->endpoint, "OPSQ0002", NULL);
		answer->status = 404;
		break;
	case SOURCE_ALPACA:
		alpaca_refuse(answer, 404, "endpoint not found.");
		break;
	case SOURCE_UPBIT:
		upbit_refuse(answer, 404, "not_found",
			     "no Route matched with those values");
		break;
	case SOURCE_ECB:
		ecb_refuse(answer, 404, "not found");
		break;
	case SOURCES:
		break;
	}
}

void refuse_login(struct answer *answer, const struct request *request,
		  const char *msg_cd)
{
	switch (request->source) {
	case SOURCE_KIS:
		refusal_write(answer, request->endpoint, msg_cd, NULL);
		break;
	case SOURCE_ALPACA:
		alpaca_refuse(answer, 401, "forbidden.");
		break;
	case SOURCE_UPBIT:
		upbit_refuse(answer, 401, "no_authorization_token",
			     "This request needs a token.");
		break;
	case SOURCE_ECB:
		ecb_refuse(answer, 401, "unauthorized");
		break;
	case SOURCES:
		break;
	}
}

void refuse_with(struct answer *answer, const struct request *request,
		 const char *code)
{
	switch (request->source) {
	case SOURCE_KIS:
		refusal_write(answer, request->endpoint, code, "");
		break;
	case SOURCE_ALPACA:
		alpaca_refuse(answer, 403, code);
		break;
	case SOURCE_UPBIT:
		upbit_refuse(answer, 400, code, "The request is refused.");
		break;
	case SOURCE_ECB:
		ecb_refuse(answer, 422, code);
		break;
	case SOURCES:
		break;
	}
}
