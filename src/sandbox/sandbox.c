/* SPDX-License-Identifier: MIT */
#include "sandbox/sandbox.h"

#include "base/clock.h"
#include "base/entropy.h"
#include "base/safefile.h"
#include "sandbox/broker.h"
#include "sandbox/log.h"
#include "sandbox/server.h"
#include "sandbox/stream_server.h"
#include "sandbox/wire.h"

#include <stdio.h>
#include <unistd.h>

void sandbox_init(struct sandbox *sandbox)
{
	enum { PEM_MAX_BYTES = 65536 };

	*sandbox = (struct sandbox){
		.log_fd = -1,
		.stream = { .log_fd = -1, .tape_log_fd = -1 },
	};
	buf_init(&sandbox->cert, PEM_MAX_BYTES);
	buf_init(&sandbox->key, PEM_MAX_BYTES);
}

/* Reads a certificate, or a key, that must be there. */
static int read_pem(const char *path, struct buf *out, struct err *err)
{
	bool is_private;
	int is_there = safefile_read_path(path, out, &is_private, err);

	if (is_there == 0)
		return err_set(err, ERR_SYSTEM,
			       "cannot read '%s': no such file", path);
	return is_there < 0 ? -1 : 0;
}

static int check_wire_faults(const struct options *options, struct err *err)
{
	for (size_t i = 0; options->is_tls && i < options->rules.fault_count;
	     i++) {
		enum fault fault = options->rules.fault[i].fault;

		if (fault_stage(fault) == FAULT_ON_WIRE && !wire_can_encrypt())
			return err_set(err, ERR_SYSTEM,
				       "fault '%s' is not available with "
				       "--tls in this build",
				       fault_name(fault));
	}
	return 0;
}

/* Where all is found. */
static void set_environment(struct sandbox *sandbox)
{
	const struct options *options = &sandbox->options;
	struct environment *environment = &sandbox->environment;

	for (int i = 0; i < SOURCES; i++)
		environment_set(environment,
				source_url_variable((enum source)i),
				sandbox->url[i]);
	environment_set(environment, "KIS_STREAM_URL", sandbox->stream_url);
	environment_set(environment, "KIS_APP_KEY", options->rules.app_key);
	environment_set(environment, "KIS_APP_SECRET",
			options->rules.app_secret);
	environment_set(environment, "KIS_ENV",
			options->rules.is_paper ? "paper" : "real");
	environment_set(environment, "APCA_API_KEY_ID",
			options->rules.alpaca_key_id);
	environment_set(environment, "APCA_API_SECRET_KEY",
			options->rules.alpaca_secret_key);
}

/* The files that say so. */
static int write_files(const struct sandbox *sandbox, struct err *err)
{
	const struct options *options = &sandbox->options;

	if (options->port_file &&
	    environment_write_port(options->port_file,
				   server_get_port(sandbox->server, SOURCE_KIS),
				   err))
		return -1;
	if (options->stream.port_file &&
	    environment_write_port(
		    options->stream.port_file,
		    stream_server_get_port(sandbox->stream_server), err))
		return -1;
	if (options->env_file)
		return environment_write(&sandbox->environment,
					 options->env_file, err);
	return 0;
}

/* -1: no log is wanted. */
static int open_log(const char *path, int *fd, struct err *err)
{
	if (path)
		*fd = log_open(path, err);
	return path && *fd < 0 ? -1 : 0;
}

/* What the sessions of the stream and the calls share, and the logs. */
static int open_stream(struct sandbox *sandbox, uint64_t salt, struct err *err)
{
	const struct stream_options *options = &sandbox->options.stream;
	struct stream_place *stream = &sandbox->stream;
	struct tape_rules tape;
	struct stream_rules desk;

	if (options_make_tape(&sandbox->options, &tape, err))
		return -1;
	stream->tape = tape_new(&tape, err);
	if (!stream->tape)
		return -1;
	if (options->market == MARKET_MOVES)
		tape_start(stream->tape, clock_monotonic_ns());
	options_make_desk(&sandbox->options, salt, &desk);
	stream->desk = stream_desk_new(&desk, err);
	if (!stream->desk || open_log(options->log, &stream->log_fd, err))
		return -1;
	return open_log(options->tape_log, &stream->tape_log_fd, err);
}

