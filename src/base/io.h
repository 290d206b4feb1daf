/* SPDX-License-Identifier: MIT */
/* io.h: reads and writes that end by a deadline.
 * Layer base; uses err, clock, sync.
 *
 * A FIFO that nobody writes, a pipe that nobody reads, a terminal held by
 * Ctrl-S: none of them may outlast the deadline or a signal. */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct stop;

/* Waits until fd can be read (POLLIN) or written (POLLOUT).
 * Errors: CANCELED when stopped, DEADLINE from deadline_ns on, even where there
 * is nothing to wait for (else an endless input had no end), SYSTEM. A stop
 * that is NULL never comes. */
MUST_CHECK int io_wait(int fd, short events, struct stop *stop,
		       int64_t deadline_ns, struct err *err);

/* Reads what there is, up to cap bytes, waiting for the first.
 * Returns the count, 0 at the end.
 * Errors: as io_wait; SYSTEM with errno in code. */
MUST_CHECK ssize_t io_read(int fd, char *data, size_t cap, struct stop *stop,
			   int64_t deadline_ns, struct err *err);

/* Writes what is taken of it at once, waiting until something is: more than
 * PIPE_BUF bytes only where that cannot block. Returns the count.
 * Errors: as io_wait; OUTPUT with errno in code (EPIPE: the reader left). */
MUST_CHECK ssize_t io_write(int fd, const char *data, size_t len,
			    struct stop *stop, int64_t deadline_ns,
			    struct err *err);

/* Writes all of it, a piece at a time that a pipe takes without blocking, so
 * that the descriptor need not be set O_NONBLOCK (it may be shared).
 * *written (may be NULL) is how much went out, also on failure.
 * Errors: as io_write. */
MUST_CHECK int io_write_all(int fd, const char *data, size_t len,
			    struct stop *stop, int64_t deadline_ns,
			    size_t *written, struct err *err);

/* Opens /dev/null (or, in a bare root without it, /) on each of 0, 1, 2 that is
 * closed, so that no file or socket is given their numbers. closed[i] says which
 * were. Where 1 or 2 is a terminal, it becomes an opening of our own with
 * O_NONBLOCK. */
void io_guard_standard(bool closed[3]);

#endif
