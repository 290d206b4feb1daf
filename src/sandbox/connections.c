/* SPDX-License-Identifier: MIT */
#include "sandbox/connections.h"

#include "sandbox/wire.h"

#include <stdlib.h>

int connections_init(struct connections *all, struct err *err)
{
	all->first = NULL;
	all->opened = 0;
	return mutex_init(&all->mu, err);
}

void connections_destroy(struct connections *all)
{
	mutex_destroy(&all->mu);
}

struct connection *connections_add(struct connections *all, int fd,
				   enum source source)
{
	struct connection *one = calloc(1, sizeof(*one));

	if (!one)
		return NULL;
	one->fd = fd;
	one->source = source;
	mutex_lock(&all->mu);
	one->number = ++all->opened;
	one->next = all->first;
	if (one->next)
		one->next->previous = one;
	all->first = one;
	mutex_unlock(&all->mu);
	return one;
}

void connections_remove(struct connections *all, struct connection *one)
{
	if (!one)
		return;
	mutex_lock(&all->mu);
	if (one->next)
		one->next->previous = one->previous;
	if (one->previous)
		one->previous->next = one->next;
	else
		all->first = one->next;
	mutex_unlock(&all->mu);
	free(one);
}

void connections_drop(struct connections *all, enum source source)
{
	mutex_lock(&all->mu);
	/* Under the lock, because it is what keeps the descriptors open; a
	 * reset does not block. */
	for (struct connection *one = all->first; one; one = one->next) {
		if (one->source != source)
			continue;
		atomic_store(&one->is_dropped, true);
		wire_reset(&(struct wire){ .fd = one->fd });
	}
	mutex_unlock(&all->mu);
}
