/* flock is BSD's: not in POSIX, but on every system we build for. */
#define _DEFAULT_SOURCE
#ifdef __APPLE__
#define _DARWIN_C_SOURCE
#endif
#include "share/quota_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sync.h"
#include "share/limiter_state.h"

#define LOCK_RETRY_NS (NS_PER_MS / 2)
#define HOLDER_STUCK_NS NS_PER_SEC
#define HOLDER_LOST_NS (3 * NS_PER_SEC) /* and cannot be replaced either */

/* The version is in it: another layout is another state. */
static const uint64_t MAGIC = UINT64_C(0x0002515547465451);

struct slot_head { /* followed by the state's bytes in use */
	uint64_t magic;
	uint64_t boot[2];
	uint64_t serial;
	uint64_t length;
	uint64_t checksum; /* of all before it, and of the state */
};

enum { SLOT_BYTES = sizeof(struct slot_head) + sizeof(struct limiter_state) };

static off_t slot_offset(uint64_t serial)
{
	return (off_t)(serial % 2) * SLOT_BYTES;
}

static uint64_t checksum(const struct slot_head *head,
			 const struct limiter_state *l)
{
	uint64_t h = hash_bytes(head, offsetof(struct slot_head, checksum), 0);

	return hash_bytes(l, head->length, h);
}

/* What the system calls this boot. Where it has no name for it, instants that
 * lie too far ahead still tell an older one. */
static void read_boot(uint64_t boot[2])
{
	char text[64];
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text);

	if (fd >= 0)
		close(fd);
	boot[0] = boot[1] = 0;
	if (n > 0) {
		boot[0] = hash_bytes(text, (size_t)n, 0);
		boot[1] = hash_bytes(text, (size_t)n, 1);
	}
}

/* ---- reading and writing ---- */

static bool read_state(int fd, const struct slot_head *head, int slot,
		       struct limiter_state *l)
{
	if (head->magic != MAGIC || head->length > sizeof *l ||
	    pread(fd, l, head->length,
		  slot * (off_t)SLOT_BYTES + (off_t)sizeof *head) !=
		    (ssize_t)head->length)
		return false;
	return checksum(head, l) == head->checksum &&
	       limiter_state_is_valid(l, head->length);
}

/* Reads the newest whole state of this boot; else makes a new one. */
static void load(struct quota_file *f, int fd, struct limiter_state *l)
{
	struct slot_head head[2];
	bool is_ours[2], is_lost = false; /* there was something */
	int i, newest;

	memset(head, 0, sizeof head);
	for (i = 0; i < 2; i++) {
		if (pread(fd, &head[i], sizeof head[i],
			  i * (off_t)SLOT_BYTES) != 0)
			is_lost = true;
		is_ours[i] = memcmp(head[i].boot, f->boot, sizeof f->boot) == 0;
	}
	newest = is_ours[1] && (!is_ours[0] || head[1].serial > head[0].serial);
	for (i = 0; i < 2; i++) {
		int slot = i ^ newest;

		if (!read_state(fd, &head[slot], slot, l))
			continue;
		if (is_ours[slot]) {
			f->serial = head[slot].serial;
			return;
		}
		is_lost = false; /* whole, but of another boot */
	}
	f->serial = 0;
	if (is_lost)
		limiter_state_init_lost(l, clock_monotonic_ns());
	else
		limiter_state_init(l, clock_monotonic_ns());
}

static int store(struct quota_file *f, int fd, const struct limiter_state *l,
		 struct err *err)
{
	struct slot_head head = {
		.magic = MAGIC,
		.boot = { f->boot[0], f->boot[1] },
		.serial = f->serial + 1,
		.length = limiter_state_size(l),
	};
	off_t at = slot_offset(head.serial);
	ssize_t n;

	head.checksum = checksum(&head, l);
	n = pwrite(fd, l, head.length, at + (off_t)sizeof head);
	if (n == (ssize_t)head.length)
		n = pwrite(fd, &head, sizeof head, at) == sizeof head ? 0 : -1;
	else if (n >= 0)
		errno = ENOSPC;
	if (n != 0)
		return err_set_errno(err, ERR_SYSTEM, errno,
				     "cannot write '%s'", f->name);
	f->serial = head.serial;
	return 0;
}

/* ---- the file ---- */

static int open_file(const struct quota_file *f, const char *name,
		     struct err *err)
{
	struct stat st;
	int fd = openat(f->dirfd, name,
			O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
			0600);

	if (fd < 0)
		return err_set_errno(err, ERR_SYSTEM, errno, "cannot open '%s'",
				     name);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_uid != geteuid()) {
		close(fd);
		return err_set(
			err, ERR_SYSTEM,
			"cannot use '%s': not a file of yours: remove it",
			name);
	}
	return fd;
}

