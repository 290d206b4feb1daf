/* SPDX-License-Identifier: MIT */
/* arena.h: many small texts, freed at once.
 * Layer base; uses err.
 *
 * The texts of one broker answer (names, prices) live in the arena of the
 * result that carries them: two or three allocations a call instead of one
 * for each field. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/err.h"

struct arena_block;

struct arena {
	struct arena_block *head; /* owned; newest first */
};

void arena_init(struct arena *a);
void arena_release(struct arena *a);

/* A copy of len bytes and a closing NUL.
 * Owns:   the arena, until arena_release.
 * Errors: NULL when out of memory. */
MUST_CHECK char *arena_copy(struct arena *a, const char *text, size_t len);

#endif
