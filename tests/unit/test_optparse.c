/* SPDX-License-Identifier: MIT */
#include "base/optparse.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct settings {
	bool is_loud, wants_help;
	const char *file, *color;
	int count, workers, shape;
	int64_t large;
	double wait_sec;
	int own_calls;
	char own[32], taken[64];
	int noted;
};

static const char *const shapes[] = { "round", "square", "flat", NULL };
static const char *const colors[] = { "red", "blue", NULL };

static int set_own(void *target, const struct optparse_row *row,
		   const char *shown, const char *text, struct err *err)
{
	struct settings *s = target;

	if (strcmp(text, "bad") == 0)
		return err_set(err, ERR_INPUT, "%s is bad (%d)", shown,
			       (int)row->max);
	s->own_calls++;
	snprintf(s->own, sizeof(s->own), "%s", text);
	return 0;
}

static int take(void *target, const char *text, bool is_forced, struct err *err)
{
	struct settings *s = target;
	size_t len = strlen(s->taken);

	if (strcmp(text, "-") == 0)
		return err_set(err, ERR_INPUT, "no dash");
	snprintf(s->taken + len, sizeof(s->taken) - len, "%s%s ",
		 is_forced ? "!" : "", text);
	return 0;
}

static const char *advise(const char *name, size_t len)
{
	return len == 5 && memcmp(name, "watch", 5) == 0 ? "use cron" : NULL;
}

static void note(void *target, const struct optparse_row *row)
{
	(void)row;
	((struct settings *)target)->noted++;
}

#define AT(member) offsetof(struct settings, member)

static const struct optparse_row rows[] = {
	{ "file", 'f', OPTPARSE_TEXT, OPTPARSE_ANYWHERE, AT(file),
	  .argname = "FILE", .heading = "Input", .help = "read FILE" },
	{ "loud", 'l', OPTPARSE_NOTHING, OPTPARSE_ANYWHERE, AT(is_loud),
	  .help = "much noise\nall day" },
	{ "count", 'c', OPTPARSE_COUNT, OPTPARSE_ANYWHERE, AT(count), 2, 60,
	  .argname = "N", .preset = "7", .help = "how many" },
	{ "workers", 0, OPTPARSE_COUNT_OR_AUTO, OPTPARSE_ANYWHERE, AT(workers),
	  1, 64, .argname = "N", .help = "threads" },
	{ "large", 0, OPTPARSE_NUMBER, OPTPARSE_ANYWHERE, AT(large), 0,
	  INT64_MAX, .argname = "N", .help = "a large number" },
	{ "wait", 0, OPTPARSE_SECONDS, OPTPARSE_ANYWHERE, AT(wait_sec), 10,
	  90000, .argname = "SEC", .preset = "1.5", .heading = "Time",
	  .help = "how long" },
	{ "shape", 0, OPTPARSE_CHOICE, OPTPARSE_ANYWHERE, AT(shape), 10,
	  .words = shapes, .help = "its form" },
	{ "square", 0, OPTPARSE_NOTHING, OPTPARSE_ARGUMENT, 0,
	  .stands_for = "shape=square", .help = "as --shape square" },
	{ "color", 0, OPTPARSE_WORD, OPTPARSE_ANYWHERE, AT(color),
	  .words = colors, .help = "its color" },
	{ "own_thing", 0, OPTPARSE_OWN, OPTPARSE_FILE, .set = set_own,
	  .max = 42, .help = "in files alone" },
	{ "thing", 0, OPTPARSE_OWN, OPTPARSE_ARGUMENT, .set = set_own,
	  .max = 43, .argname = "X", .help = "a thing of its own kind" },
	{ "near", 'n', OPTPARSE_WORD, OPTPARSE_ARGUMENT, AT(color),
	  .words = colors, .bare = "red", .argname = "[=COLOR]",
	  .help = "with a value or without" },
	{ "help", 'h', OPTPARSE_NOTHING, OPTPARSE_ARGUMENT, AT(wants_help),
	  .help = "this" },
};

static const struct optparse program = {
	.program = "tool",
	.row = rows,
	.rows = sizeof(rows) / sizeof(rows[0]),
	.take = take,
	.advise = advise,
	.note = note,
};

enum { ARGS_MAX = 32 };

