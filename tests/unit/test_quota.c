/* SPDX-License-Identifier: MIT */
/* The shared quota with real files, threads and processes. */
/* wrap: flock pread pwrite renameat */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "share/quota.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/safefile.h"
#include "base/sync.h"
#include "share/boot.h"
#include "share/limiter.h"
#include "share/limiter_loss.h"
#include "share/quota_file.h"

#define KEY "key of the test"
#define PARTY hash_bytes(&(int64_t){ NS_PER_SEC }, sizeof(int64_t), boot_name())
#define PATIENT (clock_monotonic_ns() + 20 * NS_PER_SEC)

/* ---- a disk with faults: each happens once, then it is well again ---- */

static atomic_int locks_tried;
static int dirfd_of_removed = -1; /* when locked, the file is gone by now */
static const char *name_of_removed;
static bool has_no_locks, cannot_rename;
static struct stop *stop_at_fault; /* of renaming */
static size_t cannot_read, writes_half; /* what is of so many bytes */

int __real_flock(int fd, int how);
int __wrap_flock(int fd, int how)
{
	atomic_fetch_add(&locks_tried, 1);
	if (dirfd_of_removed >= 0)
		unlinkat(dirfd_of_removed, name_of_removed, 0);
	dirfd_of_removed = -1;
	if (!has_no_locks)
		return __real_flock(fd, how);
	has_no_locks = false;
	errno = ENOLCK;
	return -1;
}

ssize_t __real_pread(int fd, void *out, size_t len, off_t at);
ssize_t __wrap_pread(int fd, void *out, size_t len, off_t at)
{
	if (len != cannot_read)
		return __real_pread(fd, out, len, at);
	cannot_read = 0;
	errno = EIO;
	return -1;
}

ssize_t __real_pwrite(int fd, const void *data, size_t len, off_t at);
ssize_t __wrap_pwrite(int fd, const void *data, size_t len, off_t at)
{
	size_t fit = len > writes_half && writes_half > 0 ? len / 2 : len;

	if (fit < len)
		writes_half = 0;
	return __real_pwrite(fd, data, fit, at);
}

int __real_renameat(int from_dirfd, const char *from, int to_dirfd, const char *to);
int __wrap_renameat(int from_dirfd, const char *from, int to_dirfd, const char *to)
{
	if (!cannot_rename)
		return __real_renameat(from_dirfd, from, to_dirfd, to);
	cannot_rename = false;
	stop_request(stop_at_fault, STOP_INTERNAL);
	errno = EIO;
	return -1;
}

struct place {
	char path[64];
	int dirfd;
	struct stop stop;
};

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof *p);
	struct err err;

	assert_non_null(p);
	snprintf(p->path, sizeof p->path, "/tmp/test_quota.XXXXXX");
	assert_non_null(mkdtemp(p->path));
	p->dirfd = safefile_open_dir(p->path, &err);
	assert_true(p->dirfd >= 0);
	assert_int_equal(stop_init(&p->stop, &err), 0);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct place *p = *state;
	DIR *dir = opendir(p->path);
	struct dirent *e;

	while ((e = readdir(dir)) != NULL)
		if (unlinkat(p->dirfd, e->d_name, 0) < 0)
			unlinkat(p->dirfd, e->d_name, AT_REMOVEDIR);
	closedir(dir);
	rmdir(p->path);
	close(p->dirfd);
	stop_destroy(&p->stop);
	free(p);
	return 0;
}

static struct quota *open_quota(struct place *p, int rate, int published)
{
	struct quota_config config = { .rule.rate_per_sec = rate,
				       .rule.published_per_sec = published,
				       .state_dirfd = p ? p->dirfd : -1,
				       .key = KEY,
				       .rule.call_max_ns = 2 * NS_PER_SEC };
	struct err err;
	struct quota *q = quota_new(&config, &err);

	assert_non_null(q);
	return q;
}

/* How long after now it was permitted for. */
static int64_t acquire(struct quota *q, struct place *p, struct quota_permit *permit)
{
	int64_t now = clock_monotonic_ns();
	struct err err = { .msg = "" };

	if (quota_acquire(q, permit, &p->stop, PATIENT, &err) < 0)
		fail_msg("%s", err.msg);
	return permit->send_at_ns - now;
}

/* The state as the file has it. */
static void read_file(struct place *p, struct limiter_state *l)
{
	struct quota_file f;
	struct err err;

	assert_int_equal(quota_file_init(&f, p->dirfd, KEY, PARTY, &err), 0);
	quota_file_peek(&f, l);
}

/* ---- one process ---- */

static void test_unlimited(void **state)
{
	struct place *p = *state;
	struct quota *q = open_quota(p, 0, 18);
	struct quota_permit permit;
	int i;

	for (i = 0; i < 100; i++) {
		acquire(q, p, &permit);
		assert_int_equal(permit.ticket, 0);
		quota_end(q, &permit, LIMITER_ACCEPTED, clock_monotonic_ns(), 0);
	}
	quota_free(q);
}

