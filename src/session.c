#include "session.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/sink.h"
#include "cli/symbol_list.h"
#include "engine/breaker.h"
#include "engine/limit.h"
#include "engine/pool.h"
#include "share/credential.h"
#include "share/exchange_book.h"
#include "share/quota.h"

enum {
	DEFAULT_WORKERS = 3,
	WORKERS_MAX = 64,
	RETRY_BUDGET_MIN = 10,
	RETRY_BUDGET_SHARE = 10, /* one further attempt for so many calls */
	KEY_MAX_BYTES = 4096
};

#define USER_AGENT "quotefetch/" QUOTEFETCH_VERSION

static const char *base_url_of(const struct session_config *c)
{
	return c->options->base_url ? c->options->base_url
				    : c->account->base_url;
}

int session_rate(const struct session_config *c)
{
	return c->options->rate == OPTION_AUTO ? c->account->rate_per_sec
					       : c->options->rate;
}

static size_t batch_of(const struct session_config *c)
{
	size_t most = c->account->batch_max;

	return c->options->batch == OPTION_AUTO ||
			       (size_t)c->options->batch > most
		       ? most
		       : (size_t)c->options->batch;
}

/* The plan's view of the list: each different symbol once. */
static const struct symbol *entry_to_fetch(const void *list, uint32_t i)
{
	return symbol_list_is_first(list, i) ? symbol_list_at(list, i) : NULL;
}

static bool entry_is_priority(const void *list, uint32_t i)
{
	return symbol_list_is_priority(list, i);
}

void session_make_plan(const struct session_config *c, struct plan *plan)
{
	const struct plan_config config = { .provider = c->provider,
					    .account = c->account,
					    .batch = batch_of(c),
					    .wants_detail =
						    c->options->wants_detail,
					    .wants_raw =
						    c->options->wants_raw };
	const struct plan_input input = {
		.list = c->list,
		.count = symbol_list_count(c->list),
		.at = entry_to_fetch,
		.is_priority = entry_is_priority,
		.has_priority = symbol_list_has_priority(c->list)
	};

	plan_init(plan, &config, &input);
}

/* What the others take of the rate: as much as in the last second, but never the
 * share of a newcomer, for who asks first is served first. */
static double rate_of_others(const struct quota_view *v, int rate)
{
	double most = (double)rate * v->users / (v->users + 1);

	return v->others_last_second < most ? v->others_last_second : most;
}

struct cost session_cost(const struct session_config *c,
			 const struct plan *plan, const struct quota_view *view)
{
	return (struct cost){
		.symbols = symbol_list_count(c->list),
		.to_fetch = plan->left[0] + plan->left[1],
		.calls = plan_requests_left(plan),
		.batch = batch_of(c),
		.batch_max = c->account->batch_max,
		.rate_per_sec = session_rate(c),
		.others_per_sec =
			view ? rate_of_others(view, session_rate(c)) : 0,
		.timeout_sec = c->options->timeout_sec
	};
}

int session_name_account(const struct session_config *c, struct buf *key,
			 struct err *err)
{
	buf_init(key, KEY_MAX_BYTES);
	buf_printf(key, "%s %s %s %s", c->provider->name, c->account->name,
		   base_url_of(c), c->options->app_key);
	return buf_check(key, ERR_USAGE, err);
}

static int64_t try_timeout_ns(const struct options *o)
{
	return (int64_t)(o->try_timeout_sec * (double)NS_PER_SEC);
}

struct quota *session_open_quota(const struct session_config *c,
				 const char *key, struct err *err)
{
	const struct quota_config config = {
		.rate_per_sec = session_rate(c),
		.published_per_sec = c->account->rate_per_sec,
		.call_max_ns = try_timeout_ns(c->options),
		.state_dirfd = c->options->is_unshared ? -1 : c->state_dirfd,
		.key = key
	};

	return quota_new(&config, err);
}

struct credential *session_open_credential(const struct session_config *c,
					   const char *key, struct err *err)
{
	const struct credential_config config = {
		.interval_ms = c->provider->token_interval_ms,
		.state_dirfd = c->state_dirfd,
		.key = key,
		.say = c->say
	};

	return credential_new(&config, err);
}

