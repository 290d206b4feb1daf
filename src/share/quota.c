/* Two kinds of waiting, and a lock that nobody holds while waiting:
 *
 *	line   who asks for a permission stands in it; its first asks, and
 *	       leaves it with a reservation, for which it sleeps outside
 *	turn   the state and its file are one thread's at a time, for the
 *	       microseconds of one change
 *	mu     guards these two; no I/O is done under it
 *
 *	acquire   |- line: ask, ask again .. -| sleep till then, confirm | send
 *	turn             |-|      |-|                            |-|
 *
 * So in a process only one thread polls, the file is opened by one at a time,
 * and the order of asking is kept; between processes the limiter keeps it. */
#include "share/quota.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/sync.h"
#include "share/boot.h"
#include "share/limiter.h"
#include "share/limiter_loss.h"
#include "share/quota_file.h"
#include "share/rivals.h"

#define LOOK_AT_STOP_NS (20 * NS_PER_MS)
#define CALL_MAX_DEFAULT_NS (30 * NS_PER_SEC)
/* How long "send now" holds, in case this process was stopped right then. */
#define PROMPT_NS (LIMITER_LATE_NS / 4)
/* For giving a place back: longer than it takes to replace a stuck file. */
#define END_TIMEOUT_NS (2 * NS_PER_SEC)
#define RIVALS_EVERY_NS (5 * NS_PER_SEC)

struct waiter {
	struct waiter *next; /* behind it in the line */
};

struct quota { /* lock key: c const, l under mu, t who has the turn, a atomic */
	struct mutex mu;
	struct cond turn_free;       /* l: !is_taken */
	struct cond line_moved;      /* l: another is first */
	bool is_taken;               /* l */
	struct waiter *line;         /* l: its first */
	bool has_warning;            /* l */
	char warning[ERR_MSG_BYTES]; /* t; once has_warning: c */

	bool is_unlimited;          /* c */
	struct limiter_user me;     /* c */
	bool is_shared;             /* t: never set again */
	struct quota_file file;     /* t */
	struct limiter_state state; /* t: private, or as last read or written */
	int64_t rivals_at_ns;       /* t: when to look for them; never again */

	atomic_int calls;       /* a: permits that are held */
	atomic_llong waited_ns; /* a */
};

/* ---- a quota ---- */

static int clamp_rate(int rate)
{
	return rate < 1 ? 1 : rate > LIMITER_RATE_MAX ? LIMITER_RATE_MAX : rate;
}

/* The namespace in which our process number means us; 0: not known. */
static uint64_t find_pid_space(void)
{
#ifdef __linux__
	struct stat st;

	return stat("/proc/self/ns/pid", &st) == 0 ? (uint64_t)st.st_ino : 0;
#else
	return 1; /* there is only one */
#endif
}

_Static_assert(QUOTA_CALL_MAX_SEC *NS_PER_SEC == LIMITER_CALL_MAX_NS,
	       "a place is held for as long as a call can be in flight");

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* The account's rule in a window that the state can hold: where there are too
 * many calls in it, or it is too long, an even part of it. */
static void set_window(struct limiter_user *me, int calls, int window_sec)
{
	enum { LONGEST = LIMITER_WINDOW_MAX_NS / NS_PER_SEC };
	int parts = (window_sec + LONGEST - 1) / LONGEST;

	me->window_ns = NS_PER_SEC;
	if (calls <= 0 || window_sec <= 1)
		return;
	if (parts > 1) {
		calls /= parts;
		window_sec = LONGEST;
	}
	if (calls > LIMITER_RATE_MAX) {
		me->published =
			least(me->published, clamp_rate(calls / window_sec));
		me->rate = least(me->rate, me->published);
		return;
	}
	me->window_ns = window_sec * NS_PER_SEC;
	me->window_calls = clamp_rate(calls);
}

