/* SPDX-License-Identifier: MIT */
/* resolve.h: the addresses of a host name, or why there are none.
 * Layer net; uses base.
 *
 * getaddrinfo cannot be interrupted: a name server that says nothing holds it
 * for minutes. So each lookup runs in a thread of its own, and who waits for it
 * leaves at a deadline or a stop. The lookup goes on; the next question for the
 * same host takes its answer, so that a slow name server is waited for across
 * several attempts and not asked anew by each.
 *
 * libcurl has such threads of its own, but tells no cause: whether a name does
 * not exist or the name server was not reached decides if waiting can help. */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct stop;
struct resolver; /* opaque; has one owner at a time */

enum { RESOLVE_MAX_BYTES = 1024 }; /* of addresses as text: twenty or more */

/* has_stray: borrowed, or NULL; set when a lookup may outlive who asked for it:
 * then the process should leave by _exit.
 * Errors: SYSTEM. */
MUST_CHECK struct resolver *resolver_new(atomic_bool *has_stray,
					 struct err *err);

/* A lookup under way is left behind. */
void resolver_free(struct resolver *r);

/* Writes the addresses of host to out, as "192.0.2.1,2001:db8::1", in the
 * order in which they should be tried.
 * Blocks: until the answer, deadline_ns, or stop.
 * Errors: HOST (the name does not exist, or has no address), NETWORK (the name
 * server cannot say: it may later), TIMEOUT (deadline_ns), CANCELED, SYSTEM.
 * Thread: the owner's. */
MUST_CHECK int resolver_find(struct resolver *r, const char *host,
			     struct stop *stop, int64_t deadline_ns,
			     struct buf *out, struct err *err);

#endif
