/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* nftw, posix_openpt */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/sync.h"
#include "cli/output.h"

/* ---- a directory for each test ---- */

static int enter_dir(void **state)
{
	char *dir = strdup("/tmp/test_output.XXXXXX");

	*state = dir;
	return mkdtemp(dir) ? chdir(dir) : -1;
}

static int remove_one(const char *path, const struct stat *st, int kind,
		      struct FTW *at)
{
	(void)st, (void)kind, (void)at;
	return remove(path);
}

static int leave_dir(void **state)
{
	char *dir = *state;
	int rc = chdir("/");

	rc |= nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(dir);
	return rc;
}

static void put_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void assert_file(const char *path, const char *want, mode_t mode)
{
	struct stat st;
	char text[256];
	int fd = open(path, O_RDONLY);
	ssize_t n;

	assert_true(fd >= 0);
	n = read(fd, text, sizeof text - 1);
	assert_true(n >= 0);
	text[n] = '\0';
	assert_string_equal(text, want);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, mode);
	close(fd);
}

static int count_files(void)
{
	DIR *dir = opendir(".");
	int count = -2; /* "." and ".." */

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static struct output *must_open(const char *path)
{
	struct err err = { .msg = "" };
	struct output *o = output_open(path, false, &err);

	if (!o)
		fail_msg("%s", err.msg);
	return o;
}

static int write_until(struct output *o, const char *text, struct stop *stop,
		       int64_t deadline_ns, struct err *err)
{
	struct buf b;
	int rc;

	buf_init(&b, 1 << 20);
	buf_puts(&b, text);
	rc = output_write(o, &b, stop, deadline_ns, err);
	if (rc == 0)
		assert_int_equal(b.len, 0);
	buf_release(&b);
	return rc;
}

static void must_write(struct output *o, const char *text)
{
	struct err err;

	assert_int_equal(write_until(o, text, NULL, CLOCK_NEVER, &err), 0);
}

static void must_commit(struct output *o)
{
	struct err err;

	assert_int_equal(output_commit(o, &err), 0);
}

/* ---- files ---- */

static void test_new_file_appears_when_complete(void **state)
{
	struct output *o;
	mode_t umask_before = umask(027);

	(void)state;
	o = must_open("new.json");
	must_write(o, "[");
	must_write(o, "]\n");
	assert_int_equal(access("new.json", F_OK), -1);
	must_commit(o);
	umask(umask_before);
	assert_file("new.json", "[]\n", 0640);
	assert_int_equal(count_files(), 1);
}

static void test_old_file_stands_until_commit(void **state)
{
	struct output *o;

	(void)state;
	put_file("out", "old", 0606);
	o = must_open("out");
	must_write(o, "new");
	assert_file("out", "old", 0606);
	must_commit(o);
	assert_file("out", "new", 0606);
	assert_int_equal(count_files(), 1);
}

static void test_abandon_leaves_the_old_file_alone(void **state)
{
	struct output *o;

	(void)state;
	put_file("out", "old", 0644);
	o = must_open("./out");
	must_write(o, "new");
	output_abandon(o);
	output_abandon(NULL);
	assert_file("out", "old", 0644);
	assert_int_equal(count_files(), 1);
}

static void test_link_leads_to_its_file(void **state)
{
	struct output *o;
	struct stat st;

	(void)state;
	assert_int_equal(mkdir("data", 0755), 0);
	put_file("data/out", "old", 0600);
	assert_int_equal(symlink("data/out", "link"), 0);
	o = must_open("link");
	must_write(o, "new");
	must_commit(o);
	assert_file("data/out", "new", 0600);
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
}

static void test_two_at_once_do_not_mix(void **state)
{
	struct output *a, *b;

	(void)state;
	a = must_open("out");
	b = must_open("out");
	must_write(a, "from a");
	must_write(b, "b");
	must_commit(a);
	assert_file("out", "from a", 0644);
	must_commit(b);
	assert_file("out", "b", 0644);
	assert_int_equal(count_files(), 1);
}

static void test_longest_name(void **state)
{
	struct output *o;
	char name[256];

	(void)state;
	memset(name, 'n', 255);
	name[255] = '\0';
	o = must_open(name);
	must_write(o, "x");
	must_commit(o);
	assert_file(name, "x", 0644);
}

static void test_refusals(void **state)
{
	static const struct {
		const char *path, *msg;
	} cases[] = {
		{ "", "cannot write '': No such file or directory" },
		{ "dir", "cannot write 'dir': Is a directory" },
		{ "dir/", "cannot write 'dir/': Is a directory" },
		{ "none/", "cannot write 'none/': Is a directory" },
		{ "none/out",
		  "cannot write 'none/out': No such file or directory" },
		{ "file/out", "cannot write 'file/out': Not a directory" },
		{ "dangling",
		  "cannot write 'dangling': it is a link to nothing" },
		{ "loop",
		  "cannot write 'loop': Too many levels of symbolic links" },
		{ "fifo", "cannot write 'fifo': nobody reads this FIFO" },
	};

	(void)state;
	assert_int_equal(mkdir("dir", 0755), 0);
	put_file("file", "", 0644);
	assert_int_equal(symlink("nothing", "dangling"), 0);
	assert_int_equal(symlink("loop", "loop"), 0);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err err;

		assert_null(output_open(cases[i].path, false, &err));
		assert_int_equal(err.kind, ERR_OUTPUT);
		assert_string_equal(err.msg, cases[i].msg);
	}
	assert_int_equal(count_files(), 5);
}

