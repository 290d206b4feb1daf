/* SPDX-License-Identifier: MIT */
#include "stream/roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum {
	TRIES_MAX = 3,  /* of one registration on one line */
	ANSWER_SEC = 5, /* answers come within a round trip */
	AGAIN_SEC = 1,  /* after the broker's own trouble */
	READ_SEC = 1,   /* for what has come and is not read */
	PAUSE_MS = 100  /* between registrations from then on */
};

#define NOBODY SIZE_MAX

/* clang-format off */
enum { GONE = ROSTER_GONE, WANT = ROSTER_WANTED, ASKD = ROSTER_ASKED, ACTV = ROSTER_ACTIVE,
       REFD = ROSTER_REFUSED, LEAV = ROSTER_LEAVING, ENDG = ROSTER_ENDING,
       AOFF = ROSTER_ASKED_OFF, CALB = ROSTER_CALLED_BACK };

static const uint8_t next_state[ROSTER_EVENTS][ROSTER_STATES] = {
	/* from:           GONE  WANT  ASKD  ACTV  REFD  LEAV  ENDG  AOFF  CALB */
	[ROSTER_ADD] =   { WANT, WANT, ASKD, ACTV, REFD, ACTV, CALB, ASKD, CALB },
	[ROSTER_DOUBT] = { WANT, WANT, ASKD, ACTV, REFD, WANT, CALB, ASKD, CALB },
	[ROSTER_DROP] =  { GONE, GONE, AOFF, LEAV, GONE, LEAV, ENDG, AOFF, ENDG },
	[ROSTER_SEND] =  { GONE, ASKD, ASKD, ACTV, REFD, ENDG, ENDG, AOFF, CALB },
	[ROSTER_IN] =    { GONE, ACTV, ACTV, ACTV, ACTV, LEAV, ENDG, LEAV, CALB },
	[ROSTER_OUT] =   { GONE, WANT, ASKD, ACTV, REFD, LEAV, GONE, AOFF, WANT },
	[ROSTER_BACK] =  { GONE, WANT, WANT, ACTV, REFD, LEAV, LEAV, LEAV, WANT },
	[ROSTER_NO] =    { GONE, REFD, REFD, ACTV, REFD, LEAV, GONE, GONE, WANT },
	[ROSTER_DATA] =  { GONE, ACTV, ACTV, ACTV, ACTV, LEAV, ENDG, AOFF, CALB },
	[ROSTER_CUT] =   { GONE, WANT, WANT, WANT, REFD, GONE, GONE, GONE, WANT },
	[ROSTER_ROOM] =  { GONE, WANT, ASKD, ACTV, WANT, LEAV, ENDG, AOFF, CALB },
};
/* clang-format on */

void roster_init(struct roster *r, size_t limit_guess)
{
	*r = (struct roster){ .limit = limit_guess,
			      .unanswered = NOBODY,
			      .answer_due_ns = CLOCK_NEVER };
}

void roster_release(struct roster *r)
{
	free(r->entry);
	r->entry = NULL;
}

static void step(struct roster_entry *e, enum roster_event event)
{
	enum roster_state was = e->state;

	e->state = next_state[event][was];
	if (event == ROSTER_BACK)
		e->is_doubtful = true;
	else if (event >= ROSTER_IN)
		e->is_doubtful = false;
	if (e->state == was)
		return;
	e->may_hold |= e->state == ROSTER_ACTIVE;
	if (e->state == ROSTER_ACTIVE || e->state == ROSTER_REFUSED ||
	    e->state == ROSTER_GONE)
		e->has_news = true;
	/* A new try of the same thing is none of the first. */
	if (event != ROSTER_BACK && event != ROSTER_SEND)
		e->tries = 0;
}

int roster_add(struct roster *r, const struct feed_address *address,
	       size_t *index, struct err *err)
{
	void *grown = err_grow(r->entry, r->count, &r->capacity,
			       sizeof *r->entry, err);

	if (!grown)
		return -1;
	r->entry = grown;
	*index = r->count;
	r->entry[r->count++] = (struct roster_entry){ .address = *address,
						      .state = ROSTER_WANTED };
	return 0;
}

void roster_want(struct roster *r, size_t index, bool is_wanted, int64_t now_ns)
{
	struct roster_entry *e = &r->entry[index];

	require(index < r->count);
	e->due_ns = now_ns;
	step(e, !is_wanted       ? ROSTER_DROP
		: e->is_doubtful ? ROSTER_DOUBT
				 : ROSTER_ADD);
}

size_t roster_count(const struct roster *r, enum roster_state state)
{
	size_t count = 0;

	for (size_t i = 0; i < r->count; i++)
		count += r->entry[i].state == state;
	return count;
}

/* Places of the session that are taken, as far as the broker has told. */
static size_t count_taken(const struct roster *r)
{
	size_t count = 0;

	for (size_t i = 0; i < r->count; i++)
		count += r->entry[i].may_hold;
	return count;
}

/* ---- what is sent ---- */

