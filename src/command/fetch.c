/* SPDX-License-Identifier: MIT */
/* The main command: feeds what the scheduler gives to the engine, takes what
 * comes back, hands answers to the sink, and winds up on every way out.
 *
 *	pump: | feed while there is credit | wait | collect, settle -> sink |
 *	end:  stop the workers, collect, a record for all that is left */
#include "command/command.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/sync.h"
#include "cli/metrics_file.h"
#include "cli/options.h"
#include "cli/report.h"
#include "cli/sink.h"
#include "cli/stats.h"
#include "command/account.h"
#include "command/cost.h"
#include "command/exit_status.h"
#include "engine/engine.h"
#include "engine/scheduler.h"
#include "engine/upstream.h"
#include "share/exchange_book.h"
#include "share/quota.h"

struct fetch {
	const struct command *c;
	struct upstream upstream[SOURCES_MAX];
	size_t upstream_count; /* opened */
	struct exchange_book *book;
	struct scheduler scheduler;
	struct engine *engine;
	struct sink *sink;
	const char *source[SOURCES_MAX]; /* their names */
};

/* ---- opening and closing ---- */

/* Warns where the calls cannot all be made in time. */
static void warn_of_misfit(struct fetch *f)
{
	struct buf line;
	size_t i;

	for (i = 0; i < f->upstream_count; i++) {
		struct quota_view view;
		struct cost cost;

		quota_look(f->upstream[i].quota, &view);
		cost = cost_of(f->c, &f->scheduler, i, &view);
		buf_init(&line, 1024);
		if (!report_misfit(&cost, &line))
			sink_say(f->sink, buf_text(&line));
		buf_release(&line);
	}
}

static int open_book(struct fetch *f, struct err *err)
{
	f->book = exchange_book_new(err);
	if (!f->book)
		return -1;
	return f->c->state_dirfd < 0
		       ? 0
		       : exchange_book_load(f->book, f->c->state_dirfd, err);
}

/* The words of the engine in those of the bar. Thread: any. */
static void show_wait(void *sink, enum upstream_wait what, int delta)
{
	switch (what) {
	case UPSTREAM_WAITS_TOKEN:
		sink_wait(sink, PROGRESS_WAIT_TOKEN, delta);
		break;
	case UPSTREAM_WAITS_QUOTA:
		sink_wait(sink, PROGRESS_WAIT_QUOTA, delta);
		break;
	}
}

static int open_engine(struct fetch *f, struct err *err)
{
	const struct options *o = f->c->options;
	bool grows = o->workers == OPTION_AUTO;
	const struct engine_config config = {
		.upstream = f->upstream,
		.count = f->c->accounts->count,
		.workers = grows ? 3 : (size_t)o->workers,
		.grows = grows,
		.widens_limit = grows && o->concurrency == OPTION_AUTO
	};
	size_t i;

	for (i = 0; i < config.count; i++) {
		struct upstream_config u = accounts_upstream(f->c, i);

		u.warn = sink_say;
		u.say = o->is_verbose ? sink_say : NULL;
		u.wait = show_wait;
		u.say_arg = f->sink;
		f->upstream_count++;
		if (upstream_open(&f->upstream[i], &u, err) < 0)
			return -1;
	}
	f->engine = engine_new(&config, err);
	return f->engine ? 0 : -1;
}

static int open_sink(struct fetch *f, struct err *err)
{
	const struct command *c = f->c;
	const struct sink_config config = { .options = c->options,
					    .list = c->list,
					    .source = f->source,
					    .source_count = c->accounts->count,
					    .stop = c->stop,
					    .started_ns = c->started_ns,
					    .deadline_ns = c->deadline_ns,
					    .stdout_is_closed =
						    c->stdout_is_closed };
	size_t i;

	for (i = 0; i < c->accounts->count; i++)
		f->source[i] = c->accounts->provider[i]->name;
	f->sink = sink_open(&config, err);
	return f->sink ? 0 : -1;
}

