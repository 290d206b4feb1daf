/* wrap: calloc clock_real_ms */
#define _XOPEN_SOURCE 700 /* nftw */
#define _DEFAULT_SOURCE	  /* MAP_ANONYMOUS */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/safefile.h"
#include "base/sync.h"
#include "child.h"
#include "share/credential.h"
#include "share/token_file.h"
#include "temp_dir.h"

#define KEY "kis real https://host key"

enum { THREADS = 8, DAY_MS = 86400 * 1000, MINUTE_MS = 60 * 1000 };

static bool is_memory_gone;
static int64_t clock_error_ms;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
	return is_memory_gone ? NULL : __real_calloc(count, size);
}

int64_t __real_clock_real_ms(void);
int64_t __wrap_clock_real_ms(void)
{
	return __real_clock_real_ms() + clock_error_ms;
}

/* ---- a broker, seen by all processes ---- */

enum { GOOD = ERR_KINDS, STEPS = 4 };

struct broker {
	atomic_int issues, arrivals;
	int wait_for;         /* arrivals before it answers */
	int64_t asked_ns[10]; /* when */
	struct answer {
		int kind;     /* GOOD: a token; 0 (at the end) likewise */
		enum issue_end end;
		int64_t retry_after_ms;
		int64_t life_ms; /* of a token; 0: a day */
		int token;       /* its number; 0: of this issue */
	} answer[STEPS];
};

static int issue(void *arg, struct provider_token *out, enum issue_end *end, struct err *err)
{
	struct broker *b = arg;
	int n = atomic_fetch_add(&b->issues, 1);
	const struct answer *a = &b->answer[n < STEPS ? n : STEPS - 1];

	b->asked_ns[n] = clock_monotonic_ns();
	while (atomic_load(&b->arrivals) < b->wait_for)
		sched_yield();
	if (a->kind != GOOD && a->kind != 0) {
		*end = a->end;
		err_set(err, (enum err_kind)a->kind, "answer %d", n + 1);
		err->code = 400 + n;
		err->retry_after_ms = a->retry_after_ms;
		return -1;
	}
	*end = ISSUE_DONE;
	snprintf(out->text, sizeof out->text, "token-%d", a->token ? a->token : n + 1);
	out->expires_at_ms = __real_clock_real_ms() + (a->life_ms ? a->life_ms : DAY_MS);
	return 0;
}

/* ---- a world for each test ---- */

static struct broker *broker; /* in memory that children share */
static struct stop stop;
static int dir;
static char name[HASH_NAME_BYTES];

static int enter(void **state)
{
	struct err err;
	int rc = enter_temp_dir(state);

	dir = open(".", O_RDONLY | O_DIRECTORY);
	hash_name(KEY, name);
	broker = mmap(NULL, sizeof *broker, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	return rc < 0 || dir < 0 || broker == MAP_FAILED ? -1 : stop_init(&stop, &err);
}

static int leave(void **state)
{
	clock_error_ms = 0;
	munmap(broker, sizeof *broker);
	stop_destroy(&stop);
	close(dir);
	return leave_temp_dir(state);
}

static struct credential *make_in(int state_dir, int64_t interval_ms)
{
	const struct credential_config config = { .interval_ms = interval_ms,
						  .state_dirfd = state_dir,
						  .key = KEY };
	struct err err;
	struct credential *c = credential_new(&config, &err);

	assert_non_null(c);
	return c;
}

static struct credential *make(void)
{
	return make_in(dir, MINUTE_MS);
}

static int get_until(struct credential *c, int64_t deadline_ns, struct credential_lease *lease,
		     struct err *err)
{
	return credential_get(c, issue, broker, &stop, deadline_ns, lease, err);
}

static void assert_token(struct credential *c, const char *want)
{
	struct credential_lease lease;
	struct err err = { .msg = "" };

	if (get_until(c, CLOCK_NEVER, &lease, &err) < 0)
		fail_msg("%s", err.msg);
	assert_string_equal(lease.text, want);
}

static void assert_failure(struct credential *c, enum err_kind kind, const char *msg)
{
	struct credential_lease lease;
	struct err err;

	assert_int_equal(get_until(c, CLOCK_NEVER, &lease, &err), -1);
	assert_int_equal(err.kind, kind);
	assert_string_equal(err.msg, msg);
}

static void assert_issues(int want)
{
	assert_int_equal(atomic_load(&broker->issues), want);
}

/* In less than a minute: there is no time to wait for the next issue. */
static int64_t near_deadline(void)
{
	return clock_monotonic_ns() + 10 * NS_PER_SEC;
}

static void assert_must_wait(struct credential *c)
{
	struct credential_lease lease;
	struct err err;

	assert_int_equal(get_until(c, near_deadline(), &lease, &err), -1);
	assert_int_equal(err.kind, ERR_AUTH);
	assert_in_range(err.retry_after_ms, 1, MINUTE_MS);
}

static void put_token(const char *text, int64_t life_ms, int64_t asked_ago_ms)
{
	struct token_file f = { .asked_at_ms = __real_clock_real_ms() - asked_ago_ms };

	snprintf(f.token.text, sizeof f.token.text, "%s", text);
	f.token.expires_at_ms = text[0] ? __real_clock_real_ms() + life_ms : 0;
	token_file_write(dir, name, &f);
}

static const char *file_name(char *out, size_t size, const char *suffix)
{
	snprintf(out, size, "token-%s%s", name, suffix);
	return out;
}

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
	credential_free(c);
}

