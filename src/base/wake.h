/* SPDX-License-Identifier: MIT */
/* wake.h: a pipe whose one end a thread polls, and whose other end wakes it.
 * Layer base; uses err.
 *
 * Neither end ever blocks: a byte that does not fit is one too many. */
#ifndef BASE_WAKE_H
#define BASE_WAKE_H

#include "base/err.h"

/* fd[0] is the poller's, fd[1] the waker's. Errors: SYSTEM: both are -1. */
MUST_CHECK int wake_open(int fd[2], struct err *err);

/* Where both are -1: nothing. */
void wake_close(const int fd[2]);

/* Makes the poller's end readable until it is cleared; errno stays. Thread: any,
 * and signal handlers. */
void wake_send(int waker);
void wake_clear(int poller);

#endif
