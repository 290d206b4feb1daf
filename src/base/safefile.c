/* SPDX-License-Identifier: MIT */
/* flock is BSD's: not in POSIX, but on every system we build for. */
#define _DEFAULT_SOURCE
#ifdef __APPLE__
#define _DARWIN_C_SOURCE
#endif
#include "base/safefile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/sync.h"

enum { PATH_BYTES = 4096 };

#define LOCK_RETRY_NS (NS_PER_MS / 2)

static int close_failed(int fd)
{
	close(fd);
	return -1;
}

/* mkdir -p with 0700; what exists is left as it is. */
static void make_dirs(const char *path)
{
	char part[PATH_BYTES];
	size_t i;

	for (i = 0; path[i] != '\0' && i < sizeof part; i++) {
		if (i == 0 || path[i] != '/')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		mkdir(part, 0700);
	}
	mkdir(path, 0700);
}

int safefile_open_dir(const char *path, struct err *err)
{
	struct stat st;
	int fd;

	make_dirs(path); /* a failure shows at open */
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
		return err_set(err, ERR_SYSTEM,
			       "cannot trust the directory '%s': it is a "
			       "symbolic link: name what it leads to",
			       path);
	if (fd < 0)
		return err_set_errno(err, ERR_SYSTEM, errno,
				     "cannot open the directory '%s'", path);
	if (fstat(fd, &st) < 0) {
		err_set_errno(err, ERR_SYSTEM, errno, "cannot look at '%s'",
			      path);
		return close_failed(fd);
	}
	if (st.st_uid != geteuid() || (st.st_mode & 022)) {
		err_set(err, ERR_SYSTEM, "cannot trust the directory '%s': %s",
			path,
			st.st_uid != geteuid()
				? "it is not yours"
				: "others can write it: chmod 700");
		return close_failed(fd);
	}
	return fd;
}

/* Reads fd, a regular file, to its end. */
static int read_regular(int fd, const char *name, struct buf *out,
			struct stat *st, struct err *err)
{
	char piece[4096];
	ssize_t n;

	if (fstat(fd, st) < 0)
		return err_set_errno(err, ERR_SYSTEM, errno, "cannot read '%s'",
				     name);
	if (!S_ISREG(st->st_mode))
		return err_set(err, ERR_SYSTEM,
			       "cannot read '%s': not a regular file", name);
	while ((n = read(fd, piece, sizeof piece)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set_errno(err, ERR_SYSTEM, errno,
					     "cannot read '%s'", name);
		buf_append(out, piece, (size_t)n);
		if (buf_check(out, ERR_SYSTEM, err) < 0)
			return err_wrap(err, "cannot read '%s'", name);
	}
	return 0;
}

int safefile_read(int dirfd, const char *name, struct buf *out, struct err *err)
{
	struct stat st;
	int rc, fd;

	/* O_NONBLOCK: a FIFO in the file's place opens at once and is refused. */
	fd = openat(dirfd, name,
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return err_set_errno(err, ERR_SYSTEM, errno, "cannot open '%s'",
				     name);
	rc = read_regular(fd, name, out, &st, err);
	if (rc == 0 && (st.st_uid != geteuid() || (st.st_mode & 077)))
		rc = err_set(err, ERR_SYSTEM,
			     "cannot trust '%s': not yours alone (want 0600)",
			     name);
	close(fd);
	return rc < 0 ? -1 : 1;
}

bool safefile_is_in_place(int dirfd, const char *name, int fd)
{
	struct stat mine, there;

	return fstat(fd, &mine) == 0 &&
	       fstatat(dirfd, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	       mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
}

int safefile_lock(int dirfd, const char *name, struct stop *stop,
		  int64_t deadline_ns, struct err *err)
{
	struct stat st;
	int fd = openat(dirfd, name,
			O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
			0600);

	if (fd < 0)
		return err_set_errno(err, ERR_SYSTEM, errno, "cannot open '%s'",
				     name);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_uid != geteuid()) {
		err_set(err, ERR_SYSTEM,
			"cannot lock '%s': not a file of yours", name);
		return close_failed(fd);
	}
	/* flock has no time limit of its own: ask, sleep a little, ask again. */
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		int64_t now = clock_monotonic_ns();

		if (errno != EWOULDBLOCK && errno != EINTR) {
			err_set_errno(err, ERR_SYSTEM, errno,
				      "cannot lock '%s'", name);
			return close_failed(fd);
		}
		if (now >= deadline_ns) {
			err_set(err, ERR_DEADLINE,
				"cannot lock '%s': the time is up", name);
			return close_failed(fd);
		}
		if (!stop_sleep_until(stop, now + LOCK_RETRY_NS)) {
			err_set(err, ERR_CANCELED, "interrupted");
			return close_failed(fd);
		}
	}
	return fd;
}

void safefile_unlock(int fd)
{
	close(fd); /* closing the only descriptor releases the flock */
}

int safefile_read_path(const char *path, struct buf *out, bool *is_private,
		       struct err *err)
{
	struct stat st;
	int rc, fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return err_set_errno(err, ERR_SYSTEM, errno, "cannot open '%s'",
				     path);
	rc = read_regular(fd, path, out, &st, err);
	close(fd);
	if (rc < 0)
		return -1;
	*is_private = st.st_uid == geteuid() && !(st.st_mode & 077);
	return 1;
}
