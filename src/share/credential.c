/* SPDX-License-Identifier: MIT */
#include "share/credential.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/sync.h"
#include "share/token_search.h"
#include "share/token_store.h"
#include "share/token_trust.h"

enum {
	CALL_MAX_MS = 10 * 1000,  /* where the configuration says nothing */
	CALL_SLACK_MS = 2 * 1000, /* limit and quota stand before the call */
	KEEP_MS = 15 * 1000       /* before a kept token's next replacement */
};

/* Lock key: c const after init, l under mu, s of the thread that searches.
 * Times are of clock_boot_ms. */
struct credential {
	struct credential_config config; /* c */
	char name[HASH_NAME_BYTES];      /* c: the key's hash */
	struct token_store *store;       /* s */
	struct mutex mu;
	struct cond changed;      /* l: a search ended, strikes were taken
				       back, or closed */
	char text[TOKEN_BYTES];   /* l: the token in use; "": none yet */
	uint64_t generation;      /* l: counts the tokens taken */
	struct token_trust trust; /* l */
	int64_t expires_ms;       /* l */
	int64_t renew_ms;         /* l: from then on another is looked for */
	bool is_own;              /* l: it was issued to this process */
	bool is_reissued;         /* l: likewise, when it was dead before */
	bool wants_look;    /* l: doubted once: has another run a new one? */
	bool is_searching;  /* l */
	uint64_t searches;  /* l: ended so far */
	bool has_failed;    /* l: the last, for all who wait for it */
	struct err failure; /* l: of the last, or why it is barred */
	int64_t barred_until_ms; /* l: asking again is no use before */
	bool is_private;         /* l: it could not be written down */
	struct err why_private;  /* l */
	bool is_closed;          /* l */
};

/* ---- making ---- */

static const char *noun_of(const struct credential *c)
{
	return c->config.noun ? c->config.noun : "token";
}

static int open_store(struct credential *c, struct err *err)
{
	int64_t call_max_ms = c->config.call_max_ns
				      ? c->config.call_max_ns / NS_PER_MS
				      : CALL_MAX_MS;
	const struct token_store_config config = {
		.dirfd = c->config.state_dirfd,
		.prefix = c->config.prefix ? c->config.prefix : "token",
		.owner = c->name,
		.rules = { .interval_ms = c->config.interval_ms,
			   .call_max_ms = call_max_ms + CALL_SLACK_MS }
	};

	c->store = token_store_new(&config, err);
	return c->store ? 0 : -1;
}

struct credential *credential_new(const struct credential_config *config,
				  struct err *err)
{
	struct credential *c = err_calloc(sizeof *c, err);

	if (!c)
		return NULL;
	c->config = *config;
	hash_name(config->key, c->name);
	c->config.key = c->name;
	token_trust_init(&c->trust);
	if (open_store(c, err) == 0 && mutex_init(&c->mu, err) == 0 &&
	    cond_init(&c->changed, err) == 0)
		return c;
	credential_free(c);
	return NULL;
}

void credential_free(struct credential *c)
{
	if (!c)
		return;
	cond_destroy(&c->changed);
	mutex_destroy(&c->mu);
	token_store_free(c->store);
	free(c);
}

/* ---- the token in use ---- */

/* Whether calls can be made with the token there is: for sure, or for as long as
 * somebody looks for another. */
static bool is_live_locked(const struct credential *c, int64_t until_ms)
	REQUIRES(c->mu)
{
	return c->text[0] && !token_trust_is_dead(&c->trust) &&
	       clock_boot_ms() < until_ms;
}

static bool is_good_locked(const struct credential *c) REQUIRES(c->mu)
{
	return !c->wants_look && is_live_locked(c, c->renew_ms);
}

static enum token_need need_locked(const struct credential *c) REQUIRES(c->mu)
{
	if (!is_live_locked(c, c->expires_ms))
		return NEED_TOKEN;
	return is_live_locked(c, c->renew_ms) ? NEED_LOOK : NEED_RENEWAL;
}

/* In its last minutes or beyond them, a token that was kept for want of another
 * is not to be replaced at every call. When it is dead the broker says. */
static void put_off_renewal_locked(struct credential *c) REQUIRES(c->mu)
{
	int64_t soon_ms = clock_boot_ms() + KEEP_MS;

	if (c->renew_ms < soon_ms)
		c->renew_ms = soon_ms;
	if (c->expires_ms < c->renew_ms)
		c->expires_ms = INT64_MAX;
}

/* After a failure that asking again does not heal for a while. */
static void bar_locked(struct credential *c, int64_t ms) REQUIRES(c->mu)
{
	c->barred_until_ms = ms ? clock_boot_ms() + ms : 0;
	if (ms)
		c->is_own = false; /* then another is asked for all the same */
}

static void install_locked(struct credential *c, const struct token_search *s)
	REQUIRES(c->mu)
{
	const struct token_state *found = &s->found;

	if (s->is_issued || strcmp(c->text, found->text) != 0) {
		memcpy(c->text, found->text, sizeof c->text);
		c->generation++;
		c->is_own = s->is_issued;
		c->is_reissued = s->is_issued && strcmp(s->old, c->text) == 0;
		token_trust_init(&c->trust);
	}
	c->expires_ms = found->expires_ms;
	c->renew_ms = token_state_renew_ms(found);
	put_off_renewal_locked(c);
}

/* ---- searching for another ---- */

static bool is_needless(void *arg)
{
	struct credential *c = arg;
	bool is_over;

	mutex_lock(&c->mu);
	is_over = c->is_closed || is_good_locked(c);
	mutex_unlock(&c->mu);
	return is_over;
}

