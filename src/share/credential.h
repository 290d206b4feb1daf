/* credential.h: the life of the access token, in this process and beside
 * others.
 * Layer share; uses base, net/json, provider.
 *
 * One token serves all workers and all processes of an app key. It is cached
 * in the state directory ("token-HASH", 0600, replaced atomically), under a
 * lock: who finds none issues one, the others wait and read it. The moment of
 * asking is written down before the broker is asked, because it issues at most
 * one token a minute: after a call whose answer was lost, nobody asks again
 * within that minute. */
#ifndef SHARE_CREDENTIAL_H
#define SHARE_CREDENTIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "provider/provider.h"

struct stop;
struct credential; /* opaque */

struct credential_config {
	int64_t interval_ms; /* least time between two issues; 0: no rule */
	int state_dirfd;     /* borrowed; -1: the token stays in memory */
	const char *key;     /* names app key, env and host; hashed */
	/* Tells the user that a run waits; any thread. NULL: nobody. */
	void (*say)(void *arg, const char *line);
	void *say_arg;
};

MUST_CHECK struct credential *credential_new(const struct credential_config *c,
					     struct err *err);
void credential_free(struct credential *c);

/* How an attempt to issue a token ended. */
enum issue_end {
	ISSUE_DONE,
	ISSUE_REFUSED, /* answered, no token: asking again breaks no rule */
	ISSUE_UNKNOWN, /* it may have been issued: the minute counts */
};

/* Asks the broker for a token, on the caller's connection and quota. */
typedef int (*credential_issue_fn)(void *arg, struct provider_token *out,
				   enum issue_end *end, struct err *err);

struct credential_lease {
	char text[TOKEN_BYTES];
	uint64_t generation; /* tells tokens apart */
};

/* A live token: from memory, from the cache, or issued by issue(arg, ...),
 * which one thread of one process runs while the others wait.
 * Blocks: until there is one, deadline_ns, stop or credential_close.
 * Errors: AUTH (with the time to wait, where it is the minute's rule),
 * DEADLINE, CANCELED, and issue's. Thread: any. */
MUST_CHECK int credential_get(struct credential *c, credential_issue_fn issue,
			      void *arg, struct stop *stop, int64_t deadline_ns,
			      struct credential_lease *out, struct err *err);

/* The broker called the token dead. Returns whether credential_get may bring
 * another: a run refreshes a token once. Thread: any. */
bool credential_reject(struct credential *c, uint64_t generation);

void credential_doubt(struct credential *c, uint64_t generation,
		      int64_t sent_ns);
void credential_confirm(struct credential *c, uint64_t generation,
			int64_t sent_ns);

/* Wakes all who wait, for good. */
void credential_close(struct credential *c);

/* Whether the cache holds a live token, and how long it has left; for --quota
 * and --plan. Returns milliseconds, 0: none. */
int64_t credential_peek_ms(struct credential *c);

#endif
