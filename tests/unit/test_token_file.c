/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "share/token_file.h"
#include "share/token_state.h"

#define OWNER "0123456789abcdef0123456789abcdef"

enum { HOUR = 3600 * 1000 };

/* Here the boot began at 1795000000000 by the wall clock. */
#define BEGAN INT64_C(1795000000000)
static const struct token_place here = { .boot = 0xb1, .processes = 0xc1, .began_ms = BEGAN };

static const struct token_state before = { .text = "before", .got_ms = 1, .expires_ms = 2 };

static int parse(const char *text, struct token_state *s, struct err *err)
{
	return token_file_parse(text, strlen(text), OWNER, &here, s, err);
}

/* ---- what is trusted ---- */

#define FILE_OF(owner, token, rest) \
	"{\"version\":1,\"owner\":\"" owner "\",\"token\":\"" token "\"" rest "}\n"
#define TIMES ",\"expires_at_ms\":1795305600000,\"asked_at_ms\":1795219200000"

static void only_our_own_is_read(void **state)
{
	static const struct {
		const char *name, *text;
		const char *token; /* NULL: it is no file of ours */
	} rows[] = {
		{ "of an older release", FILE_OF(OWNER, "abc.def-_~+/=", TIMES), "abc.def-_~+/=" },
		{ "no token yet", FILE_OF(OWNER, "", TIMES), "" },
		{ "more members", FILE_OF(OWNER, "abc", TIMES ",\"x\":[1]"), "abc" },
		{ "a result of a later release",
		  FILE_OF(OWNER, "abc", TIMES ",\"asked_result\":\"?\""), "abc" },
		{ "a place that is none", FILE_OF(OWNER, "abc", TIMES ",\"boot\":\"x\""), "abc" },
		{ "empty", "", NULL },
		{ "blank", " \n", NULL },
		{ "binary", "\x7f" "ELF\x01", NULL },
		{ "an array", "[]", NULL },
		{ "an empty object", "{}", NULL },
		{ "cut off", "{\"version\":1,\"owner\":\"" OWNER "\",\"tok", NULL },
		{ "two of them", FILE_OF(OWNER, "abc", TIMES) "{}", NULL },
		{ "another's", FILE_OF("f123456789abcdef0123456789abcdef", "abc", TIMES), NULL },
		{ "another's, longer", FILE_OF(OWNER "0", "abc", TIMES), NULL },
		{ "nobody's", "{\"version\":1,\"token\":\"abc\"" TIMES "}", NULL },
		{ "no version", "{\"owner\":\"" OWNER "\",\"token\":\"abc\"" TIMES "}", NULL },
		{ "another version",
		  "{\"version\":2,\"owner\":\"" OWNER "\",\"token\":\"abc\"" TIMES "}", NULL },
		{ "no token", "{\"version\":1,\"owner\":\"" OWNER "\"" TIMES "}", NULL },
		{ "token of another type",
		  "{\"version\":1,\"owner\":\"" OWNER "\",\"token\":7" TIMES "}", NULL },
		{ "line end in the token", FILE_OF(OWNER, "a\\r\\nappkey: x", TIMES), NULL },
		{ "blank in the token", FILE_OF(OWNER, "a b", TIMES), NULL },
		{ "no ASCII in the token", FILE_OF(OWNER, "\xc3\xa4", TIMES), NULL },
		{ "token twice", FILE_OF(OWNER, "a", ",\"token\":\"b\"" TIMES), NULL },
		{ "time out of range", FILE_OF(OWNER, "a", ",\"expires_at_ms\":1e400"), NULL },
		{ "negative time", FILE_OF(OWNER, "a", ",\"asked_at_ms\":-1"), NULL },
		{ "result of another type", FILE_OF(OWNER, "a", ",\"asked_result\":1" TIMES), NULL },
		{ "claim of another type", FILE_OF(OWNER, "a", ",\"asking\":true" TIMES), NULL },
		{ "boot of another type", FILE_OF(OWNER, "a", ",\"boot\":7" TIMES), NULL },
		{ "beginning out of range",
		  FILE_OF(OWNER, "a", ",\"boot_began_ms\":9223372036854775807" TIMES), NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct token_state s = before;
		struct err err = { .kind = ERR_KINDS };
		int rc = parse(rows[i].text, &s, &err);

		print_message("# %s\n", rows[i].name);
		if (rows[i].token) {
			assert_int_equal(rc, 0);
			assert_string_equal(s.text, rows[i].token);
			assert_int_equal(s.expires_ms, INT64_C(1795305600000) - BEGAN);
			assert_int_equal(s.asked_ms, INT64_C(1795219200000) - BEGAN);
			assert_true(s.got_ms == (s.text[0] ? s.asked_ms : TOKEN_NEVER));
			assert_int_equal(s.result, TOKEN_UNTOLD);
			assert_int_equal(s.claim, 0);
		} else {
			assert_int_equal(rc, -1);
			assert_true(err.kind == ERR_PARSE || err.kind == ERR_TRUNCATED);
			assert_memory_equal(&s, &before, sizeof s);
		}
	}
}

/* ---- what is written ---- */

static void format(const struct token_state *s, const struct token_place *place, struct buf *out)
{
	struct err err;

	buf_init(out, 8192);
	token_file_format(s, OWNER, place, out);
	assert_int_equal(buf_check(out, ERR_SYSTEM, &err), 0);
}

static void what_is_written_is_read(void **state)
{
	static const size_t lengths[] = { 0, 1, 350, TOKEN_BYTES - 2, TOKEN_BYTES - 1 };

	(void)state;
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths * TOKEN_RESULTS; i++) {
		struct token_state s = { .got_ms = 3 * HOUR,
					 .asked_ms = 2 * HOUR,
					 .result = (enum token_result)(i % TOKEN_RESULTS),
					 .claim = INT64_C(1) << 51,
					 .claim_pid = 4711,
					 .claim_until_ms = 4 * HOUR };
		struct token_state seen = before;
		struct buf text;
		struct err err;

		memset(s.text, '/', lengths[i / TOKEN_RESULTS]);
		s.expires_ms = s.text[0] ? 27 * HOUR : -BEGAN; /* none: never */
		format(&s, &here, &text);
		assert_int_equal(parse(buf_text(&text), &seen, &err), 0);
		if (s.result == TOKEN_REFUSED)
			s.result = TOKEN_UNTOLD; /* which leaves no trace */
		assert_memory_equal(&s, &seen, sizeof s);
		buf_release(&text);
	}
}

