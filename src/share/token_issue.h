/* SPDX-License-Identifier: MIT */
/* token_issue.h: how the broker is asked for a token: the engine's part.
 * Layer share; uses base, provider. */
#ifndef SHARE_TOKEN_ISSUE_H
#define SHARE_TOKEN_ISSUE_H

#include "base/err.h"
#include "provider/provider.h"

/* How an attempt to issue a token ended. */
enum issue_end {
	ISSUE_DONE,
	ISSUE_REFUSED, /* answered, no token: asking again breaks no rule */
	ISSUE_UNKNOWN, /* it may have been issued: the minute counts */
};

/* Asks the broker for a token once, on the caller's connection and quota, in
 * call_max_ns from when it is sent. An error of kind AUTH with retry_after_ms
 * says that another was served within the minute; AUTH without, that asking
 * again is no use. */
typedef int (*credential_issue_fn)(void *arg, struct provider_token *out,
				   enum issue_end *end, struct err *err);

#endif
