/* SPDX-License-Identifier: MIT */
/* stream_part.h: what the files of the stream share.
 * Layer stream; private to stream_*.c; all of it is for the stream's thread:
 *
 *	stream_reader.c   what the reader wants, and what it is told
 *	stream_open.c     does what the line wants: key, opening, loss
 *	stream_receive.c  what comes from the socket
 *	stream_thread.c   what goes, the thread's turn, its life */
#ifndef STREAM_STREAM_PART_H
#define STREAM_STREAM_PART_H

#include "base/buf.h"
#include "base/sync.h"
#include "net/ws.h"
#include "stream/approval.h"
#include "stream/gap.h"
#include "stream/line.h"
#include "stream/outbox.h"
#include "stream/roster.h"
#include "stream/session_lock.h"
#include "stream/stream.h"

enum { STREAM_BATCH = 256 }; /* ticks handed over at once */

struct followed {
	struct gap gap;
	int64_t missed, missed_volume; /* since the last event */
	int64_t told_ns;
};

struct stream {
	struct stream_config config; /* c */
	struct stop stop;            /* requested by others */
	struct thread thread;
	int room[2]; /* c: a pipe: there is room in the outbox again */
	struct outbox *outbox;
	struct mutex wishes_mu;
	struct wish *wishes;      /* wishes_mu: a line of them */
	struct wish **wishes_end; /* wishes_mu: where the next one goes */
	/* The thread's own: */
	struct approval approval;
	struct session_lock lock;
	struct ws *ws;
	struct line line;
	struct roster roster;
	struct followed *followed; /* by symbol */
	struct tick batch[STREAM_BATCH];
	size_t batch_len;
	struct feed_frame frame; /* being read, when has_frame */
	bool has_frame;
	int64_t now_ns, now_ms; /* of the turn, or of what was read last in it;
				   monotonic, wall clock */
	int64_t frame_ns, frame_ms; /* when it came */
	bool has_more;   /* the turn was over before the line was read empty */
	bool is_behind;  /* so much came in it that there is more behind */
	bool is_held_up; /* the outbox is full */
	int64_t held_up_ns; /* since when it was once or again, while there is
			       something to read; or NEVER */
	bool has_settled;   /* EVENT_SUBSCRIBED was told on this line */
	bool has_told_block, has_told_quiet;
	int64_t last_tick_ns;
	int64_t unread_ns; /* since when there is something to read, or NEVER */
	int64_t beat_ns; /* since when a heartbeat awaits its answer, or NEVER */
	int garbled_in_a_row;
	unsigned told_unreadable; /* kinds of it, on this line */
	int attempt;
	struct buf out;     /* a registration's text */
	struct err failure; /* why it cannot go on; msg "": it can */
	struct stream_counts counts;
};

/* ---- stream_reader.c ---- */

/* Makes all that a symbol needs, in the next place. Errors: SYSTEM. */
MUST_CHECK int stream_make_place(struct stream *s,
				 const struct feed_address *address,
				 struct err *err);

/* Does what the reader wants of the list. */
void stream_grant_wishes(struct stream *s);
void stream_drop_wishes(struct stream *s);

/* An event of now, of no symbol. */
struct event stream_make_event(enum event_type type);

/* The broker's words, without the key if it repeats it. */
void stream_put_text(struct stream *s, struct event *e, const char *text);

void stream_tell(struct stream *s, const struct event *e);
void stream_tell_plain(struct stream *s, enum event_type type);

/* How many the session takes, as it has turned out. */
void stream_tell_limit(struct stream *s);

/* What became of registrations. */
void stream_tell_news(struct stream *s);

/* When trades that the reader leaves no room for are merged. */
int64_t stream_merges_at(const struct stream *s);

/* Hands the batch over. Returns false when the outbox takes no more. */
bool stream_hand_over(struct stream *s);

/* ---- stream_open.c ---- */

/* Gives the line an event; the answer is for stream_act(). */
enum line_action stream_take_event(struct stream *s, enum line_event event,
				   struct line_news news);
enum line_action stream_take_plain(struct stream *s, enum line_event event);

/* Does what the line wants until it wants nothing. Blocks for a key and for an
 * opening; a stop ends both. */
void stream_act(struct stream *s, enum line_action action);

/* The line is lost; status: told to the broker, 0: nothing is. */
void stream_lose(struct stream *s, const struct err *err, int status,
		 bool is_policy);

/* ---- stream_receive.c ---- */

/* Reads what there is, as far as the reader lets it; nothing on a closed
 * line. */
void stream_receive(struct stream *s);

#endif
