#include "share/credential.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/safefile.h"
#include "base/sync.h"
#include "share/token_file.h"

/* In its last minutes a token is replaced: clocks differ. */
enum { EXPIRY_MARGIN_MS = 10 * 60 * 1000 };

enum state { STATE_NONE, STATE_LIVE, STATE_ISSUING, STATE_FAILED };

struct credential { /* lock key: c const after init, l under mu */
	struct credential_config config; /* c */
	char name[HASH_NAME_BYTES];      /* c: the key's hash */
	struct mutex mu;
	struct cond changed;         /* l: state left ISSUING, or closed */
	enum state state;            /* l */
	struct provider_token token; /* l: when LIVE */
	uint64_t generation;         /* l: counts the tokens taken */
	char rejected
		[TOKEN_BYTES]; /* l: the last dead one, never taken again */
	bool is_refreshed;     /* l: one refresh is all */
	struct err failure;    /* l: when FAILED */
	int64_t asked_at_ms;   /* l: last issue, where there is no file */
	bool is_closed;        /* l */
};

struct credential *credential_new(const struct credential_config *config,
				  struct err *err)
{
	struct credential *c = calloc(1, sizeof *c);

	if (!c) {
		err_no_memory(err);
		return NULL;
	}
	c->config = *config;
	hash_name(config->key, c->name);
	c->config.key = c->name;
	if (mutex_init(&c->mu, err) < 0)
		goto fail;
	if (cond_init(&c->changed, err) < 0) {
		mutex_destroy(&c->mu);
		goto fail;
	}
	return c;
fail:
	free(c);
	return NULL;
}

void credential_free(struct credential *c)
{
	if (!c)
		return;
	cond_destroy(&c->changed);
	mutex_destroy(&c->mu);
	free(c);
}

static bool has_left(const struct provider_token *t, int64_t ms)
{
	return t->text[0] && t->expires_at_ms - clock_real_ms() > ms;
}

static bool is_fresh(const struct provider_token *t)
{
	return has_left(t, EXPIRY_MARGIN_MS);
}

/* Who needs a token: how it asks the broker, and for how long it can wait. */
struct asker {
	credential_issue_fn issue;
	void *arg;
	struct stop *stop;
	int64_t deadline_ns;
};

/* Waits out the broker's least time between two issues, counted from
 * asked_at_ms. A stamp of the future is a clock set back, and tells nothing. */
static int wait_for_turn(struct credential *c, int64_t asked_at_ms,
			 const struct asker *a, struct err *err)
{
	int64_t now_ms = clock_real_ms(), now_ns = clock_monotonic_ns();
	int64_t left_ms = asked_at_ms + c->config.interval_ms - now_ms;
	char line[120];

	if (left_ms <= 0 || asked_at_ms > now_ms)
		return 0;
	if (a->deadline_ns != CLOCK_NEVER &&
	    left_ms * NS_PER_MS >= a->deadline_ns - now_ns) {
		err_set(err, ERR_AUTH,
			"a token was asked for less than a minute ago: "
			"try again in %" PRId64 " s",
			(left_ms + 999) / 1000);
		err->retry_after_ms = left_ms;
		return -1;
	}
	snprintf(line, sizeof line,
		 "waiting %" PRId64 " s: the broker issues one token a minute",
		 (left_ms + 999) / 1000);
	if (c->config.say)
		c->config.say(c->config.say_arg, line);
	if (!stop_sleep_until(a->stop, now_ns + left_ms * NS_PER_MS))
		return err_set(err, ERR_CANCELED, "interrupted");
	return 0;
}

/* Asks the broker once, with the file's lock held; f is what the file says and
 * what is written into it. */
static int ask_broker(struct credential *c, struct token_file *f,
		      const struct asker *a, struct err *err)
{
	struct provider_token token = { .text = "" };
	int64_t asked_before_ms = f->asked_at_ms;
	enum issue_end end = ISSUE_REFUSED;
	int rc;

	f->asked_at_ms = clock_real_ms();
	token_file_write(c->config.state_dirfd, c->name, f);
	rc = a->issue(a->arg, &token, &end, err);
	if (rc == 0)
		f->token = token;
	/* The minute counts from when the broker was asked, which was later than
	 * the stamp: by now at the latest. */
	f->asked_at_ms = rc < 0 && end == ISSUE_REFUSED ? asked_before_ms
							: clock_real_ms();
	token_file_write(c->config.state_dirfd, c->name, f);
	return rc;
}

/* Asks in turn, and a second time where the broker says that another machine
 * asked within the minute and the deadline allows to wait for it. */
static int issue_token(struct credential *c, struct token_file *f,
		       const struct asker *a, struct err *err)
{
	int tries;

	for (tries = 0; tries < 2; tries++) {
		if (wait_for_turn(c, f->asked_at_ms, a, err) < 0)
			return -1;
		if (ask_broker(c, f, a, err) == 0)
			return 0;
		if (err->kind != ERR_AUTH || err->retry_after_ms == 0)
			return -1;
	}
	return -1;
}

