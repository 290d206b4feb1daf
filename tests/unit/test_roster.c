/* SPDX-License-Identifier: MIT */
/* Unit tests of stream/roster: every event in every state, single stories, and a
 * broker drawn by lot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "stream/roster.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define SEC NS_PER_SEC
#define MS NS_PER_MS

static const char *const names[] = { "gone",	"wanted", "asked",	"active",     "refused",
				     "leaving", "ending", "asked off", "called back" };

static struct roster r;
static int64_t now;

static size_t add(const char *key)
{
	struct feed_address a = { .channel = "TRADE" };
	size_t index;

	snprintf(a.key, sizeof a.key, "%s", key);
	assert_int_equal(roster_add(&r, &a, &index, NULL), 0);
	return index;
}

static void add_many(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char key[24];

		snprintf(key, sizeof key, "S%zu", i);
		assert_int_equal(add(key), i);
	}
}

static bool answer(size_t index, enum feed_answer what)
{
	struct feed_message m = { .kind = FEED_ANSWER, .answer = what, .msg_cd = "CODE" };

	if (index != SIZE_MAX)
		m.address = r.entry[index].address;
	return roster_answer(&r, &m, now);
}

/* What is sent now: "+S0" registers, "-S0" takes off, "" nothing. */
static const char *sent(void)
{
	static char text[40];
	size_t index;
	bool is_wanted;

	if (!roster_next(&r, now, &index, &is_wanted))
		return "";
	snprintf(text, sizeof text, "%c%s", is_wanted ? '+' : '-', r.entry[index].address.key);
	return text;
}

static bool trade(const char *key)
{
	bool is_leaving;

	return roster_find(&r, "TRADE", key, strlen(key), &is_leaving) != SIZE_MAX;
}

static void expect_state(size_t index, enum roster_state state)
{
	if (r.entry[index].state != state)
		fail_msg("%s is %s, not %s", r.entry[index].address.key,
			 names[r.entry[index].state], names[state]);
}

static int set_up(void **state)
{
	(void)state;
	roster_init(&r, 41);
	now = 1000 * SEC;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	roster_release(&r);
	return 0;
}

/* ---- every cell ---- */

/* A roster of one symbol in the state. */
static void lead_to(enum roster_state state)
{
	tear_down(NULL);
	set_up(NULL);
	add("S");
	switch (state) {
	case ROSTER_WANTED:
		return;
	case ROSTER_GONE:
		roster_want(&r, 0, false, now);
		return;
	case ROSTER_REFUSED:
		sent();
		answer(0, FEED_REFUSED);
		return;
	case ROSTER_ASKED_OFF:
	case ROSTER_ASKED:
		sent();
		if (state == ROSTER_ASKED_OFF)
			roster_want(&r, 0, false, now);
		return;
	default:
		sent();
		answer(0, FEED_SUBSCRIBED);
	}
	if (state == ROSTER_ACTIVE)
		return;
	roster_want(&r, 0, false, now);
	if (state == ROSTER_LEAVING)
		return;
	sent();
	if (state == ROSTER_CALLED_BACK)
		roster_want(&r, 0, true, now);
}

enum deed {
	DO_ADD,
	DO_DROP,
	DO_SEND,
	DO_SUBSCRIBED,
	DO_UNSUBSCRIBED,
	DO_DONE,
	DO_TRY_AGAIN,
	DO_FULL,
	DO_REFUSED,
	DO_TIME_OUT,
	DO_TRADE,
	DO_CUT,
	DEEDS
};

static void perform(enum deed deed)
{
	switch (deed) {
	case DO_ADD:
		roster_want(&r, 0, true, now);
		break;
	case DO_DROP:
		roster_want(&r, 0, false, now);
		break;
	case DO_SEND:
		sent();
		break;
	case DO_TIME_OUT:
		roster_time_out(&r, now + 5 * SEC);
		break;
	case DO_TRADE:
		trade("S");
		break;
	case DO_CUT:
		roster_cut(&r);
		break;
	default:
		answer(0, (enum feed_answer)(deed - DO_SUBSCRIBED));
	}
}

