/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* nftw */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/safefile.h"
#include "base/safefile_edit.h"
#include "base/sync.h"
#include "child.h"
#include "temp_dir.h"

enum { CAP = 1000, NOBODY = 65534 };

static int here(void)
{
	int fd = open(".", O_RDONLY | O_DIRECTORY);

	assert_true(fd >= 0);
	return fd;
}

static void put_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static bool exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* What may stand where the file is looked for. */

static void make_nothing(const char *name)
{
	(void)name;
}

static void make_private(const char *name)
{
	put_file(name, "secret", 0600);
}

static void make_read_only(const char *name)
{
	put_file(name, "secret", 0400);
}

static void make_empty(const char *name)
{
	put_file(name, "", 0600);
}

static void make_huge(const char *name)
{
	put_file(name, "", 0600);
	assert_int_equal(truncate(name, (off_t)1 << 30), 0);
}

static void make_just_too_long(const char *name)
{
	put_file(name, "", 0600);
	assert_int_equal(truncate(name, CAP + 1), 0);
}

static void make_group_readable(const char *name)
{
	put_file(name, "secret", 0640);
}

static void make_world_readable(const char *name)
{
	put_file(name, "secret", 0644);
}

static void make_foreign(const char *name)
{
	put_file(name, "secret", 0600);
	assert_int_equal(chown(name, NOBODY, (gid_t)-1), 0);
}

static void make_link(const char *name)
{
	put_file("victim", "mine", 0600);
	assert_int_equal(symlink("victim", name), 0);
}

static void make_dangling_link(const char *name)
{
	assert_int_equal(symlink("nowhere", name), 0);
}

static void make_fifo(const char *name)
{
	assert_int_equal(mkfifo(name, 0600), 0);
}

static void make_directory(const char *name)
{
	assert_int_equal(mkdir(name, 0700), 0);
}

static const struct thing {
	const char *name;
	void (*make)(const char *name);
	int read; /* what safefile_read returns */
	const char *text;
	bool needs_root;
} things[] = {
	{ "nothing", make_nothing, 0, "", false },
	{ "private", make_private, 1, "secret", false },
	{ "read-only", make_read_only, 1, "secret", false },
	{ "empty", make_empty, 1, "", false },
	{ "1 GiB", make_huge, -1, NULL, false },
	{ "one byte too long", make_just_too_long, -1, NULL, false },
	{ "group-readable", make_group_readable, -1, NULL, false },
	{ "world-readable", make_world_readable, -1, NULL, false },
	{ "another's", make_foreign, -1, NULL, true },
	{ "link", make_link, -1, NULL, false },
	{ "dangling link", make_dangling_link, -1, NULL, false },
	{ "fifo", make_fifo, -1, NULL, false },
	{ "directory", make_directory, -1, NULL, false },
};
enum { THINGS = sizeof things / sizeof *things };

static bool can_make(const struct thing *t)
{
	return !t->needs_root || geteuid() == 0;
}

static void reads_only_what_is_private(void **state)
{
	int dir = here();

	(void)state;
	for (size_t i = 0; i < THINGS; i++) {
		struct err err = { .kind = ERR_KINDS };
		struct buf text;

		if (!can_make(&things[i]))
			continue;
		print_message("# %s\n", things[i].name);
		things[i].make("file");
		buf_init(&text, CAP);
		assert_int_equal(safefile_read(dir, "file", &text, &err), things[i].read);
		if (things[i].read < 0) {
			assert_int_equal(err.kind, ERR_SYSTEM);
			assert_non_null(strstr(err.msg, "'file'"));
		} else {
			assert_int_equal(err.kind, ERR_KINDS);
			assert_string_equal(buf_text(&text), things[i].text);
		}
		buf_release(&text);
		remove("file");
	}
	close(dir);
}

struct content {
	const char *data;
	size_t len;
};

static int put_content(void *arg, int dirfd, struct buf *out, struct err *err)
{
	const struct content *c = arg;

	(void)dirfd, (void)err;
	buf_append(out, c->data, c->len);
	return 0;
}

static int write_file(int dir, const char *data, size_t len, struct err *err)
{
	struct content c = { data, len };
	const struct safefile_text text = { 1 << 16, put_content, &c };

	return safefile_rewrite(dir, "file", &text, NULL, CLOCK_NEVER, err);
}

/* The temporary of who holds the file's lock as it is. */
static const char *temporary(void)
{
	static char name[60];
	struct stat st;

	assert_int_equal(stat("file.lock", &st), 0);
	snprintf(name, sizeof name, "file.%ju.tmp", (uintmax_t)st.st_ino);
	return name;
}

