/* SPDX-License-Identifier: MIT */
/* The order of events, for one job:
 *
 *	next    from front, plan, moved or back; the exchange to ask is chosen
 *	        (engine: a worker makes the call)
 *	take    answered: its symbols have their quote or error, but those that
 *	        another exchange or another source may know
 *	        failed: retry.h says what of it goes where
 *	settle  what the breaker or the clock has decided meanwhile
 *
 * A job that failed keeps its result, and with it the source's own words, until
 * it is asked again: if the time runs out, they are its record. */
#include "engine/scheduler_part.h"

#include <stdlib.h>

#include "provider/provider.h"

/* ---- beginning and end ---- */

uint8_t scheduler_source_of(const struct scheduler_config *c, enum market m)
{
	size_t i;

	for (i = 0; i < c->source_count; i++)
		if (provider_batch_max(c->source[i].account, m) > 0)
			return (uint8_t)i;
	return SCHEDULER_NO_SOURCE;
}

static void init_source(struct scheduler *s, size_t i)
{
	const struct scheduler_config *c = &s->config;
	struct scheduler_source *src = &s->source[i];
	const struct plan_config plan = { .source = (uint8_t)i,
					  .source_of = s->source_of,
					  .account = c->source[i].account,
					  .batch = c->source[i].batch,
					  .wants_detail = c->wants_detail,
					  .wants_raw = c->wants_raw };

	src->provider = c->source[i].provider;
	src->account = c->source[i].account;
	breaker_init(&src->breaker, c->attempts_max);
	retry_budget_init(&src->budget, c->now_ns);
	plan_init(&src->plan, &plan, &c->input);
}

void scheduler_init(struct scheduler *s, const struct scheduler_config *config)
{
	size_t i;

	*s = (struct scheduler){ .config = *config,
				 .random_state = config->seed | 1 };
	for (i = 0; i < MARKET_COUNT; i++)
		s->source_of[i] = scheduler_source_of(config, i);
	for (i = 0; i < config->source_count; i++)
		init_source(s, i);
}

void scheduler_release(struct scheduler *s)
{
	size_t i, lane;

	job_line_clear(&s->held);
	job_line_clear(&s->ready);
	for (i = 0; i < s->config.source_count; i++) {
		free(s->source[i].checks.line.item);
		free(s->source[i].rests.line.item);
		job_line_clear(&s->source[i].front);
		job_line_clear(&s->source[i].back);
		for (lane = 0; lane < PLAN_LANES; lane++)
			free(s->source[i].moved[lane].item);
	}
}

static void take_over(struct scheduler_source *src,
		      const struct scheduler_source *old)
{
	if (!old->breaker.is_hopeless)
		src->breaker = old->breaker;
	src->budget = old->budget;
	src->alive = old->alive;
	src->typical_ns = old->typical_ns;
	if (old->plan.uses_single_calls)
		plan_use_single_calls(&src->plan);
}

void scheduler_renew(struct scheduler *s, const struct scheduler_config *config)
{
	struct scheduler old = *s;
	size_t i;

	require(!old.held.first &&
		old.config.source_count == config->source_count);
	scheduler_init(s, config);
	for (i = 0; i < config->source_count; i++)
		take_over(&s->source[i], &old.source[i]);
	s->requests = old.requests;
	s->retries = old.retries;
	scheduler_release(&old);
}

/* ---- without another call ---- */

/* Any job of the source, asked or not. */
static struct result *take_any(struct scheduler *s,
			       struct scheduler_source *src)
{
	struct result *job = job_line_take_after(&src->front, NULL);
	struct err why;
	bool done;

	if (!job)
		job = job_line_take_after(&src->back, NULL);
	return job ? job : scheduler_take_fresh(s, src, &done, &why);
}

/* Hands a job on, or keeps it where nobody else serves all of it. */
static void hand_on(struct scheduler *s, struct scheduler_source *src,
		    struct result *job)
{
	bool is_check = job->request->is_check && !job->request->completes;
	size_t source = (size_t)(src - s->source), i;

	/* A rest is nobody else's: it waits. */
	for (i = 0; !is_check && i < job->request->count; i++)
		if (job->request->completes ||
		    scheduler_find_other(s, source, &job->request->item[i]) ==
			    SCHEDULER_NO_SOURCE)
			break;
	if (i == job->request->count || is_check) {
		if (!job->has_failed)
			job->err = src->breaker.why;
		job = scheduler_give_up(s, job);
		if (!job)
			return;
		result_reset(job); /* for want of memory */
	}
	job_line_append(job->has_failed ? &src->back : &src->front, job);
}

/* Whether some market of the lane is served by another source, too. */
static bool lane_has_other(const struct scheduler *s, size_t source,
			   enum plan_lane lane)
{
	struct request_item item = { .index = 0 };
	int m;