/* Finds a token outside of this process's memory. */
static int obtain(struct credential *c, const struct asker *a,
		  const char *rejected, int64_t *asked_at_ms,
		  struct provider_token *out, struct err *err)
{
	struct token_file f = { .asked_at_ms = *asked_at_ms };
	int lock = -1, rc = 0;

	if (c->config.state_dirfd >= 0) {
		lock = token_file_lock(c->config.state_dirfd, c->name, a->stop,
				       a->deadline_ns, err);
		if (lock < 0 &&
		    (err->kind == ERR_CANCELED || err->kind == ERR_DEADLINE))
			return -1;
		token_file_read(c->config.state_dirfd, c->name, &f);
		/* A file that cannot be written does not know of this process. */
		if (f.asked_at_ms < *asked_at_ms)
			f.asked_at_ms = *asked_at_ms;
	}
	if (strcmp(f.token.text, rejected) == 0)
		f.token.text[0] = '\0'; /* dead, whatever its date */
	if (!is_fresh(&f.token))
		rc = issue_token(c, &f, a, err);
	if (lock >= 0)
		safefile_unlock(lock);
	*asked_at_ms = f.asked_at_ms;
	/* Without a new one, the last minutes of the old one are welcome. */
	if (rc < 0 && !has_left(&f.token, 0))
		return -1;
	if (strcmp(f.token.text, rejected) == 0)
		return err_set(
			err, ERR_AUTH,
			"the broker issues again the token that it calls dead: "
			"try again in a few hours");
	*out = f.token;
	return 0;
}

/* Runs obtain without the lock, and makes its end known. What may heal (a
 * connection that broke before the broker was asked) does not bar the next
 * request from trying anew. */
static int refresh_locked(struct credential *c, const struct asker *a,
			  struct err *err) REQUIRES(c->mu)
{
	struct provider_token token = { .text = "" };
	char rejected[TOKEN_BYTES];
	int64_t asked_at_ms = c->asked_at_ms;
	struct err failure;
	int rc;

	memcpy(rejected, c->rejected, sizeof rejected);
	c->state = STATE_ISSUING;
	mutex_unlock(&c->mu);
	rc = obtain(c, a, rejected, &asked_at_ms, &token, &failure);
	mutex_lock(&c->mu);
	c->asked_at_ms = asked_at_ms;
	if (rc < 0) {
		c->state = err_kind_is_retryable(failure.kind) ? STATE_NONE
							       : STATE_FAILED;
		c->failure = *err = failure;
	} else {
		/* In its last minutes, or by a wrong clock of ours beyond them:
		 * the broker will say when it is dead. */
		if (!is_fresh(&token))
			token.expires_at_ms = INT64_MAX;
		c->state = STATE_LIVE;
		c->token = token;
		c->generation++;
	}
	cond_broadcast(&c->changed);
	return rc;
}

int credential_get(struct credential *c, credential_issue_fn issue, void *arg,
		   struct stop *stop, int64_t deadline_ns,
		   struct credential_lease *out, struct err *err)
{
	const struct asker asker = { issue, arg, stop, deadline_ns };
	bool in_time = true;
	int rc = 0;

	mutex_lock(&c->mu);
	while (c->state == STATE_ISSUING && !c->is_closed && in_time)
		in_time = cond_wait_until(&c->changed, &c->mu, deadline_ns);
	if (c->is_closed)
		rc = err_set(err, ERR_CANCELED, "interrupted");
	else if (c->state == STATE_ISSUING)
		rc = err_set(err, ERR_DEADLINE,
			     "no token before the time was up");
	else if (c->state == STATE_FAILED) {
		*err = c->failure;
		rc = -1;
	} else if (c->state == STATE_NONE || !is_fresh(&c->token)) {
		rc = refresh_locked(c, &asker, err);
	}
	if (rc == 0) {
		memcpy(out->text, c->token.text, sizeof out->text);
		out->generation = c->generation;
	}
	mutex_unlock(&c->mu);
	return rc;
}

bool credential_reject(struct credential *c, uint64_t generation)
{
	bool may_try = true;

	mutex_lock(&c->mu);
	if (c->state == STATE_LIVE && c->generation == generation) {
		may_try = !c->is_refreshed;
		c->is_refreshed = true;
		memcpy(c->rejected, c->token.text, sizeof c->rejected);
		c->state = may_try ? STATE_NONE : STATE_FAILED;
		if (!may_try)
			err_set(&c->failure, ERR_AUTH,
				"the broker refuses a token that it has just issued");
	} else if (c->state == STATE_FAILED) {
		may_try = false;
	}
	mutex_unlock(&c->mu);
	return may_try;
}

void credential_doubt(struct credential *c, uint64_t generation,
		      int64_t sent_ns)
{
	(void)sent_ns;
	(void)credential_reject(c, generation);
}

void credential_confirm(struct credential *c, uint64_t generation,
			int64_t sent_ns)
{
	(void)c, (void)generation, (void)sent_ns;
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
	struct token_file f = { .asked_at_ms = 0 };
	int64_t left_ms;

	if (c->config.state_dirfd < 0)
		return 0;
	token_file_read(c->config.state_dirfd, c->name, &f);
	left_ms = f.token.text[0] ? f.token.expires_at_ms - clock_real_ms() : 0;
	return left_ms > 0 ? left_ms : 0;
}
