/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* posix_openpt */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/sync.h"
#include "child.h"

static int64_t soon(void)
{
	return clock_monotonic_ns() + 3 * NS_PER_MS;
}

struct world { /* a pipe and a stop for each test */
	int fd[2];
	struct stop stop;
};

static int make_world(void **state)
{
	static struct world w;
	struct err err;

	*state = &w;
	return pipe(w.fd) < 0 || stop_init(&w.stop, &err) < 0 ? -1 : 0;
}

static int end_world(void **state)
{
	struct world *w = *state;

	close(w->fd[0]);
	close(w->fd[1]);
	stop_destroy(&w->stop);
	return 0;
}

/* ---- waiting ---- */

static void waits_end_one_way(void **state)
{
	static const struct {
		const char *name;
		bool is_ready, is_stopped, is_late;
		int want; /* 0 or the kind */
	} rows[] = {
		{ "ready", true, false, false, 0 },
		{ "nothing comes", false, false, true, ERR_DEADLINE },
		{ "too late for what is there", true, false, true, ERR_DEADLINE },
		{ "stopped", false, true, false, ERR_CANCELED },
		{ "stopped and ready", true, true, false, ERR_CANCELED },
		{ "stopped and late", false, true, true, ERR_CANCELED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct stop stop;
		struct err err = { .kind = ERR_KINDS };
		int fd[2];

		print_message("# %s\n", rows[i].name);
		assert_int_equal(pipe(fd), 0);
		assert_int_equal(stop_init(&stop, &err), 0);
		if (rows[i].is_ready)
			assert_int_equal(write(fd[1], "x", 1), 1);
		if (rows[i].is_stopped)
			stop_request(&stop, SIGINT);
		assert_int_equal(io_wait(fd[0], POLLIN, &stop,
					 rows[i].is_late ? 0 : CLOCK_NEVER, &err),
				 rows[i].want ? -1 : 0);
		assert_int_equal(err.kind, rows[i].want ? rows[i].want : ERR_KINDS);
		stop_destroy(&stop);
		close(fd[0]);
		close(fd[1]);
	}
}

static void waits_until_the_deadline(void **state)
{
	struct world *w = *state;
	int64_t until_ns = soon();
	struct err err;

	assert_int_equal(io_wait(w->fd[0], POLLIN, NULL, until_ns, &err), -1);
	assert_int_equal(err.kind, ERR_DEADLINE);
	assert_true(clock_monotonic_ns() >= until_ns);

	/* No descriptor: a sleep. */
	until_ns = soon();
	assert_int_equal(io_wait(-1, 0, &w->stop, until_ns, &err), -1);
	assert_int_equal(err.kind, ERR_DEADLINE);
	assert_true(clock_monotonic_ns() >= until_ns);
}

/* ---- reading ---- */

static void reads_what_there_is(void **state)
{
	struct world *w = *state;
	char data[16];
	struct err err;

	assert_int_equal(write(w->fd[1], "abc", 3), 3);
	assert_int_equal(io_read(w->fd[0], data, sizeof data, &w->stop, CLOCK_NEVER, &err), 3);
	assert_memory_equal(data, "abc", 3);
	assert_int_equal(write(w->fd[1], "defghi", 6), 6);
	assert_int_equal(io_read(w->fd[0], data, 4, NULL, CLOCK_NEVER, &err), 4);
	assert_memory_equal(data, "defg", 4);
	close(w->fd[1]);
	assert_int_equal(io_read(w->fd[0], data, sizeof data, NULL, CLOCK_NEVER, &err), 2);
	assert_int_equal(io_read(w->fd[0], data, sizeof data, NULL, CLOCK_NEVER, &err), 0);
	w->fd[1] = open("/dev/null", O_WRONLY);
}

static void endless_input_ends(void **state)
{
	struct world *w = *state;
	int zero = open("/dev/zero", O_RDONLY);
	int64_t until_ns = soon();
	char data[4096];
	struct err err;

	while (io_read(zero, data, sizeof data, &w->stop, until_ns, &err) > 0)
		;
	assert_int_equal(err.kind, ERR_DEADLINE);
	close(zero);
}

static void refusals_carry_errno(void **state)
{
	struct world *w = *state;
	int dir = open("/", O_RDONLY);
	char data[4];
	struct err err;

	assert_int_equal(io_read(dir, data, sizeof data, &w->stop, CLOCK_NEVER, &err), -1);
	assert_int_equal(err.kind, ERR_SYSTEM);
	assert_int_equal(err.code, EISDIR);
	close(dir);
	assert_int_equal(io_read(dir, data, sizeof data, &w->stop, CLOCK_NEVER, &err), -1);
	assert_int_equal(err.code, EBADF);
}

struct reading {
	struct world *world;
	ssize_t count;
	struct err err;
};

static void *read_for_ever(void *arg)
{
	struct reading *r = arg;
	char data[4];

	r->count = io_read(r->world->fd[0], data, sizeof data, &r->world->stop,
			   CLOCK_NEVER, &r->err);
	return NULL;
}

static void stop_wakes_a_reader(void **state)
{
	struct reading r = { .world = *state };
	struct thread thread;
	struct err err;

	assert_int_equal(thread_start(&thread, read_for_ever, &r, &err), 0);
	stop_request(&r.world->stop, SIGTERM);
	thread_join(&thread);
	assert_int_equal(r.count, -1);
	assert_int_equal(r.err.kind, ERR_CANCELED);
}

/* ---- writing ---- */

enum { LARGE = 300000 };

static void *drain(void *arg)
{
	struct world *w = arg;
	static char got[LARGE + 1];
	size_t len = 0;
	ssize_t n;

	while ((n = read(w->fd[0], got + len, sizeof got - len)) > 0)
		len += (size_t)n;
	for (size_t i = 0; i < len; i++)
		if (got[i] != (char)('a' + i % 26))
			return NULL;
	return len == LARGE ? w : NULL;
}

static void writes_more_than_a_pipe_holds(void **state)
{
	struct world *w = *state;
	char *text = malloc(LARGE);
	size_t written = 0;
	pthread_t reader;
	void *ok;
	struct err err;

	for (size_t i = 0; i < LARGE; i++)
		text[i] = (char)('a' + i % 26);
	assert_int_equal(pthread_create(&reader, NULL, drain, w), 0);
	assert_int_equal(io_write_all(w->fd[1], text, LARGE, &w->stop, CLOCK_NEVER,
				      &written, &err),
			 0);
	assert_int_equal(written, LARGE);
	/* It may be shared, so it was left as it was. */
	assert_false(fcntl(w->fd[1], F_GETFL) & O_NONBLOCK);
	close(w->fd[1]);
	pthread_join(reader, &ok);
	assert_ptr_equal(ok, w);
	w->fd[1] = open("/dev/null", O_WRONLY);
	free(text);
}

static void stuck_reader_does_not_hold(void **state)
{
	static const char text[LARGE];
	struct world *w = *state;
	size_t written = 0, more = 0;
	struct err err;

	assert_int_equal(io_write_all(w->fd[1], text, LARGE, &w->stop, soon(),
				      &written, &err),
			 -1);
	assert_int_equal(err.kind, ERR_DEADLINE);
	assert_true(written >= PIPE_BUF && written < LARGE);
	stop_request(&w->stop, SIGINT);
	assert_int_equal(io_write_all(w->fd[1], text, LARGE, &w->stop, CLOCK_NEVER,
				      &more, &err),
			 -1);
	assert_int_equal(err.kind, ERR_CANCELED);
	assert_int_equal(more, 0);
}

/* Returns the terminal, or -1; *master is what its window would read. */
static int open_terminal(int *master)
{
	*master = posix_openpt(O_RDWR | O_NOCTTY);
	if (*master < 0 || grantpt(*master) < 0 || unlockpt(*master) < 0)
		return -1;
	return open(ptsname(*master), O_RDWR | O_NOCTTY);
}

/* Ctrl-S: the terminal takes nothing until Ctrl-Q. */
static void held_terminal_does_not_hold(void **state)
{
	struct world *w = *state;
	int master, terminal = open_terminal(&master);
	struct err err;

	if (terminal < 0)
		skip();
	assert_int_equal(tcflow(terminal, TCOOFF), 0);
	assert_int_equal(io_write_all(terminal, "x", 1, &w->stop, soon(), NULL, &err), -1);
	assert_int_equal(err.kind, ERR_DEADLINE);
	assert_int_equal(tcflow(terminal, TCOON), 0);
	assert_int_equal(io_write_all(terminal, "x", 1, &w->stop, CLOCK_NEVER, NULL, &err), 0);
	close(terminal);
	close(master);
}

static void refused_writes_carry_errno(void **state)
{
	struct world *w = *state;
	int full = open("/dev/full", O_WRONLY);
	size_t written = 7;
	struct err err;

	if (full >= 0) {
		assert_int_equal(io_write_all(full, "x", 1, &w->stop, CLOCK_NEVER,
					      &written, &err),
				 -1);
		assert_int_equal(err.kind, ERR_OUTPUT);
		assert_int_equal(err.code, ENOSPC);
		assert_int_equal(written, 0);
		close(full);
	}
	signal(SIGPIPE, SIG_IGN);
	close(w->fd[0]);
	assert_int_equal(io_write_all(w->fd[1], "x", 1, &w->stop, CLOCK_NEVER, NULL, &err), -1);
	assert_int_equal(err.kind, ERR_OUTPUT);
	assert_int_equal(err.code, EPIPE);
	w->fd[0] = open("/dev/null", O_RDONLY);
}

static void nothing_is_written_at_once(void **state)
{
	struct world *w = *state;
	size_t written = 7;
	struct err err;

	stop_request(&w->stop, SIGINT);
	assert_int_equal(io_write_all(w->fd[1], NULL, 0, &w->stop, 0, &written, &err), 0);
	assert_int_equal(written, 0);
}

/* ---- the standard descriptors ---- */

/* arg: a bit for each descriptor to be closed first. 0: all as promised. */
static int guard(void *arg)
{
	const int *mask = arg;
	struct stat null, st;
	bool closed[3];
	int fd;

	if (stat("/dev/null", &null) < 0)
		return 1;
	for (fd = 0; fd < 3; fd++)
		if (*mask >> fd & 1)
			close(fd);
	io_guard_standard(closed);
	for (fd = 0; fd < 3; fd++) {
		if (closed[fd] != (*mask >> fd & 1) || fstat(fd, &st) < 0)
			return 3;
		if (closed[fd] && st.st_rdev != null.st_rdev)
			return 4;
	}
	if (closed[0] && read(0, &st, 1) != 0)
		return 5;
	if ((closed[1] && write(1, "x", 1) == 1) ||
	    (closed[2] && write(2, "x", 1) == 1))
		return 6; /* lost in silence */
	return open("/", O_RDONLY) > 2 ? 0 : 7;
}

/* arg: a terminal whose window reads nothing. 0: as promised. */
static int write_to_terminal(void *arg)
{
	static char text[LARGE];
	int shell = *(int *)arg; /* shares the opening with descriptor 1 */
	size_t written;
	bool closed[3];
	struct err err;

	memset(text, '\n', sizeof text);
	if (dup2(shell, STDOUT_FILENO) < 0)
		return 1;
	io_guard_standard(closed);
	if (fcntl(shell, F_GETFL) & O_NONBLOCK)
		return 2;
	if (!isatty(STDOUT_FILENO) || !(fcntl(STDOUT_FILENO, F_GETFL) & O_NONBLOCK))
		return 3;
	if (io_write_all(STDOUT_FILENO, text, sizeof text, NULL, soon(), &written, &err) == 0)
		return 4;
	return err.kind == ERR_DEADLINE && written > 0 ? 0 : 5;
}

static void frozen_terminal_does_not_hold(void **state)
{
	int master, terminal = open_terminal(&master);

	(void)state;
	if (terminal < 0)
		skip();
	assert_int_equal(in_child(write_to_terminal, &terminal), 0);
	close(terminal);
	close(master);
}

static void standard_descriptors_are_kept(void **state)
{
	(void)state;
	for (int mask = 0; mask < 8; mask++)
		assert_int_equal(in_child(guard, &mask), 0);
}

#define WITH_WORLD(f) cmocka_unit_test_setup_teardown(f, make_world, end_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_end_one_way),
		WITH_WORLD(waits_until_the_deadline),
		WITH_WORLD(reads_what_there_is),
		WITH_WORLD(endless_input_ends),
		WITH_WORLD(refusals_carry_errno),
		WITH_WORLD(stop_wakes_a_reader),
		WITH_WORLD(writes_more_than_a_pipe_holds),
		WITH_WORLD(stuck_reader_does_not_hold),
		WITH_WORLD(held_terminal_does_not_hold),
		WITH_WORLD(refused_writes_carry_errno),
		WITH_WORLD(nothing_is_written_at_once),
		cmocka_unit_test(frozen_terminal_does_not_hold),
		cmocka_unit_test(standard_descriptors_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
