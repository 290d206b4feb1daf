/* SPDX-License-Identifier: MIT */
#include "engine/fetch.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mask.h"
#include "engine/limit.h"
#include "engine/upstream.h"
#include "model/quote.h"
#include "net/http.h"
#include "provider/answer.h"
#include "share/credential.h"
#include "share/quota.h"

struct fetch_worker {
	struct upstream *upstream;
	struct http *http; /* made for the first call; NULL until then */
	struct http_request request;
	struct http_response response;
	struct metrics metrics;
};

/* What one exchange is for. */
struct purpose {
	const char *token; /* to be masked in the answer; NULL: none */
	int (*read)(struct fetch_worker *w, void *arg, struct err *err);
	void *arg;
};

void *fetch_worker_new(void *shared, struct err *err)
{
	struct fetch_worker *w = err_calloc(sizeof *w, err);

	if (!w)
		return NULL;
	w->upstream = shared;
	http_request_init(&w->request);
	http_response_init(&w->response);
	return w;
}

void fetch_worker_free(void *worker)
{
	struct fetch_worker *w = worker;

	if (!w)
		return;
	http_free(w->http);
	http_request_release(&w->request);
	http_response_release(&w->response);
	free(w);
}

const struct metrics *fetch_metrics(const void *worker)
{
	return &((const struct fetch_worker *)worker)->metrics;
}

/* ---- one exchange ---- */

static void count(struct fetch_worker *w, bool is_answered,
		  const struct err *err)
{
	const struct http_response *r = &w->response;

	w->metrics.calls += r->was_sent;
	w->metrics.connections += r->is_new_connection;
	w->metrics.bytes += r->body.len;
	if (err && err->kind == ERR_RATE_LIMIT)
		w->metrics.refusals++;
	if (err && err->kind == ERR_TIMEOUT)
		w->metrics.timeouts++;
	if (is_answered && r->was_sent)
		latency_note(&w->metrics.latency, r->finished_ns - r->sent_ns);
}

static enum limit_report limit_report_of(const struct err *err)
{
	if (!err)
		return LIMIT_CLEAN;
	return err->kind == ERR_TIMEOUT || err->kind == ERR_SERVER
		       ? LIMIT_OVERLOAD
		       : LIMIT_UNKNOWN;
}

/* Sends what w->request holds, and reads the answer. A refusal may repeat what
 * it refuses: no secret comes back past this. */
static int transfer(struct fetch_worker *w, const struct purpose *p,
		    bool *is_answered, struct err *err)
{
	const struct upstream_config *c = &w->upstream->config;
	int64_t until_ns = clock_monotonic_ns() + c->try_timeout_ns;
	bool is_last = until_ns >= c->deadline_ns;
	int rc;

	if (is_last)
		until_ns = c->deadline_ns;
	rc = http_perform(w->http, &w->request, c->stop, until_ns, &w->response,
			  err);
	*is_answered = rc == 0;
	if (c->login.key)
		mask_secret(&w->response.body, c->login.key);
	if (c->login.secret)
		mask_secret(&w->response.body, c->login.secret);
	if (p->token)
		mask_secret(&w->response.body, p->token);
	if (rc == 0)
		return p->read(w, p->arg, err);
	if (err->kind == ERR_TIMEOUT && is_last)
		err_set(err, ERR_DEADLINE, "no answer before the time was up");
	return -1;
}

static void tell_wait(const struct upstream_config *c, enum upstream_wait what,
		      int delta)
{
	if (c->wait)
		c->wait(c->say_arg, what, delta);
}

static int acquire_quota(struct upstream *u, struct quota_permit *permit,
			 struct err *err)
{
	const struct upstream_config *c = &u->config;
	int rc;

	tell_wait(c, UPSTREAM_WAITS_QUOTA, 1);
	rc = quota_acquire(u->quota, permit, c->stop, c->deadline_ns, err);
	tell_wait(c, UPSTREAM_WAITS_QUOTA, -1);
	return rc;
}

/* One attempt, under limit and quota. */
static int exchange(struct fetch_worker *w, const struct purpose *p,
		    struct err *err)
{
	struct upstream *u = w->upstream;
	const struct upstream_config *c = &u->config;
	struct quota_permit permit;
	struct limit_pass pass;
	struct err why;
	bool is_answered;
	int rc;

	w->metrics.attempts++;
	if (!w->http && !(w->http = http_new(&c->http, err)))
		return -1;
	if (limit_enter(u->limit, &pass, c->deadline_ns, err) < 0)
		return -1;
	if (acquire_quota(u, &permit, err) < 0) {
		limit_leave(u->limit, pass, LIMIT_UNKNOWN);
		return -1;
	}
	rc = transfer(w, p, &is_answered, &why);
	quota_end_call(u->quota, &permit, &w->response, is_answered,
		       rc < 0 ? &why : NULL);
	limit_leave(u->limit, pass, limit_report_of(rc < 0 ? &why : NULL));
	count(w, is_answered, rc < 0 ? &why : NULL);
	if (rc < 0)
		*err = why;
	return rc;
}

/* ---- the token ---- */

static int read_token(struct fetch_worker *w, void *arg, struct err *err)
{
	return w->upstream->config.provider->parse_token(
		&w->response, clock_real_ms(), arg, err);
}

/* The source gave none, and would not count it as an issue. A minute that it
 * asks to wait for is that of another issue; a busy server's wish is not. What
 * became of a call that the gateway gave up is not known. */