static void test_view(void **state)
{
	struct place *p = *state;
	struct quota *a = open_quota(p, 50, 50), *b = open_quota(p, 50, 50);
	struct quota_permit permit;
	struct limiter_view view;
	int i;

	for (i = 0; i < 3; i++) {
		acquire(i % 2 ? a : b, p, &permit);
		quota_end(i % 2 ? a : b, &permit, LIMITER_ACCEPTED,
			  clock_monotonic_ns(), 0);
	}
	acquire(a, p, &permit);
	quota_end(a, &permit, LIMITER_UNSENT, 0, 0);
	quota_look(b, &view);
	assert_true(view.is_shared);
	assert_in_range(view.users, 0, 2);
	assert_int_equal(view.calls_last_minute, 3);
	assert_in_range(view.calls_last_second, 0, 3);
	assert_int_equal((int)view.pace_per_sec, 50);
	assert_int_equal((int)view.ceiling_per_sec, 50);
	assert_int_equal(view.learned_left_ns, 0);
	assert_null(quota_warning(a));
	assert_true(quota_waited_ns(a) > 0);
	quota_free(a);
	quota_free(b);
}

/* What one learns, all know, and those that come later. */
static void test_refusal_is_shared(void **state)
{
	struct place *p = *state;
	struct quota *a = open_quota(p, 200, 200), *b = open_quota(p, 200, 200);
	struct quota_permit permit[4];
	struct limiter_view view;
	int round, i;

	for (round = 0; round < 2; round++) {
		for (i = 0; i < 4; i++)
			acquire(a, p, &permit[i]);
		for (i = 0; i < 4; i++)
			quota_end(a, &permit[i], i < 3 ? LIMITER_ACCEPTED : LIMITER_REFUSED,
				  clock_monotonic_ns(), 0);
		quota_look(b, &view);
		assert_true(view.pace_per_sec < 200);
	}
	assert_int_equal((int)view.ceiling_per_sec, 3);
	assert_true(view.learned_left_ns > 0);
	quota_free(a);
	quota_free(b);
	b = open_quota(p, 200, 200);
	quota_look(b, &view);
	assert_int_equal((int)view.pace_per_sec, 3);
	quota_free(b);
}

static void test_no_time(void **state)
{
	struct place *p = *state;
	struct quota *q = open_quota(p, 1, 1);
	struct quota_permit first, second;
	int64_t now = clock_monotonic_ns();
	struct err err;

	acquire(q, p, &first);
	assert_int_equal(quota_acquire(q, &second, &p->stop, now + NS_PER_SEC / 2, &err), -1);
	assert_int_equal(err.kind, ERR_DEADLINE);
	assert_int_equal(second.ticket, 0);
	stop_request(&p->stop, STOP_INTERNAL);
	assert_int_equal(quota_acquire(q, &second, &p->stop, CLOCK_NEVER, &err), -1);
	assert_int_equal(err.kind, ERR_CANCELED);
	quota_end(q, &first, LIMITER_ABANDONED, clock_monotonic_ns(), 0);
	quota_free(q);
}

static struct quota *open_window(struct place *p, int rate, int calls, int window_sec)
{
	struct quota_config config = { .rule.rate_per_sec = rate, .rule.published_per_sec = 50,
				       .rule.window_calls = calls, .rule.window_sec = window_sec,
				       .state_dirfd = p->dirfd, .key = KEY };
	struct err err;
	struct quota *q = quota_new(&config, &err);

	assert_non_null(q);
	return q;
}

/* Whether a permission comes within some seconds, or (known at once) not. */
static bool is_permitted(struct quota *q, struct place *p)
{
	struct quota_permit permit;
	struct err err;

	if (quota_acquire(q, &permit, &p->stop, clock_monotonic_ns() + 5 * NS_PER_SEC, &err) < 0) {
		assert_int_equal(err.kind, ERR_DEADLINE);
		return false;
	}
	quota_end(q, &permit, LIMITER_ACCEPTED, clock_monotonic_ns(), 0);
	return true;
}

/* A minute's rule beside the second's; and rules that the state cannot hold. */
static void test_window(void **state)
{
	static const struct {
		int calls, window_sec;
		double per_sec;
	} rows[] = {
		{ 10000, 60, 50 }, { 6000, 120, 50 }, { 10000, 86400, 0.1 },
		{ 0, 60, 50 }, { 1800, 60, 30 }, { 7, 1, 50 },
	};
	struct place *p = *state;
	struct quota *q = open_window(p, 50, 3, 60);
	struct limiter_view view;
	size_t i;

	for (i = 0; i < 3; i++)
		assert_true(is_permitted(q, p));
	assert_false(is_permitted(q, p));
	quota_look(q, &view);
	assert_true(view.pace_per_sec == 0.05);
	quota_free(q);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		q = open_window(p, 50, rows[i].calls, rows[i].window_sec);
		quota_look(q, &view);
		assert_true(view.pace_per_sec == rows[i].per_sec);
		quota_free(q);
	}
}

