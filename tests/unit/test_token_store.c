/* SPDX-License-Identifier: MIT */
/* wrap: calloc realloc clock_boot_ms */
#define _XOPEN_SOURCE 700 /* nftw */
#define _DEFAULT_SOURCE	  /* MAP_ANONYMOUS */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/safefile.h"
#include "base/safefile_edit.h"
#include "base/sync.h"
#include "child.h"
#include "share/token_file.h"
#include "share/token_store.h"
#include "state_dir.h"

#define OWNER "0123456789abcdef0123456789abcdef"
#define NAME "token-" OWNER

enum { MINUTE = 60 * 1000, DAY = 24 * 60 * MINUTE };

static const struct token_rules rules = { .interval_ms = MINUTE, .call_max_ms = 10 * 1000 };

static bool is_memory_gone;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
	return is_memory_gone ? NULL : __real_calloc(count, size);
}

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size)
{
	return is_memory_gone ? NULL : __real_realloc(old, size);
}

static int64_t passed_ms; /* which passed in no time */

int64_t __real_clock_boot_ms(void);
int64_t __wrap_clock_boot_ms(void)
{
	return __real_clock_boot_ms() + passed_ms;
}

/* ---- a world for each test ---- */

static int leave(void **state)
{
	passed_ms = 0;
	return leave_state_dir(state);
}

static struct token_store *make_in(int state_dir)
{
	const struct token_store_config config = {
		.dirfd = state_dir, .prefix = "token", .owner = OWNER, .rules = rules
	};
	struct err err;
	struct token_store *s = token_store_new(&config, &err);

	assert_non_null(s);
	return s;
}

static struct token_view look(struct token_store *s, const char *dead)
{
	struct token_view view;

	token_store_look(s, dead, &view);
	return view;
}

static struct token_view begin(struct token_store *s, struct token_claim *claim)
{
	struct token_view view;
	struct err err = { .msg = "" };

	if (token_store_begin(s, "", &stop, CLOCK_NEVER, claim, &view, &err) < 0)
		fail_msg("%s", err.msg);
	return view;
}

static struct token_view done(struct token_store *s, const struct token_claim *claim,
			      enum token_result result, const char *text)
{
	const struct token_end end = { result, text, DAY, MINUTE };
	struct token_view view;

	token_store_done(s, claim, &end, &stop, CLOCK_NEVER, &view);
	return view;
}

/* ---- what one leaves to the next ---- */

