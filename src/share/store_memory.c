/* SPDX-License-Identifier: MIT */
#include "share/store_memory.h"

#include <stdlib.h>

#include "base/clock.h"
#include "share/limiter.h"
#include "share/store.h"

struct store_memory {
	struct store base;
	struct limiter_state state;
};

static struct limiter_state *state_of(struct store *s)
{
	return &((struct store_memory *)s)->state;
}

static int memory_apply(struct store *s, const struct limiter_user *me,
			struct store_operation *o,
			const struct store_timeout *t, struct err *err)
{
	(void)t, (void)err;
	store_operate(o, state_of(s), me, clock_monotonic_ns());
	return 0;
}

static void memory_look(struct store *s, const struct limiter_user *me,
			struct limiter_view *out)
{
	limiter_look(state_of(s), me, clock_monotonic_ns(), out);
}

static const struct limiter_state *memory_last_known(const struct store *s)
{
	return &((const struct store_memory *)s)->state;
}

static void memory_free(struct store *s)
{
	free(s);
}

struct store *store_memory_new(struct err *err)
{
	static const struct store_ops ops = {
		.apply = memory_apply,
		.look = memory_look,
		.last_known = memory_last_known,
		.free = memory_free,
	};
	struct store_memory *m = err_calloc(sizeof *m, err);

	if (!m)
		return NULL;
	m->base.ops = &ops;
	limiter_state_init(&m->state, clock_monotonic_ns());
	return &m->base;
}

void store_memory_adopt(struct store *memory, const struct limiter_state *from)
{
	*state_of(memory) = *from;
}
