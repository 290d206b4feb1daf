/* SPDX-License-Identifier: MIT */
/* credential_case.h: a world for the tests of a credential: a directory, clocks
 * that jump, and a broker, all of them seen by several processes. The test's file
 * says which functions are wrapped:
 *   wrap: clock_real_ms clock_boot_ms cond_wait_until */
#ifndef CREDENTIAL_CASE_H
#define CREDENTIAL_CASE_H

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
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/safefile.h"
#include "base/safefile_edit.h"
#include "base/sync.h"
#include "child.h"
#include "share/credential.h"
#include "share/token_file.h"
#include "share/token_state.h"
#include "temp_dir.h"

#define KEY "kis real https://host key"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, HOUR_MS = 60 * MINUTE_MS,
       DAY_MS = 24 * HOUR_MS };

/* ---- what all processes see ---- */

enum { GOOD = 0, STEPS = 6, ISSUES_MAX = 1000 };

struct world {
	atomic_llong passed_ms; /* time that passed in no time */
	atomic_llong error_ms;	/* of the wall clock */

	/* The broker. */
	atomic_int issues, arrivals;
	atomic_int wait_for; /* arrivals before it answers */
	int64_t asked_ms[ISSUES_MAX];
	struct answer {
		int kind; /* GOOD: a token; else of a failure */
		enum issue_end end;
		int64_t retry_after_ms;
		int64_t life_ms; /* of a token; 0: a day */
		int token;	 /* its number; 0: of this issue */
	} answer[STEPS]; /* the last one for good */
};

static struct world *world;
static struct stop stop;
static int dir;
static char name[HASH_NAME_BYTES];

int64_t __real_clock_real_ms(void);
int64_t __wrap_clock_real_ms(void)
{
	return __real_clock_real_ms() + world->passed_ms + world->error_ms;
}

int64_t __real_clock_boot_ms(void);
int64_t __wrap_clock_boot_ms(void)
{
	return __real_clock_boot_ms() + world->passed_ms;
}

static inline void pass(int64_t ms)
{
	world->passed_ms += ms;
}

/* Threads of this process that wait for another's search. */
static atomic_int waiting;

bool __real_cond_wait_until(struct cond *c, struct mutex *m, int64_t deadline_ns);
NO_ANALYSIS bool __wrap_cond_wait_until(struct cond *c, struct mutex *m, int64_t deadline_ns)
{
	bool rc;

	atomic_fetch_add(&waiting, 1);
	rc = __real_cond_wait_until(c, m, deadline_ns);
	atomic_fetch_sub(&waiting, 1);
	return rc;
}

static int issue(void *arg, struct provider_token *out, enum issue_end *end, struct err *err)
{
	int n = atomic_fetch_add(&world->issues, 1);
	const struct answer *a = &world->answer[n < STEPS ? n : STEPS - 1];

	(void)arg;
	if (n < ISSUES_MAX)
		world->asked_ms[n] = clock_boot_ms();
	while (atomic_load(&world->arrivals) < world->wait_for)
		sched_yield();
	if (a->kind != GOOD) {
		*end = a->end;
		err_set(err, (enum err_kind)a->kind, "answer %d", n + 1);
		err->code = 400 + n;
		err->retry_after_ms = a->retry_after_ms;
		return -1;
	}
	*end = ISSUE_DONE;
	snprintf(out->text, sizeof out->text, "token-%d", a->token ? a->token : n + 1);
	out->life_ms = a->life_ms ? a->life_ms : DAY_MS;
	return 0;
}

/* ---- a world for each test ---- */

