/* SPDX-License-Identifier: MIT */
#include "share/store_dir.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "share/boot.h"
#include "share/limiter_loss.h"
#include "share/quota_file.h"
#include "share/rivals.h"
#include "share/store.h"

#define RIVALS_EVERY_NS (5 * NS_PER_SEC)

struct store_dir {
	struct store base;
	struct quota_file file;
	struct limiter_state state;  /* as last written */
	struct limiter_state before; /* as read, before the change under way */
	int calls;                   /* of ours: granted, and not ended */
	int64_t rivals_at_ns;        /* when to look for them; never again */
	bool has_warning;
};

/* One operation on the state. */
struct change {
	const struct limiter_user *me;
	int64_t now_ns;
	/* ask */
	int64_t latest_ns;
	struct store_grant *grant;
	/* confirm */
	uint64_t ticket;
	bool *is_kept;
	/* end */
	const struct store_end *end;
	/* note_left */
	int64_t left, reset_after_ns;
	int calls_more; /* afterwards */
};

typedef void (*change_fn)(struct store_dir *d, struct change *c);

static struct store_dir *dir_of(struct store *s)
{
	return (struct store_dir *)s;
}

/* ---- one change ---- */

/* With the file locked and read: what it lacks is held against us. */
static void note_loss(struct store_dir *d, const struct change *c)
{
	if (d->file.found != FOUND_WHOLE)
		limiter_note_loss(&d->state, c->me, d->file.found == FOUND_LOST,
				  c->now_ns);
	if (limiter_has_doubts(&d->state))
		limiter_note_calls(&d->state, c->me,
				   quota_file_sees_calls(&d->file), c->now_ns);
}

/* Locks, reads, changes, writes. Returns 1 when nothing came of it: again. */
static int apply_once(struct store_dir *d, change_fn change, struct change *c,
		      const struct store_timeout *t, struct err *err)
{
	int rc;

	if (quota_file_begin(&d->file, &d->before, t->stop, t->deadline_ns,
			     err) < 0)
		return -1;
	memcpy(&d->state, &d->before, limiter_state_size(&d->before));
	c->now_ns = clock_monotonic_ns();
	note_loss(d, c);
	change(d, c);
	if (c->calls_more > 0)
		quota_file_note_calls(&d->file, true);
	rc = quota_file_commit(&d->file, &d->state, err);
	if (rc < 0)
		memcpy(&d->state, &d->before, limiter_state_size(&d->before));
	return rc;
}

static void look_for_rivals(struct store_dir *d, int64_t now)
{
	if (now < d->rivals_at_ns)
		return;
	d->has_warning =
		rivals_look(d->file.dirfd, d->file.family, d->file.name);
	d->rivals_at_ns = d->has_warning ? CLOCK_NEVER : now + RIVALS_EVERY_NS;
}

static int apply(struct store_dir *d, change_fn change, struct change *c,
		 const struct store_timeout *t, struct err *err)
{
	int rc;

	while ((rc = apply_once(d, change, c, t, err)) > 0)
		;
	if (rc == 0) {
		d->calls += c->calls_more;
		look_for_rivals(d, c->now_ns);
	}
	if (d->calls == 0)
		quota_file_note_calls(&d->file, false);
	return rc;
}

/* Gives back what dead processes hold. A process number says something only
 * within its namespace; it may also be another's by now: then the place comes
 * back by its own end. */
static void reap_dead(struct limiter_state *l, const struct limiter_user *me,
		      int64_t now_ns)
{
	size_t i;

	for (i = 0; i < LIMITER_USERS; i++) {
		const struct limiter_user *u = &l->user[i];

		if (u->id && u->id != me->id && u->pid_space &&
		    u->pid_space == me->pid_space && u->pid > 0 &&
		    u->pid <= INT32_MAX && kill((pid_t)u->pid, 0) < 0 &&
		    errno == ESRCH)
			limiter_reap(l, i, now_ns);
	}
}

/* ---- the operations ---- */

