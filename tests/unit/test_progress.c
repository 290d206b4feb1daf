/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* posix_openpt */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "cli/progress.h"
#include "cli/stats.h"

static const struct tally nothing;

/* ---- stderr goes to a pipe during a test ---- */

struct capture {
	int fd[2], saved;
	char text[65536];
};

static int start_capture(void **state)
{
	struct capture *c = calloc(1, sizeof *c);

	if (!c || pipe(c->fd) < 0)
		return -1;
	*state = c;
	fcntl(c->fd[0], F_SETFL, O_NONBLOCK);
	c->saved = dup(STDERR_FILENO);
	return dup2(c->fd[1], STDERR_FILENO) < 0 ? -1 : 0;
}

static int end_capture(void **state)
{
	struct capture *c = *state;

	dup2(c->saved, STDERR_FILENO);
	close(c->saved);
	close(c->fd[0]);
	close(c->fd[1]);
	free(c);
	return 0;
}

/* What was said since the last call. */
static const char *taken(struct capture *c)
{
	ssize_t n = read(c->fd[0], c->text, sizeof c->text - 1);

	c->text[n > 0 ? n : 0] = '\0';
	return c->text;
}

/* No bar stands on it. */
static struct screen *screen(void)
{
	static struct screen s;

	screen_init(&s);
	return &s;
}

static void steps(struct progress *p, int count, bool has_failed,
		  int64_t now_ns)
{
	while (count-- > 0)
		progress_step(p, has_failed, now_ns);
}

/* ---- lines ---- */

static void test_a_line_for_every_ten(void **state)
{
	struct capture *c = *state;
	struct progress p;

	progress_init(&p, PROGRESS_PLAIN, false, false, screen(), 25, 0);
	steps(&p, 9, false, 0);
	assert_string_equal(taken(c), "");
	steps(&p, 1, true, 0);
	assert_string_equal(taken(c), "quotefetch: 10/25 symbols, 1 failed\n");
	steps(&p, 14, false, 0);
	assert_string_equal(taken(c), "quotefetch: 20/25 symbols, 1 failed\n");
	steps(&p, 1, true, 0);
	assert_string_equal(taken(c), "quotefetch: 25/25 symbols, 2 failed\n");
}

static void test_the_last_ten_are_told_once(void **state)
{
	struct capture *c = *state;
	struct progress p;
	int lines = 0;

	progress_init(&p, PROGRESS_PLAIN, false, false, screen(), 1000, 0);
	steps(&p, 1000, false, 0);
	for (const char *s = taken(c); (s = strchr(s, '\n')); s++)
		lines++;
	assert_int_equal(lines, 100);
}

static void test_modes(void **state)
{
	static const struct {
		enum progress_mode mode, want;
		bool is_quiet;
	} cases[] = {
		{ PROGRESS_AUTO, PROGRESS_PLAIN, false }, /* a pipe */
		{ PROGRESS_AUTO, PROGRESS_NONE, true },
		{ PROGRESS_BAR, PROGRESS_BAR, false },
		{ PROGRESS_PLAIN, PROGRESS_NONE, true },
		{ PROGRESS_NONE, PROGRESS_NONE, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct progress p;

		progress_init(&p, cases[i].mode, cases[i].is_quiet, false,
			      screen(), 1, 0);
		assert_int_equal(p.mode, cases[i].want);
	}
}

static void test_auto_on_a_terminal(void **state)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	struct progress p;
	int slave;

	(void)state;
	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		skip();
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_true(slave >= 0);
	dup2(slave, STDERR_FILENO);
	setenv("TERM", "xterm", 1);
	progress_init(&p, PROGRESS_AUTO, false, false, screen(), 1, 0);
	assert_int_equal(p.mode, PROGRESS_BAR);
	setenv("TERM", "dumb", 1);
	progress_init(&p, PROGRESS_AUTO, false, false, screen(), 1, 0);
	assert_int_equal(p.mode, PROGRESS_PLAIN);
	unsetenv("TERM");
	progress_init(&p, PROGRESS_AUTO, false, false, screen(), 1, 0);
	assert_int_equal(p.mode, PROGRESS_PLAIN);
	close(slave);
	close(master);
}

