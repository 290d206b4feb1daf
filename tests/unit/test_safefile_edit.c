/* SPDX-License-Identifier: MIT */
/* wrap: openat unlinkat renameat fstatat flock write clock_monotonic_ns */
#define _XOPEN_SOURCE 700 /* nftw */
#define _DEFAULT_SOURCE	  /* MAP_ANONYMOUS */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/safefile.h"
#include "base/safefile_edit.h"
#include "base/sync.h"
#include "child.h"
#include "state_dir.h"

/* ---- the worst moment: before the Nth call to the system ---- */

static int calls_until_signal; /* 0: never */
static int signal_to_raise;
static bool counts_only_taking; /* of a lock that another holds */

static void count_call(void)
{
	if (!counts_only_taking && calls_until_signal > 0 && --calls_until_signal == 0)
		raise(signal_to_raise);
}

int __real_openat(int dirfd, const char *path, int flags, ...);
int __wrap_openat(int dirfd, const char *path, int flags, ...)
{
	if (strstr(path, ".lock.new"))
		counts_only_taking = false;
	count_call();
	return __real_openat(dirfd, path, flags, 0600);
}

int __real_unlinkat(int dirfd, const char *path, int flags);
int __wrap_unlinkat(int dirfd, const char *path, int flags)
{
	count_call();
	return __real_unlinkat(dirfd, path, flags);
}

int __real_renameat(int from_dir, const char *from, int to_dir, const char *to);
int __wrap_renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	count_call();
	return __real_renameat(from_dir, from, to_dir, to);
}

int __real_fstatat(int dirfd, const char *path, struct stat *st, int flags);
int __wrap_fstatat(int dirfd, const char *path, struct stat *st, int flags)
{
	count_call();
	return __real_fstatat(dirfd, path, st, flags);
}

int __real_flock(int fd, int how);
int __wrap_flock(int fd, int how)
{
	count_call();
	return __real_flock(fd, how);
}

ssize_t __real_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len)
{
	count_call();
	return __real_write(fd, data, len);
}

/* Seconds of waiting pass in twentieths. */
int64_t __real_clock_monotonic_ns(void);
int64_t __wrap_clock_monotonic_ns(void)
{
	return __real_clock_monotonic_ns() * 20;
}

/* ---- a number in a file, to which all add ---- */

enum { CAP = 1000, ADDERS = 8 };

static long read_number(void)
{
	struct buf text;
	struct err err;
	long n = 0;

	buf_init(&text, CAP);
	if (safefile_read(dir, "file", &text, &err) > 0) {
		/* Old or new, and never a part. */
		assert_true(text.len > 0 && text.data[text.len - 1] == '\n');
		n = strtol(buf_text(&text), NULL, 10);
	}
	buf_release(&text);
	return n;
}

static int add_one(struct err *err)
{
	struct safefile_edit e;
	char text[32];
	int rc;

	do {
		if (safefile_edit_begin(&e, dir, "file", &stop, CLOCK_NEVER, err) < 0)
			return -1;
		snprintf(text, sizeof text, "%ld\n", read_number() + 1);
		rc = safefile_edit_commit(&e, text, strlen(text), err);
	} while (rc > 0);
	return rc;
}

static void assert_adds_one(void)
{
	struct err err = { .msg = "" };

	if (add_one(&err) < 0)
		fail_msg("%s", err.msg);
}

