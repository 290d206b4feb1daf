/* SPDX-License-Identifier: MIT */
#include "command/poller.h"

#include <stdlib.h>

#include "base/clock.h"
#include "cli/options.h"
#include "cli/stream_sink.h"
#include "cli/symbol_list.h"
#include "command/account.h"
#include "command/changes.h"
#include "command/command.h"
#include "command/cost.h"
#include "model/event.h"
#include "model/record.h"
#include "provider/provider.h"

/* How often rounds that are late are told. */
#define TELL_NS (60 * NS_PER_SEC)

/* ---- opening ---- */

/* The plan's view of the list: each wanted symbol once. */
static const struct symbol *entry_to_ask(const void *arg, uint32_t i)
{
	const struct poller_config *c = arg;
	const struct symbol_list *list = c->command->list;

	return symbol_list_is_first(list, i) &&
			       (!c->is_wanted || c->is_wanted[i])
		       ? symbol_list_at(list, i)
		       : NULL;
}

static bool entry_is_priority(const void *arg, uint32_t i)
{
	const struct poller_config *c = arg;

	return symbol_list_is_priority(c->command->list, i);
}

static struct scheduler_config schedule_of(const struct poller *p)
{
	struct scheduler_config s = accounts_schedule(p->config.command);

	s.input.list = &p->config;
	s.input.at = entry_to_ask;
	s.input.is_priority = entry_is_priority;
	s.check_percent = NULL; /* beside a stream it has no place */
	return s;
}

static int take(void *arg, struct result *result, struct err *err);

/* Milliseconds in which the source's quota has room for so many calls. */
static int64_t least_ms(const struct cost *cost,
			const struct provider_account *account)
{
	int64_t calls = (int64_t)cost->calls, ms, window_ms = 0;

	if (cost->rate_per_sec == 0)
		return 0;
	ms = (calls * 1000 + cost->rate_per_sec - 1) / cost->rate_per_sec;
	if (account->limit.calls > 0)
		window_ms = calls * account->limit.window_sec * 1000 /
			    account->limit.calls;
	return ms > window_ms ? ms : window_ms;
}

/* Before any call: what the quota never carries need not be tried. */
static int check_fit(const struct poller *p, struct err *err)
{
	int64_t every_ms = p->config.interval_ns / NS_PER_MS;

	for (size_t i = 0; i < p->quoter.upstream_count; i++) {
		const struct scheduler_source *src =
			&p->quoter.scheduler.source[i];
		struct cost cost = cost_of(p->config.command,
					   &p->quoter.scheduler, i, NULL);
		int64_t least = least_ms(&cost, src->account);
		int64_t least_tenths = (least + 99) / 100;

		if (least > every_ms)
			return err_set(err, ERR_USAGE,
				       "%zu symbols take %zu calls of %s, more "
				       "than its quota has in %g s: write "
				       "--every %g",
				       cost.to_fetch, cost.calls,
				       src->provider->name,
				       (double)every_ms / 1000,
				       (double)least_tenths / 10);
	}
	return 0;
}

int poller_open(struct poller *p, const struct poller_config *config,
		struct err *err)
{
	const struct command *c = config->command;
	struct scheduler_config schedule;
	const struct quoter_config quoter = { .command = c,
					      .take = take,
					      .arg = p,
					      .warn = stream_sink_say,
					      .say_arg = config->sink,
					      .say = c->options->is_verbose
							     ? stream_sink_say
							     : NULL };
	uint32_t n = (uint32_t)symbol_list_count(c->list);

	*p = (struct poller){ .config = *config };
	p->last = calloc(n ? n : 1, sizeof *p->last);
	if (!p->last)
		return err_no_memory(err);
	for (uint32_t i = 0; i < n; i++)
		p->symbols += entry_to_ask(&p->config, i) != NULL;
	schedule = schedule_of(p);
	if (quoter_open(&p->quoter, &quoter, &schedule, err) < 0)
		return -1;
	grid_init(&p->grid, clock_monotonic_ns(), config->interval_ns);
	return check_fit(p, err);
}

void poller_close(struct poller *p)
{
	quoter_close(&p->quoter);
	free(p->last);
}

/* ---- answers ---- */

/* Of the last round of all, the end of the run may have cut off some: they are
 * neither told nor counted, as the user wished no more. */
static bool is_cut_off(const struct poller *p, const struct outcome *o)
{
	return p->polls.rounds > 0 && !o->has_quote &&
	       o->err.kind == ERR_DEADLINE &&
	       p->config.command->deadline_ns <= grid_next_ns(&p->grid);
}

static int take_outcome(struct poller *p, const struct result *result, size_t k,
			struct err *err)
{
	const struct outcome *o = &result->outcome[k];
	uint32_t i = result->request->item[k].index;
	const struct symbol *s = symbol_list_at(p->config.command->list, i);
	const struct record record = {
		.kind = RECORD_POLL,
		.symbol = s->code,
		.input = symbol_list_input(p->config.command->list, i),
		.market = s->market,
		.venue = p->config.command->options->venue,
		.outcome = o,
		.provider =
			result->provider
				? result->provider
				: p->quoter.scheduler.source[0].provider->name
	};
	bool is_new;