static void test_remaining(void **state)
{
	struct place *p = *state;
	struct quota *q = open_window(p, 50, 100, 60), *other = open_window(p, 50, 100, 60);

	assert_true(is_permitted(q, p));
	quota_note_remaining(q, -1, 50 * NS_PER_SEC);
	quota_note_remaining(q, 97, 50 * NS_PER_SEC);
	assert_true(is_permitted(q, p));
	quota_note_remaining(q, 0, 50 * NS_PER_SEC);
	assert_false(is_permitted(q, p));
	assert_false(is_permitted(other, p));
	quota_free(q);
	quota_free(other);
	q = open_quota(p, 0, 18);
	quota_note_remaining(q, 0, 50 * NS_PER_SEC);
	assert_true(is_permitted(q, p));
	quota_free(q);
}

/* ---- files that are none ---- */

static void name_of_file(struct place *p, char out[80], struct quota_file *f)
{
	struct err err;

	assert_int_equal(quota_file_init(f, p->dirfd, KEY, PARTY, &err), 0);
	snprintf(out, 80, "%s", f->name);
}

static void write_noise(struct place *p, const char *name, size_t len)
{
	int fd = openat(p->dirfd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	uint64_t z = 88172645463325252u;

	assert_true(fd >= 0);
	for (; len >= sizeof z; len -= sizeof z) {
		z ^= z << 13;
		z ^= z >> 7;
		z ^= z << 17;
		assert_int_equal(write(fd, &z, sizeof z), sizeof z);
	}
	close(fd);
}

/* Whatever is in it: no crash, the silence that is due, and then it is used. */
static void assert_is_mended(struct place *p, int64_t silence)
{
	struct quota *q = open_quota(p, 18, 18);
	struct quota_permit permit;
	struct limiter_view view;
	int64_t wait = acquire(q, p, &permit);

	assert_null(quota_warning(q));
	assert_true(wait >= silence - 50 * NS_PER_MS);
	quota_end(q, &permit, LIMITER_ACCEPTED, clock_monotonic_ns(), 0);
	quota_look(q, &view);
	assert_true(view.is_shared);
	assert_int_equal(view.calls_last_minute, 1);
	quota_free(q);
}

#define ALL_LOST (NS_PER_SEC + LIMITER_GRACE_NS)

static void test_damaged(void **state)
{
	struct place *p = *state;
	struct quota_file f;
	char name[80];

	name_of_file(p, name, &f);
	assert_is_mended(p, 0);
	write_noise(p, name, 8);
	assert_is_mended(p, ALL_LOST);
}

/* What is found of a file that is new, cut, empty, too long, or removed while
 * its second file says that it was there. */
static void test_lost(void **state)
{
	static const long sizes[] = { 0, 8, 100, 1 << 20, -1 };
	struct place *p = *state;
	struct limiter_state *l = calloc(1, sizeof *l);
	struct quota_file f;
	char name[80];
	struct err err;
	size_t i;

	assert_non_null(l);
	name_of_file(p, name, &f);
	assert_int_equal(quota_file_begin(&f, l, NULL, PATIENT, &err), 0);
	assert_int_equal(f.found, FOUND_WHOLE);
	quota_file_note_calls(&f, true);
	assert_int_equal(quota_file_commit(&f, l, &err), 0);
	quota_file_release(&f);
	for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		if (sizes[i] >= 0)
			write_noise(p, name, (size_t)sizes[i]);
		else
			assert_int_equal(unlinkat(p->dirfd, name, 0), 0);
		name_of_file(p, name, &f);
		assert_int_equal(quota_file_begin(&f, l, NULL, PATIENT, &err), 0);
		assert_int_equal(f.found, FOUND_LOST);
		assert_int_equal(quota_file_commit(&f, l, &err), 0);
		assert_int_equal(quota_file_begin(&f, l, NULL, PATIENT, &err), 0);
		assert_int_equal(f.found, FOUND_WHOLE);
		assert_int_equal(quota_file_commit(&f, l, &err), 0);
	}
	free(l);
}

/* Reads a byte of the file, and writes it with these bits changed. */
static void flip(int fd, off_t at, unsigned bits)
{
	unsigned char byte;

	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= (unsigned char)bits;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
}

/* What a file of two states is taken for, with any of its bytes changed: never
 * for whole, unless the change is in the older state itself; never for lost, as
 * one of the two is whole; and what is read is one of the two. */
static void test_each_byte_flipped(void **state)
{
	struct place *p = *state;
	struct limiter_state *l = calloc(1, sizeof *l);
	struct quota_file f, fresh;
	int found[3] = { 0 }, fd;
	off_t at, size;
	char name[80];
	struct err err;

	assert_non_null(l);
	name_of_file(p, name, &f);
	for (uint64_t i = 1; i <= 2; i++) { /* with one place, with two */
		assert_int_equal(quota_file_begin(&f, l, NULL, PATIENT, &err), 0);
		l->user[0] = (struct limiter_user){ .id = 1, .rate = 18, .published = 18,
						    .window_ns = NS_PER_SEC };
		l->place[l->place_count++] = (struct limiter_place){ .ticket = i };
		assert_int_equal(quota_file_commit(&f, l, &err), 0);
	}
	fd = openat(p->dirfd, name, O_RDWR);
	assert_true(fd >= 0);
	size = lseek(fd, 0, SEEK_END);
	for (at = 0; at < size; at++) {
		if (at == (off_t)sizeof *l / 4)
			at = 1 << 16; /* between the slots is nothing */
		flip(fd, at, 1u << at % 8);
		fresh = f;
		fresh.known.birth = 0;
		quota_file_peek(&fresh, l);
		found[fresh.found]++;
		assert_int_equal(l->place_count,
				 fresh.history.serial == f.history.serial ? 2 : 1);
		assert_true(fresh.history.serial == f.history.serial ||
			    fresh.found == FOUND_LAGS);
		flip(fd, at, 1u << at % 8);
	}
	print_message("flipped: %d whole, %d lag, %d lost\n", found[FOUND_WHOLE],
		      found[FOUND_LAGS], found[FOUND_LOST]);
	assert_int_equal(found[FOUND_LOST], 0);
	/* The older state, of one place, and the gap. */
	assert_true((size_t)found[FOUND_LAGS] > offsetof(struct limiter_state, place));
	close(fd);
	free(l);
}