static void test_none_counts_in_silence(void **state)
{
	struct capture *c = *state;
	struct progress p;

	progress_init(&p, PROGRESS_NONE, false, false, screen(), 20, 0);
	steps(&p, 20, true, 0);
	progress_clear(&p);
	progress_finish(&p, &nothing, 1, 0, false);
	assert_string_equal(taken(c), "");
	assert_int_equal(p.failed, 20);
}

/* ---- the bar ---- */

static void test_bar(void **state)
{
	struct capture *c = *state;
	struct progress p;

	progress_init(&p, PROGRESS_BAR, false, true, screen(), 48, 0);
	progress_step(&p, false, 0);
	progress_show(&p, 0);
	assert_string_equal(
		taken(c),
		"\r\033[?7lquotefetch: [........................] 1/48 symbols, "
		"0 failed\033[K\033[?7h");
	/* not again within a tenth of a second */
	steps(&p, 22, false, 99 * NS_PER_MS);
	assert_string_equal(taken(c), "");
	progress_step(&p, true, 100 * NS_PER_MS);
	assert_string_equal(
		taken(c),
		"\r\033[?7lquotefetch: [############............] 24/48 symbols, "
		"\033[31m1 failed\033[0m\033[K\033[?7h");
	/* but the last one always */
	steps(&p, 24, false, 101 * NS_PER_MS);
	assert_string_equal(
		taken(c),
		"\r\033[?7lquotefetch: [########################] 48/48 symbols, "
		"\033[31m1 failed\033[0m\033[K\033[?7h");
	progress_clear(&p);
	assert_string_equal(taken(c), "\r\033[K");
	progress_clear(&p);
	assert_string_equal(taken(c), "");
}

/* Symbols come in batches: the first would stand there until the next batch. */
static void test_bar_shows_a_whole_batch(void **state)
{
	struct capture *c = *state;
	struct progress p;

	progress_init(&p, PROGRESS_BAR, false, false, screen(), 24, 0);
	steps(&p, 12, false, 0);
	taken(c);
	progress_show(&p, 0);
	assert_string_equal(
		taken(c),
		"\r\033[?7lquotefetch: [############............] 12/24 symbols, "
		"0 failed\033[K\033[?7h");
	progress_show(&p, 0);
	assert_string_equal(taken(c), "");
	progress_clear(&p);
	taken(c);
	progress_show(&p, 0);
	assert_string_not_equal(taken(c), "");
	progress_init(&p, PROGRESS_PLAIN, false, false, screen(), 24, 0);
	progress_step(&p, false, 0);
	progress_show(&p, 0);
	assert_string_equal(taken(c), "");
}

/* From the first tenth of a second, and with what is waited for. */
static void test_bar_says_what_is_waited_for(void **state)
{
	struct capture *c = *state;
	struct progress p;

	progress_init(&p, PROGRESS_BAR, false, false, screen(), 2, 0);
	assert_true(progress_next_ns(&p) == 100 * NS_PER_MS);
	progress_show(&p, 99 * NS_PER_MS);
	assert_string_equal(taken(c), "");
	progress_wait(&p, PROGRESS_WAIT_QUOTA, 1);
	progress_wait(&p, PROGRESS_WAIT_TOKEN, 1);
	progress_show(&p, 100 * NS_PER_MS);
	assert_non_null(strstr(taken(c), "] 0/2 symbols, 0 failed, waiting for the token\033[K"));
	progress_wait(&p, PROGRESS_WAIT_TOKEN, -1);
	progress_show(&p, 200 * NS_PER_MS);
	assert_non_null(strstr(taken(c), ", waiting for the quota\033[K"));
	progress_show(&p, 300 * NS_PER_MS); /* nothing new */
	assert_string_equal(taken(c), "");
	progress_wait(&p, PROGRESS_WAIT_QUOTA, -1);
	progress_show(&p, 400 * NS_PER_MS);
	assert_non_null(strstr(taken(c), ", waiting for an answer\033[K"));
	progress_step(&p, false, 500 * NS_PER_MS);
	assert_non_null(strstr(taken(c), "] 1/2 symbols, 0 failed\033[K"));
	progress_show(&p, 999 * NS_PER_MS);
	assert_string_equal(taken(c), "");
	progress_show(&p, 1099 * NS_PER_MS);
	assert_non_null(strstr(taken(c), "waiting for an answer"));
	progress_step(&p, false, 1100 * NS_PER_MS);
	assert_non_null(strstr(taken(c), "] 2/2 symbols, 0 failed\033[K"));
	assert_true(progress_next_ns(&p) == CLOCK_NEVER);
}

