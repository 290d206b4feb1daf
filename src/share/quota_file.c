/* SPDX-License-Identifier: MIT */
/* flock is BSD's: not in POSIX, but on every system we build for. */
#define _DEFAULT_SOURCE
#ifdef __APPLE__
#define _DARWIN_C_SOURCE
#endif
#include "share/quota_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/safefile.h"
#include "base/sync.h"
#include "share/limiter_state.h"

#define LOCK_RETRY_NS (NS_PER_MS / 2)
#define HOLDER_STUCK_NS NS_PER_SEC
#define HOLDER_LOST_NS (3 * NS_PER_SEC) /* and cannot be replaced either */
#define LOOK_AWAY_NS (NS_PER_SEC / 4)   /* who has not looked has not seen */

enum { PEEK_TRIES = 5 };

static enum quota_found read_slots(struct quota_file *f, int fd,
				   struct limiter_state *l)
{
	f->found = quota_slots_read(fd, &f->known, &f->history, l);
	return f->found;
}

static int write_slots(struct quota_file *f, int fd, bool both,
		       const struct limiter_state *l, struct err *err)
{
	f->history.is_successor |= f->found == FOUND_LOST;
	if (quota_slots_write(fd, &f->history, l, err) < 0 ||
	    (both && quota_slots_write(fd, &f->history, l, err) < 0))
		return err_wrap(err, "'%s'", f->name);
	return 0;
}

/* ---- the file ---- */

static int open_file(const struct quota_file *f, const char *name, int flags,
		     struct err *err)
{
	struct stat st;
	int fd = openat(f->dirfd, name,
			flags | O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
			0600);
	int errnum = errno;

	if (fd < 0) {
		err_set_errno(err, ERR_SYSTEM, errnum, "cannot open '%s'",
			      name);
		errno = errnum;
		return -1;
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_uid != geteuid()) {
		close(fd);
		errno = EINVAL;
		return err_set(
			err, ERR_SYSTEM,
			"cannot use '%s': not a file of yours: remove it",
			name);
	}
	return fd;
}

