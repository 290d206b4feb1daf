/* SPDX-License-Identifier: MIT */
/* approval.h: the key that opens a session: got, kept, replaced.
 * Layer stream; uses base, net/http, provider/feed, share/credential,
 * share/quota.
 *
 * It is kept as the token is, by share/credential, in a file of its own: twenty
 * processes with a cold cache ask for one. At most one is asked for a minute, and
 * as every call to the account with the quota's permission. */
#ifndef STREAM_APPROVAL_H
#define STREAM_APPROVAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "net/http_request.h"
#include "net/http_response.h"
#include "provider/feed.h"
#include "provider/provider.h"
#include "share/credential.h"

struct http;
struct quota;
struct stop;

struct approval_config {
	const struct feed *feed;
	const struct provider_account *account;
	struct provider_login login;
	const char *base_url;
	struct http_config http;
	const char *key;     /* names the login */
	struct quota *quota; /* borrowed; NULL: no limit */
	int state_dirfd;
	int64_t try_timeout_ns;
	struct stop *stop;
	say_fn *say; /* to the user; or NULL */
	void *say_arg;
};

struct approval {
	struct approval_config config;
	struct credential *credential; /* owned */
	struct http *http;             /* owned */
	struct http_request request;
	struct http_response response;
	struct credential_lease lease;
	bool is_fresh; /* just issued to us, and no session took it yet */
};

/* Errors: SYSTEM; release it then, too. */
MUST_CHECK int approval_init(struct approval *a,
			     const struct approval_config *config,
			     struct err *err);
void approval_release(struct approval *a);

/* The key, in lease.text; is_dead: the one given last opened nothing: then it is
 * another one, but of a key that was just issued, which not all of the broker's
 * machines may know yet: that is given once more, after a second.
 * Blocks: until there is one, or stop.
 * Errors: as credential_get. */
MUST_CHECK int approval_get(struct approval *a, bool is_dead, struct err *err);

/* The session that was opened at opened_ns took the key. */
void approval_confirm(struct approval *a, int64_t opened_ns);

#endif
