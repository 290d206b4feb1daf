/* SPDX-License-Identifier: MIT */
/* Unit tests of cli/symbol_list, cli/symbol_list_read and cli/line_reader,
 * with real files, pipes and FIFOs. */
#define _DEFAULT_SOURCE /* mkdtemp */
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
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sync.h"
#include "cli/line_reader.h"
#include "cli/options.h"
#include "cli/symbol_list.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { PATH_BYTES = 256, WORDS_MAX = 8 };

static char dir[] = "/tmp/quotefetch-list-XXXXXX";
static char path_a[PATH_BYTES], path_b[PATH_BYTES], path_fifo[PATH_BYTES];

static int make_dir(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path_a, sizeof path_a, "%s/a.txt", dir);
	snprintf(path_b, sizeof path_b, "%s/b.txt", dir);
	snprintf(path_fifo, sizeof path_fifo, "%s/fifo", dir);
	return mkfifo(path_fifo, 0600);
}

static int remove_dir(void **state)
{
	(void)state;
	unlink(path_a);
	unlink(path_b);
	unlink(path_fifo);
	return rmdir(dir);
}

static void write_file(const char *path, const char *data, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void write_text(const char *path, const char *text)
{
	write_file(path, text, strlen(text));
}

/* Reads the list that a command line names, as it was before, or for the first
 * time (old NULL); words end with NULL. */
static int read_again(struct symbol_list **list, const struct symbol_list *old,
		      struct stop *stop, int64_t deadline_ns, struct err *err,
		      const char *const *words)
{
	char *argv[WORDS_MAX + 1] = { (char *)"quotefetch" };
	struct options o;
	int argc = 1;
	int rc;

	for (; words[argc - 1]; argc++)
		argv[argc] = (char *)words[argc - 1];
	memset(err, 0, sizeof *err);
	*list = symbol_list_new(err);
	assert_non_null(*list);
	options_init(&o);
	assert_int_equal(options_parse(&o, argc, argv, err), 0);
	rc = symbol_list_read(*list, old, &o, stop, deadline_ns, err);
	options_release(&o);
	return rc;
}

static int read_list(struct symbol_list **list, struct stop *stop, int64_t deadline_ns,
		     struct err *err, const char *const *words)
{
	return read_again(list, NULL, stop, deadline_ns, err, words);
}

#define READ(list, err, ...) \
	read_list((list), NULL, CLOCK_NEVER, (err), \
		  (const char *const[WORDS_MAX]){ __VA_ARGS__, NULL })

/* The whole list as "005930.KR AAPL.US !KO.NYS=2 ?reason": '!' has priority, =N
 * repeats entry N, '?' is invalid. */
static const char *shown(const struct symbol_list *list)
{
	static char text[4096];
	size_t len = 0;

	text[0] = '\0';
	for (uint32_t i = 0; i < symbol_list_count(list); i++) {
		const struct symbol *s = symbol_list_at(list, i);
		const struct symbol_list_invalid *bad = symbol_list_invalid_at(list, i);
		uint32_t first;

		len += (size_t)snprintf(text + len, sizeof text - len, "%s%s",
					i ? " " : "",
					symbol_list_is_priority(list, i) ? "!" : "");
		if (bad) {
			assert_int_equal(bad->index, i);
			assert_false(symbol_list_is_first(list, i));
			assert_int_equal(symbol_list_next_same(list, i), SYMBOL_LIST_NONE);
			assert_string_equal(s->code, "");
			len += (size_t)snprintf(text + len, sizeof text - len, "?%s(%s)",
						bad->text, bad->reason);
			continue;
		}
		len += (size_t)snprintf(text + len, sizeof text - len, "%s.%s", s->code,
					market_name((enum market)s->market));
		if (symbol_list_is_first(list, i))
			continue;
		/* Found from its first, and by no other way. */
		for (first = 0; first < i; first++) {
			uint32_t j = first;

			while (symbol_list_is_first(list, first) && j != i &&
			       j != SYMBOL_LIST_NONE)
				j = symbol_list_next_same(list, j);
			if (j == i)
				break;
		}
		len += (size_t)snprintf(text + len, sizeof text - len, "=%u",
					(unsigned)first);
	}
	return text;
}

static void assert_reads(const char *data, size_t len, const char *want)
{
	struct symbol_list *list;
	struct err err;

	write_file(path_a, data, len);
	if (READ(&list, &err, "-f", path_a) < 0)
		fail_msg("%s", err.msg);
	assert_string_equal(shown(list), want);
	symbol_list_free(list);
}

#define ASSERT_READS(text, want) assert_reads((text), sizeof(text) - 1, (want))

static void test_lines(void **state)
{
	(void)state;
	ASSERT_READS("005930\nAAPL\n", "005930.KR AAPL.US");
	ASSERT_READS("005930\nAAPL", "005930.KR AAPL.US");
	ASSERT_READS("005930\r\nAAPL\r\n", "005930.KR AAPL.US");
	ASSERT_READS("005930\r\nAAPL\r", "005930.KR AAPL.US");
	ASSERT_READS("\xef\xbb\xbf" "005930\n", "005930.KR");
	ASSERT_READS("\n\n  \t\n# x\n  # y\n aapl \t\n", "AAPL.US");
	ASSERT_READS("AAPL# x\nKO # x # y\n", "AAPL.US KO.US");
	ASSERT_READS("AAPL # \xbb\xef cp949, \x1b[1m\n", "AAPL.US");
	ASSERT_READS("AAPL,NAS\nKO , nys\nSPY\tAMS\n005930 \t KR # x\nT,\n",
		     "AAPL.NAS KO.NYS SPY.AMS 005930.KR T.US");
	ASSERT_READS("AAPL\nAAPL\nKO\nAAPL.US\nKO\nAAPL.NAS\n",
		     "AAPL.US AAPL.US=0 KO.US AAPL.US=0 KO.US=2 AAPL.NAS");
}

/* What was typed, and what it stands for when it is read again. */
static void test_inputs(void **state)
{
	static const char *const typed[] = {
		"005930", "005930.kr", "aapl", "AAPL", "0700.HKS", "0700,HKS", "0700 \t HKS", "brk/b",
		"US:KO",
	};
	struct symbol_list *list, *again;
	char text[1024] = "";
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(typed); i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), " %s%s  # x\n",
			 i % 2 ? "! " : "", typed[i]);
	write_text(path_a, text);
	assert_int_equal(READ(&list, &err, "-f", path_a), 0);
	text[0] = '\0';
	for (uint32_t i = 0; i < COUNT(typed); i++) {
		assert_string_equal(symbol_list_input(list, i), typed[i]);
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s\n",
			 symbol_list_input(list, i));
	}
	write_text(path_b, text);
	assert_int_equal(READ(&again, &err, "-f", path_b), 0);
	for (uint32_t i = 0; i < COUNT(typed); i++)
		assert_memory_equal(symbol_list_at(again, i), symbol_list_at(list, i),
				    sizeof(struct symbol));
	symbol_list_free(again);
	symbol_list_free(list);

	/* Past several growths; and one that is added by --priority. */
	text[0] = '\0';
	write_text(path_b, "ko.nys\naapl\n");
	{
		FILE *f = fopen(path_a, "wb");

		assert_non_null(f);
		for (int i = 0; i < 5000; i++)
			fprintf(f, i % 7 ? "1%05d\n" : "1%05d.kr\n", i);
		fprintf(f, "aapl\nXX.XX\n");
		assert_int_equal(fclose(f), 0);
	}
	assert_int_equal(READ(&list, &err, "-f", path_a, "--priority", path_b, "--skip-invalid"),
			 0);
	for (uint32_t i = 0; i < 5000; i++) {
		snprintf(text, sizeof text, i % 7 ? "1%05d" : "1%05d.kr", (int)i);
		assert_string_equal(symbol_list_input(list, i), text);
	}
	assert_string_equal(symbol_list_input(list, 5000), "aapl");
	assert_string_equal(symbol_list_input(list, 5001), "XX.XX");
	assert_string_equal(symbol_list_input(list, 5002), "ko.nys");
	assert_int_equal(symbol_list_count(list), 5003);
	symbol_list_free(list);
}

