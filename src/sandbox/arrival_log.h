/* SPDX-License-Identifier: MIT */
/* arrival_log.h: one JSON line for each request, for whoever checks limits.
 * Sandbox; uses body, broker's arrival, request.
 * Thread: any. A line is one write(), so lines never mix. */
#ifndef SANDBOX_ARRIVAL_LOG_H
#define SANDBOX_ARRIVAL_LOG_H

#include <stdint.h>

#include "base/err.h"
#include "sandbox/broker.h"

struct arrival_entry {
	const struct request *request;
	const struct arrival *arrival;
	uint64_t connection;
	int status;         /* 0: no answer was sent */
	const char *msg_cd; /* "" or NULL: none */
	const char *fault;  /* NULL: none */
};

/* Opens the file, emptied. Returns the descriptor, or -1. */
MUST_CHECK int arrival_log_open(const char *path, struct err *err);

/* Writes the line. A line that cannot be written is lost. */
void arrival_log_write(int fd, const struct arrival_entry *entry);

/* The same for a person, on stderr. */
void arrival_log_show(const struct arrival_entry *entry);

#endif
