/* SPDX-License-Identifier: MIT */
/* login.h: who may call the broker: the body of those who ask for a token,
 * the headers of those who ask for quotes.
 * Sandbox; uses rules, request. Pure. */
#ifndef SANDBOX_LOGIN_H
#define SANDBOX_LOGIN_H

#include "sandbox/request.h"
#include "sandbox/rules.h"

/* What is wrong with the body, in the broker's code; NULL: nothing.
 * secret_name: what the secret is called there. */
const char *login_judge_body(const struct broker_rules *rules,
			     const struct request *request,
			     const char *secret_name);

/* The same of the headers, the token itself aside: *token is where it is. */
const char *login_judge_headers(const struct broker_rules *rules,
				const struct request *request,
				const char **token);

#endif
