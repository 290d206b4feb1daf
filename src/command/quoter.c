/* SPDX-License-Identifier: MIT */
#include "command/quoter.h"

#include "base/clock.h"
#include "base/sync.h"
#include "cli/options.h"
#include "command/account.h"
#include "command/command.h"
#include "command/private_state.h"
#include "engine/engine.h"
#include "provider/provider.h"
#include "share/exchange_book.h"
#include "share/quota.h"

/* ---- opening and closing ---- */

static int open_book(struct quoter *q, struct err *err)
{
	int dirfd = q->config.command->state_dirfd;

	q->book = exchange_book_new(err);
	if (!q->book)
		return -1;
	return dirfd < 0 ? 0 : exchange_book_load(q->book, dirfd, err);
}

static int open_engine(struct quoter *q, struct err *err)
{
	const struct command *c = q->config.command;
	const struct options *o = c->options;
	bool grows = o->workers == OPTION_AUTO;
	const struct engine_config config = {
		.upstream = q->upstream,
		.count = c->accounts->count,
		.workers = grows ? 3 : (size_t)o->workers,
		.grows = grows,
		.widens_limit = grows && o->concurrency == OPTION_AUTO
	};

	for (size_t i = 0; i < config.count; i++) {
		struct upstream_config u = accounts_upstream(c, i);

		u.warn = q->config.warn;
		u.say = q->config.say;
		u.wait = q->config.wait;
		u.say_arg = q->config.say_arg;
		q->upstream_count++;
		if (upstream_open(&q->upstream[i], &u, err) < 0)
			return -1;
	}
	q->engine = engine_new(&config, err);
	return q->engine ? 0 : -1;
}

static void complete(const struct quoter *q, struct scheduler_config *schedule)
{
	schedule->book = q->book;
	schedule->say = q->config.say;
	schedule->say_arg = q->config.say_arg;
}

int quoter_open(struct quoter *q, const struct quoter_config *config,
		struct scheduler_config *schedule, struct err *err)
{
	*q = (struct quoter){ .config = *config };
	if (open_book(q, err) < 0)
		return -1;
	complete(q, schedule);
	scheduler_init(&q->scheduler, schedule);
	return open_engine(q, err);
}

void quoter_begin(struct quoter *q, struct scheduler_config *schedule)
{
	complete(q, schedule);
	scheduler_renew(&q->scheduler, schedule);
}

void quoter_close(struct quoter *q)
{
	engine_free(q->engine);
	for (size_t i = 0; i < q->upstream_count; i++)
		upstream_close(&q->upstream[i]);
	scheduler_release(&q->scheduler);
	exchange_book_free(q->book);
}

/* ---- a round ---- */

int quoter_feed(struct quoter *q, int64_t *wake_ns, struct err *err)
{
	int64_t now_ns = clock_monotonic_ns();
	struct result *job;
	bool has_failed;

	for (size_t i = 0; i < q->upstream_count; i++)
		while (engine_has_credit(q->engine, i)) {
			job = scheduler_next(&q->scheduler, i, now_ns, wake_ns,
					     &has_failed, err);
			if (has_failed)
				return -1;
			if (!job)
				break;
			engine_submit(q->engine, job);
		}
	return 0;
}

int quoter_fd(const struct quoter *q)
{
	return engine_fd(q->engine);
}

/* When a source is down, what its workers have not begun waits elsewhere. */
static void hold_back(struct quoter *q)
{
	struct result *job;

	for (size_t i = 0; i < q->upstream_count; i++)
		while (scheduler_is_down(&q->scheduler, i) &&
		       (job = engine_take_back(q->engine, i)))
			scheduler_put_back(&q->scheduler, job);
}

static int hand_on(struct quoter *q, struct result *job, struct err *err)
{
	return q->config.take(q->config.arg, job, err);
}

int quoter_collect(struct quoter *q, struct err *err)
{
	struct result *job;

	while ((job = engine_collect(q->engine))) {
		job = scheduler_take(&q->scheduler, job, clock_monotonic_ns());
		if (job && hand_on(q, job, err) < 0)
			return -1;
	}
	hold_back(q);
	while ((job = scheduler_settle(&q->scheduler, clock_monotonic_ns())))
		if (hand_on(q, job, err) < 0)
			return -1;
	return 0;
}

bool quoter_is_done(const struct quoter *q)
{
	return scheduler_is_done(&q->scheduler);
}

int quoter_answer_rest(struct quoter *q, const struct err *why, struct err *err)
{
	struct result *job;

	for (size_t i = 0; i < q->upstream_count; i++)
		while ((job = engine_take_back(q->engine, i)))
			scheduler_put_back(&q->scheduler, job);
	while ((job = scheduler_end(&q->scheduler, why)))
		if (hand_on(q, job, err) < 0)
			return -1;
	return 0;
}

/* ---- the end ---- */

void quoter_stop(struct quoter *q, bool is_urgent)
{
	engine_stop(q->engine, is_urgent);
}

void quoter_drop_all(struct quoter *q)
{
	struct result *job;

	for (size_t i = 0; i < q->upstream_count; i++)
		while ((job = engine_take_back(q->engine, i)))
			result_free(job);
	while ((job = engine_collect(q->engine)))
		result_free(job);
}

void quoter_remember(struct quoter *q)
{
	const struct command *c = q->config.command;
	int64_t until_ns = clock_monotonic_ns() + NS_PER_SEC / 4;
	struct err why;

	if (c->state_dirfd >= 0 &&
	    exchange_book_save(q->book, c->state_dirfd, c->stop, until_ns,
			       &why) < 0)
		private_state_note(c->own, STATE_EXCHANGES, &why);
}

/* A disk may fill on the way, too: so this is known at the end. */
static void say_private_state(struct quoter *q)
{
	struct private_state *own = q->config.command->own;
	const struct err *rivals = NULL;

	for (size_t i = 0; i < q->upstream_count; i++) {
		const struct err *w = quota_warning(q->upstream[i].quota);

		if (w && w->kind == ERR_RATE_LIMIT)
			rivals = w;
		private_state_note_upstream(own, &q->upstream[i]);
	}
	if (rivals)
		q->config.warn(q->config.say_arg, rivals->msg);
	private_state_tell(own, q->config.warn, q->config.say_arg);
}

void quoter_say_warnings(struct quoter *q)
{
	struct err why;

	say_private_state(q);
	for (size_t i = 0; i < q->upstream_count; i++) {
		if (scheduler_is_hopeless(&q->scheduler, i, &why)) {
			err_wrap(&why, "stopped early: %s",
				 q->upstream[i].config.provider->name);
			q->config.warn(q->config.say_arg, why.msg);
		}
	}
}

int64_t quoter_count(struct quoter *q, struct metrics *metrics, size_t *workers)
{
	int64_t waited_ns = 0;

	engine_sum_metrics(q->engine, metrics);
	metrics->requests = q->scheduler.requests;
	metrics->retries = q->scheduler.retries;
	*workers = engine_workers(q->engine);
	for (size_t i = 0; i < q->upstream_count; i++)
		waited_ns += quota_waited_ns(q->upstream[i].quota);
	return waited_ns;
}