static struct limiter_user introduce(const struct quota *q,
				     const struct quota_config *config)
{
	int64_t call_max = config->call_max_ns;
	struct limiter_user me = {
		.pid_space = find_pid_space(),
		.pid = getpid(),
		.published = clamp_rate(config->published_per_sec),
	};
	/* This process, this object, this moment. */
	uint64_t who[] = { me.pid_space, (uint64_t)me.pid, (uintptr_t)q,
			   (uint64_t)clock_monotonic_ns() };

	me.id = hash_bytes(who, sizeof who, 0) | 1;
	me.rate = config->rate_per_sec > 0 ? clamp_rate(config->rate_per_sec)
					   : me.published;
	set_window(&me, config->window_calls, config->window_sec);
	if (call_max <= 0)
		call_max = CALL_MAX_DEFAULT_NS;
	me.call_max_ns =
		call_max < LIMITER_CALL_MAX_NS ? call_max : LIMITER_CALL_MAX_NS;
	return me;
}

/* Who counts by another clock, or over another window, has another state. */
static uint64_t name_party(const struct limiter_user *me)
{
	return hash_bytes(&me->window_ns, sizeof me->window_ns, boot_name());
}

/* Thread: who has the turn. The first one stands. */
static void warn(struct quota *q, const struct err *why)
{
	mutex_lock(&q->mu);
	if (!q->has_warning)
		memcpy(q->warning, why->msg, sizeof q->warning);
	q->has_warning = true;
	mutex_unlock(&q->mu);
}

/* Thread: who has the turn. The state goes on from what was last known. */
static void make_private(struct quota *q, struct err *why)
{
	q->is_shared = false;
	quota_file_release(&q->file);
	err_wrap(why, "the quota is not shared with other processes");
	warn(q, why);
}

/* Thread: who has the turn. */
static void look_for_rivals(struct quota *q, int64_t now)
{
	struct err why;

	if (!q->is_shared || now < q->rivals_at_ns)
		return;
	q->rivals_at_ns = now + RIVALS_EVERY_NS;
	if (!rivals_look(q->file.dirfd, q->file.family, q->file.name))
		return;
	q->rivals_at_ns = CLOCK_NEVER;
	err_set(&why, ERR_SYSTEM,
		"another machine or version uses this account from the same "
		"state directory, and none counts the calls of the other: give "
		"each its part with --rate");
	warn(q, &why);
}

struct quota *quota_new(const struct quota_config *config, struct err *err)
{
	struct quota *q = calloc(1, sizeof *q);
	struct err why;

	if (!q) {
		err_no_memory(err);
		return NULL;
	}
	if (mutex_init(&q->mu, err) < 0)
		goto no_mutex;
	if (cond_init(&q->turn_free, err) < 0)
		goto no_turn_free;
	if (cond_init(&q->line_moved, err) < 0)
		goto no_line_moved;
	atomic_init(&q->calls, 0);
	atomic_init(&q->waited_ns, 0);
	q->is_unlimited = config->rate_per_sec <= 0;
	q->me = introduce(q, config);
	limiter_state_init(&q->state, clock_monotonic_ns());
	q->is_shared = config->state_dirfd >= 0;
	q->file.calls_fd = -1;
	if (q->is_shared &&
	    quota_file_init(&q->file, config->state_dirfd, config->key,
			    name_party(&q->me), &why) < 0)
		make_private(q, &why);
	return q;

no_line_moved:
	cond_destroy(&q->turn_free);
no_turn_free:
	mutex_destroy(&q->mu);
no_mutex:
	free(q);
	return NULL;
}

void quota_free(struct quota *q)
{
	if (!q)
		return;
	quota_file_release(&q->file);
	cond_destroy(&q->line_moved);
	cond_destroy(&q->turn_free);
	mutex_destroy(&q->mu);
	free(q);
}

const char *quota_warning(struct quota *q)
{
	bool has_warning;

	mutex_lock(&q->mu);
	has_warning = q->has_warning;
	mutex_unlock(&q->mu);
	return has_warning ? q->warning : NULL;
}

/* ---- line and turn ---- */