static void one_asks_for_all(void **state)
{
	struct token_store *one = make_in(dir), *two = make_in(dir);
	struct token_claim claim, none;
	struct token_view view;
	struct stat st;

	(void)state;
	assert_int_equal(look(one, "").turn, TOKEN_ASK);
	assert_int_equal(begin(one, &claim).turn, TOKEN_ASK);
	view = begin(two, &none);
	assert_int_equal(view.turn, TOKEN_ASKED_FOR);
	assert_in_range(view.until_ms - clock_boot_ms(), 1, rules.call_max_ms);
	assert_int_equal(look(two, "").state.claim_pid, getpid());
	view = done(one, &claim, TOKEN_ISSUED, "abc");
	assert_string_equal(view.state.text, "abc");
	assert_int_equal(look(two, "").turn, TOKEN_THERE);
	assert_string_equal(look(two, "").state.text, "abc");
	assert_int_equal(look(two, "abc").turn, TOKEN_TOO_EARLY);
	assert_int_equal(stat(NAME, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	token_store_free(one);
	token_store_free(two);
	token_store_free(NULL);
}

static void prefixes_are_apart(void **state)
{
	const struct token_store_config config = {
		.dirfd = dir, .prefix = "approval", .owner = OWNER, .rules = rules
	};
	struct token_store *one = make_in(dir), *two;
	struct token_claim claim;
	struct err err;

	(void)state;
	two = token_store_new(&config, &err);
	assert_int_equal(begin(one, &claim).turn, TOKEN_ASK);
	done(one, &claim, TOKEN_ISSUED, "abc");
	assert_int_equal(begin(two, &claim).turn, TOKEN_ASK);
	assert_int_equal(access("approval-" OWNER, F_OK), 0);
	token_store_free(one);
	token_store_free(two);
}

/* ---- whoever asked does not come back ---- */

static int ask_and_stay(void *arg)
{
	struct token_store *s = make_in(dir);
	struct token_claim claim;
	bool is_mine = begin(s, &claim).turn == TOKEN_ASK;

	(void)arg;
	raise(SIGSTOP);
	done(s, &claim, TOKEN_ISSUED, "late");
	token_store_free(s);
	return !is_mine;
}

static pid_t start_asker(void)
{
	pid_t pid = start_child(ask_and_stay, NULL);
	int status;

	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	return pid;
}

static void a_killed_asker_is_noticed_at_once(void **state)
{
	struct token_store *s = make_in(dir);
	pid_t pid = start_asker();
	struct token_claim claim;
	struct token_view view;

	(void)state;
	assert_int_equal(look(s, "").turn, TOKEN_ASKED_FOR);
	kill(pid, SIGKILL);
	assert_int_equal(end_of_child(pid), 128 + SIGKILL);
	view = look(s, "");
	assert_int_equal(view.turn, TOKEN_TOO_EARLY); /* it may have been issued */
	assert_int_equal(view.state.result, TOKEN_UNDER_WAY);
	passed_ms += MINUTE;
	assert_int_equal(begin(s, &claim).turn, TOKEN_ASK);
	token_store_free(s);
}

static void a_stopped_asker_costs_its_call(void **state)
{
	struct token_store *s = make_in(dir);
	pid_t pid = start_asker();
	struct token_claim claim;

	(void)state;
	passed_ms = rules.call_max_ms - 1000;
	assert_int_equal(look(s, "").turn, TOKEN_ASKED_FOR);
	passed_ms = rules.call_max_ms;
	assert_int_equal(look(s, "").turn, TOKEN_TOO_EARLY);
	passed_ms = MINUTE;
	assert_int_equal(begin(s, &claim).turn, TOKEN_ASK);
	/* It wakes, and has a token of its own, which is older than ours. */
	passed_ms = 0;
	kill(pid, SIGCONT);
	assert_int_equal(end_of_child(pid), 0);
	passed_ms = MINUTE;
	assert_int_equal(look(s, "late").turn, TOKEN_ASKED_FOR);
	done(s, &claim, TOKEN_ISSUED, "ours");
	assert_string_equal(look(s, "").state.text, "ours");
	token_store_free(s);
}

/* ---- many ---- */

enum { CROWD = 20 };

static atomic_int *turns; /* in memory that children share */

static int take_turn(void *arg)
{
	struct token_store *s = make_in(dir);
	struct token_claim claim;
	struct token_view view;

	(void)arg;
	atomic_fetch_add(&turns[1], 1);
	while (atomic_load(&turns[1]) < CROWD)
		continue;
	view = begin(s, &claim);
	if (view.turn == TOKEN_ASK) {
		atomic_fetch_add(&turns[0], 1);
		done(s, &claim, TOKEN_ISSUED, "abc");
	}
	token_store_free(s);
	return view.turn == TOKEN_TOO_EARLY;
}

static void one_of_twenty_has_the_turn(void **state)
{
	pid_t pid[CROWD];

	(void)state;
	turns = mmap(NULL, 2 * sizeof *turns, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		     -1, 0);
	assert_true(turns != MAP_FAILED);
	for (int i = 0; i < CROWD; i++)
		pid[i] = start_child(take_turn, NULL);
	for (int i = 0; i < CROWD; i++)
		assert_int_equal(end_of_child(pid[i]), 0);
	assert_int_equal(atomic_load(&turns[0]), 1);
	munmap(turns, 2 * sizeof *turns);
}

/* ---- one suite for every store: the file, and memory where there is none ---- */

/* NULL: nothing. */
static void assert_warned(struct token_store *s, const char *about)
{
	const struct err *warning = token_store_warning(s);

	if (!about)
		assert_null(warning);
	else if (!warning || !strstr(warning->msg, about))
		fail_msg("%s", warning ? warning->msg : "no warning");
}

/* A call that was refused costs nothing, one that was lost a minute. */
static void go_through_a_minute(struct token_store *s, const char *about)
{
	struct token_claim claim, none;

	assert_int_equal(look(s, "").turn, TOKEN_ASK);
	assert_int_equal(begin(s, &claim).turn, TOKEN_ASK);
	done(s, &claim, TOKEN_REFUSED, NULL);
	assert_int_equal(begin(s, &claim).turn, TOKEN_ASK);
	done(s, &claim, TOKEN_LOST, NULL);
	assert_int_equal(look(s, "").turn, TOKEN_TOO_EARLY);
	assert_int_equal(look(s, "").state.result, TOKEN_LOST);
	passed_ms += MINUTE;
	assert_int_equal(begin(s, &claim).turn, TOKEN_ASK);
	assert_string_equal(done(s, &claim, TOKEN_ISSUED, "abc").state.text, "abc");
	assert_int_equal(begin(s, &none).turn, TOKEN_THERE);
	assert_string_equal(look(s, "").state.text, "abc");
	assert_int_equal(look(s, "abc").turn, TOKEN_TOO_EARLY);
	assert_warned(s, about);
}

static void a_directory(void **state)
{
	struct token_store *s = make_in(dir);

	(void)state;
	go_through_a_minute(s, NULL);
	token_store_free(s);
}

static void no_directory(void **state)
{
	struct token_store *s = make_in(-1);

	(void)state;
	go_through_a_minute(s, NULL);
	token_store_free(s);
}

static void something_in_the_way(void **state)
{
	struct token_store *s;

	(void)state;
	assert_int_equal(mkdir(NAME ".lock", 0700), 0);
	s = make_in(dir);
	go_through_a_minute(s, "cannot open");
	token_store_free(s);
	assert_int_equal(rmdir(NAME ".lock"), 0);
	assert_int_equal(mkdir(NAME, 0700), 0);
	assert_int_equal(mkdir(NAME "/full", 0700), 0);
	s = make_in(dir);
	go_through_a_minute(s, "cannot write");
	token_store_free(s);
}

static int use_a_full_disk(void *arg)
{
	const struct rlimit most = { 10, 10 };
	struct token_store *s;

	(void)arg;
	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &most) < 0)
		return 1;
	s = make_in(dir);
	go_through_a_minute(s, "File too large");
	token_store_free(s);
	return 0;
}

