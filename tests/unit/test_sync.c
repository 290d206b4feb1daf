/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sync.h"
#include "child.h"

enum { THREADS = 8 };

static bool is_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

/* ---- mutex and condition ---- */

struct tally {
	struct mutex mu;
	struct cond changed;
	int waiting, awake, sum; /* l */
	bool is_open;            /* l */
};

static void tally_init(struct tally *t)
{
	struct err err;

	*t = (struct tally){ .sum = 0 };
	assert_int_equal(mutex_init(&t->mu, &err), 0);
	assert_int_equal(cond_init(&t->changed, &err), 0);
}

static void tally_destroy(struct tally *t)
{
	cond_destroy(&t->changed);
	mutex_destroy(&t->mu);
}

static void start_all(struct thread *thread, void *(*body)(void *), void *arg)
{
	struct err err;

	for (int i = 0; i < THREADS; i++)
		assert_int_equal(thread_start(&thread[i], body, arg, &err), 0);
}

static void join_all(struct thread *thread)
{
	for (int i = 0; i < THREADS; i++)
		thread_join(&thread[i]);
}

static void *add_often(void *arg)
{
	struct tally *t = arg;

	for (int i = 0; i < 1000; i++) {
		mutex_lock(&t->mu);
		t->sum++;
		mutex_unlock(&t->mu);
	}
	return NULL;
}

static void mutex_excludes(void **state)
{
	struct thread thread[THREADS];
	struct tally t;

	(void)state;
	tally_init(&t);
	start_all(thread, add_often, &t);
	join_all(thread);
	assert_int_equal(t.sum, THREADS * 1000);
	tally_destroy(&t);
}

static void *wait_for_opening(void *arg)
{
	struct tally *t = arg;

	mutex_lock(&t->mu);
	t->waiting++;
	cond_broadcast(&t->changed);
	while (!t->is_open)
		cond_wait_until(&t->changed, &t->mu, CLOCK_NEVER);
	t->awake++;
	mutex_unlock(&t->mu);
	return NULL;
}

static void broadcast_wakes_all(void **state)
{
	struct thread thread[THREADS];
	struct tally t;

	(void)state;
	tally_init(&t);
	start_all(thread, wait_for_opening, &t);
	mutex_lock(&t.mu);
	while (t.waiting < THREADS)
		cond_wait_until(&t.changed, &t.mu, CLOCK_NEVER);
	t.is_open = true;
	mutex_unlock(&t.mu);
	cond_broadcast(&t.changed);
	join_all(thread);
	assert_int_equal(t.awake, THREADS);
	tally_destroy(&t);
}

static void wait_ends_at_its_deadline(void **state)
{
	int64_t soon = clock_monotonic_ns() + 2 * NS_PER_MS;
	struct tally t;
	bool in_time = true;

	(void)state;
	tally_init(&t);
	mutex_lock(&t.mu);
	assert_false(cond_wait_until(&t.changed, &t.mu, -1));
	assert_false(cond_wait_until(&t.changed, &t.mu, 0));
	while (in_time)
		in_time = cond_wait_until(&t.changed, &t.mu, soon);
	assert_true(clock_monotonic_ns() >= soon);
	mutex_unlock(&t.mu); /* it is held again */
	tally_destroy(&t);
}

/* ---- threads ---- */

static void *note_mask(void *arg)
{
	pthread_sigmask(SIG_SETMASK, NULL, arg);
	return NULL;
}

static void signals_are_main_s(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGALRM };
	sigset_t mine, its, after;
	struct thread thread;
	struct err err;

	(void)state;
	pthread_sigmask(SIG_SETMASK, NULL, &mine);
	assert_int_equal(thread_start(&thread, note_mask, &its, &err), 0);
	thread_join(&thread);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		assert_true(sigismember(&its, signals[i]));
		assert_int_equal(sigismember(&after, signals[i]),
				 sigismember(&mine, signals[i]));
	}
}

static int join_oneself(void *arg)
{
	struct thread self = { pthread_self() };

	(void)arg;
	hush();
	thread_join(&self);
	return 0;
}

static void misuse_aborts(void **state)
{
	(void)state;
	assert_int_equal(in_child(join_oneself, NULL), CHILD_ABORTED);
}

/* ---- stop ---- */

