/* SPDX-License-Identifier: MIT */
/* Chooses the next job of a source. */
#include "engine/scheduler_part.h"

/* There are some. */
static struct request *take_moved(struct scheduler_source *src)
{
	struct scheduler_moved *m = &src->moved[LANE_BATCHED];
	enum plan_lane lane = LANE_BATCHED;
	struct request *r;
	size_t count;

	if (m->count == 0)
		m = &src->moved[lane = LANE_SINGLE];
	count = lane == LANE_SINGLE                 ? 1
		: m->count < src->plan.config.batch ? m->count
						    : src->plan.config.batch;
	r = scheduler_request_moved(src, m, count, lane);
	m->count -= r ? count : 0;
	return r;
}

struct result *scheduler_take_fresh(struct scheduler *s,
				    struct scheduler_source *src, bool *done,
				    struct err *err)
{
	struct request *request;
	struct result *job;
	size_t i;

	*done = false;
	if (plan_requests_left(&src->plan) > 0)
		request = plan_next(&src->plan, done, err);
	else if (scheduler_has_moved(src))
		request = take_moved(src);
	else {
		*done = true;
		return NULL;
	}
	for (i = 0; request && i < request->count; i++)
		scheduler_choose_exchange(s, src, &request->item[i]);
	job = job_new(request);
	if (job)
		s->requests++;
	else
		err_no_memory(err);
	return job;
}

/* What has waited for long enough, and the budget allows. */
static struct result *take_ripe(struct scheduler *s,
				struct scheduler_source *src, int64_t now_ns,
				int64_t *wake_ns)
{
	struct result *before = NULL, *job;
	int64_t at_ns;

	for (job = src->back.first; job; before = job, job = job->next) {
		at_ns = job->request->not_before_ns;
		if (at_ns > now_ns) {
			*wake_ns = earlier(*wake_ns, at_ns);
			continue;
		}
		if (!retry_budget_take(&src->budget, now_ns, &at_ns)) {
			*wake_ns = earlier(*wake_ns, at_ns);
			return NULL;
		}
		job = job_line_take_after(&src->back, before);
		s->retries++;
		result_reset(job);
		return job;
	}
	return NULL;
}

struct result *scheduler_next(struct scheduler *s, size_t source,
			      int64_t now_ns, int64_t *wake_ns, bool *failed,
			      struct err *err)
{
	struct scheduler_source *src = &s->source[source];
	enum breaker_reply reply;
	struct result *job = NULL;
	int64_t at_ns = CLOCK_NEVER;
	bool done;

	*failed = s->is_out_of_memory;
	if (*failed) {
		err_no_memory(err);
		return NULL;
	}
	reply = breaker_ask(&src->breaker, now_ns, &at_ns);
	if (reply == BREAKER_WAIT && at_ns < *wake_ns)
		*wake_ns = at_ns;
	if (reply == BREAKER_WAIT || reply == BREAKER_HOPELESS)
		return NULL;
	job = job_line_take_after(&src->front, NULL);
	if (!job && reply != BREAKER_PROBE)
		job = scheduler_take_rests(src, now_ns, wake_ns);
	/* A probe with what failed: what was never asked need not fail, too. */
	if (!job && reply == BREAKER_PROBE)
		job = take_ripe(s, src, now_ns, wake_ns);
	if (!job) {
		job = scheduler_take_fresh(s, src, &done, err);
		*failed = !job && !done;
		if (*failed)
			return NULL;
	}
	if (!job)
		job = scheduler_take_checks(s, src, now_ns, wake_ns);
	if (!job && reply != BREAKER_PROBE)
		job = take_ripe(s, src, now_ns, wake_ns);
	if (!job)
		return NULL;
	if (reply == BREAKER_PROBE)
		breaker_note_probe(&src->breaker);
	src->alive++;
	return job;
}

void scheduler_put_back(struct scheduler *s, struct result *job)
{
	struct scheduler_source *src = &s->source[job->request->source];

	src->alive--;
	src->breaker.is_probing =
		false; /* if it was the probe: another may go */
	job_line_prepend(&src->front, job);
}
