/* SPDX-License-Identifier: MIT */
/* Two kinds of waiting, and a lock that nobody holds while waiting:
 *
 *	line   who asks for a permission stands in it; its first asks, and
 *	       leaves it with a reservation, for which it sleeps outside
 *	turn   the store is one thread's at a time, for the microseconds of one
 *	       operation
 *
 * Both are the turnstile's; no I/O is done under a mutex.
 *
 *	acquire   |- line: ask, ask again .. -| sleep till then, confirm | send
 *	turn             |-|      |-|                            |-|
 *
 * So in a process only one thread polls, the store is used by one at a time,
 * and the order of asking is kept; between processes the limiter keeps it.
 *
 * Who ends a call does not wait for a store that is stuck: what cannot be told
 * now is told with the next operation. */
#include "share/quota.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/sync.h"
#include "net/http_response.h"
#include "share/store.h"
#include "share/store_dir.h"
#include "share/turnstile.h"

/* How long "send now" holds, in case this process was stopped right then. */
#define PROMPT_NS (LIMITER_LATE_NS / 4)
/* For telling an end: what is not told by then is told with a later one. */
#define END_TIMEOUT_NS (NS_PER_SEC / 4)

struct late_end { /* the store was not available in time */
	struct late_end *next;
	struct store_operation end;
};

struct quota { /* lock key: c const, l under mu, t who has the turn, a atomic */
	struct turnstile turnstile;
	struct mutex mu;
	struct late_end *late_ends; /* l: owned */
	bool has_warning;           /* l */
	struct err warning;         /* t; once has_warning: c */

	bool is_unlimited;      /* c */
	struct limiter_user me; /* c */
	struct store *store;    /* t: in use */
	struct store *spare;    /* t: private, for when that fails; or NULL */

	atomic_llong waited_ns; /* a */
};

/* ---- a quota ---- */

_Static_assert(QUOTA_CALL_MAX_SEC *NS_PER_SEC == LIMITER_CALL_MAX_NS,
	       "a place is held for as long as a call can be in flight");

/* Thread: who has the turn. The first one stands. */
static void warn(struct quota *q, const struct err *why)
{
	mutex_lock(&q->mu);
	if (!q->has_warning)
		q->warning = *why;
	q->has_warning = true;
	mutex_unlock(&q->mu);
}

/* Thread: who has the turn. What was known last is gone on from. */
static void make_private(struct quota *q, const struct err *why)
{
	store_memory_adopt(q->spare, q->store->ops->last_known(q->store));
	q->store->ops->free(q->store);
	q->store = q->spare;
	q->spare = NULL;
	warn(q, why);
}

/* The directory's store, with a private one to fall back on. */
static int open_store(struct quota *q, const struct quota_config *config,
		      struct err *err)
{
	struct store *dir;
	struct err why;
	int rc;

	q->store = store_memory_new(err);
	if (!q->store || config->state_dirfd < 0)
		return q->store ? 0 : -1;
	rc = store_dir_new(config->state_dirfd, config->key, &q->me, &dir,
			   &why);
	if (rc < 0) {
		*err = why;
		return -1;
	}
	if (rc > 0) {
		warn(q, &why);
		return 0;
	}
	q->spare = q->store;
	q->store = dir;
	return 0;
}

struct quota *quota_new(const struct quota_config *config, struct err *err)
{
	struct quota *q = err_calloc(sizeof *q, err);

	if (!q)
		return NULL;
	atomic_init(&q->waited_ns, 0);
	q->is_unlimited = config->rule.rate_per_sec <= 0;
	store_user_init(&q->me, &config->rule, q);
	if (mutex_init(&q->mu, err) == 0 &&
	    turnstile_init(&q->turnstile, err) == 0 &&
	    open_store(q, config, err) == 0)
		return q;
	quota_free(q);
	return NULL;
}

