/* SPDX-License-Identifier: MIT */
/* wrap: pthread_create */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/sync.h"
#include "child.h"
#include "engine/pool.h"
#include "engine/queue.h"

enum { JOBS = 500 };

static int threads_left = -1; /* -1: no end of them */

int __real_pthread_create(pthread_t *t, const pthread_attr_t *attr, void *(*body)(void *),
			  void *arg);
int __wrap_pthread_create(pthread_t *t, const pthread_attr_t *attr, void *(*body)(void *),
			  void *arg)
{
	if (threads_left == 0)
		return EAGAIN;
	threads_left -= threads_left > 0;
	return __real_pthread_create(t, attr, body, arg);
}

/* ---- the work: squares a number, once the door is open ---- */

struct shop { /* lock key: l under mu, a atomic, m main's */
	struct mutex mu;
	struct cond changed;
	bool is_open;                     /* l */
	int inside;                       /* l: jobs that wait at the door */
	atomic_int running, running_most; /* a */
	int made, alive;                  /* m: workers */
	int fail_at;                      /* m: which worker cannot be made; 0: none */
	struct queue *results;            /* m: of the pool made last */
};

struct worker {
	struct shop *shop;
	int jobs;
};

struct job {
	int n;
	long square;
};

static void *worker_new(void *shared, struct err *err)
{
	struct shop *s = shared;
	struct worker *w;

	if (++s->made == s->fail_at) {
		err_set(err, ERR_TLS, "worker %d", s->made);
		return NULL;
	}
	w = calloc(1, sizeof *w);
	w->shop = s;
	s->alive++;
	return w;
}

static void worker_free(void *worker)
{
	struct worker *w = worker;

	w->shop->alive--;
	free(w);
}

static void *square(void *worker, void *arg)
{
	struct worker *w = worker;
	struct shop *s = w->shop;
	struct job *job = arg;
	int running = atomic_fetch_add(&s->running, 1) + 1;
	int most = atomic_load(&s->running_most);

	while (running > most &&
	       !atomic_compare_exchange_weak(&s->running_most, &most, running))
		;
	mutex_lock(&s->mu);
	s->inside++;
	cond_broadcast(&s->changed);
	while (!s->is_open)
		cond_wait_until(&s->changed, &s->mu, CLOCK_NEVER);
	s->inside--;
	mutex_unlock(&s->mu);
	w->jobs++;
	job->square = (long)job->n * job->n;
	atomic_fetch_sub(&s->running, 1);
	return job;
}

static void set_door(struct shop *s, bool is_open)
{
	mutex_lock(&s->mu);
	s->is_open = is_open;
	mutex_unlock(&s->mu);
	cond_broadcast(&s->changed);
}

static void wait_inside(struct shop *s, int count)
{
	mutex_lock(&s->mu);
	while (s->inside < count)
		cond_wait_until(&s->changed, &s->mu, CLOCK_NEVER);
	mutex_unlock(&s->mu);
}

static int open_shop(void **state)
{
	struct shop *s = calloc(1, sizeof *s);
	struct err err;

	s->is_open = true;
	*state = s;
	return mutex_init(&s->mu, &err) < 0 || cond_init(&s->changed, &err) < 0 ? -1 : 0;
}

static int close_shop(void **state)
{
	struct shop *s = *state;
	bool is_clean = s->alive == 0;

	queue_free(s->results);
	cond_destroy(&s->changed);
	mutex_destroy(&s->mu);
	free(s);
	return is_clean ? 0 : -1;
}

static struct pool *try_make(struct shop *s, size_t workers, size_t most, struct err *err)
{
	struct pool_config config = { .workers = workers,
				      .workers_max = most,
				      .worker_new = worker_new,
				      .worker_free = worker_free,
				      .shared = s,
				      .work = square };

	queue_free(s->results);
	s->results = queue_new(pool_depth(most > workers ? most : workers), true, err);
	assert_non_null(s->results);
	config.results = s->results;
	return pool_new(&config, err);
}

static struct pool *make(struct shop *s, size_t workers, size_t most)
{
	struct err err = { .kind = ERR_KINDS };
	struct pool *p = try_make(s, workers, most, &err);

	assert_non_null(p);
	assert_int_equal(err.kind, ERR_KINDS);
	return p;
}

/* ---- results ---- */

static void wait_for_result(const struct shop *s)
{
	struct pollfd fd = { .fd = queue_fd(s->results), .events = POLLIN };

	poll(&fd, 1, -1);
}

/* Takes results until there is none at present; returns how many. */
static int collect(struct shop *s, struct pool *p, int *times)
{
	struct job *job;
	int count = 0;

	for (; (job = queue_collect(s->results)); count++) {
		pool_note_collected(p);
		assert_int_equal(job->square, (long)job->n * job->n);
		times[job->n]++;
		free(job);
	}
	return count;
}