static void test_write_protected(void **state)
{
	struct err err;

	(void)state;
	if (geteuid() == 0)
		skip(); /* nothing is protected from root */
	put_file("out", "old", 0444);
	assert_null(output_open("out", false, &err));
	assert_int_equal(err.code, EACCES);
	assert_file("out", "old", 0444);
	assert_int_equal(mkdir("dir", 0555), 0);
	assert_null(output_open("dir/out", false, &err));
	assert_int_equal(err.code, EACCES);
}

/* A file size limit stands for a full disk: the write falls short, the next
 * one fails. */
static void test_full_disk_leaves_the_old_file(void **state)
{
	struct rlimit before, limit;
	struct output *o;
	struct err err;
	int rc;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	put_file("out", "old", 0644);
	o = must_open("out");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = 10;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	rc = write_until(o, "more than ten bytes", NULL, CLOCK_NEVER, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(rc, -1);
	assert_int_equal(err.kind, ERR_OUTPUT);
	assert_int_equal(err.code, EFBIG);
	assert_string_equal(err.msg, "cannot write 'out': File too large");
	output_abandon(o);
	assert_file("out", "old", 0644);
	assert_int_equal(count_files(), 1);
}

/* ---- what is not a regular file ---- */

static void test_full_device(void **state)
{
	struct output *o;
	struct err err;

	(void)state;
	if (access("/dev/full", W_OK) < 0)
		skip();
	o = must_open("/dev/full");
	assert_int_equal(write_until(o, "x", NULL, CLOCK_NEVER, &err), -1);
	assert_int_equal(err.kind, ERR_OUTPUT);
	assert_int_equal(err.code, ENOSPC);
	output_abandon(o);
	assert_int_equal(access("/dev/full", F_OK), 0);
}

static void test_fifo_is_written_as_it_is(void **state)
{
	struct output *o;
	char text[8] = "";
	int reader;

	(void)state;
	assert_int_equal(mkfifo("fifo", 0600), 0);
	reader = open("fifo", O_RDONLY | O_NONBLOCK);
	o = must_open("fifo");
	must_write(o, "abc");
	must_commit(o);
	assert_int_equal(read(reader, text, sizeof text), 3);
	assert_string_equal(text, "abc");
	close(reader);
	assert_int_equal(count_files(), 1);
}

/* ---- stdout ---- */

/* stdout is replaced by fd while a test needs it. */
static int divert_stdout(int fd)
{
	int saved;

	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	return saved;
}

static void restore_stdout(int saved)
{
	dup2(saved, STDOUT_FILENO);
	close(saved);
}

static void test_stdout(void **state)
{
	struct output *o;
	char text[8] = "";
	int fd[2], saved;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	saved = divert_stdout(fd[1]);
	o = must_open(NULL);
	must_write(o, "abc");
	must_commit(o);
	assert_int_equal(fcntl(STDOUT_FILENO, F_GETFD), 0); /* still open */
	restore_stdout(saved);
	assert_int_equal(read(fd[0], text, sizeof text), 3);
	assert_string_equal(text, "abc");
	close(fd[0]);
	close(fd[1]);
}

static void test_stdout_closed_from_the_start(void **state)
{
	struct err err;

	(void)state;
	assert_null(output_open(NULL, true, &err));
	assert_int_equal(err.kind, ERR_OUTPUT);
	assert_string_equal(err.msg,
			    "cannot write standard output: it is closed");
}

static void test_reader_went_away(void **state)
{
	struct output *o;
	struct err err;
	int fd[2], saved, rc;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(fd), 0);
	close(fd[0]);
	saved = divert_stdout(fd[1]);
	o = must_open(NULL);
	rc = write_until(o, "x", NULL, CLOCK_NEVER, &err);
	restore_stdout(saved);
	assert_int_equal(rc, -1);
	assert_int_equal(err.kind, ERR_OUTPUT);
	assert_int_equal(err.code, EPIPE);
	output_abandon(o);
	close(fd[1]);
}

