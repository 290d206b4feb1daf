/* SPDX-License-Identifier: MIT */
#include "engine/plan.h"

#include "provider/provider.h"

static bool has_detail(const struct plan *p, enum market m)
{
	const struct plan_config *c = &p->config;

	return c->wants_detail && provider_has_detail(c->account, m);
}

enum plan_lane plan_lane_of(const struct plan *p, enum market m)
{
	const struct plan_config *c = &p->config;

	return !has_detail(p, m) && provider_batch_max(c->account, m) > 1
		       ? LANE_BATCHED
		       : LANE_SINGLE;
}

bool plan_completes(const struct plan *p, enum market m)
{
	return has_detail(p, m) && !p->uses_single_calls &&
	       provider_batch_max(p->config.account, m) > 1;
}

/* The entry's symbol if it is one of this plan's. */
static const struct symbol *entry(const struct plan *p, uint32_t i)
{
	const struct symbol *s = p->input.at(p->input.list, i);

	return s && (!p->config.source_of ||
		     p->config.source_of[s->market] == p->config.source)
		       ? s
		       : NULL;
}

static size_t calls_for(const struct plan *p, size_t symbols)
{
	return (symbols + p->config.batch - 1) / p->config.batch;
}

static void count_calls(struct plan *p)
{
	p->calls_left = calls_for(p, p->left[LANE_BATCHED]);
}

void plan_init(struct plan *p, const struct plan_config *config,
	       const struct plan_input *input)
{
	const struct plan_cursor start = { 0, input->has_priority };
	uint32_t i;

	require(config->batch >= 1 && config->batch <= REQUEST_MAX);
	*p = (struct plan){ .config = *config,
			    .input = *input,
			    .cursor = { start, start },
			    .uses_single_calls =
				    provider_batch_most(config->account) == 1 };
	for (i = 0; i < input->count; i++) {
		const struct symbol *s = entry(p, i);

		if (!s)
			continue;
		p->left[plan_lane_of(p, s->market)]++;
		p->to_complete += plan_completes(p, s->market);
	}
	count_calls(p);
}

size_t plan_requests_left(const struct plan *p)
{
	return p->calls_left + p->left[LANE_SINGLE];
}

size_t plan_calls(const struct plan *p)
{
	return plan_requests_left(p) + calls_for(p, p->to_complete);
}

/* Moves the lane's cursor to the next entry of the lane, if it is not on one.
 * Only for a lane that has symbols left. */
static const struct symbol *settle(struct plan *p, enum plan_lane lane)
{
	struct plan_cursor *c = &p->cursor[lane];

	for (;; c->at++) {
		const struct symbol *s;

		if (c->at == p->input.count) {
			require(c->is_first_pass);
			*c = (struct plan_cursor){ 0, false };
		}
		s = entry(p, c->at);
		if (s && plan_lane_of(p, s->market) == lane &&
		    (!p->input.has_priority ||
		     p->input.is_priority(p->input.list, c->at) ==
			     c->is_first_pass))
			return s;
	}
}

static void take(struct plan *p, enum plan_lane lane, struct request *r)
{
	const struct symbol *s = settle(p, lane);

	r->item[r->count++] =
		(struct request_item){ .index = p->cursor[lane].at++,
				       .symbol = *s };
	p->left[lane]--;
}

/* The lane whose next symbol was given first. */
static enum plan_lane choose_lane(struct plan *p)
{
	const struct plan_cursor *b = &p->cursor[LANE_BATCHED];
	const struct plan_cursor *s = &p->cursor[LANE_SINGLE];

	if (p->left[LANE_SINGLE] == 0)
		return LANE_BATCHED;
	if (p->left[LANE_BATCHED] == 0)
		return LANE_SINGLE;
	settle(p, LANE_BATCHED);
	settle(p, LANE_SINGLE);
	if (b->is_first_pass != s->is_first_pass)
		return b->is_first_pass ? LANE_BATCHED : LANE_SINGLE;
	return b->at < s->at ? LANE_BATCHED : LANE_SINGLE;
}

struct request *plan_next(struct plan *p, bool *done, struct err *err)
{
	*done = plan_requests_left(p) == 0;
	return *done ? NULL : plan_next_of(p, choose_lane(p), err);
}

struct request *plan_next_of(struct plan *p, enum plan_lane lane,
			     struct err *err)
{
	struct request *r;
	size_t count = 1;

	/* Even shares: the earlier requests take the remainder. */
	if (lane == LANE_BATCHED)
		count = (p->left[lane] + p->calls_left - 1) / p->calls_left;
	r = request_new(count);
	if (!r) {
		err_no_memory(err);
		return NULL;
	}
	p->calls_left -= lane == LANE_BATCHED;
	while (r->count < count)
		take(p, lane, r);
	plan_set_request(p, lane, r);
	return r;
}

void plan_set_request(const struct plan *p, enum plan_lane lane,
		      struct request *r)
{
	r->source = p->config.source;
	r->is_single = lane == LANE_SINGLE || p->uses_single_calls;
	r->wants_raw = p->config.wants_raw;
	r->wants_detail = has_detail(p, r->item[0].symbol.market);
}

void plan_use_single_calls(struct plan *p)
{
	p->config.batch = 1;
	p->uses_single_calls = true;
	count_calls(p);
}
