/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "share/token_state.h"

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

/* Some hours after the boot. */
#define NOW ((int64_t)5 * HOUR)

static const struct token_rules rules = { .interval_ms = MINUTE, .call_max_ms = 10 * 1000 };

/* ---- whose turn it is ---- */

#define TOKEN(got, expires, ...) \
	{ .text = "t", .got_ms = got, .expires_ms = expires, .asked_ms = __VA_ARGS__ }

static void turns(void **state)
{
	static const struct {
		const char *name;
		struct token_state s;
		const char *dead;
		enum token_turn want;
		int64_t until_ms;
	} rows[] = {
		{ "nothing", { .asked_ms = TOKEN_NEVER }, "", TOKEN_ASK, 0 },
		{ "a token", TOKEN(NOW - HOUR, NOW + DAY, NOW - HOUR), "", TOKEN_THERE, 0 },
		{ "a token that was got this moment",
		  TOKEN(NOW, NOW + DAY, NOW, .result = TOKEN_ISSUED), "", TOKEN_THERE, 0 },
		{ "a token, while somebody asks for another",
		  TOKEN(NOW - HOUR, NOW + DAY, NOW - 1, .result = TOKEN_UNDER_WAY, .claim = 1,
			.claim_until_ms = NOW + 5000), "",
		  TOKEN_THERE, 0 },
		{ "a dead token", TOKEN(NOW - HOUR, NOW + DAY, NOW - HOUR), "t", TOKEN_ASK, 0 },
		{ "another token than the dead", TOKEN(NOW - HOUR, NOW + DAY, NOW - HOUR), "s",
		  TOKEN_THERE, 0 },
		{ "a dead token of this minute", TOKEN(NOW - 1000, NOW + DAY, NOW - 1000), "t",
		  TOKEN_TOO_EARLY, NOW + MINUTE - 1000 },

		{ "over", TOKEN(NOW - DAY, NOW - 1, NOW - DAY), "", TOKEN_ASK, 0 },
		{ "in its last minutes", TOKEN(NOW - DAY, NOW + 10 * MINUTE, NOW - DAY), "",
		  TOKEN_ASK, 0 },
		{ "just before them", TOKEN(NOW - DAY, NOW + 10 * MINUTE + 1, NOW - DAY), "",
		  TOKEN_THERE, 0 },
		{ "in its last minutes, got nobody knows when",
		  TOKEN(TOKEN_NEVER, NOW + 10 * MINUTE, TOKEN_NEVER), "", TOKEN_ASK, 0 },
		{ "the first half of a short life", TOKEN(NOW - 999, NOW + 1000, NOW - HOUR), "",
		  TOKEN_THERE, 0 },
		{ "the second half", TOKEN(NOW - 1000, NOW + 1000, NOW - HOUR), "", TOKEN_ASK, 0 },
		{ "issued when it was over", TOKEN(NOW, NOW - DAY, NOW - HOUR), "", TOKEN_ASK, 0 },

		{ "asked a moment ago", { .asked_ms = NOW - 1 }, "", TOKEN_TOO_EARLY,
		  NOW + MINUTE - 1 },
		{ "asked this moment", { .asked_ms = NOW }, "", TOKEN_TOO_EARLY, NOW + MINUTE },
		{ "asked a minute ago", { .asked_ms = NOW - MINUTE }, "", TOKEN_ASK, 0 },
		{ "asked a moment ahead: another machine's clock", { .asked_ms = NOW + 900 }, "",
		  TOKEN_TOO_EARLY, NOW + MINUTE },
		{ "asked a minute ahead", { .asked_ms = NOW + MINUTE }, "", TOKEN_TOO_EARLY,
		  NOW + MINUTE },
		{ "asked a day ahead", { .asked_ms = NOW + DAY }, "", TOKEN_ASK, 0 },
		{ "the broker's word", { .asked_ms = NOW + MINUTE, .result = TOKEN_ELSEWHERE }, "",
		  TOKEN_TOO_EARLY, NOW + 2 * MINUTE },
		{ "the broker's word of a day",
		  { .asked_ms = NOW + DAY, .result = TOKEN_ELSEWHERE }, "", TOKEN_ASK, 0 },

		{ "somebody asks",
		  { .asked_ms = NOW - 1, .claim = 7, .claim_until_ms = NOW + 9999 }, "",
		  TOKEN_ASKED_FOR, NOW + 9999 },
		{ "somebody asked, and did not come back",
		  { .asked_ms = NOW - 10000, .claim = 7, .claim_until_ms = NOW }, "",
		  TOKEN_TOO_EARLY, NOW + MINUTE - 10000 },
		{ "likewise, a minute ago",
		  { .asked_ms = NOW - MINUTE, .claim = 7, .claim_until_ms = NOW - 1 }, "",
		  TOKEN_ASK, 0 },
		{ "somebody asks for a day",
		  { .asked_ms = NOW - DAY, .claim = 7, .claim_until_ms = NOW + DAY }, "", TOKEN_ASK,
		  0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t until_ms = 0;
		enum token_turn turn =
			token_state_turn(&rows[i].s, &rules, rows[i].dead, NOW, &until_ms);

		print_message("# %s\n", rows[i].name);
		assert_int_equal(turn, rows[i].want);
		if (turn == TOKEN_ASKED_FOR || turn == TOKEN_TOO_EARLY)
			assert_int_equal(until_ms, rows[i].until_ms);
	}
}

static void no_interval_is_no_wait(void **state)
{
	static const struct token_rules none = { .interval_ms = 0, .call_max_ms = 10 };
	struct token_state s = { .asked_ms = NOW };
	int64_t until_ms;

	(void)state;
	assert_int_equal(token_state_turn(&s, &none, "", NOW, &until_ms), TOKEN_ASK);
	s.result = TOKEN_ELSEWHERE; /* but the broker's word is */
	s.asked_ms = NOW + 5000;
	assert_int_equal(token_state_turn(&s, &none, "", NOW, &until_ms), TOKEN_TOO_EARLY);
	assert_int_equal(until_ms, NOW + 5000);
}

/* ---- a call and its end ---- */

static const struct token_state before = { .text = "old",
					   .got_ms = NOW - DAY,
					   .expires_ms = NOW,
					   .asked_ms = NOW - DAY,
					   .result = TOKEN_ISSUED };

static void what_a_call_leaves(void **state)
{
	static const struct {
		const char *name;
		struct token_end end;
		const char *text;
		int64_t asked_ms;
		enum token_result result;
	} rows[] = {
		{ "issued", { TOKEN_ISSUED, "new", DAY, 0 }, "new", NOW + 900, TOKEN_ISSUED },
		{ "refused", { TOKEN_REFUSED, NULL, 0, 0 }, "old", NOW - DAY, TOKEN_ISSUED },
		{ "lost", { TOKEN_LOST, NULL, 0, 0 }, "old", NOW + 900, TOKEN_LOST },
		{ "no fit token", { TOKEN_UNTOLD, NULL, 0, 0 }, "old", NOW + 900, TOKEN_UNTOLD },
		{ "elsewhere", { TOKEN_ELSEWHERE, NULL, 0, 40000 }, "old",
		  NOW + 900 + 40000 - MINUTE, TOKEN_ELSEWHERE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct token_claim claim = { .id = 7, .pid = 8 };
		struct token_state s = before;
		int64_t until_ms;

		print_message("# %s\n", rows[i].name);
		token_state_claim(&s, &rules, &claim, NOW);
		assert_int_equal(token_state_turn(&s, &rules, "", NOW + 1, &until_ms),
				 TOKEN_ASKED_FOR);
		assert_int_equal(until_ms, NOW + rules.call_max_ms);
		assert_int_equal(s.claim_pid, 8);
		assert_int_equal(s.result, TOKEN_UNDER_WAY);
		token_state_done(&s, &rules, &claim, &rows[i].end, NOW + 900);
		assert_string_equal(s.text, rows[i].text);
		assert_int_equal(s.asked_ms, rows[i].asked_ms);
		assert_int_equal(s.result, rows[i].result);
		assert_int_equal(s.claim, 0);
		if (rows[i].end.result == TOKEN_ISSUED) {
			assert_int_equal(s.got_ms, NOW + 900);
			assert_int_equal(s.expires_ms, NOW + 900 + DAY);
		}
	}
}

/* The one that woke too late: another asks by now, or has asked. */
static void a_claim_that_ran_out_takes_nothing_away(void **state)
{
	static const enum token_result late[] = { TOKEN_REFUSED, TOKEN_LOST, TOKEN_ELSEWHERE,
						  TOKEN_UNTOLD, TOKEN_ISSUED };

	(void)state;
	for (size_t i = 0; i < sizeof late / sizeof *late; i++) {
		const struct token_end end = { late[i], "late", DAY, 1000 };
		const struct token_end good = { TOKEN_ISSUED, "good", DAY, 0 };
		struct token_claim first = { .id = 1 }, second = { .id = 2 };
		struct token_state s = before, was;

		token_state_claim(&s, &rules, &first, NOW);
		token_state_claim(&s, &rules, &second, NOW + MINUTE);
		was = s;
		token_state_done(&s, &rules, &first, &end, NOW + MINUTE + 1);
		assert_int_equal(s.claim, 2);
		assert_int_equal(s.asked_ms, was.asked_ms);
		assert_int_equal(s.result, was.result);
		/* A token is a token, as long as there is none. */
		assert_string_equal(s.text, late[i] == TOKEN_ISSUED ? "late" : "old");

		s = was;
		token_state_done(&s, &rules, &second, &good, NOW + MINUTE + 2);
		was = s;
		token_state_done(&s, &rules, &first, &end, NOW + MINUTE + 3);
		assert_memory_equal(&s, &was, sizeof s);
	}
}

/* The note was lost (an older release wrote the file, or nobody could). */
static void a_claim_that_is_gone_is_made_good(void **state)
{
	const struct token_end end = { TOKEN_LOST, NULL, 0, 0 };
	struct token_claim claim = { .id = 1 };
	struct token_state s = before;

	(void)state;
	token_state_claim(&s, &rules, &claim, NOW);
	s = before;
	token_state_done(&s, &rules, &claim, &end, NOW + 5);
	assert_int_equal(s.asked_ms, NOW + 5);
	assert_int_equal(s.result, TOKEN_LOST);
}

static void the_later_is_merged(void **state)
{
	struct token_state s = { "old", 5, 100, 5, TOKEN_ISSUED, 0, 0, 0 };
	const struct token_state later = { "new", 8, 50, 9, TOKEN_LOST, 3, 4, 5 };
	struct token_state t = s, none;

	(void)state;
	token_state_merge(&t, &later);
	assert_string_equal(t.text, "new");
	assert_int_equal(t.got_ms, 8);
	assert_int_equal(t.expires_ms, 50);
	assert_int_equal(t.asked_ms, 9);
	assert_int_equal(t.result, TOKEN_LOST);
	assert_int_equal(t.claim, 0); /* a call of that process is not another's */
	t = later;
	token_state_merge(&t, &s);
	assert_memory_equal(&t, &later, sizeof t);
	token_state_init(&none);
	token_state_merge(&s, &none);
	assert_string_equal(s.text, "old");
	assert_int_equal(s.asked_ms, 5);
}

/* ---- simulated days ---- */

/* Processes that come and go, ask, are killed while they ask or sleep through it;
 * a broker that issues, refuses, and loses answers. */
enum { PROCESSES = 12, STEP_MS = 250 };

struct process {
	bool is_asking, is_asleep;
	int64_t until_ms; /* of the call, the sleep, or before it comes again */
	struct token_claim claim;
};

static void days_go_by(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 8; seed++) {
		struct process process[PROCESSES] = { { 0 } };
		int64_t asked_ms = TOKEN_NEVER, next_id = 1, needed_ms = NOW, now;
		int64_t longest_ms = 0;
		struct token_state s;
		int calls = 0;

		srand(seed);
		token_state_init(&s);
		for (now = NOW; now < NOW + DAY; now += STEP_MS) {
			struct process *p = &process[rand() % PROCESSES];
			struct token_end end = { TOKEN_ISSUED, "token", 20 * MINUTE, 0 };
			int64_t until_ms = 0;
			int luck = rand() % 10;

			if (now < p->until_ms)
				continue;
			if (p->is_asking) {
				p->is_asking = false;
				p->until_ms = now + rand() % 5000;
				if (luck == 0)
					continue; /* killed; its successor knows nothing */
				if (luck < 4)
					end.result = luck == 1 ? TOKEN_REFUSED :
						     luck == 2 ? TOKEN_LOST :
								 TOKEN_ELSEWHERE;
				end.wait_ms = MINUTE;
				token_state_done(&s, &rules, &p->claim, &end, now);
				if (end.result == TOKEN_REFUSED)
					asked_ms = TOKEN_NEVER; /* it issued none */
				continue;
			}
			switch (token_state_turn(&s, &rules, "", now, &until_ms)) {
			case TOKEN_THERE:
				needed_ms = now;
				p->until_ms = now + rand() % 5000;
				break;
			case TOKEN_ASK:
				/* Never twice in a minute, whatever became of the last. */
				assert_true(asked_ms == TOKEN_NEVER || now - asked_ms >= MINUTE);
				asked_ms = now;
				calls++;
				p->claim.id = next_id++;
				token_state_claim(&s, &rules, &p->claim, now);
				p->is_asking = true;
				/* One in ten oversleeps its claim. */
				p->until_ms = now + rand() % 10000 +
					      (rand() % 10 ? 0 : rand() % (3 * MINUTE));
				break;
			case TOKEN_ASKED_FOR:
			case TOKEN_TOO_EARLY:
				assert_true(until_ms > now && until_ms <= now + 2 * MINUTE);
				break;
			}
			if (now - needed_ms > longest_ms)
				longest_ms = now - needed_ms;
		}
		print_message("# seed %u: %d calls, %d s at most without a token\n", seed, calls,
			      (int)(longest_ms / 1000));
		assert_in_range(calls, 80, 400);
		assert_true(longest_ms < 15 * MINUTE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(turns),
		cmocka_unit_test(no_interval_is_no_wait),
		cmocka_unit_test(what_a_call_leaves),
		cmocka_unit_test(a_claim_that_ran_out_takes_nothing_away),
		cmocka_unit_test(a_claim_that_is_gone_is_made_good),
		cmocka_unit_test(the_later_is_merged),
		cmocka_unit_test(days_go_by),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
