/* SPDX-License-Identifier: MIT */
/* listener.h: a port of 127.0.0.1 that can be closed and opened again.
 * Sandbox, low; uses err.
 *
 * While it is closed, who connects is refused, and the port stays ours: a
 * second socket is bound to it that never listens, so that no other program
 * is given it meanwhile. */
#ifndef SANDBOX_LISTENER_H
#define SANDBOX_LISTENER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct listener {
	int fd;     /* listens; -1: closed */
	int holder; /* keeps the port */
	uint16_t port;
};

/* Takes the port, 0: any free one. Nobody listens yet.
 * Errors: SYSTEM: the port is taken. listener_release is for after an error,
 * too. */
MUST_CHECK int listener_init(struct listener *listener, uint16_t port,
			     struct err *err);
void listener_release(struct listener *listener);

/* Errors: SYSTEM. Open and closed already is fine. */
MUST_CHECK int listener_open(struct listener *listener, struct err *err);
void listener_close(struct listener *listener);

/* The next connection, or -1 if there is none just now.
 * Owns: the descriptor is the caller's. */
int listener_accept(const struct listener *listener);

#endif
