/* SPDX-License-Identifier: MIT */
/* provider_memory.h: an answer for which one text after the other finds no
 * memory. Who includes it has included provider_case.h, and is linked with
 * "wrap: arena_copy". */
#ifndef TESTS_UNIT_PROVIDER_MEMORY_H
#define TESTS_UNIT_PROVIDER_MEMORY_H

#include "base/arena.h"

static int copies_left = -1; /* until one finds no memory; -1: none */

char *__real_arena_copy(struct arena *a, const char *text, size_t len);
char *__wrap_arena_copy(struct arena *a, const char *text, size_t len)
{
	if (copies_left >= 0 && copies_left-- == 0)
		return NULL;
	return __real_arena_copy(a, text, len);
}

/* Want of memory ends the call: it is no matter of a symbol. Returns how many
 * texts the answer needs. */
static inline int count_texts(const char *symbols, int flags, const char *fixture)
{
	struct answer_case c;
	int k = 0;

	do {
		copies_left = k++;
		case_ask_body(&c, symbols, flags, case_load(fixture));
		copies_left = -1;
		if (c.rc < 0)
			assert_int_equal(c.err.kind, ERR_SYSTEM);
		else
			assert_null(strstr(c.text, "memory"));
		case_release(&c);
	} while (c.rc < 0);
	return k - 1;
}

#endif
