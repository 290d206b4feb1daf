/* SPDX-License-Identifier: MIT */
#include "command/recall.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "cli/options.h"
#include "command/account.h"
#include "command/command.h"
#include "command/private_state.h"
#include "engine/upstream.h"
#include "provider/provider.h"

enum { SCOPE_MAX_BYTES = 8192 };

/* For the others who write the same cache, and one of them who stands still; once
 * the run's time is up, for the others alone. */
#define SAVE_NS (3 * NS_PER_SEC / 2)
#define LATE_NS (NS_PER_SEC / 4)

static const char *const venues[] = { "krx", "nxt", "all" };

static int64_t ms_of(double sec)
{
	return (int64_t)(sec * 1000);
}

/* ---- the caches ---- */

/* All that an answer depends on, but for the symbol and the call. */
static int open_cache(struct recall *r, size_t source, struct err *err)
{
	const struct upstream_config u = accounts_upstream(r->c, source);
	struct buf scope;
	struct err why;
	int rc;

	if (r->c->state_dirfd < 0 ||
	    !accounts_is_known(r->c->accounts, r->c->options, source))
		return 0;
	buf_init(&scope, SCOPE_MAX_BYTES);
	upstream_put_key(&u, &scope);
	buf_printf(&scope, " %s", venues[u.venue]);
	rc = buf_check(&scope, ERR_USAGE, err);
	if (rc == 0) {
		r->cache[source] = quote_cache_new(buf_text(&scope), err);
		rc = r->cache[source] ? 0 : -1;
	}
	buf_release(&scope);
	if (rc == 0 &&
	    quote_cache_load(r->cache[source], r->c->state_dirfd, &why) < 0) {
		err_wrap(&why, "no earlier quotes");
		r->c->say(NULL, why.msg);
	}
	return rc;
}

/* The kind of call that the plan makes. */
static bool has_detail(const struct recall *r, size_t source, enum market m)
{
	return r->config.wants_detail &&
	       provider_has_detail(r->config.source[source].account, m);
}

/* The source's quote of the symbol, if it is not older than max_ms. */
static const struct quote_kept *find(const struct recall *r, size_t source,
				     const struct symbol *s,
				     const struct quote_moment *now,
				     int64_t max_ms, int64_t *age_ms)
{
	const struct quote_kept *k;

	if (!r->cache[source])
		return NULL;
	k = quote_cache_find(r->cache[source], s,
			     has_detail(r, source, s->market));
	if (!k || (r->config.wants_raw && !k->text[KEPT_RAW]))
		return NULL;
	*age_ms = quote_moment_age_ms(&k->at, now);
	return *age_ms >= 0 && *age_ms <= max_ms ? k : NULL;
}

/* Fills the outcome. Raw text shows only where it was asked for. */
static int get(const struct recall *r, size_t source,
	       const struct quote_kept *k, int64_t age_ms, enum origin origin,
	       struct result *result, size_t i, struct err *err)
{
	struct outcome *o = &result->outcome[i];

	if (quote_kept_get(k, &result->texts, o, err) < 0)
		return -1;
	o->origin = origin;
	o->age_ms = age_ms;
	o->provider = r->config.source[source].provider->name;
	if (!r->config.wants_raw)
		o->raw = NULL;
	return 0;
}

/* ---- instead of a call ---- */

static const struct symbol *entry_to_ask(const void *list, uint32_t i)
{
	const struct recall *r = list;

	return r->is_known[i] ? NULL
			      : r->config.input.at(r->config.input.list, i);
}

static bool is_priority(const void *list, uint32_t i)
{
	const struct recall *r = list;

	return r->config.input.is_priority(r->config.input.list, i);
}

/* Looks at each entry once. */
static int look_up(struct recall *r, struct scheduler_config *config,
		   struct err *err)
{
	const struct plan_input *in = &r->config.input;
	int64_t max_ms = ms_of(r->c->options->max_age_sec), age_ms;

	r->is_known = calloc(in->count + 1, sizeof *r->is_known);
	if (!r->is_known)
		return err_no_memory(err);
	for (uint32_t i = 0; i < in->count; i++) {
		const struct symbol *s = in->at(in->list, i);
		uint8_t source = s ? scheduler_source_of(&r->config, s->market)
				   : SCHEDULER_NO_SOURCE;

		if (source == SCHEDULER_NO_SOURCE ||
		    !find(r, source, s, &r->now, max_ms, &age_ms))
			continue;
		r->is_known[i] = true;
		r->known[source]++;
	}
	config->input.list = r;
	config->input.at = entry_to_ask;
	config->input.is_priority = is_priority;
	return 0;
}

int recall_open(struct recall *r, const struct command *c,
		struct scheduler_config *config, struct err *err)
{
	const struct options *o = c->options;

	*r = (struct recall){ .c = c, .config = *config };
	r->is_on = o->max_age_sec > 0 || o->stale_if_error_sec > 0;
	if (!r->is_on)
		return 0;
	for (size_t i = 0; i < config->source_count; i++)
		if (open_cache(r, i, err) < 0)
			return -1;
	quote_moment_now(&r->now);
	return o->max_age_sec > 0 ? look_up(r, config, err) : 0;
}

