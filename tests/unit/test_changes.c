/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command/changes.h"
#include "model/quote.h"

static struct outcome quote(const char *price, const char *volume)
{
	return (struct outcome){ .has_quote = true,
				 .quote.number = { [QUOTE_PRICE] = price, [QUOTE_VOLUME] = volume } };
}

static struct outcome failure(enum err_kind kind)
{
	return (struct outcome){ .err.kind = kind };
}

static void test_what_is_new(void **state)
{
	const struct {
		struct outcome o;
		bool is_new;
	} steps[] = {
		{ quote("100", "5"), true }, /* the first */
		{ quote("100", "5"), false },
		{ quote("101", "5"), true },
		{ quote("101", "6"), true },
		{ quote("101", "6"), false },
		{ quote("10", "6"), true }, /* a part of the old text */
		{ quote("10.0", "6"), true },
		{ quote("10.0", NULL), true },
		{ quote("10.0", NULL), false },
		{ failure(ERR_TIMEOUT), true },
		{ failure(ERR_TIMEOUT), false },
		{ failure(ERR_NOT_FOUND), true },
		{ quote("10.0", NULL), true }, /* it is back */
		{ quote("10.0", NULL), false },
	};
	struct change last = { .is_known = false };

	(void)state;
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		assert_int_equal(change_note(&last, &steps[i].o), steps[i].is_new);
}

static void test_a_failure_first_is_new(void **state)
{
	struct change last = { .is_known = false };
	struct outcome o = failure((enum err_kind)0);

	(void)state;
	assert_true(change_note(&last, &o));
	assert_false(change_note(&last, &o));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_new),
		cmocka_unit_test(test_a_failure_first_is_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