static void first_reason_stands(void **state)
{
	struct stop s;
	struct err err;

	(void)state;
	assert_int_equal(stop_init(&s, &err), 0);
	assert_int_equal(stop_reason(&s), 0);
	assert_false(is_readable(s.fd[0]));
	for (int i = 0; i < 2; i++) {
		assert_true(fcntl(s.fd[i], F_GETFD) & FD_CLOEXEC);
		assert_true(fcntl(s.fd[i], F_GETFL) & O_NONBLOCK);
	}
	stop_request(&s, SIGTERM);
	stop_request(&s, SIGINT);
	stop_request(&s, STOP_INTERNAL);
	assert_int_equal(stop_reason(&s), SIGTERM);
	for (int i = 0; i < 3; i++)
		assert_true(is_readable(s.fd[0]));
	stop_destroy(&s);
}

static void a_request_can_be_taken(void **state)
{
	struct stop s;
	struct err err;

	(void)state;
	assert_int_equal(stop_init(&s, &err), 0);
	assert_int_equal(stop_take(&s), 0);
	for (int i = 0; i < 3; i++) {
		stop_request(&s, SIGHUP);
		stop_request(&s, SIGTERM);
		assert_true(is_readable(s.fd[0]));
		assert_int_equal(stop_take(&s), SIGHUP);
		assert_int_equal(stop_reason(&s), 0);
		assert_false(is_readable(s.fd[0]));
	}
	stop_destroy(&s);
}

static void sleep_knows_its_end(void **state)
{
	int64_t soon = clock_monotonic_ns() + NS_PER_MS;
	struct stop s;
	struct err err;

	(void)state;
	assert_int_equal(stop_init(&s, &err), 0);
	assert_true(stop_sleep_until(&s, -1));
	assert_true(stop_sleep_until(&s, soon));
	assert_true(clock_monotonic_ns() >= soon);
	assert_true(stop_sleep_until(NULL, soon + NS_PER_MS));
	assert_true(clock_monotonic_ns() >= soon + NS_PER_MS);
	stop_request(&s, STOP_INTERNAL);
	assert_false(stop_sleep_until(&s, -1));
	assert_false(stop_sleep_until(&s, CLOCK_NEVER));
	stop_destroy(&s);
}

struct sleeper {
	struct stop stop;
	atomic_int asleep, stopped;
};

static void *sleep_for_ever(void *arg)
{
	struct sleeper *s = arg;

	atomic_fetch_add(&s->asleep, 1);
	if (!stop_sleep_until(&s->stop, CLOCK_NEVER))
		atomic_fetch_add(&s->stopped, 1);
	return NULL;
}

static void stop_wakes_all(void **state)
{
	struct thread thread[THREADS];
	struct sleeper s = { .asleep = 0 };
	struct err err;

	(void)state;
	assert_int_equal(stop_init(&s.stop, &err), 0);
	start_all(thread, sleep_for_ever, &s);
	stop_request(&s.stop, STOP_INTERNAL);
	join_all(thread);
	assert_int_equal(atomic_load(&s.stopped), THREADS);
	stop_destroy(&s.stop);
}

static struct stop signalled;

static void on_signal(int signo)
{
	stop_request(&signalled, signo);
}

static void signal_handlers_may_stop(void **state)
{
	struct sigaction act = { .sa_handler = on_signal }, was;
	struct err err;

	(void)state;
	assert_int_equal(stop_init(&signalled, &err), 0);
	sigemptyset(&act.sa_mask);
	sigaction(SIGUSR1, &act, &was);
	errno = ERANGE;
	raise(SIGUSR1);
	assert_int_equal(errno, ERANGE);
	sigaction(SIGUSR1, &was, NULL);
	assert_int_equal(stop_reason(&signalled), SIGUSR1);
	assert_true(is_readable(signalled.fd[0]));
	stop_destroy(&signalled);
}

/* Whoever has made only a part of what it needs ends all of it. The system
 * refuses to destroy a lock that is held: here it is not asked. */
static void what_was_never_made_is_not_destroyed(void **state)
{
	struct mutex held, unmade = { .is_made = false };
	struct err err;

	(void)state;
	assert_int_equal(mutex_init(&held, &err), 0);
	mutex_lock(&held);
	unmade.raw = held.raw;
	mutex_destroy(&unmade);
	mutex_unlock(&held);
	mutex_destroy(&held);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_never_made_is_not_destroyed),
		cmocka_unit_test(mutex_excludes),
		cmocka_unit_test(broadcast_wakes_all),
		cmocka_unit_test(wait_ends_at_its_deadline),
		cmocka_unit_test(signals_are_main_s),
		cmocka_unit_test(misuse_aborts),
		cmocka_unit_test(first_reason_stands),
		cmocka_unit_test(a_request_can_be_taken),
		cmocka_unit_test(sleep_knows_its_end),
		cmocka_unit_test(stop_wakes_all),
		cmocka_unit_test(signal_handlers_may_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
