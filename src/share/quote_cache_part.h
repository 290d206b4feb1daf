/* SPDX-License-Identifier: MIT */
/* quote_cache_part.h: what the files of the cache share.
 * Layer share; private to quote_cache_*.c:
 *
 *	quote_cache_table.c  quotes by symbol, in memory
 *	quote_cache_text.c   the same as a text
 *	quote_cache_file.c   and as a file */
#ifndef SHARE_QUOTE_CACHE_PART_H
#define SHARE_QUOTE_CACHE_PART_H

#include "base/arena.h"
#include "base/hash.h"
#include "share/quote_cache.h"

struct quote_cache {
	char scope[HASH_NAME_BYTES];
	struct quote_kept *kept; /* count of them; owned */
	size_t count, cap;
	uint32_t *place; /* by hash: 1 + its place in kept; 0: none. Owned */
	size_t places;   /* a power of two, more than twice the count */
	struct arena texts;
	bool has_news;
};

/* Puts it in place of the one of the same symbol and call, if there is one; its
 * texts are the arena's already. Errors: SYSTEM (memory). */
MUST_CHECK int quote_cache_put(struct quote_cache *c,
			       const struct quote_kept *kept, struct err *err);

/* Forgets all. */
void quote_cache_clear(struct quote_cache *c);

#endif
