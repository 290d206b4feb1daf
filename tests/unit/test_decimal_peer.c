/* SPDX-License-Identifier: MIT */
/* base/decimal, and the change that kis_overseas computes with it, against
 * Python's decimal module on random numbers. Skipped where there is no Python. */
#define SOURCE "kis"
#include "provider_case.h"

#include "base/decimal.h"

enum { ROUNDS = 2000, LONGEST = DECIMAL_BYTES - 2 };

static uint64_t random_state = 20261121;

static unsigned draw(unsigned below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)(random_state >> 11) % below;
}

/* A decimal of at most so many digits; zeros and fives, where rounding turns,
 * come often. */
static void draw_decimal(char out[DECIMAL_BYTES], unsigned most_digits, bool may_be_negative)
{
	unsigned digits = 1 + draw(most_digits), point = draw(2) ? digits : 1 + draw(digits);
	char *p = out;

	if (may_be_negative && draw(2))
		*p++ = '-';
	for (unsigned i = 0; i < digits; i++) {
		unsigned digit = draw(3) ? draw(10) : 5 * draw(2);

		if (i == point)
			*p++ = '.';
		*p++ = (char)('0' + (i == 0 && point > 1 && digit == 0 ? 1 : digit));
	}
	*p = '\0';
	decimal_set_sign(out, decimal_is_negative(out), out);
	assert_true(decimal_is_valid(out));
}

static void tell(FILE *f, const char *operation, const char *a, const char *b, int rc,
		 const char *result)
{
	assert_true(rc < 0 || decimal_is_valid(result));
	fprintf(f, "%s %s %s %s\n", operation, a, b, rc < 0 ? "!" : result);
}

static void tell_arithmetic(FILE *f, unsigned most_digits)
{
	char a[DECIMAL_BYTES], b[DECIMAL_BYTES], result[DECIMAL_BYTES], by[24];
	int places = (int)draw(21), rc;

	draw_decimal(a, most_digits, true);
	draw_decimal(b, draw(2) ? most_digits : 3, true);
	rc = decimal_subtract(a, b, result, NULL);
	tell(f, "subtract", a, b, rc, result);
	rc = decimal_percent(a, b, result, NULL);
	tell(f, "percent", a, b, rc, result);
	rc = decimal_shift(a, places, result, NULL);
	snprintf(by, sizeof by, "%d", places);
	tell(f, "shift", a, by, rc, result);
	snprintf(result, sizeof result, "%d", decimal_compare(a, b));
	tell(f, "compare", a, b, 0, result);
	places = 1 + (int)draw(DECIMAL_DIVIDE_DIGITS);
	rc = decimal_divide(a, b, places, result, NULL);
	snprintf(by, sizeof by, "divide%d", places);
	tell(f, by, a, b, rc, result);
}

/* A number as JSON has it: perhaps with an exponent. */
static void tell_number(FILE *f)
{
	char d[DECIMAL_BYTES], number[DECIMAL_BYTES + 16], result[DECIMAL_BYTES];
	int rc;

	draw_decimal(d, draw(2) ? 17 : LONGEST - 1, true);
	snprintf(number, sizeof number, draw(2) ? "%s" : draw(2) ? "%se%d" : "%sE%+d", d,
		 (int)draw(60) - 30);
	rc = decimal_parse_number(number, strlen(number), result, NULL);
	tell(f, "number", number, "0", rc, result);
}

/* What a detail answer makes of last and base. */
static void tell_change(FILE *f)
{
	char last[DECIMAL_BYTES], base[DECIMAL_BYTES], body[256];
	const struct quote *q;
	struct answer_case c;

	do {
		draw_decimal(last, 12, false);
		draw_decimal(base, 12, false);
	} while (decimal_is_zero(last) || decimal_is_zero(base));
	snprintf(body, sizeof body,
		 "{\"output\":{\"rsym\":\"DNASTSLA\",\"last\":\"%s\",\"base\":\"%s\"},\"rt_cd\":\"0\"}",
		 last, base);
	case_ask(&c, "TSLA@NAS", DETAIL, 200, body, strlen(body));
	assert_true(c.result->outcome[0].has_quote);
	q = &c.result->outcome[0].quote;
	tell(f, "subtract", last, base, 0, q->number[QUOTE_CHANGE]);
	tell(f, "percent", q->number[QUOTE_CHANGE], base, 0, q->number[QUOTE_CHANGE_PERCENT]);
	case_release(&c);
}

static void test_peer(void **state)
{
	FILE *f;

	(void)state;
	f = popen("command -v python3 >/dev/null", "w");
	assert_non_null(f);
	if (pclose(f) != 0)
		skip();
	f = popen("python3 tests/support/decimal_peer.py", "w");
	assert_non_null(f);
	for (int i = 0; i < ROUNDS; i++) {
		tell_arithmetic(f, i % 2 ? 12 : LONGEST - 1);
		tell_number(f);
		if (i % 8 == 0)
			tell_change(f);
	}
	assert_int_equal(pclose(f), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_peer) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