/* What is older than what we acted on was put back; so was what lacks it. */
static void test_put_back(void **state)
{
	struct place *p = *state;
	struct limiter_state *l = calloc(1, sizeof *l);
	struct quota_file f, other;
	static char saved[1 << 18];
	char name[80];
	ssize_t len;
	struct err err;
	int fd;

	assert_non_null(l);
	name_of_file(p, name, &f);
	assert_int_equal(quota_file_begin(&f, l, NULL, PATIENT, &err), 0);
	assert_int_equal(f.found, FOUND_WHOLE);
	assert_int_equal(quota_file_commit(&f, l, &err), 0);
	fd = openat(p->dirfd, name, O_RDWR);
	len = pread(fd, saved, sizeof saved, 0);
	assert_true(len > 0);
	assert_int_equal(quota_file_begin(&f, l, NULL, PATIENT, &err), 0);
	assert_int_equal(f.found, FOUND_WHOLE);
	assert_int_equal(quota_file_commit(&f, l, &err), 0);
	assert_int_equal(pwrite(fd, saved, (size_t)len, 0), len);
	close(fd);
	assert_int_equal(quota_file_begin(&f, l, NULL, PATIENT, &err), 0);
	assert_int_equal(f.found, FOUND_LOST);
	assert_int_equal(quota_file_commit(&f, l, &err), 0);

	/* Another begins anew: it cannot know. We do, and say so to a third. */
	assert_int_equal(unlinkat(p->dirfd, name, 0), 0);
	other = f;
	name_of_file(p, name, &f);
	assert_int_equal(quota_file_begin(&f, l, NULL, PATIENT, &err), 0);
	assert_int_equal(f.found, FOUND_WHOLE);
	assert_int_equal(quota_file_commit(&f, l, &err), 0);
	f = other;
	assert_int_equal(quota_file_begin(&f, l, NULL, PATIENT, &err), 0);
	assert_int_equal(f.found, FOUND_LOST);
	assert_int_equal(quota_file_commit(&f, l, &err), 0);
	assert_int_equal(quota_file_begin(&other, l, NULL, PATIENT, &err), 0);
	assert_int_equal(other.found, FOUND_WHOLE);
	assert_int_equal(quota_file_commit(&other, l, &err), 0);
	free(l);
}

/* Who waits for the lock of the newest knows, even if nothing else is known. */
static void test_calls_are_seen(void **state)
{
	struct place *p = *state;
	struct quota_file a, b;
	char name[80];

	name_of_file(p, name, &a);
	name_of_file(p, name, &b);
	assert_false(quota_file_sees_calls(&a));
	quota_file_note_calls(&a, true);
	assert_true(quota_file_sees_calls(&a));
	assert_true(quota_file_sees_calls(&b));
	assert_int_equal(unlinkat(p->dirfd, a.calls_name, 0), 0);
	quota_file_note_calls(&a, false);
	quota_file_note_calls(&a, true); /* another file by now */
	quota_file_note_calls(&b, true);
	assert_true(quota_file_sees_calls(&b));
	quota_file_note_calls(&b, false);
	assert_true(quota_file_sees_calls(&b));
	quota_file_release(&a);
	assert_false(quota_file_sees_calls(&b));
	quota_file_release(&b);
}

/* Writes a whole state of this file's making. */
static void write_state(struct place *p, struct quota_file *f,
			const struct limiter_state *l)
{
	struct limiter_state *old = malloc(sizeof *old);
	struct err err;

	assert_non_null(old);
	assert_int_equal(quota_file_begin(f, old, &p->stop, PATIENT, &err), 0);
	assert_int_equal(quota_file_commit(f, l, &err), 0);
	free(old);
}

static void fill_future(struct limiter_state *l)
{
	int64_t year_2100 = INT64_C(4102444800) * NS_PER_SEC;
	size_t i;

	limiter_state_init(l, 1);
	l->next_send_ns = l->pause_until_ns = l->pace.forget_ns = l->pace.cut_ns =
		l->pace.cut_before_ns = l->pace.raised_ns = l->rtt_since_ns = year_2100;
	l->minute_sec = year_2100;
	l->pace.now = l->pace.ceiling = 1;
	l->user[5] = (struct limiter_user){ .id = 9, .rate = 1, .published = 1,
					    .seen_ns = year_2100, .turn = 1,
					    .window_ns = NS_PER_SEC };
	for (i = 0; i < 50; i++)
		l->place[i] = (struct limiter_place){ .ticket = i, .user = 5,
						      .send_at_ns = year_2100,
						      .held_until_ns = year_2100 };
	l->place_count = i;
}

