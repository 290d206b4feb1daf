/* SPDX-License-Identifier: MIT */
/* connections.h: the open connections, so that an outage can end them all.
 * Sandbox; uses wire.
 * Thread: any. */
#ifndef SANDBOX_CONNECTIONS_H
#define SANDBOX_CONNECTIONS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/sync.h"
#include "sandbox/source.h"

/* What a connection remembers; lock key: c const, w the thread that serves
 * it, a atomic, l under connections.mu. */
struct connection {
	uint64_t number;        /* c: from 1 */
	uint64_t requests;      /* w */
	enum source source;     /* c: whose port */
	int fd;                 /* c: valid until connections_remove */
	atomic_bool is_dropped; /* a: an outage ended it */
	struct connection *next, *previous; /* l */
};

struct connections {
	struct mutex mu;
	struct connection *first; /* l */
	uint64_t opened;          /* l */
};

MUST_CHECK int connections_init(struct connections *all, struct err *err);
void connections_destroy(struct connections *all);

/* NULL: no memory. */
struct connection *connections_add(struct connections *all, int fd,
				   enum source source);

/* To be called before the descriptor is closed. NULL is fine. */
void connections_remove(struct connections *all, struct connection *one);

/* Resets every connection to the source. */
void connections_drop(struct connections *all, enum source source);

#endif
