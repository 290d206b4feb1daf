/* SPDX-License-Identifier: MIT */
/* Says what becomes of a job that came back, or that is given up. */
#include "engine/scheduler_part.h"

#include <inttypes.h>
#include <stdio.h>

#include "provider/provider.h"
#include "share/exchange_book.h"

/* In [0, 1): spreads calls; nothing secret hangs on it. */
static double draw(struct scheduler *s)
{
	uint64_t x = s->random_state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	s->random_state = x;
	return (double)((x * UINT64_C(2685821657736338717)) >> 11) /
	       9007199254740992.0;
}

void scheduler_name_error(struct result *job)
{
	if (job->has_failed && !job->had_token && job->was_answered &&
	    job->err.kind != ERR_DEADLINE && job->err.kind != ERR_CANCELED)
		job->err.kind = ERR_AUTH;
}

struct result *scheduler_give_up(struct scheduler *s, struct result *job)
{
	size_t source = job->request->source, i, moved = 0;

	if (job->request->is_check) {
		result_reset(job);
		scheduler_take_check(s, job);
		return NULL;
	}
	scheduler_name_error(job);
	job->has_failed = true;
	result_fail(job, &job->err);
	if (job->err.kind == ERR_CANCELED)
		return job;
	for (i = 0; i < job->request->count; i++) {
		job->outcome[i].is_moved = scheduler_move_item(
			s, source, &job->request->item[i], job->err.kind);
		moved += job->outcome[i].is_moved;
	}
	if (moved < job->request->count)
		return job;
	result_free(job);
	return NULL;
}

static void note_latency(struct scheduler_source *src, const struct result *job)
{
	int64_t took_ns = job->latency_ms * NS_PER_MS;

	if (job->was_sent)
		src->typical_ns += (took_ns - src->typical_ns) / 8;
}

/* The exchanges that a US symbol was found at. */
static void learn(struct scheduler *s, const struct result *job)
{
	size_t i;

	for (i = 0; i < job->request->count; i++) {
		const struct symbol *sym = &job->request->item[i].symbol;
		const struct outcome *o = &job->outcome[i];

		/* Without memory for it, it is found again next time. */
		if (sym->market == MARKET_US && o->has_quote &&
		    o->exchange != MARKET_NONE &&
		    exchange_book_note(s->config.book, sym->code, o->exchange,
				       NULL) < 0)
			return;
	}
}

/* Whether the only symbol of the job may be found at another exchange; then it
 * goes there at once. */
static bool try_exchange(struct scheduler *s, struct scheduler_source *src,
			 struct result *job)
{
	if (job->request->count != 1 ||
	    !scheduler_choose_exchange(s, src, &job->request->item[0]))
		return false;
	result_reset(job);
	job_line_prepend(&src->front, job);
	return true;
}

static struct result *take_answered(struct scheduler *s,
				    struct scheduler_source *src,
				    struct result *job, int64_t now_ns)
{
	size_t i, moved = 0;

	breaker_note_answer(&src->breaker, false);
	retry_budget_note_answer(&src->budget);
	learn(s, job);
	if (!job->outcome[0].has_quote &&
	    job->outcome[0].err.kind == ERR_NOT_FOUND &&
	    try_exchange(s, src, job))
		return NULL;
	if (job->request->is_check) {
		scheduler_take_check(s, job);
		return NULL;
	}
	for (i = 0; src->provider->is_partial && i < job->request->count; i++) {
		struct outcome *o = &job->outcome[i];

		o->is_moved = !o->has_quote && o->err.kind == ERR_NOT_FOUND &&
			      scheduler_move_item(s, job->request->source,
						  &job->request->item[i],
						  o->err.kind);
		moved += o->is_moved;
	}
	if (moved < job->request->count)
		return scheduler_hold(s, job, now_ns) ? NULL : job;
	result_free(job);
	return NULL;
}

/* Appends items [first, first + count) to the line as a job of their own. */
static bool split_off(struct job_line *line, const struct result *job,
		      size_t first, size_t count)
{
	struct request *part;
	struct result *again;

	if (count == 0)
		return true;
	part = request_copy(job->request, first, count);
	if (part) {
		part->attempts = 0;
		part->is_suspect = true;
	}
	again = job_new(part);
	if (again)
		job_line_append(line, again);
	return again != NULL;
}