static bool is_token_refused(const struct http_response *r,
			     const struct err *err)
{
	return !r->was_sent ||
	       (r->status != 0 && r->status != 504 &&
		(err->kind == ERR_RATE_LIMIT || err->kind == ERR_SERVER ||
		 err->kind == ERR_FORBIDDEN ||
		 (err->kind == ERR_AUTH && err->retry_after_ms == 0)));
}

/* A credential_issue_fn: one call; further ones are attempts of the request that
 * needs the token. */
static int issue_token(void *arg, struct provider_token *out,
		       enum issue_end *end, struct err *err)
{
	struct fetch_worker *w = arg;
	const struct upstream *u = w->upstream;
	const struct purpose purpose = { .read = read_token, .arg = out };

	http_request_reset(&w->request);
	if (u->config.provider->build_token(&u->call, &w->request, err) < 0)
		return -1;
	say_line(u->config.say, u->config.say_arg, "asking for a token");
	if (exchange(w, &purpose, err) == 0) {
		w->metrics.token_calls++;
		*end = ISSUE_DONE;
		return 0;
	}
	w->metrics.token_calls += w->response.was_sent;
	*end = is_token_refused(&w->response, err) ? ISSUE_REFUSED
						   : ISSUE_UNKNOWN;
	/* Whatever it says in its own words instead of a token is a refusal. */
	if (w->response.status != 0 && !err_kind_is_retryable(err->kind) &&
	    err->kind != ERR_AUTH && err->kind != ERR_FORBIDDEN) {
		err->kind = ERR_AUTH;
		err->retry_after_ms = 0;
	}
	return err_wrap(err, "cannot get a token");
}

/* ---- quotes ---- */

static int read_quotes(struct fetch_worker *w, void *arg, struct err *err)
{
	const struct upstream *u = w->upstream;

	return answer_parse(u->config.provider, &u->call, &w->response, arg,
			    err);
}

/* Tells the credential what an answer says of the token. */
static void judge_token(struct fetch_worker *w,
			const struct credential_lease *lease,
			const struct err *err)
{
	struct credential *c = w->upstream->credential;

	if (!c || !w->response.was_sent || w->response.status == 0)
		return;
	if (err && err->kind == ERR_TOKEN)
		credential_doubt(c, lease->generation, w->response.sent_ns);
	else if (!err)
		credential_confirm(c, lease->generation, w->response.sent_ns);
}

/* Takes the token, whoever asks for it. */
static int get_token(struct fetch_worker *w, struct credential_lease *lease,
		     struct err *err)
{
	const struct upstream *u = w->upstream;
	const struct upstream_config *c = &u->config;
	int rc;

	tell_wait(c, UPSTREAM_WAITS_TOKEN, 1);
	rc = credential_get(u->credential, issue_token, w, c->stop,
			    c->deadline_ns, lease, err);
	tell_wait(c, UPSTREAM_WAITS_TOKEN, -1);
	return rc;
}

static int ask(struct fetch_worker *w, struct result *result, struct err *err)
{
	const struct upstream *u = w->upstream;
	const struct upstream_config *c = &u->config;
	struct provider_call call = u->call;
	struct credential_lease lease = { .generation = 0 };
	struct purpose purpose = { .read = read_quotes, .arg = result };
	int rc;

	if (u->credential) {
		if (get_token(w, &lease, err) < 0)
			return -1;
		call.token = purpose.token = lease.text;
	}
	result->had_token = true;
	w->response.was_sent = w->response.was_connected = false;
	w->response.status = 0;
	http_request_reset(&w->request);
	if (c->provider->build_quote(&call, result->request, &w->request, err) <
	    0)
		return -1;
	rc = exchange(w, &purpose, err);
	quota_note_remaining(u->quota, result->verdict.calls_left,
			     result->verdict.resets_after_ms * NS_PER_MS);
	judge_token(w, &lease, rc < 0 ? err : NULL);
	return rc;
}

static void note_attempt(struct result *result, const struct http_response *r)
{
	int64_t took_ns = r->finished_ns - r->sent_ns;
	int64_t now_ms = clock_real_ms();
	size_t i;

	result->was_connected = r->was_connected;
	result->was_answered = r->status != 0;
	result->was_sent = result->had_token && r->was_sent;
	if (!result->was_sent)
		return;
	result->latency_ms = (int)((took_ns + NS_PER_MS / 2) / NS_PER_MS);
	for (i = 0; i < result->request->count; i++) {
		struct outcome *o = &result->outcome[i];

		o->attempts = ++result->request->item[i].attempts;
		o->latency_ms = result->latency_ms;
		o->fetched_at_ms = now_ms;
	}
}

void *fetch_work(void *worker, void *job)
{
	struct fetch_worker *w = worker;
	struct result *result = job;
	const struct request *request = result->request;
	const struct upstream_config *c = &w->upstream->config;

	w->response.was_sent = w->response.was_connected = false;
	w->response.status = 0;
	result->provider = c->provider->name;
	result->has_failed = ask(w, result, &result->err) < 0;
	note_attempt(result, &w->response);
	if (result->has_failed)
		say_line(c->say, c->say_arg, "%s: %zu from '%s' on: %s",
			 result->provider, request->count,
			 request->item[0].symbol.code, result->err.msg);
	else
		say_line(c->say, c->say_arg,
			 "%s: %zu from '%s' on: answered in %d ms",
			 result->provider, request->count,
			 request->item[0].symbol.code, result->latency_ms);
	return result;
}
