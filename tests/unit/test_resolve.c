/* SPDX-License-Identifier: MIT */
/* Lookups that answer, fail, stall, and are left behind. getaddrinfo is ours. */
/* wrap: malloc calloc realloc strdup strndup free */
/* wrap: getaddrinfo freeaddrinfo pipe pthread_create */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/sync.h"
#include "names.h"
#include "net/resolve.h"
#include "memory.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static atomic_bool has_no_pipe, has_no_thread;

int __real_pipe(int fd[2]);
int __wrap_pipe(int fd[2])
{
	if (!has_no_pipe)
		return __real_pipe(fd);
	errno = EMFILE;
	return -1;
}

int __real_pthread_create(pthread_t *t, const pthread_attr_t *attr, void *(*body)(void *),
			  void *arg);
int __wrap_pthread_create(pthread_t *t, const pthread_attr_t *attr, void *(*body)(void *), void *arg)
{
	return has_no_thread ? EAGAIN : __real_pthread_create(t, attr, body, arg);
}

/* ---- who asks ---- */

struct asker {
	struct resolver *resolver;
	struct stop stop;
	atomic_bool has_stray;
	struct buf found;
	struct err err;
};

static int meet(void **state)
{
	struct asker *a = calloc(1, sizeof *a);

	*state = a;
	start_names("192.0.2.1");
	buf_init(&a->found, RESOLVE_MAX_BYTES);
	a->resolver = resolver_new(&a->has_stray, &a->err);
	assert_non_null(a->resolver);
	return stop_init(&a->stop, &a->err);
}

static int part(void **state)
{
	struct asker *a = *state;

	resolver_free(a->resolver);
	buf_release(&a->found);
	stop_destroy(&a->stop);
	free(a);
	end_names();
	return 0;
}

static int find_until(struct asker *a, const char *host, int64_t deadline_ns)
{
	a->err = (struct err){ .kind = ERR_KINDS };
	return resolver_find(a->resolver, host, &a->stop, deadline_ns, &a->found, &a->err);
}

static int find(struct asker *a, const char *host)
{
	return find_until(a, host, clock_monotonic_ns() + 60 * NS_PER_SEC);
}

/* Asks for it, and leaves when the n-th lookup is under way. */
static void leave(struct asker *a, const char *host, int n)
{
	assert_int_equal(find_until(a, host, 0), -1);
	assert_int_equal(a->err.kind, ERR_TIMEOUT);
	while (atomic_load(&names.asked) < n)
		sched_yield();
}

static void wait_for_answers(int n)
{
	while (atomic_load(&names.answered) < n)
		sched_yield();
}

static void assert_failed(struct asker *a, enum err_kind kind, const char *text)
{
	assert_int_equal(a->err.kind, kind);
	if (!strstr(a->err.msg, text))
		fail_msg("'%s' is not in: %s", text, a->err.msg);
}

static void addresses_keep_their_order(void **state)
{
	static const struct {
		const char *answer, *want; /* NULL: none */
	} rows[] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "2001:db8::1 192.0.2.1 ::1", "2001:db8::1,192.0.2.1,::1" },
		{ "fe80::1%2 192.0.2.1", "192.0.2.1" },
		{ "unix 192.0.2.1 192.0.2.2", "192.0.2.1,192.0.2.2" },
		{ "unix", NULL },
		{ "", NULL },
	};
	struct asker *a = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		names.answer = rows[i].answer;
		buf_clear(&a->found);
		assert_int_equal(find(a, "broker.test"), rows[i].want ? 0 : -1);
		if (rows[i].want)
			assert_string_equal(buf_text(&a->found), rows[i].want);
		else
			assert_failed(a, ERR_HOST, "'broker.test': it has no address");
	}
	assert_int_equal(atomic_load(&names.asked), COUNT(rows));
	assert_false(atomic_load(&a->has_stray));
}

static void many_addresses_are_cut_between_two(void **state)
{
	struct asker *a = *state;
	char answer[2000] = "";

	for (int i = 0; i < 100; i++)
		strcat(answer, "192.0.2.100 ");
	names.answer = answer;
	assert_int_equal(find(a, "broker.test"), 0);
	assert_true(a->found.len <= RESOLVE_MAX_BYTES && a->found.len > RESOLVE_MAX_BYTES - 12);
	assert_int_equal((a->found.len + 1) % 12, 0);
}

/* Waiting helps against some of these. */
static void failures_have_kinds(void **state)
{
	static const struct {
		int rc, errnum;
		enum err_kind kind;
		const char *text;
	} rows[] = {
		{ EAI_NONAME, 0, ERR_HOST, "cannot resolve 'broker.test': the name does not exist" },
		{ -5 /* EAI_NODATA of glibc */, 0, ERR_HOST, "the name does not exist" },
		{ EAI_AGAIN, 0, ERR_NETWORK, "cannot resolve 'broker.test' for now: " },
		{ EAI_FAIL, 0, ERR_NETWORK, "for now: " },
		{ EAI_FAMILY, 0, ERR_NETWORK, "for now: " },
		{ EAI_SYSTEM, ENETDOWN, ERR_NETWORK, "for now: Network is down" },
		{ EAI_MEMORY, 0, ERR_SYSTEM, "out of memory" },
	};
	struct asker *a = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		names.rc = rows[i].rc;
		names.errnum = rows[i].errnum;
		assert_int_equal(find(a, "broker.test"), -1);
		assert_failed(a, rows[i].kind, rows[i].text);
	}
	names.rc = 0;
	assert_int_equal(find(a, "broker.test"), 0);
}

