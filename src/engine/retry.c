/* SPDX-License-Identifier: MIT */
#include "engine/retry.h"

enum {
	BASE_MS = 100,
	CAP_MS = 2000,
	TOKEN_AT_ONCE = 2,     /* with the same token, then with another */
	DOUBTFUL_ATTEMPTS = 5, /* of one symbol, while others are answered */
	SPLIT_AFTER = 3        /* failures of a call as a whole */
};

#define UNBOUNDED_NS (600 * NS_PER_SEC)
#define TOKENS_PER_ANSWER 0.5
#define TOKENS_PER_SEC 4.0

static enum retry_action decide_healing(const struct retry_case *c)
{
	/* Others are answered, this one never: a symbol of it may be why. */
	if (c->symbols > 1 && !c->is_down && c->attempts >= SPLIT_AFTER)
		return RETRY_SPLIT;
	return RETRY_AGAIN;
}

/* May be one symbol's fault, or a passing fault of a gateway. */
static enum retry_action decide_doubtful(const struct retry_case *c)
{
	/* While nothing is answered it is a gateway's, until it lasts. */
	if (c->symbols > 1)
		return c->is_down && c->attempts < SPLIT_AFTER ? RETRY_AGAIN
							       : RETRY_SPLIT;
	if (c->is_own || (!c->is_down && c->attempts >= DOUBTFUL_ATTEMPTS))
		return RETRY_FINAL;
	return RETRY_AGAIN;
}

static enum retry_action decide(const struct retry_case *c)
{
	switch (c->kind) {
	case ERR_RATE_LIMIT:
		return RETRY_AGAIN;
	case ERR_TIMEOUT:
	case ERR_NETWORK:
	case ERR_HANDSHAKE:
	case ERR_SERVER:
	case ERR_TRUNCATED:
		return decide_healing(c);
	case ERR_HTTP:
		/* A 404, a redirect: no passing fault, but maybe one symbol's. */
		if (c->symbols == 1)
			return RETRY_FINAL;
		return decide_doubtful(c);
	case ERR_PARSE:
	case ERR_FORBIDDEN:
		return decide_doubtful(c);
	case ERR_AUTH:
	case ERR_HOST:
	case ERR_TLS:
		/* Hopeless unless it was fine a moment ago: breaker.h says so. */
		return c->attempts >= DOUBTFUL_ATTEMPTS ? RETRY_FINAL
							: RETRY_AGAIN;
	case ERR_TOKEN:
		/* Until another can be issued, which the credential knows. */
		return c->attempts <= TOKEN_AT_ONCE ? RETRY_NOW : RETRY_AGAIN;
	case ERR_INPUT:
	case ERR_NOT_FOUND:
		return c->symbols > 1 ? RETRY_SPLIT : RETRY_FINAL;
	case ERR_UNSUPPORTED:
		return c->is_single ? RETRY_FINAL : RETRY_SINGLES;
	case ERR_USAGE:
	case ERR_NO_TRADE:
	case ERR_LIMIT:
	case ERR_DEADLINE:
	case ERR_CANCELED:
	case ERR_OUTPUT:
	case ERR_SYSTEM:
	case ERR_KINDS:
		break;
	}
	return RETRY_FINAL;
}

enum retry_action retry_decide(const struct retry_case *c)
{
	enum retry_action action = decide(c);

	if (action == RETRY_AGAIN && c->attempts_max > 0 &&
	    retry_counts(c->kind) && c->attempts >= c->attempts_max)
		return RETRY_FINAL;
	return action;
}

bool retry_counts(enum err_kind kind)
{
	return kind != ERR_RATE_LIMIT;
}

int64_t retry_delay_ns(const struct err *err, int attempts, double random)
{
	int64_t most_ms = CAP_MS;

	if (err->retry_after_ms > 0)
		return err->retry_after_ms * NS_PER_MS;
	if (attempts < 5)
		most_ms = BASE_MS << attempts;
	return (int64_t)(random * (double)(most_ms * NS_PER_MS));
}

/* When the last attempt can begin. */
static int64_t latest_ns(int64_t typical_ns, int64_t failing_since_ns,
			 int64_t deadline_ns)
{
	return deadline_ns == CLOCK_NEVER ? failing_since_ns + UNBOUNDED_NS
					  : deadline_ns - typical_ns;
}

bool retry_fits(int64_t at_ns, int64_t typical_ns, int64_t failing_since_ns,
		int64_t deadline_ns)
{
	return at_ns < latest_ns(typical_ns, failing_since_ns, deadline_ns);
}

int64_t retry_hurried_ns(int64_t now_ns, int64_t typical_ns,
			 int64_t failing_since_ns, int64_t deadline_ns)
{
	int64_t half_ns =
		(latest_ns(typical_ns, failing_since_ns, deadline_ns) -
		 now_ns) /
		2;

	return half_ns >= RETRY_LEAST_NS ? half_ns : 0;
}

/* ---- the bucket ---- */

void retry_budget_init(struct retry_budget *b, int64_t now_ns)
{
	*b = (struct retry_budget){ RETRY_BUDGET_START, now_ns };
}

static void add(struct retry_budget *b, double tokens)
{
	b->tokens += tokens;
	if (b->tokens > RETRY_BUDGET_MAX)
		b->tokens = RETRY_BUDGET_MAX;
}

void retry_budget_note_answer(struct retry_budget *b)
{
	add(b, TOKENS_PER_ANSWER);
}

bool retry_budget_take(struct retry_budget *b, int64_t now_ns, int64_t *at_ns)
{
	add(b, TOKENS_PER_SEC * (double)(now_ns - b->filled_ns) / NS_PER_SEC);
	b->filled_ns = now_ns;
	if (b->tokens >= 1) {
		b->tokens -= 1;
		return true;
	}
	*at_ns = now_ns + NS_PER_MS +
		 (int64_t)((1 - b->tokens) / TOKENS_PER_SEC * NS_PER_SEC);
	return false;
}
