/* SPDX-License-Identifier: MIT */
/* wrap: malloc calloc realloc strdup strndup free */
#define _XOPEN_SOURCE 700 /* nftw */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/safefile.h"
#include "base/sync.h"
#include "child.h"
#include "share/exchange_book.h"
#include "state_dir.h"
#include "memory.h"

static void put_file(const char *text, mode_t mode)
{
	int fd = open("exchanges", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void assert_file(const char *want)
{
	char text[256];
	struct stat st;
	int fd = open("exchanges", O_RDONLY);
	ssize_t n;

	assert_true(fd >= 0);
	n = read(fd, text, sizeof text - 1);
	assert_true(n >= 0);
	text[n] = '\0';
	assert_string_equal(text, want);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	close(fd);
}

static struct exchange_book *load(void)
{
	struct err err;
	struct exchange_book *b = exchange_book_new(&err);

	assert_non_null(b);
	assert_int_equal(exchange_book_load(b, dir, &err), 0);
	return b;
}

static void note(struct exchange_book *b, const char *code, enum market exchange)
{
	struct err err;

	assert_int_equal(exchange_book_note(b, code, exchange, &err), 0);
}

static void save(struct exchange_book *b)
{
	struct err err;

	assert_int_equal(exchange_book_save(b, dir, &stop, 0, &err), 0);
	exchange_book_free(b);
}

/* ---- reading ---- */

static void bad_lines_are_passed_over(void **state)
{
	static const struct {
		const char *name, *text;
		enum market a, b; /* where A and BRK.B are */
	} rows[] = {
		{ "empty", "", MARKET_NONE, MARKET_NONE },
		{ "as written", "A NAS\nBRK.B NYS\n", MARKET_NAS, MARKET_NYS },
		{ "not sorted", "BRK.B AMS\nA NYS\n", MARKET_NYS, MARKET_AMS },
		{ "twice: the last", "A NAS\nA NYS\n", MARKET_NYS, MARKET_NONE },
		{ "cut off", "A NAS\nBRK.B NYS", MARKET_NAS, MARKET_NONE },
		{ "cut off in a name", "A NAS\nBRK.B NY", MARKET_NAS, MARKET_NONE },
		{ "no exchange", "A\nBRK.B NYS\n", MARKET_NONE, MARKET_NYS },
		{ "unknown exchange", "A XXX\nBRK.B NYS\n", MARKET_NONE, MARKET_NYS },
		{ "exchange of another country", "A HKS\nBRK.B KR\n", MARKET_NONE, MARKET_NONE },
		{ "no exchange but a country", "A US\nBRK.B \n", MARKET_NONE, MARKET_NONE },
		{ "day session", "A BAQ\n", MARKET_NONE, MARKET_NONE },
		{ "blanks", " A NAS\n\n \nBRK.B  NYS\n", MARKET_NONE, MARKET_NONE },
		{ "CR LF", "A NAS\r\nBRK.B NYS\n", MARKET_NONE, MARKET_NYS },
		{ "too long a code", "AAAAAAAAAAAAAAAAAAAA NAS\nBRK.B NYS\n", MARKET_NONE,
		  MARKET_NYS },
		{ "not text", "\x01\xff\n\n\xc3 NAS\nA NAS\n", MARKET_NAS, MARKET_NONE },
		{ "contradiction", "A.NYS NAS\nBRK.B NYS\n", MARKET_NONE, MARKET_NYS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct exchange_book *b;

		print_message("# %s\n", rows[i].name);
		put_file(rows[i].text, 0600);
		b = load();
		assert_int_equal(exchange_book_find(b, "A"), rows[i].a);
		assert_int_equal(exchange_book_find(b, "BRK.B"), rows[i].b);
		assert_int_equal(exchange_book_find(b, "AA"), MARKET_NONE);
		exchange_book_free(b);
	}
	exchange_book_free(NULL);
}

static void odd_files_are_empty_books(void **state)
{
	struct exchange_book *b = load(); /* nothing there */

	(void)state;
	assert_int_equal(exchange_book_find(b, "A"), MARKET_NONE);
	exchange_book_free(b);
	put_file("A NAS\n", 0644);
	b = load();
	assert_int_equal(exchange_book_find(b, "A"), MARKET_NONE);
	note(b, "B", MARKET_NYS);
	save(b);
	assert_file("B NYS\n"); /* and are replaced */
	remove("exchanges");
	assert_int_equal(mkfifo("exchanges", 0600), 0);
	b = load();
	note(b, "C", MARKET_AMS);
	save(b);
	assert_file("C AMS\n");
}

/* ---- writing ---- */

static void what_is_new_is_written(void **state)
{
	struct exchange_book *b = load();

	(void)state;
	note(b, "TSLA", MARKET_NAS);
	note(b, "BRK.B", MARKET_NYS);
	note(b, "AAPL", MARKET_NAS);
	note(b, "SPY", MARKET_AMS);
	assert_int_equal(exchange_book_find(b, "BRK.B"), MARKET_NYS);
	save(b);
	assert_file("AAPL NAS\nBRK.B NYS\nSPY AMS\nTSLA NAS\n");
	b = load();
	assert_int_equal(exchange_book_find(b, "SPY"), MARKET_AMS);
	exchange_book_free(b);
}

static void nothing_new_touches_nothing(void **state)
{
	struct exchange_book *b;
	struct stat st;

	(void)state;
	save(load());
	assert_int_equal(stat("exchanges", &st), -1);
	put_file("A NAS\n", 0600);
	b = load();
	note(b, "A", MARKET_NAS);
	assert_int_equal(chmod("exchanges", 0640), 0);
	save(b);
	assert_int_equal(stat("exchanges", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
}

static void a_wrong_exchange_is_replaced(void **state)
{
	struct exchange_book *b;

	(void)state;
	put_file("A NAS\nB NAS\n", 0600);
	b = load();
	note(b, "A", MARKET_NYS);
	assert_int_equal(exchange_book_find(b, "A"), MARKET_NYS);
	save(b);
	assert_file("A NYS\nB NAS\n");
}

/* Others' findings stay; where two differ, the fresher one counts. */
static void runs_side_by_side_are_merged(void **state)
{
	struct exchange_book *one, *two;

	(void)state;
	put_file("A NAS\nB NAS\nC NAS\n", 0600);
	one = load();
	two = load();
	note(one, "D", MARKET_NYS);
	note(one, "A", MARKET_NYS);
	note(one, "B", MARKET_NYS);
	note(two, "E", MARKET_AMS);
	note(two, "B", MARKET_AMS);
	save(one);
	assert_file("A NYS\nB NYS\nC NAS\nD NYS\n");
	save(two);
	assert_file("A NYS\nB AMS\nC NAS\nD NYS\nE AMS\n");
}

static int note_and_save(void *arg)
{
	char code[] = "A";
	struct err err;
	struct exchange_book *b = exchange_book_new(&err);
	int rc;

	code[0] = (char)(code[0] + *(int *)arg);
	rc = exchange_book_load(b, dir, &err) < 0 ||
	     exchange_book_note(b, code, MARKET_NAS, &err) < 0 ||
	     exchange_book_save(b, dir, &stop, CLOCK_NEVER, &err) < 0;
	exchange_book_free(b);
	return rc;
}

static void processes_lose_nothing(void **state)
{
	enum { PROCESSES = 8 };
	pid_t pid[PROCESSES];

	(void)state;
	for (int i = 0; i < PROCESSES; i++)
		pid[i] = start_child(note_and_save, &i);
	for (int i = 0; i < PROCESSES; i++)
		assert_int_equal(end_of_child(pid[i]), 0);
	assert_file("A NAS\nB NAS\nC NAS\nD NAS\nE NAS\nF NAS\nG NAS\nH NAS\n");
}

static void a_busy_file_is_not_waited_for_long(void **state)
{
	struct exchange_book *b = load();
	struct err err;
	int lock = safefile_lock(dir, "exchanges.lock", &stop, 0, &err);

	(void)state;
	assert_true(lock >= 0);
	note(b, "A", MARKET_NAS);
	assert_int_equal(exchange_book_save(b, dir, &stop, 0, &err), -1);
	assert_int_equal(err.kind, ERR_DEADLINE);
	stop_request(&stop, SIGINT);
	assert_int_equal(exchange_book_save(b, dir, &stop, CLOCK_NEVER, &err), -1);
	assert_int_equal(err.kind, ERR_CANCELED);
	safefile_unlock(lock);
	save(b); /* it is not forgotten */
	assert_file("A NAS\n");
}

/* ---- size ---- */

static void code_of(int n, char *code)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	for (int i = 0; i < 4; i++, n /= 26)
		code[i] = letters[n % 26];
	code[4] = '\0';
}

static void holds_many(void **state)
{
	enum { MANY = 5000 };
	static const enum market exchanges[] = { MARKET_NAS, MARKET_NYS, MARKET_AMS };
	struct exchange_book *b = load();
	char code[5];

	(void)state;
	for (int n = 0; n < MANY; n++) {
		code_of(n, code);
		note(b, code, exchanges[n % 3]);
	}
	save(b);
	b = load();
	for (int n = 0; n < MANY; n++) {
		code_of(n, code);
		assert_int_equal(exchange_book_find(b, code), exchanges[n % 3]);
	}
	exchange_book_free(b);
}

static void lack_of_memory_is_said(void **state)
{
	struct exchange_book *b = load(), *none;
	struct err err = { .kind = ERR_KINDS };
	int rc;

	(void)state;
	memory_is_gone();
	none = exchange_book_new(&err);
	rc = exchange_book_note(b, "A", MARKET_NAS, &err);
	memory_is_back();
	assert_null(none);
	assert_int_equal(rc, -1);
	assert_int_equal(err.kind, ERR_SYSTEM);
	assert_int_equal(exchange_book_find(b, "A"), MARKET_NONE);
	note(b, "A", MARKET_NAS);
	memory_is_gone();
	rc = exchange_book_save(b, dir, &stop, 0, &err);
	memory_is_back();
	assert_int_equal(rc, -1);
	save(b);
	assert_file("A NAS\n");
}

#define IN_DIR(f) cmocka_unit_test_setup_teardown(f, enter_state_dir, leave_state_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(bad_lines_are_passed_over),
		IN_DIR(odd_files_are_empty_books),
		IN_DIR(what_is_new_is_written),
		IN_DIR(nothing_new_touches_nothing),
		IN_DIR(a_wrong_exchange_is_replaced),
		IN_DIR(runs_side_by_side_are_merged),
		IN_DIR(processes_lose_nothing),
		IN_DIR(a_busy_file_is_not_waited_for_long),
		IN_DIR(holds_many),
		IN_DIR(lack_of_memory_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
