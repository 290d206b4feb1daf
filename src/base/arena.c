/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BLOCK_BYTES = 8192 };

struct arena_block {
	struct arena_block *next;
	size_t used, cap;
	char data[];
};

void arena_init(struct arena *a)
{
	a->head = NULL;
}

void arena_release(struct arena *a)
{
	while (a->head) {
		struct arena_block *next = a->head->next;

		free(a->head);
		a->head = next;
	}
}

char *arena_copy(struct arena *a, const char *text, size_t len)
{
	struct arena_block *b = a->head;
	char *out;

	if (len > SIZE_MAX / 2)
		return NULL;
	if (!b || b->cap - b->used < len + 1) {
		size_t cap = len + 1 > ARENA_BLOCK_BYTES ? len + 1
							 : ARENA_BLOCK_BYTES;

		b = malloc(sizeof *b + cap);
		if (!b)
			return NULL;
		b->next = a->head;
		b->used = 0;
		b->cap = cap;
		a->head = b;
	}
	out = b->data + b->used;
	memcpy(out, text, len);
	out[len] = '\0';
	b->used += len + 1;
	return out;
}
