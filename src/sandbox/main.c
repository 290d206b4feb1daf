/* quotefetch-sandbox: a broker on the loopback, for trials and tests.
 *
 *   argv -> options -> rules --> broker  (who may call, how often, the answer)
 *                                  |
 *   client == HTTP ==> server ==> call --> arrive -> answer -> wait -> leave
 *                        |                   |         |                 |
 *                  thread for each      ratelimit   token            arrival_log
 *                     connection        fault       quote_call
 *
 *   client == WebSocket ==> stream_server ==> stream_session --> tape
 *                                               (a map of its own)
 *
 *   options      one table: parsing, --help
 *   server       libmicrohttpd             call        the life of a request
 *   broker       what changes, under one lock: limit, token, rules, chance
 *   ratelimit    calls in a second       token     issue, life, death
 *   request      what is asked           refusal   the ways of saying no
 *   quote_call   arguments to rows       market    stocks and prices
 *   listing      symbols known by name   answer*   the fields of each call
 *   fault*       rules of --fault        substitute, spoil, wire_fault
 *                                                  what they do
 *   wire         the bare connection     arrival_log
 *   child        the COMMAND             json_text   JSON, written
 *   approval*    the keys of the stream  stream_*    its sessions
 *   tape, trade  the market in motion    tick_frame  trades as text
 *   ws_upgrade   the handshake           rfc_case    bytes, good and bad
 *
 * It is written from the broker's published protocol alone. Of the client it
 * uses base/, which knows of no broker, so that no misreading can hide in
 * both. */
#include "base/clock.h"
#include "sandbox/arrival_log.h"
#include "sandbox/broker.h"
#include "sandbox/child.h"
#include "sandbox/options.h"
#include "sandbox/server.h"
#include "sandbox/stream_side.h"
#include "sandbox/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_CANNOT_START = 1, EXIT_USAGE = 2, URL_BYTES = 64 };

/* Everything that lives as long as the program. */
struct sandbox {
	struct options options;
	struct broker *broker;
	struct server *server;
	char *cert, *key; /* PEM texts */
	int log_fd;
	char url[SOURCES][URL_BYTES];
	struct environment environment;
	struct stream_side stream;
};

/* Reads a small file whole.
 * Owns: the caller frees the text. */
static char *read_file(const char *path, struct err *err)
{
	enum { BYTES_MAX = 65536 };
	FILE *file = fopen(path, "re");
	char *text = malloc(BYTES_MAX);
	size_t len = 0;

	if (file && text) {
		len = fread(text, 1, BYTES_MAX - 1, file);
		text[len] = '\0';
	}
	if (!file || !text || ferror(file) || len == 0) {
		err_set(err, ERR_SYSTEM, "cannot read '%.120s': %s", path,
			errno ? strerror(errno) : "it is empty");
		free(text);
		text = NULL;
	}
	if (file)
		fclose(file);
	return text;
}

/* Signals come to main as messages, never as interruptions: blocked here,
 * before any thread is, and taken by sigtimedwait(). */
static void block_signals(sigset_t *taken)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction restore = { .sa_handler = SIG_DFL };

	sigemptyset(taken);
	sigaddset(taken, SIGINT);
	sigaddset(taken, SIGTERM);
	sigaddset(taken, SIGCHLD);
	sigprocmask(SIG_BLOCK, taken, NULL);
	sigaction(SIGINT, &restore, NULL);
	sigaction(SIGTERM, &restore, NULL);
	sigaction(SIGCHLD, &restore, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
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

static int start(struct sandbox *sandbox, struct err *err)
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
		sandbox->cert = read_file(options->cert, err);
		if (!sandbox->cert)
			return -1;
		sandbox->key = read_file(options->key, err);
		if (!sandbox->key)
			return -1;
		setup.tls_cert = sandbox->cert;
		setup.tls_key = sandbox->key;
	}
	if (options->log) {
		sandbox->log_fd = arrival_log_open(options->log, err);
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
	if (stream_side_serve(&sandbox->stream, options, sandbox->cert,
			      sandbox->key, err))
		return -1;
	set_environment(sandbox);
	return write_files(sandbox, err);
}

