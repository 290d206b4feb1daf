/* SPDX-License-Identifier: MIT */
/* wrap: clock_real_ms clock_boot_ms cond_wait_until */
#include "credential_case.h"

static const char REISSUED[] = "the broker issues again the token that it calls dead: "
			       "try again in a few hours";
static const char REFUSED[] = "the broker refuses the token that it has just issued";

/* A call that is sent now, and its answer. */
static void refuse(struct credential *c, uint64_t generation)
{
	credential_doubt(c, generation, clock_monotonic_ns());
}

static void answer(struct credential *c, uint64_t generation)
{
	credential_confirm(c, generation, clock_monotonic_ns());
}

/* Two calls, one after the other. */
static void kill_token(struct credential *c, uint64_t generation)
{
	refuse(c, generation);
	refuse(c, generation);
}

/* A token in the cache that has been used, and could be replaced. */
static struct credential *make_with(const char *cached, int64_t asked_ago_ms)
{
	struct credential *c = make();

	put_token(cached, DAY_MS, asked_ago_ms);
	answer(c, assert_token(c, cached));
	return c;
}

/* ---- how sure it must be ---- */

static void the_same_token_is_tried_first(void **state)
{
	struct credential *c = make_with("cached", HOUR_MS);

	(void)state;
	refuse(c, 1);
	assert_token(c, "cached");
	refuse(c, 1);
	assert_token(c, "token-1");
	assert_issues(1);
	assert_cached("token-1");
	credential_free(c);
}

static void an_answer_takes_the_doubt_back(void **state)
{
	struct credential *c = make_with("cached", HOUR_MS);

	(void)state;
	for (int i = 0; i < 10; i++) {
		refuse(c, 1);
		assert_token(c, "cached");
		answer(c, 1);
		assert_token(c, "cached");
	}
	assert_issues(0);
	credential_free(c);
}

static void calls_side_by_side_are_one_doubt(void **state)
{
	struct credential *c = make_with("cached", HOUR_MS);
	int64_t sent_ns = clock_monotonic_ns();

	(void)state;
	for (int i = 0; i < 16; i++)
		credential_doubt(c, 1, sent_ns + i % 3);
	assert_token(c, "cached");
	assert_issues(0);
	/* The answer to an earlier call says nothing, to a later one everything. */
	credential_confirm(c, 1, sent_ns - 1);
	refuse(c, 1);
	answer(c, 1);
	assert_token(c, "cached");
	assert_issues(0);
	credential_free(c);
}

static void another_generation_s_word_is_no_word(void **state)
{
	struct credential *c = make_with("cached", HOUR_MS);

	(void)state;
	kill_token(c, 0);
	kill_token(c, 2);
	assert_token(c, "cached");
	kill_token(c, 1);
	assert_token(c, "token-1");
	kill_token(c, 1); /* of who was slow */
	assert_token(c, "token-1");
	answer(c, 1);
	assert_issues(1);
	credential_free(c);
}

static void all_threads_find_it_dead_and_one_asks(void **state)
{
	struct caller caller[THREADS];
	struct credential *c = make_with("cached", HOUR_MS);

	(void)state;
	kill_token(c, 1);
	call_all(caller, THREADS, c);
	assert_issues(1);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(caller[i].rc, 0);
		assert_string_equal(caller[i].lease.text, "token-1");
		assert_true(caller[i].lease.generation == 2);
	}
	credential_free(c);
}

/* ---- what other runs did meanwhile ---- */

static void the_first_doubt_looks_for_a_newer_one(void **state)
{
	struct credential *c = make_with("cached", HOUR_MS);

	(void)state;
	put_token("theirs", DAY_MS, 0);
	assert_token(c, "cached"); /* without need it does not look */
	refuse(c, 1);
	assert_token(c, "theirs");
	assert_issues(0);
	credential_free(c);
}

static void a_dead_token_s_cache_is_not_believed(void **state)
{
	struct credential *c = make_with("cached", HOUR_MS), *other = make();

	(void)state;
	assert_token(other, "cached");
	kill_token(c, 1);
	assert_token(c, "token-1");
	kill_token(other, 1);
	assert_token(other, "token-1");
	assert_issues(1);
	credential_free(other);
	credential_free(c);
}