static int enter(void **state)
{
	struct err err;
	int rc = enter_temp_dir(state);

	dir = open(".", O_RDONLY | O_DIRECTORY);
	hash_name(KEY, name);
	world = mmap(NULL, sizeof *world, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	return rc < 0 || dir < 0 || world == MAP_FAILED ? -1 : stop_init(&stop, &err);
}

static int leave(void **state)
{
	munmap(world, sizeof *world);
	stop_destroy(&stop);
	close(dir);
	return leave_temp_dir(state);
}

#define IN_WORLD(f) cmocka_unit_test_setup_teardown(f, enter, leave)

/* ---- a credential in it ---- */

/* What it told the user. */
static atomic_int lines;
static char last_line[320];

static inline void note_line(void *arg, const char *line)
{
	(void)arg;
	atomic_fetch_add(&lines, 1);
	snprintf(last_line, sizeof last_line, "%s", line);
}

static inline struct credential *make_in(int state_dir, int64_t interval_ms)
{
	const struct credential_config config = { .interval_ms = interval_ms,
						  .state_dirfd = state_dir,
						  .key = KEY,
						  .say = note_line };
	struct err err;
	struct credential *c = credential_new(&config, &err);

	assert_non_null(c);
	atomic_store(&lines, 0);
	return c;
}

static inline struct credential *make(void)
{
	return make_in(dir, MINUTE_MS);
}

static inline int get_until(struct credential *c, int64_t deadline_ns,
			    struct credential_lease *lease, struct err *err)
{
	return credential_get(c, issue, NULL, &stop, deadline_ns, lease, err);
}

/* Returns the token's generation. */
static inline uint64_t assert_token(struct credential *c, const char *want)
{
	struct credential_lease lease = { .text = "" };
	struct err err = { .msg = "" };

	if (get_until(c, CLOCK_NEVER, &lease, &err) < 0)
		fail_msg("%s", err.msg);
	assert_string_equal(lease.text, want);
	return lease.generation;
}

static inline void assert_failure(struct credential *c, enum err_kind kind, const char *msg)
{
	struct credential_lease lease;
	struct err err;

	assert_int_equal(get_until(c, CLOCK_NEVER, &lease, &err), -1);
	assert_string_equal(err.msg, msg);
	assert_int_equal(err.kind, kind);
}

static inline void assert_issues(int want)
{
	assert_int_equal(atomic_load(&world->issues), want);
}

/* In less than a minute: there is no time to wait for the next issue. */
static inline int64_t near_deadline(void)
{
	return clock_monotonic_ns() + 10 * NS_PER_SEC;
}

/* Told at once, with the reason before ": " or " in N s". */
static inline void assert_must_wait(struct credential *c, const char *why)
{
	struct credential_lease lease;
	struct err err;

	assert_int_equal(get_until(c, near_deadline(), &lease, &err), -1);
	assert_int_equal(err.kind, ERR_AUTH);
	assert_in_range(err.retry_after_ms, 1, MINUTE_MS);
	if (strncmp(err.msg, why, strlen(why)) != 0)
		fail_msg("%s", err.msg);
}

#define ASKED "the token was asked for less than a minute ago: try again in "
#define LOST "the answer to the token call was lost: the next may be asked for in "
#define GONE "the run that asked for the token did not come back: the next may be asked for in "
#define OTHERS "another program asked for the token less than a minute ago: try again in "

/* ---- the cache ---- */

/* Without the lock of any run's. */
static inline void put_text(const char *path, const struct buf *text)
{
	int fd = openat(dir, "put", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_int_equal(write(fd, buf_text(text), text->len), text->len);
	assert_int_equal(close(fd), 0);
	assert_int_equal(renameat(dir, "put", dir, path), 0);
}

static inline void put_state(const char *owner, const struct token_state *s)
{
	struct token_place here;
	char path[100];
	struct buf text;

	token_place_here(&here);
	snprintf(path, sizeof path, "token-%s", owner);
	buf_init(&text, 8192);
	token_file_format(s, owner, &here, &text);
	put_text(path, &text);
	buf_release(&text);
}

/* As if it had been issued then. */
static inline void put_token(const char *text, int64_t left_ms, int64_t asked_ago_ms)
{
	struct token_state s;

	token_state_init(&s);
	snprintf(s.text, sizeof s.text, "%s", text);
	s.asked_ms = s.got_ms = clock_boot_ms() - asked_ago_ms;
	s.expires_ms = clock_boot_ms() + left_ms;
	if (!text[0])
		s.got_ms = TOKEN_NEVER;
	put_state(name, &s);
}

static inline const char *file_name(char out[100], const char *suffix)
{
	snprintf(out, 100, "token-%s%s", name, suffix);
	return out;
}

static inline void assert_cached(const char *want)
{
	struct token_place here;
	struct token_state s;
	char path[100];
	struct buf text;
	struct err err;

	token_place_here(&here);
	buf_init(&text, 8192);
	assert_int_equal(safefile_read(dir, file_name(path, ""), &text, &err), 1);
	assert_int_equal(token_file_parse(buf_text(&text), text.len, name, &here, &s, &err), 0);
	assert_string_equal(s.text, want);
	buf_release(&text);
}

/* ---- threads and processes ---- */

enum { THREADS = 8 };

struct caller {
	struct credential *c;
	int64_t deadline_ns;
	int rc;
	struct credential_lease lease;
	struct err err;
};

static inline void *call(void *arg)
{
	struct caller *caller = arg;

	atomic_fetch_add(&world->arrivals, 1);
	caller->rc = get_until(caller->c, caller->deadline_ns, &caller->lease, &caller->err);
	return NULL;
}

/* All threads at once: the broker answers when all others wait. */
static inline void call_all(struct caller *caller, int threads, struct credential *c)
{
	struct thread thread[THREADS];
	struct err err;

	atomic_store(&world->arrivals, 0);
	world->wait_for = threads + 1;
	for (int i = 0; i < threads; i++) {
		caller[i] = (struct caller){ .c = c, .deadline_ns = CLOCK_NEVER };
		assert_int_equal(thread_start(&thread[i], call, &caller[i], &err), 0);
	}
	while (atomic_load(&waiting) < threads - 1)
		sched_yield();
	atomic_fetch_add(&world->arrivals, 1);
	for (int i = 0; i < threads; i++)
		thread_join(&thread[i]);
	world->wait_for = 0;
}

static inline int get_as_process(void *arg)
{
	const struct credential_config config = { .interval_ms = MINUTE_MS,
						  .state_dirfd = dir,
						  .key = KEY };
	struct credential_lease lease;
	struct err err;
	struct credential *c = credential_new(&config, &err);
	int rc;

	atomic_fetch_add(&world->arrivals, 1);
	rc = !c || get_until(c, CLOCK_NEVER, &lease, &err) < 0 || strcmp(lease.text, arg) != 0;
	credential_free(c);
	return rc;
}

static inline pid_t start_process(const char *want)
{
	return start_child(get_as_process, (char *)(uintptr_t)want);
}

#endif