/* Waits for a change, or not for long. Errors: CANCELED, DEADLINE. */
static int wait_a_little(struct quota *q, struct cond *c, struct stop *stop,
			 int64_t deadline_ns, struct err *err) REQUIRES(q->mu)
{
	int64_t now = clock_monotonic_ns();

	if (stop && stop_reason(stop))
		return err_set(err, ERR_CANCELED, "interrupted");
	if (now >= deadline_ns)
		return err_set(err, ERR_DEADLINE, "the time is up");
	now += LOOK_AT_STOP_NS;
	cond_wait_until(c, &q->mu, now < deadline_ns ? now : deadline_ns);
	return 0;
}

static int take_turn(struct quota *q, struct stop *stop, int64_t deadline_ns,
		     struct err *err)
{
	int rc = 0;

	mutex_lock(&q->mu);
	while (q->is_taken && rc == 0)
		rc = wait_a_little(q, &q->turn_free, stop, deadline_ns, err);
	if (rc == 0)
		q->is_taken = true;
	mutex_unlock(&q->mu);
	return rc;
}

static void give_turn(struct quota *q)
{
	mutex_lock(&q->mu);
	q->is_taken = false;
	cond_signal(&q->turn_free);
	mutex_unlock(&q->mu);
}

static void leave_line_locked(struct quota *q, struct waiter *me)
	REQUIRES(q->mu)
{
	struct waiter **at = &q->line;

	while (*at != me)
		at = &(*at)->next;
	*at = me->next;
	cond_broadcast(&q->line_moved);
}

/* Stands in the line until me is its first. */
static int enter_line(struct quota *q, struct waiter *me, struct stop *stop,
		      int64_t deadline_ns, struct err *err)
{
	struct waiter **at = &q->line;
	int rc = 0;

	mutex_lock(&q->mu);
	while (*at)
		at = &(*at)->next;
	*at = me;
	me->next = NULL;
	while (q->line != me && rc == 0)
		rc = wait_a_little(q, &q->line_moved, stop, deadline_ns, err);
	if (rc < 0)
		leave_line_locked(q, me);
	mutex_unlock(&q->mu);
	return rc;
}

static void leave_line(struct quota *q, struct waiter *me)
{
	mutex_lock(&q->mu);
	leave_line_locked(q, me);
	mutex_unlock(&q->mu);
}

/* ---- one change of the state ---- */

struct change {
	struct quota_permit *permit;
	int64_t now_ns;
	/* ask */
	int64_t latest_ns, again_ns;
	enum limiter_reply reply;
	/* confirm */
	bool is_confirmed;
	/* end */
	enum limiter_end end;
	int64_t at_ns, min_rtt_ns;
	/* note */
	int64_t left, reset_after_ns;
	int calls_more; /* permits held, by this change */
};

typedef void (*change_fn)(struct quota *q, struct change *c);

/* With the file locked and read: what it lacks is held against us. */
static void face_loss(struct quota *q, int64_t now_ns)
{
	if (q->file.found != FOUND_WHOLE)
		limiter_note_loss(&q->state, &q->me,
				  q->file.found == FOUND_LOST, now_ns);
	if (limiter_has_doubts(&q->state))
		limiter_note_calls(&q->state, &q->me,
				   quota_file_sees_calls(&q->file), now_ns);
}

/* Locks, reads, changes, writes. Returns 1 when nothing came of it: again. */
static int apply_once(struct quota *q, change_fn change, struct change *c,
		      struct stop *stop, int64_t deadline_ns, struct err *err)
{
	struct err why;
	int rc;

	if (q->is_shared && quota_file_begin(&q->file, &q->state, stop,
					     deadline_ns, &why) < 0) {
		if (why.kind != ERR_SYSTEM) {
			if (err)
				*err = why;
			return -1;
		}
		make_private(q, &why);
	}
	c->now_ns = clock_monotonic_ns();
	if (q->is_shared)
		face_loss(q, c->now_ns);
	change(q, c);
	if (!q->is_shared)
		return 0;
	if (c->calls_more > 0)
		quota_file_note_calls(&q->file, true);
	rc = quota_file_commit(&q->file, &q->state, &why);
	if (rc < 0)
		make_private(q, &why);
	return rc > 0;
}

