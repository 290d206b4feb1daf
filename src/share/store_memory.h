/* SPDX-License-Identifier: MIT */
/* store_memory.h: a quota that is this process's own.
 * Layer share; uses base, limiter, store. */
#ifndef SHARE_STORE_MEMORY_H
#define SHARE_STORE_MEMORY_H

#include "base/err.h"

struct limiter_state;
struct store;

/* Errors: SYSTEM (memory). */
MUST_CHECK struct store *store_memory_new(struct err *err);

/* It goes on from what another store knew: copied. */
void store_memory_adopt(struct store *memory, const struct limiter_state *from);

#endif