/* Reads the words of a line, as a shell without quotes would give them. */
static int read_line(const struct optparse *how, struct settings *s,
		     const char *line, struct err *err)
{
	static char words[256];
	char *argv[ARGS_MAX] = { (char *)"tool" };
	int argc = 1;

	*s = (struct settings){ .count = 0 };
	snprintf(words, sizeof(words), "%s", line);
	for (char *word = words; *word && argc < ARGS_MAX;) {
		size_t len = strcspn(word, " ");

		argv[argc++] = word;
		word += len;
		while (*word == ' ')
			*word++ = '\0';
	}
	optparse_preset(how, s);
	return optparse_read(how, s, argc, argv, err);
}

static struct settings good(const char *line)
{
	struct settings s;
	struct err err;

	if (read_line(&program, &s, line, &err) < 0)
		fail_msg("%s: %s", line, err.msg);
	return s;
}

static void bad(const char *line, const char *message)
{
	struct settings s;
	struct err err = { .msg = "" };

	assert_int_equal(read_line(&program, &s, line, &err), -1);
	assert_string_equal(err.msg, message);
	assert_int_equal(read_line(&program, &s, line, NULL), -1);
}

static void values_go_to_their_fields(void **state)
{
	struct settings s = good("");

	(void)state;
	assert_int_equal(s.count, 7);
	assert_true(s.wait_sec == 1.5);
	assert_int_equal(s.noted, 0);
	s = good("--file=a --loud --count 60 --workers auto --large "
		 "9223372036854775807 --wait 0.0101 --shape flat --color blue "
		 "--thing x");
	assert_string_equal(s.file, "a");
	assert_true(s.is_loud);
	assert_int_equal(s.count, 60);
	assert_int_equal(s.workers, OPTPARSE_AUTO);
	assert_true(s.large == INT64_MAX);
	assert_true(s.wait_sec == 0.011);
	assert_int_equal(s.shape, 12);
	assert_string_equal(s.color, "blue");
	assert_string_equal(s.own, "x");
	assert_int_equal(s.noted, 9);
	assert_int_equal(good("--square").shape, 11);
	s = good("--near blue");
	assert_string_equal(s.color, "red");
	assert_string_equal(s.taken, "blue ");
	assert_string_equal(good("--near=blue").color, "blue");
	assert_string_equal(good("-nblue").color, "blue");
	assert_string_equal(good("-n").color, "red");
	assert_string_equal(good("--file=").file, "");
	assert_string_equal(good("--file --loud").file, "--loud");
}

static void letters_stand_together(void **state)
{
	struct settings s = good("-lc3 -fname -l -c 4");

	(void)state;
	assert_true(s.is_loud);
	assert_int_equal(s.count, 4);
	assert_string_equal(s.file, "name");
	bad("-lx", "unknown option '-x': see tool --help");
	bad("-c", "--count needs a value");
}

static void the_rest_is_taken(void **state)
{
	(void)state;
	assert_string_equal(good("a -l b -- -l --count").taken,
			    "a b !-l !--count ");
	bad("-", "no dash");
}

static void mistakes_are_told(void **state)
{
	(void)state;
	bad("--cuont 3", "unknown option '--cuont': did you mean '--count'?");
	bad("--work 3", "unknown option '--work': did you mean '--workers'?");
	bad("--nothing-like-it",
	    "unknown option '--nothing-like-it': see tool --help");
	bad("--watch", "unknown option '--watch': use cron");
	bad("--own_thing x",
	    "unknown option '--own_thing': see tool --help");
	bad("--loud=yes", "--loud takes no value");
	bad("--count", "--count needs a value");
	bad("--count 1",
	    "--count takes a whole number from 2 to 60, not '1'");
	bad("--count 61",
	    "--count takes a whole number from 2 to 60, not '61'");
	bad("--count 99999999999999999999",
	    "--count takes a whole number from 2 to 60, not "
	    "'99999999999999999999'");
	bad("--large 9223372036854775808",
	    "--large takes a whole number from 0 to 9223372036854775807, not "
	    "'9223372036854775808'");
	for (const char *const *text = (const char *const[]){ "3x", "+3", "0x3",
							      "3.0", "-3",
							      NULL };
	     *text; text++) {
		char line[32], message[80];

		snprintf(line, sizeof(line), "--count %s", *text);
		snprintf(message, sizeof(message),
			 "--count takes a whole number from 2 to 60, not '%s'",
			 *text);
		bad(line, message);
	}
	bad("--workers 65",
	    "--workers takes auto or a whole number from 1 to 64, not '65'");
	bad("--wait 0.009",
	    "--wait takes a number of seconds from 0.01 to 90, not '0.009'");
	bad("--wait 90.001",
	    "--wait takes a number of seconds from 0.01 to 90, not '90.001'");
	bad("--wait 1.", "--wait takes a number of seconds from 0.01 to 90, "
			 "not '1.'");
	bad("--shape oval",
	    "--shape takes round, square or flat, not 'oval'");
	bad("--thing bad", "--thing is bad (43)");
	/* Of several the first. */
	bad("--count 1 --nonsense", "--count takes a whole number from 2 to "
				    "60, not '1'");
}

