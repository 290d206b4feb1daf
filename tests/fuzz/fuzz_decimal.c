/* SPDX-License-Identifier: MIT */
/* Decimals from untrusted text: what is read is a decimal, reads back as
 * itself, and obeys arithmetic. Two texts, with a line end between them. */
#include "base/decimal.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool read_decimal(const char *text, size_t len, char out[DECIMAL_BYTES])
{
	struct err err = { .kind = ERR_KINDS };
	char again[DECIMAL_BYTES];
	int rc;

	memset(out, '#', DECIMAL_BYTES);
	rc = decimal_parse(text, len, out, &err);
	if (rc != 1) {
		require(rc == 0 ? out[0] == '\0' : err.kind == ERR_PARSE);
		require(rc == 0 ||
			strspn(err.msg, " !\"#$%&'()*+,-./0123456789:;<=>?@"
					"ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`"
					"abcdefghijklmnopqrstuvwxyz{|}~") ==
				strlen(err.msg));
		return false;
	}
	require(strlen(out) < DECIMAL_BYTES && decimal_is_valid(out));
	require(decimal_parse(out, strlen(out), again, NULL) == 1);
	require(strcmp(out, again) == 0);
	return true;
}

static bool are_equal(const char *a, const char *b)
{
	char difference[DECIMAL_BYTES];

	return decimal_subtract(a, b, difference, NULL) == 0 &&
	       decimal_is_zero(difference);
}

static void check_one(const char *d)
{
	char x[DECIMAL_BYTES], y[DECIMAL_BYTES];

	require(decimal_subtract(d, "0", x, NULL) == 0 && strcmp(x, d) == 0);
	require(are_equal(d, d));
	decimal_set_sign(d, !decimal_is_negative(d), x);
	decimal_set_sign(x, decimal_is_negative(d), y);
	require(decimal_is_valid(x) && strcmp(y, d) == 0);
	require(decimal_is_zero(d) || strcmp(x, d) != 0);
	require(decimal_shift(d, 0, x, NULL) == 0 && strcmp(x, d) == 0);
	if (decimal_shift(d, 2, x, NULL) == 0 &&
	    decimal_shift(x, 3, y, NULL) == 0) {
		require(decimal_is_valid(x) && decimal_is_valid(y));
		require(decimal_shift(d, 5, x, NULL) == 0 && strcmp(x, y) == 0);
	}
	if (decimal_is_zero(d))
		require(decimal_percent("1", d, x, NULL) == -1);
	else
		require(decimal_percent(d, d, x, NULL) == 0 &&
			strcmp(x, "100.00") == 0);
}

static void check_two(const char *a, const char *b)
{
	char x[DECIMAL_BYTES], y[DECIMAL_BYTES], z[DECIMAL_BYTES];

	if (decimal_subtract(a, b, x, NULL) == 0) {
		require(decimal_is_valid(x));
		require(decimal_compare(a, b) == (decimal_is_zero(x)	   ? 0
						  : decimal_is_negative(x) ? -1
									   : 1));
		require(decimal_subtract(b, a, y, NULL) ==
			0); /* a - b = -(b - a) */
		decimal_set_sign(y, !decimal_is_negative(y), z);
		require(strcmp(x, z) == 0);
		if (decimal_subtract(a, x, y, NULL) == 0) /* a - (a - b) = b */
			require(are_equal(y, b));
	}
	require(decimal_compare(a, b) == -decimal_compare(b, a));
	if (decimal_divide(a, b, 6, x, NULL) == 0) {
		require(decimal_is_valid(x));
		/* Once rounded, it stays so. */
		require(decimal_divide(x, "1", 6, y, NULL) == 0 && strcmp(x, y) == 0);
	}
	if (decimal_percent(a, b, x, NULL) == 0) {
		require(decimal_is_valid(x) && x[strlen(x) - 3] == '.');
		/* Ten times both is the same share. */
		if (decimal_shift(a, 1, y, NULL) == 0 &&
		    decimal_shift(b, 1, z, NULL) == 0) {
			char again[DECIMAL_BYTES];

			require(decimal_percent(y, z, again, NULL) == 0 &&
				strcmp(x, again) == 0);
		}
	}
}

/* Of a JSON number: it has the value of the decimal that it is without an
 * exponent, and no zeros that say nothing. */
static void check_number(const char *text, size_t len)
{
	char d[DECIMAL_BYTES], plain[DECIMAL_BYTES];
	struct err err = { .kind = ERR_KINDS };

	if (decimal_parse_number(text, len, d, &err) < 0) {
		require(err.kind == ERR_PARSE);
		return;
	}
	require(decimal_is_valid(d));
	require(!strchr(d, '.') || d[strlen(d) - 1] != '0');
	if (decimal_parse(text, len, plain, NULL) == 1)
		require(decimal_compare(d, plain) == 0);
	require(decimal_parse_number(d, strlen(d), plain, NULL) == 0);
	require(strcmp(d, plain) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = size ? (const char *)data : "";
	const char *line_end = memchr(text, '\n', size);
	size_t first = line_end ? (size_t)(line_end - text) : size;
	char a[DECIMAL_BYTES], b[DECIMAL_BYTES];

	check_number(text, first);
	if (!read_decimal(text, first, a))
		return 0;
	check_one(a);
	if (line_end && read_decimal(line_end + 1, size - first - 1, b))
		check_two(a, b);
	return 0;
}