static void test_future_and_other_boot(void **state)
{
	struct place *p = *state;
	struct limiter_state *l = calloc(1, sizeof *l);
	struct quota_file f;
	struct quota *q;
	struct quota_permit permit;
	char name[80];

	assert_non_null(l);
	name_of_file(p, name, &f);
	fill_future(l);
	write_state(p, &f, l);
	q = open_quota(p, 18, 18);
	acquire(q, p, &permit);
	quota_end(q, &permit, LIMITER_ACCEPTED, clock_monotonic_ns(), 0);
	quota_free(q);

	/* Used up, but by another boot or machine: it has another file. */
	limiter_note_loss(l, &(struct limiter_user){ .id = 1, .window_ns = NS_PER_SEC }, true, clock_monotonic_ns());
	assert_int_equal(quota_file_init(&f, p->dirfd, KEY, PARTY + 1, NULL), 0);
	write_state(p, &f, l);
	q = open_quota(p, 18, 18);
	acquire(q, p, &permit);
	quota_free(q);
	free(l);
}

static void test_not_a_file(void **state)
{
	struct place *p = *state;
	struct quota_permit permit;
	struct limiter_view view;
	struct quota_file f;
	struct quota *q;
	char name[80];
	int kind;

	name_of_file(p, name, &f);
	for (kind = 0; kind < 3; kind++) {
		if (kind > 0)
			assert_int_equal(unlinkat(p->dirfd, name, 0), 0);
		assert_int_equal(kind == 0 ? symlinkat("elsewhere", p->dirfd, name) :
				 kind == 1 ? mkfifoat(p->dirfd, name, 0600) :
					     mkdirat(p->dirfd, name, 0700), 0);
		q = open_quota(p, 18, 18);
		assert_non_null(quota_warning(q));
		acquire(q, p, &permit);
		quota_end(q, &permit, LIMITER_ACCEPTED, clock_monotonic_ns(), 0);
		quota_look(q, &view);
		assert_false(view.is_shared);
		assert_int_equal(view.calls_last_minute, 1);
		quota_free(q);
	}
}

/* The disk fills up in the middle: what is known is kept, in private. */
static void test_full_disk(void **state)
{
	struct place *p = *state;
	struct quota *q = open_quota(p, 18, 18);
	struct quota_permit first, second;
	struct rlimit old, none;
	struct limiter_view view;

	acquire(q, p, &first);
	assert_null(quota_warning(q));
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	none = old;
	none.rlim_cur = 10;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	acquire(q, p, &second);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_non_null(quota_warning(q));
	quota_end(q, &first, LIMITER_ACCEPTED, clock_monotonic_ns(), 0);
	quota_end(q, &second, LIMITER_ACCEPTED, clock_monotonic_ns(), 0);
	quota_look(q, &view);
	assert_false(view.is_shared);
	assert_int_equal(view.calls_last_minute, 2);
	quota_free(q);
}

/* A write that the disk takes a half of did not happen. */
static void test_half_written(void **state)
{
	struct place *p = *state;
	struct quota *q = open_quota(p, 18, 18);
	struct limiter_state *l = calloc(1, sizeof *l);
	struct quota_permit first, second;

	assert_non_null(l);
	acquire(q, p, &first);
	writes_half = 100;
	acquire(q, p, &second);
	assert_int_equal(writes_half, 0);
	assert_non_null(strstr(quota_warning(q)->msg, strerror(ENOSPC)));
	read_file(p, l);
	assert_int_equal(l->place_count, 1);
	quota_free(q);
	free(l);
}

static void test_no_locks(void **state)
{
	struct place *p = *state;
	struct quota *q = open_quota(p, 18, 18);
	struct quota_permit permit;

	has_no_locks = true;
	acquire(q, p, &permit);
	assert_non_null(strstr(quota_warning(q)->msg, "cannot lock"));
	assert_non_null(strstr(quota_warning(q)->msg, strerror(ENOLCK)));
	quota_end(q, &permit, LIMITER_ACCEPTED, clock_monotonic_ns(), 0);
	quota_free(q);
}

/* To look needs no file, and makes none. */
static void test_look_at_nothing(void **state)
{
	struct place *p = *state;
	struct quota *q = open_quota(p, 18, 18);
	struct limiter_view view;
	struct quota_file f;
	char name[80];

	name_of_file(p, name, &f);
	quota_look(q, &view);
	assert_int_equal(view.users, 0);
	assert_int_equal((int)view.pace_per_sec, 18);
	assert_int_equal(faccessat(p->dirfd, name, F_OK, 0), -1);
	quota_free(q);
}

/* ---- a holder that stands still ---- */

struct holder {
	struct quota_file file;
	struct limiter_state state;
};

static struct holder *hold(struct place *p)
{
	struct holder *h = calloc(1, sizeof *h);
	struct err err;

	assert_non_null(h);
	assert_int_equal(quota_file_init(&h->file, p->dirfd, KEY, PARTY, &err), 0);
	assert_int_equal(quota_file_begin(&h->file, &h->state, &p->stop, PATIENT, &err), 0);
	return h;
}