static struct token_search search_of_locked(struct credential *c,
					    const struct token_asker *asker)
	REQUIRES(c->mu)
{
	struct token_search s = { .store = c->store,
				  .interval_ms = c->config.interval_ms,
				  .noun = noun_of(c),
				  .say = c->config.say,
				  .say_arg = c->config.say_arg,
				  .asker = asker,
				  .is_needless = is_needless,
				  .arg = c,
				  .need = need_locked(c),
				  .is_dead = c->text[0] &&
					     token_trust_is_dead(&c->trust),
				  .may_serve = token_trust_may_serve(&c->trust),
				  .has_served = c->trust.has_served,
				  .is_own = c->is_own,
				  .is_reissued = c->is_reissued };

	memcpy(s.old, c->text, sizeof s.old);
	return s;
}

static void note_private_locked(struct credential *c) REQUIRES(c->mu)
{
	const struct err *why = token_store_warning(c->store);

	if (!why)
		return;
	c->is_private = true;
	c->why_private = *why;
}

/* Searches without the lock, and makes the end known. */
static int search_locked(struct credential *c, const struct token_asker *asker,
			 struct err *err) REQUIRES(c->mu)
{
	struct token_search s = search_of_locked(c, asker);
	struct err why;
	int rc;

	c->is_searching = true;
	mutex_unlock(&c->mu);
	rc = token_search_run(&s, &why);
	mutex_lock(&c->mu);
	c->is_searching = false;
	c->searches++;
	note_private_locked(c);
	c->has_failed = rc < 0 && s.is_shared;
	c->wants_look = false;
	if (rc < 0) {
		c->failure = *err = why;
		bar_locked(c, s.barred_ms);
	} else if (!s.is_kept) {
		install_locked(c, &s);
	} else if (!token_trust_is_dead(&c->trust)) {
		put_off_renewal_locked(c);
	}
	cond_broadcast(&c->changed);
	return rc;
}

/* Waits for the end of another thread's search. Returns 1 to look again. */
static int await_search_locked(struct credential *c, int64_t deadline_ns,
			       struct err *err) REQUIRES(c->mu)
{
	uint64_t searches = c->searches;

	while (c->searches == searches && !c->is_closed && !is_good_locked(c))
		if (!cond_wait_until(&c->changed, &c->mu, deadline_ns))
			return err_set(err, ERR_DEADLINE,
				       "no %s before the time was up",
				       noun_of(c));
	if (c->searches == searches || !c->has_failed)
		return 1;
	*err = c->failure;
	return -1;
}

/* One step towards a token. Returns 0 when there is one, 1 to look again. */
static int step_locked(struct credential *c, const struct token_asker *asker,
		       struct err *err) REQUIRES(c->mu)
{
	if (c->is_closed)
		return err_set(err, ERR_CANCELED, "interrupted");
	if (is_good_locked(c))
		return 0;
	if (clock_boot_ms() < c->barred_until_ms) {
		*err = c->failure;
		return -1;
	}
	if (!c->is_searching)
		return search_locked(c, asker, err);
	if (is_live_locked(c, c->expires_ms))
		return 0;
	return await_search_locked(c, asker->deadline_ns, err);
}

int credential_get(struct credential *c, credential_issue_fn issue, void *arg,
		   struct stop *stop, int64_t deadline_ns,
		   struct credential_lease *out, struct err *err)
{
	const struct token_asker asker = { issue, arg, stop, deadline_ns };
	int rc;

	mutex_lock(&c->mu);
	do
		rc = step_locked(c, &asker, err);
	while (rc > 0);
	if (rc == 0 && c->is_closed)
		rc = err_set(err, ERR_CANCELED, "interrupted");
	if (rc == 0) {
		memcpy(out->text, c->text, sizeof out->text);
		out->generation = c->generation;
	}
	mutex_unlock(&c->mu);
	return rc;
}

/* ---- what became of it ---- */

void credential_doubt(struct credential *c, uint64_t generation,
		      int64_t sent_ns)
{
	mutex_lock(&c->mu);
	if (generation == c->generation &&
	    token_trust_doubt(&c->trust, sent_ns, clock_monotonic_ns()))
		c->wants_look = true;
	mutex_unlock(&c->mu);
}

void credential_confirm(struct credential *c, uint64_t generation,
			int64_t sent_ns)
{
	mutex_lock(&c->mu);
	if (generation == c->generation &&
	    token_trust_confirm(&c->trust, sent_ns)) {
		c->wants_look = false;
		cond_broadcast(&c->changed);
	}
	mutex_unlock(&c->mu);
}

bool credential_is_private(struct credential *c, struct err *why)
{
	bool is_private;

	mutex_lock(&c->mu);
	is_private = c->is_private;
	if (is_private)
		*why = c->why_private;
	mutex_unlock(&c->mu);
	return is_private;
}

void credential_close(struct credential *c)
{
	mutex_lock(&c->mu);
	c->is_closed = true;
	mutex_unlock(&c->mu);
	cond_broadcast(&c->changed);
}

int64_t credential_peek_ms(struct credential *c)
{
	struct token_view view;
	int64_t left_ms;

	if (c->config.state_dirfd < 0)
		return 0;
	token_store_look(c->store, "", &view);
	left_ms = view.state.text[0] ? view.state.expires_ms - clock_boot_ms()
				     : 0;
	return left_ms > 0 ? left_ms : 0;
}
