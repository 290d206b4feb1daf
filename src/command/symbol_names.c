/* SPDX-License-Identifier: MIT */
#include "command/symbol_names.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "command/account.h"
#include "command/command.h"
#include "command/private_state.h"
#include "net/http.h"
#include "provider/names.h"
#include "provider/provider.h"
#include "share/name_book.h"

enum { DAY_MS = 86400 * 1000, FILE_ID_BYTES = 48 };

/* The lists of one source, while they are loaded. */
struct loader {
	const struct command *c;
	const struct provider *provider;
	struct provider_call call;
	struct http_config http_config;
	struct http *http; /* owned; NULL: not needed yet */
	struct name_book *book;
	bool may_fetch;
	size_t loaded;  /* lists */
	size_t failed;  /* that could not be had anew */
	struct err why; /* of the first of those */
};

static int merge(const struct name_book *from, struct name_book *to,
		 struct err *err)
{
	for (size_t i = 0; i < name_book_count(from); i++) {
		const struct name_entry e = name_book_at(from, i);

		if (name_book_add(to, &e.symbol, e.name, e.other, err) < 0)
			return -1;
	}
	return 0;
}

/* Sends, and reads the answer into list. */
static int exchange(struct loader *l, size_t i,
		    const struct http_request *request, struct name_book *list,
		    struct err *err)
{
	const struct names_sink sink = { name_book_add, list };
	struct http_response response;
	int rc;

	http_response_init(&response);
	rc = http_perform(l->http, request, l->c->stop, l->c->deadline_ns,
			  &response, err);
	if (rc == 0)
		rc = names_parse(l->provider->names, i, &response, &sink, err);
	http_response_release(&response);
	return rc;
}

static int fetch(struct loader *l, size_t i, struct name_book *list,
		 struct err *err)
{
	struct http_request request;
	int rc = -1;

	if (!l->http)
		l->http = http_new(&l->http_config, err);
	if (!l->http)
		return -1;
	http_request_init(&request);
	if (l->provider->names->build(&l->call, i, &request, err) == 0)
		rc = exchange(l, i, &request, list, err);
	http_request_release(&request);
	return rc;
}

/* Whether the other lists of this source would fail alike. */
static bool is_of_the_host(enum err_kind kind)
{
	switch ((int)kind) {
	case ERR_HTTP:
	case ERR_SERVER:
	case ERR_PARSE:
	case ERR_TRUNCATED:
		return false;
	default:
		return true;
	}
}

static void note_failure(struct loader *l, const struct err *err)
{
	if (l->failed++ == 0)
		l->why = *err;
	if (is_of_the_host(err->kind))
		l->may_fetch = false;
}

/* By a clock that may have been set back. */
static bool is_fresh(int64_t made_at_ms)
{
	int64_t age_ms = clock_real_ms() - made_at_ms;

	return age_ms > -DAY_MS && age_ms < DAY_MS;
}

/* Returns whether there is a new list; it is remembered, if that can be. */
static bool renew(struct loader *l, size_t i, const char *file,
		  struct name_book *list)
{
	const struct command *c = l->c;
	struct err why;

	if (fetch(l, i, list, &why) < 0) {
		note_failure(l, &why);
		return false;
	}
	if (c->state_dirfd >= 0 &&
	    name_book_save(list, c->state_dirfd, file, clock_real_ms(), c->stop,
			   c->deadline_ns, &why) < 0)
		private_state_note(c->own, STATE_NAMES, &why);
	return true;
}

static int load_list(struct loader *l, size_t i, struct name_book *old,
		     struct name_book *new, struct err *err)
{
	char file[FILE_ID_BYTES];
	int64_t made_at_ms = 0;
	int has_old = 0;

	snprintf(file, sizeof file, "%s-%s", l->provider->name,
		 l->provider->names->id[i]);
	if (l->c->state_dirfd >= 0)
		has_old = name_book_load(old, l->c->state_dirfd, file,
					 &made_at_ms, err);
	if (has_old < 0)
		return -1;
	if (l->may_fetch && !(has_old && is_fresh(made_at_ms)) &&
	    renew(l, i, file, new)) {
		l->loaded++;
		return merge(new, l->book, err);
	}
	l->loaded += has_old > 0;
	return merge(old, l->book, err);
}

