/* SPDX-License-Identifier: MIT */
#include "sandbox/stream_side.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "sandbox/log.h"

int stream_side_open(struct stream_side *side, const struct options *options,
		     uint64_t salt, struct err *err)
{
	const struct stream_options *stream = &options->stream;
	uint64_t seed = (uint64_t)options->seed;
	struct tape_rules tape;
	struct stream_rules desk;

	*side = (struct stream_side){ .log_fd = -1, .tape_log_fd = -1 };
	if (stream_options_make_tape(stream, seed, &tape, err))
		return -1;
	side->tape = tape_new(&tape, err);
	if (!side->tape)
		return -1;
	if (stream->market == MARKET_MOVES)
		tape_start(side->tape, clock_monotonic_ns());
	stream_options_make_desk(stream, seed, salt, &desk);
	desk.unknown = options->unknown;
	desk.is_paper = options->env == OPTIONS_ENV_PAPER;
	side->desk = stream_desk_new(&desk, err);
	if (!side->desk)
		return -1;
	if (stream->log && (side->log_fd = log_open(stream->log, err)) < 0)
		return -1;
	if (stream->tape_log &&
	    (side->tape_log_fd = log_open(stream->tape_log, err)) < 0)
		return -1;
	return 0;
}

int stream_side_serve(struct stream_side *side, const struct options *options,
		      const char *cert, const char *key, struct err *err)
{
	struct stream_server_setup setup = {
		.port = (uint16_t)options->stream.port,
		.tls_cert = cert,
		.tls_key = key,
		.tls_priority = options->tls_priority,
		.connections_max = (unsigned int)options->connections_max,
		.desk = side->desk,
		.tape = side->tape,
		.log_fd = side->log_fd,
		.tape_log_fd = side->tape_log_fd,
	};

	side->server = stream_server_start(&setup, err);
	if (!side->server)
		return -1;
	snprintf(side->url, sizeof(side->url), "%s://127.0.0.1:%u/tryitout",
		 cert ? "wss" : "ws",
		 (unsigned int)stream_server_get_port(side->server));
	return 0;
}

void stream_side_stop(struct stream_side *side)
{
	stream_server_stop(side->server);
	side->server = NULL;
}

void stream_side_release(struct stream_side *side)
{
	stream_desk_free(side->desk);
	tape_free(side->tape);
	if (side->log_fd >= 0)
		close(side->log_fd);
	if (side->tape_log_fd >= 0)
		close(side->tape_log_fd);
}