static int open_all(struct fetch *f, struct err *err)
{
	struct scheduler_config config = accounts_schedule(f->c);

	if (open_sink(f, err) < 0 || open_book(f, err) < 0)
		return -1;
	config.book = f->book;
	config.say = f->c->options->is_verbose ? sink_say : NULL;
	config.say_arg = f->sink;
	scheduler_init(&f->scheduler, &config);
	return open_engine(f, err);
}

static void close_all(struct fetch *f)
{
	size_t i;

	engine_free(f->engine);
	for (i = 0; i < f->upstream_count; i++)
		upstream_close(&f->upstream[i]);
	scheduler_release(&f->scheduler);
	exchange_book_free(f->book);
	sink_free(f->sink);
}

/* ---- the pump ---- */

/* Gives each source what it can take. *wake_ns is when there may be more. */
static int feed(struct fetch *f, int64_t *wake_ns, struct err *err)
{
	int64_t now_ns = clock_monotonic_ns();
	struct result *job;
	bool has_failed;
	size_t i;

	*wake_ns = f->c->deadline_ns;
	for (i = 0; i < f->upstream_count; i++)
		while (engine_has_credit(f->engine, i)) {
			job = scheduler_next(&f->scheduler, i, now_ns, wake_ns,
					     &has_failed, err);
			if (has_failed)
				return -1;
			if (!job)
				break;
			engine_submit(f->engine, job);
		}
	return 0;
}

/* When a source is down, what its workers have not begun waits elsewhere. */
static void hold_back(struct fetch *f)
{
	struct result *job;
	size_t i;

	for (i = 0; i < f->upstream_count; i++)
		while (scheduler_is_down(&f->scheduler, i) &&
		       (job = engine_take_back(f->engine, i)))
			scheduler_put_back(&f->scheduler, job);
}

static int collect(struct fetch *f, struct err *err)
{
	struct result *job;

	while ((job = engine_collect(f->engine))) {
		job = scheduler_take(&f->scheduler, job, clock_monotonic_ns());
		if (job && sink_take(f->sink, job, err) < 0)
			return -1;
	}
	hold_back(f);
	while ((job = scheduler_settle(&f->scheduler, clock_monotonic_ns())))
		if (sink_take(f->sink, job, err) < 0)
			return -1;
	return sink_flush(f->sink, err);
}

/* Feeds and collects until all is answered, the time is up, or a stop. */
static int pump(struct fetch *f, struct err *err)
{
	struct err why;
	int64_t wake_ns;

	for (;;) {
		if (feed(f, &wake_ns, err) < 0)
			return -1;
		if (scheduler_is_done(&f->scheduler))
			return 0;
		if (wake_ns > sink_redraw_ns(f->sink))
			wake_ns = sink_redraw_ns(f->sink);
		if (io_wait(engine_fd(f->engine), POLLIN, f->c->stop, wake_ns,
			    &why) < 0 &&
		    (why.kind != ERR_DEADLINE ||
		     clock_monotonic_ns() >= f->c->deadline_ns)) {
			if (why.kind == ERR_CANCELED ||
			    why.kind == ERR_DEADLINE)
				return 0;
			*err = why;
			return -1;
		}
		if (collect(f, err) < 0)
			return -1;
	}
}

/* ---- the end ---- */

static void stop_workers(struct fetch *f)
{
	engine_stop(f->engine, stop_reason(f->c->stop) != 0);
}

/* Answers for everything that has no answer. */
static int answer_the_rest(struct fetch *f, struct err *err)
{
	struct result *job;
	struct err why;
	size_t i;

	if (stop_reason(f->c->stop))
		err_set(&why, ERR_CANCELED, "interrupted");
	else
		err_set(&why, ERR_DEADLINE,
			"its turn did not come before the time was up");
	for (i = 0; i < f->upstream_count; i++)
		while ((job = engine_take_back(f->engine, i)))
			scheduler_put_back(&f->scheduler, job);
	while ((job = scheduler_end(&f->scheduler, &why)))
		if (sink_take(f->sink, job, err) < 0)
			return -1;
	return 0;
}