/* Returns what the commit does. */
static int let_go(struct holder *h)
{
	struct err err;
	int rc = quota_file_commit(&h->file, &h->state, &err);

	free(h);
	return rc;
}

/* It was opened, and removed before it was locked: another is made and locked. */
static void test_removed_before_lock(void **state)
{
	struct place *p = *state;
	struct holder *h = hold(p);
	char name[80];

	snprintf(name, sizeof name, "%s", h->file.name);
	assert_int_equal(let_go(h), 0);
	name_of_removed = name;
	dirfd_of_removed = p->dirfd;
	h = hold(p);
	assert_int_equal(dirfd_of_removed, -1);
	assert_int_equal(let_go(h), 0);
}

/* Who waits for it goes when the time is up, or when told to. */
static void test_held(void **state)
{
	struct place *p = *state;
	struct quota *q = open_quota(p, 18, 18);
	struct holder *h = hold(p);
	struct quota_permit permit;
	struct err err;

	cannot_read = sizeof(uint64_t); /* the serial number: it does no harm */
	assert_int_equal(quota_acquire(q, &permit, &p->stop, clock_monotonic_ns() + 50 * NS_PER_MS,
				       &err), -1);
	assert_int_equal(err.kind, ERR_DEADLINE);
	assert_int_equal(permit.ticket, 0);
	assert_int_equal(cannot_read, 0);
	stop_request(&p->stop, STOP_INTERNAL);
	assert_int_equal(quota_acquire(q, &permit, &p->stop, CLOCK_NEVER, &err), -1);
	assert_int_equal(err.kind, ERR_CANCELED);
	assert_null(quota_warning(q));
	assert_int_equal(let_go(h), 0);
	quota_free(q);
}

/* A replacement that fails leaves nothing behind; the next one does it. */
static void test_replaced(void **state)
{
	struct place *p = *state;
	struct holder *old = hold(p), *new;
	struct limiter_state *l = calloc(1, sizeof *l);
	struct quota_file f;
	struct stop stop;
	char name[80];
	struct err err;

	assert_non_null(l);
	assert_int_equal(stop_init(&stop, &err), 0);
	name_of_file(p, name, &f);
	stop_at_fault = &stop;
	cannot_rename = true;
	assert_int_equal(quota_file_begin(&f, l, &stop, PATIENT, &err), -1);
	assert_int_equal(err.kind, ERR_CANCELED);
	assert_false(cannot_rename);
	assert_int_equal(faccessat(p->dirfd, f.new_name, F_OK, 0), -1);
	new = hold(p);
	assert_int_equal(let_go(old), 1);
	assert_int_equal(let_go(new), 0);
	stop_destroy(&stop);
	free(l);
}

/* Who ends a call does not wait for a file that is held; the end is told with
 * the next operation. */
static void test_end_while_held(void **state)
{
	struct place *p = *state;
	struct quota *q = open_quota(p, 18, 18);
	struct limiter_state *l = calloc(1, sizeof *l);
	struct quota_permit first, second, third;
	struct holder *h;
	int ended = 0;

	assert_non_null(l);
	acquire(q, p, &first);
	acquire(q, p, &second);
	h = hold(p);
	quota_end(q, &first, LIMITER_ACCEPTED, clock_monotonic_ns(), 0);
	quota_end(q, &second, LIMITER_ABANDONED, clock_monotonic_ns(), 0);
	assert_int_equal(first.ticket, 0);
	assert_int_equal(let_go(h), 0);
	acquire(q, p, &third);
	read_file(p, l);
	for (size_t i = 0; i < l->place_count; i++)
		ended += l->place[i].state != PLACE_IN_FLIGHT;
	assert_int_equal(ended, 2);
	assert_null(quota_warning(q));
	/* What is never told is freed. */
	h = hold(p);
	quota_end(q, &third, LIMITER_ACCEPTED, clock_monotonic_ns(), 0);
	assert_int_equal(let_go(h), 0);
	quota_free(q);
	free(l);
}

struct asker {
	struct place *place;
	struct quota *quota;
	struct quota_permit permit;
	struct limiter_view view;
};

static void *ask(void *arg)
{
	struct asker *a = arg;
	struct err err;

	return quota_acquire(a->quota, &a->permit, &a->place->stop, PATIENT, &err) == 0 ? a : NULL;
}

static void *look(void *arg)
{
	struct asker *a = arg;

	quota_look(a->quota, &a->view);
	return NULL;
}

/* The file is neither available nor replaced. While one finds that out, another
 * gives a place back: it tries for a while, and then does without; a third
 * sees nothing. The first ends in private. */
