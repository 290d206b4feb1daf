/* SPDX-License-Identifier: MIT */
/* account.h: the sources of a run, in the order of preference, each with its
 * account, login and host.
 * Layer command; uses base, cli, provider, engine.
 *
 *   options -> accounts_choose -> accounts_match(list) -> accounts_load_logins */
#ifndef COMMAND_ACCOUNT_H
#define COMMAND_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "engine/scheduler.h"
#include "engine/upstream.h"

struct command;
struct options;
struct stop;
struct symbol_list;

struct accounts {
	size_t count;
	const struct provider *provider[SOURCES_MAX];
	const struct provider_account *account[SOURCES_MAX];
	bool are_named; /* by the user: --source */
};

/* Those of --source; else all with a login, then those that need none.
 * Errors: USAGE: an unknown source, one twice, one without its login. */
MUST_CHECK int accounts_choose(struct accounts *a, struct options *o,
			       struct err *err);

/* Those whose lists of symbols can be had (--find): of --source, else all, without
 * those that give theirs to a login that is not there.
 * Errors: USAGE: as above, and one that publishes none. */
MUST_CHECK int accounts_choose_lists(struct accounts *a, struct options *o,
				     struct err *err);

/* Leaves only sources that serve a market of the list. For --plan a source whose
 * login is missing will do.
 * Errors: USAGE: a market that none serves, with what to get and where. */
MUST_CHECK int accounts_match(struct accounts *a, const struct options *o,
			      const struct symbol_list *list, struct err *err);

/* For a look at the accounts (--quota): their keys are enough, and those without
 * a login are shown where there are no others, or they are named.
 * Errors: USAGE. */
MUST_CHECK int accounts_check_keys(struct accounts *a, struct options *o,
				   struct err *err);

/* Makes the logins complete; for_lists (--find): only those that the lists of
 * symbols want. Errors: as config_load_login. */
MUST_CHECK int accounts_load_logins(const struct accounts *a, struct options *o,
				    bool for_lists, struct stop *stop,
				    int64_t deadline_ns, struct err *err);

/* Whether there is a key, or none is needed, to tell the account by. */
bool accounts_is_known(const struct accounts *a, const struct options *o,
		       size_t i);

/* What an upstream takes of the run. */
struct upstream_config accounts_upstream(const struct command *c, size_t i);

/* What the scheduler takes of it; book is the caller's to add. */
struct scheduler_config accounts_schedule(const struct command *c);

#endif
