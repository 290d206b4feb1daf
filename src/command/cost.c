/* SPDX-License-Identifier: MIT */
#include "command/cost.h"

#include "cli/options.h"
#include "cli/symbol_list.h"
#include "command/account.h"
#include "command/command.h"
#include "engine/scheduler.h"
#include "provider/provider.h"
#include "share/quota.h"

/* What the others take of the rate: as much as in the last second, but never the
 * share of one more user, for who asks first is served first. */
static double rate_of_others(const struct limiter_view *v, int rate)
{
	double most = (double)rate * v->users / (v->users + 1);

	return v->others_last_second < most ? v->others_last_second : most;
}

struct cost cost_of(const struct command *c, const struct scheduler *s,
		    size_t source, const struct limiter_view *view)
{
	const struct plan *plan = &s->source[source].plan;
	const struct upstream_config u = accounts_upstream(c, source);
	size_t to_fetch = plan->left[LANE_BATCHED] + plan->left[LANE_SINGLE];
	const struct provider_limit *limit = &u.account->limit;
	bool has_window = limit->window_sec > 1;
	int rate = upstream_rate(&u);

	return (struct cost){
		.source = c->accounts->count > 1 ? u.provider->name : NULL,
		.symbols = c->accounts->count > 1 ? to_fetch
						  : symbol_list_count(c->list),
		.to_fetch = to_fetch,
		.calls = plan_calls(plan),
		.batch = u.batch,
		.batch_max = provider_batch_most(u.account),
		.rate_per_sec = rate,
		.window_calls = has_window ? limit->calls : 0,
		.window_sec = has_window ? limit->window_sec : 0,
		.others_per_sec = view ? rate_of_others(view, rate) : 0,
		.timeout_sec = c->options->timeout_sec
	};
}