void quota_free(struct quota *q)
{
	if (!q)
		return;
	while (q->late_ends) {
		struct late_end *late = q->late_ends;

		q->late_ends = late->next;
		free(late);
	}
	if (q->store)
		q->store->ops->free(q->store);
	if (q->spare)
		q->spare->ops->free(q->spare);
	turnstile_destroy(&q->turnstile);
	mutex_destroy(&q->mu);
	free(q);
}

const struct err *quota_warning(struct quota *q)
{
	bool has_warning;

	mutex_lock(&q->mu);
	has_warning = q->has_warning;
	mutex_unlock(&q->mu);
	return has_warning ? &q->warning : NULL;
}

/* ---- one operation ---- */

/* Does it once, in private if the store fails for good. */
static int run(struct quota *q, struct store_operation *o,
	       const struct store_timeout *t, struct err *err)
{
	struct err why;
	int rc = q->store->ops->apply(q->store, &q->me, o, t, &why);

	if (rc < 0 && why.kind == ERR_SYSTEM && q->spare) {
		make_private(q, &why);
		rc = q->store->ops->apply(q->store, &q->me, o, t, &why);
	}
	if (rc < 0 && err)
		*err = why;
	return rc;
}

/* If there is no memory, the place comes back by its own end. */
static void keep_for_later(struct quota *q, const struct store_operation *end)
{
	struct late_end *late = malloc(sizeof *late);

	if (!late)
		return;
	late->end = *end;
	mutex_lock(&q->mu);
	late->next = q->late_ends;
	q->late_ends = late;
	mutex_unlock(&q->mu);
}

static void tell_late_ends(struct quota *q, const struct store_timeout *t)
{
	struct late_end *late, *next;
	bool is_told = true;

	mutex_lock(&q->mu);
	late = q->late_ends;
	q->late_ends = NULL;
	mutex_unlock(&q->mu);
	for (; late; late = next) {
		next = late->next;
		is_told = is_told && run(q, &late->end, t, NULL) == 0;
		if (!is_told)
			keep_for_later(q, &late->end);
		free(late);
	}
}

/* Blocks: until the turn and the store are ours, deadline_ns, or stop (may be
 * NULL). Errors: DEADLINE, CANCELED. */
static int operate(struct quota *q, struct store_operation *o,
		   struct stop *stop, int64_t deadline_ns, struct err *err)
{
	const struct store_timeout t = { stop, deadline_ns };
	struct err warning;
	int rc;

	if (turnstile_take_turn(&q->turnstile, stop, deadline_ns, err) < 0)
		return -1;
	tell_late_ends(q, &t);
	rc = run(q, o, &t, err);
	if (q->store->ops->take_warning &&
	    q->store->ops->take_warning(q->store, &warning))
		warn(q, &warning);
	turnstile_give_turn(&q->turnstile);
	return rc;
}

/* ---- acquire and end ---- */

/* Asks until there is a reservation. */
static int reserve(struct quota *q, struct store_operation *o,
		   struct stop *stop, int64_t deadline_ns, struct err *err)
{
	struct turnstile_waiter me;
	int rc;

	o->verb = STORE_ASK;
	if (turnstile_enter_line(&q->turnstile, &me, stop, deadline_ns, err) <
	    0)
		return -1;
	while ((rc = operate(q, o, stop, deadline_ns, err)) == 0 &&
	       o->reply == LIMITER_AGAIN) {
		int64_t again_ns = o->at_ns;

		if (!stop_sleep_until(stop, earlier(again_ns, deadline_ns))) {
			rc = err_set(err, ERR_CANCELED, "interrupted");
			break;
		}
	}
	turnstile_leave_line(&q->turnstile, &me);
	if (rc == 0 && o->reply == LIMITER_LATE)
		rc = err_set(err, ERR_DEADLINE, "no call is permitted in time");
	return rc;
}

/* Sleeps till the reservation and makes sure of it. Returns 1 when it was
 * withdrawn, or missed: make another. On failure nothing is held. */