static void drop_all(struct fetch *f)
{
	struct result *job;
	size_t i;

	for (i = 0; i < f->upstream_count; i++)
		while ((job = engine_take_back(f->engine, i)))
			result_free(job);
	while ((job = engine_collect(f->engine)))
		result_free(job);
}

static int deliver_all(struct fetch *f, struct err *err)
{
	if (sink_begin(f->sink, err) < 0 || pump(f, err) < 0)
		return -1;
	stop_workers(f);
	if (collect(f, err) < 0 || answer_the_rest(f, err) < 0 ||
	    sink_end(f->sink, err) < 0)
		return -1;
	return 0;
}

/* What was found out about exchanges is kept; failing that is no failure. */
static void remember(struct fetch *f)
{
	const struct command *c = f->c;
	int64_t until_ns = clock_monotonic_ns() + NS_PER_SEC / 4;
	struct err why;

	if (c->state_dirfd >= 0 &&
	    exchange_book_save(f->book, c->state_dirfd, c->stop, until_ns,
			       &why) < 0 &&
	    c->options->is_verbose)
		sink_say(f->sink, why.msg);
}

static void say_warnings(struct fetch *f)
{
	const struct command *c = f->c;
	struct err why;
	size_t i;

	for (i = 0; i < f->upstream_count; i++) {
		/* A disk may fill on the way, too. */
		if (quota_warning(f->upstream[i].quota))
			sink_say(f->sink, quota_warning(f->upstream[i].quota));
		if (scheduler_is_hopeless(&f->scheduler, i, &why)) {
			err_wrap(&why, "stopped early: %s",
				 c->accounts->provider[i]->name);
			sink_say(f->sink, why.msg);
		}
	}
}

static void count(struct fetch *f, struct stats *stats)
{
	size_t i;

	stats->tally = *sink_tally(f->sink);
	engine_sum_metrics(f->engine, &stats->metrics);
	stats->metrics.requests = f->scheduler.requests;
	stats->metrics.retries = f->scheduler.retries;
	stats->workers = engine_workers(f->engine);
	stats->wall_ns = clock_monotonic_ns() - f->c->started_ns;
	for (i = 0; i < f->upstream_count; i++)
		stats->quota_waited_ns += quota_waited_ns(f->upstream[i].quota);
}

static void save_stats(const struct command *c, struct stats *stats)
{
	const struct options *o = c->options;
	struct err err;
	bool is_saved = true;

	if (o->stats_file &&
	    stats_save(stats, o->stats_file, o->output, &err) < 0) {
		c->say(NULL, err.msg);
		is_saved = false;
	}
	if (o->metrics_file && metrics_file_save(stats, o->metrics_file,
						 clock_real_ms(), &err) < 0) {
		c->say(NULL, err.msg);
		is_saved = false;
	}
	if (!is_saved && stats->exit_status == STATUS_ALL)
		stats->exit_status = STATUS_OUTPUT;
}

/* Once it has begun, every way out is this one. */
static int report(struct fetch *f, const struct err *output_err)
{
	const struct command *c = f->c;
	struct stats stats = { .workers = 0 };

	count(f, &stats);
	say_warnings(f);
	sink_summarize(f->sink, stats.metrics.calls);
	stats.exit_status =
		exit_status_of_run(&stats.tally, c->options->is_strict,
				   output_err, stop_reason(c->stop));
	if (output_err && stats.exit_status == STATUS_OUTPUT)
		c->say(NULL, output_err->msg);
	save_stats(c, &stats);
	return stats.exit_status;
}

int command_fetch(const struct command *c)
{
	struct fetch f = { .c = c };
	struct err err;
	int status;

	if (open_all(&f, &err) < 0) {
		status = exit_status_fail(&err, stop_reason(c->stop), c->say);
		goto out;
	}
	warn_of_misfit(&f);
	if (deliver_all(&f, &err) < 0) {
		stop_request(c->stop, STOP_INTERNAL);
		stop_workers(&f);
		drop_all(&f);
		status = report(&f, &err);
	} else {
		status = report(&f, NULL);
	}
	remember(&f);
out:
	close_all(&f);
	return status;
}