static void help_is_found_behind_a_mistake(void **state)
{
	struct settings s;

	(void)state;
	assert_int_equal(read_line(&program, &s, "--nonsense -h", NULL), -1);
	assert_true(s.wants_help);
	assert_int_equal(read_line(&program, &s, "--count --help", NULL), -1);
	assert_true(s.wants_help);
}

static void files_use_the_same_rows(void **state)
{
	const struct optparse_row *row;
	struct settings s = { .count = 0 };
	struct err err;

	(void)state;
	row = optparse_find(&program, "own-thing", 9, false);
	assert_non_null(row);
	assert_int_equal(optparse_set(&s, row, "own-thing", "y", &err), 0);
	assert_string_equal(s.own, "y");
	assert_null(optparse_find(&program, "own-thing", 9, true));
	assert_null(optparse_find(&program, "help", 4, false));
	row = optparse_find(&program, "loud", 4, false);
	for (const char *const *text = (const char *const[]){ "yes", "on",
							      "true", "1",
							      NULL };
	     *text; text++) {
		s.is_loud = false;
		assert_int_equal(optparse_set(&s, row, "loud", *text, &err), 0);
		assert_true(s.is_loud);
	}
	assert_int_equal(optparse_set(&s, row, "loud", "off", &err), 0);
	assert_false(s.is_loud);
	assert_int_equal(optparse_set(&s, row, "loud", "maybe", &err), -1);
	assert_string_equal(err.msg, "loud takes yes or no");
	optparse_refuse(&program, "cuont", 5, false, &err);
	assert_string_equal(err.msg,
			    "unknown setting 'cuont': did you mean 'count'?");
}

static void a_command_is_left_alone(void **state)
{
	struct optparse how = program;
	struct settings s;
	struct err err;

	(void)state;
	how.has_command = true;
	how.take = NULL;
	assert_int_equal(read_line(&how, &s, "--loud -- ls --loud -x", &err),
			 3);
	assert_int_equal(read_line(&how, &s, "--loud", &err), 2);
	assert_int_equal(read_line(&how, &s, "--loud --", &err), 3);
	assert_int_equal(read_line(&how, &s, "ls", &err), -1);
	assert_string_equal(err.msg, "unexpected argument 'ls': write -- "
				     "before a command");
}

static void help_shows_the_rows(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	optparse_help(&program, &out);
	assert_string_equal(
		buf_text(&out),
		"\nInput:\n"
		"  -f, --file FILE            read FILE\n"
		"  -l, --loud                 much noise\n"
		"                             all day\n"
		"  -c, --count N              how many (default: 7)\n"
		"      --workers N            threads\n"
		"      --large N              a large number\n"
		"\nTime:\n"
		"      --wait SEC             how long (default: 1.5)\n"
		"      --shape round|square|flat\n"
		"                             its form\n"
		"      --square               as --shape square\n"
		"      --color red|blue       its color\n"
		"      --thing X              a thing of its own kind\n"
		"  -n, --near[=COLOR]         with a value or without\n"
		"  -h, --help                 this\n");
	buf_release(&out);
	buf_init(&out, 40);
	optparse_help(&program, &out);
	assert_true(out.is_over);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_go_to_their_fields),
		cmocka_unit_test(letters_stand_together),
		cmocka_unit_test(the_rest_is_taken),
		cmocka_unit_test(mistakes_are_told),
		cmocka_unit_test(help_is_found_behind_a_mistake),
		cmocka_unit_test(files_use_the_same_rows),
		cmocka_unit_test(a_command_is_left_alone),
		cmocka_unit_test(help_shows_the_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
