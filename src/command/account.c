/* SPDX-License-Identifier: MIT */
#include "command/account.h"

#include <string.h>

#include "base/clock.h"
#include "cli/config.h"
#include "cli/options.h"
#include "cli/symbol_list.h"
#include "command/command.h"
#include "provider/names.h"
#include "provider/provider.h"

enum { DEFAULT_WORKERS = 3 };

#define USER_AGENT "quotefetch/" QUOTEFETCH_VERSION

/* ---- which sources ---- */

static const char *setting(const struct options *o, const char *name)
{
	return name ? options_text(o, name) : NULL;
}

static bool has_login(const struct provider *p, const struct options *o)
{
	return setting(o, p->needs.key) || setting(o, p->needs.secret);
}

static void add(struct accounts *a, const struct provider *p,
		const struct options *o)
{
	const char *name = setting(o, p->needs.account);

	require(a->count < SOURCES_MAX);
	a->provider[a->count] = p;
	a->account[a->count] =
		name ? provider_find_account(p, name) : &p->account[0];
	require(a->account[a->count]);
	a->count++;
}

static struct config_login login_of(const struct provider *p)
{
	return (struct config_login){ p->needs.key, p->needs.secret,
				      p->needs.key_variable,
				      p->needs.secret_variable, p->needs.page };
}

static const struct provider *find_named(const struct accounts *a,
					 const char *name, size_t len,
					 struct err *err)
{
	const struct provider *p = NULL;
	char text[16];
	size_t i;

	if (len < sizeof text) {
		memcpy(text, name, len);
		text[len] = '\0';
		p = provider_find(text);
	}
	if (!p)
		err_set(err, ERR_USAGE,
			"unknown source '%.*s': there are kis, alpaca, upbit "
			"and ecb",
			len < 40 ? (int)len : 40, name);
	for (i = 0; p && i < a->count; i++)
		if (a->provider[i] == p) {
			err_set(err, ERR_USAGE, "source '%s' is named twice",
				text);
			return NULL;
		}
	return p;
}

static int add_with_login(struct accounts *a, const struct provider *p,
			  struct options *o, struct err *err)
{
	const struct config_login login = login_of(p);

	if (p->needs.key && config_check_key(o, &login, err) < 0)
		return err_wrap(err, "source '%s'", p->name);
	add(a, p, o);
	return 0;
}

static int add_with_lists(struct accounts *a, const struct provider *p,
			  struct options *o, struct err *err)
{
	if (!p->names)
		return err_set(err, ERR_USAGE,
			       "source '%s' publishes no list of symbols",
			       p->name);
	if (p->names->needs_login)
		return add_with_login(a, p, o, err);
	add(a, p, o);
	return 0;
}

static int choose_named(struct accounts *a, struct options *o,
			int (*add_one)(struct accounts *,
				       const struct provider *,
				       struct options *, struct err *),
			struct err *err)
{
	const char *name = o->sources;

	a->are_named = true;
	for (;; name++) {
		const struct provider *p;
		size_t len, end;

		name += strspn(name, " \t");
		end = len = strcspn(name, ",");
		while (len > 0 && strchr(" \t", name[len - 1]))
			len--;
		p = find_named(a, name, len, err);
		if (!p || add_one(a, p, o, err) < 0)
			return -1;
		name += end;
		if (*name == '\0')
			return 0;
	}
}

int accounts_choose(struct accounts *a, struct options *o, struct err *err)
{
	size_t i;

	*a = (struct accounts){ .count = 0 };
	if (o->sources && strcmp(o->sources, "auto") != 0)
		return choose_named(a, o, add_with_login, err);
	for (i = 0; i < provider_count(); i++)
		if (provider_at(i)->needs.key && has_login(provider_at(i), o))
			add(a, provider_at(i), o);
	for (i = 0; i < provider_count(); i++)
		if (!provider_at(i)->needs.key)
			add(a, provider_at(i), o);
	return 0;
}

int accounts_choose_lists(struct accounts *a, struct options *o,
			  struct err *err)
{
	size_t i;

	*a = (struct accounts){ .count = 0 };
	if (o->sources && strcmp(o->sources, "auto") != 0)
		return choose_named(a, o, add_with_lists, err);
	for (i = 0; i < provider_count(); i++) {
		const struct provider *p = provider_at(i);

		if (p->names && (!p->names->needs_login || has_login(p, o)))
			add(a, p, o);
	}
	return 0;
}

/* ---- and the list ---- */

static bool serves(const struct accounts *a, size_t i, enum market m)
{
	return provider_batch_max(a->account[i], m) > 0;
}

/* The provider that would serve the market, if one had its login; or NULL. */
static const struct provider *find_missing(const struct accounts *a,
					   enum market m)
{
	size_t i;

	for (i = 0; !a->are_named && i < provider_count(); i++) {
		const struct provider *p = provider_at(i);

		if (provider_batch_max(&p->account[0], m) > 0)
			return p;
	}
	return NULL;
}

static int fail_unserved(const struct accounts *a, const struct symbol *s,
			 struct err *err)
{
	const struct provider *p = find_missing(a, s->market);

	if (!p)
		return err_set(err, ERR_USAGE,
			       "no source serves '%s' (%s): see --source",
			       s->code, market_name(s->market));
	return err_set(err, ERR_USAGE,
		       "no %s for '%s': set %s and %s; a key is free at %s; "
		       "'make demo' shows it without one",
		       p->needs.key, s->code, p->needs.key_variable,
		       p->needs.secret_variable, p->needs.page);
}

