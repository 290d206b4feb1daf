/* SPDX-License-Identifier: MIT */
/* stream_side.h: all that the program has for the stream, as one thing: the
 * tape and the desk, which the HTTP side asks, too, the logs, the server.
 * Sandbox; uses the stream's modules. Thread: main. */
#ifndef SANDBOX_STREAM_SIDE_H
#define SANDBOX_STREAM_SIDE_H

#include "base/err.h"
#include "sandbox/options.h"
#include "sandbox/stream_server.h"

enum { STREAM_URL_BYTES = 64 };

struct stream_side {
	struct tape *tape;
	struct stream_desk *desk;
	struct stream_server *server;
	int log_fd, tape_log_fd; /* -1: none */
	char url[STREAM_URL_BYTES];
};

/* Makes tape and desk, and opens the logs. stream_side_stop also after an
 * error. */
MUST_CHECK int stream_side_open(struct stream_side *side,
				const struct options *options, uint64_t salt,
				struct err *err);

/* Serves; cert and key are PEM texts, or NULL. */
MUST_CHECK int stream_side_serve(struct stream_side *side,
				 const struct options *options,
				 const char *cert, const char *key,
				 struct err *err);

/* Ends the sessions. */
void stream_side_stop(struct stream_side *side);

/* Frees the rest, once nobody asks for it any more. */
void stream_side_release(struct stream_side *side);

#endif