/* Makes the change, once for good: in the file, or in private if that fails.
 * Blocks: until the turn and the file are ours, deadline_ns, or stop (may be
 * NULL). Errors: DEADLINE, CANCELED. */
static int apply(struct quota *q, change_fn change, struct change *c,
		 struct stop *stop, int64_t deadline_ns, struct err *err)
{
	int rc;

	if (take_turn(q, stop, deadline_ns, err) < 0)
		return -1;
	while ((rc = apply_once(q, change, c, stop, deadline_ns, err)) > 0)
		;
	if (rc == 0) {
		atomic_fetch_add(&q->calls, c->calls_more);
		look_for_rivals(q, c->now_ns);
	}
	if (q->is_shared && atomic_load(&q->calls) == 0)
		quota_file_note_calls(&q->file, false);
	give_turn(q);
	return rc;
}

/* Gives back what dead processes hold. A process number says something only
 * within its namespace; it may also be another's by now: then the place comes
 * back by its own end. */
static void reap_dead(struct quota *q, int64_t now_ns)
{
	size_t i;

	for (i = 0; i < LIMITER_USERS; i++) {
		const struct limiter_user *u = &q->state.user[i];

		if (u->id && u->id != q->me.id && u->pid_space &&
		    u->pid_space == q->me.pid_space && u->pid > 0 &&
		    u->pid <= INT32_MAX && kill((pid_t)u->pid, 0) < 0 &&
		    errno == ESRCH)
			limiter_reap(&q->state, i, now_ns);
	}
}

static void change_ask(struct quota *q, struct change *c)
{
	int64_t at;

	reap_dead(q, c->now_ns);
	c->reply = limiter_ask(&q->state, &q->me, c->now_ns, c->latest_ns,
			       &c->permit->ticket, &at);
	c->calls_more = c->reply == LIMITER_GRANTED;
	if (c->reply == LIMITER_GRANTED)
		c->permit->send_at_ns = at;
	else
		c->again_ns = at;
}

static void change_confirm(struct quota *q, struct change *c)
{
	c->is_confirmed = limiter_confirm(&q->state, &q->me, c->permit->ticket,
					  c->now_ns);
	c->calls_more = c->is_confirmed ? 0 : -1;
}

static void change_end(struct quota *q, struct change *c)
{
	limiter_end(&q->state, &q->me, c->permit->ticket, c->end, c->at_ns,
		    c->min_rtt_ns, c->now_ns);
}

static void change_left(struct quota *q, struct change *c)
{
	limiter_note_left(&q->state, &q->me, c->left, c->reset_after_ns,
			  c->now_ns);
}

/* ---- acquire and end ---- */

/* Asks until there is a reservation. */
static int reserve(struct quota *q, struct change *c, struct stop *stop,
		   int64_t deadline_ns, struct err *err)
{
	struct waiter me;
	int rc;

	if (enter_line(q, &me, stop, deadline_ns, err) < 0)
		return -1;
	while ((rc = apply(q, change_ask, c, stop, deadline_ns, err)) == 0 &&
	       c->reply == LIMITER_AGAIN) {
		if (!stop_sleep_until(stop, c->again_ns < deadline_ns
						    ? c->again_ns
						    : deadline_ns)) {
			rc = err_set(err, ERR_CANCELED, "interrupted");
			break;
		}
	}
	leave_line(q, &me);
	if (rc == 0 && c->reply == LIMITER_LATE)
		rc = err_set(err, ERR_DEADLINE, "no call is permitted in time");
	return rc;
}

/* Sleeps till the reservation and makes sure of it. Returns 1 when it was
 * withdrawn, or missed: make another. On failure nothing is held. */
