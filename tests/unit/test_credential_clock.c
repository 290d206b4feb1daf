/* SPDX-License-Identifier: MIT */
/* wrap: clock_real_ms clock_boot_ms cond_wait_until */
#include "credential_case.h"

#include "base/safefile_edit.h"

static void kill_token(struct credential *c, uint64_t generation)
{
	credential_doubt(c, generation, clock_monotonic_ns());
	credential_doubt(c, generation, clock_monotonic_ns());
}

/* As if all had happened in an earlier boot. */
static void reboot(void)
{
	struct buf text;
	char path[100], *boot;
	struct err err;

	buf_init(&text, 8192);
	assert_int_equal(safefile_read(dir, file_name(path, ""), &text, &err), 1);
	boot = strstr(text.data, "\"boot\":\"");
	assert_non_null(boot);
	boot[8] = boot[8] == '0' ? '1' : '0';
	put_text(path, &text);
	buf_release(&text);
}

/* ---- age ---- */

static void old_age_is_noticed(void **state)
{
	struct credential *c = make(), *other;

	(void)state;
	assert_token(c, "token-1");
	pass(DAY_MS - 11 * MINUTE_MS);
	assert_token(c, "token-1");
	other = make();
	assert_token(other, "token-1");
	pass(2 * MINUTE_MS);
	assert_token(c, "token-2");
	assert_token(other, "token-2");
	assert_issues(2);
	credential_free(other);
	credential_free(c);
}

