/* SPDX-License-Identifier: MIT */
/* stream_log.h: what the stream did, as JSON lines: for whoever audits a
 * client, and for a person.
 * Sandbox; uses json_text, base.
 * Thread: any. A line is one write(), so lines never mix.
 *
 *   --stream-log  openings, registrations, heartbeats and their answers,
 *                 faults, ends
 *   --tape-log    every frame of trades as it was sent */
#ifndef SANDBOX_STREAM_LOG_H
#define SANDBOX_STREAM_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct stream_log {
	int fd, tape_fd; /* -1: none */
};

/* A line being made: opened with what happened, closed by writing it. */
struct stream_entry {
	const struct stream_log *log;
	struct buf line;
};

void stream_entry_begin(struct stream_entry *entry,
			const struct stream_log *log, const char *what,
			int64_t session, int64_t now_ns);
void stream_entry_text(struct stream_entry *entry, const char *key,
		       const char *text);
void stream_entry_number(struct stream_entry *entry, const char *key,
			 int64_t number);

/* Nanoseconds, as milliseconds with three decimals. */
void stream_entry_ms(struct stream_entry *entry, const char *key, int64_t ns);

/* Writes it, and frees. A line that cannot be written is lost. */
void stream_entry_end(struct stream_entry *entry);

/* A frame of count records of tr_key, whose last one is the symbol's trade
 * with that number on the tape. fault: what spoiled it; or NULL. */
struct stream_frame_entry {
	int64_t session, now_ns, number, count;
	const char *tr_key, *fault;
	const char *text;
	size_t len;
};

void stream_log_frame(const struct stream_log *log,
		      const struct stream_frame_entry *frame);

#endif
