/* SPDX-License-Identifier: MIT */
/* flock is BSD's: not in POSIX, but on every system we build for. */
#define _DEFAULT_SOURCE
#ifdef __APPLE__
#define _DARWIN_C_SOURCE
#endif
#include "share/store_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "share/boot.h"
#include "share/limiter_loss.h"
#include "share/quota_file.h"
#include "share/store.h"

#define RIVALS_EVERY_NS (5 * NS_PER_SEC)

enum { ACTIVE_SEC = 120, DEAD_SEC = 7 * 86400, NAME_BYTES = 300 };

struct store_dir {
	struct store base;
	struct quota_file file;
	struct limiter_state state;  /* as last written */
	struct limiter_state before; /* as read, before the change under way */
	int calls;                   /* of ours: granted, and not ended */
	int64_t rivals_at_ns;        /* when to look for them; never again */
	bool has_warning;
};

static struct store_dir *dir_of(struct store *s)
{
	return (struct store_dir *)s;
}

/* ---- one change ---- */

/* With the file locked and read: what it lacks is held against us. */
static void note_loss(struct store_dir *d, const struct limiter_user *me,
		      int64_t now_ns)
{
	if (d->file.found != FOUND_WHOLE)
		limiter_note_loss(&d->state, me, d->file.found == FOUND_LOST,
				  now_ns);
	if (limiter_has_doubts(&d->state))
		limiter_note_calls(&d->state, me,
				   quota_file_sees_calls(&d->file), now_ns);
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

/* How many calls of ours it has added. */
static int calls_of(const struct store_operation *o)
{
	switch (o->verb) {
	case STORE_ASK:
		return o->reply == LIMITER_GRANTED;
	case STORE_CONFIRM:
		return o->is_kept ? 0 : -1;
	case STORE_END:
		return -1;
	case STORE_NOTE_LEFT:
		break;
	}
	return 0;
}

/* Locks, reads, changes, writes. Returns 1 when nothing came of it: again. */
static int apply_once(struct store_dir *d, const struct limiter_user *me,
		      struct store_operation *o, const struct store_timeout *t,
		      struct err *err)
{
	int64_t now;
	int rc;

	if (quota_file_begin(&d->file, &d->before, t->stop, t->deadline_ns,
			     err) < 0)
		return -1;
	memcpy(&d->state, &d->before, limiter_state_size(&d->before));
	now = clock_monotonic_ns();
	note_loss(d, me, now);
	if (o->verb == STORE_ASK)
		reap_dead(&d->state, me, now);
	store_operate(o, &d->state, me, now);
	if (calls_of(o) > 0)
		quota_file_note_calls(&d->file, true);
	rc = quota_file_commit(&d->file, &d->state, err);
	if (rc < 0)
		memcpy(&d->state, &d->before, limiter_state_size(&d->before));
	return rc;
}

/* ---- rivals ---- */

/* On one state directory (a network home, a volume) another machine, another
 * boot or another version has a file of its own: its name begins like ours. Each
 * has a quota of its own, and together they may overrun the account's. */

/* Removes a state, unless somebody uses it now, and what belongs to it. */
static void remove_dead(int dirfd, const char *name)
{
	const char *suffixes[] = { "", ".new" };
	const char *rest = strchr(name, '-');
	char other[NAME_BYTES];
	size_t i;
	int fd = openat(dirfd, name,
			O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && rest) {
		if (snprintf(other, sizeof other, "calls%s", rest) <
		    (int)sizeof other)
			unlinkat(dirfd, other, 0);
		for (i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
			if (snprintf(other, sizeof other, "%s%s", name,
				     suffixes[i]) < (int)sizeof other)
				unlinkat(dirfd, other, 0);
		}
	}
	close(fd);
}

static bool is_state_of(const char *family, const char *name)
{
	size_t len = strlen(name);

	return strncmp(name, family, strlen(family)) == 0 &&
	       len < NAME_BYTES - sizeof ".new" && !strchr(name, '.');
}

/* Whether such a file was changed in the last two minutes, as the file system
 * counts: by the time of our own file, just written. What was changed before
 * this system was started may be our own of the last boot: it is none.
 * Removes files that nobody has changed for a week.
 * family: how all the names begin; own: ours. */
static bool has_rivals(int dirfd, const char *family, const char *own)
{
	int64_t began = boot_began_ms() / 1000;
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct stat ours, st;
	struct dirent *e;
	bool has_rival = false;

	if (!dir || fstatat(dirfd, own, &ours, AT_SYMLINK_NOFOLLOW) < 0)
		goto out;
	while ((e = readdir(dir)) != NULL) {
		int64_t age;

		if (!is_state_of(family, e->d_name) ||
		    strcmp(e->d_name, own) == 0 ||
		    fstatat(dirfd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !S_ISREG(st.st_mode))
			continue;
		age = (int64_t)ours.st_mtime - (int64_t)st.st_mtime;
		if (age > DEAD_SEC)
			remove_dead(dirfd, e->d_name);
		else if (age < ACTIVE_SEC && age > -ACTIVE_SEC &&
			 (int64_t)st.st_mtime > began)
			has_rival = true;
	}
out:
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	return has_rival;
}

static void look_for_rivals(struct store_dir *d, int64_t now)
{
	if (now < d->rivals_at_ns)
		return;
	d->has_warning =
		has_rivals(d->file.dirfd, d->file.family, d->file.name);
	d->rivals_at_ns = d->has_warning ? CLOCK_NEVER : now + RIVALS_EVERY_NS;
}

/* ---- the operations ---- */

static int dir_apply(struct store *s, const struct limiter_user *me,
		     struct store_operation *o, const struct store_timeout *t,
		     struct err *err)
{
	struct store_dir *d = dir_of(s);
	int rc;

	while ((rc = apply_once(d, me, o, t, err)) > 0)
		;
	if (rc == 0) {
		d->calls += calls_of(o);
		look_for_rivals(d, o->now_ns);
	}
	if (d->calls == 0)
		quota_file_note_calls(&d->file, false);
	return rc;
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
		.apply = dir_apply,
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
