/* SPDX-License-Identifier: MIT */
#include "share/store.h"

#include <stdlib.h>

#include "base/clock.h"

void store_operate(struct store_operation *o, struct limiter_state *l,
		   const struct limiter_user *me, int64_t now_ns)
{
	o->now_ns = now_ns;
	switch (o->verb) {
	case STORE_ASK:
		o->reply = limiter_ask(l, me, now_ns, o->latest_ns, &o->ticket,
				       &o->at_ns);
		break;
	case STORE_CONFIRM:
		o->is_kept = limiter_confirm(l, me, o->ticket, now_ns);
		break;
	case STORE_END:
		limiter_end(l, me, o->ticket, o->how, o->ended_ns,
			    o->min_rtt_ns, now_ns);
		break;
	case STORE_NOTE_LEFT:
		limiter_note_left(l, me, o->left, o->reset_after_ns, now_ns);
		break;
	}
}

/* ---- in memory ---- */

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
