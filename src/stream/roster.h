/* SPDX-License-Identifier: MIT */
/* roster.h: who is followed: each symbol's registration, from wish to answer.
 * Layer stream; uses base, provider/feed.
 *
 *	GONE -> WANTED -> ASKED -> ACTIVE -> LEAVING -> ENDING -> GONE
 *	                    |
 *	                    +----> REFUSED
 *
 * At most one registration is unanswered, so the answers are the clock: the
 * next one goes out in the turn in which an answer came, and nothing sleeps.
 * Nothing is asked twice on one line, but after the broker's own trouble or no
 * answer at all, and then twice more. Who is told that the session is full
 * asks for no other: how many it takes is learned, not known.
 *
 * Pure; times are parameters. A symbol's index is its place for good: it is
 * what ticks carry. */
#ifndef STREAM_ROSTER_H
#define STREAM_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "provider/feed.h"

enum roster_state {
	ROSTER_GONE,   /* not in the list, or no longer */
	ROSTER_WANTED, /* to be registered */
	ROSTER_ASKED,  /* its registration is unanswered */
	ROSTER_ACTIVE,
	ROSTER_REFUSED,
	ROSTER_LEAVING,     /* to be unregistered */
	ROSTER_ENDING,      /* that is unanswered */
	ROSTER_ASKED_OFF,   /* ASKED, and taken from the list since */
	ROSTER_CALLED_BACK, /* ENDING, and put into the list again */
	ROSTER_STATES
};

enum roster_event {
	ROSTER_ADD,   /* it is put into the list, */
	ROSTER_DOUBT, /* the same, when it may or may not be registered, */
	ROSTER_DROP,  /* taken from it */
	ROSTER_SEND,  /* what is due for it goes out */
	ROSTER_IN,    /* the broker: registered */
	ROSTER_OUT,   /* the broker: not, or no longer, registered */
	ROSTER_BACK,  /* no use: once more */
	ROSTER_NO,    /* no use: for good */
	ROSTER_DATA,  /* a trade of it came */
	ROSTER_CUT,   /* the line is gone, and every registration with it */
	ROSTER_ROOM,  /* a place is free again */
	ROSTER_EVENTS
};

struct roster_entry {
	struct feed_address address;
	enum roster_state state;
	bool has_news; /* for roster_take_news */
	bool may_hold; /* a place of the session: it was asked for on this line,
			  and the broker has not said no */
	bool is_doubtful;           /* what was asked last was not answered */
	uint8_t tries;              /* of what is being tried */
	int64_t due_ns;             /* not before */
	struct err err;             /* when REFUSED */
	struct feed_message answer; /* when REFUSED by the broker's word */
};

struct roster {
	struct roster_entry *entry; /* owned */
	size_t count, capacity;
	size_t limit;      /* registrations that the session takes, as known */
	size_t unanswered; /* whose; SIZE_MAX: none is */
	size_t last_found; /* by roster_find: the next one is likely there */
	int64_t answer_due_ns;
	int64_t pause_until_ns; /* after the broker complained */
	bool is_slow;           /* it did, on this line */
};

void roster_init(struct roster *r, size_t limit_guess);
void roster_release(struct roster *r);

/* Adds a symbol, WANTED. *index is its place. Errors: SYSTEM (memory). */
MUST_CHECK int roster_add(struct roster *r, const struct feed_address *address,
			  size_t *index, struct err *err);

/* The list has the symbol, or no longer has it. */
void roster_want(struct roster *r, size_t index, bool is_wanted,
		 int64_t now_ns);

/* Takes the registration that is due next: the caller sends it now. Returns
 * false when there is none for now. What leaves goes before what comes. */
bool roster_next(struct roster *r, int64_t now_ns, size_t *index,
		 bool *is_wanted);

/* When roster_next or roster_time_out should be asked again; CLOCK_NEVER. */
int64_t roster_due(const struct roster *r);

/* Takes the broker's answer to a registration. Returns false when it is for no
 * symbol of ours. FEED_BUSY and FEED_KEY_DEAD are the line's, not for here. */
bool roster_answer(struct roster *r, const struct feed_message *answer,
		   int64_t now_ns);

/* What came is not read to its end: the answer may stand in it, and has another
 * second. */
void roster_wait_on(struct roster *r, int64_t now_ns);

/* Gives up waiting for an answer whose time has come. */
void roster_time_out(struct roster *r, int64_t now_ns);

/* Whose trade this is; SIZE_MAX: nobody's, or of one who leaves (*is_leaving).
 * A trade makes a symbol active, whatever became of the answer. */
size_t roster_find(struct roster *r, const char *channel, const char *key,
		   size_t key_len, bool *is_leaving);

/* The line is gone: all begin anew but those refused for what they are. */
void roster_cut(struct roster *r);

/* Takes the next symbol that became ACTIVE, REFUSED or GONE and was not told
 * yet; SIZE_MAX: none. */
size_t roster_take_news(struct roster *r);

/* How many are in a state. */
size_t roster_count(const struct roster *r, enum roster_state state);

#endif