static void test_every_cell(void **state)
{
	enum { GO, WA, AS, AC, RE, LE, EN, AO, CB };
	static const char table[DEEDS][ROSTER_STATES] = {
		/*                    go  wa  as  ac  re  le  en  ao  cb */
		[DO_ADD] =          { WA, WA, AS, AC, RE, AC, CB, AS, CB },
		[DO_DROP] =         { GO, GO, AO, LE, GO, LE, EN, AO, EN },
		[DO_SEND] =         { GO, AS, AS, AC, RE, EN, EN, AO, CB },
		[DO_SUBSCRIBED] =   { GO, AC, AC, AC, AC, LE, EN, LE, CB },
		[DO_UNSUBSCRIBED] = { GO, WA, AS, AC, RE, LE, GO, AO, WA },
		[DO_DONE] =         { GO, AC, AC, AC, AC, LE, GO, LE, WA },
		[DO_TRY_AGAIN] =    { GO, WA, WA, AC, RE, LE, LE, LE, WA },
		[DO_FULL] =         { GO, RE, RE, AC, RE, LE, GO, GO, RE },
		[DO_REFUSED] =      { GO, RE, RE, AC, RE, LE, GO, GO, WA },
		[DO_TIME_OUT] =     { GO, WA, WA, AC, RE, LE, LE, LE, WA },
		[DO_TRADE] =        { GO, AC, AC, AC, AC, LE, EN, AO, CB },
		[DO_CUT] =          { GO, WA, WA, WA, RE, GO, GO, GO, WA },
	};

	(void)state;
	for (int s = 0; s < ROSTER_STATES; s++)
		for (int d = 0; d < DEEDS; d++) {
			enum roster_state was;

			lead_to(s);
			was = r.entry[0].state;
			assert_int_equal(was, s);
			perform(d);
			if ((int)r.entry[0].state != table[d][s])
				fail_msg("deed %d in %s leads to %s", d, names[s],
					 names[r.entry[0].state]);
			/* Unanswered is what was asked and nothing else; a cut line
			 * leaves nothing behind. */
			assert_true(r.unanswered == SIZE_MAX || r.unanswered == 0);
			if (d == DO_CUT)
				assert_int_equal(r.unanswered, SIZE_MAX);
			if (r.entry[0].state == ROSTER_ASKED || r.entry[0].state == ROSTER_ENDING)
				assert_int_equal(r.unanswered, 0);
		}
}

/* ---- stories ---- */

/* One at a time, each in the turn of the answer before (S1, S2). */
static void test_by_answer(void **state)
{
	(void)state;
	add_many(41);
	for (size_t i = 0; i < 41; i++) {
		char expected[16];

		snprintf(expected, sizeof expected, "+S%zu", i);
		assert_string_equal(sent(), expected);
		assert_string_equal(sent(), "");
		assert_int_equal(roster_due(&r), now + 5 * SEC);
		assert_true(answer(i, FEED_SUBSCRIBED));
		assert_int_equal(roster_take_news(&r), i);
		assert_int_equal(roster_take_news(&r), SIZE_MAX);
	}
	assert_string_equal(sent(), "");
	assert_int_equal(roster_due(&r), CLOCK_NEVER);
	assert_int_equal(roster_count(&r, ROSTER_ACTIVE), 41);
}

/* The states after each ending are of a fixed set, and leave nothing (S9). */
static void test_no_answer(void **state)
{
	(void)state;
	add_many(2);
	for (int i = 0; i < 3; i++) {
		assert_string_equal(sent(), "+S0");
		if (i == 1) /* S1 came before this second try */
			expect_state(1, ROSTER_ACTIVE);
		roster_time_out(&r, now + 5 * SEC - 1);
		expect_state(0, ROSTER_ASKED);
		now += 5 * SEC;
		roster_time_out(&r, now);
		assert_int_equal(r.unanswered, SIZE_MAX);
		if (i > 0)
			continue;
		/* Nobody waits for its three tries. */
		assert_string_equal(sent(), "+S1");
		assert_true(answer(1, FEED_SUBSCRIBED));
		assert_int_equal(roster_take_news(&r), 1);
	}
	expect_state(0, ROSTER_REFUSED);
	assert_int_equal(r.entry[0].err.kind, ERR_TIMEOUT);
	assert_string_equal(r.entry[0].answer.msg_cd, "");
	assert_int_equal(roster_take_news(&r), 0);
	assert_string_equal(sent(), "");
	/* Late is better than never. */
	assert_true(answer(0, FEED_SUBSCRIBED));
	expect_state(0, ROSTER_ACTIVE);
	/* Another line is another chance. */
	roster_cut(&r);
	expect_state(0, ROSTER_WANTED);
	assert_string_equal(sent(), "+S0");
}

