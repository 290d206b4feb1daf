#include "engine/retry.h"

#include "base/clock.h"

enum {
	BASE_MS = 100,
	/* The broker asks for the next call after a refusal to come at once,
	 * spaced out; the pace is the quota's business. */
	THROTTLED_BASE_MS = 300,
	CAP_MS = 20000
};

bool retry_next(const struct retry_case *c, int64_t *at_ns)
{
	int64_t base_ms =
		c->err->kind == ERR_RATE_LIMIT ? THROTTLED_BASE_MS : BASE_MS;
	int64_t most_ms, delay_ns;

	if (!err_kind_is_retryable(c->err->kind) ||
	    c->attempt >= c->attempts_max)
		return false;
	most_ms = c->attempt > 16 ? CAP_MS : base_ms << c->attempt;
	if (most_ms > CAP_MS)
		most_ms = CAP_MS;
	delay_ns = (int64_t)(c->random * (double)(most_ms * NS_PER_MS));
	if (c->err->retry_after_ms > 0)
		delay_ns = c->err->retry_after_ms * NS_PER_MS;
	if (c->deadline_ns != CLOCK_NEVER &&
	    delay_ns >= c->deadline_ns - c->now_ns - c->typical_ns)
		return false;
	*at_ns = c->now_ns + delay_ns;
	return true;
}