	for (m = 0; m < MARKET_COUNT; m++) {
		item.symbol.market = (uint8_t)m;
		if (s->source_of[m] == source &&
		    plan_lane_of(&s->source[source].plan, m) == lane &&
		    scheduler_find_other(s, source, &item) !=
			    SCHEDULER_NO_SOURCE)
			return true;
	}
	return false;
}

/* Moves what others serve away from a source that has been silent for a while;
 * what nobody else serves stays. */
static void abandon(struct scheduler *s, size_t source)
{
	struct scheduler_source *src = &s->source[source];
	struct job_line lines[] = { src->front, src->back };
	struct result *job;
	struct request *request;
	size_t i;
	int lane;

	src->front = src->back = (struct job_line){ NULL, NULL };
	for (i = 0; i < 2; i++)
		while ((job = job_line_take_after(&lines[i], NULL)))
			hand_on(s, src, job);
	for (lane = 0; lane < PLAN_LANES; lane++) {
		if (!lane_has_other(s, source, lane))
			continue;
		while (src->plan.left[lane] > 0) {
			request = plan_next_of(&src->plan, lane, NULL);
			if (!request)
				return; /* without memory it waits */
			job = job_new(request);
			if (job)
				hand_on(s, src, job);
			s->is_out_of_memory |= !job;
		}
	}
}

static bool is_silent(const struct scheduler_source *src, int64_t now_ns)
{
	return src->breaker.is_open &&
	       now_ns - src->breaker.opened_ns >= SCHEDULER_FAILOVER_NS;
}

/* A job whose next attempt no longer ends in time. */
static struct result *take_late(const struct scheduler *s,
				struct scheduler_source *src, int64_t now_ns)
{
	struct result *before = NULL, *job;

	for (job = src->back.first; job; before = job, job = job->next) {
		const struct request *r = job->request;
		int64_t at_ns = later(r->not_before_ns, now_ns);

		if (!retry_fits(at_ns, src->typical_ns, r->failing_since_ns,
				s->config.deadline_ns))
			return job_line_take_after(&src->back, before);
	}
	return NULL;
}

struct result *scheduler_settle(struct scheduler *s, int64_t now_ns)
{
	struct result *job, *ended;
	size_t i;

	for (i = 0; i < s->config.source_count; i++) {
		struct scheduler_source *src = &s->source[i];

		if (src->breaker.is_hopeless || is_silent(src, now_ns))
			scheduler_drop(s, &src->checks);
		if (src->breaker.is_hopeless)
			scheduler_drop(s, &src->rests);
		if (!src->breaker.is_hopeless && is_silent(src, now_ns))
			abandon(s, i);
		while ((job = src->breaker.is_hopeless
				      ? take_any(s, src)
				      : take_late(s, src, now_ns))) {
			if (src->breaker.is_hopeless)
				job->err = src->breaker.why;
			ended = scheduler_give_up(s, job);
			if (ended)
				return ended;
		}
	}
	return job_line_take_after(&s->ready, NULL);
}

struct result *scheduler_end(struct scheduler *s, const struct err *why)
{
	struct result *job = NULL;
	size_t i;

	for (i = 0; !job && i < s->config.source_count; i++) {
		scheduler_drop(s, &s->source[i].checks);
		scheduler_drop(s, &s->source[i].rests);
		while ((job = take_any(s, &s->source[i])) &&
		       job->request->is_check)
			(void)scheduler_give_up(s, job); /* freed */
	}
	if (!job)
		return job_line_take_after(&s->ready, NULL);
	if (!job->has_failed || why->kind == ERR_CANCELED)
		job->err = *why;
	scheduler_name_error(job);
	result_fail(job, &job->err);
	return job;
}

/* Whether there is something to do that has not failed yet. */
static bool has_work(const struct scheduler_source *src)
{
	return src->alive > 0 || src->front.first || scheduler_has_moved(src) ||
	       src->checks.line.count > 0 || src->rests.line.count > 0 ||
	       plan_requests_left(&src->plan) > 0;
}

bool scheduler_is_done(const struct scheduler *s)
{
	size_t i;

	if (s->held.first || s->ready.first)
		return false;
	for (i = 0; i < s->config.source_count; i++)
		if (has_work(&s->source[i]) || s->source[i].back.first)
			return false;
	return true;
}

bool scheduler_has_only_failures(const struct scheduler *s)
{
	size_t i;

	if (s->held.first || s->ready.first)
		return false;
	for (i = 0; i < s->config.source_count; i++)
		if (!scheduler_is_down(s, i) && has_work(&s->source[i]))
			return false;
	return true;
}

bool scheduler_is_down(const struct scheduler *s, size_t source)
{
	const struct breaker *b = &s->source[source].breaker;

	return b->is_open || b->is_hopeless;
}

bool scheduler_is_hopeless(const struct scheduler *s, size_t source,
			   struct err *why)
{
	if (!s->source[source].breaker.is_hopeless)
		return false;
	*why = s->source[source].breaker.why;
	return true;
}
