/* SPDX-License-Identifier: MIT */
/* wrap: malloc calloc realloc strdup strndup free */
/* wrap: clock_real_ms clock_boot_ms cond_wait_until */
#include "credential_case.h"

#include "base/safefile_edit.h"
#include "memory.h"

/* ---- one token for all ---- */

static void one_token_lasts(void **state)
{
	struct credential *c = make(), *other;

	(void)state;
	assert_token(c, "token-1");
	assert_token(c, "token-1");
	other = make();
	assert_token(other, "token-1");
	assert_issues(1);
	credential_free(other);
	credential_free(c);
	credential_free(NULL);
}

static void memory_does_without_a_directory(void **state)
{
	struct credential *c = make_in(-1, MINUTE_MS);

	(void)state;
	assert_token(c, "token-1");
	assert_token(c, "token-1");
	assert_issues(1);
	assert_int_equal(credential_peek_ms(c), 0);
	assert_int_equal(lines, 0);
	credential_free(c);
}

static void cold_threads_issue_once(void **state)
{
	struct caller caller[THREADS];
	int dirs[] = { dir, -1 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct credential *c = make_in(dirs[i], MINUTE_MS);

		atomic_store(&world->issues, 0);
		call_all(caller, THREADS, c);
		assert_issues(1);
		for (int k = 0; k < THREADS; k++) {
			assert_int_equal(caller[k].rc, 0);
			assert_string_equal(caller[k].lease.text, "token-1");
			assert_true(caller[k].lease.generation == caller[0].lease.generation);
		}
		credential_free(c);
	}
}

/* One asked; its failure is that of all who waited for it. */
static void a_failure_is_shared_by_who_waited(void **state)
{
	struct caller caller[THREADS];
	struct credential *c = make();

	(void)state;
	world->answer[0] = (struct answer){ .kind = ERR_SERVER, .end = ISSUE_REFUSED };
	call_all(caller, THREADS, c);
	assert_issues(1);
	for (int k = 0; k < THREADS; k++) {
		assert_int_equal(caller[k].rc, -1);
		assert_int_equal(caller[k].err.kind, ERR_SERVER);
	}
	assert_token(c, "token-2"); /* the next one asks again */
	credential_free(c);
}

static void cold_processes_issue_once(void **state)
{
	enum { CROWD = 20 };
	pid_t pid[CROWD];

	(void)state;
	world->wait_for = CROWD;
	for (int i = 0; i < CROWD; i++)
		pid[i] = start_process("token-1");
	for (int i = 0; i < CROWD; i++)
		assert_int_equal(end_of_child(pid[i]), 0);
	assert_issues(1);
}

static void keys_and_prefixes_have_tokens_of_their_own(void **state)
{
	struct credential_config config = { .interval_ms = MINUTE_MS,
					    .state_dirfd = dir,
					    .key = "kis paper https://host key" };
	struct credential *real = make(), *paper, *approval;
	struct credential_lease lease;
	char path[100];
	struct err err;

	(void)state;
	paper = credential_new(&config, &err);
	config.key = KEY;
	config.prefix = "approval";
	config.noun = "approval key";
	approval = credential_new(&config, &err);
	assert_token(real, "token-1");
	assert_token(paper, "token-2");
	assert_token(approval, "token-3");
	assert_issues(3);
	snprintf(path, sizeof path, "approval-%s", name);
	assert_int_equal(access(path, F_OK), 0);
	/* Messages say what it is. */
	credential_doubt(approval, 1, 1);
	credential_doubt(approval, 1, clock_monotonic_ns());
	assert_int_equal(get_until(approval, near_deadline(), &lease, &err), -1);
	assert_string_equal(err.msg, "the broker refuses the approval key that it has just issued");
	credential_free(approval);
	credential_free(paper);
	credential_free(real);
}

/* ---- whoever asks does not come back ---- */

static pid_t start_asking(void)
{
	pid_t pid;

	world->wait_for = 1000; /* for ever */
	pid = start_process("token-1");
	while (atomic_load(&world->issues) == 0)
		sched_yield();
	return pid;
}