static int keep_reservation(struct quota *q, struct store_operation *o,
			    struct quota_permit *permit, struct stop *stop,
			    int64_t deadline_ns, struct err *err)
{
	int64_t sure_ns = o->at_ns <= o->now_ns ? o->now_ns : 0;
	int rc = 0;

	permit->ticket = o->ticket;
	permit->send_at_ns = o->at_ns;
	o->verb = STORE_CONFIRM;
	if (!stop_sleep_until(stop, permit->send_at_ns))
		rc = err_set(err, ERR_CANCELED, "interrupted");
	while (rc == 0 && clock_monotonic_ns() - sure_ns > PROMPT_NS) {
		rc = operate(q, o, stop, deadline_ns, err);
		if (rc == 0 && !o->is_kept) {
			permit->ticket = 0;
			return 1;
		}
		sure_ns = o->now_ns;
	}
	if (rc < 0)
		quota_end(q, permit, LIMITER_UNSENT, 0, 0);
	return rc;
}

int quota_acquire(struct quota *q, struct quota_permit *permit,
		  struct stop *stop, int64_t deadline_ns, struct err *err)
{
	int64_t start = clock_monotonic_ns();
	struct store_operation o = { .latest_ns = deadline_ns };
	int rc;

	*permit = (struct quota_permit){ .send_at_ns = start };
	if (q->is_unlimited)
		return 0;
	do {
		rc = reserve(q, &o, stop, deadline_ns, err);
		if (rc == 0)
			rc = keep_reservation(q, &o, permit, stop, deadline_ns,
					      err);
	} while (rc > 0);
	atomic_fetch_add(&q->waited_ns, clock_monotonic_ns() - start);
	return rc;
}

void quota_end(struct quota *q, struct quota_permit *permit,
	       enum limiter_end how, int64_t at_ns, int64_t min_rtt_ns)
{
	struct store_operation o = { .verb = STORE_END,
				     .ticket = permit->ticket,
				     .how = how,
				     .ended_ns = at_ns,
				     .min_rtt_ns = min_rtt_ns };

	if (!permit->ticket)
		return;
	permit->ticket = 0;
	if (operate(q, &o, NULL, clock_monotonic_ns() + END_TIMEOUT_NS, NULL) <
	    0)
		keep_for_later(q, &o);
}

/* What a call's end means for the quota. */
static enum limiter_end end_of(const struct http_response *r, bool is_answered,
			       const struct err *err)
{
	if (!r->was_sent)
		return LIMITER_UNSENT;
	if (!is_answered)
		return LIMITER_ABANDONED;
	if (err && err->kind == ERR_RATE_LIMIT)
		return LIMITER_REFUSED;
	return r->status == 503 ? LIMITER_OVERLOADED : LIMITER_ACCEPTED;
}

void quota_end_call(struct quota *q, struct quota_permit *permit,
		    const struct http_response *r, bool is_answered,
		    const struct err *err)
{
	quota_end(q, permit, end_of(r, is_answered, err), r->finished_ns,
		  r->min_rtt_ns);
}

void quota_note_remaining(struct quota *q, int left, int64_t reset_after_ns)
{
	struct store_operation o = { .verb = STORE_NOTE_LEFT,
				     .left = left,
				     .reset_after_ns = reset_after_ns };

	if (!q->is_unlimited && left >= 0)
		operate(q, &o, NULL, clock_monotonic_ns() + END_TIMEOUT_NS,
			NULL);
}

/* ---- questions ---- */

void quota_look(struct quota *q, struct limiter_view *out)
{
	*out = (struct limiter_view){ .users = 0 };
	if (turnstile_take_turn(&q->turnstile, NULL,
				clock_monotonic_ns() + END_TIMEOUT_NS,
				NULL) < 0)
		return;
	q->store->ops->look(q->store, &q->me, out);
	out->is_shared = q->spare != NULL;
	turnstile_give_turn(&q->turnstile);
}

int64_t quota_waited_ns(struct quota *q)
{
	return atomic_load(&q->waited_ns);
}