static void test_neither_available_nor_replaced(void **state)
{
	struct place *p = *state;
	struct quota *q = open_quota(p, 18, 18);
	struct asker asker = { .place = p, .quota = q };
	struct asker looker = { .quota = q, .view = { .users = -1, .pace_per_sec = 1 } };
	struct thread asking, looking;
	struct quota_permit first;
	int tried;
	struct holder *h;
	struct err err;

	acquire(q, p, &first);
	h = hold(p);
	assert_int_equal(mkdirat(p->dirfd, h->file.new_name, 0700), 0);
	tried = atomic_load(&locks_tried);
	assert_int_equal(thread_start(&asking, ask, &asker, &err), 0);
	while (atomic_load(&locks_tried) == tried)
		sched_yield();
	assert_int_equal(thread_start(&looking, look, &looker, &err), 0);
	quota_end(q, &first, LIMITER_ACCEPTED, clock_monotonic_ns(), 0);
	assert_int_equal(first.ticket, 0);
	thread_join(&looking);
	assert_int_equal(looker.view.users, 0);
	assert_int_equal((int)looker.view.pace_per_sec, 0);
	thread_join(&asking);
	assert_true(asker.permit.ticket > 0);
	assert_non_null(strstr(quota_warning(q)->msg, "stands still"));
	assert_int_equal(let_go(h), 0);
	quota_free(q);
}

/* Stops in the middle of a change; then it must see that it came to nothing.
 * It says so by a signal: of a child that exits valgrind would judge the heap. */
static void hold_and_stop(struct place *p)
{
	static struct limiter_state l;
	struct quota_file f;
	struct err err;

	if (quota_file_init(&f, p->dirfd, KEY, PARTY, &err) < 0 ||
	    quota_file_begin(&f, &l, &p->stop, PATIENT, &err) < 0)
		raise(SIGKILL);
	raise(SIGSTOP);
	raise(quota_file_commit(&f, &l, &err) == 1 ? SIGUSR1 : SIGKILL);
}

static void test_stopped_holder(void **state)
{
	struct place *p = *state;
	struct quota *q = open_quota(p, 2, 2);
	struct quota_permit first, second;
	struct limiter_state *l = calloc(1, sizeof *l);
	int status;
	pid_t pid;

	assert_non_null(l);
	acquire(q, p, &first);
	pid = fork();
	if (pid == 0)
		hold_and_stop(p);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));

	acquire(q, p, &second);
	assert_null(quota_warning(q));
	kill(pid, SIGCONT);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGUSR1);
	/* The first place was carried over, and what the holder wrote was not. */
	read_file(p, l);
	assert_int_equal(l->place_count, 2);
	quota_end(q, &first, LIMITER_ACCEPTED, clock_monotonic_ns(), 0);
	quota_end(q, &second, LIMITER_ACCEPTED, clock_monotonic_ns(), 0);
	quota_free(q);
	free(l);
}

/* ---- many processes ---- */

enum { PROCESSES = 5, THREADS = 3, RATE = 200, KILLS = 35, LOG_MAX = 8192 };

struct server { /* in memory that all processes share */
	atomic_size_t arrivals;
	_Atomic int64_t log[LOG_MAX];
};

struct client {
	struct quota *quota;
	struct server *server;
	struct place *place;
	unsigned seed;
};

static void nap(struct client *c, int most_ms)
{
	int64_t ns;

	c->seed = c->seed * 1103515245 + 12345;
	ns = (c->seed >> 8) % (unsigned)most_ms * NS_PER_MS;
	stop_sleep_until(&c->place->stop, clock_monotonic_ns() + ns);
}

static void *call_for_ever(void *arg)
{
	struct client *c = arg;
	struct quota_permit permit;
	struct err err;

	while (quota_acquire(c->quota, &permit, &c->place->stop, CLOCK_NEVER, &err) == 0) {
		size_t n;

		nap(c, 20);
		n = atomic_fetch_add(&c->server->arrivals, 1);
		if (n < LOG_MAX)
			atomic_store(&c->server->log[n], clock_monotonic_ns());
		nap(c, 20);
		quota_end(c->quota, &permit, LIMITER_ACCEPTED, clock_monotonic_ns(), 0);
	}
	return NULL;
}

static void run_client(struct place *p, struct server *server, unsigned seed)
{
	struct client client[THREADS];
	struct thread thread[THREADS];
	struct quota *q = open_quota(p, RATE, RATE);
	struct err err;
	int i;

	for (i = 0; i < THREADS; i++) {
		client[i] = (struct client){ q, server, p, seed * 31 + (unsigned)i };
		if (thread_start(&thread[i], call_for_ever, &client[i], &err) < 0)
			_exit(1);
	}
	for (i = 0; i < THREADS; i++)
		thread_join(&thread[i]);
	_exit(quota_warning(q) ? 1 : 0);
}

