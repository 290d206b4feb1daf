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

static int memory_ask(struct store *s, const struct limiter_user *me,
		      int64_t latest_ns, const struct store_timeout *t,
		      struct store_grant *out, struct err *err)
{
	(void)t, (void)err;
	out->now_ns = clock_monotonic_ns();
	out->reply = limiter_ask(state_of(s), me, out->now_ns, latest_ns,
				 &out->ticket, &out->at_ns);
	return 0;
}

static int memory_confirm(struct store *s, const struct limiter_user *me,
			  uint64_t ticket, const struct store_timeout *t,
			  bool *is_kept, int64_t *now_ns, struct err *err)
{
	(void)t, (void)err;
	*now_ns = clock_monotonic_ns();
	*is_kept = limiter_confirm(state_of(s), me, ticket, *now_ns);
	return 0;
}

static int memory_end(struct store *s, const struct limiter_user *me,
		      const struct store_end *end,
		      const struct store_timeout *t, struct err *err)
{
	(void)t, (void)err;
	limiter_end(state_of(s), me, end->ticket, end->how, end->at_ns,
		    end->min_rtt_ns, clock_monotonic_ns());
	return 0;
}

static int memory_note_left(struct store *s, const struct limiter_user *me,
			    int64_t left, int64_t reset_after_ns,
			    const struct store_timeout *t, struct err *err)
{
	(void)t, (void)err;
	limiter_note_left(state_of(s), me, left, reset_after_ns,
			  clock_monotonic_ns());
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

static bool memory_take_warning(struct store *s, struct err *out)
{
	(void)s, (void)out;
	return false;
}

static void memory_free(struct store *s)
{
	free(s);
}

struct store *store_memory_new(struct err *err)
{
	static const struct store_ops ops = {
		.ask = memory_ask,
		.confirm = memory_confirm,
		.end = memory_end,
		.note_left = memory_note_left,
		.look = memory_look,
		.last_known = memory_last_known,
		.take_warning = memory_take_warning,
		.free = memory_free,
	};
	struct store_memory *m = calloc(1, sizeof *m);

	if (!m) {
		err_no_memory(err);
		return NULL;
	}
	m->base.ops = &ops;
	limiter_state_init(&m->state, clock_monotonic_ns());
	return &m->base;
}

void store_memory_adopt(struct store *memory, const struct limiter_state *from)
{
	*state_of(memory) = *from;
}