static void assert_replaced(int dir, const char *want)
{
	struct stat st;
	struct err err;
	struct buf text;

	buf_init(&text, CAP);
	assert_int_equal(safefile_read(dir, "file", &text, &err), 1);
	assert_string_equal(buf_text(&text), want);
	buf_release(&text);
	assert_int_equal(lstat("file", &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(st.st_uid, geteuid());
	if (exists("file.lock"))
		assert_false(exists(temporary()));
}

static void replaces_whatever_is_there(void **state)
{
	mode_t mask = umask(0);
	int dir = here();

	(void)state;
	for (size_t i = 0; i < THINGS; i++) {
		struct err err = { .msg = "" };

		if (!can_make(&things[i]))
			continue;
		print_message("# %s\n", things[i].name);
		things[i].make("file");
		if (write_file(dir, "new", 3, &err) < 0)
			fail_msg("%s", err.msg);
		assert_replaced(dir, "new");
		remove("file");
	}
	umask(mask);
	/* What the links led to is as it was. */
	assert_int_equal(rename("victim", "file"), 0);
	assert_replaced(dir, "mine");
	assert_false(exists("nowhere"));
	close(dir);
}

/* What a killed writer, or somebody evil, left in the place of the temporary. */
static void replaces_a_stale_temporary(void **state)
{
	int dir = here();
	struct err err;

	(void)state;
	assert_int_equal(write_file(dir, "old", 3, &err), 0);
	put_file(temporary(), "half a", 0644);
	assert_int_equal(write_file(dir, "new", 3, &err), 0);
	assert_replaced(dir, "new");
	make_link(temporary());
	assert_int_equal(write_file(dir, "newer", 5, &err), 0);
	assert_replaced(dir, "newer");
	close(dir);
}

static void keeps_the_old_when_it_cannot(void **state)
{
	int dir = here();
	struct err err;

	(void)state;
	assert_int_equal(mkdir("file", 0700), 0);
	put_file("file/inside", "x", 0600);
	assert_int_equal(write_file(dir, "new", 3, &err), -1);
	assert_int_equal(err.kind, ERR_SYSTEM);
	assert_true(exists("file/inside"));
	assert_false(exists(temporary()));
	close(dir);

	assert_int_equal(mkdir("gone", 0700), 0);
	dir = open("gone", O_RDONLY | O_DIRECTORY);
	assert_int_equal(rmdir("gone"), 0);
	assert_int_equal(write_file(dir, "new", 3, &err), -1);
	assert_int_equal(err.code, ENOENT);
	close(dir);
}

/* As on a full disk. Exit status 0: the old file stands. */
static int write_too_much(void *arg)
{
	static const char text[4096];
	const struct rlimit most = { 1024, 1024 };
	struct err err = { .code = 0 };

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &most) < 0)
		return 1;
	return write_file(*(int *)arg, text, sizeof text, &err) == -1 &&
			       err.code == EFBIG ?
		       0 :
		       2;
}

static void keeps_the_old_on_a_full_disk(void **state)
{
	int dir = here();

	(void)state;
	put_file("file", "old", 0600);
	assert_int_equal(in_child(write_too_much, &dir), 0);
	assert_replaced(dir, "old");
	close(dir);
}

/* ---- killed while writing ---- */

struct writer {
	int dir;
	int told[2]; /* a byte for each file written */
};

static char whole[2][CAP];

static int write_for_ever(void *arg)
{
	struct writer *w = arg;
	struct err err;

	for (int i = 0;; i = 1 - i)
		if (write_file(w->dir, whole[i], strlen(whole[i]), &err) < 0 ||
		    write(w->told[1], "", 1) != 1)
			return 1;
}

static void killed_writer_leaves_a_whole_file(void **state)
{
	struct writer w = { .dir = here() };
	struct buf text;
	struct err err;

	(void)state;
	memset(whole[0], 'a', 900);
	memset(whole[1], 'b', 300);
	for (int round = 0; round < 12; round++) {
		pid_t pid;
		char byte;

		assert_int_equal(pipe(w.told), 0);
		pid = start_child(write_for_ever, &w);
		for (int i = 0; i <= round % 4; i++)
			assert_int_equal(read(w.told[0], &byte, 1), 1);
		kill(pid, SIGKILL);
		assert_int_equal(end_of_child(pid), 128 + SIGKILL);
		close(w.told[0]);
		close(w.told[1]);

		buf_init(&text, CAP);
		assert_int_equal(safefile_read(w.dir, "file", &text, &err), 1);
		assert_true(strcmp(buf_text(&text), whole[0]) == 0 ||
			    strcmp(buf_text(&text), whole[1]) == 0);
		buf_release(&text);
	}
	assert_int_equal(write_file(w.dir, "new", 3, &err), 0);
	assert_replaced(w.dir, "new");
	close(w.dir);
}

