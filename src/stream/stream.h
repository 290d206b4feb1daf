/* SPDX-License-Identifier: MIT */
/* stream.h: follows trades: the one thread that drives line, roster and gap.
 * Layer stream; uses base, model, net/ws, provider/feed, share, and all here.
 *
 *	socket -> frames -> ticks -> outbox -> who reads it
 *
 * The thread receives, answers heartbeats, registers and counts; it never
 * renders and never writes. Whoever takes from the outbox may be as slow as it
 * likes: for a second TCP holds what comes, then ticks are merged. A line that
 * is lost is opened again, for ever, by the rules of reopen.h.
 *
 * Symbols come and go while it runs. As long as there never was one, no line is
 * opened. */
#ifndef STREAM_STREAM_H
#define STREAM_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/event.h"
#include "provider/feed.h"
#include "provider/provider.h"
#include "stream/approval.h"

struct outbox;
struct stream; /* opaque */

struct stream_config { /* texts are borrowed for the stream's life */
	const struct feed *feed;
	struct approval_config approval; /* its feed and stop are filled in */
	const char *url; /* wss://, or ws:// where that is allowed */
	int64_t stale_ns;
	uint32_t wanted;       /* numbers of a tick, as next_tick has them */
	bool waits_for_reader; /* never merge: then the broker's buffer holds */
	const struct feed_address *address; /* of those it begins with */
	size_t count;
};

/* Takes the session's lock and starts the thread.
 * Errors: LIMIT (another process follows), SYSTEM. */
MUST_CHECK struct stream *stream_new(const struct stream_config *config,
				     struct err *err);

struct outbox *stream_outbox(struct stream *s);

/* Why others cannot know of this session, or use its key; false: they can.
 * Thread: any. */
bool stream_is_private(struct stream *s, struct err *why);

/* One more symbol: index is its place, as ticks carry it, and must be how many
 * there were before, gone ones too. stream_want: the list has one of them again,
 * or no longer. EVENT_SUBSCRIBED tells when all is done.
 * Errors: SYSTEM. Thread: the one that reads. */
MUST_CHECK int stream_add(struct stream *s, const struct feed_address *address,
			  size_t index, struct err *err);
MUST_CHECK int stream_want(struct stream *s, size_t index, bool is_wanted,
			   struct err *err);

/* Asks it to end: with a close frame, within a second or so. The outbox ends
 * with EVENT_DONE. Thread: any. */
void stream_stop(struct stream *s);

/* Waits for the thread's end, and what it counted. */
void stream_join(struct stream *s, struct stream_counts *out);

/* After stream_join; takes NULL. */
void stream_free(struct stream *s);

#endif
