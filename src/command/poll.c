/* SPDX-License-Identifier: MIT */
/* Polls: the quotes of a list every so many seconds, until a signal, --count,
 * --timeout, --until, or the reader's leaving. Failures end nothing; the next
 * round asks again. */
#include "command/command.h"

#include <poll.h>

#include "base/clock.h"
#include "base/sync.h"
#include "cli/options.h"
#include "cli/stats.h"
#include "cli/stream_sink.h"
#include "command/exit_status.h"
#include "command/poller.h"

struct poll {
	const struct command *c;
	struct stream_sink *sink;
	struct poller poller;
};

static int open_all(struct poll *p, struct err *err)
{
	const struct command *c = p->c;
	const struct stream_sink_config sink = { .options = c->options,
						 .list = c->list,
						 .stop = c->stop,
						 .stdout_is_closed =
							 c->stdout_is_closed,
						 .is_polled = true };
	struct poller_config config = {
		.command = c,
		.interval_ns =
			(int64_t)(c->options->every_sec * (double)NS_PER_SEC)
	};

	p->sink = stream_sink_open(&sink, err);
	config.sink = p->sink;
	return !p->sink ? -1 : poller_open(&p->poller, &config, err);
}

static bool is_count_reached(const struct poll *p)
{
	int count = p->c->options->count;

	return count > 0 && p->poller.records >= (size_t)count;
}

static int wait_for_more(struct poll *p, int64_t wake_ns, struct err *err)
{
	struct pollfd fd[] = {
		{ .fd = -1 }, /* the sink's */
		{ .fd = poller_fd(&p->poller), .events = POLLIN },
		{ .fd = p->c->stop->fd[0], .events = POLLIN },
		{ .fd = p->c->hangup->fd[0], .events = POLLIN }
	};

	return stream_sink_wait(p->sink, fd, sizeof fd / sizeof *fd, wake_ns,
				err);
}

/* SIGHUP: the log was moved away. */
static void take_hangup(const struct poll *p)
{
	struct err err;

	if (stop_take(p->c->hangup) && stream_sink_reopen(p->sink, &err) < 0)
		stream_sink_say_above(p->sink, err.msg);
}

static int pump(struct poll *p, struct err *err)
{
	const struct command *c = p->c;

	while (!stop_reason(c->stop) && clock_monotonic_ns() < c->deadline_ns) {
		int64_t wake_ns = c->deadline_ns;

		take_hangup(p);
		if (poller_step(&p->poller, &wake_ns, err) < 0 ||
		    stream_sink_flush(p->sink, c->stop, c->deadline_ns, err) <
			    0)
			return -1;
		if (is_count_reached(p) || p->poller.is_refused)
			return 0;
		if (wait_for_more(p, wake_ns, err) < 0)
			return -1;
	}
	return 0;
}

static int status_of(const struct poll *p, int signo)
{
	const struct poller *poller = &p->poller;
	size_t failed = poller->polls.rounds > 0 ? poller->last_failed
						 : poller->round_failed;

	if (signo > 0)
		return STATUS_SIGNAL + signo;
	if (poller->is_refused)
		return STATUS_AUTH;
	if (p->c->options->count > 0 && !is_count_reached(p))
		return STATUS_DEADLINE;
	if (poller->quotes == 0)
		return poller->polls.rounds > 0 ? STATUS_NONE : STATUS_DEADLINE;
	if (poller->polls.rounds == 0 && !is_count_reached(p))
		return STATUS_DEADLINE;
	return failed > 0 ? STATUS_SOME : STATUS_ALL;
}

static int report(struct poll *p, int signo, const struct err *output_err)
{
	struct stats stats = { .workers = 0 };

	stats.exit_status = status_of(p, signo);
	if (output_err && signo <= 0) {
		stats.exit_status = exit_status_of_err(output_err, 0);
		if (stats.exit_status != STATUS_PIPE)
			p->c->say(NULL, output_err->msg);
	}
	poller_count(&p->poller, &stats);
	stats.wall_ns = clock_monotonic_ns() - p->c->started_ns;
	return exit_status_save(p->c, &stats);
}

static int run(struct poll *p)
{
	struct err err;
	int rc = pump(p, &err);
	int signo = stop_reason(p->c->stop);

	/* Nobody waits for the answers that are under way. */
	stop_request(p->c->stop, STOP_INTERNAL);
	poller_stop(&p->poller);
	if (rc == 0 || err.kind == ERR_CANCELED)
		rc = stream_sink_end(p->sink, &err);
	return report(p, signo, rc < 0 ? &err : NULL);
}

int command_poll(const struct command *c)
{
	struct poll p = { .c = c };
	struct err err;
	int status;

	if (open_all(&p, &err) < 0)
		status = exit_status_fail(&err, stop_reason(c->stop), c->say);
	else
		status = run(&p);
	poller_close(&p.poller);
	stream_sink_free(p.sink);
	return status;
}