/* ---- the directory ---- */

static void makes_the_directory_and_its_parents(void **state)
{
	static const char *const paths[] = { "a/b/c", "./d//e/", "f" };
	struct stat st;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		for (int again = 0; again < 2; again++) {
			int fd = safefile_open_dir(paths[i], &err);

			assert_true(fd >= 0);
			assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
			close(fd);
		}
		assert_int_equal(stat(paths[i], &st), 0);
		assert_int_equal(st.st_mode & 07777, 0700);
	}
	assert_int_equal(stat("a", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

static void trusts_only_our_own_directory(void **state)
{
	static const struct {
		mode_t mode;
		bool is_fine;
	} rows[] = { { 0700, true },  { 0755, true },	{ 0500, true },
		     { 0720, false }, { 0702, false }, { 0777, false },
		     { 01777, false } };
	char long_path[PATH_MAX + 10];
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int fd;

		assert_int_equal(mkdir("dir", 0700), 0);
		assert_int_equal(chmod("dir", rows[i].mode), 0);
		fd = safefile_open_dir("dir", &err);
		assert_int_equal(fd >= 0, rows[i].is_fine);
		if (fd >= 0)
			close(fd);
		else
			assert_int_equal(err.kind, ERR_SYSTEM);
		rmdir("dir");
	}
	make_private("file");
	assert_int_equal(safefile_open_dir("file", &err), -1);
	assert_int_equal(safefile_open_dir("file/dir", &err), -1);
	assert_int_equal(mkdir("dir", 0700), 0);
	assert_int_equal(symlink("dir", "link"), 0);
	assert_int_equal(safefile_open_dir("link", &err), -1);
	assert_non_null(strstr(err.msg, "symbolic link"));
	assert_int_equal(safefile_open_dir("", &err), -1);
	memset(long_path, 'x', sizeof long_path - 1);
	long_path[sizeof long_path - 1] = '\0';
	assert_int_equal(safefile_open_dir(long_path, &err), -1);
	if (geteuid() == 0) {
		assert_int_equal(chown("dir", NOBODY, (gid_t)-1), 0);
		assert_int_equal(safefile_open_dir("dir", &err), -1);
		assert_non_null(strstr(err.msg, "not yours"));
	}
}

/* ---- the lock ---- */

static void lock_excludes(void **state)
{
	int dir = here(), held, other;
	struct stop stop;
	struct stat st;
	struct err err;

	(void)state;
	assert_int_equal(stop_init(&stop, &err), 0);
	/* Free: a deadline gone by and a stop do not matter. */
	held = safefile_lock(dir, "lock", &stop, 0, &err);
	assert_true(held >= 0);
	assert_true(fcntl(held, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(stat("lock", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(safefile_lock(dir, "lock", &stop, 0, &err), -1);
	assert_int_equal(err.kind, ERR_DEADLINE);
	other = safefile_lock(dir, "other", &stop, 0, &err);
	assert_true(other >= 0);
	safefile_unlock(other);
	stop_request(&stop, SIGINT);
	assert_int_equal(safefile_lock(dir, "lock", &stop, CLOCK_NEVER, &err), -1);
	assert_int_equal(err.kind, ERR_CANCELED);
	safefile_unlock(held);
	held = safefile_lock(dir, "lock", &stop, 0, &err);
	assert_true(held >= 0);
	safefile_unlock(held);
	stop_destroy(&stop);
	close(dir);
}

struct taking {
	int dir;
	struct stop stop;
	int fd;
	struct err err;
};

static void *take_lock(void *arg)
{
	struct taking *t = arg;

	t->fd = safefile_lock(t->dir, "lock", &t->stop, CLOCK_NEVER, &t->err);
	return NULL;
}

static void lock_is_waited_for(void **state)
{
	struct taking t = { .dir = here() };
	struct thread thread;
	struct err err;
	int held;

	(void)state;
	assert_int_equal(stop_init(&t.stop, &err), 0);
	held = safefile_lock(t.dir, "lock", &t.stop, 0, &err);
	assert_int_equal(thread_start(&thread, take_lock, &t, &err), 0);
	safefile_unlock(held);
	thread_join(&thread);
	assert_true(t.fd >= 0);

	/* A stop ends the wait of the next. */
	held = t.fd;
	assert_int_equal(thread_start(&thread, take_lock, &t, &err), 0);
	stop_request(&t.stop, SIGINT);
	thread_join(&thread);
	assert_int_equal(t.fd, -1);
	assert_int_equal(t.err.kind, ERR_CANCELED);
	safefile_unlock(held);
	stop_destroy(&t.stop);
	close(t.dir);
}

static int hold_for_ever(void *arg)
{
	struct writer *w = arg;
	struct stop stop;
	struct err err;

	if (stop_init(&stop, &err) < 0 ||
	    safefile_lock(w->dir, "lock", &stop, CLOCK_NEVER, &err) < 0 ||
	    write(w->told[1], "", 1) != 1)
		return 1;
	stop_sleep_until(&stop, CLOCK_NEVER);
	return 0;
}

static void lock_dies_with_its_holder(void **state)
{
	struct writer w = { .dir = here() };
	struct stop stop;
	struct err err;
	pid_t pid;
	char byte;
	int fd;

	(void)state;
	assert_int_equal(stop_init(&stop, &err), 0);
	assert_int_equal(pipe(w.told), 0);
	pid = start_child(hold_for_ever, &w);
	assert_int_equal(read(w.told[0], &byte, 1), 1);
	assert_int_equal(safefile_lock(w.dir, "lock", &stop, 0, &err), -1);
	kill(pid, SIGKILL);
	assert_int_equal(end_of_child(pid), 128 + SIGKILL);
	fd = safefile_lock(w.dir, "lock", &stop, 0, &err);
	assert_true(fd >= 0);
	safefile_unlock(fd);
	close(w.told[0]);
	close(w.told[1]);
	stop_destroy(&stop);
	close(w.dir);
}

static void odd_locks_are_refused(void **state)
{
	static void (*const make[])(const char *) = { make_link, make_dangling_link, make_fifo,
						      make_directory };
	int dir = here();
	struct stop stop;
	struct err err;

	(void)state;
	assert_int_equal(stop_init(&stop, &err), 0);
	for (size_t i = 0; i < sizeof make / sizeof *make; i++) {
		make[i]("lock");
		assert_int_equal(safefile_lock(dir, "lock", &stop, CLOCK_NEVER, &err), -1);
		assert_int_equal(err.kind, ERR_SYSTEM);
		remove("lock");
	}
	if (geteuid() == 0) {
		make_foreign("lock");
		assert_int_equal(safefile_lock(dir, "lock", &stop, CLOCK_NEVER, &err), -1);
		assert_int_equal(err.kind, ERR_SYSTEM);
	}
	stop_destroy(&stop);
	close(dir);
}

/* ---- a configuration ---- */

static void path_says_who_can_read_it(void **state)
{
	static const struct {
		const char *name;
		void (*make)(const char *);
		int read;
		bool is_private;
		bool needs_root;
	} rows[] = {
		{ "nothing", make_nothing, 0, false, false },
		{ "private", make_private, 1, true, false },
		{ "empty", make_empty, 1, true, false },
		{ "link", make_link, 1, true, false },
		{ "group-readable", make_group_readable, 1, false, false },
		{ "world-readable", make_world_readable, 1, false, false },
		{ "another's", make_foreign, 1, false, true },
		{ "huge", make_huge, -1, false, false },
		{ "fifo", make_fifo, -1, false, false },
		{ "directory", make_directory, -1, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool is_private = !rows[i].is_private;
		struct buf text;
		struct err err;

		if (rows[i].needs_root && geteuid() != 0)
			continue;
		print_message("# %s\n", rows[i].name);
		rows[i].make("file");
		buf_init(&text, CAP);
		assert_int_equal(safefile_read_path("file", &text, &is_private, &err),
				 rows[i].read);
		if (rows[i].read > 0)
			assert_int_equal(is_private, rows[i].is_private);
		buf_release(&text);
		remove("file");
	}
}

#define IN_DIR(f) cmocka_unit_test_setup_teardown(f, enter_temp_dir, leave_temp_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(reads_only_what_is_private),
		IN_DIR(replaces_whatever_is_there),
		IN_DIR(replaces_a_stale_temporary),
		IN_DIR(keeps_the_old_when_it_cannot),
		IN_DIR(keeps_the_old_on_a_full_disk),
		IN_DIR(killed_writer_leaves_a_whole_file),
		IN_DIR(makes_the_directory_and_its_parents),
		IN_DIR(trusts_only_our_own_directory),
		IN_DIR(lock_excludes),
		IN_DIR(lock_is_waited_for),
		IN_DIR(lock_dies_with_its_holder),
		IN_DIR(odd_locks_are_refused),
		IN_DIR(path_says_who_can_read_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