/* It was asked for, and may have been issued: the minute counts. */
static void a_killed_asker_is_remembered(void **state)
{
	pid_t pid = start_asking();
	struct credential *c = make();

	(void)state;
	kill(pid, SIGKILL);
	assert_int_equal(end_of_child(pid), 128 + SIGKILL);
	world->wait_for = 0;
	assert_must_wait(c, GONE);
	assert_issues(1);
	pass(MINUTE_MS);
	assert_token(c, "token-2");
	credential_free(c);
}

static void a_stopped_asker_costs_one_try(void **state)
{
	pid_t pid = start_asking();
	struct credential *c = make();
	struct caller caller = { .c = c, .deadline_ns = near_deadline() };
	struct thread thread;
	struct err err;

	(void)state;
	kill(pid, SIGSTOP);
	/* Until its call must be over, the others wait for it; then they are told. */
	assert_int_equal(thread_start(&thread, call, &caller, &err), 0);
	while (atomic_load(&world->arrivals) < 2)
		sched_yield();
	pass(13 * SECOND_MS);
	thread_join(&thread);
	assert_int_equal(caller.rc, -1);
	assert_int_equal(caller.err.kind, ERR_AUTH);
	assert_in_range(caller.err.retry_after_ms, 40 * SECOND_MS, 47 * SECOND_MS);
	assert_memory_equal(caller.err.msg, GONE, strlen(GONE));
	/* After the minute another asks. */
	pass(MINUTE_MS);
	atomic_store(&world->wait_for, 0);
	assert_token(c, "token-2");
	assert_issues(2);
	/* It wakes, and finds what came of it. */
	kill(pid, SIGCONT);
	assert_int_equal(end_of_child(pid), 1);
	assert_cached("token-2");
	credential_free(c);
}

/* Whoever asks, waits or stands still, with the lock in its hand even: who has a
 * token in the cache takes it. */
static void a_cached_token_needs_nobody(void **state)
{
	struct credential_lease lease;
	struct token_state s = { .text = "cached" };
	struct credential *c = make();
	struct safefile_edit held;
	char path[100];
	struct err err;

	(void)state;
	s.got_ms = s.asked_ms = clock_boot_ms() - SECOND_MS;
	s.expires_ms = s.got_ms + DAY_MS;
	s.claim = 7;
	s.claim_until_ms = clock_boot_ms() + 10 * SECOND_MS;
	put_state(name, &s);
	assert_int_equal(safefile_edit_begin(&held, dir, file_name(path, ""), &stop, 0, &err), 0);
	assert_int_equal(get_until(c, 0, &lease, &err), 0);
	assert_string_equal(lease.text, "cached");
	assert_issues(0);
	safefile_edit_abandon(&held);
	credential_free(c);
}

/* ---- what may stand in the cache's place ---- */

static void spoil_nothing(const char *path)
{
	remove(path);
}

static void spoil_empty(const char *path)
{
	assert_int_equal(truncate(path, 0), 0);
}

static void spoil_torn(const char *path)
{
	assert_int_equal(truncate(path, 40), 0);
}

static void spoil_huge(const char *path)
{
	assert_int_equal(truncate(path, (off_t)1 << 30), 0);
}

static void spoil_readable(const char *path)
{
	assert_int_equal(chmod(path, 0644), 0);
}

static void spoil_link(const char *path)
{
	assert_int_equal(rename(path, "elsewhere"), 0);
	assert_int_equal(symlink("elsewhere", path), 0);
}

static void spoil_fifo(const char *path)
{
	remove(path);
	assert_int_equal(mkfifo(path, 0600), 0);
}

static void spoil_directory(const char *path)
{
	remove(path);
	assert_int_equal(mkdir(path, 0700), 0);
}

