/* SPDX-License-Identifier: MIT */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sync.h"

enum { TERMINAL_NAME_BYTES = 128 };

int io_wait(int fd, short events, struct stop *stop, int64_t deadline_ns,
	    struct err *err)
{
	struct pollfd p[2] = { { .fd = fd, .events = events },
			       { .fd = stop ? stop->fd[0] : -1,
				 .events = POLLIN } };

	for (;;) {
		int64_t now = clock_monotonic_ns();
		int n;

		if (stop_reason(stop))
			return err_set(err, ERR_CANCELED, "interrupted");
		if (now >= deadline_ns)
			return err_set(err, ERR_DEADLINE, "the time is up");
		n = poll(p, 2, clock_poll_ms(now, deadline_ns));
		if (n > 0 && p[0].revents)
			return 0; /* also POLLHUP, POLLERR: the call will say */
		if (n < 0 && errno != EINTR)
			return err_set_errno(err, ERR_SYSTEM, errno,
					     "cannot wait");
	}
}

ssize_t io_read(int fd, char *data, size_t cap, struct stop *stop,
		int64_t deadline_ns, struct err *err)
{
	for (;;) {
		ssize_t n;

		if (io_wait(fd, POLLIN, stop, deadline_ns, err) < 0)
			return -1;
		n = read(fd, data, cap);
		if (n >= 0)
			return n;
		if (errno != EINTR && errno != EAGAIN)
			return err_set_errno(err, ERR_SYSTEM, errno,
					     "cannot read");
	}
}

ssize_t io_write(int fd, const char *data, size_t len, struct stop *stop,
		 int64_t deadline_ns, struct err *err)
{
	for (;;) {
		ssize_t n;

		if (io_wait(fd, POLLOUT, stop, deadline_ns, err) < 0)
			return -1;
		n = write(fd, data, len);
		if (n > 0)
			return n;
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return err_set_errno(err, ERR_OUTPUT, errno,
					     "cannot write");
	}
}

int io_write_all(int fd, const char *data, size_t len, struct stop *stop,
		 int64_t deadline_ns, size_t *written, struct err *err)
{
	size_t done = 0;
	ssize_t n = 0;

	for (; done < len && n >= 0; done += n > 0 ? (size_t)n : 0) {
		size_t left = len - done;

		/* What a pipe that is reported writable takes without blocking. */
		n = io_write(fd, data + done, left < PIPE_BUF ? left : PIPE_BUF,
			     stop, deadline_ns, err);
	}
	if (written)
		*written = done;
	return n < 0 ? -1 : 0;
}

/* A terminal takes less than poll promises: only O_NONBLOCK lets a write to one
 * that is held come back. The descriptor we were given is the shell's, too, so
 * it is set on one of our own. */
static void make_terminal_own(int fd)
{
	char name[TERMINAL_NAME_BYTES];
	int own;

	if (!isatty(fd) || ttyname_r(fd, name, sizeof name) != 0)
		return;
	own = open(name, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (own < 0)
		return;
	dup2(own, fd);
	close(own);
}

void io_guard_standard(bool closed[3])
{
	int fd;

	for (fd = 0; fd < 3; fd++) {
		closed[fd] = fcntl(fd, F_GETFD) < 0 && errno == EBADF;
		/* The lowest free number is this one: 0 to fd - 1 are open.
		 * Not for writing: what is written there is not lost in
		 * silence. */
		if (closed[fd])
			require(open("/dev/null", O_RDONLY) == fd ||
				open("/", O_RDONLY) == fd); /* a bare root */
	}
	make_terminal_own(STDOUT_FILENO);
	make_terminal_own(STDERR_FILENO);
}