	p->is_cut |= is_cut_off(p, o);
	if (is_cut_off(p, o))
		return 0;
	is_new = change_note(&p->last[i], o);
	p->tally.symbols++;
	p->round_failed += !o->has_quote;
	if (o->has_quote)
		p->tally.quotes++, p->quotes++;
	else
		p->tally.failed[o->err.kind]++;
	if (!is_new && !p->config.command->options->wants_all) {
		p->polls.unchanged++;
		return 0;
	}
	p->records += o->has_quote;
	return stream_sink_take(p->config.sink, &record, err);
}

static int take(void *arg, struct result *result, struct err *err)
{
	struct poller *p = arg;
	int rc = 0;

	for (size_t k = 0; k < result->request->count && rc == 0; k++)
		if (!result->outcome[k].is_moved)
			rc = take_outcome(p, result, k, err);
	result_free(result);
	return rc;
}

/* ---- rounds ---- */

static void begin_round(struct poller *p)
{
	struct scheduler_config schedule = schedule_of(p);

	if (p->polls.rounds > 0)
		quoter_begin(&p->quoter, &schedule);
	p->is_asking = true;
	p->round_began_ns = clock_monotonic_ns();
	p->round_failed = 0;
	grid_advance(&p->grid);
}

/* Points that were left out: at once, then once a minute. */
static void tell_late(struct poller *p, int64_t now_ns)
{
	const struct event e = { .type = EVENT_LATE,
				 .kind = ERR_RATE_LIMIT,
				 .symbol = EVENT_NO_SYMBOL,
				 .at_ms = clock_real_ms(),
				 .delay_ms = (now_ns - p->round_began_ns) /
					     NS_PER_MS,
				 .count = (int64_t)p->untold };

	if (p->told_late_ns && now_ns - p->told_late_ns < TELL_NS)
		return;
	p->told_late_ns = now_ns;
	p->untold = 0;
	stream_sink_tell(p->config.sink, &e, NULL,
			 p->quoter.scheduler.source[0].provider->name);
}

/* A login that is refused from the start is no passing failure. */
static void look_for_refusal(struct poller *p)
{
	struct err why;

	if (p->quotes > 0 || p->round_failed == 0)
		return;
	for (size_t i = 0; i < p->quoter.upstream_count; i++)
		if (!scheduler_is_hopeless(&p->quoter.scheduler, i, &why) ||
		    (why.kind != ERR_AUTH && why.kind != ERR_TOKEN))
			return;
	p->refusal = why;
	p->is_refused = true;
}

static int end_round(struct poller *p, struct err *err)
{
	int64_t now_ns = clock_monotonic_ns();
	struct err why;
	size_t skipped;

	err_set(&why, ERR_DEADLINE, "no answer before the next round was due");
	if (quoter_answer_rest(&p->quoter, &why, err) < 0)
		return -1;
	p->is_asking = false;
	if (p->is_cut)
		return 0;
	p->polls.rounds++;
	p->last_failed = p->round_failed;
	look_for_refusal(p);
	skipped = grid_skip(&p->grid, now_ns);
	if (skipped == 0)
		return 0;
	p->polls.late++;
	p->polls.skipped += skipped;
	p->untold += skipped;
	tell_late(p, now_ns);
	return 0;
}

static bool is_round_over(const struct poller *p, int64_t now_ns)
{
	return quoter_is_done(&p->quoter) ||
	       (now_ns >= grid_next_ns(&p->grid) &&
		scheduler_has_only_failures(&p->quoter.scheduler));
}

int poller_step(struct poller *p, int64_t *wake_ns, struct err *err)
{
	int64_t now_ns = clock_monotonic_ns();

	if (!p->is_asking && now_ns >= grid_next_ns(&p->grid))
		begin_round(p);
	/* An answer of the round before may still come. */
	if (quoter_collect(&p->quoter, err) < 0)
		return -1;
	if (p->is_asking) {
		if (quoter_feed(&p->quoter, wake_ns, err) < 0)
			return -1;
		if (is_round_over(p, clock_monotonic_ns()) &&
		    end_round(p, err) < 0)
			return -1;
	}
	if (*wake_ns > grid_next_ns(&p->grid) &&
	    (!p->is_asking || now_ns < grid_next_ns(&p->grid)))
		*wake_ns = grid_next_ns(&p->grid);
	return 0;
}

int poller_fd(const struct poller *p)
{
	return quoter_fd(&p->quoter);
}

/* ---- the end ---- */

void poller_stop(struct poller *p)
{
	quoter_stop(&p->quoter, true);
	quoter_drop_all(&p->quoter);
	quoter_remember(&p->quoter);
	quoter_say_warnings(&p->quoter);
}

void poller_count(struct poller *p, struct stats *stats)
{
	stats->tally = p->tally;
	stats->quota_waited_ns =
		quoter_count(&p->quoter, &stats->metrics, &stats->workers);
	stats->polls = p->polls;
}
