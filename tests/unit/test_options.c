/* SPDX-License-Identifier: MIT */
/* Unit tests of cli/options (options.c, options_value.c, options_table.c,
 * page.c) and cli/base_url. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/base_url.h"
#include "cli/options.h"
#include "cli/output_paths.h"
#include "cli/page.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { ARGS_MAX = 8 };

/* Parses up to ARGS_MAX arguments, which end with NULL. */
static int parse(struct options *o, const char *const *args, struct err *err)
{
	char *argv[ARGS_MAX + 2] = { (char *)"quotefetch" };
	int argc = 1;

	while (args[argc - 1]) {
		argv[argc] = (char *)args[argc - 1];
		argc++;
	}
	options_init(o);
	memset(err, 0, sizeof *err);
	return options_parse(o, argc, argv, err);
}

#define PARSE(o, err, ...) \
	parse((o), (const char *const[ARGS_MAX + 1]){ __VA_ARGS__ }, (err))

static void assert_parsed(int rc, const struct err *err)
{
	if (rc != 0)
		fail_msg("%s", err->msg);
}

static const struct optparse_row *row_of(const char *name)
{
	for (size_t i = 0; i < option_count; i++) {
		if (strcmp(option_table[i].name, name) == 0)
			return &option_table[i];
	}
	fail_msg("no row '%s'", name);
	return NULL;
}

static void test_defaults(void **state)
{
	struct options o;
	struct err err;

	(void)state;
	assert_parsed(PARSE(&o, &err, NULL), &err);
	assert_int_equal(o.format, FORMAT_AUTO);
	assert_true(o.timeout_sec == 30.0);
	assert_true(o.try_timeout_sec == 5.0);
	assert_int_equal(o.retries, OPTION_AUTO);
	assert_int_equal(o.workers, 3);
	assert_int_equal(o.concurrency, OPTION_AUTO);
	assert_int_equal(o.rate, OPTION_AUTO);
	assert_int_equal(o.batch, OPTION_AUTO);
	assert_string_equal(o.env, "real");
	assert_int_equal(o.progress, PROGRESS_AUTO);
	assert_int_equal(o.color, COLOR_AUTO);
	assert_false(o.wants_help || o.keep_order || o.is_quiet);
	options_release(&o);
}

/* The table is the contract's: these names, letters, and no others. */
static void test_table(void **state)
{
	static const struct {
		const char *name;
		char letter;
	} rows[] = {
		{ "file", 'f' }, { "format", 0 }, { "json", 0 }, { "csv", 0 },
		{ "no-color", 0 }, { "dry-run", 0 }, { "output", 'o' }, { "replace", 0 }, { "manual", 0 }, { "completion", 0 }, { "metrics", 0 }, { "color-scheme", 0 }, { "errors", 0 }, { "fields", 0 },
		{ "keep-order", 'k' }, { "detail", 0 }, { "raw", 0 },
		{ "skip-invalid", 0 }, { "priority", 0 }, { "timeout", 0 },
		{ "try-timeout", 0 }, { "retries", 0 }, { "workers", 0 },
		{ "concurrency", 0 }, { "rate", 0 }, { "batch", 0 }, { "env", 0 },
		{ "base-url", 0 }, { "cacert", 0 }, { "config", 0 },
		{ "max-age", 0 }, { "stale-if-error", 0 }, { "no-share", 0 }, { "find", 0 }, { "plan", 0 }, { "quota", 0 }, { "progress", 0 },
		{ "stats", 0 }, { "quiet", 'q' }, { "verbose", 'v' }, { "color", 0 },
		{ "no-header", 0 }, { "help", 'h' }, { "version", 'V' },
		{ "app_key", 0 }, { "app_secret", 0 }, { "app_secret_cmd", 0 },
		{ "follow", 0 }, { "count", 0 }, { "until", 0 }, { "snapshot", 0 }, { "slow", 0 }, { "stale", 0 },
		{ "events", 0 }, { "stream-url", 0 }, { "every", 0 }, { "overflow", 0 }, { "all", 0 },
		{ "source", 0 }, { "venue", 0 }, { "cross-check", 0 }, { "check", 0 }, { "strict", 0 }, { "alpaca_key_id", 0 },
		{ "alpaca_secret_key", 0 }, { "alpaca_feed", 0 },
		{ "alpaca_base_url", 0 }, { "upbit_base_url", 0 }, { "ecb_base_url", 0 },
	};

	(void)state;
	assert_int_equal(option_count, COUNT(rows));
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct optparse_row *row = row_of(rows[i].name);

		assert_int_equal(row->letter, rows[i].letter);
		assert_true(row->offset < sizeof(struct options));
		assert_true(row->place == OPTPARSE_FILE || row->help);
		assert_true(row->takes == OPTPARSE_NOTHING || row->argname || row->words);
	}
}