/* Splits the job: the symbol that the refusal names by itself, or singles, or
 * halves. False for want of memory: then nothing was done. */
static bool split(struct scheduler_source *src, struct result *job,
		  bool is_to_singles)
{
	size_t count = job->request->count, at = (size_t)job->verdict.culprit;
	struct job_line parts = { NULL, NULL };
	bool is_done = true;
	size_t i;

	if (is_to_singles) {
		for (i = 0; is_done && i < count; i++)
			is_done = split_off(&parts, job, i, 1);
	} else if (job->verdict.culprit >= 0 && at < count) {
		is_done = split_off(&parts, job, 0, at) &&
			  split_off(&parts, job, at, 1) &&
			  split_off(&parts, job, at + 1, count - at - 1);
	} else {
		is_done = split_off(&parts, job, 0, count / 2) &&
			  split_off(&parts, job, count / 2, count - count / 2);
	}
	if (!is_done) {
		job_line_clear(&parts);
		return false;
	}
	job_line_prepend_all(&src->front, &parts);
	result_free(job);
	return true;
}

static bool is_own_word(const struct result *job)
{
	return job->verdict.msg_cd || job->verdict.rt_cd;
}

/* Whether a wait that ends too late is to be cut short. A wish of the source's to
 * be left alone for so long is tried once, for it may have been a slip; the
 * token's minute is none. */
static bool may_hurry(const struct result *job)
{
	bool is_wish = job->err.retry_after_ms > 0;

	return !(is_wish &&
		 (job->request->was_hurried || job->err.kind == ERR_AUTH));
}

/* Puts the job to the end of the line, if one more attempt fits; where another
 * source serves it, one that takes no longer than the last: the rest is that
 * one's. */
static bool put_off(struct scheduler *s, struct scheduler_source *src,
		    struct result *job, int64_t now_ns)
{
	struct request *r = job->request;
	bool has_other = scheduler_find_other(s, r->source, &r->item[0]) !=
			 SCHEDULER_NO_SOURCE;
	int64_t took_ns = job->latency_ms * NS_PER_MS;
	int64_t takes_ns = has_other && took_ns > src->typical_ns
				   ? took_ns
				   : src->typical_ns;
	int64_t delay_ns = retry_delay_ns(&job->err, r->attempts + r->refusals,
					  draw(s));
	int64_t hurried_ns = retry_hurried_ns(
		now_ns, takes_ns, r->failing_since_ns, s->config.deadline_ns);

	if (!retry_fits(now_ns + delay_ns, takes_ns, r->failing_since_ns,
			s->config.deadline_ns) &&
	    !has_other && hurried_ns > 0 && may_hurry(job)) {
		delay_ns = hurried_ns;
		r->was_hurried = job->err.retry_after_ms > 0;
	}
	r->not_before_ns = now_ns + delay_ns;
	if (!retry_fits(r->not_before_ns, takes_ns, r->failing_since_ns,
			s->config.deadline_ns))
		return false;
	say_line(s->config.say, s->config.say_arg,
		 "attempt %d failed (%s): again in %" PRId64 " ms",
		 r->attempts + r->refusals, job->err.msg, delay_ns / NS_PER_MS);
	job_line_append(&src->back, job);
	return true;
}

/* Whether the failure may be the source's. Of symbols that failed so before it
 * says nothing new: it is their own, as far as one can tell. But where nothing
 * was answered since they failed first, one cannot. */
static bool is_of_source(const struct scheduler_source *src,
			 const struct result *job)
{
	const struct breaker *b = &src->breaker;
	const struct request *r = job->request;

	return !r->is_suspect || b->is_open ||
	       (!is_own_word(job) && b->failures > 0 &&
		b->failing_since_ns <= r->failing_since_ns);
}

