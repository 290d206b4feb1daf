/* SPDX-License-Identifier: MIT */
#include "sandbox/sandbox.h"

#include "base/safefile.h"
#include "sandbox/broker.h"
#include "sandbox/log.h"
#include "sandbox/server.h"
#include "sandbox/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
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

/* A number that the next run will not have, so that no token outlives it. */
static uint64_t draw_salt(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000007u ^
	       (uint64_t)now.tv_nsec << 20 ^ (uint64_t)getpid();
}

static int check_wire_faults(const struct options *options, struct err *err)
{
	for (size_t i = 0; options->is_tls && i < options->fault_count; i++) {
		enum fault fault = options->fault[i].fault;

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
	environment_set(environment, "KIS_STREAM_URL", sandbox->stream.url);
	environment_set(environment, "KIS_APP_KEY", options->app_key);
	environment_set(environment, "KIS_APP_SECRET", options->app_secret);
	environment_set(environment, "KIS_ENV",
			options->env == OPTIONS_ENV_PAPER ? "paper" : "real");
	environment_set(environment, "APCA_API_KEY_ID", options->alpaca_key_id);
	environment_set(environment, "APCA_API_SECRET_KEY",
			options->alpaca_secret_key);
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
		    stream_server_get_port(sandbox->stream.server), err))
		return -1;
	if (options->env_file)
		return environment_write(&sandbox->environment,
					 options->env_file, err);
	return 0;
}

int sandbox_start(struct sandbox *sandbox, struct err *err)
{
	const struct options *options = &sandbox->options;
	struct server_setup setup = {
		.tls_priority = options->tls_priority,
		.connections_max = (unsigned int)options->connections_max,
		.idle_s = (unsigned int)options->idle,
		.log_fd = -1,
		.is_verbose = options->is_verbose,
	};
	struct broker_rules rules;
	uint64_t salt = draw_salt();

	for (int i = 0; i < SOURCES; i++)
		setup.port[i] = (uint16_t)options->port[i];
	if (check_wire_faults(options, err))
		return -1;
	if (options->is_tls) {
		if (read_pem(options->cert, &sandbox->cert, err) ||
		    read_pem(options->key, &sandbox->key, err))
			return -1;
		setup.tls_cert = buf_text(&sandbox->cert);
		setup.tls_key = buf_text(&sandbox->key);
	}
	if (options->log) {
		sandbox->log_fd = log_open(options->log, err);
		if (sandbox->log_fd < 0)
			return -1;
		setup.log_fd = sandbox->log_fd;
	}
	options_make_rules(options, salt, &rules);
	if (stream_side_open(&sandbox->stream, options, salt, err))
		return -1;
	rules.stream = sandbox->stream.desk;
	rules.tape = sandbox->stream.tape;
	sandbox->broker = broker_new(&rules, err);
	if (!sandbox->broker)
		return -1;
	setup.broker = sandbox->broker;
	sandbox->server = server_start(&setup, err);
	if (!sandbox->server)
		return -1;
	for (int i = 0; i < SOURCES; i++)
		snprintf(sandbox->url[i], sizeof(sandbox->url[i]),
			 "%s://127.0.0.1:%u",
			 options->is_tls ? "https" : "http",
			 (unsigned int)server_get_port(sandbox->server,
						       (enum source)i));
	if (stream_side_serve(&sandbox->stream, options, setup.tls_cert,
			      setup.tls_key, err))
		return -1;
	set_environment(sandbox);
	return write_files(sandbox, err);
}

void sandbox_stop(struct sandbox *sandbox)
{
	stream_side_stop(&sandbox->stream);
	server_stop(sandbox->server);
	broker_free(sandbox->broker);
	stream_side_release(&sandbox->stream);
	if (sandbox->log_fd >= 0)
		close(sandbox->log_fd);
	buf_release(&sandbox->cert);
	buf_release(&sandbox->key);
	options_release(&sandbox->options);
}