/* Whether it waits for something to be sent that may be sent. taken counts its
 * own place, if it may have one. */
static bool is_sendable(const struct roster *r, const struct roster_entry *e,
			size_t taken)
{
	return e->state == ROSTER_LEAVING ||
	       (e->state == ROSTER_WANTED && taken - e->may_hold < r->limit);
}

/* The first in the state whose time has come, of those that were tried least: one
 * that is not answered keeps nobody else waiting for all of its tries. */
static size_t find_due(const struct roster *r, enum roster_state state,
		       size_t taken, int64_t now_ns)
{
	size_t found = NOBODY;

	for (size_t i = 0; i < r->count; i++)
		if (r->entry[i].state == state &&
		    r->entry[i].due_ns <= now_ns &&
		    is_sendable(r, &r->entry[i], taken) &&
		    (found == NOBODY ||
		     r->entry[i].tries < r->entry[found].tries))
			found = i;
	return found;
}

bool roster_next(struct roster *r, int64_t now_ns, size_t *index,
		 bool *is_wanted)
{
	size_t taken = count_taken(r);
	struct roster_entry *e;

	if (r->unanswered != NOBODY || now_ns < r->pause_until_ns)
		return false;
	*index = find_due(r, ROSTER_LEAVING, taken, now_ns);
	*is_wanted = *index == NOBODY;
	if (*is_wanted)
		*index = find_due(r, ROSTER_WANTED, taken, now_ns);
	if (*index == NOBODY)
		return false;
	e = &r->entry[*index];
	e->may_hold = true;
	e->tries++;
	step(e, ROSTER_SEND);
	r->unanswered = *index;
	r->answer_due_ns = now_ns + ANSWER_SEC * NS_PER_SEC;
	return true;
}

int64_t roster_due(const struct roster *r)
{
	size_t taken = count_taken(r);
	int64_t due = CLOCK_NEVER;

	if (r->unanswered != NOBODY)
		return r->answer_due_ns;
	for (size_t i = 0; i < r->count; i++)
		if (is_sendable(r, &r->entry[i], taken) &&
		    r->entry[i].due_ns < due)
			due = r->entry[i].due_ns;
	return later(due, r->pause_until_ns);
}

/* ---- what is answered ---- */

static void settle(struct roster *r)
{
	r->unanswered = NOBODY;
	r->answer_due_ns = CLOCK_NEVER;
}

/* Once the broker complained, it is given time. */
static void take_pause(struct roster *r, int64_t now_ns)
{
	if (r->unanswered == NOBODY && r->is_slow)
		r->pause_until_ns = now_ns + PAUSE_MS * NS_PER_MS;
}

static bool is_ending(const struct roster_entry *e)
{
	return e->state == ROSTER_ENDING || e->state == ROSTER_CALLED_BACK;
}

static void refuse(struct roster_entry *e, enum err_kind kind, const char *why,
		   const struct feed_message *answer)
{
	err_set(&e->err, kind, "%s", why);
	if (answer)
		e->answer = *answer;
	else
		memset(&e->answer, 0, sizeof e->answer);
	step(e, ROSTER_NO);
}

/* What another line may bring. */
static bool is_passing(const struct roster_entry *e)
{
	return e->err.kind == ERR_TIMEOUT || e->err.kind == ERR_SERVER;
}

/* Once more, or not at all. */
static void put_back(struct roster *r, struct roster_entry *e,
		     enum err_kind kind, const char *why,
		     const struct feed_message *answer, int64_t due_ns)
{
	r->is_slow |= answer != NULL;
	if (e->tries >= TRIES_MAX) {
		refuse(e, kind, why, answer);
		return;
	}
	e->due_ns = due_ns;
	step(e, ROSTER_BACK);
}

static bool is_surely_in(const struct roster_entry *e)
{
	return e->state == ROSTER_ACTIVE ||
	       (e->state == ROSTER_LEAVING && !e->is_doubtful);
}

/* The session is full: it takes as many as it has, and nobody asks for more. */
static void fill_up(struct roster *r, struct roster_entry *e,
		    const struct feed_message *answer)
{
	static const char why[] = "the session takes no more symbols";

	refuse(e, ERR_LIMIT, why, answer);
	r->limit = 0;
	for (size_t i = 0; i < r->count; i++)
		r->limit += is_surely_in(&r->entry[i]);
	for (size_t i = 0; i < r->count; i++)
		if (r->entry[i].state == ROSTER_WANTED)
			refuse(&r->entry[i], ERR_LIMIT, why, answer);
}

/* A place became free: the first that found none has it. */
static void offer_room(struct roster *r)
{
	size_t taken = count_taken(r) + roster_count(r, ROSTER_WANTED);

	for (size_t i = 0; i < r->count && taken < r->limit; i++) {
		struct roster_entry *e = &r->entry[i];

		if (e->state == ROSTER_REFUSED && e->err.kind == ERR_LIMIT) {
			step(e, ROSTER_ROOM);
			taken++;
		}
	}
}

