/* SPDX-License-Identifier: MIT */
/* log.h: JSON lines for whoever checks limits or audits a client: of requests
 * (--log), of what the stream did (--stream-log), of every frame of trades as it
 * was sent (--tape-log).
 * Sandbox; uses json_text, request, arrival.
 * Thread: any. A line is one write(), so lines never mix. */
#ifndef SANDBOX_LOG_H
#define SANDBOX_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct arrival;
struct request;

/* Opens the file, emptied. Returns the descriptor, or -1. */
MUST_CHECK int log_open(const char *path, struct err *err);

/* A line begins with the time; json_text adds to it; its end writes it (fd -1:
 * nowhere) and frees. One that cannot be written is lost. */
void log_begin(struct buf *line, int64_t now_ns);
void log_end(struct buf *line, int fd);

/* Nanoseconds, as milliseconds with three decimals. */
void log_add_ms(struct buf *line, const char *key, int64_t ns);

/* A request. */
struct log_call {
	const struct request *request;
	const struct arrival *arrival;
	uint64_t connection;
	int status;         /* 0: no answer was sent */
	const char *msg_cd; /* "" or NULL: none */
	const char *fault;  /* NULL: none */
};

void log_call(int fd, const struct log_call *call);

/* The same for a person, on stderr. */
void log_show_call(const struct log_call *call);

/* A frame of count records of tr_key, whose last one is the symbol's trade
 * with that number on the tape. fault: what spoiled it; or NULL. */
struct log_frame {
	int64_t session, now_ns, number, count;
	const char *tr_key, *fault;
	const char *text;
	size_t len;
};

void log_frame(int fd, const struct log_frame *frame);

#endif