/* Warns where the calls cannot all be made in time. */
static void warn_of_misfit(struct session *run)
{
	struct quota_view view;
	struct cost cost;
	struct buf line;

	quota_look(run->shared.quota, &view);
	cost = session_cost(run->config, &run->plan, &view);
	buf_init(&line, 1024);
	if (!report_misfit(&cost, &line))
		sink_say(run->sink, buf_text(&line));
	buf_release(&line);
}

/* Further attempts that the whole run may make. */
static int retry_budget(size_t calls)
{
	size_t share = calls / RETRY_BUDGET_SHARE;

	return share > RETRY_BUDGET_MIN ? (int)share : RETRY_BUDGET_MIN;
}

static int open_engine(struct session *run, struct err *err)
{
	const struct session_config *c = run->config;
	const struct options *o = run->options;
	int workers = o->workers == OPTION_AUTO ? DEFAULT_WORKERS : o->workers;
	struct fetch_shared *s = &run->shared;
	const struct pool_config pool = { .workers = (size_t)workers,
					  .workers_max =
						  o->workers == OPTION_AUTO
							  ? WORKERS_MAX
							  : (size_t)workers,
					  .worker_new = fetch_worker_new,
					  .worker_free = fetch_worker_free,
					  .shared = s,
					  .work = fetch_work };

	*s = (struct fetch_shared){
		.provider = c->provider,
		.login = { o->app_key, o->app_secret },
		.base_url = base_url_of(c),
		.http = { .ca_file = o->ca_file,
			  .user_agent = USER_AGENT,
			  .allows_plain =
				  strncmp(base_url_of(c), "http://", 7) == 0,
			  .has_stray_resolver = &run->has_stray_resolver },
		.stop = c->stop,
		.deadline_ns = c->deadline_ns,
		.try_timeout_ns = try_timeout_ns(o),
		.attempts_max = 1 + o->retries,
		.say = o->is_verbose ? sink_say : NULL,
		.say_arg = run->sink
	};
	atomic_init(&s->retry_budget,
		    retry_budget(plan_requests_left(&run->plan)));
	if (session_name_account(c, &run->key, err) < 0)
		return -1;
	if (!(s->quota = session_open_quota(c, buf_text(&run->key), err)) ||
	    !(s->credential =
		      session_open_credential(c, buf_text(&run->key), err)) ||
	    !(s->limit = limit_new(
		      o->concurrency == OPTION_AUTO ? workers : o->concurrency,
		      err)) ||
	    !(s->breaker = breaker_new(err)) ||
	    !(run->book = exchange_book_new(err)) ||
	    (c->state_dirfd >= 0 &&
	     exchange_book_load(run->book, c->state_dirfd, err) < 0) ||
	    !(run->pool = pool_new(&pool, err)))
		return -1;
	return 0;
}

static int open_sink(struct session *run, struct err *err)
{
	const struct session_config *c = run->config;
	const struct sink_config config = { .options = c->options,
					    .list = c->list,
					    .provider = c->provider->name,
					    .stop = c->stop,
					    .started_ns = c->started_ns,
					    .deadline_ns = c->deadline_ns,
					    .stdout_is_closed =
						    c->stdout_is_closed };

	run->sink = sink_open(&config, err);
	return run->sink ? 0 : -1;
}

int session_open(struct session *run, const struct session_config *config,
		 struct err *err)
{
	*run = (struct session){ .config = config, .options = config->options };
	atomic_init(&run->has_stray_resolver, false);
	session_make_plan(config, &run->plan);
	if (open_sink(run, err) < 0 || open_engine(run, err) < 0)
		return -1;
	warn_of_misfit(run);
	return 0;
}

void session_close(struct session *run)
{
	pool_free(run->pool);
	exchange_book_free(run->book);
	breaker_free(run->shared.breaker);
	limit_free(run->shared.limit);
	credential_free(run->shared.credential);
	quota_free(run->shared.quota);
	sink_free(run->sink);
	buf_release(&run->key);
}
