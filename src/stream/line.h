/* SPDX-License-Identifier: MIT */
/* line.h: the life of the one line to the broker, as a table.
 * Layer stream; uses base, reopen.
 *
 *	DOWN --> KEY --> OPENING --> LIVE <--> PROBE
 *	          ^         |          |         |      lost, held, refused
 *	          +------ WAITING <----+---------+
 *	any --> CLOSING (a close frame is on its way) --> DONE
 *
 * Pure: an event and the time in, an action out. Who drives it does what the
 * action says, tells how it went as the next event, and calls with LINE_TIMER
 * when due_ns has come. Whenever the state is none of LIVE, PROBE, CLOSING, no
 * connection is open: the driver closes what was.
 *
 * Silence is told from a closed market by the line itself: a broker that sends
 * heartbeats is asked after stale_ns of silence whether it lives, one of whom
 * none was heard yet after three times as long. */
#ifndef STREAM_LINE_H
#define STREAM_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "stream/reopen.h"

enum line_state {
	LINE_DOWN,
	LINE_KEY,     /* the approval key is being got */
	LINE_OPENING, /* connecting and shaking hands */
	LINE_LIVE,
	LINE_PROBE,   /* silent: asked whether it lives */
	LINE_WAITING, /* until it may be opened again */
	LINE_CLOSING,
	LINE_DONE,
	LINE_STATES
};

enum line_event {
	LINE_START,
	LINE_KEY_GOT,
	LINE_KEY_FAILED, /* err */
	LINE_OPENED,
	LINE_OPEN_FAILED, /* err, was_reached */
	LINE_HEARD,       /* any frame; is_heartbeat */
	LINE_ACCEPTED,    /* a registration was: the key is good */
	LINE_BUSY,        /* another session has the place; err */
	LINE_KEY_DEAD,    /* the broker says so; err */
	LINE_LOST,        /* closed, cut or violated; err, is_policy */
	LINE_TIMER,
	LINE_STOP,
	LINE_EVENTS
};

enum line_action {
	LINE_NOTHING,
	LINE_GET_KEY,   /* the one there is, or a new one */
	LINE_RENEW_KEY, /* that one is dead: a new one */
	LINE_OPEN,
	LINE_PING,
	LINE_CLOSE, /* send a close frame, wait for the peer's */
	LINE_END    /* all is over; err tells why, if it has a message */
};

/* What belongs to an event. */
struct line_news {
	const struct err *err; /* why, where the event wants it */
	uint32_t random;       /* any 32 bits, where a wait may follow */
	bool was_reached;
	bool is_heartbeat;
	bool is_policy; /* closed for what we did (1008) */
};

struct line {
	enum line_state state;
	int64_t due_ns; /* when LINE_TIMER is due; CLOCK_NEVER: never */
	int64_t stale_ns; /* c: silence before a broker with heartbeats is asked */
	int64_t live_since_ns, heard_ns;
	bool has_heartbeat; /* on this line */
	bool needs_new_key;
	int keys_refused; /* in a row */
	struct reopen reopen;
	struct err err; /* why the line is not up; msg "": it never was */
};

void line_init(struct line *l, int64_t stale_ns);

enum line_action line_take(struct line *l, enum line_event event,
			   const struct line_news *news, int64_t now_ns);

/* Whether a connection is open. */
bool line_is_open(const struct line *l);

#endif