static int serve_calls(struct sandbox *sandbox, const struct server_tls *tls,
		       uint64_t salt, struct err *err)
{
	const struct options *options = &sandbox->options;
	struct broker_rules rules = options->rules;
	struct server_setup setup = {
		.tls = *tls,
		.connections_max = (unsigned int)options->connections_max,
		.idle_s = (unsigned int)options->idle,
		.log_fd = sandbox->log_fd,
		.is_verbose = options->is_verbose,
	};

	rules.salt = salt;
	rules.stream = sandbox->stream.desk;
	rules.tape = sandbox->stream.tape;
	setup.broker = sandbox->broker = broker_new(&rules, err);
	if (!sandbox->broker)
		return -1;
	for (int i = 0; i < SOURCES; i++)
		setup.port[i] = (uint16_t)options->port[i];
	sandbox->server = server_start(&setup, err);
	if (!sandbox->server)
		return -1;
	for (int i = 0; i < SOURCES; i++)
		snprintf(sandbox->url[i], SANDBOX_URL_BYTES,
			 "%s://127.0.0.1:%u", tls->cert ? "https" : "http",
			 (unsigned int)server_get_port(sandbox->server,
						       (enum source)i));
	return 0;
}

static int serve_stream(struct sandbox *sandbox, const struct server_tls *tls,
			struct err *err)
{
	const struct options *options = &sandbox->options;
	struct stream_server_setup setup = {
		.port = (uint16_t)options->stream.port,
		.tls = *tls,
		.connections_max = (unsigned int)options->connections_max,
		.place = sandbox->stream,
	};

	sandbox->stream_server = stream_server_start(&setup, err);
	if (!sandbox->stream_server)
		return -1;
	snprintf(sandbox->stream_url, SANDBOX_URL_BYTES,
		 "%s://127.0.0.1:%u/tryitout", tls->cert ? "wss" : "ws",
		 (unsigned int)stream_server_get_port(sandbox->stream_server));
	return 0;
}

int sandbox_start(struct sandbox *sandbox, struct err *err)
{
	const struct options *options = &sandbox->options;
	struct server_tls tls = { .priority = options->tls_priority };
	uint64_t salt;

	/* A number that no other run has: no token outlives it. */
	if (check_wire_faults(options, err) ||
	    entropy_fill(&salt, sizeof(salt), err))
		return -1;
	if (options->is_tls) {
		if (read_pem(options->cert, &sandbox->cert, err) ||
		    read_pem(options->key, &sandbox->key, err))
			return -1;
		tls.cert = buf_text(&sandbox->cert);
		tls.key = buf_text(&sandbox->key);
	}
	if (open_log(options->log, &sandbox->log_fd, err) ||
	    open_stream(sandbox, salt, err) ||
	    serve_calls(sandbox, &tls, salt, err) ||
	    serve_stream(sandbox, &tls, err))
		return -1;
	set_environment(sandbox);
	return write_files(sandbox, err);
}

void sandbox_stop(struct sandbox *sandbox)
{
	const int fds[] = { sandbox->log_fd, sandbox->stream.log_fd,
			    sandbox->stream.tape_log_fd };

	stream_server_stop(sandbox->stream_server);
	server_stop(sandbox->server);
	broker_free(sandbox->broker);
	stream_desk_free(sandbox->stream.desk);
	tape_free(sandbox->stream.tape);
	for (int i = 0; i < 3; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
	buf_release(&sandbox->cert);
	buf_release(&sandbox->key);
	options_release(&sandbox->options);
}