static void test_trouble(void **state)
{
	(void)state;
	add_many(2);
	for (int i = 0; i < 3; i++) {
		assert_string_equal(sent(), "+S0");
		assert_true(answer(0, FEED_TRY_AGAIN));
		if (i == 2)
			break;
		expect_state(0, ROSTER_WANTED);
		/* After a complaint a pause, then the others, then it again. */
		assert_int_equal(roster_due(&r), i ? now + SEC : now + 100 * MS);
		assert_string_equal(sent(), "");
		now += 100 * MS;
		assert_string_equal(sent(), i ? "" : "+S1");
		answer(1, FEED_SUBSCRIBED);
		now += 900 * MS;
	}
	expect_state(0, ROSTER_REFUSED);
	assert_int_equal(r.entry[0].err.kind, ERR_SERVER);
	assert_string_equal(r.entry[0].answer.msg_cd, "CODE");
	roster_cut(&r);
	expect_state(0, ROSTER_WANTED);
	expect_state(1, ROSTER_WANTED);
	assert_int_equal(roster_due(&r), 0); /* the pause was that line's */
	assert_string_equal(sent(), "+S0");
	answer(0, FEED_SUBSCRIBED);
	assert_string_equal(sent(), "+S1");
}

/* Full at 3: nobody is asked for any more, not even after a reconnect. */
static void test_full(void **state)
{
	(void)state;
	add_many(8);
	for (size_t i = 0; i < 3; i++) {
		sent();
		answer(i, FEED_SUBSCRIBED);
	}
	assert_string_equal(sent(), "+S3");
	answer(3, FEED_FULL);
	assert_int_equal(r.limit, 3);
	assert_int_equal(roster_count(&r, ROSTER_REFUSED), 5);
	assert_int_equal(r.entry[7].err.kind, ERR_LIMIT);
	assert_string_equal(sent(), "");
	assert_int_equal(roster_due(&r), CLOCK_NEVER);
	roster_cut(&r);
	for (size_t i = 0; i < 3; i++) {
		assert_true(sent()[0] == '+');
		answer(i, FEED_SUBSCRIBED);
	}
	assert_string_equal(sent(), "");
	/* Who leaves makes room for the first that was turned away. */
	roster_want(&r, 1, false, now);
	assert_string_equal(sent(), "-S1");
	assert_string_equal(sent(), "");
	answer(1, FEED_UNSUBSCRIBED);
	expect_state(1, ROSTER_GONE);
	assert_string_equal(sent(), "+S3");
	assert_string_equal(sent(), "");
	answer(3, FEED_SUBSCRIBED);
	assert_string_equal(sent(), "");
}

static void test_full_from_the_start(void **state)
{
	(void)state;
	add_many(3);
	sent();
	answer(0, FEED_FULL);
	assert_int_equal(r.limit, 0);
	assert_int_equal(roster_count(&r, ROSTER_REFUSED), 3);
	assert_string_equal(sent(), "");
}

/* More than the session takes, as far as known, are not even tried. */
static void test_guess(void **state)
{
	(void)state;
	r.limit = 2;
	add_many(3);
	sent();
	answer(0, FEED_SUBSCRIBED);
	sent();
	answer(1, FEED_SUBSCRIBED);
	assert_string_equal(sent(), "");
	assert_int_equal(roster_due(&r), CLOCK_NEVER);
	expect_state(2, ROSTER_WANTED);
}

/* Places are counted as long as they may be taken; one's own is no hindrance. */
static void test_places(void **state)
{
	(void)state;
	r.limit = 1;
	add_many(2);
	assert_string_equal(sent(), "+S0");
	now += 5 * SEC;
	roster_time_out(&r, now);
	assert_string_equal(sent(), "+S0");
	answer(0, FEED_REFUSED);
	/* Who trades is in, asked or not. */
	assert_true(trade("S1"));
	add("S2");
	assert_string_equal(sent(), "");
	assert_int_equal(roster_due(&r), CLOCK_NEVER);
}

/* A trade before the answer counts; the answer is waited for all the same. */
static void test_trade_first(void **state)
{
	(void)state;
	add_many(2);
	sent();
	assert_true(trade("S0"));
	expect_state(0, ROSTER_ACTIVE);
	assert_string_equal(sent(), "");
	answer(0, FEED_SUBSCRIBED);
	assert_string_equal(sent(), "+S1");
	/* And where it never comes, the trades stay. */
	assert_true(trade("S1"));
	now += 5 * SEC;
	roster_time_out(&r, now);
	expect_state(1, ROSTER_ACTIVE);
	assert_string_equal(sent(), "");
}

