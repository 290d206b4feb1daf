/* SPDX-License-Identifier: MIT */
/* wrap: malloc calloc realloc strdup strndup free */
/* wrap: pipe */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>

#include "base/sync.h"
#include "child.h"
#include "engine/queue.h"
#include "memory.h"

enum { THREADS = 4, EACH = 500, ALL = THREADS * EACH };

static bool has_pipes = true;

int __real_pipe(int fd[2]);
int __wrap_pipe(int fd[2])
{
	errno = EMFILE;
	return has_pipes ? __real_pipe(fd) : -1;
}

static struct queue *make(size_t cap)
{
	struct err err;
	struct queue *q = queue_new(cap, true, &err);

	assert_non_null(q);
	return q;
}

static bool is_readable(const struct queue *q)
{
	struct pollfd p = { .fd = queue_fd(q), .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void first_in_first_out(void **state)
{
	struct queue *q = make(3);
	char item[100];
	int in = 0, out = 0;

	(void)state;
	assert_null(queue_try_pop(q));
	for (int round = 0; round < 30; round++) {
		while (in - out < 1 + round % 3)
			queue_push(q, &item[in++]);
		assert_ptr_equal(round % 2 ? queue_pop(q) : queue_try_pop(q), &item[out++]);
	}
	while (out < in)
		assert_ptr_equal(queue_try_pop(q), &item[out++]);
	assert_null(queue_try_pop(q));
	queue_free(q);
	queue_free(NULL);
}

static void descriptor_tells_of_items(void **state)
{
	struct queue *q = make(4);
	char a, b;

	(void)state;
	assert_false(is_readable(q));
	queue_push(q, &a);
	assert_true(is_readable(q));
	queue_push(q, &b);
	assert_ptr_equal(queue_collect(q), &a);
	assert_ptr_equal(queue_collect(q), &b);
	assert_null(queue_collect(q));
	assert_false(is_readable(q));
	queue_push(q, &a);
	assert_true(is_readable(q));
	assert_ptr_equal(queue_collect(q), &a);
	assert_null(queue_collect(q));
	assert_false(is_readable(q));
	queue_free(q);
}

/* Nobody reads the descriptor of a queue that is popped by queue_pop. */
static void unread_descriptor_never_blocks(void **state)
{
	struct queue *q = make(1);
	char item;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		queue_push(q, &item);
		assert_ptr_equal(queue_pop(q), &item);
	}
	assert_null(queue_collect(q));
	assert_false(is_readable(q));
	queue_free(q);
}

/* ---- threads ---- */

struct traffic {
	struct queue *q;
	atomic_int pushed;      /* how many, and so which items */
	atomic_int popped[ALL]; /* how often each */
	char item[ALL];
};

static void *push_each(void *arg)
{
	struct traffic *t = arg;

	for (int i = 0; i < EACH; i++)
		queue_push(t->q, &t->item[atomic_fetch_add(&t->pushed, 1)]);
	return NULL;
}

static void note_pop(struct traffic *t, const void *item)
{
	atomic_fetch_add(&t->popped[(const char *)item - t->item], 1);
}

static void *pop_until_closed(void *arg)
{
	struct traffic *t = arg;
	void *item;

	while ((item = queue_pop(t->q)))
		note_pop(t, item);
	return NULL;
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

static void assert_each_once(struct traffic *t)
{
	for (int i = 0; i < ALL; i++)
		assert_int_equal(atomic_load(&t->popped[i]), 1);
}

/* A lost wakeup would leave the consumer in poll for ever. */
static void one_consumer_misses_nothing(void **state)
{
	static struct traffic t;
	struct thread thread[THREADS];
	int seen = 0;

	(void)state;
	t.q = make(ALL);
	start_all(thread, push_each, &t);
	while (seen < ALL) {
		struct pollfd p = { .fd = queue_fd(t.q), .events = POLLIN };
		void *item;

		poll(&p, 1, -1);
		while ((item = queue_collect(t.q))) {
			note_pop(&t, item);
			seen++;
		}
	}
	join_all(thread);
	assert_each_once(&t);
	queue_free(t.q);
}

static void many_consumers_share(void **state)
{
	static struct traffic t;
	struct thread producer[THREADS], consumer[THREADS];
	void *item;

	(void)state;
	t.q = make(ALL);
	start_all(consumer, pop_until_closed, &t);
	start_all(producer, push_each, &t);
	join_all(producer);
	queue_close(t.q);
	join_all(consumer);
	while ((item = queue_try_pop(t.q))) /* what close overtook */
		note_pop(&t, item);
	assert_each_once(&t);
	queue_free(t.q);
}

static void close_wakes_all_for_good(void **state)
{
	static struct traffic t;
	struct thread thread[THREADS];
	char item;

	(void)state;
	t.q = make(2);
	start_all(thread, pop_until_closed, &t);
	queue_close(t.q);
	join_all(thread);
	queue_close(t.q);
	assert_null(queue_pop(t.q));
	queue_push(t.q, &item);
	assert_null(queue_pop(t.q));
	assert_ptr_equal(queue_try_pop(t.q), &item);
	queue_free(t.q);
}

/* ---- what fails ---- */

static int push_too_many(void *arg)
{
	hush();
	queue_push(arg, arg);
	queue_push(arg, arg);
	return 0;
}

static int free_with_items(void *arg)
{
	hush();
	queue_push(arg, arg);
	queue_free(arg);
	return 0;
}

static void broken_promises_abort(void **state)
{
	struct queue *q = make(1);

	(void)state;
	assert_int_equal(in_child(push_too_many, q), CHILD_ABORTED);
	assert_int_equal(in_child(free_with_items, q), CHILD_ABORTED);
	queue_free(q);
}

static void lack_is_an_error(void **state)
{
	struct err err;

	(void)state;
	for (int k = 0; k < 2; k++) {
		struct queue *q;

		err.kind = ERR_KINDS;
		memory_fail(k + 1, true);
		q = queue_new(2, true, &err);
		memory_is_back();
		assert_null(q);
		assert_int_equal(err.kind, ERR_SYSTEM);
	}
	has_pipes = false;
	assert_null(queue_new(2, true, &err));
	has_pipes = true;
	assert_int_equal(err.code, EMFILE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_in_first_out),
		cmocka_unit_test(descriptor_tells_of_items),
		cmocka_unit_test(unread_descriptor_never_blocks),
		cmocka_unit_test(one_consumer_misses_nothing),
		cmocka_unit_test(many_consumers_share),
		cmocka_unit_test(close_wakes_all_for_good),
		cmocka_unit_test(broken_promises_abort),
		cmocka_unit_test(lack_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