static void stop(struct sandbox *sandbox)
{
	stream_side_stop(&sandbox->stream);
	server_stop(sandbox->server);
	broker_free(sandbox->broker);
	stream_side_release(&sandbox->stream);
	if (sandbox->log_fd >= 0)
		close(sandbox->log_fd);
	free(sandbox->cert);
	free(sandbox->key);
	options_release(&sandbox->options);
}

/* Prints where it serves, and serves until a signal or the end of its life. */
static int serve(const struct sandbox *sandbox, const sigset_t *taken,
		 struct err *err)
{
	int64_t end_ns =
		clock_monotonic_ns() + sandbox->options.lifetime * NS_PER_SEC;
	int64_t left_ns;

	/* In one write: who reads the first line alone may then leave. */
	if (printf("%s\n%s\n%s\n%s\n%s\n", sandbox->url[SOURCE_KIS],
		   sandbox->stream.url, sandbox->url[SOURCE_ALPACA],
		   sandbox->url[SOURCE_UPBIT], sandbox->url[SOURCE_ECB]) < 0 ||
	    fflush(stdout) != 0) {
		err_set_errno(err, ERR_SYSTEM, errno, "cannot write to stdout");
		return EXIT_CANNOT_START;
	}
	while ((left_ns = end_ns - clock_monotonic_ns()) > 0) {
		struct timespec left = {
			.tv_sec = (time_t)(left_ns / NS_PER_SEC),
			.tv_nsec = (long)(left_ns % NS_PER_SEC),
		};
		int signal_number = sigtimedwait(taken, NULL, &left);

		if (signal_number == SIGINT || signal_number == SIGTERM)
			break;
	}
	return EXIT_SUCCESS;
}

/* Waits for the child and passes signals on. What the terminal sends goes to
 * the whole foreground group: the child has it already. */
static int accompany(pid_t pid, const sigset_t *taken)
{
	int exit_code = EXIT_SUCCESS;

	while (!child_has_ended(pid, &exit_code)) {
		siginfo_t info;
		int signal_number = sigwaitinfo(taken, &info);

		if ((signal_number == SIGINT || signal_number == SIGTERM) &&
		    info.si_code <= 0)
			kill(pid, signal_number);
	}
	return exit_code;
}

static int run_command(struct sandbox *sandbox, const sigset_t *taken,
		       struct err *err)
{
	const struct options *options = &sandbox->options;
	struct environment *environment = &sandbox->environment;
	char *directory = NULL;
	int exit_code;
	pid_t pid;

	if (!getenv("QUOTEFETCH_STATE_DIR")) {
		directory = child_make_directory(err);
		if (!directory)
			return EXIT_CANNOT_START;
		environment_set(environment, "QUOTEFETCH_STATE_DIR", directory);
	}
	if (child_start(options->command, environment, &pid, &exit_code, err) ==
	    0)
		exit_code = accompany(pid, taken);
	child_remove_directory(directory);
	return exit_code;
}

int main(int argc, char **argv)
{
	struct sandbox sandbox = {
		.log_fd = -1,
		.stream = { .log = { .fd = -1, .tape_fd = -1 } },
	};
	struct options *options = &sandbox.options;
	struct err err = { .msg = "" };
	int exit_code = EXIT_USAGE;
	sigset_t taken;

	if (options_parse(options, argc, argv, &err))
		goto out;
	exit_code = EXIT_SUCCESS;
	if (options->is_help) {
		options_print_help(stdout);
	} else if (options->is_version) {
		puts("quotefetch-sandbox " QUOTEFETCH_VERSION);
	} else if (options->is_fault_list) {
		fault_list(stdout);
		stream_fault_list(stdout);
	}
	if (options->is_help || options->is_version || options->is_fault_list)
		goto out;

	block_signals(&taken);
	if (start(&sandbox, &err))
		exit_code = EXIT_CANNOT_START;
	else if (options->command)
		exit_code = run_command(&sandbox, &taken, &err);
	else
		exit_code = serve(&sandbox, &taken, &err);
out:
	stop(&sandbox);
	if (err.msg[0])
		fprintf(stderr, "quotefetch-sandbox: %s\n", err.msg);
	return exit_code;
}
