/* SPDX-License-Identifier: MIT */
#include "share/store.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "share/boot.h"

static int clamp_rate(int rate)
{
	return rate < 1 ? 1 : rate > LIMITER_RATE_MAX ? LIMITER_RATE_MAX : rate;
}

/* The account's rule in a window that the state can hold: where there are too
 * many calls in it, or it is too long, an even part of it. */
static void set_window(struct limiter_user *me, int calls, int window_sec)
{
	enum { LONGEST = LIMITER_WINDOW_MAX_NS / NS_PER_SEC };
	int parts = (window_sec + LONGEST - 1) / LONGEST;

	me->window_ns = NS_PER_SEC;
	if (calls <= 0 || window_sec <= 1)
		return;
	if (parts > 1) {
		calls /= parts;
		window_sec = LONGEST;
	}
	if (calls > LIMITER_RATE_MAX) {
		calls = clamp_rate(calls / window_sec);
		if (me->published > calls)
			me->published = calls;
		if (me->rate > me->published)
			me->rate = me->published;
		return;
	}
	me->window_ns = window_sec * NS_PER_SEC;
	me->window_calls = clamp_rate(calls);
}

void store_user_init(struct limiter_user *me, const struct limiter_rule *rule,
		     const void *object)
{
	int64_t call_max = rule->call_max_ns;
	uint64_t who[4];

	*me = (struct limiter_user){
		.pid_space = boot_pid_space(),
		.pid = getpid(),
		.published = clamp_rate(rule->published_per_sec),
	};
	who[0] = me->pid_space;
	who[1] = (uint64_t)me->pid;
	who[2] = (uintptr_t)object;
	who[3] = (uint64_t)clock_monotonic_ns();
	me->id = hash_bytes(who, sizeof who, 0) | 1;
	me->rate = rule->rate_per_sec > 0 ? clamp_rate(rule->rate_per_sec)
					  : me->published;
	set_window(me, rule->window_calls, rule->window_sec);
	if (call_max <= 0)
		call_max = LIMITER_CALL_USUAL_NS;
	me->call_max_ns =
		call_max < LIMITER_CALL_MAX_NS ? call_max : LIMITER_CALL_MAX_NS;
}

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