/* The file of another app key, under our name. */
static void spoil_owner(const char *path)
{
	static const struct token_state s = { .text = "cached", .expires_ms = INT64_C(1) << 50 };
	char other[HASH_NAME_BYTES], other_path[100];

	hash_name("kis paper https://host key", other);
	put_state(other, &s);
	snprintf(other_path, sizeof other_path, "token-%s", other);
	assert_int_equal(rename(other_path, path), 0);
}

static void spoil_expiry(const char *path)
{
	(void)path;
	put_token("cached", -1, DAY_MS);
}

static void spoil_last_minutes(const char *path)
{
	(void)path;
	put_token("cached", 9 * MINUTE_MS, DAY_MS);
}

static void spoil_not(const char *path)
{
	(void)path;
}

static void odd_caches_are_replaced(void **state)
{
	static const struct {
		const char *name;
		void (*spoil)(const char *path);
		const char *want;
	} rows[] = {
		{ "fine", spoil_not, "cached" },
		{ "nothing", spoil_nothing, "token-1" },
		{ "empty", spoil_empty, "token-1" },
		{ "torn", spoil_torn, "token-1" },
		{ "1 GiB", spoil_huge, "token-1" },
		{ "readable by others", spoil_readable, "token-1" },
		{ "link", spoil_link, "token-1" },
		{ "fifo", spoil_fifo, "token-1" },
		{ "directory", spoil_directory, "token-1" },
		{ "another key's", spoil_owner, "token-1" },
		{ "expired", spoil_expiry, "token-1" },
		{ "in its last minutes", spoil_last_minutes, "token-1" },
	};
	char path[100];

	(void)state;
	file_name(path, "");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct credential *c = make();
		struct stat st;

		print_message("# %s\n", rows[i].name);
		atomic_store(&world->issues, 0);
		put_token("cached", DAY_MS, DAY_MS);
		rows[i].spoil(path);
		assert_token(c, rows[i].want);
		assert_issues(strcmp(rows[i].want, "cached") != 0);
		assert_cached(rows[i].want);
		assert_int_equal(lstat(path, &st), 0);
		assert_int_equal(st.st_mode, S_IFREG | 0600);
		assert_int_equal(lines, 0);
		credential_free(c);
		remove(path);
	}
}

/* Whatever stands in the way, the run has its token, and knows that it is its
 * own. */
static void an_unusable_directory_is_no_failure(void **state)
{
	char path[100];
	struct credential *c = make();
	struct err why;

	(void)state;
	assert_false(credential_is_private(c, &why));
	mkdir(file_name(path, ".lock"), 0700);
	assert_token(c, "token-1");
	assert_token(c, "token-1");
	assert_issues(1);
	assert_int_equal(lines, 0);
	assert_true(credential_is_private(c, &why));
	assert_memory_equal(why.msg, "cannot open 'token-", 19);
	credential_free(c);
}

/* ---- the minute ---- */

static void asked_a_moment_ago_means_wait(void **state)
{
	struct credential *c = make();

	(void)state;
	put_token("", 0, SECOND_MS);
	assert_must_wait(c, ASKED);
	assert_must_wait(c, ASKED); /* the next request hears the same */
	assert_issues(0);
	credential_free(c);
}

static void waits_where_there_is_time(void **state)
{
	int64_t began_ms = __real_clock_boot_ms();
	struct credential *c;

	(void)state;
	put_token("", 0, 0);
	c = make_in(dir, 300);
	assert_token(c, "token-1");
	assert_true(__real_clock_boot_ms() >= began_ms + 300);
	assert_int_equal(lines, 1);
	assert_string_equal(last_line, "waiting 1 s: the broker issues one token a minute");
	credential_free(c);
}

/* While one waits for the end of the minute, another machine brings a token. */
static void a_token_that_comes_meanwhile_is_taken(void **state)
{
	struct credential *c = make();
	struct caller caller = { .c = c, .deadline_ns = CLOCK_NEVER };
	struct thread thread;
	struct err err;

	(void)state;
	put_token("", 0, SECOND_MS);
	assert_int_equal(thread_start(&thread, call, &caller, &err), 0);
	while (atomic_load(&lines) == 0) /* it waits */
		sched_yield();
	put_token("theirs", DAY_MS, 0);
	thread_join(&thread);
	assert_int_equal(caller.rc, 0);
	assert_string_equal(caller.lease.text, "theirs");
	assert_issues(0);
	credential_free(c);
}

