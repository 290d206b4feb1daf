/* SPDX-License-Identifier: MIT */
/* --plan: what the list costs at each source, and whether it fits. */
#include "base/buf.h"
#include "base/err.h"
#include "base/sync.h"
#include "cli/options.h"
#include "cli/report.h"
#include "command/account.h"
#include "command/command.h"
#include "command/cost.h"
#include "command/exit_status.h"
#include "command/recall.h"
#include "engine/scheduler.h"
#include "provider/provider.h"
#include "share/quota.h"

/* What the account's quota shows. Returns false where there is no key to tell
 * the account by, or no state. */
static bool look_at_quota(const struct command *c, size_t i,
			  struct limiter_view *view)
{
	const struct upstream_config config = accounts_upstream(c, i);
	struct upstream u;
	struct err why;
	bool is_open;

	if (!accounts_is_known(c->accounts, c->options, i) ||
	    c->state_dirfd < 0)
		return false;
	is_open = upstream_open_account(&u, &config, &why) == 0;
	if (is_open)
		quota_look(u.quota, view);
	upstream_close(&u);
	return is_open;
}

int command_plan(const struct command *c)
{
	struct scheduler_config config = accounts_schedule(c);
	bool wants_json = c->options->format == FORMAT_JSON ||
			  c->options->format == FORMAT_NDJSON;
	struct scheduler scheduler;
	struct recall recall;
	struct cost cost;
	struct limiter_view view;
	struct buf text;
	struct err err;
	bool fits = true;
	size_t i;

	if (recall_open(&recall, c, &config, &err) < 0) {
		recall_close(&recall);
		return exit_status_fail(&err, stop_reason(c->stop), c->say);
	}
	buf_init(&text, 16 * 1024);
	scheduler_init(&scheduler, &config);
	for (i = 0; i < config.source_count; i++) {
		cost = cost_of(c, &scheduler, i,
			       look_at_quota(c, i, &view) ? &view : NULL);
		cost.cached = recall.known[i];
		cost.symbols += c->accounts->count > 1 ? cost.cached : 0;
		fits &= cost_fits(&cost);
		if (wants_json)
			report_plan_json(&cost, &text);
		else
			report_plan(&cost, &text);
	}
	scheduler_release(&scheduler);
	recall_close(&recall);
	/* Whom it asks depends on who answers. */
	if (c->options->check_percent)
		c->say(NULL, "the calls of --cross-check are not counted");
	return exit_status_print(c, &text, fits ? STATUS_ALL : STATUS_SOME);
}