static void a_full_disk(void **state)
{
	(void)state;
	assert_int_equal(in_child(use_a_full_disk, NULL), 0);
	assert_int_not_equal(access(NAME, F_OK), 0);
}

/* The disk is full when the token comes, and is not when the next is due: what
 * this process knew goes into the file. */
static void what_could_not_be_written_is_made_up_for(void **state)
{
	struct token_store *one = make_in(dir), *two = make_in(dir);
	struct token_claim claim;

	(void)state;
	assert_int_equal(mkdir(NAME, 0700), 0);
	assert_int_equal(mkdir(NAME "/full", 0700), 0);
	assert_int_equal(begin(one, &claim).turn, TOKEN_ASK);
	assert_int_equal(rmdir(NAME "/full"), 0);
	done(one, &claim, TOKEN_ISSUED, "abc");
	assert_string_equal(look(two, "").state.text, "abc");
	assert_int_equal(look(two, "abc").turn, TOKEN_TOO_EARLY);
	token_store_free(one);
	token_store_free(two);
}

static int use_a_read_only_directory(void *arg)
{
	struct token_store *s;
	int fd;

	(void)arg;
	if (geteuid() == 0 && seteuid(65534) < 0)
		return 77;
	fd = open(".", O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return 77;
	s = make_in(fd);
	go_through_a_minute(s, "Permission denied");
	token_store_free(s);
	close(fd);
	return 0;
}

static void a_read_only_directory(void **state)
{
	int rc;

	(void)state;
	assert_int_equal(chmod(".", 0555), 0);
	rc = in_child(use_a_read_only_directory, NULL);
	assert_true(rc == 0 || rc == 77);
	assert_int_equal(chmod(".", 0700), 0);
}

static void no_memory_for_the_text(void **state)
{
	struct token_store *s = make_in(dir);
	struct token_claim claim;

	(void)state;
	is_memory_gone = true;
	assert_int_equal(begin(s, &claim).turn, TOKEN_ASK);
	done(s, &claim, TOKEN_ISSUED, "abc");
	is_memory_gone = false;
	assert_int_equal(look(s, "").turn, TOKEN_THERE);
	assert_warned(s, "memory");
	token_store_free(s);
}

static void no_memory_for_the_store(void **state)
{
	const struct token_store_config config = { .dirfd = -1, .prefix = "x", .owner = OWNER };
	struct token_store *none;
	struct err err;

	(void)state;
	is_memory_gone = true;
	none = token_store_new(&config, &err);
	is_memory_gone = false;
	assert_null(none);
	assert_int_equal(err.kind, ERR_SYSTEM);
}

/* ---- the lock ---- */

static void who_looks_needs_no_lock(void **state)
{
	struct token_store *s = make_in(dir);
	struct safefile_edit held;
	struct token_claim claim;
	struct token_view view;
	struct err err;

	(void)state;
	begin(s, &claim);
	done(s, &claim, TOKEN_ISSUED, "abc");
	assert_int_equal(safefile_edit_begin(&held, dir, NAME, &stop, 0, &err), 0);
	assert_int_equal(look(s, "").turn, TOKEN_THERE);
	/* Who asks does: until the deadline, or a stop. */
	assert_int_equal(token_store_begin(s, "abc", &stop, 0, &claim, &view, &err), -1);
	assert_int_equal(err.kind, ERR_DEADLINE);
	stop_request(&stop, SIGINT);
	assert_int_equal(token_store_begin(s, "abc", &stop, CLOCK_NEVER, &claim, &view, &err), -1);
	assert_int_equal(err.kind, ERR_CANCELED);
	safefile_edit_abandon(&held);
	assert_null(token_store_warning(s));
	token_store_free(s);
}

/* The end of a call is in memory even where a stop leaves no time to write it. */
static void a_stop_does_not_wait_to_write(void **state)
{
	struct token_store *s = make_in(dir);
	struct safefile_edit held;
	struct token_claim claim;
	struct err err;

	(void)state;
	begin(s, &claim);
	assert_int_equal(safefile_edit_begin(&held, dir, NAME, &stop, 0, &err), 0);
	stop_request(&stop, SIGINT);
	assert_string_equal(done(s, &claim, TOKEN_ISSUED, "abc").state.text, "abc");
	assert_int_equal(look(s, "").turn, TOKEN_THERE);
	safefile_edit_abandon(&held);
	token_store_free(s);
}

/* Nor does a deadline that has passed: a stuck lock is not waited for, or taken. */
static void a_deadline_does_not_wait_to_write(void **state)
{
	const struct token_end end = { TOKEN_ISSUED, "abc", DAY, MINUTE };
	struct token_store *s = make_in(dir), *other = make_in(dir);
	struct safefile_edit held;
	struct token_claim claim;
	struct token_view view;
	struct err err;

	(void)state;
	begin(s, &claim);
	assert_int_equal(safefile_edit_begin(&held, dir, NAME, &stop, 0, &err), 0);
	token_store_done(s, &claim, &end, &stop, 0, &view);
	assert_string_equal(view.state.text, "abc");
	assert_int_equal(look(s, "").turn, TOKEN_THERE);
	assert_int_equal(look(other, "").turn, TOKEN_ASKED_FOR);
	safefile_edit_abandon(&held);
	token_store_free(s);
	token_store_free(other);
}

#define IN_WORLD(f) cmocka_unit_test_setup_teardown(f, enter_state_dir, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(one_asks_for_all),
		IN_WORLD(prefixes_are_apart),
		IN_WORLD(a_killed_asker_is_noticed_at_once),
		IN_WORLD(a_stopped_asker_costs_its_call),
		IN_WORLD(one_of_twenty_has_the_turn),
		IN_WORLD(a_directory),
		IN_WORLD(no_directory),
		IN_WORLD(something_in_the_way),
		IN_WORLD(a_full_disk),
		IN_WORLD(what_could_not_be_written_is_made_up_for),
		IN_WORLD(a_read_only_directory),
		IN_WORLD(no_memory_for_the_text),
		IN_WORLD(no_memory_for_the_store),
		IN_WORLD(who_looks_needs_no_lock),
		IN_WORLD(a_stop_does_not_wait_to_write),
		IN_WORLD(a_deadline_does_not_wait_to_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