void recall_close(struct recall *r)
{
	for (size_t i = 0; i < SOURCES_MAX; i++)
		quote_cache_free(r->cache[i]);
	free(r->is_known);
}

/* The next entries of one source that are known, with their symbols. */
static struct request *gather(struct recall *r, uint8_t *source)
{
	const struct plan_input *in = &r->config.input;
	struct request *request = request_new(REQUEST_MAX);

	for (; request && r->next < in->count; r->next++) {
		const struct symbol *s;
		uint8_t whose;

		if (!r->is_known[r->next])
			continue;
		s = in->at(in->list, r->next);
		whose = scheduler_source_of(&r->config, s->market);
		if (request->count == REQUEST_MAX ||
		    (request->count > 0 && whose != *source))
			break;
		*source = whose;
		request->item[request->count++] =
			(struct request_item){ .index = r->next, .symbol = *s };
	}
	return request;
}

struct result *recall_give(struct recall *r, bool *failed, struct err *err)
{
	struct request *request;
	struct result *result;
	uint8_t source = 0;
	int64_t age_ms;

	*failed = false;
	if (!r->is_known || r->next == r->config.input.count)
		return NULL;
	request = gather(r, &source);
	if (request && request->count == 0) {
		request_free(request);
		return NULL;
	}
	result = request ? result_new(request) : NULL;
	if (!result) {
		request_free(request);
		*failed = true;
		err_no_memory(err);
		return NULL;
	}
	request->source = source;
	for (size_t i = 0; i < request->count && !*failed; i++) {
		const struct quote_kept *k =
			find(r, source, &request->item[i].symbol, &r->now,
			     INT64_MAX, &age_ms);

		require(k);
		*failed = get(r, source, k, age_ms, ORIGIN_CACHE, result, i,
			      err) < 0;
	}
	if (!*failed)
		return result;
	result_free(result);
	return NULL;
}

/* ---- instead of an error ---- */

/* Whether nobody could tell. Else the error is the answer. */
static bool is_unanswered(enum err_kind kind)
{
	return kind != ERR_NOT_FOUND && kind != ERR_NO_TRADE &&
	       kind != ERR_INPUT && kind != ERR_UNSUPPORTED;
}

/* Puts an old quote in the place of an error, beside which it stands; without
 * memory the error stays alone. */
static void stand_in(struct recall *r, struct result *result, size_t i,
		     const struct quote_moment *now)
{
	const struct symbol *s = &result->request->item[i].symbol;
	int64_t max_ms = ms_of(r->c->options->stale_if_error_sec), age_ms;
	const struct outcome was = result->outcome[i];
	struct outcome *o = &result->outcome[i];

	for (size_t k = 0; k < r->config.source_count; k++) {
		const struct quote_kept *kept;

		if (!scheduler_may_answer(&r->config, result->request->source,
					  k, s->market))
			continue;
		kept = find(r, k, s, now, max_ms, &age_ms);
		if (!kept ||
		    get(r, k, kept, age_ms, ORIGIN_STALE, result, i, NULL) < 0)
			continue;
		o->err = was.err;
		o->rt_cd = was.rt_cd;
		o->msg_cd = was.msg_cd;
		o->msg1 = was.msg1;
		o->attempts = was.attempts;
		return;
	}
}

/* Without memory for it, it is asked for again next time. */
static void keep(struct recall *r, const struct result *result, size_t i,
		 const struct quote_moment *now)
{
	uint8_t source = result->request->source;
	const struct symbol *s = &result->request->item[i].symbol;
	bool is_detailed = has_detail(r, source, s->market);
	struct err why;

	if (r->cache[source] &&
	    quote_cache_note(r->cache[source], s, is_detailed,
			     &result->outcome[i], now, &why) < 0)
		private_state_note(r->c->own, STATE_QUOTES, &why);
}

void recall_take(struct recall *r, struct result *result)
{
	const struct quote_moment now = { .real_ms = clock_real_ms(),
					  .boot_ms = clock_boot_ms(),
					  .boot = r->now.boot };

	for (size_t i = 0; r->is_on && i < result->request->count; i++) {
		const struct outcome *o = &result->outcome[i];

		if (o->is_moved)
			continue;
		if (o->has_quote)
			keep(r, result, i, &now);
		else if (is_unanswered(o->err.kind))
			stand_in(r, result, i, &now);
	}
}

void recall_save(struct recall *r)
{
	int64_t now_ns = clock_monotonic_ns();
	bool is_late = now_ns >= r->c->deadline_ns - SAVE_NS;
	int64_t until_ns = now_ns + (is_late ? LATE_NS : SAVE_NS);
	struct err why;

	for (size_t i = 0; i < r->config.source_count; i++)
		if (r->cache[i] &&
		    quote_cache_save(r->cache[i], r->c->state_dirfd, r->c->stop,
				     until_ns, &why) < 0)
			private_state_note(r->c->own, STATE_QUOTES, &why);
}