/* Whether it answers what was asked for the symbol, rather than something asked
 * before. */
static bool is_to_the_point(const struct roster_entry *e,
			    enum feed_answer answer)
{
	if (answer == FEED_SUBSCRIBED)
		return !is_ending(e);
	if (answer == FEED_UNSUBSCRIBED)
		return is_ending(e);
	return true;
}

static size_t find_address(const struct roster *r, const struct feed_address *a)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->entry[i].address.key, a->key) == 0 &&
		    strcmp(r->entry[i].address.channel, a->channel) == 0)
			return i;
	return NOBODY;
}

/* Whether the answer says that the symbol has no place of the session. */
static bool denies_place(const struct roster_entry *e, enum feed_answer answer)
{
	if (is_ending(e))
		return answer == FEED_UNSUBSCRIBED || answer == FEED_DONE;
	return (answer == FEED_FULL || answer == FEED_REFUSED) &&
	       e->state != ROSTER_ACTIVE && e->state != ROSTER_LEAVING;
}

static void apply(struct roster *r, struct roster_entry *e,
		  const struct feed_message *m, int64_t now_ns)
{
	if (denies_place(e, m->answer))
		e->may_hold = false;
	switch (m->answer) {
	case FEED_SUBSCRIBED:
		step(e, ROSTER_IN);
		break;
	case FEED_UNSUBSCRIBED:
		step(e, ROSTER_OUT);
		break;
	case FEED_DONE:
		step(e, is_ending(e) ? ROSTER_OUT : ROSTER_IN);
		break;
	case FEED_TRY_AGAIN:
		put_back(r, e, ERR_SERVER, "the broker has trouble", m,
			 now_ns + AGAIN_SEC * NS_PER_SEC);
		break;
	case FEED_FULL:
		fill_up(r, e, m);
		break;
	case FEED_REFUSED:
		refuse(e, ERR_INPUT, "the broker refuses it", m);
		break;
	case FEED_KEY_DEAD:
	case FEED_BUSY:
		break;
	}
}

bool roster_answer(struct roster *r, const struct feed_message *answer,
		   int64_t now_ns)
{
	size_t index = find_address(r, &answer->address);

	/* What names no symbol is said of what was asked last. */
	if (index == NOBODY && !answer->address.key[0])
		index = r->unanswered;
	if (index == NOBODY)
		return false;
	if (index == r->unanswered &&
	    is_to_the_point(&r->entry[index], answer->answer))
		settle(r);
	apply(r, &r->entry[index], answer, now_ns);
	offer_room(r);
	take_pause(r, now_ns);
	return true;
}

void roster_wait_on(struct roster *r, int64_t now_ns)
{
	int64_t least = now_ns + READ_SEC * NS_PER_SEC;

	if (r->unanswered != NOBODY && r->answer_due_ns < least)
		r->answer_due_ns = least;
}

void roster_time_out(struct roster *r, int64_t now_ns)
{
	struct roster_entry *e;

	if (r->unanswered == NOBODY || now_ns < r->answer_due_ns)
		return;
	e = &r->entry[r->unanswered];
	settle(r);
	put_back(r, e, ERR_TIMEOUT, "the broker does not answer", NULL, now_ns);
	offer_room(r);
	take_pause(r, now_ns);
}

static bool has_key(const struct roster_entry *e, const char *channel,
		    const char *key, size_t key_len)
{
	const char *own = e->address.key;

	/* The last character tells most of a list apart. */
	return key_len > 0 && own[key_len - 1] == key[key_len - 1] &&
	       own[key_len] == '\0' && memcmp(own, key, key_len) == 0 &&
	       strcmp(e->address.channel, channel) == 0;
}

size_t roster_find(struct roster *r, const char *channel, const char *key,
		   size_t key_len, bool *is_leaving)
{
	struct roster_entry *e;
	size_t i = r->last_found, left = r->count;

	*is_leaving = false;
	if (key_len >= FEED_KEY_BYTES)
		return NOBODY;
	for (; left > 0; left--, i = i + 1 < r->count ? i + 1 : 0)
		if (has_key(&r->entry[i], channel, key, key_len))
			break;
	if (left == 0)
		return NOBODY;
	r->last_found = i;
	e = &r->entry[i];
	step(e, ROSTER_DATA);
	*is_leaving = e->state != ROSTER_ACTIVE && e->state != ROSTER_GONE;
	return e->state == ROSTER_ACTIVE ? i : NOBODY;
}

void roster_cut(struct roster *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct roster_entry *e = &r->entry[i];

		step(e, e->state == ROSTER_REFUSED && is_passing(e)
				? ROSTER_ROOM
				: ROSTER_CUT);
		e->may_hold = false;
		e->tries = 0;
		e->due_ns = 0;
	}
	settle(r);
	r->pause_until_ns = 0;
	r->is_slow = false;
}

size_t roster_take_news(struct roster *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->entry[i].has_news) {
			r->entry[i].has_news = false;
			return i;
		}
	return NOBODY;
}
