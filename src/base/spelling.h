/* SPDX-License-Identifier: MIT */
/* spelling.h: how far a misspelt name is from a right one.
 * Layer base; uses err. */
#ifndef BASE_SPELLING_H
#define BASE_SPELLING_H

#include <stddef.h>

enum { SPELLING_MAX_BYTES = 32 }; /* of a name that is compared */

/* Insertions, deletions, replacements and swaps of neighbours that lead from
 * the first len bytes of text to name; both at most SPELLING_MAX_BYTES long. */
size_t spelling_distance(const char *text, size_t len, const char *name);

#endif