static void fill_pipe(int fd)
{
	static const char piece[4096];
	int flags = fcntl(fd, F_GETFL);

	assert_int_equal(fcntl(fd, F_SETFL, flags | O_NONBLOCK), 0);
	while (write(fd, piece, sizeof piece) > 0)
		;
	assert_int_equal(fcntl(fd, F_SETFL, flags), 0);
}

/* A reader that sleeps: the deadline and a stop end the wait. */
static void test_stuck_reader(void **state)
{
	struct output *o;
	struct stop stop;
	struct err late, stopped;
	struct buf kept;
	int fd[2], saved, rc_late, rc_stopped;

	(void)state;
	assert_int_equal(stop_init(&stop, &late), 0);
	assert_int_equal(pipe(fd), 0);
	fill_pipe(fd[1]);
	saved = divert_stdout(fd[1]);
	o = must_open(NULL);
	rc_late = write_until(o, "x", &stop, clock_monotonic_ns(), &late);
	stop_request(&stop, SIGINT);
	buf_init(&kept, 16);
	buf_puts(&kept, "x");
	rc_stopped = output_write(o, &kept, &stop, CLOCK_NEVER, &stopped);
	restore_stdout(saved);
	assert_int_equal(rc_late, -1);
	assert_int_equal(late.kind, ERR_OUTPUT);
	assert_int_equal(late.code, ETIMEDOUT);
	assert_int_equal(rc_stopped, -1);
	assert_int_equal(stopped.kind, ERR_CANCELED);
	assert_string_equal(buf_text(&kept), "x"); /* for a later call */
	buf_release(&kept);
	output_abandon(o);
	stop_destroy(&stop);
	close(fd[0]);
	close(fd[1]);
}

static void test_terminal(void **state)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	struct output *o;

	(void)state;
	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		skip();
	o = must_open(ptsname(master));
	assert_true(output_is_terminal(o));
	output_abandon(o);
	close(master);
}

static void test_file_is_no_terminal(void **state)
{
	struct output *o;

	(void)state;
	o = must_open("out");
	assert_false(output_is_terminal(o));
	output_abandon(o);
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, enter_dir, leave_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(test_new_file_appears_when_complete),
		IN_DIR(test_old_file_stands_until_commit),
		IN_DIR(test_abandon_leaves_the_old_file_alone),
		IN_DIR(test_link_leads_to_its_file),
		IN_DIR(test_two_at_once_do_not_mix),
		IN_DIR(test_longest_name),
		IN_DIR(test_refusals),
		IN_DIR(test_write_protected),
		IN_DIR(test_full_disk_leaves_the_old_file),
		IN_DIR(test_full_device),
		IN_DIR(test_fifo_is_written_as_it_is),
		IN_DIR(test_stdout),
		IN_DIR(test_stdout_closed_from_the_start),
		IN_DIR(test_reader_went_away),
		IN_DIR(test_stuck_reader),
		IN_DIR(test_terminal),
		IN_DIR(test_file_is_no_terminal),
	};

	umask(022);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
