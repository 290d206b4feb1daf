/* SPDX-License-Identifier: MIT */
/* quotefetch-sandbox: the sources on the loopback, for trials and tests: the
 * Korean broker, Alpaca, Upbit, the ECB's rates, each behind a port.
 *
 *   argv -> options -> sandbox -> rules --> broker: limits, faults, chance
 *                                             |
 *   client == HTTP ==> acceptor ==> call --> arrive -> answer -> wait -> leave
 *                                    |                   |                |
 *                              wire_fault      kis alpaca upbit ecb  log
 *
 *   client == WebSocket ==> stream_server ==> stream_session --> tape
 *                                               (a map of its own)
 *
 *   options*     one table: parsing, --help       environment   where all is
 *   sandbox      all that runs, as one thing      child         the COMMAND
 *   server       libmicrohttpd                    call          a request's life
 *   acceptor     takes connections in, or nobody: listener, connections
 *   broker       what changes, under one lock     arrival       what is settled
 *   around       limits, outages, foreign calls   ratelimit     calls in a time
 *   request      what is asked, of whom: source   fault*        the rules
 *   substitute, spoil, wire_fault                 what the rules do
 *   refuse       the sources' ways of saying no
 *   kis*         token, approval; market, listing, answer_*
 *   alpaca*      the same market in another form  upbit, coin; ecb
 *   wire         the bare connection              log           lines of JSON
 *   json_text, pack, dates, chance                what many use
 *   approval     the keys of the stream           stream_*      its sessions
 *   tape, trade  the market in motion             tick_frame    trades as text
 *   ws_upgrade   the handshake                    rfc_case      bytes, good, bad
 *
 * It is written from what the sources publish, alone. Of the client it uses
 * base/, which knows of no source, so that no misreading can hide in both. */
#include "sandbox/sandbox.h"

#include "base/clock.h"
#include "sandbox/child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { EXIT_CANNOT_START = 1, EXIT_USAGE = 2 };

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

/* Prints where it serves, and serves until a signal or the end of its life. */
static int serve(const struct sandbox *sandbox, const sigset_t *taken,
		 struct err *err)
{
	int64_t end_ns =
		clock_monotonic_ns() + sandbox->options.lifetime * NS_PER_SEC;
	int64_t left_ns;

	/* In one write: who reads the first line alone may then leave. */
	if (printf("%s\n%s\n%s\n%s\n%s\n", sandbox->url[SOURCE_KIS],
		   sandbox->stream_url, sandbox->url[SOURCE_ALPACA],
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
	struct sandbox sandbox;
	struct options *options = &sandbox.options;
	struct err err = { .msg = "" };
	int exit_code = EXIT_USAGE;
	sigset_t taken;

	sandbox_init(&sandbox);
	if (options_parse(options, argc, argv, &err))
		goto out;
	exit_code = EXIT_SUCCESS;
	if (options->is_help) {
		options_print_help(stdout);
	} else if (options->is_version) {
		puts("quotefetch-sandbox " QUOTEFETCH_VERSION);
	} else if (options->is_fault_list) {
		fault_list(stdout);
	}
	if (options->is_help || options->is_version || options->is_fault_list)
		goto out;

	block_signals(&taken);
	if (sandbox_start(&sandbox, &err))
		exit_code = EXIT_CANNOT_START;
	else if (options->command)
		exit_code = run_command(&sandbox, &taken, &err);
	else
		exit_code = serve(&sandbox, &taken, &err);
out:
	sandbox_stop(&sandbox);
	if (err.msg[0])
		fprintf(stderr, "quotefetch-sandbox: %s\n", err.msg);
	return exit_code;
}