/* Whether the name still means the open file. */
static bool is_in_place(const struct quota_file *f, const char *name, int fd)
{
	struct stat there, here;

	return fstatat(f->dirfd, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstat(fd, &here) == 0 && there.st_ino == here.st_ino &&
	       there.st_dev == here.st_dev;
}

static int try_lock(int fd)
{
	int rc;

	while ((rc = flock(fd, LOCK_EX | LOCK_NB)) < 0 && errno == EINTR)
		;
	return rc;
}

/* Puts a new file in the place of old_fd, whose holder stands still. Returns
 * its descriptor, locked, with the old state read into l; -1: another does it,
 * or it cannot be done. */
static int replace(struct quota_file *f, int old_fd, struct limiter_state *l)
{
	int fd = open_file(f, f->new_name, NULL);

	if (fd < 0)
		return -1;
	if (try_lock(fd) < 0 || !is_in_place(f, f->new_name, fd))
		goto fail;
	/* The first copy is only for the case that we are killed half way. */
	load(f, old_fd, l);
	if (!is_in_place(f, f->name, old_fd) || ftruncate(fd, 0) < 0 ||
	    store(f, fd, l, NULL) < 0 ||
	    renameat(f->dirfd, f->new_name, f->dirfd, f->name) < 0) {
		unlinkat(f->dirfd, f->new_name, 0);
		goto fail;
	}
	load(f, old_fd, l);
	return fd;
fail:
	close(fd);
	return -1;
}

/* The newest serial number in the file; a holder that moves changes it. */
static uint64_t peek_serial(int fd)
{
	uint64_t serial[2] = { 0, 0 };
	int i;

	for (i = 0; i < 2; i++)
		if (pread(fd, &serial[i], sizeof serial[i],
			  slot_offset((uint64_t)i) +
				  (off_t)offsetof(struct slot_head, serial)) <
		    0)
			return 0;
	return serial[0] > serial[1] ? serial[0] : serial[1];
}

static bool sleep_until(struct stop *stop, int64_t until_ns)
{
	if (!stop) {
		int64_t left = until_ns - clock_monotonic_ns();
		struct timespec ts = { .tv_nsec = left > 0 ? (long)left : 0 };

		nanosleep(&ts, NULL);
		return true;
	}
	return stop_sleep_until(stop, until_ns);
}

int quota_file_init(struct quota_file *f, int dirfd, const char *key,
		    struct err *err)
{
	char hash[HASH_NAME_BYTES];
	int fd;

	*f = (struct quota_file){ .dirfd = dirfd, .fd = -1 };
	hash_name(key, hash);
	snprintf(f->name, sizeof f->name, "quota-%s", hash);
	snprintf(f->new_name, sizeof f->new_name, "%s.new", f->name);
	read_boot(f->boot);
	fd = open_file(f, f->name, err);
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

int quota_file_begin(struct quota_file *f, struct limiter_state *l,
		     struct stop *stop, int64_t deadline_ns, struct err *err)
{
	int64_t now = clock_monotonic_ns(), stuck_since = now;
	uint64_t serial = 0;
	int fd;

	for (;;) {
		uint64_t seen;

		fd = open_file(f, f->name, err);
		if (fd < 0)
			return -1;
		if (try_lock(fd) == 0) {
			if (is_in_place(f, f->name, fd)) {
				load(f, fd, l);
				break;
			}
			close(fd);
			continue;
		}
		if (errno != EWOULDBLOCK) {
			err_set_errno(err, ERR_SYSTEM, errno,
				      "cannot lock '%s'", f->name);
			close(fd);
			return -1;
		}
		now = clock_monotonic_ns();
		seen = peek_serial(fd);
		if (seen != serial) {
			serial = seen;
			stuck_since = now;
		}
		if (now - stuck_since >= HOLDER_STUCK_NS) {
			int new_fd = replace(f, fd, l);

			if (new_fd >= 0) {
				close(fd);
				fd = new_fd;
				break;
			}
		}
		close(fd);
		if (now - stuck_since >= HOLDER_LOST_NS)
			return err_set(err, ERR_SYSTEM,
				       "cannot lock '%s': its holder "
				       "stands still",
				       f->name);
		if (now >= deadline_ns)
			return err_set(err, ERR_DEADLINE, "the time is up");
		if (!sleep_until(stop, now + LOCK_RETRY_NS))
			return err_set(err, ERR_CANCELED, "interrupted");
	}
	f->fd = fd;
	return 0;
}

int quota_file_commit(struct quota_file *f, const struct limiter_state *l,
		      struct err *err)
{
	int rc = store(f, f->fd, l, err);

	if (rc == 0 && !is_in_place(f, f->name, f->fd))
		rc = 1;
	close(f->fd); /* unlocks */
	f->fd = -1;
	return rc;
}

void quota_file_peek(struct quota_file *f, struct limiter_state *l)
{
	int fd = openat(f->dirfd, f->name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0) {
		limiter_state_init(l, clock_monotonic_ns());
		return;
	}
	load(f, fd, l);
	close(fd);
}
