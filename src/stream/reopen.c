/* SPDX-License-Identifier: MIT */
#include "stream/reopen.h"

enum {
	FIRST_SEC = 1,
	MOST_SEC = 60,
	BLOCKED_SEC = 600, /* between tries when it looks like a block */
	HELD_FIRST_SEC = 60,
	HELD_MOST_SEC = 300,
	JITTER_PARTS = 5 /* a fifth more or less */
};

#define NEVER_OPENED INT64_MIN

void reopen_init(struct reopen *r)
{
	*r = (struct reopen){ .failures = 0 };
	for (size_t i = 0; i < REOPEN_BUDGET; i++)
		r->opened_ns[i] = NEVER_OPENED;
}

void reopen_add_opening(struct reopen *r, int64_t at_ns)
{
	r->opened_ns[r->next] = at_ns;
	r->next = (r->next + 1) % REOPEN_BUDGET;
}

int64_t reopen_earliest(const struct reopen *r)
{
	int64_t oldest = r->opened_ns[r->next];

	return oldest == NEVER_OPENED ? NEVER_OPENED
				      : oldest + REOPEN_WINDOW_NS;
}

/* first, twice that, ... at most most; after n >= 1 failures. */
static int64_t double_up(int64_t first, int64_t most, int n)
{
	int64_t sec = first;

	while (--n > 0 && sec < most)
		sec *= 2;
	return (sec < most ? sec : most) * NS_PER_SEC;
}

static int64_t add_jitter(int64_t delay_ns, uint32_t random)
{
	int64_t part = delay_ns / JITTER_PARTS;

	return delay_ns - part +
	       (int64_t)((double)random / UINT32_MAX * (double)(2 * part));
}

static int64_t delay_of(const struct reopen *r, enum reopen_cause cause)
{
	switch (cause) {
	case REOPEN_NEW_KEY:
		return 0;
	case REOPEN_HELD:
		return double_up(HELD_FIRST_SEC, HELD_MOST_SEC, r->holds);
	case REOPEN_UNREACHED:
	case REOPEN_FAILED:
	case REOPEN_POLICY:
		break;
	}
	if (r->reached >= REOPEN_BLOCKED_AFTER)
		return BLOCKED_SEC * NS_PER_SEC;
	return double_up(FIRST_SEC, MOST_SEC, r->failures);
}

int64_t reopen_after(struct reopen *r, enum reopen_cause cause, uint32_t random,
		     int64_t now_ns)
{
	static const struct {
		int failures, reached, holds;
	} counts[] = {
		[REOPEN_UNREACHED] = { 1, 0, 0 }, [REOPEN_FAILED] = { 1, 1, 0 },
		[REOPEN_POLICY] = { 2, 2, 0 },    [REOPEN_HELD] = { 0, 0, 1 },
		[REOPEN_NEW_KEY] = { 0, 0, 0 },
	};
	int64_t at, earliest = reopen_earliest(r);

	r->failures += counts[cause].failures;
	r->reached += counts[cause].reached;
	r->holds += counts[cause].holds;
	at = now_ns + add_jitter(delay_of(r, cause), random);
	return at > earliest ? at : earliest;
}

void reopen_settle(struct reopen *r)
{
	r->failures = r->reached = r->holds = 0;
}

bool reopen_looks_blocked(const struct reopen *r)
{
	return r->failures >= REOPEN_BLOCKED_AFTER;
}