/* Three places to remember it in: the file, memory, and memory beside a file
 * that cannot be written and says something older. */
static void a_lost_answer_counts_as_an_issue(void **state)
{
	char path[100];

	(void)state;
	world->answer[0] = (struct answer){ .kind = ERR_NETWORK, .end = ISSUE_UNKNOWN };
	for (int place = 0; place < 3; place++) {
		struct credential *c = make_in(place == 1 ? -1 : dir, MINUTE_MS);

		print_message("# %d\n", place);
		atomic_store(&world->issues, 0);
		put_token("", 0, DAY_MS);
		if (place == 2) {
			remove(file_name(path, ".lock"));
			mkdir(file_name(path, ".lock"), 0700);
		}
		assert_failure(c, ERR_NETWORK,
			       "the answer was lost, and the next token may be asked for in 60 s: "
			       "answer 1");
		assert_must_wait(c, LOST);
		assert_must_wait(c, LOST);
		assert_issues(1);
		credential_free(c);
		if (place == 0) {
			c = make(); /* another process */
			assert_must_wait(c, LOST);
			assert_issues(1);
			credential_free(c);
		}
	}
}

static void without_time_a_lost_answer_is_the_end(void **state)
{
	struct credential *c = make();

	(void)state;
	world->answer[0] = (struct answer){ .kind = ERR_TIMEOUT, .end = ISSUE_UNKNOWN };
	assert_must_wait(c, LOST);
	assert_issues(1);
	credential_free(c);
}

static void after_a_lost_answer_the_minute_is_waited_for(void **state)
{
	struct credential_lease lease;
	struct credential *c = make_in(dir, 100);
	struct err err;

	(void)state;
	world->answer[0] = (struct answer){ .kind = ERR_TIMEOUT, .end = ISSUE_UNKNOWN };
	assert_int_equal(get_until(c, CLOCK_NEVER, &lease, &err), -1);
	assert_int_equal(err.kind, ERR_TIMEOUT);
	assert_token(c, "token-2");
	assert_true(world->asked_ms[1] - world->asked_ms[0] >= 100);
	credential_free(c);
}

/* What the network or a gateway says may be asked again at once, and as often as
 * the caller likes: nothing was issued. */
static void refusals_break_no_rule(void **state)
{
	struct credential *c = make();

	(void)state;
	for (int i = 0; i < 4; i++)
		world->answer[i] = (struct answer){ .kind = i % 2 ? ERR_SERVER : ERR_NETWORK,
						    .end = ISSUE_REFUSED };
	assert_failure(c, ERR_NETWORK, "answer 1");
	assert_failure(c, ERR_SERVER, "answer 2");
	assert_failure(c, ERR_NETWORK, "answer 3");
	assert_failure(c, ERR_SERVER, "answer 4");
	assert_token(c, "token-5");
	assert_int_equal(lines, 0);
	credential_free(c);
}

static void wrong_credentials_are_asked_with_once(void **state)
{
	struct credential_lease lease;
	struct credential *c = make();
	struct err err;

	(void)state;
	world->answer[0] = (struct answer){ .kind = ERR_AUTH, .end = ISSUE_REFUSED };
	for (int i = 0; i < 3; i++) {
		assert_failure(c, ERR_AUTH, "answer 1");
		assert_int_equal(get_until(c, CLOCK_NEVER, &lease, &err), -1);
		assert_int_equal(err.code, 400);
	}
	assert_issues(1);
	/* Whoever runs for longer may have had them put right. */
	pass(MINUTE_MS);
	assert_token(c, "token-2");
	credential_free(c);
}

