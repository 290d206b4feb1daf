/* SPDX-License-Identifier: MIT */
/* quota.h: permission to send, shared by every process of one app key.
 * Layer share; uses base, net/http_response, limiter, store.
 *
 * What is counted lives in a store (store.h): a file of the state directory that
 * all processes share, or, where that cannot be used, this process's memory; then
 * that is said once. Here is what waits and sleeps. A permission is written down
 * before it is used: a crash wastes it and never exceeds. */
#ifndef SHARE_QUOTA_H
#define SHARE_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "share/limiter.h"

struct http_response;
struct stop;
struct quota; /* opaque */

enum { QUOTA_CALL_MAX_SEC = 600 };

struct quota_config {
	struct limiter_rule rule;
	int state_dirfd; /* borrowed for the quota's life; -1: private */
	const char *key; /* names the account: app key, env, host; hashed */
};

/* Errors: SYSTEM (memory). A state file that cannot be used is no error:
 * quota_warning tells. */
MUST_CHECK struct quota *quota_new(const struct quota_config *config,
				   struct err *err);
void quota_free(struct quota *q);

/* What the user should know; NULL: nothing. SYSTEM: why the quota is private
 * although a directory was given; RATE_LIMIT: another machine or version uses the
 * account. Owned by the quota, and does not change once it is set. Thread: any. */
const struct err *quota_warning(struct quota *q);

struct quota_permit {
	uint64_t ticket;    /* the place in the state; 0: none is held */
	int64_t send_at_ns; /* monotonic: when it was permitted for */
};

/* Waits for the permission to send one call; on return send at once, and give
 * the call up after call_max_ns.
 * Owns:   the permit is given back by exactly one quota_end.
 * Blocks: until permitted, deadline_ns or stop.
 * Errors: DEADLINE, at once when it is certain that no permission comes
 * before the deadline; CANCELED.   Thread: any. */
MUST_CHECK int quota_acquire(struct quota *q, struct quota_permit *permit,
			     struct stop *stop, int64_t deadline_ns,
			     struct err *err);

/* Gives the permit back. at_ns: when the answer came or the call was given up
 * (monotonic). min_rtt_ns: the network's least round trip as the kernel
 * measured it on this connection; 0: unknown. Waits for the store, for no more
 * than a quarter of a second. Thread: any. */
void quota_end(struct quota *q, struct quota_permit *permit,
	       enum limiter_end how, int64_t at_ns, int64_t min_rtt_ns);

/* The same of a call that was made: is_answered: by HTTP; err: NULL where the
 * answer was good. Thread: any. */
void quota_end_call(struct quota *q, struct quota_permit *permit,
		    const struct http_response *r, bool is_answered,
		    const struct err *err);

/* What an answer said of the account, after quota_end: calls are left in the
 * server's present window, which ends reset_after_ns from now. A window's length
 * or more: when it ends is not known. Until then nothing is sent where none are
 * left, and no more than are left where more are gone than were ours.
 * Waits as quota_end does. Thread: any. */
void quota_note_remaining(struct quota *q, int left, int64_t reset_after_ns);

/* What the state shows, for --quota, --plan and the warning at the start. */
void quota_look(struct quota *q, struct limiter_view *out);

/* Nanoseconds that this process's threads waited for permissions, summed. */
int64_t quota_waited_ns(struct quota *q);

#endif
