/* SPDX-License-Identifier: MIT */
/* session_lock.h: one session a login, and the stamps of its openings.
 * Layer stream; uses base, reopen.
 *
 * The broker gives a login one session; a second one would be refused, or would
 * disturb the first. So the process that follows holds the flock of a file in
 * the state directory for as long as it follows (the kernel lets go for a
 * process that was killed), and another is told at once which one that is. The
 * file also holds when the last sessions were opened: a loop around the program
 * must not open more in ten minutes than the program itself would. */
#ifndef STREAM_SESSION_LOCK_H
#define STREAM_SESSION_LOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"

struct reopen;
struct stop;

enum {
	SESSION_FILE_BYTES = 512, /* of its text */
	SESSION_STAMPS = 6
};

struct session_lock {
	int fd;          /* -1: not held */
	bool is_private; /* there was a directory, but no file: why */
	struct err why;
	int64_t opened_ms
		[SESSION_STAMPS]; /* monotonic, oldest first; 0: none */
};

/* key names the login; hashed. dirfd -1: nothing is shared, nothing is locked.
 * The openings that the file tells are added to budget. Where the file cannot be
 * had, it goes without; is_private tells.
 * Errors: LIMIT: another process follows, with its number; CANCELED. */
MUST_CHECK int session_lock_take(struct session_lock *l, int dirfd,
				 const char *key, struct stop *stop,
				 struct reopen *budget, struct err *err);

/* A session was opened. That it cannot be written down is no failure. */
void session_lock_note(struct session_lock *l, int64_t now_ns);

void session_lock_release(struct session_lock *l);

/* Reads the file's text: the process, and the stamps of this boot that are not
 * in the future. For the fuzzer, too. Errors: PARSE. */
MUST_CHECK int session_lock_parse(const char *text, size_t len, uint64_t boot,
				  int64_t now_ms, long *pid,
				  int64_t opened_ms[SESSION_STAMPS],
				  struct err *err);

#endif
