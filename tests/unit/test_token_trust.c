/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "share/token_trust.h"

/* A story, a letter for each event: d a doubt, c a confirmation, each of a call
 * sent at the first number and known at the second. */
struct event {
	char what;
	int64_t sent_ns, now_ns;
};

enum { EVENTS_MAX = 10 };

static const struct story {
	const char *name;
	struct event event[EVENTS_MAX];
	int strikes;
	bool is_dead, may_serve;
} stories[] = {
	{ "nothing", { { 0 } }, 0, false, false },
	{ "it serves", { { 'c', 1, 2 } }, 0, false, true },
	{ "one doubt", { { 'd', 1, 2 } }, 1, false, false },
	{ "one doubt of one that served", { { 'c', 1, 2 }, { 'd', 3, 4 } }, 1, false, true },
	{ "a doubt of an earlier call than served",
	  { { 'c', 5, 6 }, { 'd', 3, 7 } }, 0, false, true },
	{ "a doubt of the same instant", { { 'c', 5, 6 }, { 'd', 5, 7 } }, 0, false, true },
	{ "tried again, and doubted again", { { 'd', 1, 2 }, { 'd', 2, 4 } }, 2, true, false },
	{ "tried again, and served", { { 'd', 1, 2 }, { 'c', 2, 4 } }, 0, false, true },
	{ "another call served before it was tried again",
	  { { 'd', 1, 2 }, { 'c', 3, 4 }, { 'd', 5, 6 } }, 1, false, true },
	{ "a call that was sent earlier served",
	  { { 'd', 4, 5 }, { 'c', 3, 6 }, { 'd', 7, 8 } }, 2, true, true },
	{ "four in flight side by side are one",
	  { { 'd', 1, 10 }, { 'd', 2, 11 }, { 'd', 3, 12 }, { 'd', 4, 13 } }, 1, false, false },
	{ "one that was sent between them does not outweigh the later ones",
	  { { 'd', 1, 10 }, { 'd', 4, 11 }, { 'c', 3, 12 } }, 1, false, true },
	{ "nor does it when the later one comes last",
	  { { 'd', 1, 10 }, { 'c', 3, 12 }, { 'd', 4, 13 } }, 1, false, true },
	{ "one that was sent after them does",
	  { { 'd', 1, 10 }, { 'd', 4, 11 }, { 'c', 5, 12 } }, 0, false, true },
	{ "dead, and then answered",
	  { { 'd', 1, 2 }, { 'd', 3, 4 }, { 'c', 5, 6 } }, 0, false, true },
	{ "dead, and an earlier call answered",
	  { { 'd', 1, 2 }, { 'd', 4, 5 }, { 'c', 3, 6 } }, 2, true, true },
	{ "three strikes",
	  { { 'c', 1, 1 }, { 'd', 2, 3 }, { 'd', 4, 5 }, { 'd', 6, 7 } }, 3, true, true },
	{ "four strikes",
	  { { 'c', 1, 1 }, { 'd', 2, 3 }, { 'd', 4, 5 }, { 'd', 6, 7 }, { 'd', 8, 9 } },
	  4, true, false },
	{ "and after that there is no worse",
	  { { 'c', 1, 1 }, { 'd', 2, 3 }, { 'd', 4, 5 }, { 'd', 6, 7 }, { 'd', 8, 9 },
	    { 'd', 10, 11 } },
	  4, true, false },
	{ "but better",
	  { { 'd', 2, 3 }, { 'd', 4, 5 }, { 'd', 6, 7 }, { 'd', 8, 9 }, { 'c', 10, 11 } },
	  0, false, true },
	{ "every second call: never dead",
	  { { 'd', 1, 2 }, { 'c', 3, 4 }, { 'd', 5, 6 }, { 'c', 7, 8 }, { 'd', 9, 10 } },
	  1, false, true },
};

static void each_story_has_its_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
		const struct story *s = &stories[i];
		struct token_trust t;

		print_message("# %s\n", s->name);
		token_trust_init(&t);
		for (const struct event *e = s->event; e < s->event + EVENTS_MAX && e->what; e++) {
			int before = t.strikes;
			bool says = e->what == 'd' ?
					    token_trust_doubt(&t, e->sent_ns, e->now_ns) :
					    token_trust_confirm(&t, e->sent_ns);

			if (e->what == 'c')
				assert_int_equal(says, before > 0 && t.strikes == 0);
			else if (t.strikes < 4)
				assert_int_equal(says, t.strikes > before);
		}
		assert_int_equal(t.strikes, s->strikes);
		assert_int_equal(token_trust_is_dead(&t), s->is_dead);
		assert_int_equal(token_trust_may_serve(&t), s->may_serve);
	}
}

/* However many calls are in flight, and whichever way they overlap: a token that
 * works is never dead for one stray refusal among them, and one that is dead is
 * found dead within two rounds. */
static void chance(void **state)
{
	enum { FLIGHT = 8, CALLS = 4000 };

	(void)state;
	for (unsigned seed = 1; seed <= 20; seed++) {
		int64_t sent[FLIGHT] = { 0 }, now = 0, died_at = 0;
		struct token_trust t;

		srand(seed);
		token_trust_init(&t);
		for (int i = 0; i < CALLS; i++) {
			int who = rand() % FLIGHT;
			bool is_stray = i % 200 == 100 && i < CALLS / 2;

			now++;
			if (i == CALLS / 2)
				died_at = now;
			if (is_stray || (died_at && sent[who] >= died_at))
				token_trust_doubt(&t, sent[who], now);
			else
				token_trust_confirm(&t, sent[who]);
			if (!died_at)
				assert_true(t.strikes < 2);
			sent[who] = now;
		}
		assert_int_equal(t.strikes, 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_story_has_its_end),
		cmocka_unit_test(chance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