/* ---- while no other can be issued ---- */

static void it_goes_on_while_it_serves(void **state)
{
	struct credential *c = make_with("cached", 20 * SECOND_MS);

	(void)state;
	for (int i = 0; i < 3; i++) {
		refuse(c, 1);
		assert_token(c, "cached");
	}
	answer(c, 1);
	for (int i = 0; i < 3; i++) {
		refuse(c, 1);
		assert_token(c, "cached");
	}
	/* Four in a row, and not one answer. */
	refuse(c, 1);
	assert_must_wait(c, ASKED);
	/* It was too early to say: the answer to a call in flight. */
	answer(c, 1);
	assert_token(c, "cached");
	assert_issues(0);
	kill_token(c, 1);
	pass(MINUTE_MS);
	assert_token(c, "token-1");
	credential_free(c);
}

static void what_never_served_does_not_go_on(void **state)
{
	struct credential *c = make();

	(void)state;
	put_token("cached", DAY_MS, 20 * SECOND_MS);
	assert_token(c, "cached");
	kill_token(c, 1);
	assert_must_wait(c, ASKED);
	assert_issues(0);
	credential_free(c);
}

static void it_goes_on_while_the_endpoint_is_out_of_order(void **state)
{
	struct credential *c = make_with("cached", HOUR_MS);

	(void)state;
	world->answer[0] = (struct answer){ .kind = ERR_SERVER, .end = ISSUE_REFUSED };
	world->answer[1] = (struct answer){ .kind = ERR_TIMEOUT, .end = ISSUE_UNKNOWN };
	kill_token(c, 1);
	assert_token(c, "cached");
	assert_token(c, "cached"); /* its answer lost */
	assert_token(c, "cached"); /* too early */
	assert_issues(2);
	answer(c, 1);
	assert_token(c, "cached");
	kill_token(c, 1);
	pass(MINUTE_MS);
	assert_token(c, "token-3");
	credential_free(c);
}

/* An answer in flight saves those who already wait for the minute. */
static void an_answer_ends_the_wait(void **state)
{
	struct credential *c = make();
	struct caller caller = { .c = c, .deadline_ns = CLOCK_NEVER };
	int64_t sent_ns;
	struct thread thread;
	struct err err;

	(void)state;
	put_token("cached", DAY_MS, SECOND_MS);
	assert_token(c, "cached");
	kill_token(c, 1);
	sent_ns = clock_monotonic_ns();
	assert_int_equal(thread_start(&thread, call, &caller, &err), 0);
	while (atomic_load(&lines) == 0)
		sched_yield();
	credential_confirm(c, 1, sent_ns);
	thread_join(&thread);
	assert_int_equal(caller.rc, 0);
	assert_string_equal(caller.lease.text, "cached");
	assert_issues(0);
	credential_free(c);
}

/* ---- no loop ---- */

static void the_same_again_and_never_served_is_the_end(void **state)
{
	struct credential *c = make();

	(void)state;
	put_token("token-7", DAY_MS, HOUR_MS);
	world->answer[0].token = 7;
	assert_token(c, "token-7");
	kill_token(c, 1);
	for (int i = 0; i < 3; i++) {
		assert_failure(c, ERR_AUTH, REISSUED);
		pass(5 * MINUTE_MS);
	}
	assert_issues(1);
	pass(HOUR_MS); /* whoever runs for a day tries again */
	assert_token(c, "token-2");
	credential_free(c);
}

static void the_same_again_that_has_served_has_one_more_chance(void **state)
{
	struct credential *c = make_with("token-7", HOUR_MS);
	uint64_t generation;

	(void)state;
	world->answer[0].token = world->answer[1].token = world->answer[2].token = 7;
	kill_token(c, 1);
	generation = assert_token(c, "token-7");
	assert_int_equal(generation, 2);
	answer(c, 1); /* of the time before */
	answer(c, 2);
	pass(MINUTE_MS);
	kill_token(c, 2);
	assert_token(c, "token-7");
	assert_issues(2);
	pass(MINUTE_MS);
	kill_token(c, 3); /* and not one answer since */
	assert_failure(c, ERR_AUTH, REISSUED);
	assert_issues(2);
	credential_free(c);
}

