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
#include "cli/options.h"
#include "cli/report.h"
#include "cli/sink.h"
#include "cli/stats.h"
#include "command/account.h"
#include "command/cost.h"
#include "command/exit_status.h"
#include "command/quoter.h"
#include "command/recall.h"
#include "command/symbol_names.h"
#include "engine/scheduler.h"
#include "share/name_book.h"
#include "share/quota.h"

struct fetch {
	const struct command *c;
	struct recall recall;
	struct name_book *names; /* --detail; NULL: none */
	struct quoter quoter;
	struct sink *sink;
	const char *source[SOURCES_MAX]; /* their names */
};

/* ---- opening and closing ---- */

/* Warns where the calls cannot all be made in time. */
static void warn_of_misfit(struct fetch *f)
{
	struct buf line;
	size_t i;

	for (i = 0; i < f->quoter.upstream_count; i++) {
		struct limiter_view view;
		struct cost cost;

		quota_look(f->quoter.upstream[i].quota, &view);
		cost = cost_of(f->c, &f->quoter.scheduler, i, &view);
		buf_init(&line, 1024);
		if (!report_misfit(&cost, &line))
			sink_say(f->sink, buf_text(&line));
		buf_release(&line);
	}
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

/* Hands a result on, with earlier quotes in the place of errors. */
static int take(void *arg, struct result *result, struct err *err)
{
	struct fetch *f = arg;

	if (f->names)
		symbol_names_fill(f->names, result);
	recall_take(&f->recall, result);
	return sink_take(f->sink, result, err);
}

/* --detail: the names that no call tells, of lists that were fetched before. */
static int open_names(struct fetch *f, struct err *err)
{
	if (!f->c->options->wants_detail)
		return 0;
	f->names = name_book_new(err);
	return f->names ? symbol_names_load(f->c, false, f->names, err) : -1;
}

static int open_all(struct fetch *f, struct err *err)
{
	struct scheduler_config schedule = accounts_schedule(f->c);
	struct quoter_config config = { .command = f->c,
					.take = take,
					.warn = sink_say,
					.wait = show_wait };

	if (open_sink(f, err) < 0 || open_names(f, err) < 0 ||
	    recall_open(&f->recall, f->c, &schedule, err) < 0)
		return -1;
	config.arg = f;
	config.say_arg = f->sink;
	config.say = f->c->options->is_verbose ? sink_say : NULL;
	return quoter_open(&f->quoter, &config, &schedule, err);
}

static void close_all(struct fetch *f)
{
	quoter_close(&f->quoter);
	recall_close(&f->recall);
	name_book_free(f->names);
	sink_free(f->sink);
}

/* ---- the pump ---- */

static int collect(struct fetch *f, struct err *err)
{
	return quoter_collect(&f->quoter, err) < 0 ? -1
						   : sink_flush(f->sink, err);
}

/* Feeds and collects until all is answered, the time is up, or a stop. */
static int pump(struct fetch *f, struct err *err)
{
	struct err why;

	for (;;) {
		int64_t wake_ns = f->c->deadline_ns;

		if (quoter_feed(&f->quoter, &wake_ns, err) < 0)
			return -1;
		if (quoter_is_done(&f->quoter))
			return 0;
		wake_ns = earlier(wake_ns, sink_redraw_ns(f->sink));
		if (io_wait(quoter_fd(&f->quoter), POLLIN, f->c->stop, wake_ns,
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

/* Answers for everything that has no answer. */
static int answer_the_rest(struct fetch *f, struct err *err)
{
	struct err why;

	if (stop_reason(f->c->stop))
		err_set(&why, ERR_CANCELED, "interrupted");
	else
		err_set(&why, ERR_DEADLINE,
			"its turn did not come before the time was up");
	return quoter_answer_rest(&f->quoter, &why, err);
}

/* What earlier runs were told, and need not be asked. */
static int give_known(struct fetch *f, struct err *err)
{
	struct result *known;
	bool has_failed;

	while ((known = recall_give(&f->recall, &has_failed, err)))
		if (sink_take(f->sink, known, err) < 0 ||
		    sink_flush(f->sink, err) < 0)
			return -1;
	return has_failed ? -1 : 0;
}

static int deliver_all(struct fetch *f, struct err *err)
{
	if (sink_begin(f->sink, err) < 0 || give_known(f, err) < 0 ||
	    pump(f, err) < 0)
		return -1;
	quoter_stop(&f->quoter, stop_reason(f->c->stop) != 0);
	if (collect(f, err) < 0 || answer_the_rest(f, err) < 0 ||
	    sink_end(f->sink, err) < 0)
		return -1;
	return 0;
}

static void count(struct fetch *f, struct stats *stats)
{
	stats->tally = *sink_tally(f->sink);
	stats->quota_waited_ns =
		quoter_count(&f->quoter, &stats->metrics, &stats->workers);
	stats->wall_ns = clock_monotonic_ns() - f->c->started_ns;
}

/* Once it has begun, every way out is this one. */
static int report(struct fetch *f, const struct err *output_err)
{
	const struct command *c = f->c;
	struct stats stats = { .workers = 0 };

	count(f, &stats);
	quoter_remember(&f->quoter);
	recall_save(&f->recall);
	quoter_say_warnings(&f->quoter);
	sink_summarize(f->sink, stats.metrics.calls);
	stats.exit_status =
		exit_status_of_run(&stats.tally, c->options->is_strict,
				   output_err, stop_reason(c->stop));
	if (output_err && stats.exit_status == STATUS_OUTPUT)
		c->say(NULL, output_err->msg);
	return exit_status_save(c, &stats);
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
		quoter_stop(&f.quoter, true);
		quoter_drop_all(&f.quoter);
		status = report(&f, &err);
	} else {
		status = report(&f, NULL);
	}
out:
	close_all(&f);
	return status;
}
