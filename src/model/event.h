/* SPDX-License-Identifier: MIT */
/* event.h: what became of a stream, beside its trades.
 * Layer model; uses base.
 *
 * A plain value, as a tick is: it takes the same way through the same queue, so
 * that it is told between the trades between which it happened. */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum event_type {
	EVENT_CONNECTING,
	EVENT_CONNECTED,
	EVENT_FOLLOWED,   /* symbol: its trades come; not told, but with -v */
	EVENT_SUBSCRIBED, /* all are settled: count of total are followed */
	EVENT_REFUSED,    /* symbol; kind, and the broker's words */
	EVENT_SNAPSHOT,   /* count of total symbols have one */
	EVENT_GAP,        /* symbol: count trades were missed (count_volume) */
	EVENT_UNREADABLE, /* the first of its kind on a line; text: why */
	EVENT_STALE,      /* silent: asked whether it lives */
	EVENT_RESUMED,    /* it does */
	EVENT_RECONNECTING,  /* lost: text says why; attempt, delay_ms */
	EVENT_HELD,          /* another session has the place; delay_ms */
	EVENT_LIMIT,         /* the session takes count symbols, of total */
	EVENT_BLOCKED,       /* so much failed that the broker may block us */
	EVENT_LATE,          /* a round of polls took delay_ms: count points
				were left out */
	EVENT_CLOSED_MARKET, /* the line lives, and nothing is traded */
	EVENT_DONE,          /* the stream has ended; kind and text, if by
				something that went wrong */
	EVENT_TYPES
};

enum {
	EVENT_CODE_BYTES = 16,
	EVENT_TEXT_BYTES = 200,
	EVENT_NO_SYMBOL = UINT32_MAX
};

struct event {
	enum event_type type;
	enum err_kind kind; /* of what is no good news */
	uint32_t symbol;    /* its place in the list; EVENT_NO_SYMBOL */
	int32_t attempt;    /* counted from 1 */
	int64_t at_ms;      /* wall clock */
	int64_t delay_ms;   /* until the next try */
	int64_t count, total;
	int64_t count_volume;
	char rt_cd[EVENT_CODE_BYTES]; /* the broker's verdict, "": none */
	char msg_cd[EVENT_CODE_BYTES];
	char text[EVENT_TEXT_BYTES]; /* fit for a terminal */
};

/* As records show it, "reconnecting". */
const char *event_name(enum event_type type);

/* What a stream came to. */
struct stream_counts {
	size_t sessions, frames, ticks, bad_records, bad_frames, unknown_frames;
	size_t aliens; /* trades and answers of what was never asked for */
	size_t pings, heartbeats, answers, unexplained, reordered, gaps;
	int64_t missed_trades; /* that the broker counted, and did not deliver */
	int64_t uptime_ns;     /* of all sessions */
	int64_t slowest_answer_ns; /* to a heartbeat, from when it could be read */
	int64_t last_message_ms; /* wall clock; 0: none came */
};

#endif
