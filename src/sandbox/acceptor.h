/* SPDX-License-Identifier: MIT */
/* acceptor.h: takes connections in, unless nobody is to listen.
 * Sandbox; uses broker, listener, connections.
 *
 * One thread follows the outages of the broker: it closes and opens the
 * ports, and an outage that begins ends every connection. In between it
 * accepts, and gives each connection away. */
#ifndef SANDBOX_ACCEPTOR_H
#define SANDBOX_ACCEPTOR_H

#include "base/err.h"
#include "base/sync.h"
#include "sandbox/broker.h"
#include "sandbox/connections.h"
#include "sandbox/listener.h"

/* Takes the descriptor over. Thread: the acceptor's. */
typedef void acceptor_take_fn(void *ctx, int fd);

struct acceptor_setup {
	struct broker *broker;           /* borrowed, as all here */
	struct listener *listener;       /* SOURCES of them, by source */
	struct connections *connections; /* what an outage ends */
	struct stop *stop;               /* ends the thread */
	acceptor_take_fn *take;
	void *ctx;
};

struct acceptor { /* lock key: c const once started, w the thread's own */
	struct acceptor_setup setup; /* c */
	int wake[2];                 /* c: a pipe; a byte in it: look again */
	struct thread thread;        /* c */
	bool is_started;             /* c */
	bool is_down[SOURCES];       /* w */
};

/* Opens the ports, unless an outage is on already, and starts.
 * Errors: SYSTEM. acceptor_join is for after an error, too. */
MUST_CHECK int acceptor_start(struct acceptor *acceptor,
			      const struct acceptor_setup *setup,
			      struct err *err);

/* A call has arrived that may have begun an outage. Thread: any. */
void acceptor_wake(struct acceptor *acceptor);

/* After the stop was requested: waits for the thread. */
void acceptor_join(struct acceptor *acceptor);

#endif
