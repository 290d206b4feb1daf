/* SPDX-License-Identifier: MIT */
#include "engine/breaker.h"

#define INTERVAL_MIN_NS (100 * NS_PER_MS)
#define INTERVAL_MAX_NS (2 * NS_PER_SEC)

void breaker_init(struct breaker *b, int probes_max)
{
	*b = (struct breaker){ .probes_max = probes_max };
}

enum breaker_reply breaker_ask(struct breaker *b, int64_t now_ns,
			       int64_t *at_ns)
{
	if (b->is_hopeless)
		return BREAKER_HOPELESS;
	if (!b->is_open)
		return BREAKER_CLOSED;
	if (!b->is_probing && now_ns >= b->probe_at_ns)
		return BREAKER_PROBE;
	*at_ns = b->is_probing ? CLOCK_NEVER : b->probe_at_ns;
	return BREAKER_WAIT;
}

void breaker_note_probe(struct breaker *b)
{
	b->is_probing = true;
}

void breaker_note_answer(struct breaker *b, bool is_refusal)
{
	b->was_connected = true;
	b->was_answered |= !is_refusal;
	b->failures = b->refusals = b->probes = 0;
	b->failing_since_ns = 0;
	b->is_open = b->is_probing = false;
}

/* Between half and the whole of the interval, if that is before the deadline. */
static void plan_probe(struct breaker *b, const struct breaker_failure *f)
{
	double share = 0.5 + f->random / 2;
	int64_t wait_ns = (int64_t)(share * (double)b->interval_ns);
	int64_t left_ns = f->latest_ns - f->now_ns;

	b->is_probing = false;
	if (left_ns >= INTERVAL_MIN_NS && wait_ns > left_ns - INTERVAL_MIN_NS)
		wait_ns = left_ns / 2;
	b->probe_at_ns = f->now_ns + wait_ns;
	b->interval_ns = b->interval_ns * 2 < INTERVAL_MAX_NS
				 ? b->interval_ns * 2
				 : INTERVAL_MAX_NS;
}

static bool is_hopeless(const struct breaker *b,
			const struct breaker_failure *f)
{
	switch ((int)f->err->kind) {
	case ERR_AUTH:
	case ERR_TLS:
	case ERR_HOST:
		/* It was fine a moment ago: once is no proof. */
		return !b->was_answered || b->failures >= BREAKER_FAILURES;
	default:
		return b->refusals >= BREAKER_REFUSALS ||
		       (!b->was_connected && f->now_ns - b->failing_since_ns >=
						     BREAKER_UNREACHED_NS);
	}
}

void breaker_note_failure(struct breaker *b, const struct breaker_failure *f)
{
	if (b->is_hopeless)
		return;
	if (b->failures++ == 0)
		b->failing_since_ns = f->now_ns;
	if (f->is_own && f->err->kind == ERR_FORBIDDEN && !b->was_answered)
		b->refusals++;
	b->was_connected |= f->was_connected;
	b->why = *f->err;
	b->probes += b->is_probing;
	b->is_hopeless = is_hopeless(b, f) ||
			 (b->probes_max > 0 && b->probes >= b->probes_max);
	if (b->failures < BREAKER_FAILURES)
		return;
	if (!b->is_open) {
		b->is_open = true;
		b->opened_ns = f->now_ns;
		b->interval_ns = INTERVAL_MIN_NS;
		plan_probe(b, f);
	} else if (b->is_probing) {
		plan_probe(b, f);
	}
}
