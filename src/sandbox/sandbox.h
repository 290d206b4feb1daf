/* SPDX-License-Identifier: MIT */
/* sandbox.h: the whole of what the program runs: the sources behind their
 * ports, the stream, the log.
 * Sandbox, high; uses all but main. Main thread only. */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include "base/buf.h"
#include "base/err.h"
#include "sandbox/environment.h"
#include "sandbox/options.h"
#include "sandbox/stream_session.h"

struct broker;
struct server;
struct stream_server;

enum { SANDBOX_URL_BYTES = 64 };

/* Everything that lives as long as the program. */
struct sandbox {
	struct options options;
	struct broker *broker;
	struct server *server;
	struct buf cert, key; /* PEM texts */
	int log_fd;
	char url[SOURCES][SANDBOX_URL_BYTES];
	struct environment environment;
	struct stream_place stream; /* owned */
	struct stream_server *stream_server;
	char stream_url[SANDBOX_URL_BYTES];
};

/* Nothing runs yet; options_parse comes next. */
void sandbox_init(struct sandbox *sandbox);

/* Serves as the options say.
 * Errors: USAGE, SYSTEM. sandbox_stop is for after an error, too. */
MUST_CHECK int sandbox_start(struct sandbox *sandbox, struct err *err);

/* Ends all that runs, and frees all, options too. */
void sandbox_stop(struct sandbox *sandbox);

#endif