static void test_found(void **state)
{
	bool is_leaving;

	(void)state;
	add("AB");
	add("ABC");
	assert_true(trade("AB"));
	assert_true(trade("ABC"));
	assert_false(trade("A"));
	assert_false(trade(""));
	assert_false(trade("ABCD"));
	assert_false(trade("a key that is longer than any"));
	assert_int_equal(roster_find(&r, "BOOK", "AB", 2, &is_leaving), SIZE_MAX);
	assert_false(is_leaving);
	assert_int_equal(roster_find(&r, "TRADE", "ABCxyz", 3, &is_leaving), 1);
	roster_want(&r, 1, false, now);
	assert_int_equal(roster_find(&r, "TRADE", "ABC", 3, &is_leaving), SIZE_MAX);
	assert_true(is_leaving);
	roster_cut(&r);
	assert_int_equal(roster_find(&r, "TRADE", "ABC", 3, &is_leaving), SIZE_MAX);
	assert_false(is_leaving);
}

/* Answers without a symbol are to what was asked; those to nobody are told. */
static void test_strays(void **state)
{
	struct feed_message alien = { .kind = FEED_ANSWER, .answer = FEED_SUBSCRIBED,
				      .address = { "TRADE", "XX" } };

	(void)state;
	add_many(2);
	assert_false(answer(SIZE_MAX, FEED_REFUSED));
	assert_false(roster_answer(&r, &alien, now));
	sent();
	assert_false(roster_answer(&r, &alien, now));
	expect_state(0, ROSTER_ASKED);
	assert_true(answer(SIZE_MAX, FEED_REFUSED));
	expect_state(0, ROSTER_REFUSED);
	assert_int_equal(r.entry[0].err.kind, ERR_INPUT);
	assert_string_equal(sent(), "+S1");
	/* Twice the same answer changes nothing. */
	assert_true(answer(1, FEED_SUBSCRIBED));
	assert_true(answer(1, FEED_SUBSCRIBED));
	assert_true(answer(1, FEED_REFUSED));
	expect_state(1, ROSTER_ACTIVE);
}

/* A list that changes back and forth while answers are on their way. */
static void test_second_thoughts(void **state)
{
	(void)state;
	add_many(1);
	sent();
	roster_want(&r, 0, false, now);
	expect_state(0, ROSTER_ASKED_OFF);
	assert_string_equal(sent(), "");
	answer(0, FEED_SUBSCRIBED);
	assert_string_equal(sent(), "-S0");
	roster_want(&r, 0, true, now);
	expect_state(0, ROSTER_CALLED_BACK);
	/* The late answer to the first is none to the second. */
	answer(0, FEED_SUBSCRIBED);
	assert_int_equal(r.unanswered, 0);
	answer(0, FEED_UNSUBSCRIBED);
	expect_state(0, ROSTER_WANTED);
	assert_string_equal(sent(), "+S0");
	answer(0, FEED_UNSUBSCRIBED);
	expect_state(0, ROSTER_ASKED);
	assert_int_equal(r.unanswered, 0);
	answer(0, FEED_SUBSCRIBED);
	expect_state(0, ROSTER_ACTIVE);
}

/* Called back after an unregistration, or a registration, that nobody answered:
 * it is registered anew, for it may not be in. */
static void test_doubt(void **state)
{
	(void)state;
	add_many(1);
	sent();
	answer(0, FEED_SUBSCRIBED);
	roster_want(&r, 0, false, now);
	assert_string_equal(sent(), "-S0");
	now += 5 * SEC;
	roster_time_out(&r, now);
	expect_state(0, ROSTER_LEAVING);
	roster_want(&r, 0, true, now);
	assert_string_equal(sent(), "+S0");
	roster_want(&r, 0, false, now);
	now += 5 * SEC;
	roster_time_out(&r, now);
	expect_state(0, ROSTER_LEAVING);
	roster_want(&r, 0, true, now);
	assert_string_equal(sent(), "+S0");
	answer(0, FEED_SUBSCRIBED);
	roster_want(&r, 0, false, now);
	roster_want(&r, 0, true, now);
	expect_state(0, ROSTER_ACTIVE);
}

static uint32_t draw(uint64_t *x)
{
	*x ^= *x << 13, *x ^= *x >> 7, *x ^= *x << 17;
	return (uint32_t)(*x >> 16);
}

/* A broker by lot: loses, delays, doubles and invents answers, has room for few,
 * is cut off; the list changes all the time. Never are two unanswered, never
 * more registered than there is room for, and in quiet all comes to rest. */