static pid_t start_client(struct place *p, struct server *server, unsigned seed)
{
	pid_t pid = fork();

	if (pid == 0)
		run_client(p, server, seed);
	assert_true(pid > 0);
	return pid;
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int worst_second(struct server *server, int *total)
{
	static int64_t log[LOG_MAX];
	size_t n = 0, i, first = 0, worst = 0, end = server->arrivals;

	for (i = 0; i < end && i < LOG_MAX; i++)
		if (server->log[i]) /* zero: killed between the two lines */
			log[n++] = server->log[i];
	qsort(log, n, sizeof log[0], by_time);
	for (i = 0; i < n; i++) {
		while (log[first] <= log[i] - NS_PER_SEC)
			first++;
		worst = i + 1 - first > worst ? i + 1 - first : worst;
	}
	*total = (int)n;
	return (int)worst;
}

static void test_processes_killed(void **state)
{
	struct place *p = *state;
	struct server *server = mmap(NULL, sizeof *server, PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct limiter_state *l = calloc(1, sizeof *l);
	pid_t pid[PROCESSES];
	int64_t start = clock_monotonic_ns();
	struct quota_permit permit;
	struct quota *q;
	unsigned seed = 7;
	int i, status, worst, total;

	assert_true(server != MAP_FAILED);
	assert_non_null(l);
	for (i = 0; i < PROCESSES; i++)
		pid[i] = start_client(p, server, ++seed);
	stop_sleep_until(&p->stop, start + NS_PER_SEC + NS_PER_SEC / 4);
	for (i = 0; i < KILLS; i++) {
		seed = seed * 1103515245 + 12345;
		stop_sleep_until(&p->stop, clock_monotonic_ns() +
				 (10 + (seed >> 8) % 100) * NS_PER_MS);
		kill(pid[i % PROCESSES], SIGKILL);
		assert_int_equal(waitpid(pid[i % PROCESSES], &status, 0),
				 pid[i % PROCESSES]);
		assert_true(WIFSIGNALED(status));
		pid[i % PROCESSES] = start_client(p, server, seed);
	}
	for (i = 0; i < PROCESSES; i++) {
		kill(pid[i], SIGKILL);
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
	}
	worst = worst_second(server, &total);
	print_message("%d processes, %d kills: %d calls in %.1f s, worst second %d of %d\n",
		      PROCESSES, KILLS, total,
		      (double)(clock_monotonic_ns() - start) / NS_PER_SEC, worst, RATE);
	assert_in_range(worst, 1, RATE);
	assert_true(total > PROCESSES);

	/* One who asks finds the dead; then their places end by themselves. */
	q = open_quota(p, RATE, RATE);
	acquire(q, p, &permit);
	read_file(p, l);
	limiter_state_advance(l, clock_monotonic_ns() + NS_PER_SEC + LIMITER_GRACE_NS);
	assert_int_equal(l->place_count, 1);
	assert_int_equal(l->place[0].ticket, permit.ticket);
	quota_end(q, &permit, LIMITER_ACCEPTED, clock_monotonic_ns(), 0);
	quota_free(q);
	munmap(server, sizeof *server);
	free(l);
}

static void kill_client(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

/* Something of the state's file is damaged, or all, while it is in use. */
static void damage(struct place *p, const char *name, int how, unsigned seed)
{
	int fd = openat(p->dirfd, name, O_RDWR);
	off_t at = (off_t)(seed % 2) << 16;
	int i;

	assert_true(fd >= 0);
	switch (how) {
	case 0: /* a head, or the state behind it */
		flip(fd, at + seed % 56, 4);
		break;
	case 1:
		flip(fd, at + 56 + seed % 1000, 4);
		break;
	case 2: /* both slots: all is lost */
		for (i = 0; i < 2; i++)
			flip(fd, (off_t)i << 16, 4);
		break;
	case 3:
		assert_int_equal(ftruncate(fd, seed % 5000), 0);
		break;
	case 4:
		unlinkat(p->dirfd, name, 0);
		break;
	}
	close(fd);
}

static void wait_for_calls(struct place *p, struct server *server, size_t n)
{
	size_t until = atomic_load(&server->arrivals) + n;

	while (atomic_load(&server->arrivals) < until)
		stop_sleep_until(&p->stop, clock_monotonic_ns() + 5 * NS_PER_MS);
}

/* The file is damaged again and again, whenever calls flow, and clients are
 * killed: never over. */
static void test_damaged_in_use(void **state)
{
	struct place *p = *state;
	struct server *server = mmap(NULL, sizeof *server, PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid[PROCESSES];
	struct quota_file f;
	unsigned seed = 11;
	int i, worst, total;
	char name[80];

	assert_true(server != MAP_FAILED);
	name_of_file(p, name, &f);
	for (i = 0; i < PROCESSES; i++)
		pid[i] = start_client(p, server, ++seed);
	for (i = 0; i < 6; i++) {
		wait_for_calls(p, server, 120 + (seed >> 8) % 60);
		seed = seed * 1103515245 + 12345;
		damage(p, name, i < 5 ? i : 1, seed >> 8);
		if (i % 2) {
			kill_client(pid[i % PROCESSES]);
			pid[i % PROCESSES] = start_client(p, server, seed);
		}
	}
	wait_for_calls(p, server, 50);
	for (i = 0; i < PROCESSES; i++)
		kill_client(pid[i]);
	worst = worst_second(server, &total);
	print_message("damaged six times: %d calls, worst second %d of %d\n", total, worst, RATE);
	assert_in_range(worst, 1, RATE);
	munmap(server, sizeof *server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_unlimited, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_view, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_refusal_is_shared, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_window, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_remaining, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_damaged, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lost, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_each_byte_flipped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_put_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_calls_are_seen, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_future_and_other_boot, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_not_a_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_full_disk, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_half_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_locks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_removed_before_lock, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_look_at_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_held, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_replaced, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_end_while_held, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_neither_available_nor_replaced, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_stopped_holder, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_processes_killed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_damaged_in_use, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
