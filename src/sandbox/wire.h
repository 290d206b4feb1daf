/* SPDX-License-Identifier: MIT */
/* wire.h: the connection beneath the HTTP library, for what no library says:
 * raw bytes, a reset, a close without goodbye, a wait.
 * Sandbox, low.
 *
 * To be used by the thread that serves the connection, while the library
 * waits for it to return. */
#ifndef SANDBOX_WIRE_H
#define SANDBOX_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct wire {
	int fd;
	void *tls;   /* the TLS session; NULL: none */
	int stop_fd; /* readable when the server stops */
};

/* Sends all the bytes, encrypted if the connection is.
 * has_more: they may be held back until the next ones.
 * Errors: -1 if the client left or the server stops.
 * Blocks: while the client does not read. */
MUST_CHECK int wire_send(const struct wire *wire, const void *bytes, size_t len,
			 bool has_more);

/* The same of what goes without waiting, or comes.
 * Returns how many bytes; 0: later; -1: the client has left. */
ssize_t wire_try_send(const struct wire *wire, const void *bytes, size_t len,
		      bool has_more);
ssize_t wire_try_receive(const struct wire *wire, void *bytes, size_t cap);

/* Waits for poll's events on the connection (0: for none), the stop, or the time.
 * Units: until_ns is CLOCK_MONOTONIC, as below; CLOCK_NEVER: no end.
 * Returns 1 for the connection, 0 for the time, -1 for the stop. */
int wire_wait_for(const struct wire *wire, short events, int64_t until_ns);

/* Waits. False: the server stops. */
bool wire_wait(const struct wire *wire, int64_t until_ns);

/* Waits until the client leaves or the server stops. */
void wire_wait_for_end(const struct wire *wire);

/* Ends the connection with a TCP reset. */
void wire_reset(const struct wire *wire);

/* Ends the connection with a TCP close, and nothing said above it. */
void wire_cut(const struct wire *wire);

/* Can encrypted bytes be sent past the library? */
bool wire_can_encrypt(void);

#endif
