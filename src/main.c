/* SPDX-License-Identifier: MIT */
/* quotefetch: a quote for every symbol of a list, from official sources.
 *
 * The way of the data:
 *
 *   argv, environment, file -> options -> symbol list -> accounts -> command
 *   command:   while a credit is free: scheduler -> engine_submit -> queue
 *   worker:    token -> limit -> quota -> http -> provider.parse -> queue
 *   scheduler: answered -> sink: render, write, progress
 *              failed, and time is left -> the end of its source's line, or
 *              the next source
 *   at the end: stop, sum the counters, close the document, exit status
 *   follow:    socket -> frame -> ticks -> ring -> command -> record
 *
 * The layers; each knows only those above it:
 *
 *   base/      errors, clocks, buffers, decimals, locks, files
 *   model/     symbol, quote, request, result
 *   net/       strict JSON, one HTTP exchange
 *   provider/  what a source's calls and answers look like (pure)
 *   share/     what runs share and remember: quota, token, exchanges,
 *              names, quotes
 *   engine/    upstreams, plan, scheduler, workers: getting answers
 *   stream/    the line, its registrations and its end: following trades
 *   cli/       options and lists in, records out
 *   command/   fetch, follow, find, plan, quota, check: a page each
 *   sandbox/   a program of its own: the sources, for trying and testing */
#if defined(__linux__)
#define _GNU_SOURCE /* RLIMIT_CORE is POSIX; prctl is Linux's */
#endif
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/prctl.h>
#endif

#include "base/buf.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/safefile.h"
#include "base/sync.h"
#include "cli/complaints.h"
#include "cli/config.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/output_paths.h"
#include "cli/page.h"
#include "cli/screen.h"
#include "cli/symbol_list.h"
#include "command/account.h"
#include "command/command.h"
#include "command/exit_status.h"
#include "command/name_finder.h"
#include "command/private_state.h"
#include "net/http.h"

/* The mutable things at file scope: signal handlers take no argument. */
static struct stop stop, hangup;

struct app {
	struct options options;
	struct symbol_list *list;
	struct accounts accounts;
	int state_dirfd;
	struct private_state own;
	bool has_tried_state, has_http;
	atomic_bool has_stray_resolver; /* leave by _exit */
	bool closed[3]; /* which of stdin, stdout, stderr were */
	int64_t started_ns, deadline_ns;
};

static int fail(const struct err *err)
{
	return exit_status_fail(err, stop_reason(&stop), screen_say);
}

/* The first signal stops the run and lets it end in order; the second ends the
 * process where it stands. */
static void on_signal(int signo)
{
	if (stop_reason(&stop) != 0)
		_exit(STATUS_SIGNAL + signo);
	stop_request(&stop, signo);
}

/* A stream reads its list again. */
static void on_hangup(int signo)
{
	stop_request(&hangup, signo);
}

static void watch_hangup(void)
{
	struct sigaction act = { .sa_handler = on_hangup }, was;

	sigemptyset(&act.sa_mask);
	sigaction(SIGHUP, NULL, &was);
	if (was.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &act, NULL);
}

static int watch_signals(struct err *err)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction act = { .sa_handler = on_signal }, was;
	sigset_t set;
	size_t i;

	if (stop_init(&stop, err) < 0 || stop_init(&hangup, err) < 0)
		return -1;
	sigemptyset(&set);
	sigemptyset(&act.sa_mask);
	for (i = 0; i < sizeof ends / sizeof *ends; i++) {
		/* nohup and a shell's background jobs ignore some on purpose. */
		sigaction(ends[i], NULL, &was);
		if (was.sa_handler != SIG_IGN)
			sigaction(ends[i], &act, NULL);
		sigaddset(&set, ends[i]);
	}
	/* A parent that blocked them did not mean us to run for ever. */
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	act.sa_handler = SIG_IGN; /* write() says EPIPE, EFBIG instead */
	sigaction(SIGPIPE, &act, NULL);
	sigaction(SIGXFSZ, &act, NULL);
	return 0;
}

/* No core dump holds a key, and no process of the same user reads our memory
 * or environment. */
