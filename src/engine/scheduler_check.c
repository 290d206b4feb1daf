/* SPDX-License-Identifier: MIT */
/* --cross-check: a quote is held back until a second source was asked about its
 * symbol, and goes on with what that one says. Its price stays what it was.
 *
 *	answered -> held, a check for each quote -> the other source's line
 *	check answered, or failed for good -> compared; the last one -> ready */
#include "engine/scheduler_part.h"

#include <stdlib.h>
#include <string.h>

#include "model/check.h"

/* Checks wait for so long for others to share their call. */
#define GATHER_NS (NS_PER_SEC / 4)

static struct request_item *add_check(struct scheduler_moved *m)
{
	if (m->count == m->cap) {
		size_t cap = m->cap ? m->cap * 2 : REQUEST_MAX;
		struct request_item *grown =
			realloc(m->item, cap * sizeof *grown);

		if (!grown)
			return NULL;
		m->item = grown;
		m->cap = cap;
	}
	return &m->item[m->count++];
}

/* Asks for a check of one quote; without memory, or anybody else, there is
 * none. */
static void want_check(struct scheduler *s, struct result *job, size_t i,
		       int64_t now_ns)
{
	size_t other = scheduler_find_other(s, job->request->source,
					    &job->request->item[i]);
	struct scheduler_source *src;
	struct request_item *check;

	job->outcome[i].is_checked = true;
	job->outcome[i].check = (struct check){ .verdict = CHECK_NONE };
	if (other == SCHEDULER_NO_SOURCE)
		return;
	src = &s->source[other];
	if (src->checks.count == 0)
		src->checks_since_ns = now_ns;
	check = add_check(&src->checks);
	if (!check)
		return;
	*check = (struct request_item){ .symbol = job->request->item[i].symbol,
					.check_of = job,
					.check_at = (uint32_t)i };
	check->symbol.exchange = MARKET_NONE;
	job->checks_left++;
}

bool scheduler_hold(struct scheduler *s, struct result *job, int64_t now_ns)
{
	size_t i;

	if (!s->config.check_percent)
		return false;
	for (i = 0; i < job->request->count; i++)
		if (job->outcome[i].has_quote)
			want_check(s, job, i, now_ns);
	if (job->checks_left == 0)
		return false;
	job_line_append(&s->held, job);
	return true;
}

struct result *scheduler_take_checks(struct scheduler *s,
				     struct scheduler_source *src,
				     int64_t now_ns, int64_t *wake_ns)
{
	struct scheduler_moved *m = &src->checks;
	size_t most = src->plan.config.batch, count;
	struct request *r;
	enum plan_lane lane;
	size_t i;

	if (m->count == 0)
		return NULL;
	lane = plan_lane_of(&src->plan, m->item[m->count - 1].symbol.market);
	if (lane == LANE_BATCHED && m->count < most &&
	    now_ns - src->checks_since_ns < GATHER_NS) {
		if (src->checks_since_ns + GATHER_NS < *wake_ns)
			*wake_ns = src->checks_since_ns + GATHER_NS;
		return NULL;
	}
	for (count = 1;
	     lane == LANE_BATCHED && count < most && count < m->count; count++)
		if (plan_lane_of(&src->plan,
				 m->item[m->count - 1 - count].symbol.market) !=
		    lane)
			break;
	r = request_new(count);
	if (!r)
		return NULL; /* they wait: others give memory back */
	m->count -= count;
	memcpy(r->item, m->item + m->count, count * sizeof *r->item);
	r->count = count;
	plan_set_request(&src->plan, lane, r);
	r->is_check = true;
	for (i = 0; i < count; i++)
		scheduler_choose_exchange(s, src, &r->item[i]);
	return job_new(r);
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

void scheduler_take_check(struct scheduler *s, struct result *check)
{
	size_t i;

	for (i = 0; i < check->request->count; i++) {
		struct result *held = check->request->item[i].check_of;

		compare(s, check, i);
		if (--held->checks_left > 0)
			continue;
		take_out(&s->held, held);
		job_line_append(&s->ready, held);
	}
	result_free(check);
}

void scheduler_drop_checks(struct scheduler *s, struct scheduler_source *src)
{
	while (src->checks.count > 0) {
		const struct request_item *item =
			&src->checks.item[--src->checks.count];
		struct result *held = item->check_of;

		if (--held->checks_left > 0)
			continue;
		take_out(&s->held, held);
		job_line_append(&s->ready, held);
	}
}