/* What is waited for can be read on a narrow terminal, too: the cells give way. */
static void test_bar_gives_way_to_its_words(void **state)
{
	static const struct {
		const char *columns, *bar;
	} rows[] = {
		{ "200", "quotefetch: [........................] 0/48 symbols, 0 failed, waiting for the token" },
		{ "85", "quotefetch: [........................] 0/48 symbols, 0 failed, waiting for the token" },
		{ "80", "quotefetch: [...................] 0/48 symbols, 0 failed, waiting for the token" },
		{ "66", "quotefetch: [.....] 0/48 symbols, 0 failed, waiting for the token" },
		{ "65", "quotefetch: 0/48 symbols, 0 failed, waiting for the token" },
		{ "20", "quotefetch: 0/48 symbols, 0 failed, waiting for the token" },
	};
	struct capture *c = *state;
	char want[256];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct progress p;

		setenv("COLUMNS", rows[i].columns, 1);
		progress_init(&p, PROGRESS_BAR, false, false, screen(), 48, 0);
		progress_wait(&p, PROGRESS_WAIT_TOKEN, 1);
		progress_show(&p, NS_PER_SEC);
		snprintf(want, sizeof want, "\r\033[?7l%s\033[K\033[?7h", rows[i].bar);
		assert_string_equal(taken(c), want);
		progress_clear(&p);
		taken(c);
	}
	unsetenv("COLUMNS");
}

/* A line takes the bar off in its own write, and the bar comes again. */
static void test_lines_do_not_stick_to_the_bar(void **state)
{
	struct capture *c = *state;
	struct screen *s = screen();
	struct progress p;

	screen_say(NULL, "before");
	screen_say(s, "there is a bar");
	assert_string_equal(taken(c), "quotefetch: before\nquotefetch: there is a bar\n");
	progress_init(&p, PROGRESS_BAR, false, false, s, 2, 0);
	progress_step(&p, false, 0);
	progress_show(&p, 0);
	taken(c);
	screen_say(s, "a \033[31mline");
	assert_string_equal(taken(c), "\r\033[Kquotefetch: a ?[31mline\n");
	progress_show(&p, 1);
	assert_non_null(strstr(taken(c), "1/2 symbols"));
	progress_clear(&p);
	assert_string_equal(taken(c), "\r\033[K");
	screen_say(s, "after");
	/* What does not stand there any more is erased in vain. */
	assert_string_equal(taken(c), "\r\033[Kquotefetch: after\n");
}

static void test_bar_leaves_for_the_summary(void **state)
{
	struct capture *c = *state;
	struct progress p;

	progress_init(&p, PROGRESS_BAR, false, false, screen(), 1, 0);
	progress_step(&p, false, 0);
	taken(c);
	progress_finish(&p, &nothing, 1, 0, true);
	assert_string_equal(
		taken(c),
		"\r\033[Kquotefetch: 1 quote, 0 failed, 1 call, 0.0 s\n");
}

/* ---- the summary ---- */