/* Returns how many files there are whose name holds the text. */
static int count_files(const char *text)
{
	char command[80], line[16] = "";
	FILE *f;

	snprintf(command, sizeof command, "ls | grep -cF -e '%s'", text);
	f = popen(command, "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof line, f));
	pclose(f);
	return (int)strtol(line, NULL, 10);
}

static void one_after_another(void **state)
{
	struct safefile_edit e;
	struct stat st;
	struct err err;

	(void)state;
	for (int i = 1; i <= 3; i++) {
		assert_adds_one();
		assert_int_equal(read_number(), i);
	}
	assert_int_equal(stat("file", &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(safefile_edit_begin(&e, dir, "file", &stop, 0, &err), 0);
	assert_int_equal(read_number(), 3); /* who only reads needs no lock */
	safefile_edit_abandon(&e);
	assert_int_equal(read_number(), 3);
	assert_int_equal(count_files(".tmp"), 0);
}

/* ---- a holder that stands still, or is killed ---- */

static int inherited_lock = -1; /* which a fork would hold, too */

static int add_as_process(void *arg)
{
	struct err err;

	close(inherited_lock);
	calls_until_signal = *(int *)arg;
	return add_one(&err) < 0;
}

/* Starts a process that is stopped, or killed, at its Nth call to the system.
 * Returns its id, or 0 where it has ended before that. */
static pid_t start_adder(int nth, int signo)
{
	pid_t pid;
	int status;

	signal_to_raise = signo;
	pid = start_child(add_as_process, &nth);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	if (WIFEXITED(status)) {
		assert_int_equal(WEXITSTATUS(status), 0);
		return 0;
	}
	return pid;
}

static void a_stopped_holder_is_passed(void **state)
{
	int nth;

	(void)state;
	for (nth = 1;; nth++) {
		long before = read_number();
		pid_t pid = start_adder(nth, SIGSTOP);

		if (pid == 0)
			break;
		assert_adds_one();
		assert_adds_one();
		kill(pid, SIGCONT);
		/* It finds out, and does its change again. */
		assert_int_equal(end_of_child(pid), 0);
		assert_int_equal(read_number(), before + 3);
		assert_int_equal(count_files(".tmp"), 0);
	}
	assert_true(nth > 8); /* there were moments to stop at */
	assert_true(count_files("") <= 3);
}

/* Between any two steps of the one that takes the lock away, it is stopped, and
 * the holder wakes. */
static void a_stopped_taker_is_survived(void **state)
{
	int nth;

	(void)state;
	for (nth = 1;; nth++) {
		long before = read_number();
		struct safefile_edit held;
		struct err err;
		pid_t pid;

		assert_int_equal(safefile_edit_begin(&held, dir, "file", &stop, 0, &err), 0);
		inherited_lock = held.lock;
		counts_only_taking = true;
		pid = start_adder(nth, SIGSTOP);
		counts_only_taking = false;
		inherited_lock = -1;
		if (pid == 0) {
			assert_int_equal(safefile_edit_commit(&held, "x", 1, &err), 1);
			break;
		}
		if (safefile_edit_commit(&held, "1000\n", 5, &err) == 0)
			before = 1000;
		else
			assert_true(read_number() - before <= 1);
		assert_adds_one();
		kill(pid, SIGCONT);
		assert_int_equal(end_of_child(pid), 0);
		assert_int_equal(read_number(), before + 2);
		assert_int_equal(count_files(".tmp"), 0);
	}
	assert_true(nth > 8);
}

static void a_killed_holder_leaves_no_trace(void **state)
{
	int nth;

	(void)state;
	for (nth = 1;; nth++) {
		long before = read_number();
		pid_t pid = start_adder(nth, SIGKILL);

		if (pid == 0)
			break;
		assert_true(read_number() == before || read_number() == before + 1);
		before = read_number();
		assert_adds_one();
		assert_int_equal(read_number(), before + 1);
		assert_int_equal(count_files(".tmp"), 0);
	}
	assert_true(nth > 8);
}

/* ---- many at once, each stopped now and then ---- */

static atomic_int *added; /* in memory that children share */
static atomic_int *has_ended;

static int add_until_ended(void *arg)
{
	const struct timespec pause = { .tv_nsec = 2 * 1000 * 1000 };
	struct err err;

	(void)arg;
	while (!atomic_load(has_ended)) {
		/* Where seconds are so short, a busy machine may find no lock. */
		if (add_one(&err) == 0)
			atomic_fetch_add(added, 1);
		else if (err.kind != ERR_SYSTEM || err.code != 0)
			return 1;
		nanosleep(&pause, NULL);
	}
	return 0;
}

static void no_addition_is_lost(void **state)
{
	pid_t pid[ADDERS];

	(void)state;
	added = mmap(NULL, 2 * sizeof *added, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		     -1, 0);
	assert_true(added != MAP_FAILED);
	has_ended = added + 1;
	for (int i = 0; i < ADDERS; i++)
		pid[i] = start_child(add_until_ended, NULL);
	for (int round = 0; round < 24; round++) {
		int victim = round % ADDERS, before = atomic_load(added);
		const struct timespec while_stopped = { .tv_nsec = 150 * 1000 * 1000 };

		kill(pid[victim], SIGSTOP);
		/* The others go on. */
		while (atomic_load(added) < before + 5)
			sched_yield();
		nanosleep(&while_stopped, NULL);
		kill(pid[victim], SIGCONT);
	}
	atomic_store(has_ended, 1);
	for (int i = 0; i < ADDERS; i++)
		assert_int_equal(end_of_child(pid[i]), 0);
	assert_int_equal(read_number(), atomic_load(added));
	assert_int_equal(count_files(".tmp"), 0);
	munmap(added, 2 * sizeof *added);
}

/* ---- what cannot be done ---- */

static void deadline_and_stop_end_the_wait(void **state)
{
	struct safefile_edit held, e;
	struct err err;

	(void)state;
	assert_int_equal(safefile_edit_begin(&held, dir, "file", &stop, 0, &err), 0);
	assert_int_equal(safefile_edit_begin(&e, dir, "file", &stop, 0, &err), -1);
	assert_int_equal(err.kind, ERR_DEADLINE);
	stop_request(&stop, SIGINT);
	assert_int_equal(safefile_edit_begin(&e, dir, "file", &stop, CLOCK_NEVER, &err), -1);
	assert_int_equal(err.kind, ERR_CANCELED);
	safefile_edit_abandon(&held);
	/* Free: neither matters. */
	assert_int_equal(safefile_edit_begin(&e, dir, "file", &stop, 0, &err), 0);
	safefile_edit_abandon(&e);
}

static void a_lock_that_cannot_be_taken_is_told(void **state)
{
	struct safefile_edit held, e;
	struct err err;

	(void)state;
	assert_int_equal(safefile_edit_begin(&held, dir, "file", &stop, 0, &err), 0);
	assert_int_equal(mkdir("file.lock.new", 0700), 0);
	assert_int_equal(safefile_edit_begin(&e, dir, "file", &stop, CLOCK_NEVER, &err), -1);
	assert_int_equal(err.kind, ERR_SYSTEM);
	assert_string_equal(err.msg, "cannot lock 'file': another process holds it and stands "
				     "still");
	safefile_edit_abandon(&held);
}

static void a_directory_in_the_way(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(mkdir("file", 0700), 0);
	assert_adds_one(); /* an empty one is replaced */
	assert_int_equal(read_number(), 1);
	assert_int_equal(unlink("file"), 0);
	assert_int_equal(mkdir("file", 0700), 0);
	assert_int_equal(mkdir("file/full", 0700), 0);
	assert_int_equal(add_one(&err), -1);
	assert_int_equal(err.kind, ERR_SYSTEM);
	assert_int_equal(count_files(".tmp"), 0);
}

static void a_directory_that_is_gone(void **state)
{
	struct safefile_edit e;
	struct err err;
	int gone;

	(void)state;
	assert_int_equal(mkdir("gone", 0700), 0);
	gone = open("gone", O_RDONLY | O_DIRECTORY);
	assert_int_equal(safefile_edit_begin(&e, gone, "file", &stop, 0, &err), 0);
	assert_int_equal(unlink("gone/file.lock"), 0);
	assert_int_equal(unlink(strcat((char[200]){ "gone/" }, e.temporary_name)), 0);
	assert_int_equal(rmdir("gone"), 0);
	assert_int_equal(safefile_edit_commit(&e, "1\n", 2, &err), 1);
	assert_int_equal(safefile_edit_begin(&e, gone, "file", &stop, 0, &err), -1);
	assert_int_equal(err.kind, ERR_SYSTEM);
	assert_int_equal(err.code, ENOENT);
	close(gone);
}

/* As on a full disk. */
static int write_too_much(void *arg)
{
	const struct rlimit most = { 1, 1 };
	struct safefile_edit e;
	struct err err;

	(void)arg;
	signal(SIGXFSZ, SIG_IGN);
	return setrlimit(RLIMIT_FSIZE, &most) < 0 ||
	       safefile_edit_begin(&e, dir, "file", &stop, 0, &err) < 0 ||
	       safefile_edit_commit(&e, "7777\n", 5, &err) != -1 || err.code != EFBIG;
}

static void a_full_disk_leaves_the_old(void **state)
{
	(void)state;
	assert_adds_one();
	assert_int_equal(in_child(write_too_much, NULL), 0);
	assert_int_equal(read_number(), 1);
	assert_int_equal(count_files(".tmp"), 0);
}

#define IN_DIR(f) cmocka_unit_test_setup_teardown(f, enter_state_dir, leave_state_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(one_after_another),
		IN_DIR(a_stopped_holder_is_passed),
		IN_DIR(a_stopped_taker_is_survived),
		IN_DIR(a_killed_holder_leaves_no_trace),
		IN_DIR(no_addition_is_lost),
		IN_DIR(deadline_and_stop_end_the_wait),
		IN_DIR(a_lock_that_cannot_be_taken_is_told),
		IN_DIR(a_directory_in_the_way),
		IN_DIR(a_directory_that_is_gone),
		IN_DIR(a_full_disk_leaves_the_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