/* An answer that is no token: it may have been one. */
static void an_unfit_answer_counts(void **state)
{
	struct credential *c = make();

	(void)state;
	world->answer[0] = (struct answer){ .kind = ERR_AUTH, .end = ISSUE_UNKNOWN };
	assert_failure(c, ERR_AUTH, "answer 1");
	assert_failure(c, ERR_AUTH, "answer 1");
	credential_free(c);
	c = make();
	assert_must_wait(c, ASKED);
	assert_issues(1);
	credential_free(c);
}

/* Another machine asked within the minute, the broker says. */
static void too_early_is_waited_for(void **state)
{
	const struct answer early = { .kind = ERR_AUTH,
				      .end = ISSUE_UNKNOWN,
				      .retry_after_ms = 100 };
	struct credential *c = make_in(dir, 100);
	char path[100];

	(void)state;
	world->answer[0] = world->answer[1] = early;
	assert_token(c, "token-3");
	for (int i = 0; i < 2; i++)
		assert_true(world->asked_ms[i + 1] - world->asked_ms[i] >= 99);
	credential_free(c);

	/* Not for ever: then there is a crowd. */
	for (int i = 0; i < STEPS; i++)
		world->answer[i] = early;
	atomic_store(&world->issues, 0);
	remove(file_name(path, ""));
	c = make_in(dir, 100);
	assert_failure(c, ERR_AUTH, "answer 5");
	credential_free(c);
}

static void too_early_and_no_time(void **state)
{
	struct credential *c = make();

	(void)state;
	world->answer[0] = (struct answer){ .kind = ERR_AUTH,
					    .end = ISSUE_UNKNOWN,
					    .retry_after_ms = MINUTE_MS };
	assert_must_wait(c, OTHERS);
	assert_must_wait(c, OTHERS);
	assert_issues(1);
	credential_free(c);
}

/* ---- the end ---- */

static void close_wakes_who_waits(void **state)
{
	struct credential *c = make();
	struct caller asker = { .c = c, .deadline_ns = CLOCK_NEVER }, waiter[3];
	struct thread thread, waiters[3];
	struct credential_lease lease;
	struct err err;

	(void)state;
	world->wait_for = 1000;
	assert_int_equal(thread_start(&thread, call, &asker, &err), 0);
	while (atomic_load(&world->issues) == 0)
		sched_yield();
	for (int i = 0; i < 3; i++) {
		waiter[i] = asker;
		assert_int_equal(thread_start(&waiters[i], call, &waiter[i], &err), 0);
	}
	while (atomic_load(&waiting) < 3)
		sched_yield();
	/* A deadline ends the wait as well. */
	assert_int_equal(get_until(c, clock_monotonic_ns() + 5 * NS_PER_MS, &lease, &err), -1);
	assert_int_equal(err.kind, ERR_DEADLINE);
	credential_close(c);
	for (int i = 0; i < 3; i++) {
		thread_join(&waiters[i]);
		assert_int_equal(waiter[i].rc, -1);
		assert_int_equal(waiter[i].err.kind, ERR_CANCELED);
	}
	atomic_store(&world->arrivals, 1000);
	thread_join(&thread);
	assert_int_equal(asker.rc, -1);
	assert_int_equal(asker.err.kind, ERR_CANCELED);
	assert_failure(c, ERR_CANCELED, "interrupted");
	assert_issues(1);
	credential_free(c);
}

static void stop_and_close_end_the_minute(void **state)
{
	(void)state;
	for (int how = 0; how < 2; how++) {
		struct credential *c = make();
		struct caller caller = { .c = c, .deadline_ns = CLOCK_NEVER };
		struct thread thread;
		struct err err;

		put_token("", 0, SECOND_MS);
		assert_int_equal(thread_start(&thread, call, &caller, &err), 0);
		while (atomic_load(&lines) == 0)
			sched_yield();
		if (how == 0)
			credential_close(c);
		else
			stop_request(&stop, SIGINT);
		thread_join(&thread);
		assert_int_equal(caller.rc, -1);
		assert_int_equal(caller.err.kind, ERR_CANCELED);
		assert_issues(0);
		credential_free(c);
	}
}

