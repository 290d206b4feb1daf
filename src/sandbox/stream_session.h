/* SPDX-License-Identifier: MIT */
/* stream_session.h: one session of the stream, from the handshake to its end.
 * Sandbox; uses all of the stream's modules. Thread: the connection's own.
 *
 *   stream_session   the loop: wait, read, do what is due, send; what all use
 *   stream_answer    registrations and their acks
 *   stream_feed      trades as they come
 *   stream_beat      heartbeats, pings, and who does not answer
 *   stream_moment    faults that strike once
 *
 * The parts know each other by this struct alone. Each says when it is due
 * next, and does what is due when it is called. */
#ifndef SANDBOX_STREAM_SESSION_H
#define SANDBOX_STREAM_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "sandbox/log.h"
#include "sandbox/registration.h"
#include "sandbox/stream_desk.h"
#include "sandbox/stream_line.h"
#include "sandbox/stream_message.h"
#include "sandbox/tape.h"
#include "sandbox/wire.h"
#include "sandbox/ws_upgrade.h"

/* Where sessions take place, and what all of them share; outlives them. */
struct stream_place {
	struct stream_desk *desk;
	struct tape *tape;
	int log_fd, tape_log_fd; /* -1: none */
};

enum {
	STREAM_PENDING_MAX = 256,
	STREAM_MOMENTS_MAX = 32,
	STREAM_BEATS_MAX = 512, /* unanswered; the oldest are forgotten */
};

/* What has been sent and not been answered, in order. */
struct stream_beats {
	struct {
		uint64_t hash; /* of the text */
		int64_t sent_ns;
	} item[STREAM_BEATS_MAX];
	int count;
};

/* What waits for its time: a wish to be answered, or a text to be sent. */
struct stream_pending {
	int64_t due_ns, order;
	struct stream_wish *wish; /* owned; NULL: send text */
	char *text;               /* owned */
};

struct stream_moment {
	const struct fault_rule *rule;
	bool is_over;
};

struct stream_session {
	const struct stream_place *place;
	const struct stream_rules *rules;
	struct stream_line line;
	int64_t number, opened_ns;
	struct registrations all;
	int64_t closing_ns; /* by then the line is cut; CLOCK_NEVER: it lives */
	const char *end;    /* why it ended */
	int close_code;     /* the client's; -1: it has not said so */

	/* stream_answer */
	struct stream_pending pending[STREAM_PENDING_MAX];
	int pending_count;
	int64_t wishes;
	int64_t unanswered_most;

	/* stream_feed */
	struct buf frame;   /* the one being made */
	struct buf swapped; /* held back, to come after the next one */
	char swapped_key[TICK_KEY_BYTES];
	int64_t swapped_number, swapped_count;
	int64_t glue, glued; /* frames to be held, and held; 0: no matter */
	int last_fed;        /* the place that had the last frame */
	int64_t records, frames;
	bool has_no_trades;

	/* stream_beat */
	struct buf beat; /* the last heartbeat */
	struct stream_beats texts, pings;
	int64_t beat_due_ns, ping_due_ns;
	bool is_quiet; /* neither heartbeats nor trades */
	int64_t beats, beats_answered, slowest_answer_ns;

	/* stream_moment */
	struct stream_moment moment[STREAM_MOMENTS_MAX];
	int moment_count;
	int64_t flood_rate, flood_begun_ns, flood_sent, flood_answered;
};

/* Answers the handshake and serves until the end.
 * Afterwards the connection is to be closed. */
void stream_session_run(const struct stream_place *place,
			const struct wire *wire,
			const struct ws_upgrade *request);

/* ---- what all of them use ---- */

/* Asks for the end: cut at the latest at until_ns. */
void stream_session_close(struct stream_session *session, const char *why,
			  int64_t until_ns);

/* Begins a line of the log about this session. */
void stream_session_log(const struct stream_session *session, struct buf *line,
			const char *what, int64_t now_ns);

/* Does a rule of that fault fire for what happens to this key? */
const struct fault_rule *stream_session_fault(struct stream_session *session,
					      enum fault fault,
					      const char *tr_key,
					      const char *code);

/* Is it time for this moment, or for any? */
bool stream_moment_is_due(const struct stream_session *session,
			  const struct stream_moment *moment, int64_t now_ns);
bool stream_moment_is_any_due(const struct stream_session *session,
			      int64_t now_ns);

/* ---- the parts ---- */

void stream_answer_take(struct stream_session *session,
			const struct stream_wish *wish, int64_t now_ns);
void stream_answer_run(struct stream_session *session, int64_t now_ns);
int64_t stream_answer_due(const struct stream_session *session);
void stream_answer_release(struct stream_session *session);

void stream_feed_run(struct stream_session *session, int64_t now_ns);
int64_t stream_feed_due(const struct stream_session *session);

/* Sends count trades at once: of one key, or (place -1) of all in turn. */
void stream_feed_push(struct stream_session *session, int place, int64_t count,
		      int64_t now_ns);

void stream_beat_open(struct stream_session *session, int64_t now_ns);

/* session->beat has been sent, or is about to be. */
void stream_beat_note(struct stream_session *session, int64_t now_ns);
void stream_beat_run(struct stream_session *session, int64_t now_ns);

/* How long the oldest unanswered one of either kind has waited; 0: none. */
int64_t stream_beat_oldest_ns(const struct stream_session *session,
			      int64_t now_ns);

/* No more of them, and no answer is waited for. */
void stream_beat_stop(struct stream_session *session);
int64_t stream_beat_due(const struct stream_session *session);
void stream_beat_take(struct stream_session *session, const char *text,
		      size_t len, const char *by, int64_t now_ns);

void stream_moment_open(struct stream_session *session);

void stream_moment_run(struct stream_session *session, int64_t now_ns);
int64_t stream_moment_due(const struct stream_session *session);

#endif