static void a_stalled_one_is_left_in_time(void **state)
{
	struct asker *a = *state;

	leave(a, "stall.test", 1);
	assert_int_equal(find_until(a, "stall.test", clock_monotonic_ns() + 5 * NS_PER_MS), -1);
	assert_failed(a, ERR_TIMEOUT, "no address of 'stall.test' in time");
	assert_true(atomic_load(&a->has_stray));
	stop_request(&a->stop, SIGINT);
	assert_int_equal(find_until(a, "stall.test", CLOCK_NEVER), -1);
	assert_failed(a, ERR_CANCELED, "interrupted");
	assert_int_equal(atomic_load(&names.asked), 1);
	let_one_go(); /* it ends by itself, whoever waits or not */
}

/* A slow name server is not asked anew by each attempt. */
static void the_next_question_takes_the_answer(void **state)
{
	struct asker *a = *state;

	for (int i = 0; i < 3; i++)
		leave(a, "stall.test", 1);
	let_one_go();
	assert_int_equal(find(a, "stall.test"), 0);
	assert_string_equal(buf_text(&a->found), "192.0.2.1");
	assert_int_equal(atomic_load(&names.asked), 1);
	assert_int_equal(find(a, "broker.test"), 0);
	assert_int_equal(atomic_load(&names.asked), 2);
}

/* What came while nobody waited is found without a wait, past the deadline even. */
static void an_answer_that_is_there_is_taken(void **state)
{
	struct asker *a = *state;
	struct pollfd none = { .fd = -1 };

	leave(a, "stall.test", 1);
	let_one_go();
	wait_for_answers(1);
	for (int i = 0; i < 1000 && find_until(a, "stall.test", 0) < 0; i++) {
		assert_int_equal(a->err.kind, ERR_TIMEOUT);
		poll(&none, 1, 1);
	}
	assert_int_equal(a->err.kind, ERR_KINDS);
	assert_int_equal(atomic_load(&names.asked), 1);
}

static void another_name_is_asked_for_at_once(void **state)
{
	struct asker *a = *state;

	leave(a, "stall.test", 1);
	assert_int_equal(find(a, "broker.test"), 0);
	assert_int_equal(atomic_load(&names.asked), 2);
	let_one_go();
	wait_for_answers(2);
	leave(a, "stall-again.test", 3);
	let_one_go();
	wait_for_answers(3);
	assert_int_equal(find(a, "broker.test"), 0); /* leaves one that has ended */
}

static void a_resolver_is_freed_with_a_lookup_under_way(void **state)
{
	struct asker *a = *state;

	leave(a, "stall.test", 1);
	resolver_free(a->resolver);
	a->resolver = NULL;
	let_one_go();
	wait_for_answers(1);
	resolver_free(NULL);
}

static void *find_stalled(void *arg)
{
	return find_until(arg, "stall.test", CLOCK_NEVER) < 0 ? arg : NULL;
}

static void stop_ends_the_wait(void **state)
{
	struct asker *a = *state;
	struct thread thread;

	assert_int_equal(thread_start(&thread, find_stalled, a, NULL), 0);
	while (atomic_load(&names.asked) < 1)
		sched_yield();
	stop_request(&a->stop, SIGINT);
	thread_join(&thread);
	assert_failed(a, ERR_CANCELED, "interrupted");
	let_one_go();
}

static void what_is_refused_is_said(void **state)
{
	struct asker *a = *state;
	char host[300];
	struct err err;

	memset(host, 'x', sizeof host);
	host[sizeof host - 1] = '\0';
	assert_int_equal(find(a, host), -1);
	assert_failed(a, ERR_HOST, "a name of 299 bytes");
	memory_is_gone();
	assert_null(resolver_new(NULL, &err));
	assert_int_equal(find(a, "broker.test"), -1);
	memory_is_back();
	assert_failed(a, ERR_SYSTEM, "out of memory");
	has_no_pipe = true;
	assert_int_equal(find(a, "broker.test"), -1);
	has_no_pipe = false;
	assert_failed(a, ERR_SYSTEM, "cannot make a pipe");
	has_no_thread = true;
	assert_int_equal(find(a, "broker.test"), -1);
	has_no_thread = false;
	assert_failed(a, ERR_SYSTEM, "cannot start a thread");
	assert_int_equal(find(a, "broker.test"), 0);
}

#define WITH_ASKER(f) cmocka_unit_test_setup_teardown(f, meet, part)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ASKER(addresses_keep_their_order),
		WITH_ASKER(many_addresses_are_cut_between_two),
		WITH_ASKER(failures_have_kinds),
		WITH_ASKER(a_stalled_one_is_left_in_time),
		WITH_ASKER(the_next_question_takes_the_answer),
		WITH_ASKER(an_answer_that_is_there_is_taken),
		WITH_ASKER(another_name_is_asked_for_at_once),
		WITH_ASKER(a_resolver_is_freed_with_a_lookup_under_way),
		WITH_ASKER(stop_ends_the_wait),
		WITH_ASKER(what_is_refused_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