static int load_source(struct loader *l, struct err *err)
{
	size_t count = l->provider->names ? l->provider->names->count : 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < count; i++) {
		struct name_book *old = name_book_new(err);
		struct name_book *new = old ? name_book_new(err) : NULL;

		rc = new ? load_list(l, i, old, new, err) : -1;
		name_book_free(old);
		name_book_free(new);
	}
	http_free(l->http);
	return rc;
}

static void open_loader(struct loader *l, const struct command *c, size_t i,
			struct name_book *book, bool may_fetch)
{
	const struct upstream_config u = accounts_upstream(c, i);
	bool is_set = u.base_url != u.account->base_url; /* by the user */

	*l = (struct loader){ .c = c,
			      .provider = u.provider,
			      .call = { .account = u.account,
					.login = u.login,
					.base_url =
						is_set ? u.base_url : NULL },
			      .http_config = u.http,
			      .book = book,
			      .may_fetch = may_fetch };
}

static void tell_failure(const struct loader *l)
{
	size_t count = l->provider->names->count;
	size_t missing = count - l->loaded;
	char line[ERR_MSG_BYTES + 80];

	snprintf(line, sizeof line, "names of %s: %zu of %zu lists are %s: %s",
		 l->provider->name, missing ? missing : l->failed, count,
		 missing ? "missing" : "old", l->why.msg);
	l->c->say(NULL, line);
}

int symbol_names_load(const struct command *c, bool may_fetch,
		      struct name_book *book, struct err *err)
{
	const struct loader *first = NULL;
	struct loader loader[SOURCES_MAX];
	size_t loaded = 0, i;

	for (i = 0; i < c->accounts->count; i++) {
		struct loader *l = &loader[i];

		open_loader(l, c, i, book, may_fetch);
		if (load_source(l, err) < 0)
			return -1;
		loaded += l->loaded;
		if (l->failed > 0 && !first)
			first = l;
	}
	if (first && loaded == 0) {
		*err = first->why;
		return err_wrap(err, "cannot get the lists of symbols");
	}
	for (i = 0; i < c->accounts->count; i++)
		if (loader[i].failed > 0)
			tell_failure(&loader[i]);
	return 0;
}

/* ---- for quotes --------------------------------------------------------- */

/* In Hong Kong 700, 0700 and 00700 are one. */
static const char *skip_zeros(enum market market, const char *code)
{
	return market == MARKET_HKS ? code + strspn(code, "0") : code;
}

/* Whether a list's symbol is the one that was asked for. A source that tells no
 * exchange has a code at one of them alone. */
static bool is_same(const struct symbol *listed, const struct symbol *asked,
		    enum market exchange)
{
	enum market market = asked->market == MARKET_US && exchange
				     ? exchange
				     : asked->market;
	bool is_there = market == MARKET_US
				? listed->market >= MARKET_US &&
					  listed->market <= MARKET_AMS
				: listed->market == market;

	return is_there && strcmp(skip_zeros(market, listed->code),
				  skip_zeros(market, asked->code)) == 0;
}

static const char *find_name(const struct name_book *book,
			     const struct symbol *asked, enum market exchange)
{
	for (size_t i = 0; i < name_book_count(book); i++) {
		const struct name_entry e = name_book_at(book, i);

		if (is_same(&e.symbol, asked, exchange))
			return e.name;
	}
	return NULL;
}

void symbol_names_fill(const struct name_book *book, struct result *result)
{
	for (size_t i = 0; i < result->request->count; i++) {
		struct outcome *o = &result->outcome[i];
		const char *name;

		if (!o->has_quote || o->quote.name)
			continue;
		name = find_name(book, &result->request->item[i].symbol,
				 o->exchange);
		if (name)
			o->quote.name =
				arena_copy(&result->texts, name, strlen(name));
	}
}