static void the_last_minutes_do_if_need_be(void **state)
{
	static const struct answer refusals[] = {
		{ .kind = ERR_NETWORK, .end = ISSUE_UNKNOWN },
		{ .kind = ERR_SERVER, .end = ISSUE_REFUSED },
		{ .kind = ERR_AUTH, .end = ISSUE_REFUSED },
		{ .kind = ERR_AUTH, .end = ISSUE_UNKNOWN, .retry_after_ms = MINUTE_MS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		struct credential *c = make();

		atomic_store(&world->issues, 0);
		world->answer[0] = refusals[i];
		put_token("cached", 5 * MINUTE_MS, DAY_MS);
		for (int n = 0; n < 3; n++)
			assert_token(c, "cached");
		assert_issues(1);
		assert_cached("cached"); /* for the others, too */
		pass(MINUTE_MS + SECOND_MS);
		assert_token(c, "token-2");
		assert_int_equal(lines, 0);
		credential_free(c);
	}
}

static void the_last_minutes_do_within_the_minute(void **state)
{
	struct credential_lease lease;
	struct credential *c = make();
	struct err err;

	(void)state;
	put_token("cached", 5 * MINUTE_MS, SECOND_MS);
	pass(3 * MINUTE_MS); /* the second half of its life */
	put_token("cached", 2 * MINUTE_MS, SECOND_MS);
	assert_int_equal(get_until(c, near_deadline(), &lease, &err), 0);
	assert_string_equal(lease.text, "cached");
	assert_issues(0);
	/* Unless the broker calls it dead. */
	kill_token(c, lease.generation);
	assert_must_wait(c, ASKED);
	assert_issues(0);
	credential_free(c);
}

/* One thread asks for another, and the broker takes its time: the others go on
 * with the one there is. */
static void assert_renewal_holds_nobody_up(struct credential *c)
{
	struct caller asker = { .c = c, .deadline_ns = CLOCK_NEVER };
	struct credential_lease lease;
	int issues = world->issues;
	struct thread thread;
	struct err err;

	world->wait_for = 1000;
	assert_int_equal(thread_start(&thread, call, &asker, &err), 0);
	while (atomic_load(&world->issues) == issues)
		sched_yield();
	for (int i = 0; i < 5; i++) {
		assert_int_equal(get_until(c, 0, &lease, &err), 0);
		assert_string_equal(lease.text, "cached");
	}
	atomic_store(&world->arrivals, 1000);
	thread_join(&thread);
	assert_int_equal(asker.rc, 0);
	assert_memory_equal(asker.lease.text, "token-", 6);
}

static void renewal_holds_nobody_up(void **state)
{
	struct credential *c = make();

	(void)state;
	put_token("cached", HOUR_MS, DAY_MS);
	assert_token(c, "cached");
	pass(55 * MINUTE_MS);
	assert_renewal_holds_nobody_up(c);
	assert_token(c, "token-1");
	assert_issues(1);
	credential_free(c);
}

/* Nor where by the clock it is over, and serves. */
static void renewal_of_an_expired_one_holds_nobody_up(void **state)
{
	struct credential *c = make();

	(void)state;
	put_token("cached", -HOUR_MS, SECOND_MS);
	assert_token(c, "cached"); /* it is too early for another */
	pass(5 * MINUTE_MS);
	assert_renewal_holds_nobody_up(c);
	credential_free(c);
}

/* Nor where the lock is held by one that stands still. */
static void renewal_waits_for_no_lock(void **state)
{
	struct safefile_edit held;
	struct credential_lease lease;
	struct credential *c = make();
	char path[100];
	struct err err;

	(void)state;
	assert_int_equal(safefile_edit_begin(&held, dir, file_name(path, ""), &stop, 0, &err), 0);
	put_token("cached", 5 * MINUTE_MS, DAY_MS);
	/* Who waited would take the lock away, and ask. */
	for (int i = 0; i < 3; i++) {
		assert_int_equal(get_until(c, CLOCK_NEVER, &lease, &err), 0);
		assert_string_equal(lease.text, "cached");
	}
	assert_issues(0);
	safefile_edit_abandon(&held);
	credential_free(c);
}

/* Another run renews it, or stands still while it does. */
static void another_run_s_renewal_holds_nobody_up(void **state)
{
	struct token_state s = { .text = "cached", .claim = 7 };
	struct credential_lease lease;
	struct credential *c = make();
	struct err err;

	(void)state;
	s.got_ms = clock_boot_ms() - DAY_MS;
	s.expires_ms = clock_boot_ms() + 5 * MINUTE_MS;
	s.asked_ms = clock_boot_ms();
	s.claim_until_ms = s.asked_ms + 10 * SECOND_MS;
	put_state(name, &s);
	assert_int_equal(get_until(c, CLOCK_NEVER, &lease, &err), 0);
	assert_string_equal(lease.text, "cached");
	assert_issues(0);
	credential_free(c);
}

/* ---- by the clock it is over ---- */

static void refused_credentials_are_the_end(void **state)
{
	struct credential *c = make();

	(void)state;
	world->answer[0] = (struct answer){ .kind = ERR_AUTH, .end = ISSUE_REFUSED };
	put_token("cached", -1, DAY_MS);
	assert_failure(c, ERR_AUTH, "answer 1");
	assert_issues(1);
	credential_free(c);
}

/* Our clock may be wrong: if no other can be got, the broker has the last word. */
static void an_expired_token_is_tried(void **state)
{
	static const struct answer troubles[] = {
		{ .kind = ERR_NETWORK, .end = ISSUE_REFUSED },
		{ .kind = ERR_TIMEOUT, .end = ISSUE_UNKNOWN },
		{ .kind = ERR_AUTH, .end = ISSUE_UNKNOWN, .retry_after_ms = MINUTE_MS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++) {
		struct credential *c = make();
		uint64_t generation;

		print_message("# %zu\n", i);
		atomic_store(&world->issues, 0);
		world->answer[0] = troubles[i];
		put_token("cached", -2 * HOUR_MS, 20 * HOUR_MS);
		generation = assert_token(c, "cached");
		credential_confirm(c, generation, clock_monotonic_ns());
		for (int n = 0; n < 3; n++)
			assert_token(c, "cached");
		assert_issues(1);
		/* It has served, but the next is asked for all the same. */
		pass(MINUTE_MS + SECOND_MS);
		assert_token(c, "token-2");
		credential_free(c);
	}
}

static void an_expired_token_that_is_dead_is_given_up(void **state)
{
	struct credential *c = make();

	(void)state;
	put_token("cached", -HOUR_MS, SECOND_MS); /* asked for a moment ago */
	kill_token(c, assert_token(c, "cached"));
	assert_must_wait(c, ASKED);
	assert_issues(0);
	credential_free(c);
}

static void issued_when_it_was_over(void **state)
{
	struct credential *c = make();

	(void)state;
	world->answer[0].life_ms = -HOUR_MS;
	for (int i = 0; i < 5; i++)
		assert_token(c, "token-1");
	assert_issues(1);
	pass(MINUTE_MS);
	assert_token(c, "token-2");
	credential_free(c);
}

/* ---- wrong clocks ---- */

static const int64_t errors_ms[] = { DAY_MS, -DAY_MS, 400 * (int64_t)DAY_MS, -HOUR_MS, 1 };

static void a_clock_that_is_wrong_does_not_matter(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof errors_ms / sizeof *errors_ms; i++) {
		struct credential *c = make(), *other;

		atomic_store(&world->issues, 0);
		remove(file_name((char[100]){ "" }, ""));
		world->error_ms = errors_ms[i];
		for (int n = 0; n < 3; n++)
			assert_token(c, "token-1");
		other = make();
		assert_token(other, "token-1");
		kill_token(other, 1);
		assert_must_wait(other, ASKED);
		assert_issues(1);
		pass(DAY_MS);
		assert_token(c, "token-2");
		assert_issues(2);
		credential_free(other);
		credential_free(c);
	}
}

static void a_clock_that_is_set_meanwhile_does_not_matter(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof errors_ms / sizeof *errors_ms; i++) {
		struct credential *c = make(), *other;

		world->error_ms = 0;
		atomic_store(&world->issues, 0);
		remove(file_name((char[100]){ "" }, ""));
		assert_token(c, "token-1");
		world->error_ms = errors_ms[i];
		assert_token(c, "token-1");
		other = make();
		assert_token(other, "token-1");
		kill_token(other, 1);
		assert_must_wait(other, ASKED);
		world->error_ms = 0;
		assert_must_wait(other, ASKED);
		assert_issues(1);
		pass(MINUTE_MS);
		assert_token(other, "token-2");
		credential_free(other);
		credential_free(c);
	}
}