/* The words of every choice are told, whole. */
static void test_every_choice_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < option_count; i++) {
		const struct optparse_row *row = &option_table[i];
		struct options o;
		struct err err;

		if (!row->words)
			continue;
		options_init(&o);
		assert_int_equal(optparse_set(&o, row, row->name, "no such word", &err), -1);
		for (size_t w = 0; row->words[w]; w++)
			assert_non_null(strstr(err.msg, row->words[w]));
		assert_non_null(strstr(err.msg, "'no such word'"));
		options_release(&o);
	}
}

static void test_all_options(void **state)
{
	static const char *const args[] = {
		"quotefetch", "--file=a", "-f", "-", "-fb", "--format", "csv",
		"--output=out", "--fields=symbol,price", "--keep-order", "--detail",
		"--raw", "--skip-invalid", "--priority", "first", "--timeout=12.5",
		"--try-timeout", "0.25", "--retries=0", "--workers=auto",
		"--concurrency=64", "--rate=0", "--batch=30", "--env=paper",
		"--base-url=http://127.0.0.1:8080/", "--cacert=ca", "--config=c",
		"--no-share", "--plan", "--progress=none", "--stats=s", "--quiet",
		"--verbose", "--color=never", "--no-header", "--help", "--version",
		"--quota", "AAPL", "--", "-x", "005930",
	};
	char *argv[COUNT(args)];
	struct options o;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(args); i++)
		argv[i] = (char *)args[i];
	options_init(&o);
	assert_parsed(options_parse(&o, (int)COUNT(args), argv, &err), &err);
	assert_int_equal(o.file_count, 3);
	assert_string_equal(o.file[0], "a");
	assert_string_equal(o.file[1], "-");
	assert_string_equal(o.file[2], "b");
	assert_int_equal(o.format, FORMAT_CSV);
	assert_string_equal(o.output, "out");
	assert_string_equal(o.fields, "symbol,price");
	assert_true(o.keep_order && o.wants_detail && o.wants_raw && o.skips_invalid);
	assert_string_equal(o.priority_file, "first");
	assert_true(o.timeout_sec == 12.5);
	assert_true(o.try_timeout_sec == 0.25);
	assert_int_equal(o.retries, 0);
	assert_int_equal(o.workers, OPTION_AUTO);
	assert_int_equal(o.concurrency, 64);
	assert_int_equal(o.rate, 0);
	assert_int_equal(o.batch, 30);
	assert_string_equal(o.env, "paper");
	assert_string_equal(o.base_url, "http://127.0.0.1:8080");
	assert_string_equal(o.ca_file, "ca");
	assert_string_equal(o.config_file, "c");
	assert_true(o.is_unshared && o.wants_plan && o.wants_quota);
	assert_int_equal(o.progress, PROGRESS_NONE);
	assert_string_equal(o.stats_file, "s");
	assert_true(o.is_quiet && o.is_verbose && o.hides_header);
	assert_int_equal(o.color, COLOR_NEVER);
	assert_true(o.wants_help && o.wants_version);
	assert_int_equal(o.symbol_count, 3);
	assert_string_equal(o.symbol[0], "AAPL");
	assert_string_equal(o.symbol[1], "-x");
	assert_string_equal(o.symbol[2], "005930");
	options_release(&o);
}

