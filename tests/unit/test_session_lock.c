/* SPDX-License-Identifier: MIT */
/* Unit tests of stream/session_lock: one session a key, and openings that
 * processes share. */
#define _XOPEN_SOURCE 700 /* nftw */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/safefile.h"
#include "base/sync.h"
#include "share/boot.h"
#include "stream/reopen.h"
#include "stream/session_lock.h"
#include "temp_dir.h"

static void test_texts(void **state)
{
	static const struct {
		const char *text;
		long pid;       /* 0: refused */
		int64_t newest; /* of boot 7, at 1000 ms */
	} rows[] = {
		{ "session 1 42 7 0 0 0 0 0 900\n", 42, 900 },
		{ "session 1 42 7 0 0 0 0 0 1000\n", 42, 1000 },
		{ "session 1 42 7 0 0 0 0 0 1001\n", 42, 0 }, /* to come */
		{ "session 1 42 8 0 0 0 0 0 900\n", 42, 0 },  /* another boot */
		{ "session 1 42 7 0 0 0 0 0\n", 0, 0 },
		{ "session 1 0 7 0 0 0 0 0 900\n", 0, 0 },
		{ "session 1 -1 7 0 0 0 0 0 900\n", 0, 0 },
		{ "session 1 42 7 0 0 x 0 0 900\n", 0, 0 },
		{ "session 2 42 7 0 0 0 0 0 900\n", 0, 0 },
		{ "session 1 ", 0, 0 },
		{ "", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t opened[SESSION_STAMPS] = { 0 };
		long pid = 0;
		int rc = session_lock_parse(rows[i].text, strlen(rows[i].text), 7, 1000, &pid,
					    opened, NULL);

		assert_int_equal(rc, rows[i].pid ? 0 : -1);
		if (rc == 0) {
			assert_int_equal(pid, rows[i].pid);
			assert_int_equal(opened[SESSION_STAMPS - 1], rows[i].newest);
		}
	}
}

static void test_one_at_a_time(void **state)
{
	struct session_lock first, second;
	struct reopen budget;
	struct stop stop;
	struct err err;
	char expected[100];
	int dirfd = safefile_open_dir("state", NULL);

	(void)state;
	assert_true(dirfd >= 0);
	assert_int_equal(stop_init(&stop, NULL), 0);
	reopen_init(&budget);
	assert_int_equal(session_lock_take(&first, dirfd, "key", &stop, &budget, &err), 0);
	assert_int_equal(session_lock_take(&second, dirfd, "key", &stop, &budget, &err), -1);
	assert_int_equal(err.kind, ERR_LIMIT);
	snprintf(expected, sizeof expected,
		 "another quotefetch (pid %ld) follows with this app key", (long)getpid());
	assert_string_equal(err.msg, expected);
	/* Another key is another session; without a directory nothing is shared. */
	assert_int_equal(session_lock_take(&second, dirfd, "other", &stop, &budget, &err), 0);
	session_lock_release(&second);
	assert_int_equal(session_lock_take(&second, -1, "key", &stop, &budget, &err), 0);
	session_lock_release(&second);
	/* What one opened, the next one knows. */
	for (int i = 0; i < REOPEN_BUDGET; i++)
		session_lock_note(&first, clock_monotonic_ns());
	session_lock_release(&first);
	assert_int_equal(session_lock_take(&second, dirfd, "key", &stop, &budget, &err), 0);
	assert_true(reopen_earliest(&budget) > clock_monotonic_ns());
	session_lock_release(&second);
	stop_destroy(&stop);
	close(dirfd);
}

/* A file that cannot be had costs the lock, not the session. */
static void test_without_a_file(void **state)
{
	struct session_lock l;
	struct reopen budget;
	struct err err;
	int dirfd = safefile_open_dir("state", NULL);

	(void)state;
	assert_true(dirfd >= 0);
	assert_int_equal(rmdir("state"), 0);
	reopen_init(&budget);
	assert_int_equal(session_lock_take(&l, dirfd, "key", NULL, &budget, &err), 0);
	assert_true(l.is_private);
	assert_memory_equal(l.why.msg, "cannot open 'session-", 21);
	session_lock_note(&l, clock_monotonic_ns());
	session_lock_release(&l);
	close(dirfd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test_setup_teardown(test_one_at_a_time, enter_temp_dir, leave_temp_dir),
		cmocka_unit_test_setup_teardown(test_without_a_file, enter_temp_dir, leave_temp_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
