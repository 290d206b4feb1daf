#include "engine/fetch.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/mask.h"
#include "base/sync.h"
#include "engine/breaker.h"
#include "share/credential.h"
#include "engine/limit.h"
#include "share/quota.h"
#include "engine/retry.h"
#include "model/quote.h"

struct fetch_worker {
	struct fetch_shared *shared;
	struct http *http; /* made for the first call; NULL until then */
	struct http_request request;
	struct http_response response;
	struct metrics metrics;
	uint64_t random_state;
	int64_t typical_ns; /* moving average of this worker's latencies */
};

/* Items [first, first + count) of a request. */
struct part {
	size_t first, count;
};

/* Reads the response that the worker holds. */
typedef int (*read_fn)(struct fetch_worker *w, void *arg, struct err *err);

void *fetch_worker_new(void *shared, struct err *err)
{
	struct fetch_worker *w = calloc(1, sizeof *w);
	int64_t seed = clock_monotonic_ns();

	if (!w) {
		err_no_memory(err);
		return NULL;
	}
	w->shared = shared;
	w->random_state = hash_bytes(&seed, sizeof seed, (uintptr_t)w);
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

PRINTF_LIKE(2, 3)
static void say(const struct fetch_worker *w, const char *fmt, ...)
{
	char line[320];
	va_list ap;

	if (!w->shared->say)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	w->shared->say(w->shared->say_arg, line);
}

/* xorshift64*: spreads retries; nothing secret hangs on it. */
static double next_random(struct fetch_worker *w)
{
	uint64_t x = w->random_state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	w->random_state = x;
	return (double)((x * UINT64_C(2685821657736338717)) >> 11) /
	       9007199254740992.0;
}

static void count(struct fetch_worker *w, bool is_answered,
		  const struct err *err)
{
	const struct http_response *r = &w->response;
	int64_t latency_ns = r->finished_ns - r->sent_ns;

	w->metrics.calls += r->was_sent;
	w->metrics.connections += r->is_new_connection;
	w->metrics.bytes += r->body.len;
	if (err && err->kind == ERR_RATE_LIMIT)
		w->metrics.refusals++;
	if (err && err->kind == ERR_TIMEOUT)
		w->metrics.timeouts++;
	if (!is_answered || !r->was_sent)
		return;
	metrics_note_latency(&w->metrics, latency_ns);
	w->typical_ns = w->typical_ns ? w->typical_ns - w->typical_ns / 8 +
						latency_ns / 8
				      : latency_ns;
}

static enum quota_end quota_end_of(const struct http_response *r,
				   bool is_answered, const struct err *err)
{
	if (!r->was_sent)
		return QUOTA_UNSENT;
	if (!is_answered)
		return QUOTA_ABANDONED;
	if (err && err->kind == ERR_RATE_LIMIT)
		return QUOTA_REFUSED;
	return r->status == 503 ? QUOTA_OVERLOADED : QUOTA_ANSWERED;
}

static enum limit_report limit_report_of(const struct err *err)
{
	if (!err)
		return LIMIT_CLEAN;
	return err->kind == ERR_TIMEOUT || err->kind == ERR_SERVER
		       ? LIMIT_OVERLOAD
		       : LIMIT_UNKNOWN;
}

/* One attempt: sends what w->request holds, under limit and quota, and reads
 * the answer with read(arg). */
static int exchange(struct fetch_worker *w, read_fn read, void *arg,
		    struct err *err)
{
	struct fetch_shared *s = w->shared;
	struct quota_permit permit;
	struct limit_pass pass;
	struct err why;
	int64_t until_ns;
	bool is_answered;
	int rc;

	w->metrics.attempts++;
	w->response.was_sent = false;
	if (!w->http && !(w->http = http_new(&s->http, err)))
		return -1;
	if (limit_enter(s->limit, &pass, s->deadline_ns, err) < 0)
		return -1;
	if (quota_acquire(s->quota, &permit, s->stop, s->deadline_ns, err) <
	    0) {
		limit_leave(s->limit, pass, LIMIT_UNKNOWN);
		return -1;
	}
	until_ns = clock_monotonic_ns() + s->try_timeout_ns;
	if (until_ns > s->deadline_ns)
		until_ns = s->deadline_ns;
	rc = http_perform(w->http, &w->request, s->stop, until_ns, &w->response,
			  &why);
	is_answered = rc == 0;
	/* A refusal may repeat what it refuses: no secret comes back past this. */
	mask_secret(&w->response.body, s->login.app_key);
	mask_secret(&w->response.body, s->login.app_secret);
	if (rc == 0)
		rc = read(w, arg, &why);
	else if (why.kind == ERR_TIMEOUT && until_ns == s->deadline_ns)
		err_set(&why, ERR_DEADLINE, "no answer before the time was up");
	quota_end(s->quota, &permit,
		  quota_end_of(&w->response, is_answered, rc < 0 ? &why : NULL),
		  w->response.finished_ns, w->response.min_rtt_ns);
	limit_leave(s->limit, pass, limit_report_of(rc < 0 ? &why : NULL));
	count(w, is_answered, rc < 0 ? &why : NULL);
	if (rc < 0)
		*err = why;
	return rc;
}

/* Whether to try again after err; sleeps until then. */
static bool pause_for_retry(struct fetch_worker *w, int attempt,
			    const struct err *err)
{
	struct fetch_shared *s = w->shared;
	struct retry_case c = { .err = err,
				.attempt = attempt,
				.attempts_max = s->attempts_max,
				.random = next_random(w),
				.now_ns = clock_monotonic_ns(),
				.deadline_ns = s->deadline_ns,
				.typical_ns = w->typical_ns };
	int64_t at_ns;

	if (!retry_next(&c, &at_ns))
		return false;
	if (atomic_fetch_sub(&s->retry_budget, 1) <= 0) {
		atomic_fetch_add(&s->retry_budget, 1);
		return false;
	}
	say(w, "attempt %d failed (%s): again in %" PRId64 " ms", attempt,
	    err->msg, (at_ns - c.now_ns) / NS_PER_MS);
	w->metrics.retries++;
	return stop_sleep_until(s->stop, at_ns);
}

/* arg: the struct provider_token to fill. */
static int read_token(struct fetch_worker *w, void *arg, struct err *err)
{
	return w->shared->provider->parse_token(&w->response, clock_real_ms(),
						arg, err);
}

/* The broker gave none, and would not count it as an issue. A minute that it
 * asks to wait for is that of another issue; a busy server's wish is not. What
 * became of a call that the gateway gave up is not known. */
static bool is_token_refused(const struct http_response *r,
			     const struct err *err)
{
	return r->status != 0 && r->status != 504 &&
	       (err->kind == ERR_RATE_LIMIT || err->kind == ERR_SERVER ||
		err->kind == ERR_FORBIDDEN ||
		(err->kind == ERR_AUTH && err->retry_after_ms == 0));
}

/* A credential_issue_fn: one call; further ones are attempts of the request that
 * needs the token. */
static int issue_token(void *arg, struct provider_token *out,
		       enum issue_end *end, struct err *err)
{
	struct fetch_worker *w = arg;
	struct fetch_shared *s = w->shared;

	http_request_reset(&w->request);
	if (s->provider->build_token(&s->login, s->base_url, &w->request, err) <
	    0)
		return -1;
	say(w, "asking for a token");
	if (exchange(w, read_token, out, err) == 0) {
		w->metrics.token_calls++;
		*end = ISSUE_DONE;
		return 0;
	}
	w->metrics.token_calls += w->response.was_sent;
	*end = is_token_refused(&w->response, err) || !w->response.was_sent
		       ? ISSUE_REFUSED
		       : ISSUE_UNKNOWN;
	/* Whatever the broker says instead of a token: there is none to be had. */
	if (w->response.status != 0 && !err_kind_is_retryable(err->kind) &&
	    err->kind != ERR_AUTH) {
		err->kind = ERR_AUTH;
		err->retry_after_ms = 0;
	}
	return err_wrap(err, "cannot get a token");
}

struct quote_call {
	struct result *result;
	struct part part;
	const char *token; /* of the attempt under way */
	bool has_token;    /* there was one to be had */
	struct provider_verdict verdict;
};

static int read_quotes(struct fetch_worker *w, void *arg, struct err *err)
{
	struct quote_call *call = arg;

	mask_secret(&w->response.body, call->token);
	return w->shared->provider->parse_quote(&w->response, call->part.first,
						call->part.count, call->result,
						&call->verdict, err);
}

static void note_attempt(struct quote_call *call, const struct http_response *r)
{
	int64_t from_ns = r->was_sent ? r->sent_ns : r->finished_ns;
	int latency_ms =
		(int)((r->finished_ns - from_ns + NS_PER_MS / 2) / NS_PER_MS);
	int64_t now_ms = clock_real_ms();
	size_t i;

	for (i = 0; i < call->part.count; i++) {
		struct outcome *o =
			&call->result->outcome[call->part.first + i];

		o->attempts++;
		o->latency_ms = latency_ms;
		o->fetched_at_ms = now_ms;
	}
}

/* What fails without an answer has no verdict, and not that of the call before. */
static void forget_verdict(struct quote_call *call)
{
	call->verdict = (struct provider_verdict){ NULL, NULL, NULL };
}

/* One call with a live token. A dead one is replaced once, and that is no
 * attempt of the request. */
static int call_once(struct fetch_worker *w, struct quote_call *call,
		     struct err *err)
{
	struct fetch_shared *s = w->shared;
	struct credential_lease lease;

	for (;;) {
		call->has_token = false;
		forget_verdict(call);
		w->response.status = 0;
		if (credential_get(s->credential, issue_token, w, s->stop,
				   s->deadline_ns, &lease, err) < 0)
			return -1;
		http_request_reset(&w->request);
		if (s->provider->build_quote(&s->login, s->base_url, lease.text,
					     call->result->request,
					     call->part.first, call->part.count,
					     &w->request, err) < 0)
			return -1;
		call->has_token = true;
		call->token = lease.text;
		if (exchange(w, read_quotes, call, err) == 0) {
			note_attempt(call, &w->response);
			say(w, "asked for %zu from '%s' on: answered in %d ms",
			    call->part.count,
			    call->result->request->item[call->part.first]
				    .symbol.code,
			    call->result->outcome[call->part.first].latency_ms);
			return 0;
		}
		if (w->response.was_sent)
			note_attempt(call, &w->response);
		if (err->kind != ERR_TOKEN)
			return -1;
		if (!credential_reject(s->credential, lease.generation)) {
			err->kind = ERR_AUTH;
			return -1;
		}
		say(w, "the token is dead (%s): getting another", err->msg);
	}
}

/* Asks for a part until it is answered or no further attempt is due. */
static int ask(struct fetch_worker *w, struct quote_call *call, struct err *err)
{
	struct fetch_shared *s = w->shared;
	int attempt;

	forget_verdict(call);
	if (breaker_is_open(s->breaker, err))
		return -1;
	for (attempt = 1;; attempt++) {
		if (call_once(w, call, err) == 0) {
			breaker_note_answer(s->breaker);
			return 0;
		}
		if (!pause_for_retry(w, attempt, err))
			break;
	}
	/* The same where it was asked as often as it may be. */
	if (!call->has_token && w->response.status != 0 &&
	    err->kind != ERR_DEADLINE && err->kind != ERR_CANCELED)
		err->kind = ERR_AUTH;
	return -1;
}

/* Asks for one symbol whose exchange is a guess: the remembered exchange
 * first, then the others. Whatever is not NOT_FOUND, be it said of the symbol
 * or of the whole call, ends it. */
static int ask_exchanges(struct fetch_worker *w, struct quote_call *call,
			 struct err *err)
{
	struct request_item *item =
		&call->result->request->item[call->part.first];
	struct outcome *o = &call->result->outcome[call->part.first];
	enum market exchange[PROVIDER_EXCHANGES_MAX];
	enum market hint = (enum market)item->symbol.exchange;
	size_t count = w->shared->provider->exchanges(
		(enum market)item->symbol.market, exchange);
	enum err_kind kind;
	size_t i;
	int rc;

	for (i = 0; i < count && exchange[i] != hint; i++)
		;
	if (i < count) {
		memmove(&exchange[1], &exchange[0], i * sizeof *exchange);
		exchange[0] = hint;
	}
	for (i = 0;; i++) {
		if (count > 0)
			item->symbol.exchange = (uint8_t)exchange[i];
		rc = ask(w, call, err);
		kind = rc < 0 ? err->kind : o->err.kind;
		if ((rc == 0 && o->has_quote) || kind != ERR_NOT_FOUND ||
		    i + 1 >= count)
			return rc;
	}
}

/* Whether one symbol of several may be the cause: asked for by themselves, the
 * others have their quotes. */
static bool may_be_one_symbol(const struct err *err)
{
	return err->kind == ERR_INPUT || err->kind == ERR_NOT_FOUND ||
	       err->kind == ERR_PARSE || err->kind == ERR_FORBIDDEN ||
	       (err->kind == ERR_HTTP && err->code >= 400);
}

static void fail_part(const struct quote_call *call, const struct err *err)
{
	const struct provider_verdict *v = &call->verdict;
	bool is_refused = !v->rt_cd || strcmp(v->rt_cd, "0") != 0;
	size_t i;

	result_fail(call->result, call->part.first, call->part.count, err);
	for (i = 0; i < call->part.count; i++) {
		struct outcome *o =
			&call->result->outcome[call->part.first + i];

		/* An answer that calls itself fine and is not has no verdict. */
		o->rt_cd = is_refused ? v->rt_cd : NULL;
		o->msg_cd = is_refused ? v->msg_cd : NULL;
		o->msg1 = is_refused ? v->msg1 : NULL;
	}
}

/* Fetches a part, or puts smaller parts of it on the stack, whose new height
 * is returned. */
static size_t fetch_part(struct fetch_worker *w, struct result *result,
			 struct part part, struct part *stack, size_t height)
{
	struct request *request = result->request;
	struct quote_call call = { .result = result, .part = part };
	struct breaker *breaker = w->shared->breaker;
	struct err err, early;

	if (request->is_single && part.count > 1) {
		stack[height++] =
			(struct part){ part.first + 1, part.count - 1 };
		call.part.count = part.count = 1;
	}
	if (ask_exchanges(w, &call, &err) == 0)
		return height;
	if (err.kind == ERR_UNSUPPORTED && !request->is_single) {
		say(w, "no multi call (%s): asking one by one", err.msg);
		request->is_single = result->is_multi_refused = true;
		stack[height++] = part;
	} else if (part.count > 1 && may_be_one_symbol(&err) &&
		   !breaker_is_open(breaker, &early)) {
		size_t half = part.count / 2;

		say(w, "%zu symbols failed (%s): halving", part.count, err.msg);
		stack[height++] =
			(struct part){ part.first + half, part.count - half };
		stack[height++] = (struct part){ part.first, half };
	} else {
		breaker_note_failure(breaker, &err);
		fail_part(&call, &err);
	}
	return height;
}

void *fetch_work(void *worker, void *job)
{
	struct fetch_worker *w = worker;
	struct result *result = job;
	/* Halving 30 keeps at most 5 parts waiting, singling out one more. */
	struct part stack[8];
	size_t height = 1;

	w->metrics.requests++;
	stack[0] = (struct part){ 0, result->request->count };
	while (height > 0) {
		struct part next = stack[--height];

		height = fetch_part(w, result, next, stack, height);
		require(height < sizeof stack / sizeof *stack);
	}
	return result;
}