static void note_failure(struct scheduler *s, struct scheduler_source *src,
			 const struct result *job, int64_t now_ns)
{
	const int64_t latest_ns =
		s->config.deadline_ns == CLOCK_NEVER
			? CLOCK_NEVER
			: s->config.deadline_ns - src->typical_ns;
	const struct breaker_failure failure = { .err = &job->err,
						 .was_connected =
							 job->was_connected,
						 .is_own = is_own_word(job),
						 .random = draw(s),
						 .now_ns = now_ns,
						 .latest_ns = latest_ns };

	switch ((int)job->err.kind) {
	case ERR_RATE_LIMIT:
		breaker_note_answer(&src->breaker, true);
		break;
	case ERR_INPUT:
	case ERR_NOT_FOUND:
	case ERR_UNSUPPORTED:
		breaker_note_answer(&src->breaker, false);
		break;
	case ERR_DEADLINE:
	case ERR_CANCELED:
	case ERR_SYSTEM:
		src->breaker.is_probing = false; /* it says nothing */
		break;
	case ERR_TOKEN:
		/* The source is there; its credential decides about the token. */
		breaker_note_answer(&src->breaker, true);
		break;
	case ERR_HTTP:
	case ERR_PARSE:
	case ERR_FORBIDDEN:
		if (is_of_source(src, job))
			breaker_note_failure(&src->breaker, &failure);
		break;
	default:
		breaker_note_failure(&src->breaker, &failure);
	}
}

/* A quote does without the rest that nobody can read. */
static bool is_over(const struct scheduler_source *src,
		    const struct result *job)
{
	const struct request *r = job->request;

	return src->breaker.is_hopeless ||
	       (r->completes && r->count == 1 &&
		(job->err.kind == ERR_PARSE || job->err.kind == ERR_FORBIDDEN));
}

static struct result *take_failed(struct scheduler *s,
				  struct scheduler_source *src,
				  struct result *job, int64_t now_ns)
{
	struct request *r = job->request;
	struct retry_case c = { .kind = job->err.kind,
				.is_own = is_own_word(job),
				.is_down = src->breaker.is_open,
				.is_single = r->is_single,
				.symbols = r->count,
				.attempts_max = s->config.attempts_max };
	bool is_kept = false;

	/* That no further call fitted, or ended in time, says less than what the
	 * last one said. */
	if (job->err.kind == ERR_DEADLINE && r->failing_since_ns != 0) {
		job->err = r->failure;
		return scheduler_give_up(s, job);
	}
	if (r->failing_since_ns == 0)
		r->failing_since_ns = now_ns;
	r->failure = job->err;
	r->is_suspect = true;
	if (retry_counts(job->err.kind))
		r->attempts++;
	else
		r->refusals++;
	c.attempts = r->attempts;
	if (job->err.kind == ERR_NOT_FOUND && try_exchange(s, src, job))
		return NULL;
	switch (is_over(src, job) ? RETRY_FINAL : retry_decide(&c)) {
	case RETRY_FINAL:
		break;
	case RETRY_AGAIN:
		is_kept = put_off(s, src, job, now_ns);
		break;
	case RETRY_NOW:
		s->retries++;
		result_reset(job);
		job_line_prepend(&src->front, job);
		is_kept = true;
		break;
	case RETRY_SPLIT:
		say_line(s->config.say, s->config.say_arg,
			 "%zu symbols failed (%s): fewer a call", r->count,
			 job->err.msg);
		is_kept = split(src, job, false);
		break;
	case RETRY_SINGLES:
		say_line(s->config.say, s->config.say_arg,
			 "no multi call (%s): asking one by one", job->err.msg);
		plan_use_single_calls(&src->plan);
		r->is_single = true;
		is_kept = !r->completes && split(src, job, true);
		break;
	}
	return is_kept ? NULL : scheduler_give_up(s, job);
}

struct result *scheduler_take(struct scheduler *s, struct result *job,
			      int64_t now_ns)
{
	struct scheduler_source *src = &s->source[job->request->source];

	src->alive--;
	note_latency(src, job);
	if (!job->has_failed)
		return take_answered(s, src, job, now_ns);
	note_failure(s, src, job, now_ns);
	return take_failed(s, src, job, now_ns);
}
