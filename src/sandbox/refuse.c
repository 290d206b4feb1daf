/* SPDX-License-Identifier: MIT */
#include "sandbox/refuse.h"

#include "base/clock.h"
#include "sandbox/alpaca.h"
#include "sandbox/kis.h"
#include "sandbox/upbit.h"

#include <stdio.h>

/* What each source says; the broker's status goes with its code, or is 0. */
struct no {
	int status;
	const char *name, *text;
};

static const struct no no_more_calls[SOURCES] = {
	[SOURCE_KIS] = { 0, "EGW00201", NULL },
	[SOURCE_ALPACA] = { 429, NULL, "too many requests." },
	[SOURCE_UPBIT] = { 429, "too_many_requests", "Too many API requests." },
	[SOURCE_ECB] = { 429, NULL, "too many requests" },
};

static const struct no no_path[SOURCES] = {
	[SOURCE_KIS] = { 404, "OPSQ0002", NULL },
	[SOURCE_ALPACA] = { 404, NULL, "endpoint not found." },
	[SOURCE_UPBIT] = { 404, "not_found",
			   "no Route matched with those values" },
	[SOURCE_ECB] = { 404, NULL, "not found" },
};

static void say(struct answer *answer, const struct request *request,
		const struct no *no)
{
	if (request->source == SOURCE_UPBIT) {
		upbit_refuse(answer, no->status, no->name, no->text);
	} else if (request->source != SOURCE_KIS) {
		answer_refuse(answer, no->status, no->text);
	} else {
		kis_refuse(answer, request->endpoint, no->name, NULL);
		if (no->status > 0)
			answer->status = no->status;
	}
}

void refuse_rate(struct answer *answer, const struct request *request,
		 const struct arrival *arrival)
{
	char text[80];

	if (request->source == SOURCE_ALPACA)
		alpaca_add_limit(answer, arrival);
	if (request->source == SOURCE_UPBIT)
		upbit_add_remaining(answer, request, arrival);
	snprintf(text, sizeof(text), "This IP is blocked for %lld seconds.",
		 (long long)((arrival->blocked_ns + NS_PER_SEC - 1) /
			     NS_PER_SEC));
	say(answer, request,
	    arrival->blocked_ns > 0 ? &(struct no){ 418, NULL, text }
				    : &no_more_calls[request->source]);
}

void refuse_path(struct answer *answer, const struct request *request)
{
	say(answer, request, &no_path[request->source]);
}

void refuse_login(struct answer *answer, const struct request *request,
		  const char *msg_cd)
{
	const struct no no_login[SOURCES] = {
		[SOURCE_KIS] = { 0, msg_cd, NULL },
		[SOURCE_ALPACA] = { 401, NULL, "forbidden." },
		[SOURCE_UPBIT] = { 401, "no_authorization_token",
				   "This request needs a token." },
		[SOURCE_ECB] = { 401, NULL, "unauthorized" },
	};

	say(answer, request, &no_login[request->source]);
}

void refuse_with(struct answer *answer, const struct request *request,
		 const char *code)
{
	const struct no no[SOURCES] = {
		[SOURCE_KIS] = { 0, code, NULL },
		[SOURCE_ALPACA] = { 403, NULL, code },
		[SOURCE_UPBIT] = { 400, code, "The request is refused." },
		[SOURCE_ECB] = { 422, NULL, code },
	};

	say(answer, request, &no[request->source]);
}
