/* SPDX-License-Identifier: MIT */
/* flock is BSD's: not in POSIX, but on every system we build for. */
#define _DEFAULT_SOURCE
#ifdef __APPLE__
#define _DARWIN_C_SOURCE
#endif
#include "base/safefile_edit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/safefile.h"
#include "base/sync.h"

#define HOLDER_STUCK_NS NS_PER_SEC

enum {
	TRIES = 4,        /* then the lock can be neither had nor taken */
	REWRITE_TRIES = 3 /* others change the file each time */
};

enum { FREE_TO_OPEN = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC };

static void make_name(char out[SAFEFILE_NAME_BYTES], const char *name,
		      const char *suffix)
{
	require(snprintf(out, SAFEFILE_NAME_BYTES, "%s%s", name, suffix) <
		SAFEFILE_NAME_BYTES);
}

static void name_temporary(const struct safefile_edit *e, int lock,
			   char out[SAFEFILE_NAME_BYTES])
{
	char suffix[40];
	struct stat st;

	require(fstat(lock, &st) == 0);
	snprintf(suffix, sizeof suffix, ".%ju.tmp", (uintmax_t)st.st_ino);
	make_name(out, e->name, suffix);
}

/* Puts the locked file next in the place of the lock old. */
static bool replace_lock(const struct safefile_edit *e, int old, int next,
			 const char *lock_name, const char *next_name)
{
	char temporary[SAFEFILE_NAME_BYTES];

	/* Another may have been faster with the same. */
	if (!safefile_is_in_place(e->dirfd, next_name, next) ||
	    !safefile_is_in_place(e->dirfd, lock_name, old))
		return false;
	if (renameat(e->dirfd, next_name, e->dirfd, lock_name) < 0)
		return false;
	name_temporary(e, old, temporary);
	unlinkat(e->dirfd, temporary, 0);
	return true;
}

/* Takes the lock that was waited for from a holder that stands still. Returns
 * the new lock, or -1 where somebody else takes it, or has taken it. */
static int take_lock(const struct safefile_edit *e, const char *lock_name,
		     const struct stat *waited_for)
{
	char next_name[SAFEFILE_NAME_BYTES];
	int old = openat(e->dirfd, lock_name, FREE_TO_OPEN);
	struct stat st;
	int next;

	if (old < 0)
		return -1;
	if (fstat(old, &st) < 0 || st.st_ino != waited_for->st_ino) {
		close(old);
		return -1;
	}
	make_name(next_name, lock_name, ".new");
	next = openat(e->dirfd, next_name, FREE_TO_OPEN | O_CREAT, 0600);
	if (next >= 0 && (flock(next, LOCK_EX | LOCK_NB) < 0 ||
			  !replace_lock(e, old, next, lock_name, next_name))) {
		close(next);
		next = -1;
	}
	close(old);
	return next;
}

/* Creates the temporary under the lock. Returns 1 where the lock was taken away
 * before that. */
static int open_temporary(struct safefile_edit *e, const char *lock_name,
			  struct err *err)
{
	name_temporary(e, e->lock, e->temporary_name);
	unlinkat(e->dirfd, e->temporary_name, 0); /* of one that was killed */
	e->temporary = openat(
		e->dirfd, e->temporary_name,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (e->temporary < 0) {
		err_set_errno(err, ERR_SYSTEM, errno, "cannot write '%s'",
			      e->name);
		safefile_unlock(e->lock);
		return -1;
	}
	if (safefile_is_in_place(e->dirfd, lock_name, e->lock))
		return 0;
	safefile_edit_abandon(e);
	return 1;
}

/* Locks by deadline_ns; a lock that has not come free within a second is taken.
 * Returns 1 where that failed, and is to be tried again. */
static int try_to_begin(struct safefile_edit *e, struct stop *stop,
			int64_t deadline_ns, struct err *err)
{
	int64_t stuck_ns = clock_monotonic_ns() + HOLDER_STUCK_NS;
	bool is_last = stuck_ns >= deadline_ns;
	char lock_name[SAFEFILE_NAME_BYTES];
	struct stat st = { .st_ino = 0 };
	struct err why;

	make_name(lock_name, e->name, ".lock");
	fstatat(e->dirfd, lock_name, &st, AT_SYMLINK_NOFOLLOW);
	e->lock = safefile_lock(e->dirfd, lock_name, stop,
				is_last ? deadline_ns : stuck_ns, &why);
	if (e->lock < 0 && (why.kind != ERR_DEADLINE || is_last)) {
		*err = why;
		return -1;
	}
	if (e->lock < 0 && (e->lock = take_lock(e, lock_name, &st)) < 0)
		return 1;
	return open_temporary(e, lock_name, err);
}

int safefile_edit_begin(struct safefile_edit *e, int dirfd, const char *name,
			struct stop *stop, int64_t deadline_ns, struct err *err)
{
	int tries, rc;

	e->dirfd = dirfd;
	make_name(e->name, name, "");
	for (tries = 0; tries < TRIES; tries++) {
		rc = try_to_begin(e, stop, deadline_ns, err);
		if (rc <= 0)
			return rc;
	}
	return err_set(err, ERR_SYSTEM,
		       "cannot lock '%s': another process holds it and "
		       "stands still",
		       name);
}

static int write_fully(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Writes the temporary, and renames it over the file; a link, a FIFO or an empty
 * directory in its place is replaced too. Returns -1 with errno. */
static int replace(const struct safefile_edit *e, const char *data, size_t len)
{
	if (write_fully(e->temporary, data, len) < 0)
		return -1;
	if (renameat(e->dirfd, e->temporary_name, e->dirfd, e->name) == 0)
		return 0;
	if (errno != EISDIR || unlinkat(e->dirfd, e->name, AT_REMOVEDIR) < 0)
		return -1;
	return renameat(e->dirfd, e->temporary_name, e->dirfd, e->name);
}

int safefile_edit_commit(struct safefile_edit *e, const char *data, size_t len,
			 struct err *err)
{
	int rc = replace(e, data, len);
	int errnum = errno;

	safefile_edit_abandon(e);
	if (rc < 0 && errnum == ENOENT)
		return 1;
	if (rc < 0)
		return err_set_errno(err, ERR_SYSTEM, errnum,
				     "cannot write '%s'", e->name);
	return 0;
}

void safefile_edit_abandon(struct safefile_edit *e)
{
	unlinkat(e->dirfd, e->temporary_name, 0);
	close(e->temporary);
	safefile_unlock(e->lock);
}

int safefile_rewrite(int dirfd, const char *name, const struct safefile_text *t,
		     struct stop *stop, int64_t deadline_ns, struct err *err)
{
	struct safefile_edit edit;
	struct buf text;
	int rc = 1;

	buf_init(&text, t->max_bytes);
	for (int i = 0; i < REWRITE_TRIES && rc == 1; i++) {
		rc = safefile_edit_begin(&edit, dirfd, name, stop, deadline_ns,
					 err);
		if (rc < 0)
			break;
		buf_clear(&text);
		rc = t->make(t->arg, dirfd, &text, err);
		if (rc == 0)
			rc = buf_check(&text, ERR_SYSTEM, err);
		if (rc < 0)
			safefile_edit_abandon(&edit);
		else
			rc = safefile_edit_commit(&edit, buf_text(&text),
						  text.len, err);
	}
	if (rc == 1)
		err_set(err, ERR_SYSTEM, "cannot write '%s': its lock was lost",
			name);
	buf_release(&text);
	return rc == 0 ? 0 : -1;
}
