/* SPDX-License-Identifier: MIT */
/* retry.h: what becomes of a call that failed, and when it is made again; pure.
 * Layer engine; uses base.
 *
 * The deadline decides, not a count: what may heal is tried again for as long
 * as one more attempt fits. --retries caps it. A refusal for the rate is the
 * account's and never counts. What may be one symbol's fault is asked again by
 * halves until that symbol stands alone; what one symbol alone is answered with
 * and cannot be told from a passing fault is tried five times.
 *
 * A storm is impossible: further attempts take tokens from a bucket that
 * answers and time refill. An empty bucket delays; it gives nothing up. */
#ifndef ENGINE_RETRY_H
#define ENGINE_RETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

enum retry_action {
	RETRY_FINAL,  /* the error is the answer of its symbols */
	RETRY_AGAIN,  /* later, at the end of the line */
	RETRY_NOW,    /* at once: with the same token, or another */
	RETRY_SPLIT,  /* by halves */
	RETRY_SINGLES /* one by one: there is no multi call */
};

struct retry_case {
	enum err_kind kind;
	bool is_own;  /* the source's own code says so: no page of a gateway */
	bool is_down; /* nothing is answered at present (breaker.h) */
	bool is_single; /* asked by the call for one symbol */
	size_t symbols;
	int attempts;     /* that failed and count, this one included */
	int attempts_max; /* 0: the deadline decides */
};

enum retry_action retry_decide(const struct retry_case *c);

/* Whether the failure counts as an attempt of the request. */
bool retry_counts(enum err_kind kind);

/* How long to wait after failure number attempts (1, 2, ...): full jitter under
 * a bound that doubles, or the server's Retry-After. random is in [0, 1). */
int64_t retry_delay_ns(const struct err *err, int attempts, double random);

/* Whether an attempt at at_ns that takes typical_ns ends before the deadline;
 * without one, whether the request has failed for less than ten minutes. */
bool retry_fits(int64_t at_ns, int64_t typical_ns, int64_t failing_since_ns,
		int64_t deadline_ns);

/* Where a wait would end too late for another attempt: half of the time that one
 * has left; 0: less than RETRY_LEAST_NS, which is not worth a call. A source's
 * wish for such a pause may have been a slip; that is tried once. */
int64_t retry_hurried_ns(int64_t now_ns, int64_t typical_ns,
			 int64_t failing_since_ns, int64_t deadline_ns);

/* Tokens for further attempts: RETRY_BUDGET_START at first, half a one for each
 * answer, four for each second. */
struct retry_budget {
	double tokens;
	int64_t filled_ns; /* up to when time has been counted */
};

#define RETRY_LEAST_NS (50 * NS_PER_MS)

enum { RETRY_BUDGET_START = 10, RETRY_BUDGET_MAX = 100 };

void retry_budget_init(struct retry_budget *b, int64_t now_ns);
void retry_budget_note_answer(struct retry_budget *b);

/* Takes a token if there is one; else *at_ns is when there will be. */
bool retry_budget_take(struct retry_budget *b, int64_t now_ns, int64_t *at_ns);

#endif