static void change_ask(struct store_dir *d, struct change *c)
{
	reap_dead(&d->state, c->me, c->now_ns);
	c->grant->now_ns = c->now_ns;
	c->grant->reply = limiter_ask(&d->state, c->me, c->now_ns, c->latest_ns,
				      &c->grant->ticket, &c->grant->at_ns);
	c->calls_more = c->grant->reply == LIMITER_GRANTED;
}

static int dir_ask(struct store *s, const struct limiter_user *me,
		   int64_t latest_ns, const struct store_timeout *t,
		   struct store_grant *out, struct err *err)
{
	struct change c = { .me = me, .latest_ns = latest_ns, .grant = out };

	return apply(dir_of(s), change_ask, &c, t, err);
}

static void change_confirm(struct store_dir *d, struct change *c)
{
	*c->is_kept = limiter_confirm(&d->state, c->me, c->ticket, c->now_ns);
	c->calls_more = *c->is_kept ? 0 : -1;
}

static int dir_confirm(struct store *s, const struct limiter_user *me,
		       uint64_t ticket, const struct store_timeout *t,
		       bool *is_kept, int64_t *now_ns, struct err *err)
{
	struct change c = { .me = me, .ticket = ticket, .is_kept = is_kept };
	int rc = apply(dir_of(s), change_confirm, &c, t, err);

	*now_ns = c.now_ns;
	return rc;
}

static void change_end(struct store_dir *d, struct change *c)
{
	limiter_end(&d->state, c->me, c->end->ticket, c->end->how,
		    c->end->at_ns, c->end->min_rtt_ns, c->now_ns);
	c->calls_more = -1;
}

static int dir_end(struct store *s, const struct limiter_user *me,
		   const struct store_end *end, const struct store_timeout *t,
		   struct err *err)
{
	struct change c = { .me = me, .end = end };

	return apply(dir_of(s), change_end, &c, t, err);
}

static void change_left(struct store_dir *d, struct change *c)
{
	limiter_note_left(&d->state, c->me, c->left, c->reset_after_ns,
			  c->now_ns);
}

static int dir_note_left(struct store *s, const struct limiter_user *me,
			 int64_t left, int64_t reset_after_ns,
			 const struct store_timeout *t, struct err *err)
{
	struct change c = { .me = me,
			    .left = left,
			    .reset_after_ns = reset_after_ns };

	return apply(dir_of(s), change_left, &c, t, err);
}

static void dir_look(struct store *s, const struct limiter_user *me,
		     struct limiter_view *out)
{
	struct store_dir *d = dir_of(s);
	int64_t now;

	quota_file_peek(&d->file, &d->before);
	now = clock_monotonic_ns();
	reap_dead(&d->before, me, now);
	limiter_look(&d->before, me, now, out);
}

static const struct limiter_state *dir_last_known(const struct store *s)
{
	return &((const struct store_dir *)s)->state;
}

static bool dir_take_warning(struct store *s, struct err *out)
{
	struct store_dir *d = dir_of(s);

	if (!d->has_warning)
		return false;
	d->has_warning = false;
	err_set(out, ERR_RATE_LIMIT,
		"another machine or version uses this account from the same "
		"state directory, and none counts the calls of the other: give "
		"each its part with --rate");
	return true;
}

static void dir_free(struct store *s)
{
	if (s)
		quota_file_release(&dir_of(s)->file);
	free(s);
}

int store_dir_new(int dirfd, const char *key, const struct limiter_user *me,
		  struct store **out, struct err *err)
{
	static const struct store_ops ops = {
		.ask = dir_ask,
		.confirm = dir_confirm,
		.end = dir_end,
		.note_left = dir_note_left,
		.look = dir_look,
		.last_known = dir_last_known,
		.take_warning = dir_take_warning,
		.free = dir_free,
	};
	struct store_dir *d = calloc(1, sizeof *d);
	/* Who counts by another clock, or over another window, has another. */
	uint64_t party =
		hash_bytes(&me->window_ns, sizeof me->window_ns, boot_name());

	if (!d)
		return err_no_memory(err);
	d->base.ops = &ops;
	limiter_state_init(&d->state, clock_monotonic_ns());
	if (quota_file_init(&d->file, dirfd, key, party, err) < 0) {
		dir_free(&d->base);
		return 1;
	}
	*out = &d->base;
	return 0;
}