static void test_summary(void **state)
{
	struct tally tally = { .failed = { [ERR_NOT_FOUND] = 2,
				    [ERR_TIMEOUT] = 1,
				    [ERR_NETWORK] = 1,
				    [ERR_HOST] = 3 } };
	struct capture *c = *state;
	struct progress p;

	progress_init(&p, PROGRESS_PLAIN, false, false, screen(), 200, 5 * NS_PER_SEC);
	steps(&p, 193, false, 0);
	steps(&p, 7, true, 0);
	taken(c);
	progress_finish(&p, &tally, 9, 6 * NS_PER_SEC + 299 * NS_PER_MS, true);
	assert_string_equal(
		taken(c),
		"quotefetch: 193 quotes, 7 failed (2 NotFound, 1 Timeout, "
		"4 Network), 9 calls, 1.2 s\n");
	tally.cached = 30;
	tally.stale[ERR_HOST] = 2;
	tally.stale[ERR_TIMEOUT] = 1;
	progress_finish(&p, &tally, 9, 6 * NS_PER_SEC + 299 * NS_PER_MS, true);
	assert_string_equal(
		taken(c),
		"quotefetch: 193 quotes (30 from the cache), 7 failed (2 NotFound, 1 Timeout, "
		"4 Network), 3 old quotes instead, 9 calls, 1.2 s\n");
}

static void test_summary_of_every_kind(void **state)
{
	struct tally tally = { .symbols = 0 };
	struct capture *c = *state;
	struct progress p;
	const char *text;

	for (int k = 0; k < ERR_KINDS; k++)
		tally.failed[k] = 1000000;
	progress_init(&p, PROGRESS_PLAIN, false, false, screen(), 0, 0);
	progress_finish(&p, &tally, 0, 3600 * NS_PER_SEC, true);
	text = taken(c);
	for (int k = 0; k < ERR_KINDS; k++)
		assert_non_null(strstr(text, err_kind_name((enum err_kind)k)));
	assert_non_null(strstr(text, "), 0 calls, 3600.0 s\n"));
}

/* ---- a stderr that is of no use ---- */

/* Would hang here if it waited. */
static void test_stuck_stderr(void **state)
{
	static const char piece[4096];
	struct capture *c = *state;
	struct progress p;

	fcntl(c->fd[1], F_SETFL, O_NONBLOCK);
	while (write(c->fd[1], piece, sizeof piece) > 0)
		;
	fcntl(c->fd[1], F_SETFL, 0);
	progress_init(&p, PROGRESS_PLAIN, false, false, screen(), 100, 0);
	steps(&p, 100, false, 0);
	progress_finish(&p, &nothing, 1, 0, true);
	assert_int_equal(p.done, 100);
}

static void test_closed_stderr(void **state)
{
	struct progress p;

	(void)state;
	close(STDERR_FILENO);
	progress_init(&p, PROGRESS_AUTO, false, false, screen(), 10, 0);
	steps(&p, 10, false, 0);
	progress_finish(&p, &nothing, 1, 0, true);
	assert_int_equal(p.done, 10);
}

static void test_stderr_nobody_reads(void **state)
{
	struct progress p;
	int fd[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(fd), 0);
	close(fd[0]);
	dup2(fd[1], STDERR_FILENO);
	close(fd[1]);
	progress_init(&p, PROGRESS_PLAIN, false, false, screen(), 10, 0);
	steps(&p, 10, false, 0);
	assert_int_equal(p.done, 10);
}

#define CAPTURED(test) \
	cmocka_unit_test_setup_teardown(test, start_capture, end_capture)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CAPTURED(test_a_line_for_every_ten),
		CAPTURED(test_the_last_ten_are_told_once),
		CAPTURED(test_modes),
		CAPTURED(test_auto_on_a_terminal),
		CAPTURED(test_none_counts_in_silence),
		CAPTURED(test_bar),
		CAPTURED(test_bar_shows_a_whole_batch),
		CAPTURED(test_bar_says_what_is_waited_for),
		CAPTURED(test_bar_gives_way_to_its_words),
		CAPTURED(test_lines_do_not_stick_to_the_bar),
		CAPTURED(test_bar_leaves_for_the_summary),
		CAPTURED(test_summary),
		CAPTURED(test_summary_of_every_kind),
		CAPTURED(test_stuck_stderr),
		CAPTURED(test_closed_stderr),
		CAPTURED(test_stderr_nobody_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