static void test_by_lot(void **state)
{
	enum { SYMBOLS = 12 };
	uint64_t x = 88172645463325252U;

	for (int round = 0; round < 300; round++) {
		bool wanted[SYMBOLS], held[SYMBOLS] = { false };
		size_t room = 3 + draw(&x) % 12, asked = SIZE_MAX, held_count = 0;
		bool asked_on = false, has_full = false;

		tear_down(state);
		set_up(state);
		add_many(SYMBOLS);
		memset(wanted, true, sizeof wanted);
		for (int turn = 0; turn < 2000; turn++) {
			bool is_quiet = turn >= 1500;
			size_t index, who;
			bool on;

			now += draw(&x) % (is_quiet ? 2000 : 400) * MS;
			roster_time_out(&r, now);
			if (r.unanswered == SIZE_MAX)
				asked = SIZE_MAX;
			if (roster_next(&r, now, &index, &on)) {
				assert_int_equal(asked, SIZE_MAX);
				assert_true(!on || held[index] || held_count < r.limit);
				assert_true(!on || !has_full || held[index] || held_count < room);
				asked = index;
				asked_on = on;
			}
			who = draw(&x) % SYMBOLS;
			switch (is_quiet ? draw(&x) % 3 : draw(&x) % 12) {
			case 0:
			case 1:
			case 2:
				if (asked == SIZE_MAX)
					break;
				if (asked_on && !held[asked] && held_count == room) {
					has_full = true;
					answer(asked, FEED_FULL);
				} else {
					held_count += asked_on && !held[asked];
					held_count -= !asked_on && held[asked];
					held[asked] = asked_on;
					answer(asked, asked_on ? FEED_SUBSCRIBED
							       : FEED_UNSUBSCRIBED);
				}
				asked = SIZE_MAX;
				break;
			case 3: /* done, but the answer is lost */
				if (asked != SIZE_MAX && !asked_on && held[asked]) {
					held[asked] = false;
					held_count--;
				}
				break;
			case 4:
				if (asked != SIZE_MAX)
					answer(asked, FEED_TRY_AGAIN);
				asked = r.unanswered;
				break;
			case 5:
				if (held[who] && wanted[who])
					answer(who, FEED_SUBSCRIBED);
				asked = r.unanswered;
				break;
			case 6:
				if (held[who])
					trade(r.entry[who].address.key);
				break;
			case 7:
				if (draw(&x) % 8)
					break;
				roster_cut(&r);
				memset(held, false, sizeof held);
				held_count = 0;
				asked = SIZE_MAX;
				break;
			case 8:
				wanted[who] = draw(&x) % 2;
				roster_want(&r, who, wanted[who], now);
				break;
			default:
				break;
			}
			assert_true(held_count <= room);
		}
		/* Places that may be taken; some answers were lost for ever. */
		held_count = 0;
		for (size_t i = 0; i < SYMBOLS; i++)
			held_count += r.entry[i].may_hold;
		for (size_t i = 0; i < SYMBOLS; i++)
			assert_true(wanted[i] ? r.entry[i].state == ROSTER_ACTIVE ||
							r.entry[i].state == ROSTER_REFUSED ||
							held_count >= r.limit
					      : r.entry[i].state == ROSTER_GONE);
	}
}

static void test_not_read_yet(void **state)
{
	(void)state;
	add_many(1);
	roster_wait_on(&r, now); /* nothing is waited for */
	assert_string_equal(sent(), "+S0");
	roster_wait_on(&r, now);
	assert_true(roster_due(&r) == now + 5 * SEC);
	for (int i = 0; i < 20; i++) {
		now += SEC;
		roster_wait_on(&r, now);
		roster_time_out(&r, now);
		expect_state(0, ROSTER_ASKED);
	}
	now += SEC - 1;
	roster_time_out(&r, now);
	expect_state(0, ROSTER_ASKED);
	now++;
	roster_time_out(&r, now);
	assert_string_equal(sent(), "+S0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(test_every_cell), TEST(test_by_answer),	   TEST(test_no_answer),
		TEST(test_trouble),    TEST(test_full),		   TEST(test_full_from_the_start),
		TEST(test_guess),      TEST(test_places), TEST(test_trade_first),	   TEST(test_found),
		TEST(test_strays),     TEST(test_second_thoughts), TEST(test_doubt), TEST(test_by_lot),
		TEST(test_not_read_yet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