static void never_stays_never(void **state)
{
	struct token_state s, seen = before;
	struct buf text;
	struct err err;

	(void)state;
	token_state_init(&s);
	format(&s, &here, &text);
	assert_int_equal(parse(buf_text(&text), &seen, &err), 0);
	assert_true(seen.got_ms == TOKEN_NEVER && seen.asked_ms == TOKEN_NEVER);
	assert_string_equal(seen.text, "");
	buf_release(&text);
}

/* ---- clocks and places ---- */

static struct token_state read_at(const struct buf *text, const struct token_place *place)
{
	struct token_state s;
	struct err err;

	assert_int_equal(token_file_parse(buf_text(text), text->len, OWNER, place, &s, &err), 0);
	return s;
}

static void times_outlive_clocks(void **state)
{
	static const struct {
		const char *name;
		struct token_place reader;
		int64_t shift_ms; /* of what it reads */
		bool knows_pid;
	} rows[] = {
		{ "the same", { 0xb1, 0xc1, BEGAN }, 0, true },
		{ "the wall clock was set forward by a day meanwhile",
		  { 0xb1, 0xc1, BEGAN + 24 * HOUR }, 0, true },
		{ "and back", { 0xb1, 0xc1, BEGAN - 24 * HOUR }, 0, true },
		{ "another container of the same boot", { 0xb1, 0xc2, BEGAN }, 0, false },
		{ "after a reboot, an hour later", { 0xb2, 0xc2, BEGAN + HOUR }, -HOUR, false },
		{ "another machine", { 0xb3, 0xc3, BEGAN - 100 * HOUR }, 100 * HOUR, false },
		{ "a system without names", { 0, 0, BEGAN + 3 }, -3, false },
	};
	const struct token_state s = { .text = "t",
				       .got_ms = 5 * HOUR,
				       .expires_ms = 29 * HOUR,
				       .asked_ms = 5 * HOUR - 80,
				       .claim = 5,
				       .claim_pid = 17,
				       .claim_until_ms = 6 * HOUR };
	struct buf text;

	(void)state;
	format(&s, &here, &text);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct token_state seen = read_at(&text, &rows[i].reader);

		print_message("# %s\n", rows[i].name);
		assert_int_equal(seen.got_ms, s.got_ms + rows[i].shift_ms);
		assert_int_equal(seen.expires_ms, s.expires_ms + rows[i].shift_ms);
		assert_int_equal(seen.asked_ms, s.asked_ms + rows[i].shift_ms);
		assert_int_equal(seen.claim_until_ms, s.claim_until_ms + rows[i].shift_ms);
		assert_int_equal(seen.claim_pid, rows[i].knows_pid ? 17 : 0);
	}
	buf_release(&text);
	/* Names that nobody has say nothing about each other. */
	format(&s, &rows[6].reader, &text);
	assert_int_equal(read_at(&text, &(struct token_place){ 0, 0, BEGAN }).got_ms,
			 s.got_ms + 3);
	assert_int_equal(read_at(&text, &(struct token_place){ 0, 0, BEGAN }).claim_pid, 0);
	buf_release(&text);
}

/* A machine without a battery begins in 1970. */
static void the_first_day_of_all(void **state)
{
	const struct token_place early = { .boot = 1, .processes = 2, .began_ms = -500 };
	const struct token_state s = { .text = "t", .got_ms = 400, .expires_ms = HOUR,
				       .asked_ms = 600 };
	struct token_state seen;
	struct buf text;

	(void)state;
	format(&s, &early, &text);
	seen = read_at(&text, &early);
	assert_int_equal(seen.expires_ms, HOUR);
	assert_int_equal(seen.asked_ms, 600);
	buf_release(&text);
}

static void this_process_stands_somewhere(void **state)
{
	struct token_place one, two;

	(void)state;
	token_place_here(&one);
	token_place_here(&two);
	assert_true(one.boot == two.boot && one.processes == two.processes);
	assert_true(one.boot == 0 || one.boot != one.processes);
	assert_in_range(one.began_ms, 0, clock_real_ms());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_our_own_is_read),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(never_stays_never),
		cmocka_unit_test(times_outlive_clocks),
		cmocka_unit_test(the_first_day_of_all),
		cmocka_unit_test(this_process_stands_somewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
