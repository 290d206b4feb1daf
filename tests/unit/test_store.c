/* SPDX-License-Identifier: MIT */
/* One suite for every store of a quota: what its operations do, for two users. */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "share/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/safefile.h"
#include "share/store_dir.h"

struct bench {
	struct store *store;
	struct limiter_user me, other; /* N = 2, in a minute: nothing ends here */
	struct store_timeout timeout;
	char path[64];
	int dirfd;
};

static struct bench *new_bench(void)
{
	static const struct limiter_rule rule = { .rate_per_sec = 1000,
						  .published_per_sec = 1000,
						  .window_calls = 2, .window_sec = 60 };
	struct bench *b = calloc(1, sizeof *b);

	assert_non_null(b);
	store_user_init(&b->me, &rule, &b->me);
	store_user_init(&b->other, &rule, &b->other);
	b->timeout.deadline_ns = clock_monotonic_ns() + 20 * NS_PER_SEC;
	b->dirfd = -1;
	return b;
}

static int set_up_memory(void **state)
{
	struct bench *b = new_bench();

	b->store = store_memory_new(NULL);
	assert_non_null(b->store);
	*state = b;
	return 0;
}

static int set_up_dir(void **state)
{
	struct bench *b = new_bench();
	struct err err;

	snprintf(b->path, sizeof b->path, "/tmp/test_store.XXXXXX");
	assert_non_null(mkdtemp(b->path));
	b->dirfd = safefile_open_dir(b->path, &err);
	assert_true(b->dirfd >= 0);
	assert_int_equal(store_dir_new(b->dirfd, "key", &b->me, &b->store, &err), 0);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;
	const struct store_ops *ops = b->store->ops;
	struct dirent *e;
	DIR *dir;

	ops->free(b->store);
	ops->free(NULL);
	if (b->dirfd >= 0) {
		dir = opendir(b->path);
		while ((e = readdir(dir)) != NULL)
			unlinkat(b->dirfd, e->d_name, 0);
		closedir(dir);
		close(b->dirfd);
		rmdir(b->path);
	}
	free(b);
	return 0;
}

static struct store_operation apply(struct bench *b, const struct limiter_user *u,
				    struct store_operation o)
{
	assert_int_equal(b->store->ops->apply(b->store, u, &o, &b->timeout, NULL), 0);
	assert_in_range(o.now_ns, 1, clock_monotonic_ns());
	return o;
}

static struct store_operation ask_by(struct bench *b, const struct limiter_user *u,
				     int64_t latest_ns)
{
	return apply(b, u, (struct store_operation){ .verb = STORE_ASK, .latest_ns = latest_ns });
}

static struct store_operation ask(struct bench *b, const struct limiter_user *u)
{
	return ask_by(b, u, CLOCK_NEVER);
}

static bool confirm(struct bench *b, const struct limiter_user *u, uint64_t ticket)
{
	return apply(b, u, (struct store_operation){ .verb = STORE_CONFIRM, .ticket = ticket })
		.is_kept;
}

static void end(struct bench *b, const struct limiter_user *u, uint64_t ticket,
		enum limiter_end how)
{
	apply(b, u, (struct store_operation){ .verb = STORE_END, .ticket = ticket, .how = how,
					      .ended_ns = clock_monotonic_ns() });
}

/* Two places, whoever asks; one that was not used is free at once. */
static void test_places(void **state)
{
	struct bench *b = *state;
	struct store_operation first = ask(b, &b->me), second = ask(b, &b->other);

	assert_int_equal(first.reply, LIMITER_GRANTED);
	assert_int_equal(second.reply, LIMITER_GRANTED);
	assert_int_equal(ask(b, &b->me).reply, LIMITER_AGAIN);
	assert_int_equal(b->store->ops->last_known(b->store)->place_count, 2);
	end(b, &b->other, second.ticket, LIMITER_UNSENT);
	assert_int_equal(ask(b, &b->me).reply, LIMITER_GRANTED);
	end(b, &b->me, first.ticket, LIMITER_ACCEPTED);
	assert_int_equal(ask(b, &b->other).reply, LIMITER_AGAIN); /* a window */
}

static void test_too_late(void **state)
{
	struct bench *b = *state;

	ask(b, &b->me);
	ask(b, &b->me);
	assert_int_equal(ask_by(b, &b->me, clock_monotonic_ns() + NS_PER_SEC).reply, LIMITER_LATE);
}

/* A refusal of one withdraws the reservation of the other. */
static void test_confirm(void **state)
{
	struct bench *b = *state;
	struct store_operation first = ask(b, &b->me), second = ask(b, &b->other);

	assert_true(confirm(b, &b->other, second.ticket));
	assert_false(confirm(b, &b->me, second.ticket));
	end(b, &b->me, first.ticket, LIMITER_REFUSED);
	assert_false(confirm(b, &b->other, second.ticket));
}

static void test_left(void **state)
{
	struct bench *b = *state;

	apply(b, &b->me, (struct store_operation){ .verb = STORE_NOTE_LEFT, .left = 0,
						   .reset_after_ns = 50 * NS_PER_SEC });
	assert_int_equal(ask_by(b, &b->other, clock_monotonic_ns() + NS_PER_SEC).reply,
			 LIMITER_LATE);
}

static void test_look(void **state)
{
	struct bench *b = *state;
	struct limiter_view view;
	struct err err;

	b->store->ops->look(b->store, &b->me, &view);
	assert_int_equal(view.users, 0);
	assert_int_equal(view.calls_last_minute, 0);
	end(b, &b->other, ask(b, &b->other).ticket, LIMITER_ACCEPTED);
	b->store->ops->look(b->store, &b->me, &view);
	assert_int_equal(view.calls_last_minute, 1);
	assert_true(view.pace_per_sec * 60 == 2);
	assert_false(b->store->ops->take_warning && b->store->ops->take_warning(b->store, &err));
}

int main(void)
{
#define suite_of(test)                                                            \
	{ "memory: " #test, test, set_up_memory, tear_down, NULL },               \
	{ "dir: " #test, test, set_up_dir, tear_down, NULL }
	const struct CMUnitTest tests[] = {
		suite_of(test_places), suite_of(test_too_late), suite_of(test_confirm),
		suite_of(test_left),   suite_of(test_look),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