struct caller {
	struct credential *c;
	int rc;
	bool may_try;
	uint64_t rejects; /* a generation to reject first; 0: none */
	struct credential_lease lease;
	struct err err;
};

static void *call(void *arg)
{
	struct caller *caller = arg;

	atomic_fetch_add(&broker->arrivals, 1);
	if (caller->rejects)
		caller->may_try = credential_reject(caller->c, caller->rejects);
	caller->rc = get_until(caller->c, CLOCK_NEVER, &caller->lease, &caller->err);
	return NULL;
}

/* All threads at once; the broker answers when all have come. */
static void call_all(struct caller *caller, int threads, struct credential *c, uint64_t rejects)
{
	struct thread thread[THREADS];
	struct err err;

	atomic_store(&broker->arrivals, 0);
	broker->wait_for = threads;
	for (int i = 0; i < threads; i++) {
		caller[i] = (struct caller){ .c = c, .rejects = rejects };
		assert_int_equal(thread_start(&thread[i], call, &caller[i], &err), 0);
	}
	for (int i = 0; i < threads; i++)
		thread_join(&thread[i]);
	broker->wait_for = 0;
}

static void cold_threads_issue_once(void **state)
{
	struct caller caller[THREADS];
	int dirs[] = { dir, -1 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct credential *c = make_in(dirs[i], MINUTE_MS);

		atomic_store(&broker->issues, 0);
		call_all(caller, THREADS, c, 0);
		assert_issues(1);
		for (int k = 0; k < THREADS; k++) {
			assert_int_equal(caller[k].rc, 0);
			assert_string_equal(caller[k].lease.text, "token-1");
			assert_true(caller[k].lease.generation == caller[0].lease.generation);
		}
		credential_free(c);
	}
}

static int get_as_process(void *arg)
{
	const struct credential_config config = { .interval_ms = MINUTE_MS,
						  .state_dirfd = dir,
						  .key = KEY };
	struct credential_lease lease;
	struct err err;
	struct credential *c = credential_new(&config, &err);
	int rc;

	(void)arg;
	atomic_fetch_add(&broker->arrivals, 1);
	rc = !c || get_until(c, CLOCK_NEVER, &lease, &err) < 0 ||
	     strcmp(lease.text, "token-1") != 0;
	credential_free(c);
	return rc;
}

static void cold_processes_issue_once(void **state)
{
	pid_t pid[THREADS];

	(void)state;
	broker->wait_for = THREADS;
	for (int i = 0; i < THREADS; i++)
		pid[i] = start_child(get_as_process, NULL);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(end_of_child(pid[i]), 0);
	assert_issues(1);
}

static int die_asking(void *arg)
{
	broker->wait_for = 1000; /* for ever */
	return get_as_process(arg);
}