static void a_deadline_ends_the_wait_for_another_run(void **state)
{
	struct credential_lease lease;
	struct token_state s = { .claim = 7 };
	struct credential *c = make();
	struct err err;

	(void)state;
	s.asked_ms = clock_boot_ms();
	s.claim_until_ms = s.asked_ms + 10 * SECOND_MS;
	put_state(name, &s);
	assert_int_equal(get_until(c, clock_monotonic_ns() + 30 * NS_PER_MS, &lease, &err), -1);
	assert_int_equal(err.kind, ERR_DEADLINE);
	assert_string_equal(err.msg, "no token before the time was up");
	assert_issues(0);
	credential_free(c);
}

static void a_lock_that_is_held_is_waited_for(void **state)
{
	struct credential_lease lease;
	struct credential *c = make();
	struct safefile_edit held;
	char path[100];
	struct err err;

	(void)state;
	assert_int_equal(safefile_edit_begin(&held, dir, file_name(path, ""), &stop, 0, &err), 0);
	assert_int_equal(get_until(c, 0, &lease, &err), -1);
	assert_int_equal(err.kind, ERR_DEADLINE);
	stop_request(&stop, SIGINT);
	assert_int_equal(get_until(c, CLOCK_NEVER, &lease, &err), -1);
	assert_int_equal(err.kind, ERR_CANCELED);
	assert_issues(0);
	safefile_edit_abandon(&held);
	credential_free(c);
}

static void peek_tells_what_is_left(void **state)
{
	struct credential *c = make();

	(void)state;
	assert_int_equal(credential_peek_ms(c), 0);
	put_token("abc", 1000 * SECOND_MS, 0);
	assert_in_range(credential_peek_ms(c), 1, 1000 * SECOND_MS);
	put_token("abc", -SECOND_MS, 0);
	assert_int_equal(credential_peek_ms(c), 0);
	put_token("", 0, 0);
	assert_int_equal(credential_peek_ms(c), 0);
	assert_issues(0);
	credential_free(c);
}

static void lack_of_memory_is_said(void **state)
{
	const struct credential_config config = { .state_dirfd = -1, .key = KEY };
	struct credential *none;
	struct err err;

	(void)state;
	memory_is_gone();
	none = credential_new(&config, &err);
	memory_is_back();
	assert_null(none);
	assert_int_equal(err.kind, ERR_SYSTEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(one_token_lasts),
		IN_WORLD(memory_does_without_a_directory),
		IN_WORLD(cold_threads_issue_once),
		IN_WORLD(a_failure_is_shared_by_who_waited),
		IN_WORLD(cold_processes_issue_once),
		IN_WORLD(keys_and_prefixes_have_tokens_of_their_own),
		IN_WORLD(a_killed_asker_is_remembered),
		IN_WORLD(a_stopped_asker_costs_one_try),
		IN_WORLD(a_cached_token_needs_nobody),
		IN_WORLD(odd_caches_are_replaced),
		IN_WORLD(an_unusable_directory_is_no_failure),
		IN_WORLD(asked_a_moment_ago_means_wait),
		IN_WORLD(waits_where_there_is_time),
		IN_WORLD(a_token_that_comes_meanwhile_is_taken),
		IN_WORLD(a_lost_answer_counts_as_an_issue),
		IN_WORLD(without_time_a_lost_answer_is_the_end),
		IN_WORLD(after_a_lost_answer_the_minute_is_waited_for),
		IN_WORLD(refusals_break_no_rule),
		IN_WORLD(wrong_credentials_are_asked_with_once),
		IN_WORLD(an_unfit_answer_counts),
		IN_WORLD(too_early_is_waited_for),
		IN_WORLD(too_early_and_no_time),
		IN_WORLD(close_wakes_who_waits),
		IN_WORLD(stop_and_close_end_the_minute),
		IN_WORLD(a_deadline_ends_the_wait_for_another_run),
		IN_WORLD(a_lock_that_is_held_is_waited_for),
		IN_WORLD(peek_tells_what_is_left),
		IN_WORLD(lack_of_memory_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