/* After a reboot only the wall clock tells; it may be wrong then. */
static void a_reboot_with_a_wrong_clock(void **state)
{
	static const struct {
		int64_t error_ms;
		const char *want;
	} rows[] = {
		{ 0, "cached" },
		{ -DAY_MS, "cached" },	   /* it has yet to be issued */
		{ 22 * HOUR_MS, "cached" },
		{ 2 * DAY_MS, "token-1" }, /* it looks like over: one issue */
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct credential *c = make();

		print_message("# %zu\n", i);
		world->error_ms = 0;
		atomic_store(&world->issues, 0);
		put_token("cached", 23 * HOUR_MS, HOUR_MS);
		reboot();
		world->error_ms = rows[i].error_ms;
		assert_token(c, rows[i].want);
		assert_cached(rows[i].want);
		credential_free(c);

		/* And with the endpoint out of order: the one that works. */
		c = make();
		world->error_ms = 0;
		put_token("cached", 23 * HOUR_MS, HOUR_MS);
		reboot();
		atomic_store(&world->issues, 0);
		world->answer[0] = (struct answer){ .kind = ERR_SERVER, .end = ISSUE_REFUSED };
		world->error_ms = rows[i].error_ms;
		assert_token(c, "cached");
		world->answer[0] = (struct answer){ .kind = GOOD };
		credential_free(c);
	}
}

static void stamps_of_the_future_are_no_reason_to_wait(void **state)
{
	struct credential *c = make();

	(void)state;
	put_token("", 0, -DAY_MS);
	assert_token(c, "token-1");
	credential_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(old_age_is_noticed),
		IN_WORLD(the_last_minutes_do_if_need_be),
		IN_WORLD(the_last_minutes_do_within_the_minute),
		IN_WORLD(renewal_holds_nobody_up),
		IN_WORLD(renewal_of_an_expired_one_holds_nobody_up),
		IN_WORLD(renewal_waits_for_no_lock),
		IN_WORLD(another_run_s_renewal_holds_nobody_up),
		IN_WORLD(refused_credentials_are_the_end),
		IN_WORLD(an_expired_token_is_tried),
		IN_WORLD(an_expired_token_that_is_dead_is_given_up),
		IN_WORLD(issued_when_it_was_over),
		IN_WORLD(a_clock_that_is_wrong_does_not_matter),
		IN_WORLD(a_clock_that_is_set_meanwhile_does_not_matter),
		IN_WORLD(a_reboot_with_a_wrong_clock),
		IN_WORLD(stamps_of_the_future_are_no_reason_to_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