static void test_letters(void **state)
{
	struct options o;
	struct err err;

	(void)state;
	assert_parsed(PARSE(&o, &err, "-kqvfA", "-kf", "B", "-oC", "X"), &err);
	assert_true(o.keep_order && o.is_quiet && o.is_verbose);
	assert_int_equal(o.file_count, 2);
	assert_string_equal(o.file[0], "A");
	assert_string_equal(o.file[1], "B");
	assert_string_equal(o.output, "C");
	assert_int_equal(o.symbol_count, 1);
	options_release(&o);

	/* The value is whatever follows, also what looks like an option. */
	assert_parsed(PARSE(&o, &err, "-f", "-k", "--output", "--raw"), &err);
	assert_string_equal(o.file[0], "-k");
	assert_string_equal(o.output, "--raw");
	assert_false(o.keep_order || o.wants_raw);
	options_release(&o);

	/* The last one counts. */
	assert_parsed(PARSE(&o, &err, "--rate=5", "--rate=7", "-oA", "-oB"), &err);
	assert_int_equal(o.rate, 7);
	assert_string_equal(o.output, "B");
	options_release(&o);
}

static void test_refused(void **state)
{
	static const struct {
		const char *args[3];
		const char *message;
	} rows[] = {
		{ { "--timeout=x" },
		  "--timeout takes a number of seconds from 0 to 86400, not 'x'" },
		{ { "--timeout=1e9" }, "from 0 to 86400, not '1e9'" },
		{ { "--timeout=NaN" }, "not 'NaN'" },
		{ { "--timeout=inf" }, "not 'inf'" },
		{ { "--timeout=0x10" }, "not '0x10'" },
		{ { "--timeout", "-1" }, "not '-1'" },
		{ { "--timeout=+1" }, "not '+1'" },
		{ { "--timeout= 1" }, "not ' 1'" },
		{ { "--timeout=1 " }, "not '1 '" },
		{ { "--timeout=" }, "not ''" },
		{ { "--timeout=." }, "not '.'" },
		{ { "--timeout=5." }, "not '5.'" },
		{ { "--timeout=.5" }, "not '.5'" },
		{ { "--timeout=1.2.3" }, "not '1.2.3'" },
		{ { "--timeout=1,5" }, "not '1,5'" },
		{ { "--timeout=86400.001" }, "not '86400.001'" },
		{ { "--timeout=99999999999999999999" }, "not '99999999999999999999'" },
		{ { "--try-timeout=0" },
		  "--try-timeout takes a number of seconds from 0.001 to 600, not '0'" },
		{ { "--retries=11" },
		  "--retries takes auto or a whole number from 0 to 10, not '11'" },
		{ { "--retries=-1" }, "not '-1'" },
		{ { "--retries=1.0" }, "not '1.0'" },
		{ { "--retries=4294967296" }, "not '4294967296'" },
		{ { "--workers=0" },
		  "--workers takes auto or a whole number from 1 to 64, not '0'" },
		{ { "--workers=65" }, "not '65'" },
		{ { "--concurrency=auto" }, "from 1 to 64, not 'auto'" },
		{ { "--concurrency=0" }, "not '0'" },
		{ { "--rate=1001" },
		  "--rate takes a whole number from 0 to 1000, not '1001'" },
		{ { "--rate=x\x1b[31m" }, "not 'x?[31m'" },
		{ { "--batch=31" }, "from 1 to 30" },
		{ { "--batch=0" }, "from 1 to 30" },
		{ { "--format=xml" },
		  "--format takes json, ndjson, csv, csv-excel, tsv, table, markdown, ledger, "
		  "hledger or beancount, not 'xml'" },
		{ { "--format=JSON" }, "not 'JSON'" },
		{ { "--env=prod" }, "--env takes real or paper, not 'prod'" },
		{ { "--color=" }, "--color takes auto, always or never, not ''" },
		{ { "--progress=dots" }, "--progress takes auto, bar, plain or none" },
		{ { "--rate" }, "--rate needs a value" },
		{ { "-f" }, "--file needs a value" },
		{ { "-kf" }, "--file needs a value" },
		{ { "--file=" }, "--file is empty" },
		{ { "-o", "" }, "--output is empty" },
		{ { "--quiet=yes" }, "--quiet takes no value" },
		{ { "--frmat=json" }, "unknown option '--frmat': did you mean '--format'?" },
		{ { "--form" }, "unknown option '--form': did you mean '--format'?" },
		{ { "--skip" }, "did you mean '--skip-invalid'?" },
		{ { "--keep_order" }, "did you mean '--keep-order'?" },
		{ { "--bogus" }, "unknown option '--bogus': see quotefetch --help" },
		{ { "--=x" }, "unknown option '--'" },
		{ { "--x\x1b" }, "unknown option '--x?'" },
		{ { "-x" }, "unknown option '-x'" },
		{ { "-kx" }, "unknown option '-x'" },
		{ { "-k=1" }, "unknown option '-='" },
		{ { "-" }, "to read them from stdin write -f -" },
		{ { "--app_key=k" }, "unknown option '--app_key'" },
		{ { "--app_secret=hunter2" }, "unknown option '--app_secret'" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct options o;
		struct err err;

		if (parse(&o, rows[i].args, &err) != -1)
			fail_msg("accepted: %s", rows[i].args[0]);
		assert_int_equal(err.kind, ERR_USAGE);
		if (!strstr(err.msg, rows[i].message))
			fail_msg("%s gave: %s", rows[i].args[0], err.msg);
		assert_null(strstr(err.msg, "hunter2"));
		options_release(&o);
	}
}

/* Any text is taken or refused, never read beyond. */
static void test_odd_arguments(void **state)
{
	size_t len = 128 * 1024;
	char *huge = malloc(len + 1);
	struct options o;
	struct err err;

	(void)state;
	assert_non_null(huge);
	memset(huge, 'x', len);
	huge[len] = '\0';
	assert_parsed(PARSE(&o, &err, huge, ""), &err);
	assert_int_equal(strlen(o.symbol[0]), len);
	assert_string_equal(o.symbol[1], ""); /* the list will refuse it */
	options_release(&o);
	huge[0] = huge[1] = '-';
	assert_int_equal(PARSE(&o, &err, huge), -1);
	options_release(&o);
	free(huge);

	options_init(&o);
	assert_parsed(options_parse(&o, 0, (char *[]){ NULL }, &err), &err);
	options_release(&o);
}

static void test_seconds_round_up(void **state)
{
	static const struct {
		const char *text;
		double want;
	} rows[] = {
		{ "0", 0.0 }, { "0.0", 0.0 }, { "0.0000", 0.0 }, { "0.0001", 0.001 },
		{ "0.1001", 0.101 }, { "007", 7.0 }, { "86400", 86400.0 },
		{ "86400.000", 86400.0 }, { "1.999", 1.999 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct options o;
		struct err err;

		assert_parsed(PARSE(&o, &err, "--timeout", rows[i].text), &err);
		assert_true(o.timeout_sec == rows[i].want);
		options_release(&o);
	}
}

static void test_sources(void **state)
{
	struct options o;
	struct err err = { 0 };

	(void)state;
	assert_parsed(PARSE(&o, &err, "--rate=5", "-k"), &err);
	assert_int_equal(options_set(&o, "rate", "6", SOURCE_CONFIG, &err), 0);
	assert_int_equal(options_set(&o, "keep-order", "no", SOURCE_CONFIG, &err), 0);
	assert_int_equal(o.rate, 5);
	assert_true(o.keep_order);

	/* In any order, the highest stands. */
	assert_int_equal(options_set(&o, "env", "paper", SOURCE_ENVIRONMENT, &err), 0);
	assert_int_equal(options_set(&o, "env", "real", SOURCE_CONFIG, &err), 0);
	assert_string_equal(o.env, "paper");
	assert_int_equal(options_set(&o, "app_key", "low", SOURCE_CONFIG, &err), 0);
	assert_int_equal(options_set(&o, "app_key", "mid", SOURCE_CREDENTIALS, &err), 0);
	assert_int_equal(options_set(&o, "app_key", "high", SOURCE_ENVIRONMENT, &err), 0);
	assert_int_equal(options_set(&o, "app_key", "mid", SOURCE_CREDENTIALS, &err), 0);
	assert_string_equal(o.app_key, "high");

	assert_int_equal(options_set(&o, "raw", "on", SOURCE_CONFIG, &err), 0);
	assert_true(o.wants_raw);
	assert_int_equal(options_set(&o, "raw", "0", SOURCE_CONFIG, &err), 0);
	assert_false(o.wants_raw);
	options_release(&o);
}

static void test_set_refuses(void **state)
{
	static const struct {
		const char *name, *value, *message;
	} rows[] = {
		{ "raw", "maybe", "raw takes yes or no" },
		{ "rate", "x", "rate takes a whole number from 0 to 1000, not 'x'" },
		{ "help", "yes", "unknown setting 'help'" },
		{ "version", "yes", "unknown setting 'version'" },
		{ "plan", "yes", "unknown setting 'plan'" },
		{ "find", "x", "unknown setting 'find'" },
		{ "quota", "yes", "unknown setting 'quota'" },
		{ "config", "x", "unknown setting 'config'" },
		{ "file", "x", "unknown setting 'file'" },
		{ "app_sekret", "hunter2",
		  "unknown setting 'app_sekret': did you mean 'app_secret'?" },
		{ "app_secret", "", "app_secret is empty" },
		{ "", "x", "unknown setting ''" },
	};
	struct options o;

	(void)state;
	options_init(&o);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = { 0 };

		assert_int_equal(options_set(&o, rows[i].name, rows[i].value,
					     SOURCE_CONFIG, &err), -1);
		assert_int_equal(err.kind, ERR_USAGE);
		if (!strstr(err.msg, rows[i].message))
			fail_msg("%s gave: %s", rows[i].name, err.msg);
		assert_null(strstr(err.msg, "hunter2"));
	}
	options_release(&o);
}

static void test_base_url(void **state)
{
	static const struct {
		const char *url;
		const char *message; /* NULL: accepted */
	} rows[] = {
		{ "https://openapi.koreainvestment.com:9443", NULL },
		{ "https://example.com/", NULL },
		{ "https://192.0.2.1", NULL },
		{ "https://[2001:db8::1]:443", NULL },
		{ "http://127.0.0.1:8080", NULL },
		{ "http://127.9.8.7", NULL },
		{ "http://[::1]:80/", NULL },
		{ "http://localhost:65535", NULL },
		{ "http://example.com", "takes https" },
		{ "http://127.0.0.1.example.com", "takes https" },
		{ "http://127.1", "takes https" },
		{ "http://128.0.0.1", "takes https" },
		{ "http://[::2]", "takes https" },
		{ "http://localhost.example.com", "takes https" },
		{ "https://user:hunter2@example.com", "no user or password" },
		{ "https://example.com/path", "nothing may follow" },
		{ "https://example.com?x", "nothing may follow" },
		{ "https://example.com#x", "nothing may follow" },
		{ "https://example.com//", "nothing may follow" },
		{ "https://example.com:0", "not a port" },
		{ "https://example.com:65536", "not a port" },
		{ "https://example.com:", "not a port" },
		{ "https://example.com:80x", "nothing may follow" },
		{ "https://", "no host" },
		{ "https:///", "no host" },
		{ "https://[::1", "no host" },
		{ "https://[]", "no host" },
		{ "https://[127.0.0.1]", "no host" },
		{ "https://exam ple.com", "nothing may follow" },
		{ "https://a\r\nX: y", "nothing may follow" },
		{ "ftp://example.com", "takes https://host" },
		{ "HTTPS//example.com", "takes https://host" },
		{ "example.com", "takes https://host" },
		{ "", "takes https://host" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = { 0 };
		size_t len = 0;
		int rc = base_url_check(rows[i].url, &len, &err);

		if ((rc == 0) != (rows[i].message == NULL))
			fail_msg("%s: %s", rows[i].url, rc ? err.msg : "accepted");
		if (rc == 0) {
			assert_true(rows[i].url[len] == '\0' || rows[i].url[len] == '/');
			continue;
		}
		if (!strstr(err.msg, rows[i].message))
			fail_msg("%s gave: %s", rows[i].url, err.msg);
		assert_null(strstr(err.msg, "hunter2"));
	}
}

static void test_check(void **state)
{
	struct options o;
	struct err err;

	(void)state;
	assert_parsed(PARSE(&o, &err, "--plan", "-oA", "--stats=B"), &err);
	assert_int_equal(options_check(&o, &err), 0);
	options_release(&o);
	assert_parsed(PARSE(&o, &err, "--plan", "--quota"), &err);
	assert_int_equal(options_check(&o, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	options_release(&o);
	assert_parsed(PARSE(&o, &err, "-oA", "--stats=A"), &err);
	assert_int_equal(options_check(&o, &err), 0);
	assert_int_equal(output_paths_check(&o, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	options_release(&o);
}

static void test_has_input(void **state)
{
	struct options o;
	struct err err;
	int pipe_fd[2];
	int old = dup(STDIN_FILENO);

	(void)state;
	assert_int_equal(pipe(pipe_fd), 0);
	assert_true(dup2(pipe_fd[0], STDIN_FILENO) >= 0);
	assert_parsed(PARSE(&o, &err, NULL), &err);
	assert_true(options_has_input(&o)); /* no terminal */
	options_release(&o);
	assert_parsed(PARSE(&o, &err, "AAPL"), &err);
	assert_true(options_has_input(&o));
	options_release(&o);
	if (old >= 0) {
		dup2(old, STDIN_FILENO);
		close(old);
	}
	close(pipe_fd[0]);
	close(pipe_fd[1]);
}

static void test_help(void **state)
{
	struct buf out;
	const struct options help = { .wants_help = true };
	const char *line;
	struct err err;

	(void)state;
	assert_true(page_is_wanted(&help));
	buf_init(&out, 64 * 1024);
	page_write(&help, &out);
	assert_int_equal(buf_check(&out, ERR_SYSTEM, &err), 0);
	for (size_t i = 0; i < option_count; i++) {
		char name[40];

		snprintf(name, sizeof name, "--%s", option_table[i].name);
		if (option_table[i].place != OPTPARSE_FILE && !strstr(out.data, name))
			fail_msg("--help does not tell %s", name);
	}
	assert_non_null(strstr(out.data, "  -f, --file FILE"));
	assert_non_null(strstr(out.data, "--format FORMAT "));
	assert_non_null(strstr(out.data, "(default: 30)"));
	assert_non_null(strstr(out.data, "141"));
	assert_non_null(strstr(out.data, "KIS_APP_SECRET"));
	for (line = out.data; *line; line += strcspn(line, "\n") + 1) {
		size_t len = strcspn(line, "\n");

		if (len > 80)
			fail_msg("%zu columns: %.*s", len, (int)len, line);
		if (len > 0 && line[len - 1] == ' ')
			fail_msg("blanks at the end: %.*s", (int)len, line);
	}
	buf_clear(&out);
	page_write_short(&out);
	assert_non_null(strstr(out.data, "--help"));
	buf_release(&out);

	/* No room: it ends all the same. */
	buf_init(&out, 100);
	page_write(&help, &out);
	assert_int_equal(buf_check(&out, ERR_SYSTEM, &err), -1);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_every_choice_is_told),
		cmocka_unit_test(test_all_options),
		cmocka_unit_test(test_letters),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_odd_arguments),
		cmocka_unit_test(test_seconds_round_up),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_set_refuses),
		cmocka_unit_test(test_base_url),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_has_input),
		cmocka_unit_test(test_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
