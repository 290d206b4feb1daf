/* One run: feeds the plan to the pool, hands results to the sink, and winds
 * up on every way out. */
#include "run.h"

#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/sync.h"
#include "cli/sink.h"
#include "engine/breaker.h"
#include "engine/limit.h"
#include "engine/pool.h"
#include "session.h"
#include "share/credential.h"
#include "share/exchange_book.h"
#include "share/quota.h"

/* The next request, as a result whose outcomes are blank; NULL with *done set
 * when none is left. */
static struct result *next_job(struct session *run, bool *done, struct err *err)
{
	struct request *request = plan_next(&run->plan, done, err);
	struct result *job;
	size_t i;

	if (!request)
		return NULL;
	for (i = 0; i < request->count; i++) {
		struct symbol *s = &request->item[i].symbol;

		if (s->market == MARKET_US)
			s->exchange =
				(uint8_t)exchange_book_find(run->book, s->code);
	}
	job = result_new(request);
	if (!job) {
		request_free(request);
		err_no_memory(err);
	}
	return job;
}

static int feed(struct session *run, struct err *err)
{
	bool done = false;

	while (pool_has_credit(run->pool)) {
		struct result *job = next_job(run, &done, err);

		if (!job)
			return done ? 0 : -1;
		pool_submit(run->pool, job);
	}
	return 0;
}

/* What main learns from a result before it is rendered. */
static int learn(struct session *run, const struct result *result,
		 struct err *err)
{
	size_t i;

	if (result->is_multi_refused)
		plan_use_single_calls(&run->plan);
	for (i = 0; i < result->request->count; i++) {
		const struct symbol *s = &result->request->item[i].symbol;
		const struct outcome *o = &result->outcome[i];

		if (s->market == MARKET_US && o->has_quote &&
		    exchange_book_note(run->book, s->code, o->exchange, err) <
			    0)
			return -1;
	}
	return 0;
}

/* --workers auto: a call holds a place of the quota for its round trip and a
 * second, so N x RTT / (1 + RTT) calls are in flight when the quota is used up;
 * two more wait for their turn. */
static void follow_latency(struct session *run, const struct result *result)
{
	double sec = result->outcome[0].latency_ms / 1000.0;
	double rate = session_rate(run->config);

	if (run->options->workers != OPTION_AUTO ||
	    result->outcome[0].attempts == 0)
		return;
	run->latency_sec =
		run->latency_sec > 0 ? 0.8 * run->latency_sec + 0.2 * sec : sec;
	if ((double)pool_workers(run->pool) <
		    rate * run->latency_sec / (1 + run->latency_sec) + 2 &&
	    pool_grow(run->pool) && run->options->concurrency == OPTION_AUTO)
		limit_widen(run->shared.limit);
}

static int collect(struct session *run, struct err *err)
{
	struct result *result;

	while ((result = pool_collect(run->pool))) {
		follow_latency(run, result);
		if (learn(run, result, err) < 0) {
			result_free(result);
			return -1;
		}
		if (sink_take(run->sink, result, err) < 0)
			return -1;
	}
	return sink_flush(run->sink, err);
}

/* Feeds and collects until all is answered, the time is up, or a stop. */
static int pump(struct session *run, struct err *err)
{
	const struct session_config *c = run->config;
	struct err why;

	for (;;) {
		if (feed(run, err) < 0)
			return -1;
		if (pool_alive(run->pool) == 0)
			return 0;
		if (io_wait(pool_fd(run->pool), POLLIN, c->stop, c->deadline_ns,
			    &why) < 0) {
			if (why.kind == ERR_CANCELED ||
			    why.kind == ERR_DEADLINE)
				return 0;
			*err = why;
			return -1;
		}
		if (collect(run, err) < 0)
			return -1;
	}
}

static int fail_job(struct session *run, struct result *job,
		    const struct err *why, struct err *err)
{
	result_fail(job, 0, job->request->count, why);
	return sink_take(run->sink, job, err);
}

/* Answers for everything that no worker has begun. */
static int answer_the_rest(struct session *run, struct err *err)
{
	struct result *job;
	struct err why;
	bool done = false;

	if (stop_reason(run->config->stop))
		err_set(&why, ERR_CANCELED, "interrupted");
	else
		err_set(&why, ERR_DEADLINE,
			"its turn did not come before the time was up");
	while ((job = pool_cancel_waiting(run->pool)))
		if (fail_job(run, job, &why, err) < 0)
			return -1;
	while ((job = next_job(run, &done, err)))
		if (fail_job(run, job, &why, err) < 0)
			return -1;
	return done ? 0 : -1;
}

static void drop_all(struct session *run)
{
	struct result *result;

	while ((result = pool_cancel_waiting(run->pool)))
		result_free(result);
	while ((result = pool_collect(run->pool)))
		result_free(result);
}

/* Ends the workers. They are bounded by the deadline; a stop wakes them. */
static void stop_workers(struct session *run)
{
	if (stop_reason(run->config->stop)) {
		limit_close(run->shared.limit);
		credential_close(run->shared.credential);
	}
	pool_stop(run->pool);
}

static int deliver_all(struct session *run, struct err *err)
{
	if (sink_begin(run->sink, err) < 0 || pump(run, err) < 0)
		return -1;
	stop_workers(run);
	if (collect(run, err) < 0 || answer_the_rest(run, err) < 0 ||
	    sink_end(run->sink, err) < 0)
		return -1;
	return 0;
}

static void add_metrics(void *worker, void *sum)
{
	metrics_add(sum, fetch_metrics(worker));
}

static void report(struct session *run, struct run_report *out)
{
	out->stats.tally = *sink_tally(run->sink);
	pool_each_worker(run->pool, add_metrics, &out->stats.metrics);
	out->stats.workers = pool_workers(run->pool);
	out->stats.wall_ns = clock_monotonic_ns() - run->config->started_ns;
	out->stats.quota_waited_ns = quota_waited_ns(run->shared.quota);
	out->stopped_early =
		breaker_is_open(run->shared.breaker, &out->early_err);
	out->has_stray_resolver = atomic_load(&run->has_stray_resolver);
	/* A disk may fill on the way, too. */
	if (quota_warning(run->shared.quota))
		sink_say(run->sink, quota_warning(run->shared.quota));
	sink_summarize(run->sink, out->stats.metrics.calls);
}

/* What was found out about exchanges is kept; failing that is no failure. */
static void remember(struct session *run)
{
	struct err why;
	int64_t until_ns = clock_monotonic_ns() + NS_PER_SEC / 4;

	if (run->config->state_dirfd >= 0 &&
	    exchange_book_save(run->book, run->config->state_dirfd,
			       run->config->stop, until_ns, &why) < 0 &&
	    run->options->is_verbose)
		sink_say(run->sink, why.msg);
}

int run_fetch(const struct session_config *config, struct run_report *out,
	      struct err *err)
{
	struct session run;
	int rc;

	memset(out, 0, sizeof *out);
	rc = session_open(&run, config, err);
	if (rc < 0)
		goto out;
	if (deliver_all(&run, &out->output_err) < 0) {
		out->output_failed = true;
		stop_request(config->stop, STOP_INTERNAL);
		stop_workers(&run);
		drop_all(&run);
	}
	report(&run, out);
	remember(&run);
out:
	session_close(&run);
	return rc;
}