static void test_priority(void **state)
{
	struct symbol_list *list;
	struct err err;

	(void)state;
	ASSERT_READS("AAPL\n!KO\n! T\n", "AAPL.US !KO.US !T.US");
	/* Given to a later one, it goes to the first, which is the one fetched. */
	ASSERT_READS("AAPL\nKO\n!AAPL\n", "!AAPL.US KO.US AAPL.US=0");

	write_text(path_a, "AAPL\nKO\nT\n");
	write_text(path_b, "T\nIBM\nT\nAAPL\n");
	assert_int_equal(READ(&list, &err, "-f", path_a, "--priority", path_b), 0);
	assert_string_equal(shown(list), "!AAPL.US KO.US !T.US !IBM.US");
	assert_true(symbol_list_has_priority(list));
	symbol_list_free(list);
	assert_int_equal(READ(&list, &err, "-f", path_a), 0);
	assert_false(symbol_list_has_priority(list));
	symbol_list_free(list);
	assert_int_equal(READ(&list, &err, "KO", "!T"), 0);
	assert_string_equal(shown(list), "KO.US !T.US");
	symbol_list_free(list);
}

static void test_bad_lines(void **state)
{
	static const struct {
		const char *data;
		size_t len; /* 0: strlen */
		const char *message;
	} rows[] = {
		{ "AAPL\n\n# x\nAAPL.XX\n", 0, ": line 4: unknown market 'XX'" },
		{ "AAPL XX\n", 0, ": line 1: unknown market 'XX'" },
		{ "AAPL,NAS,x\n", 0, ": line 1: unknown market 'NAS,x'" },
		{ "005930 삼성전자\n", 0, ": line 1: unknown market '삼성전자'" },
		{ "AAPL \x1b[31m\n", 0, ": line 1: unknown market '?[31m'" },
		{ ",NAS\n", 0, ": line 1: empty symbol" },
		{ "!\n", 0, ": line 1: empty symbol" },
		{ "!!AAPL\n", 0, ": line 1: unexpected character '!'" },
		{ "0700", 0, ": line 1: cannot tell the market: write 0700.HKS" },
		{ "AAPL.NAS,NYS\n", 0, ": line 1: two markets: 'NAS' and 'NYS'" },
		{ "AAPL\rKO\n", 0, ": line 1: unexpected character U+000D" },
		{ "A\0PL\n", 5, ": line 1: unexpected character U+0000 (is it UTF-16?)" },
		{ "\xff\xfe" "A\0", 4, ": line 1: byte 0xff is neither ASCII nor UTF-8" },
		{ "\xbb\xef\n", 0, ": line 1: byte 0xbb is neither ASCII nor UTF-8" },
		{ "AAPL\n\xef\xbb\xbfKO\n", 0, ": line 2: unexpected character U+FEFF" },
		{ "AAPL%0d%0a\n", 0, ": line 1: unexpected character '%'" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct symbol_list *list;
		struct err err;

		write_file(path_a, rows[i].data,
			   rows[i].len ? rows[i].len : strlen(rows[i].data));
		assert_int_equal(READ(&list, &err, "-f", path_a), -1);
		assert_int_equal(err.kind, ERR_INPUT);
		if (!strstr(err.msg, rows[i].message))
			fail_msg("row %zu gave: %s", i, err.msg);
		assert_non_null(strstr(err.msg, "a.txt': line"));
		symbol_list_free(list);
	}
}

static void test_bad_arguments(void **state)
{
	struct symbol_list *list;
	struct err err;

	(void)state;
	assert_int_equal(READ(&list, &err, "AAPL", "0700"), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	assert_string_equal(err.msg, "0700: cannot tell the market: write 0700.HKS");
	symbol_list_free(list);
	assert_int_equal(READ(&list, &err, "AAPL", ""), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	assert_string_equal(err.msg, "'': empty symbol");
	symbol_list_free(list);
	assert_int_equal(READ(&list, &err, "\x1b[1mA"), -1);
	assert_string_equal(err.msg, "?[1mA: unexpected character U+001B");
	symbol_list_free(list);
}

static void test_skip_invalid(void **state)
{
	struct symbol_list *list;
	struct err err;

	(void)state;
	write_text(path_a, "AAPL\nBAD.XX\n0700 # x\nAAPL\n");
	assert_int_equal(READ(&list, &err, "--skip-invalid", "-f", path_a, "", "x&y"), 0);
	assert_string_equal(shown(list),
			    "?(empty symbol) ?x&y(unexpected character '&') AAPL.US "
			    "?BAD.XX(unknown market 'XX') "
			    "?0700(cannot tell the market: write 0700.HKS) AAPL.US=2");
	symbol_list_free(list);
	/* Nothing valid is a list all the same: each gets its record. */
	assert_int_equal(READ(&list, &err, "--skip-invalid", "x\x1by"), 0);
	assert_string_equal(shown(list), "?x?y(unexpected character U+001B)");
	symbol_list_free(list);
}

static void test_nothing(void **state)
{
	struct symbol_list *list;
	struct err err;

	(void)state;
	write_text(path_a, "# only\n\n  # comments\n");
	write_text(path_b, "");
	assert_int_equal(READ(&list, &err, "-f", path_a), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_non_null(strstr(err.msg, "no symbols in '/tmp/"));
	symbol_list_free(list);
	assert_int_equal(READ(&list, &err, "-f", path_a, "-f", path_b), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_string_equal(err.msg, "no symbols in any of the files");
	symbol_list_free(list);
	assert_int_equal(READ(&list, &err, "-f", path_b, "AAPL"), 0);
	symbol_list_free(list);
}

static void test_unreadable(void **state)
{
	struct symbol_list *list;
	struct err err;

	(void)state;
	assert_int_equal(READ(&list, &err, "-f", "/nonexistent/x"), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_non_null(strstr(err.msg, "cannot read '/nonexistent/x': No such file"));
	symbol_list_free(list);
	assert_int_equal(READ(&list, &err, "-f", dir), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_non_null(strstr(err.msg, "s a directory"));
	symbol_list_free(list);
	assert_int_equal(READ(&list, &err, "AAPL", "--priority", "/nonexistent/x"), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	symbol_list_free(list);
}

/* A FIFO that nobody ever writes ends by the deadline or the stop. */
static void test_silent_fifo(void **state)
{
	const char *const words[] = { "-f", path_fifo, NULL };
	struct symbol_list *list;
	struct stop stop;
	struct err err;

	(void)state;
	assert_int_equal(read_list(&list, NULL, clock_monotonic_ns() + NS_PER_MS, &err,
				   words), -1);
	assert_int_equal(err.kind, ERR_DEADLINE);
	assert_non_null(strstr(err.msg, "reading '/tmp/"));
	symbol_list_free(list);

	assert_int_equal(stop_init(&stop, &err), 0);
	stop_request(&stop, SIGTERM);
	assert_int_equal(read_list(&list, &stop, CLOCK_NEVER, &err, words), -1);
	assert_int_equal(err.kind, ERR_CANCELED);
	symbol_list_free(list);
	stop_destroy(&stop);
}

/* Makes data what stdin has; restore_stdin undoes it. */
static int saved_stdin;

static void feed_stdin(const char *data)
{
	int fd[2];

	saved_stdin = dup(STDIN_FILENO);
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], data, strlen(data)), (ssize_t)strlen(data));
	close(fd[1]);
	assert_int_equal(dup2(fd[0], STDIN_FILENO), STDIN_FILENO);
	close(fd[0]);
}

static void restore_stdin(void)
{
	if (saved_stdin < 0)
		return;
	dup2(saved_stdin, STDIN_FILENO);
	close(saved_stdin);
}

static void test_stdin(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		const char *want;
	} rows[] = {
		{ { NULL }, "KO.US T.US" },
		{ { "-f", "-" }, "KO.US T.US" },
		{ { "-f", "-", "-f", "-" }, "KO.US T.US" },
		{ { "-f", "-", "AAPL" }, "AAPL.US KO.US T.US" },
		{ { "AAPL" }, "AAPL.US" }, /* not read */
	};
	struct symbol_list *list;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		feed_stdin("KO\nT\n");
		if (read_list(&list, NULL, CLOCK_NEVER, &err, rows[i].words) < 0)
			fail_msg("%s", err.msg);
		restore_stdin();
		assert_string_equal(shown(list), rows[i].want);
		symbol_list_free(list);
	}
	feed_stdin("KO\nT.XX\n");
	assert_int_equal(read_list(&list, NULL, CLOCK_NEVER, &err, rows[0].words), -1);
	restore_stdin();
	assert_string_equal(err.msg, "stdin: line 2: unknown market 'XX'");
	symbol_list_free(list);
	feed_stdin("# nothing\n");
	assert_int_equal(read_list(&list, NULL, CLOCK_NEVER, &err, rows[0].words), -1);
	restore_stdin();
	assert_string_equal(err.msg, "no symbols in stdin");
	symbol_list_free(list);
}

/* A file is read again; what stdin had stays, though it has nothing any more. */
static void test_again(void **state)
{
	const char *const words[WORDS_MAX] = { "-f", path_a, "-f", "-", "MMM", NULL };
	struct symbol_list *first, *second, *third, *bad;
	struct err err;

	(void)state;
	write_text(path_a, "005930\nKO\n");
	feed_stdin("!IBM\nKO\n");
	assert_int_equal(read_list(&first, NULL, CLOCK_NEVER, &err, words), 0);
	restore_stdin();
	assert_string_equal(shown(first), "MMM.US 005930.KR KO.US !IBM.US KO.US=2");
	write_text(path_a, "000660\n");
	assert_int_equal(read_again(&second, first, NULL, CLOCK_NEVER, &err, words), 0);
	assert_string_equal(shown(second), "MMM.US 000660.KR IBM.US KO.US");
	assert_int_equal(read_again(&third, second, NULL, CLOCK_NEVER, &err, words), 0);
	assert_string_equal(shown(third), "MMM.US 000660.KR IBM.US KO.US");
	write_text(path_a, "T.XX\n");
	assert_int_equal(read_again(&bad, third, NULL, CLOCK_NEVER, &err, words), -1);
	assert_non_null(strstr(err.msg, "line 1: unknown market 'XX'"));
	symbol_list_free(bad);
	unlink(path_a);
	assert_int_equal(read_again(&bad, third, NULL, CLOCK_NEVER, &err, words), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	symbol_list_free(bad);
	symbol_list_free(first);
	symbol_list_free(second);
	symbol_list_free(third);
}

static void test_fifo_again(void **state)
{
	const char *const words[WORDS_MAX] = { "-f", path_fifo, NULL };
	struct symbol_list *first, *second;
	struct err err;
	int fd = open(path_fifo, O_RDWR | O_NONBLOCK);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "T\n", 2), 2);
	/* It is never at its end: the time is up, and what was read stands. */
	assert_int_equal(read_list(&first, NULL, clock_monotonic_ns() + NS_PER_SEC / 5, &err,
				   words), -1);
	assert_int_equal(err.kind, ERR_DEADLINE);
	assert_int_equal(read_again(&second, first, NULL, CLOCK_NEVER, &err, words), 0);
	assert_string_equal(shown(second), "T.US");
	close(fd);
	symbol_list_free(first);
	symbol_list_free(second);
}

/* A line of any length costs a fixed buffer, and its end is found. */
static void test_long_lines(void **state)
{
	static const size_t lens[] = { 256, 1024, 1025, 1028, 1029, 1030, 65534, 65535, 65536,
				       65537, 131072, 200000 };
	struct symbol_list *list;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(lens); i++) {
		char *data = malloc(lens[i] + 32);
		size_t len = lens[i];

		assert_non_null(data);
		/* A long comment is a comment. */
		memset(data, ' ', len);
		memcpy(data, "KO #", 4);
		memcpy(data + len, "\nT\n", 3);
		assert_reads(data, len + 3, "KO.US T.US");
		/* Blanks up to the cut do not make a line empty. */
		memset(data, ' ', len);
		memcpy(data + len - 4, "\nT\n\n", 4);
		memcpy(data + len - 8, "AAPL", 4);
		write_file(path_a, data, len);
		if (len - 4 <= LINE_MAX_BYTES) {
			assert_reads(data, len, "AAPL.US T.US");
		} else {
			assert_int_equal(READ(&list, &err, "-f", path_a), -1);
			assert_non_null(strstr(err.msg, "line 1: longer than 1024 bytes"));
			symbol_list_free(list);
		}
		/* With --skip-invalid the next line is the next line. */
		memset(data, 'x', len);
		memcpy(data + len, "\nAAPL\nT.XX", 10);
		write_file(path_a, data, len + 10);
		assert_int_equal(READ(&list, &err, "--skip-invalid", "-f", path_a), 0);
		assert_int_equal(symbol_list_count(list), 3);
		assert_non_null(symbol_list_invalid_at(list, 0));
		assert_string_equal(symbol_list_at(list, 1)->code, "AAPL");
		assert_non_null(symbol_list_invalid_at(list, 2));
		symbol_list_free(list);
		/* Without a line end at all. */
		write_file(path_a, data, len);
		assert_int_equal(READ(&list, &err, "-f", path_a), -1);
		assert_non_null(strstr(err.msg, len > LINE_MAX_BYTES ? "longer than 1024"
								     : "longer than 13"));
		symbol_list_free(list);
		free(data);
	}
}

/* Lines come whole however the bytes are cut into pieces. */
static void test_pieces(void **state)
{
	static const char data[] = "\xef\xbb\xbf" "first\r\n\nthird\nlast";
	static const char *const want[] = { "first", "", "third", "last" };
	struct line_reader *r = malloc(sizeof *r);

	(void)state;
	assert_non_null(r);
	for (size_t cut = 0; cut < sizeof data; cut++) {
		struct line line;
		struct err err;
		int fd[2];
		size_t lines = 0;
		int rc;

		assert_int_equal(pipe(fd), 0);
		line_reader_init(r, fd[0], NULL, CLOCK_NEVER);
		/* The first piece is read before the second is written. */
		memcpy(r->data, data, cut);
		r->end = cut;
		assert_int_equal(write(fd[1], data + cut, sizeof data - 1 - cut),
				 (ssize_t)(sizeof data - 1 - cut));
		close(fd[1]);
		while ((rc = line_reader_next(r, &line, &err)) > 0) {
			assert_true(lines < COUNT(want));
			assert_int_equal(line.len, strlen(want[lines]));
			assert_memory_equal(line.text, want[lines], line.len);
			assert_false(line.is_cut);
			lines++;
			assert_int_equal(r->number, lines);
		}
		assert_int_equal(rc, 0);
		assert_int_equal(lines, COUNT(want));
		assert_int_equal(line_reader_next(r, &line, &err), 0);
		close(fd[0]);
	}
	free(r);
}

/* Many symbols, each twice, through every growth of the table. */
static void test_many(void **state)
{
	enum { DIFFERENT = 50000 };
	struct symbol_list *list;
	struct err err;

	(void)state;
	list = symbol_list_new(&err);
	assert_non_null(list);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < DIFFERENT; i++) {
			struct symbol s;
			char text[16];

			snprintf(text, sizeof text, "%06d", i * 17 % 1000000);
			assert_int_equal(symbol_parse(text, 6, MARKET_NONE, &s, &err), 0);
			assert_int_equal(symbol_list_add(list, &s, false, &err), 0);
		}
	}
	assert_int_equal(symbol_list_count(list), 2 * DIFFERENT);
	for (uint32_t i = 0; i < DIFFERENT; i++) {
		assert_true(symbol_list_is_first(list, i));
		assert_int_equal(symbol_list_next_same(list, i), i + DIFFERENT);
		assert_false(symbol_list_is_first(list, i + DIFFERENT));
		assert_int_equal(symbol_list_next_same(list, i + DIFFERENT),
				 SYMBOL_LIST_NONE);
		assert_memory_equal(symbol_list_at(list, i),
				    symbol_list_at(list, i + DIFFERENT),
				    sizeof(struct symbol));
	}
	symbol_list_free(list);
	symbol_list_free(NULL);
}

static void test_too_many_invalid(void **state)
{
	struct symbol_list *list;
	struct err err;

	(void)state;
	list = symbol_list_new(&err);
	assert_non_null(list);
	for (int i = 0; i < SYMBOL_LIST_INVALID_MAX; i++)
		assert_int_equal(symbol_list_add_invalid(list, "x", 1, "y", &err), 0);
	assert_int_equal(symbol_list_add_invalid(list, "x", 1, "y", &err), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	symbol_list_free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_inputs),
		cmocka_unit_test(test_priority),
		cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_bad_arguments),
		cmocka_unit_test(test_skip_invalid),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_silent_fifo),
		cmocka_unit_test(test_stdin),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_fifo_again),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_too_many_invalid),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
