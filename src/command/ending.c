/* SPDX-License-Identifier: MIT */
#include "command/ending.h"

#include "base/clock.h"
#include "cli/options.h"
#include "command/command.h"

/* The instant with that time of today in Korea. */
static int64_t until_ns(const char *text)
{
	int64_t day_ms = INT64_C(86400) * 1000, kst_ms = INT64_C(9) * 3600000;
	int64_t now_ms = clock_real_ms() + kst_ms;
	int64_t at_ms = ((text[0] - '0') * 10 + text[1] - '0') * 3600000 +
			((text[3] - '0') * 10 + text[4] - '0') * 60000;

	return clock_monotonic_ns() + (at_ms - now_ms % day_ms) * NS_PER_MS;
}

int ending_find(const struct command *c, int64_t *deadline_ns, struct err *err)
{
	const char *until = c->options->until;
	int64_t at_ns = until ? until_ns(until) : CLOCK_NEVER;

	*deadline_ns = earlier(at_ns, c->deadline_ns);
	return until && at_ns <= clock_monotonic_ns()
		       ? err_set(err, ERR_USAGE, "--until %s is over in Korea",
				 until)
		       : 0;
}