/* It was asked for, and may have been issued: the minute counts. */
static void killed_asker_is_remembered(void **state)
{
	struct credential *c;
	pid_t pid = start_child(die_asking, NULL);

	(void)state;
	while (atomic_load(&broker->issues) == 0)
		sched_yield();
	kill(pid, SIGKILL);
	assert_int_equal(end_of_child(pid), 128 + SIGKILL);
	broker->wait_for = 0;
	c = make();
	assert_must_wait(c);
	assert_issues(1);
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
	static const struct token_file f = { .token = { .text = "cached",
							.expires_at_ms = INT64_C(1) << 50 } };
	char other[HASH_NAME_BYTES], other_path[100];

	hash_name("kis paper https://host key", other);
	token_file_write(dir, other, &f);
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
	file_name(path, sizeof path, "");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct token_file f = { .asked_at_ms = 0 };
		struct credential *c = make();
		struct stat st;

		print_message("# %s\n", rows[i].name);
		atomic_store(&broker->issues, 0);
		put_token("cached", DAY_MS, DAY_MS);
		rows[i].spoil(path);
		assert_token(c, rows[i].want);
		assert_issues(strcmp(rows[i].want, "cached") != 0);
		token_file_read(dir, name, &f);
		assert_string_equal(f.token.text, rows[i].want);
		assert_int_equal(lstat(path, &st), 0);
		assert_int_equal(st.st_mode, S_IFREG | 0600);
		credential_free(c);
		remove(path);
	}
}

/* Whatever stands in the way of lock and temporary, the run has its token. */
static void an_unusable_directory_is_no_failure(void **state)
{
	char path[100];
	struct credential *c;

	(void)state;
	mkdir(file_name(path, sizeof path, ".lock"), 0700);
	mkdir(file_name(path, sizeof path, ".tmp"), 0700);
	mkdir(file_name(path, sizeof path, ".tmp/full"), 0700);
	c = make();
	assert_token(c, "token-1");
	assert_token(c, "token-1");
	assert_issues(1);
	credential_free(c);
}

static void keys_have_tokens_of_their_own(void **state)
{
	struct credential_config config = { .interval_ms = MINUTE_MS,
					    .state_dirfd = dir,
					    .key = "kis paper https://host key" };
	struct credential *real = make(), *paper;
	struct err err;

	(void)state;
	paper = credential_new(&config, &err);
	assert_token(real, "token-1");
	assert_token(paper, "token-2");
	assert_issues(2);
	credential_free(paper);
	credential_free(real);
}

/* ---- the last minutes of a token ---- */

