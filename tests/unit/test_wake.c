/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/resource.h>

#include "base/wake.h"

static bool is_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void wakes_until_it_is_cleared(void **state)
{
	int fd[2];
	struct err err;

	(void)state;
	assert_int_equal(wake_open(fd, &err), 0);
	assert_int_equal(fcntl(fd[0], F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(fd[1], F_GETFD), FD_CLOEXEC);
	assert_false(is_readable(fd[0]));
	wake_send(fd[1]);
	assert_true(is_readable(fd[0]));
	wake_clear(fd[0]);
	assert_false(is_readable(fd[0]));
	wake_close(fd);
}

/* More than any pipe holds; and none of it is an error to whoever comes next. */
static void never_blocks(void **state)
{
	int fd[2];

	(void)state;
	assert_int_equal(wake_open(fd, NULL), 0);
	errno = ENOENT;
	for (int i = 0; i < 2 * 1024 * 1024; i++)
		wake_send(fd[1]);
	wake_clear(fd[0]);
	wake_clear(fd[0]);
	assert_int_equal(errno, ENOENT);
	assert_false(is_readable(fd[0]));
	wake_close(fd);
}

static void fails_whole(void **state)
{
	struct rlimit old, none;
	int fd[2] = { 0, 0 };
	struct err err;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = old;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(wake_open(fd, &err), -1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(err.kind, ERR_SYSTEM);
	assert_int_equal(fd[0], -1);
	assert_int_equal(fd[1], -1);
	wake_close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wakes_until_it_is_cleared),
		cmocka_unit_test(never_blocks),
		cmocka_unit_test(fails_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
