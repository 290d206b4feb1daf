/* SPDX-License-Identifier: MIT */
/* credential.h: the life of an access token, in this process and beside others.
 * Layer share; uses base, provider, token_state, token_store,
 * token_trust, token_search.
 *
 * One token serves all workers and all processes of a login; the stream's
 * approval key is another one, with a prefix of its own. It is cached in the
 * state directory ("token-HASH", 0600, replaced atomically).
 *
 *   Who finds a good one there reads it, and needs no lock.
 *   Who finds none notes that it asks ("asking until T, process P"), asks, and
 *   notes the result. Nobody holds a lock meanwhile: the others look again every
 *   few milliseconds, until T at most; then another may ask.
 *   The broker issues one token a minute: the note stays for that long, unless
 *   the broker answered that it issued none. Who has no time to wait for the end
 *   of the minute is told so at once, with the seconds.
 *
 * Within this process one thread at a time does all that (a flight); the others
 * wait for its end and share its result, or go on with the token there is.
 *
 * A token is believed dead only when that is likely: see token_trust.h. Then it
 * is replaced, at most once a minute; as long as no other can be got, calls go
 * on with it while it still serves.
 *
 * No wall clock decides: how long a token lives is counted from when it was got,
 * by a clock that nobody sets; and where that count is wrong, or was lost with a
 * reboot, the broker's word stands above it. An expired token is tried when no
 * other can be got. */
#ifndef SHARE_CREDENTIAL_H
#define SHARE_CREDENTIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "provider/provider.h"
#include "share/token_state.h"

struct stop;
struct credential; /* opaque */

struct credential_config {
	int64_t interval_ms; /* least time between two issues; 0: no rule */
	int64_t call_max_ns; /* no call takes longer (--try-timeout); 0: 10 s */
	int state_dirfd;     /* borrowed; -1: the token stays in memory */
	const char *key;     /* names app key, env and host; hashed */
	const char *prefix;  /* of the file: "approval"; NULL: "token" */
	const char *noun;    /* in messages: "approval key"; NULL: "token" */
	/* Tells the user that a run waits; any thread. NULL: nobody. */
	say_fn *say;
	void *say_arg;
};

MUST_CHECK struct credential *credential_new(const struct credential_config *c,
					     struct err *err);
void credential_free(struct credential *c);

struct credential_lease {
	char text[TOKEN_BYTES];
	uint64_t generation; /* tells tokens apart */
};

/* A token that is likely to serve: from memory, from the cache, or issued by
 * issue(arg, ...), which one thread of one process runs.
 * Blocks: until there is one, deadline_ns, stop or credential_close.
 * Errors: AUTH (with the time to wait, where it is the minute's rule),
 * DEADLINE, CANCELED, and issue's: of those, what err_kind_is_retryable may be
 * tried again by calling this again. Thread: any. */
MUST_CHECK int credential_get(struct credential *c, credential_issue_fn issue,
			      void *arg, struct stop *stop, int64_t deadline_ns,
			      struct credential_lease *out, struct err *err);

/* The broker's own code called the token dead, in a call sent at sent_ns
 * (monotonic). Try the call again with what credential_get gives: the same
 * token first. Thread: any. */
void credential_doubt(struct credential *c, uint64_t generation,
		      int64_t sent_ns);

/* A call sent at sent_ns was answered with it. Thread: any. */
void credential_confirm(struct credential *c, uint64_t generation,
			int64_t sent_ns);

/* Why the token could not be left to other runs; false: it could. Thread: any. */
bool credential_is_private(struct credential *c, struct err *why);

/* Wakes all who wait, for good. */
void credential_close(struct credential *c);

/* Whether the cache holds a live token, and how long it has left; for --quota
 * and --plan. Returns milliseconds, 0: none. Not beside credential_get. */
int64_t credential_peek_ms(struct credential *c);

#endif