static int keep_reservation(struct quota *q, struct change *c,
			    struct stop *stop, int64_t deadline_ns,
			    struct err *err)
{
	struct quota_permit *permit = c->permit;
	int64_t sure_ns = permit->send_at_ns <= c->now_ns ? c->now_ns : 0;
	int rc = 0;

	if (!stop_sleep_until(stop, permit->send_at_ns))
		rc = err_set(err, ERR_CANCELED, "interrupted");
	while (rc == 0 && clock_monotonic_ns() - sure_ns > PROMPT_NS) {
		rc = apply(q, change_confirm, c, stop, deadline_ns, err);
		if (rc == 0 && !c->is_confirmed) {
			permit->ticket = 0;
			return 1;
		}
		sure_ns = c->now_ns;
	}
	if (rc < 0)
		quota_end(q, permit, QUOTA_UNSENT, 0, 0);
	return rc;
}

int quota_acquire(struct quota *q, struct quota_permit *permit,
		  struct stop *stop, int64_t deadline_ns, struct err *err)
{
	int64_t start = clock_monotonic_ns();
	struct change c = { .permit = permit, .latest_ns = deadline_ns };
	int rc;

	*permit = (struct quota_permit){ .send_at_ns = start };
	if (q->is_unlimited)
		return 0;
	do {
		rc = reserve(q, &c, stop, deadline_ns, err);
		if (rc == 0)
			rc = keep_reservation(q, &c, stop, deadline_ns, err);
	} while (rc > 0);
	atomic_fetch_add(&q->waited_ns, clock_monotonic_ns() - start);
	return rc;
}

void quota_end(struct quota *q, struct quota_permit *permit, enum quota_end how,
	       int64_t at_ns, int64_t min_rtt_ns)
{
	static const enum limiter_end ends[] = {
		[QUOTA_UNSENT] = LIMITER_UNSENT,
		[QUOTA_ANSWERED] = LIMITER_ACCEPTED,
		[QUOTA_REFUSED] = LIMITER_REFUSED,
		[QUOTA_OVERLOADED] = LIMITER_OVERLOADED,
		[QUOTA_ABANDONED] = LIMITER_ABANDONED,
	};
	struct change c = { .permit = permit,
			    .end = ends[how],
			    .at_ns = at_ns,
			    .min_rtt_ns = min_rtt_ns };

	if (!permit->ticket)
		return;
	atomic_fetch_sub(&q->calls, 1);
	/* If it fails, the place comes back by its own end. */
	apply(q, change_end, &c, NULL, clock_monotonic_ns() + END_TIMEOUT_NS,
	      NULL);
	permit->ticket = 0;
}

void quota_note_remaining(struct quota *q, int left, int64_t reset_after_ns)
{
	struct change c = { .left = left, .reset_after_ns = reset_after_ns };

	if (!q->is_unlimited && left >= 0)
		apply(q, change_left, &c, NULL,
		      clock_monotonic_ns() + END_TIMEOUT_NS, NULL);
}

/* ---- questions ---- */

void quota_look(struct quota *q, struct quota_view *out)
{
	struct limiter_view view;
	int64_t now = clock_monotonic_ns();

	*out = (struct quota_view){ 0 };
	if (take_turn(q, NULL, now + END_TIMEOUT_NS, NULL) < 0)
		return;
	if (q->is_shared)
		quota_file_peek(&q->file, &q->state);
	now = clock_monotonic_ns();
	reap_dead(q, now);
	limiter_look(&q->state, &q->me, now, &view);
	*out = (struct quota_view){
		.is_shared = q->is_shared,
		.users = view.users,
		.calls_last_second = view.calls_last_second,
		.others_last_second = view.others_last_second,
		.calls_last_minute = view.calls_last_minute,
		.pace_per_sec = view.pace,
		.ceiling_per_sec = view.ceiling,
		.learned_left_ms = view.learned_left_ns / NS_PER_MS,
	};
	give_turn(q);
}

int64_t quota_waited_ns(struct quota *q)
{
	return atomic_load(&q->waited_ns);
}
