/* SPDX-License-Identifier: MIT */
/* A quote is held back until another call was made for its symbol:
 *
 *	a check   --cross-check: a second source's, to be compared; the price
 *	          stays what it was
 *	a rest    --detail: the source's own multi call, for what its detail call
 *	          does not tell
 *
 *	answered -> held, a check and a rest for each quote -> a source's line
 *	that call answered, or failed for good -> used; the last one -> ready */
#include "engine/scheduler_part.h"

#include "model/check.h"

/* They wait for so long for others to share their call. */
#define GATHER_NS (NS_PER_SEC / 4)

/* Notes that a call is wanted for a quote of the job; without memory, none is. */
static void want(struct scheduler_asides *a, struct result *job, size_t i,
		 int64_t now_ns)
{
	struct request_item *item = scheduler_add_moved(&a->line);

	if (!item)
		return;
	a->since_ns = now_ns;
	*item = (struct request_item){ .symbol = job->request->item[i].symbol,
				       .check_of = job,
				       .check_at = (uint32_t)i };
	item->symbol.exchange = MARKET_NONE;
	job->checks_left++;
}

/* Where nobody else serves the symbol, there is no check. */
static void want_check(struct scheduler *s, struct result *job, size_t i,
		       int64_t now_ns)
{
	size_t other = scheduler_find_other(s, job->request->source,
					    &job->request->item[i]);

	job->outcome[i].is_checked = true;
	job->outcome[i].check = (struct check){ .verdict = CHECK_NONE };
	if (other != SCHEDULER_NO_SOURCE)
		want(&s->source[other].checks, job, i, now_ns);
}

bool scheduler_hold(struct scheduler *s, struct result *job, int64_t now_ns)
{
	struct scheduler_source *src = &s->source[job->request->source];
	size_t i;

	for (i = 0; i < job->request->count; i++) {
		const struct symbol *symbol = &job->request->item[i].symbol;
		const struct outcome *o = &job->outcome[i];

		if ((o->has_quote || o->err.kind == ERR_NO_TRADE) &&
		    plan_completes(&src->plan, symbol->market))
			want(&src->rests, job, i, now_ns);
		if (o->has_quote && s->config.check_percent)
			want_check(s, job, i, now_ns);
	}
	if (job->checks_left == 0)
		return false;
	job_line_append(&s->held, job);
	return true;
}

/* Whether they have waited for others long enough. */
static bool is_gathered(const struct scheduler_asides *a, int64_t now_ns,
			int64_t *wake_ns)
{
	int64_t at_ns = a->since_ns + GATHER_NS;

	if (now_ns >= at_ns)
		return true;
	*wake_ns = earlier(*wake_ns, at_ns);
	return false;
}

/* A job for the last count of them; NULL: they wait, for others give memory
 * back. */
static struct result *take_last(struct scheduler_source *src,
				struct scheduler_moved *m, size_t count,
				enum plan_lane lane)
{
	struct request *r = scheduler_request_moved(src, m, count, lane);
	struct result *job;

	if (!r)
		return NULL;
	r->is_check = true;
	job = job_new(r);
	if (job)
		m->count -= count;
	return job;
}

struct result *scheduler_take_rests(struct scheduler_source *src,
				    int64_t now_ns, int64_t *wake_ns)
{
	struct scheduler_moved *m = &src->rests.line;
	size_t most = src->plan.config.batch;
	struct result *job;

	if (m->count == 0)
		return NULL;
	if (m->count < most &&
	    (plan_requests_left(&src->plan) > 0 || scheduler_has_moved(src)))
		return NULL;
	if (m->count < most && (src->alive > 0 || src->back.first) &&
	    !is_gathered(&src->rests, now_ns, wake_ns))
		return NULL;
	job = take_last(src, m, m->count < most ? m->count : most,
			LANE_BATCHED);
	if (!job)
		return NULL;
	job->request->completes = true;
	job->request->wants_detail = job->request->wants_raw = false;
	return job;
}

struct result *scheduler_take_checks(struct scheduler *s,
				     struct scheduler_source *src,
				     int64_t now_ns, int64_t *wake_ns)
{
	struct scheduler_moved *m = &src->checks.line;
	size_t most = src->plan.config.batch, count;
	struct result *job;
	enum plan_lane lane;
	size_t i;

	if (m->count == 0)
		return NULL;
	lane = plan_lane_of(&src->plan, m->item[m->count - 1].symbol.market);
	if (lane == LANE_BATCHED && m->count < most &&
	    !is_gathered(&src->checks, now_ns, wake_ns))
		return NULL;
	for (count = 1;
	     lane == LANE_BATCHED && count < most && count < m->count; count++)
		if (plan_lane_of(&src->plan,
				 m->item[m->count - 1 - count].symbol.market) !=
		    lane)
			break;
	job = take_last(src, m, count, lane);
	for (i = 0; job && i < count; i++)
		scheduler_choose_exchange(s, src, &job->request->item[i]);
	return job;
}

static void take_out(struct job_line *line, const struct result *job)
{
	struct result *before = NULL, *at;

	for (at = line->first; at != job; before = at, at = at->next)
		require(at);
	job_line_take_after(line, before);
}

static void compare(const struct scheduler *s, const struct result *check,
		    size_t i)
{
	const struct request_item *item = &check->request->item[i];
	struct outcome *ours = &item->check_of->outcome[item->check_at];
	const struct outcome *theirs = &check->outcome[i];

	/* Without memory: none. */
	if (check_compare(&ours->quote,
			  theirs->has_quote ? &theirs->quote : NULL,
			  check->provider, s->config.check_percent,
			  &item->check_of->texts, &ours->check, NULL) < 0)
		ours->check = (struct check){ .provider = check->provider,
					      .verdict = CHECK_NONE };
}

/* One call for a quote fewer. */
static void release(struct scheduler *s, struct result *held)
{
	if (--held->checks_left > 0)
		return;
	take_out(&s->held, held);
	job_line_append(&s->ready, held);
}

void scheduler_take_check(struct scheduler *s, struct result *check)
{
	for (size_t i = 0; i < check->request->count; i++) {
		const struct request_item *item = &check->request->item[i];
		struct result *held = item->check_of;

		if (check->request->completes)
			quote_complete(&held->outcome[item->check_at].quote,
				       &check->outcome[i].quote, &held->texts);
		else
			compare(s, check, i);
		release(s, held);
	}
	result_free(check);
}

void scheduler_drop(struct scheduler *s, struct scheduler_asides *asides)
{
	struct scheduler_moved *m = &asides->line;

	while (m->count > 0)
		release(s, m->item[--m->count].check_of);
}