static void a_new_one_that_never_serves_is_the_end(void **state)
{
	(void)state;
	for (int interval_ms = 0; interval_ms <= MINUTE_MS; interval_ms += MINUTE_MS) {
		struct credential *c = make_in(-1, interval_ms);

		atomic_store(&world->issues, 0);
		assert_token(c, "token-1");
		kill_token(c, 1);
		for (int i = 0; i < 3; i++)
			assert_failure(c, ERR_AUTH, REFUSED);
		assert_issues(1);
		credential_free(c);
	}
}

/* A broker that calls every token dead, for hours: never two issues in a minute,
 * and a handful of calls for each. */
static void hours_of_refusals(void **state)
{
	enum { STEP_MS = 500 };
	struct credential_lease lease;
	struct credential *c = make();
	int calls = 0;

	(void)state;
	for (int i = 0; i < 3 * HOUR_MS / STEP_MS; i++, pass(STEP_MS)) {
		struct err err;

		if (get_until(c, 0, &lease, &err) < 0) {
			assert_int_equal(err.kind, ERR_AUTH);
			continue;
		}
		calls++;
		refuse(c, lease.generation);
	}
	assert_true(world->issues > 10 && world->issues < ISSUES_MAX);
	for (int i = 1; i < world->issues; i++)
		assert_true(world->asked_ms[i] - world->asked_ms[i - 1] >= MINUTE_MS);
	assert_true(calls <= 3 * world->issues);
	credential_free(c);
}

/* The token dies now and then, one call in ten is refused for nothing, and so is
 * the token call: all but a few calls are answered, and no token is wasted. */
static void a_day_of_troubles(void **state)
{
	enum { STEP_MS = 1000, HOURS = 6 };
	struct credential_lease lease = { .text = "" };
	struct credential *c = make();
	int asked = 0, answered = 0, deaths = 0, dead = 0;

	(void)state;
	srand(7);
	for (int i = 0; i < HOURS * HOUR_MS / STEP_MS; i++, pass(STEP_MS)) {
		struct err err;
		int number;

		for (int k = 0; k < STEPS; k++)
			world->answer[k] = (struct answer){ .kind = rand() % 3 ? GOOD : ERR_SERVER,
							    .end = ISSUE_REFUSED };
		if (i % 1800 == 900) {
			deaths++;
			dead = (int)strtol(lease.text + 6, NULL, 10);
		}
		asked++;
		if (get_until(c, 0, &lease, &err) < 0)
			continue;
		number = (int)strtol(lease.text + 6, NULL, 10);
		if (number <= dead || rand() % 10 == 0) {
			refuse(c, lease.generation);
		} else {
			answer(c, lease.generation);
			answered++;
		}
	}
	print_message("# %d of %d answered, %d deaths, %d issues\n", answered, asked, deaths,
		      (int)world->issues);
	assert_true(answered > asked * 8 / 10);
	/* By chance two in a row are refused: one in a hundred calls. */
	assert_true(world->issues < HOURS * 60);
	for (int i = 1; i < world->issues && i < ISSUES_MAX; i++)
		assert_true(world->asked_ms[i] > world->asked_ms[i - 1]);
	credential_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(the_same_token_is_tried_first),
		IN_WORLD(an_answer_takes_the_doubt_back),
		IN_WORLD(calls_side_by_side_are_one_doubt),
		IN_WORLD(another_generation_s_word_is_no_word),
		IN_WORLD(all_threads_find_it_dead_and_one_asks),
		IN_WORLD(the_first_doubt_looks_for_a_newer_one),
		IN_WORLD(a_dead_token_s_cache_is_not_believed),
		IN_WORLD(it_goes_on_while_it_serves),
		IN_WORLD(what_never_served_does_not_go_on),
		IN_WORLD(it_goes_on_while_the_endpoint_is_out_of_order),
		IN_WORLD(an_answer_ends_the_wait),
		IN_WORLD(the_same_again_and_never_served_is_the_end),
		IN_WORLD(the_same_again_that_has_served_has_one_more_chance),
		IN_WORLD(a_new_one_that_never_serves_is_the_end),
		IN_WORLD(hours_of_refusals),
		IN_WORLD(a_day_of_troubles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