static bool is_there(const struct quota_file *f, const char *name)
{
	struct stat st;

	return fstatat(f->dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static int lock(int fd, int how)
{
	int rc;

	while ((rc = flock(fd, how | LOCK_NB)) < 0 && errno == EINTR)
		;
	return rc;
}

/* What a new file begins with: the old one's state, or where there was none
 * (-1) a new one. One that lacks, but has its second file, was removed. */
static void read_old(struct quota_file *f, int old_fd, struct limiter_state *l)
{
	if (old_fd >= 0) {
		read_slots(f, old_fd, l);
		return;
	}
	quota_slots_begin(&f->history, l);
	f->found = f->known.birth || is_there(f, f->calls_name) ? FOUND_LOST
								: FOUND_WHOLE;
}

static bool is_replaceable(const struct quota_file *f, int old_fd)
{
	return old_fd < 0 ? !is_there(f, f->name)
			  : safefile_is_in_place(f->dirfd, f->name, old_fd);
}

enum { TRY_AGAIN = -1, CANNOT = -2 };

static int cannot_lock(const char *name, struct err *err)
{
	err_set_errno(err, ERR_SYSTEM, errno, "cannot lock '%s'", name);
	return CANNOT;
}

/* Copies the old state into the new file, locked, and puts it in place. */
static int fill_new(struct quota_file *f, int fd, int old_fd,
		    struct limiter_state *l, struct err *err)
{
	uint64_t written;

	/* Of an old one this copy is only for the case that we are killed half
	 * way. */
	read_old(f, old_fd, l);
	if (ftruncate(fd, 0) < 0)
		return err_set_errno(err, ERR_SYSTEM, errno,
				     "cannot write '%s'", f->new_name);
	if (write_slots(f, fd, true, l, err) < 0)
		return -1;
	if (renameat(f->dirfd, f->new_name, f->dirfd, f->name) < 0)
		return err_set_errno(err, ERR_SYSTEM, errno,
				     "cannot replace '%s'", f->name);
	written = f->history.serial;
	if (old_fd >= 0)
		read_slots(f, old_fd, l);
	if (f->history.serial < written)
		f->history.serial = written;
	return 0;
}

/* Puts a new file in the place of old_fd, whose holder stands still, or where
 * there is none (-1). Returns its descriptor, locked, with the state read into
 * l; TRY_AGAIN: another does it; CANNOT: err tells why. */
static int put_new(struct quota_file *f, int old_fd, struct limiter_state *l,
		   struct err *err)
{
	int rc = TRY_AGAIN, fd = open_file(f, f->new_name, O_CREAT, err);

	if (fd < 0)
		return CANNOT;
	if (lock(fd, LOCK_EX) < 0) {
		if (errno != EWOULDBLOCK)
			rc = cannot_lock(f->new_name, err);
		goto fail;
	}
	if (!safefile_is_in_place(f->dirfd, f->new_name, fd))
		goto fail;
	if (is_replaceable(f, old_fd)) {
		if (fill_new(f, fd, old_fd, l, err) == 0)
			return fd;
		rc = CANNOT;
	}
	unlinkat(f->dirfd, f->new_name, 0);
fail:
	close(fd);
	return rc;
}

/* For how long the file (-1: a new one) has been locked and not changed, seen
 * without a break. */
static int64_t stuck_for(struct quota_file *f, int fd, int64_t now)
{
	uint64_t serial = fd < 0 ? 0 : quota_slots_peek(fd);

	if (serial != f->stuck_serial ||
	    now - f->stuck_seen_ns > LOOK_AWAY_NS) {
		f->stuck_serial = serial;
		f->stuck_since_ns = now;
	}
	f->stuck_seen_ns = now;
	return now - f->stuck_since_ns;
}

/* One try to have the file locked and read. Returns its descriptor, TRY_AGAIN
 * at once or (*is_busy) after a while, or CANNOT. */
static int try_begin(struct quota_file *f, struct limiter_state *l,
		     bool *is_busy, struct err *err)
{
	int fd = open_file(f, f->name, 0, err), new_fd = TRY_AGAIN;
	int64_t stuck;

	*is_busy = false;
	if (fd < 0 && errno != ENOENT)
		return CANNOT;
	if (fd >= 0 && lock(fd, LOCK_EX) == 0) {
		if (safefile_is_in_place(f->dirfd, f->name, fd)) {
			read_slots(f, fd, l);
			return fd;
		}
		close(fd);
		return TRY_AGAIN;
	}
	if (fd >= 0 && errno != EWOULDBLOCK) {
		cannot_lock(f->name, err);
		close(fd);
		return CANNOT;
	}
	*is_busy = true;
	stuck = stuck_for(f, fd, clock_monotonic_ns());
	if (fd < 0 || stuck >= HOLDER_STUCK_NS)
		new_fd = put_new(f, fd, l, err);
	if (fd >= 0 && new_fd == CANNOT)
		new_fd = TRY_AGAIN; /* the holder may go on yet */
	if (fd >= 0)
		close(fd);
	if (new_fd == TRY_AGAIN && stuck >= HOLDER_LOST_NS) {
		err_set(err, ERR_SYSTEM,
			"cannot lock '%s': its holder stands still", f->name);
		return CANNOT;
	}
	return new_fd;
}

int quota_file_begin(struct quota_file *f, struct limiter_state *l,
		     struct stop *stop, int64_t deadline_ns, struct err *err)
{
	bool is_busy;
	int fd;

	while ((fd = try_begin(f, l, &is_busy, err)) < 0) {
		int64_t now = clock_monotonic_ns();

		if (fd == CANNOT)
			return -1;
		if (now >= deadline_ns)
			return err_set(err, ERR_DEADLINE, "the time is up");
		if (is_busy && !stop_sleep_until(stop, now + LOCK_RETRY_NS))
			return err_set(err, ERR_CANCELED, "interrupted");
	}
	f->stuck_seen_ns = 0;
	f->fd = fd;
	return 0;
}

int quota_file_commit(struct quota_file *f, const struct limiter_state *l,
		      struct err *err)
{
	/* After damage both slots are written: whatever it was, it is gone. */
	int rc = write_slots(f, f->fd, f->found != FOUND_WHOLE, l, err);

	if (rc == 0 && !safefile_is_in_place(f->dirfd, f->name, f->fd))
		rc = 1;
	if (rc == 0)
		f->known = f->history;
	close(f->fd); /* unlocks */
	f->fd = -1;
	return rc;
}

void quota_file_peek(struct quota_file *f, struct limiter_state *l)
{
	int fd = openat(f->dirfd, f->name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int tries = fd < 0 ? 0 : PEEK_TRIES;

	/* Another may be writing: then what is read is not whole. */
	while (tries-- > 0 && read_slots(f, fd, l) != FOUND_WHOLE)
		;
	if (fd < 0)
		limiter_state_init(l, clock_monotonic_ns());
	else
		close(fd);
}

/* ---- calls in flight ---- */

void quota_file_note_calls(struct quota_file *f, bool has_calls)
{
	if (has_calls == f->has_calls)
		return;
	if (!has_calls) {
		flock(f->calls_fd, LOCK_UN);
		f->has_calls = false;
		return;
	}
	if (f->calls_fd >= 0 &&
	    !safefile_is_in_place(f->dirfd, f->calls_name, f->calls_fd)) {
		close(f->calls_fd);
		f->calls_fd = -1;
	}
	if (f->calls_fd < 0)
		f->calls_fd = open_file(f, f->calls_name, O_CREAT, NULL);
	f->has_calls = f->calls_fd >= 0 && lock(f->calls_fd, LOCK_SH) == 0;
}

bool quota_file_sees_calls(struct quota_file *f)
{
	int fd;
	bool sees;

	if (f->has_calls)
		return true;
	fd = open_file(f, f->calls_name, 0, NULL);
	if (fd < 0)
		return false;
	sees = lock(fd, LOCK_EX) < 0;
	close(fd);
	return sees;
}

/* ---- the beginning and the end ---- */

int quota_file_init(struct quota_file *f, int dirfd, const char *key,
		    uint64_t party, struct err *err)
{
	uint64_t who[] = { QUOTA_LAYOUT, party };
	char account[HASH_NAME_BYTES], suffix[HASH_NAME_BYTES + 20];
	int fd;

	*f = (struct quota_file){ .dirfd = dirfd, .fd = -1, .calls_fd = -1 };
	hash_name(key, account);
	snprintf(f->family, sizeof f->family, "quota-%s", account);
	snprintf(suffix, sizeof suffix, "%s-%016" PRIx64, account,
		 hash_bytes(who, sizeof who, 0));
	snprintf(f->name, sizeof f->name, "quota-%s", suffix);
	snprintf(f->new_name, sizeof f->new_name, "quota-%s.new", suffix);
	snprintf(f->calls_name, sizeof f->calls_name, "calls-%s", suffix);
	fd = open_file(f, f->name, 0, err);
	if (fd >= 0)
		close(fd);
	return fd < 0 && errno != ENOENT ? -1 : 0;
}

void quota_file_release(struct quota_file *f)
{
	if (f->calls_fd >= 0)
		close(f->calls_fd);
	f->calls_fd = -1;
	f->has_calls = false;
}