static void last_minutes_do_if_need_be(void **state)
{
	static const struct answer refusals[] = {
		{ .kind = ERR_NETWORK, .end = ISSUE_UNKNOWN },
		{ .kind = ERR_SERVER, .end = ISSUE_REFUSED },
		{ .kind = ERR_AUTH, .end = ISSUE_REFUSED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		struct token_file f = { .asked_at_ms = 0 };
		struct credential *c = make();

		atomic_store(&broker->issues, 0);
		broker->answer[0] = refusals[i];
		put_token("cached", 5 * MINUTE_MS, DAY_MS);
		for (int n = 0; n < 3; n++)
			assert_token(c, "cached");
		assert_issues(1);
		token_file_read(dir, name, &f); /* for the others, too */
		assert_string_equal(f.token.text, "cached");
		credential_free(c);
	}
}

static void last_minutes_do_within_the_minute(void **state)
{
	struct credential_lease lease;
	struct credential *c = make();
	struct err err;

	(void)state;
	put_token("cached", 5 * MINUTE_MS, 1000);
	assert_int_equal(get_until(c, near_deadline(), &lease, &err), 0);
	assert_string_equal(lease.text, "cached");
	assert_issues(0);
	/* Unless the broker calls it dead. */
	assert_true(credential_reject(c, lease.generation));
	assert_must_wait(c);
	assert_issues(0);
	credential_free(c);
}

static void no_minute_left_is_no_token(void **state)
{
	struct credential *c = make();

	(void)state;
	broker->answer[0] = (struct answer){ .kind = ERR_AUTH, .end = ISSUE_REFUSED };
	put_token("cached", -1, DAY_MS);
	assert_failure(c, ERR_AUTH, "answer 1");
	assert_issues(1);
	credential_free(c);
}

/* ---- dead tokens ---- */

static uint64_t generation_of(struct credential *c)
{
	struct credential_lease lease;
	struct err err;

	assert_int_equal(get_until(c, CLOCK_NEVER, &lease, &err), 0);
	return lease.generation;
}

static void rejected_by_all_is_refreshed_once(void **state)
{
	struct caller caller[THREADS];
	struct credential *c = make_in(dir, 0);
	uint64_t first = generation_of(c);

	(void)state;
	call_all(caller, 3, c, first);
	assert_issues(2);
	for (int i = 0; i < 3; i++) {
		assert_true(caller[i].may_try);
		assert_string_equal(caller[i].lease.text, "token-2");
		assert_true(caller[i].lease.generation == first + 1);
	}
	/* Who was late finds the new one. */
	assert_true(credential_reject(c, first));
	assert_token(c, "token-2");
	assert_issues(2);
	credential_free(c);
}

static void second_rejection_is_final(void **state)
{
	static const char refused[] = "the broker refuses a token that it has just issued";
	struct credential *c = make_in(dir, 0);

	(void)state;
	assert_true(credential_reject(c, generation_of(c)));
	assert_false(credential_reject(c, generation_of(c)));
	for (int i = 0; i < 3; i++) {
		assert_failure(c, ERR_AUTH, refused);
		assert_false(credential_reject(c, 2));
	}
	assert_issues(2);
	credential_free(c);
}

/* The cache of the dead token is not believed; that of another process is. */
static void refresh_looks_into_the_cache(void **state)
{
	struct credential *c = make(), *other;

	(void)state;
	put_token("dead", DAY_MS, DAY_MS);
	assert_token(c, "dead");
	other = make();
	assert_token(other, "dead");
	assert_true(credential_reject(c, 1));
	assert_token(c, "token-1");
	assert_true(credential_reject(other, 1));
	assert_token(other, "token-1");
	assert_issues(1);
	credential_free(other);
	credential_free(c);
}

static void dead_token_issued_again_is_final(void **state)
{
	struct credential *c = make_in(dir, 0);

	(void)state;
	broker->answer[0].token = broker->answer[1].token = 7;
	assert_true(credential_reject(c, generation_of(c)));
	assert_failure(c, ERR_AUTH,
		       "the broker issues again the token that it calls dead: "
		       "try again in a few hours");
	assert_failure(c, ERR_AUTH,
		       "the broker issues again the token that it calls dead: "
		       "try again in a few hours");
	assert_issues(2);
	credential_free(c);
}

/* ---- clocks ---- */

static void old_age_is_noticed(void **state)
{
	struct credential *c = make();

	(void)state;
	assert_token(c, "token-1");
	clock_error_ms = DAY_MS - 11 * MINUTE_MS;
	assert_token(c, "token-1");
	clock_error_ms = DAY_MS - 9 * MINUTE_MS;
	assert_token(c, "token-2");
	assert_issues(2);
	credential_free(c);
}

/* By our clock the new token is old: the broker's word counts. */
static void a_clock_ahead_does_not_issue_for_ever(void **state)
{
	struct credential *c = make();

	(void)state;
	clock_error_ms = 2 * (int64_t)DAY_MS;
	for (int i = 0; i < 5; i++)
		assert_token(c, "token-1");
	assert_issues(1);
	credential_free(c);
}

static void a_stamp_of_the_future_is_no_reason_to_wait(void **state)
{
	struct credential *c = make();

	(void)state;
	put_token("", 0, -DAY_MS);
	assert_token(c, "token-1");
	credential_free(c);
}

/* ---- the minute ---- */

static void asked_a_moment_ago_means_wait(void **state)
{
	struct credential *c = make();

	(void)state;
	put_token("", 0, 1000);
	assert_must_wait(c);
	assert_must_wait(c); /* the next request hears the same */
	assert_issues(0);
	credential_free(c);
}

static atomic_int lines;

static void count_line(void *arg, const char *line)
{
	(void)arg;
	atomic_fetch_add(&lines, strstr(line, "one token a minute") != NULL);
}

static void waits_where_there_is_time(void **state)
{
	const struct credential_config config = { .interval_ms = 100,
						  .state_dirfd = dir,
						  .key = KEY,
						  .say = count_line };
	int64_t began_ms = __real_clock_real_ms();
	struct credential *c;
	struct err err;

	(void)state;
	put_token("", 0, 0);
	c = credential_new(&config, &err);
	assert_token(c, "token-1");
	assert_true(__real_clock_real_ms() >= began_ms + 100);
	assert_int_equal(atomic_load(&lines), 1);
	credential_free(c);
}

/* Three places to remember it in: the file, memory, and memory beside a file
 * that cannot be written and says something older. */
static void a_lost_answer_counts_as_an_issue(void **state)
{
	char path[100];

	(void)state;
	broker->answer[0] = (struct answer){ .kind = ERR_NETWORK, .end = ISSUE_UNKNOWN };
	for (int place = 0; place < 3; place++) {
		struct credential *c = make_in(place == 1 ? -1 : dir, MINUTE_MS);

		atomic_store(&broker->issues, 0);
		put_token("", 0, DAY_MS);
		if (place == 2) {
			mkdir(file_name(path, sizeof path, ".tmp"), 0700);
			mkdir(file_name(path, sizeof path, ".tmp/full"), 0700);
		}
		assert_failure(c, ERR_NETWORK, "answer 1");
		assert_must_wait(c);
		assert_must_wait(c);
		assert_issues(1);
		credential_free(c);
		if (place == 0) {
			c = make(); /* another process */
			assert_must_wait(c);
			assert_issues(1);
			credential_free(c);
		}
	}
}

static void after_a_lost_answer_the_minute_is_waited_for(void **state)
{
	struct credential *c = make_in(dir, 100);

	(void)state;
	broker->answer[0] = (struct answer){ .kind = ERR_TIMEOUT, .end = ISSUE_UNKNOWN };
	assert_failure(c, ERR_TIMEOUT, "answer 1");
	assert_token(c, "token-2");
	/* Stamps are whole milliseconds. */
	assert_true(broker->asked_ns[1] - broker->asked_ns[0] >= 98 * NS_PER_MS);
	credential_free(c);
}

static void a_refusal_breaks_no_rule(void **state)
{
	struct credential *c = make();

	(void)state;
	broker->answer[0] = (struct answer){ .kind = ERR_SERVER, .end = ISSUE_REFUSED };
	assert_failure(c, ERR_SERVER, "answer 1");
	assert_token(c, "token-2"); /* at once */
	assert_issues(2);
	credential_free(c);
}

static void wrong_credentials_are_asked_with_once(void **state)
{
	struct credential_lease lease;
	struct credential *c = make();
	struct err err;

	(void)state;
	broker->answer[0] = (struct answer){ .kind = ERR_AUTH, .end = ISSUE_REFUSED };
	for (int i = 0; i < 3; i++) {
		assert_failure(c, ERR_AUTH, "answer 1");
		assert_int_equal(get_until(c, CLOCK_NEVER, &lease, &err), -1);
		assert_int_equal(err.code, 400);
	}
	assert_issues(1);
	credential_free(c);
}

/* Another machine asked within the minute, the broker says. */
static void too_early_is_tried_once_more(void **state)
{
	const struct answer early = { .kind = ERR_AUTH,
				      .end = ISSUE_UNKNOWN,
				      .retry_after_ms = 100 };
	struct credential *c = make_in(dir, 100);

	(void)state;
	broker->answer[0] = early;
	assert_token(c, "token-2");
	assert_true(broker->asked_ns[1] - broker->asked_ns[0] >= 98 * NS_PER_MS);
	credential_free(c);

	remove(file_name((char[100]){ "" }, 100, ""));
	atomic_store(&broker->issues, 0);
	broker->answer[1] = early;
	c = make_in(dir, 100);
	assert_failure(c, ERR_AUTH, "answer 2");
	assert_issues(2);
	credential_free(c);

	atomic_store(&broker->issues, 0);
	remove(file_name((char[100]){ "" }, 100, ""));
	c = make();
	assert_must_wait(c); /* no time for it */
	assert_issues(1);
	credential_free(c);
}

/* ---- the end ---- */

static void close_wakes_who_waits(void **state)
{
	struct credential *c = make();
	struct caller asker = { .c = c }, waiter[3];
	struct credential_lease lease;
	struct thread thread, waiting[3];
	struct err err;

	(void)state;
	broker->wait_for = 1000;
	assert_int_equal(thread_start(&thread, call, &asker, &err), 0);
	while (atomic_load(&broker->issues) == 0)
		sched_yield();
	for (int i = 0; i < 3; i++) {
		waiter[i] = (struct caller){ .c = c };
		assert_int_equal(thread_start(&waiting[i], call, &waiter[i], &err), 0);
	}
	while (atomic_load(&broker->arrivals) < 4)
		sched_yield();
	/* A deadline ends the wait as well; by then the others wait too. */
	assert_int_equal(get_until(c, clock_monotonic_ns() + 5 * NS_PER_MS, &lease, &err), -1);
	assert_int_equal(err.kind, ERR_DEADLINE);
	credential_close(c);
	for (int i = 0; i < 3; i++) {
		thread_join(&waiting[i]);
		assert_int_equal(waiter[i].rc, -1);
		assert_int_equal(waiter[i].err.kind, ERR_CANCELED);
	}
	atomic_store(&broker->arrivals, 1000);
	thread_join(&thread);
	assert_failure(c, ERR_CANCELED, "interrupted");
	assert_issues(1);
	credential_free(c);
}

static void stop_ends_the_minute(void **state)
{
	struct credential *c = make();
	struct caller caller = { .c = c };
	struct thread thread;
	struct err err;

	(void)state;
	put_token("", 0, 1000);
	assert_int_equal(thread_start(&thread, call, &caller, &err), 0);
	stop_request(&stop, SIGINT);
	thread_join(&thread);
	assert_int_equal(caller.rc, -1);
	assert_int_equal(caller.err.kind, ERR_CANCELED);
	assert_issues(0);
	credential_free(c);
}

static void another_s_lock_is_waited_for(void **state)
{
	struct credential_lease lease;
	struct credential *c = make(), *other = make();
	struct err err;
	int lock = token_file_lock(dir, name, &stop, 0, &err);

	(void)state;
	assert_true(lock >= 0);
	assert_int_equal(get_until(c, 0, &lease, &err), -1);
	assert_int_equal(err.kind, ERR_DEADLINE);
	stop_request(&stop, SIGINT);
	assert_int_equal(get_until(other, CLOCK_NEVER, &lease, &err), -1);
	assert_int_equal(err.kind, ERR_CANCELED);
	assert_issues(0);
	safefile_unlock(lock);
	credential_free(other);
	credential_free(c);
}

static void peek_tells_what_is_left(void **state)
{
	struct credential *c = make();

	(void)state;
	assert_int_equal(credential_peek_ms(c), 0);
	put_token("abc", 1000 * 1000, 0);
	assert_in_range(credential_peek_ms(c), 1, 1000 * 1000);
	put_token("abc", -1000, 0);
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
	is_memory_gone = true;
	none = credential_new(&config, &err);
	is_memory_gone = false;
	assert_null(none);
	assert_int_equal(err.kind, ERR_SYSTEM);
}

#define IN_WORLD(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(one_token_lasts),
		IN_WORLD(memory_does_without_a_directory),
		IN_WORLD(cold_threads_issue_once),
		IN_WORLD(cold_processes_issue_once),
		IN_WORLD(killed_asker_is_remembered),
		IN_WORLD(odd_caches_are_replaced),
		IN_WORLD(an_unusable_directory_is_no_failure),
		IN_WORLD(keys_have_tokens_of_their_own),
		IN_WORLD(last_minutes_do_if_need_be),
		IN_WORLD(last_minutes_do_within_the_minute),
		IN_WORLD(no_minute_left_is_no_token),
		IN_WORLD(rejected_by_all_is_refreshed_once),
		IN_WORLD(second_rejection_is_final),
		IN_WORLD(refresh_looks_into_the_cache),
		IN_WORLD(dead_token_issued_again_is_final),
		IN_WORLD(old_age_is_noticed),
		IN_WORLD(a_clock_ahead_does_not_issue_for_ever),
		IN_WORLD(a_stamp_of_the_future_is_no_reason_to_wait),
		IN_WORLD(asked_a_moment_ago_means_wait),
		IN_WORLD(waits_where_there_is_time),
		IN_WORLD(a_lost_answer_counts_as_an_issue),
		IN_WORLD(after_a_lost_answer_the_minute_is_waited_for),
		IN_WORLD(a_refusal_breaks_no_rule),
		IN_WORLD(wrong_credentials_are_asked_with_once),
		IN_WORLD(too_early_is_tried_once_more),
		IN_WORLD(close_wakes_who_waits),
		IN_WORLD(stop_ends_the_minute),
		IN_WORLD(another_s_lock_is_waited_for),
		IN_WORLD(peek_tells_what_is_left),
		IN_WORLD(lack_of_memory_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