static void submit(struct pool *p, int n)
{
	struct job *job = calloc(1, sizeof *job);

	job->n = n;
	pool_submit(p, job);
}

/* As many as there are credits for. */
static int fill(struct pool *p, int from)
{
	int n = from;

	while (n < JOBS && pool_has_credit(p))
		submit(p, n++);
	return n;
}

static void each_job_comes_back_once(void **state)
{
	static const size_t workers[] = { 0, 1, 3, 64 };
	struct shop *s = *state;

	for (size_t i = 0; i < sizeof workers / sizeof *workers; i++) {
		size_t depth = workers[i] ? 2 * workers[i] : 1;
		size_t actual = workers[i] ? workers[i] : 1;
		struct pool *p = make(s, workers[i], workers[i]);
		int times[JOBS] = { 0 };
		int given = 0, taken = 0;

		assert_int_equal(pool_workers(p), actual);
		atomic_store(&s->running_most, 0);
		while (taken < JOBS) {
			given = fill(p, given);
			assert_true(pool_alive(p) <= depth);
			assert_int_equal(pool_alive(p), (size_t)(given - taken));
			wait_for_result(s);
			taken += collect(s, p, times);
		}
		assert_int_equal(pool_alive(p), 0);
		assert_null(queue_collect(s->results));
		assert_in_range(atomic_load(&s->running_most), 1, actual);
		pool_free(p);
		for (int n = 0; n < JOBS; n++)
			assert_int_equal(times[n], 1);
		assert_int_equal(s->alive, 0);
	}
}

static void credits_are_two_a_worker(void **state)
{
	struct shop *s = *state;
	struct pool *p = make(s, 3, 3);
	int times[JOBS] = { 0 };

	set_door(s, false);
	assert_int_equal(fill(p, 0), 6);
	wait_inside(s, 3);
	assert_false(pool_has_credit(p));
	assert_null(queue_collect(s->results));
	set_door(s, true);
	for (int taken = 0; taken < 6; taken += collect(s, p, times))
		wait_for_result(s);
	assert_true(pool_has_credit(p));
	pool_free(p);
}

static int overdraw(void *arg)
{
	struct job job = { .n = 1 };

	hush();
	pool_submit(arg, &job);
	pool_submit(arg, &job);
	return 0;
}

static void a_job_without_credit_aborts(void **state)
{
	struct pool *p = make(*state, 0, 0);

	assert_int_equal(in_child(overdraw, p), CHILD_ABORTED);
	pool_free(p);
}

/* ---- the end ---- */

static void waiting_jobs_are_taken_back(void **state)
{
	struct shop *s = *state;
	struct pool *p = make(s, 3, 3);
	int times[JOBS] = { 0 };
	struct job *job;
	int taken = 0;

	set_door(s, false);
	fill(p, 0);
	wait_inside(s, 3);
	for (int n = 3; n < 6; n++) {
		job = pool_cancel_waiting(p);
		assert_non_null(job);
		assert_int_equal(job->n, n);
		free(job);
	}
	assert_null(pool_cancel_waiting(p));
	assert_int_equal(pool_alive(p), 3);
	assert_true(pool_has_credit(p));
	set_door(s, true);
	pool_stop(p);
	taken = collect(s, p, times);
	assert_int_equal(taken, 3);
	assert_int_equal(times[0] + times[1] + times[2], 3);
	pool_free(p);
}

/* Every job is either a result or still waiting. */
static void stop_keeps_every_job(void **state)
{
	struct shop *s = *state;

	for (int round = 0; round < 20; round++) {
		struct pool *p = make(s, 3, 3);
		int times[JOBS] = { 0 };
		struct job *job;

		set_door(s, false);
		fill(p, 0);
		wait_inside(s, 3);
		set_door(s, true);
		pool_stop(p);
		pool_stop(p);
		assert_false(pool_has_credit(p));
		collect(s, p, times);
		while ((job = pool_cancel_waiting(p))) {
			times[job->n]++;
			free(job);
		}
		assert_int_equal(pool_alive(p), 0);
		for (int n = 0; n < 6; n++)
			assert_int_equal(times[n], 1);
		pool_free(p);
	}
}

static void idle_workers_end(void **state)
{
	struct pool *p = make(*state, 64, 64);

	pool_free(p);
	pool_free(NULL);
}

static void add_jobs(void *worker, void *sum)
{
	*(int *)sum += ((struct worker *)worker)->jobs;
}

static void add_one(void *worker, void *sum)
{
	(void)worker;
	++*(int *)sum;
}