static void guard_secrets(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
#if defined(__linux__)
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

static int print_page(const struct app *app)
{
	struct err err;
	struct buf text;
	int rc;

	buf_init(&text, 256 * 1024);
	page_write(&app->options, &text);
	rc = output_print(NULL, app->closed[1], &text, &stop, CLOCK_NEVER,
			  &err);
	buf_release(&text);
	return rc < 0 ? fail(&err) : STATUS_ALL;
}

static int print_short_help(void)
{
	struct err err;
	struct buf text;

	buf_init(&text, 16 * 1024);
	page_write_short(&text);
	if (io_write_all(STDERR_FILENO, buf_text(&text), text.len, &stop,
			 CLOCK_NEVER, NULL, &err) < 0)
		errno = 0; /* nobody listens */
	buf_release(&text);
	return STATUS_USAGE;
}

/* The instant with that time of today in Korea: "15:31". */
static int64_t until_ns(const char *text)
{
	int64_t day_ms = INT64_C(86400) * 1000, kst_ms = INT64_C(9) * 3600000;
	int64_t now_ms = clock_real_ms() + kst_ms;
	int64_t at_ms = ((text[0] - '0') * 10 + text[1] - '0') * 3600000 +
			((text[3] - '0') * 10 + text[4] - '0') * 60000;

	return clock_monotonic_ns() + (at_ms - now_ms % day_ms) * NS_PER_MS;
}

static int find_deadline(struct app *app, struct err *err)
{
	const struct options *o = &app->options;
	/* A file's --every is no word about --check. */
	bool is_stream = !o->wants_check && (o->follows || options_polls(o));
	double sec = o->timeout_sec;
	int64_t until_at_ns;

	/* A stream ends when it is told to. */
	if (is_stream &&
	    o->source[options_find_setting("timeout")] == SOURCE_DEFAULT)
		sec = 0;
	app->deadline_ns = CLOCK_NEVER;
	if (sec > 0)
		app->deadline_ns =
			app->started_ns + (int64_t)(sec * (double)NS_PER_SEC);
	if (!is_stream || !o->until)
		return 0;
	until_at_ns = until_ns(o->until);
	app->deadline_ns = earlier(app->deadline_ns, until_at_ns);
	return until_at_ns <= app->started_ns
		       ? err_set(err, ERR_USAGE, "--until %s is over in Korea",
				 o->until)
		       : 0;
}

/* Where token, quota and found exchanges are kept; a run does without. */
static void open_state(struct app *app)
{
	char *path;
	struct err err;

	if (app->has_tried_state)
		return;
	app->has_tried_state = true;
	path = config_state_dir();
	if (!path)
		err_set(&err, ERR_SYSTEM, "no home directory");
	else
		app->state_dirfd = safefile_open_dir(path, &err);
	free(path);
	if (app->state_dirfd < 0) {
		private_state_note(&app->own, STATE_TOKEN, &err);
		private_state_note(&app->own, STATE_QUOTA, &err);
	}
}

static int check_ca_file(const struct options *o, struct err *err)
{
	struct stat st;
	int errnum = 0;

	if (!o->ca_file)
		return 0;
	if (stat(o->ca_file, &st) < 0 || access(o->ca_file, R_OK) < 0)
		errnum = errno;
	else if (S_ISDIR(st.st_mode))
		errnum = EISDIR;
	return errnum ? err_set_errno(err, ERR_USAGE, errnum,
				      "cannot read '%s'", o->ca_file)
		      : 0;
}

static int start_http(struct app *app, struct err *err)
{
	if (!app->has_http && http_global_init(err) < 0)
		return -1;
	app->has_http = true;
	return 0;
}

/* A list names a symbol by its name. */
static int prepare_names(void *arg, int *dirfd, struct err *err)
{
	struct app *app = arg;

	open_state(app);
	*dirfd = app->state_dirfd;
	return start_http(app, err);
}

static struct command make_command(struct app *app)
{
	return (struct command){ .options = &app->options,
				 .list = app->list,
				 .accounts = &app->accounts,
				 .stop = &stop,
				 .started_ns = app->started_ns,
				 .deadline_ns = app->deadline_ns,
				 .state_dirfd = app->state_dirfd,
				 .own = &app->own,
				 .stdout_is_closed = app->closed[1],
				 .has_stray_resolver = &app->has_stray_resolver,
				 .say = screen_say };
}

/* old: NULL: it is read for the first time. A command's read_list. */
static int read_list(void *arg, struct symbol_list *list,
		     const struct symbol_list *old, struct err *err)
{
	struct app *app = arg;
	const struct name_finder_config config = {
		.command = make_command(app),
		.options = &app->options,
		.may_fetch = !app->options.wants_plan,
		.prepare = prepare_names,
		.arg = app
	};
	struct name_finder names;
	int rc;

	name_finder_init(&names, &config);
	symbol_list_set_namer(list, name_finder_namer(&names));
	rc = symbol_list_read(list, old, &app->options, &stop, app->deadline_ns,
			      err);
	symbol_list_set_namer(list, (struct symbol_namer){ NULL, NULL });
	name_finder_release(&names);
	return rc;
}

static int load_list(struct app *app, struct err *err)
{
	const struct options *o = &app->options;
	const struct complaints *complaints;

	app->list = symbol_list_new(err);
	if (!app->list)
		return -1;
	if (read_list(app, app->list, NULL, err) == 0)
		return 0;
	complaints = symbol_list_complaints(app->list);
	for (size_t i = 0; i < complaints_told(complaints); i++)
		screen_say(NULL, complaints->line[i]);
	if ((err->kind != ERR_DEADLINE && err->kind != ERR_CANCELED) ||
	    o->wants_plan || symbol_list_count(app->list) == 0)
		return -1;
	/* The time is up, or a signal came: what was read has its records, but
	 * they do not replace those of a whole list. */
	if (!output_is_stdout(o->output))
		return -1;
	if (err->kind == ERR_DEADLINE)
		screen_say(NULL, err->msg);
	return 0;
}

/* For --find: whose lists, and the login of those that want one. */
static int load_lists(struct app *app, struct err *err)
{
	return accounts_choose_lists(&app->accounts, &app->options, err) < 0
		       ? -1
		       : accounts_load_logins(&app->accounts, &app->options,
					      true, &stop, app->deadline_ns,
					      err);
}

/* Everything that can be wrong before the first request. */
static int load(struct app *app, struct err *err)
{
	struct options *o = &app->options;

	if (config_load(o, err) < 0 || options_check(o, err) < 0 ||
	    output_paths_check(o, err) < 0 || check_ca_file(o, err) < 0 ||
	    find_deadline(app, err) < 0)
		return -1;
	if (o->find_text)
		return load_lists(app, err);
	if (accounts_choose(&app->accounts, o, err) < 0)
		return -1;
	if (o->wants_check)
		return 0;
	if (o->wants_quota)
		return accounts_check_keys(&app->accounts, o, err);
	if (load_list(app, err) < 0 ||
	    accounts_match(&app->accounts, o, app->list, err) < 0)
		return -1;
	return o->wants_plan
		       ? 0
		       : accounts_load_logins(&app->accounts, o, false, &stop,
					      app->deadline_ns, err);
}

static int run_command(struct app *app)
{
	const struct options *o = &app->options;
	struct command c = make_command(app);
	struct err err;

	c.hangup = &hangup;
	c.read_list = read_list;
	c.list_arg = app;

	if (o->wants_plan)
		return command_plan(&c);
	if (o->wants_quota)
		return command_quota(&c);
	if (start_http(app, &err) < 0)
		return fail(&err);
	if (o->wants_check)
		return command_check(&c);
	if (options_polls(o))
		return command_poll(&c);
	if (o->follows)
		return command_follow(&c);
	return o->find_text ? command_find(&c) : command_fetch(&c);
}

static int run(struct app *app)
{
	struct err err;

	if (app->options.follows || options_polls(&app->options))
		watch_hangup();
	if (load(app, &err) < 0)
		return fail(&err);
	if (!app->options.wants_plan ||
	    accounts_is_known(&app->accounts, &app->options, 0))
		open_state(app);
	return run_command(app);
}

int main(int argc, char **argv)
{
	struct app app = { .state_dirfd = -1 };
	struct err err;
	int status;

	atomic_init(&app.has_stray_resolver, false);
	app.started_ns = clock_monotonic_ns();
	io_guard_standard(app.closed);
	guard_secrets();
	options_init(&app.options);
	if (watch_signals(&err) < 0 ||
	    options_parse(&app.options, argc, argv, &err) < 0)
		status = fail(&err);
	else if (page_is_wanted(&app.options))
		status = print_page(&app);
	else if (!app.options.wants_quota && !app.options.wants_check &&
		 !app.options.find_text && !options_has_input(&app.options))
		status = print_short_help();
	else
		status = run(&app);
	private_state_tell(&app.own, screen_say, NULL);
	options_release(&app.options);
	symbol_list_free(app.list);
	if (app.state_dirfd >= 0)
		close(app.state_dirfd);
	if (atomic_load(&app.has_stray_resolver))
		_exit(status); /* exit would free what that thread uses */
	if (app.has_http)
		http_global_cleanup();
	return status;
}
