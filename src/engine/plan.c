#include "engine/plan.h"

#include "provider/provider.h"

enum lane { LANE_BATCHED, LANE_SINGLE };

static enum lane lane_of(const struct plan *p, const struct symbol *s)
{
	enum market m = (enum market)s->market;
	bool detail = p->config.wants_detail &&
		      p->config.provider->has_detail(p->config.account, m);

	return !detail && p->config.provider->batch_max(p->config.account, m) >
				       1
		       ? LANE_BATCHED
		       : LANE_SINGLE;
}

static void count_calls(struct plan *p)
{
	p->calls_left =
		(p->left[LANE_BATCHED] + p->config.batch - 1) / p->config.batch;
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
				    config->account->batch_max == 1 };
	for (i = 0; i < input->count; i++) {
		const struct symbol *s = input->at(input->list, i);

		if (s)
			p->left[lane_of(p, s)]++;
	}
	count_calls(p);
}

size_t plan_requests_left(const struct plan *p)
{
	return p->calls_left + p->left[LANE_SINGLE];
}

/* Moves the lane's cursor to the next entry of the lane, if it is not on one.
 * Only for a lane that has symbols left. */
static const struct symbol *settle(struct plan *p, enum lane lane)
{
	struct plan_cursor *c = &p->cursor[lane];

	for (;; c->at++) {
		const struct symbol *s;

		if (c->at == p->input.count) {
			require(c->is_first_pass);
			*c = (struct plan_cursor){ 0, false };
		}
		s = p->input.at(p->input.list, c->at);
		if (s && lane_of(p, s) == lane &&
		    (!p->input.has_priority ||
		     p->input.is_priority(p->input.list, c->at) ==
			     c->is_first_pass))
			return s;
	}
}

static void take(struct plan *p, enum lane lane, struct request *r)
{
	const struct symbol *s = settle(p, lane);

	r->item[r->count++] = (struct request_item){ p->cursor[lane].at++, *s };
	p->left[lane]--;
}

/* The lane whose next symbol was given first. */
static enum lane choose_lane(struct plan *p)
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
	struct request *r;
	enum lane lane;
	size_t count = 1;

	*done = plan_requests_left(p) == 0;
	if (*done)
		return NULL;
	r = request_new();
	if (!r) {
		err_no_memory(err);
		return NULL;
	}
	lane = choose_lane(p);
	if (lane == LANE_BATCHED) {
		/* Even shares: the earlier requests take the remainder. */
		count = (p->left[lane] + p->calls_left - 1) / p->calls_left;
		p->calls_left--;
	}
	while (r->count < count)
		take(p, lane, r);
	r->is_single = lane == LANE_SINGLE || p->uses_single_calls;
	r->wants_raw = p->config.wants_raw;
	r->wants_detail = p->config.wants_detail &&
			  p->config.provider->has_detail(
				  p->config.account,
				  (enum market)r->item[0].symbol.market);
	return r;
}

void plan_use_single_calls(struct plan *p)
{
	p->config.batch = 1;
	p->uses_single_calls = true;
	count_calls(p);
}