static int ask_too_early(void *arg)
{
	int sum = 0;

	hush();
	pool_each_worker(arg, add_jobs, &sum);
	return 0;
}

static void workers_are_asked_at_the_end(void **state)
{
	static const size_t workers[] = { 0, 1, 3 };

	for (size_t i = 0; i < sizeof workers / sizeof *workers; i++) {
		struct shop *s = *state;
		struct pool *p = make(s, workers[i], workers[i]);
		int times[JOBS] = { 0 };
		int jobs = 0, count = 0, given = 0, taken = 0;

		assert_int_equal(in_child(ask_too_early, p), CHILD_ABORTED);
		while (taken < JOBS) {
			given = fill(p, given);
			wait_for_result(s);
			taken += collect(s, p, times);
		}
		pool_stop(p);
		pool_each_worker(p, add_jobs, &jobs);
		pool_each_worker(p, add_one, &count);
		assert_int_equal(jobs, JOBS);
		assert_int_equal(count, workers[i] ? workers[i] : 1);
		pool_free(p);
	}
}

/* ---- fewer than wanted, and more ---- */

static void makes_do_with_fewer(void **state)
{
	struct shop *s = *state;

	for (int k = 2; k <= 4; k++) {
		for (int is_thread = 0; is_thread < 2; is_thread++) {
			int times[JOBS] = { 0 };
			struct pool *p;
			int taken = 0;

			s->made = 0;
			s->fail_at = is_thread ? 0 : k;
			threads_left = is_thread ? k - 1 : -1;
			p = make(s, 4, 4);
			threads_left = -1;
			s->fail_at = 0;
			assert_int_equal(pool_workers(p), k - 1);
			assert_int_equal(s->alive, k - 1);
			assert_int_equal(fill(p, 0), 2 * (k - 1));
			while (taken < 2 * (k - 1)) {
				wait_for_result(s);
				taken += collect(s, p, times);
			}
			pool_free(p);
			assert_int_equal(s->alive, 0);
		}
	}
}

static void needs_one_at_least(void **state)
{
	struct shop *s = *state;
	struct err err;

	for (size_t workers = 0; workers < 3; workers++) {
		s->made = 0;
		s->fail_at = 1;
		assert_null(try_make(s, workers, workers, &err));
		assert_int_equal(err.kind, ERR_TLS);
		assert_string_equal(err.msg, "worker 1");
	}
	s->fail_at = 0;
	threads_left = 0;
	assert_null(try_make(s, 3, 3, &err));
	threads_left = -1;
	assert_int_equal(err.kind, ERR_SYSTEM);
	assert_int_equal(err.code, EAGAIN);
	assert_int_equal(s->alive, 0);
}

static void grows_as_far_as_it_may(void **state)
{
	struct shop *s = *state;
	struct pool *p = make(s, 1, 3);
	int times[JOBS] = { 0 };
	int given;

	set_door(s, false);
	given = fill(p, 0);
	assert_int_equal(given, 2);
	wait_inside(s, 1);
	for (size_t most = 2; most < 6; most++) {
		pool_grow(p);
		assert_int_equal(pool_workers(p), most < 3 ? most : 3);
	}
	given = fill(p, given);
	assert_int_equal(given, 6);
	wait_inside(s, 3); /* all three are at work */
	set_door(s, true);
	for (int taken = 0; taken < 6; taken += collect(s, p, times))
		wait_for_result(s);
	pool_stop(p);
	pool_grow(p);
	assert_int_equal(pool_workers(p), 3);
	pool_free(p);

	/* No thread to be had: it does not ask again and again. */
	p = make(s, 1, 3);
	s->made = 0;
	threads_left = 0;
	pool_grow(p);
	threads_left = -1;
	pool_grow(p);
	assert_int_equal(s->made, 1);
	assert_int_equal(pool_workers(p), 1);
	pool_free(p);

	p = make(s, 0, 0);
	pool_grow(p);
	assert_int_equal(pool_workers(p), 1);
	pool_free(p);
}

#define IN_SHOP(f) cmocka_unit_test_setup_teardown(f, open_shop, close_shop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SHOP(each_job_comes_back_once),
		IN_SHOP(credits_are_two_a_worker),
		IN_SHOP(a_job_without_credit_aborts),
		IN_SHOP(waiting_jobs_are_taken_back),
		IN_SHOP(stop_keeps_every_job),
		IN_SHOP(idle_workers_end),
		IN_SHOP(workers_are_asked_at_the_end),
		IN_SHOP(makes_do_with_fewer),
		IN_SHOP(needs_one_at_least),
		IN_SHOP(grows_as_far_as_it_may),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
