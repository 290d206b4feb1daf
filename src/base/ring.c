/* SPDX-License-Identifier: MIT */
#include "base/ring.h"

#include <stdlib.h>
#include <string.h>

int ring_init(struct ring *r, size_t capacity, size_t item_bytes,
	      struct err *err)
{
	*r = (struct ring){ .capacity = capacity, .item_bytes = item_bytes };
	require(capacity > 0 && item_bytes > 0);
	r->slot = calloc(capacity, item_bytes);
	return r->slot ? 0 : err_no_memory(err);
}

void ring_release(struct ring *r)
{
	free(r->slot);
	r->slot = NULL;
}

/* How many of count lie in one piece from the place on. */
static size_t in_one_piece(const struct ring *r, size_t place, size_t count)
{
	return count < r->capacity - place ? count : r->capacity - place;
}

size_t ring_put(struct ring *r, const void *items, size_t count)
{
	const char *from = items;
	size_t place, n;

	if (count > r->capacity - r->len)
		count = r->capacity - r->len;
	if (count == 0)
		return 0;
	place = (r->first + r->len) % r->capacity;
	n = in_one_piece(r, place, count);
	memcpy(r->slot + place * r->item_bytes, from, n * r->item_bytes);
	memcpy(r->slot, from + n * r->item_bytes, (count - n) * r->item_bytes);
	r->len += count;
	return count;
}

void *ring_extend(struct ring *r)
{
	size_t place = r->first + r->len;

	if (r->len == r->capacity)
		return NULL;
	r->len++;
	return r->slot + place % r->capacity * r->item_bytes;
}

size_t ring_take(struct ring *r, void *items, size_t max)
{
	size_t count = max < r->len ? max : r->len, n;
	char *to = items;

	if (count == 0)
		return 0;
	n = in_one_piece(r, r->first, count);
	memcpy(to, r->slot + r->first * r->item_bytes, n * r->item_bytes);
	memcpy(to + n * r->item_bytes, r->slot, (count - n) * r->item_bytes);
	r->len -= count;
	r->first = r->len ? (r->first + count) % r->capacity : 0;
	return count;
}