static void drop(struct accounts *a, size_t i)
{
	size_t left = --a->count - i;

	memmove(&a->provider[i], &a->provider[i + 1],
		left * sizeof *a->provider);
	memmove(&a->account[i], &a->account[i + 1], left * sizeof *a->account);
}

static bool is_served(const struct accounts *a, enum market m)
{
	size_t i;

	for (i = 0; i < a->count; i++)
		if (serves(a, i, m))
			return true;
	return false;
}

/* A list without a symbol still has somebody to name. */
static void drop_idle(struct accounts *a, const bool is_wanted[MARKET_COUNT])
{
	size_t i;
	int m;

	for (i = a->count; i-- > 0 && a->count > 1;) {
		for (m = 0; m < MARKET_COUNT; m++)
			if (is_wanted[m] && serves(a, i, m))
				break;
		if (m == MARKET_COUNT)
			drop(a, i);
	}
}

int accounts_match(struct accounts *a, const struct options *o,
		   const struct symbol_list *list, struct err *err)
{
	bool is_wanted[MARKET_COUNT] = { false };
	const struct provider *missing;
	uint32_t n;

	for (n = 0; n < symbol_list_count(list); n++) {
		const struct symbol *s = symbol_list_at(list, n);
		enum market m = s->market;

		if (m == MARKET_NONE || is_wanted[m])
			continue;
		is_wanted[m] = true;
		if (is_served(a, m))
			continue;
		missing = o->wants_plan ? find_missing(a, m) : NULL;
		if (!missing)
			return fail_unserved(a, s, err);
		add(a, missing, o);
	}
	drop_idle(a, is_wanted);
	return 0;
}

int accounts_check_keys(struct accounts *a, struct options *o, struct err *err)
{
	bool has_key = false;
	size_t i;

	for (i = 0; i < a->count; i++)
		has_key |= a->provider[i]->needs.key != NULL;
	for (i = a->count; i-- > 0;) {
		struct config_login login = login_of(a->provider[i]);

		if (!login.key && has_key && !a->are_named)
			drop(a, i);
		else if (login.key && config_check_key(o, &login, err) < 0)
			return -1;
	}
	return 0;
}

int accounts_load_logins(const struct accounts *a, struct options *o,
			 bool for_lists, struct stop *stop, int64_t deadline_ns,
			 struct err *err)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct provider *p = a->provider[i];
		const struct config_login login = login_of(p);
		bool is_needed = for_lists ? p->names && p->names->needs_login
					   : login.key != NULL;

		if (is_needed &&
		    config_load_login(o, &login, stop, deadline_ns, err) < 0)
			return -1;
	}
	return 0;
}

bool accounts_is_known(const struct accounts *a, const struct options *o,
		       size_t i)
{
	const struct provider *p = a->provider[i];

	return !p->needs.key || setting(o, p->needs.key);
}

/* ---- for the engine ---- */

static size_t batch_of(const struct command *c, size_t i)
{
	size_t most = provider_batch_most(c->accounts->account[i]);
	int wanted = c->options->batch;

	return wanted == OPTION_AUTO || (size_t)wanted > most ? most
							      : (size_t)wanted;
}

static int limit_of(const struct options *o)
{
	if (o->concurrency != OPTION_AUTO)
		return o->concurrency;
	return o->workers == OPTION_AUTO ? DEFAULT_WORKERS : o->workers;
}

struct upstream_config accounts_upstream(const struct command *c, size_t i)
{
	const struct options *o = c->options;
	const struct provider *p = c->accounts->provider[i];
	const struct provider_account *account = c->accounts->account[i];
	const char *base_url = setting(o, p->needs.base_url);

	if (!base_url)
		base_url = account->base_url;
	return (struct upstream_config){
		.provider = p,
		.account = account,
		.login = { setting(o, p->needs.key),
			   setting(o, p->needs.secret) },
		.base_url = base_url,
		.venue = o->venue,
		.rate = o->rate,
		.batch = batch_of(c, i),
		.limit = limit_of(o),
		.state_dirfd = c->state_dirfd,
		.shares_quota = !o->is_unshared,
		.http = { .ca_file = o->ca_file,
			  .user_agent = USER_AGENT,
			  .allows_plain = strncmp(base_url, "http://", 7) == 0,
			  .has_stray_resolver = c->has_stray_resolver },
		.stop = c->stop,
		.deadline_ns = c->deadline_ns,
		.try_timeout_ns =
			(int64_t)(o->try_timeout_sec * (double)NS_PER_SEC),
		.warn = c->say
	};
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

struct scheduler_config accounts_schedule(const struct command *c)
{
	const struct options *o = c->options;
	int64_t now_ns = clock_monotonic_ns();
	struct scheduler_config s = {
		.source_count = c->accounts->count,
		.input = { .list = c->list,
			   .count = symbol_list_count(c->list),
			   .at = entry_to_fetch,
			   .is_priority = entry_is_priority,
			   .has_priority = symbol_list_has_priority(c->list) },
		.wants_detail = o->wants_detail,
		.wants_raw = o->wants_raw,
		.may_delay = c->accounts->are_named,
		.check_percent = o->check_percent,
		.attempts_max = o->retries == OPTION_AUTO ? 0 : o->retries + 1,
		.deadline_ns = c->deadline_ns,
		.seed = (uint64_t)now_ns,
		.now_ns = now_ns
	};
	size_t i;

	for (i = 0; i < s.source_count; i++) {
		s.source[i].provider = c->accounts->provider[i];
		s.source[i].account = c->accounts->account[i];
		s.source[i].batch = batch_of(c, i);
	}
	return s;
}
