#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine/retry.h"

#define NOW (100 * NS_PER_SEC)
#define MS(n) ((n) * NS_PER_MS)

static void says_whether_and_when(void **state)
{
	static const struct {
		const char *name;
		enum err_kind kind;
		int64_t retry_after_ms;
		int attempt, attempts_max;
		double random;
		int64_t left_ms, typical_ms; /* left -1: no deadline */
		int64_t want_ms;             /* -1: no further attempt */
	} rows[] = {
		{ "first", ERR_NETWORK, 0, 1, 3, 0.5, -1, 0, 100 },
		{ "doubles", ERR_NETWORK, 0, 2, 9, 0.5, -1, 0, 200 },
		{ "doubles again", ERR_NETWORK, 0, 3, 9, 0.5, -1, 0, 400 },
		{ "full jitter: at once", ERR_SERVER, 0, 1, 3, 0, -1, 0, 0 },
		{ "full jitter: at most", ERR_TIMEOUT, 0, 1, 3, 0.875, -1, 0, 175 },
		{ "throttled waits longer", ERR_RATE_LIMIT, 0, 1, 3, 0.5, -1, 0, 300 },
		{ "capped", ERR_NETWORK, 0, 8, 99, 0.5, -1, 0, 10000 },
		{ "capped without overflow", ERR_NETWORK, 0, 90, 99, 0.5, -1, 0, 10000 },
		{ "throttled, capped", ERR_RATE_LIMIT, 0, 16, 99, 0.5, -1, 0, 10000 },
		{ "the last was the last", ERR_NETWORK, 0, 3, 3, 0, -1, 0, -1 },
		{ "--retries 0", ERR_NETWORK, 0, 1, 1, 0, -1, 0, -1 },
		{ "not worth it", ERR_NOT_FOUND, 0, 1, 3, 0, -1, 0, -1 },
		{ "not worth it, whatever the server says", ERR_AUTH, 50, 1, 3, 0, -1, 0, -1 },
		{ "the server's wish", ERR_SERVER, 2500, 1, 3, 0.5, -1, 0, 2500 },
		{ "the server's wish, in time", ERR_SERVER, 2500, 1, 3, 0.5, 2501, 0, 2500 },
		{ "the server's wish, too late", ERR_SERVER, 2500, 1, 3, 0.5, 2500, 0, -1 },
		{ "in time", ERR_NETWORK, 0, 1, 3, 0.5, 131, 30, 100 },
		{ "would not finish", ERR_NETWORK, 0, 1, 3, 0.5, 130, 30, -1 },
		{ "no time at all", ERR_NETWORK, 0, 1, 3, 0, 0, 0, -1 },
		{ "deadline gone by", ERR_NETWORK, 0, 1, 3, 0, -5000, 0, -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err err = { .kind = rows[i].kind,
				   .retry_after_ms = rows[i].retry_after_ms };
		struct retry_case c = {
			.err = &err,
			.attempt = rows[i].attempt,
			.attempts_max = rows[i].attempts_max,
			.random = rows[i].random,
			.now_ns = NOW,
			.deadline_ns = rows[i].left_ms == -1 ? CLOCK_NEVER :
							       NOW + MS(rows[i].left_ms),
			.typical_ns = MS(rows[i].typical_ms),
		};
		int64_t at_ns = 0;

		print_message("# %s\n", rows[i].name);
		assert_int_equal(retry_next(&c, &at_ns), rows[i].want_ms >= 0);
		if (rows[i].want_ms >= 0)
			assert_int_equal(at_ns, NOW + MS(rows[i].want_ms));
	}
}

static void only_what_may_heal(void **state)
{
	(void)state;
	for (int kind = 0; kind < ERR_KINDS; kind++) {
		struct err err = { .kind = (enum err_kind)kind };
		struct retry_case c = { .err = &err,
					.attempt = 1,
					.attempts_max = 2,
					.deadline_ns = CLOCK_NEVER };
		int64_t at_ns;

		assert_int_equal(retry_next(&c, &at_ns),
				 err_kind_is_retryable((enum err_kind)kind));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_whether_and_when),
		cmocka_unit_test(only_what_may_heal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
