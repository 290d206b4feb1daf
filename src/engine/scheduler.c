/* The order of events, for one job:
 *
 *	next    from front, plan, moved or back; the exchange to ask is chosen
 *	        (engine: a worker makes the call)
 *	take    answered: its symbols have their quote or error, but those that
 *	        another exchange or another source may know
 *	        failed: retry.h says what of it goes where
 *	settle  what the breaker or the clock has decided meanwhile
 *
 * A job that failed keeps its result, and with it the source's own words, until
 * it is asked again: if the time runs out, they are its record. */
#include "engine/scheduler.h"

#include <stdlib.h>
#include <string.h>

#include "provider/provider.h"
#include "share/exchange_book.h"

/* ---- small things ---- */

/* xorshift64*: spreads calls; nothing secret hangs on it. */
static double next_random(struct scheduler *s)
{
	uint64_t x = s->random_state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	s->random_state = x;
	return (double)((x * UINT64_C(2685821657736338717)) >> 11) /
	       9007199254740992.0;
}

static void append(struct scheduler_line *line, struct result *job)
{
	job->next = NULL;
	if (line->last)
		line->last->next = job;
	else
		line->first = job;
	line->last = job;
}

static void prepend(struct scheduler_line *line, struct result *job)
{
	job->next = line->first;
	line->first = job;
	if (!line->last)
		line->last = job;
}

/* Takes the job after before; NULL: the first. */
static struct result *take_after(struct scheduler_line *line,
				 struct result *before)
{
	struct result *job = before ? before->next : line->first;

	if (!job)
		return NULL;
	if (before)
		before->next = job->next;
	else
		line->first = job->next;
	if (line->last == job)
		line->last = before;
	job->next = NULL;
	return job;
}

static void free_line(struct scheduler_line *line)
{
	struct result *job;

	while ((job = take_after(line, NULL)))
		result_free(job);
}

/* A job for the request, which it owns; NULL: out of memory, the request is
 * freed. */
static struct result *new_job(struct request *request)
{
	struct result *job = request ? result_new(request) : NULL;

	if (!job)
		request_free(request);
	return job;
}

/* ---- beginning and end ---- */

uint8_t scheduler_source_of(const struct scheduler_config *c, enum market m)
{
	size_t i;

	for (i = 0; i < c->source_count; i++)
		if (c->source[i].provider->batch_max(c->source[i].account, m) >
		    0)
			return (uint8_t)i;
	return SCHEDULER_NO_SOURCE;
}

static void init_source(struct scheduler *s, size_t i)
{
	const struct scheduler_config *c = &s->config;
	struct scheduler_source *src = &s->source[i];
	const struct plan_config plan = { .source = (uint8_t)i,
					  .source_of = s->source_of,
					  .provider = c->source[i].provider,
					  .account = c->source[i].account,
					  .batch = c->source[i].batch,
					  .wants_detail = c->wants_detail,
					  .wants_raw = c->wants_raw };

	src->provider = c->source[i].provider;
	src->account = c->source[i].account;
	src->batch = c->source[i].batch;
	breaker_init(&src->breaker, c->attempts_max);
	retry_budget_init(&src->budget, c->now_ns);
	plan_init(&src->plan, &plan, &c->input);
}

void scheduler_init(struct scheduler *s, const struct scheduler_config *config)
{
	size_t i;

	*s = (struct scheduler){ .config = *config,
				 .random_state = config->seed | 1 };
	for (i = 0; i < MARKET_COUNT; i++)
		s->source_of[i] = scheduler_source_of(config, (enum market)i);
	for (i = 0; i < config->source_count; i++)
		init_source(s, i);
}

void scheduler_release(struct scheduler *s)
{
	size_t i, lane;

	for (i = 0; i < s->config.source_count; i++) {
		free_line(&s->source[i].front);
		free_line(&s->source[i].back);
		for (lane = 0; lane < PLAN_LANES; lane++)
			free(s->source[i].moved[lane].item);
	}
}

/* ---- from one source to the next ---- */

static bool was_tried(const struct request_item *item, size_t source)
{
	size_t i;

	for (i = 0; i < item->tried_count; i++)
		if (item->tried[i].source == source)
			return true;
	return false;
}

/* Who may answer for the item beside source; NO_SOURCE: nobody. */
static size_t find_other(const struct scheduler *s, size_t source,
			 const struct request_item *item)
{
	size_t i;

	for (i = 0; i < s->config.source_count; i++) {
		const struct scheduler_source *o = &s->source[i];

		if (i != source && !was_tried(item, i) &&
		    !o->breaker.is_hopeless &&
		    o->provider->batch_max(
			    o->account, (enum market)item->symbol.market) > 0 &&
		    (s->config.may_delay ||
		     o->account->delayed_minutes <=
			     s->source[source].account->delayed_minutes))
			return i;
	}
	return SCHEDULER_NO_SOURCE;
}

/* Hands the item on, if anybody else serves it. */
static bool move_item(struct scheduler *s, size_t source,
		      const struct request_item *item, enum err_kind why)
{
	size_t other = find_other(s, source, item);
	struct scheduler_moved *m;
	struct request_item *moved;

	if (other == SCHEDULER_NO_SOURCE)
		return false;
	m = &s->source[other].moved[plan_lane_of(&s->source[other].plan,
						 item->symbol.market)];
	if (m->count == m->cap) {
		size_t cap = m->cap ? m->cap * 2 : REQUEST_MAX;

		moved = realloc(m->item, cap * sizeof *moved);
		if (!moved)
			return false; /* its own error is its record, then */
		m->item = moved;
		m->cap = cap;
	}
	moved = &m->item[m->count++];
	*moved = *item;
	moved->asked = 0;
	moved->symbol.exchange = MARKET_NONE;
	moved->tried[moved->tried_count++] =
		(struct tried){ (uint8_t)source, (uint8_t)why };
	return true;
}

/* Without a token, there is no login: whatever the source said instead. */
static void name_error(struct result *job)
{
	if (job->has_failed && !job->had_token && job->was_connected &&
	    job->err.kind != ERR_DEADLINE && job->err.kind != ERR_CANCELED)
		job->err.kind = ERR_AUTH;
}

/* The job has failed for good: its symbols go elsewhere, or have its error.
 * Returns it, or NULL when all went elsewhere. */
static struct result *give_up(struct scheduler *s, struct result *job)
{
	size_t source = job->request->source, i, moved = 0;

	name_error(job);
	job->has_failed = true;
	result_fail(job, &job->err);
	if (job->err.kind == ERR_CANCELED)
		return job;
	for (i = 0; i < job->request->count; i++) {
		job->outcome[i].is_moved = move_item(
			s, source, &job->request->item[i], job->err.kind);
		moved += job->outcome[i].is_moved;
	}
	if (moved < job->request->count)
		return job;
	result_free(job);
	return NULL;
}

/* ---- the next job ---- */

/* Chooses the exchange to ask for a symbol whose market is none: the remembered
 * one first, then in the source's order. Returns false when all were asked. */
static bool choose_exchange(const struct scheduler *s,
			    const struct scheduler_source *src,
			    struct request_item *item)
{
	enum market exchange[PROVIDER_EXCHANGES_MAX];
	size_t count =
		src->provider->exchanges
			? src->provider->exchanges(
				  (enum market)item->symbol.market, exchange)
			: 0;
	enum market hint = item->asked ? MARKET_NONE
				       : exchange_book_find(s->config.book,
							    item->symbol.code);
	size_t i, first = count;

	for (i = 0; i < count; i++) {
		if (item->asked & 1u << i)
			continue;
		if (first == count || exchange[i] == hint)
			first = i;
	}
	if (first == count)
		return false;
	item->asked |= (uint8_t)(1u << first);
	item->symbol.exchange = (uint8_t)exchange[first];
	return true;
}

static struct request *take_moved(struct scheduler_source *src)
{
	struct scheduler_moved *m = &src->moved[LANE_BATCHED];
	enum plan_lane lane = LANE_BATCHED;
	struct request *r;
	size_t count;

	if (m->count == 0)
		m = &src->moved[lane = LANE_SINGLE];
	if (m->count == 0)
		return NULL;
	count = lane == LANE_SINGLE                 ? 1
		: m->count < src->plan.config.batch ? m->count
						    : src->plan.config.batch;
	r = request_new(count);
	if (!r)
		return NULL;
	m->count -= count;
	memcpy(r->item, m->item + m->count, count * sizeof *r->item);
	r->count = count;
	plan_set_request(&src->plan, lane, r);
	return r;
}

static bool has_moved(const struct scheduler_source *src)
{
	return src->moved[LANE_BATCHED].count > 0 ||
	       src->moved[LANE_SINGLE].count > 0;
}

/* A request that has not been made yet; NULL with *done when there is none. */
static struct result *take_fresh(struct scheduler *s,
				 struct scheduler_source *src, bool *done,
				 struct err *err)
{
	struct request *request;
	struct result *job;
	size_t i;

	*done = false;
	if (plan_requests_left(&src->plan) > 0)
		request = plan_next(&src->plan, done, err);
	else if (has_moved(src))
		request = take_moved(src);
	else {
		*done = true;
		return NULL;
	}
	for (i = 0; request && i < request->count; i++)
		choose_exchange(s, src, &request->item[i]);
	job = new_job(request);
	if (!job)
		err_no_memory(err);
	return job;
}

/* What has waited for long enough, and the budget allows. */
static struct result *take_ripe(struct scheduler_source *src, int64_t now_ns,
				int64_t *wake_ns)
{
	struct result *before = NULL, *job;
	int64_t at_ns;

	for (job = src->back.first; job; before = job, job = job->next) {
		at_ns = job->request->not_before_ns;
		if (at_ns > now_ns) {
			if (at_ns < *wake_ns)
				*wake_ns = at_ns;
			continue;
		}
		if (!retry_budget_take(&src->budget, now_ns, &at_ns)) {
			if (at_ns < *wake_ns)
				*wake_ns = at_ns;
			return NULL;
		}
		job = take_after(&src->back, before);
		result_reset(job);
		return job;
	}
	return NULL;
}

struct result *scheduler_next(struct scheduler *s, size_t source,
			      int64_t now_ns, int64_t *wake_ns, bool *failed,
			      struct err *err)
{
	struct scheduler_source *src = &s->source[source];
	enum breaker_reply reply;
	struct result *job = NULL;
	int64_t at_ns = CLOCK_NEVER;
	bool done;

	*failed = s->is_out_of_memory;
	if (*failed) {
		err_no_memory(err);
		return NULL;
	}
	reply = breaker_ask(&src->breaker, now_ns, &at_ns);
	if (reply == BREAKER_WAIT && at_ns < *wake_ns)
		*wake_ns = at_ns;
	if (reply == BREAKER_WAIT || reply == BREAKER_HOPELESS)
		return NULL;
	job = take_after(&src->front, NULL);
	/* A probe with what failed: what was never asked need not fail, too. */
	if (!job && reply == BREAKER_PROBE)
		job = take_ripe(src, now_ns, wake_ns);
	if (!job) {
		job = take_fresh(s, src, &done, err);
		*failed = !job && !done;
		if (*failed)
			return NULL;
	}
	if (!job && reply != BREAKER_PROBE)
		job = take_ripe(src, now_ns, wake_ns);
	if (!job)
		return NULL;
	if (reply == BREAKER_PROBE)
		breaker_note_probe(&src->breaker);
	src->alive++;
	return job;
}

void scheduler_put_back(struct scheduler *s, struct result *job)
{
	struct scheduler_source *src = &s->source[job->request->source];

	src->alive--;
	prepend(&src->front, job);
}

/* ---- what came back ---- */

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
	    !choose_exchange(s, src, &job->request->item[0]))
		return false;
	result_reset(job);
	prepend(&src->front, job);
	return true;
}

static struct result *take_answered(struct scheduler *s,
				    struct scheduler_source *src,
				    struct result *job)
{
	size_t i, moved = 0;

	breaker_note_answer(&src->breaker, false);
	retry_budget_note_answer(&src->budget);
	learn(s, job);
	if (!job->outcome[0].has_quote &&
	    job->outcome[0].err.kind == ERR_NOT_FOUND &&
	    try_exchange(s, src, job))
		return NULL;
	for (i = 0; src->provider->is_partial && i < job->request->count; i++) {
		struct outcome *o = &job->outcome[i];

		o->is_moved = !o->has_quote && o->err.kind == ERR_NOT_FOUND &&
			      move_item(s, job->request->source,
					&job->request->item[i], o->err.kind);
		moved += o->is_moved;
	}
	if (moved < job->request->count)
		return job;
	result_free(job);
	return NULL;
}

/* Appends items [first, first + count) to the line as a job of their own. */
static bool split_off(struct scheduler_line *line, const struct result *job,
		      size_t first, size_t count)
{
	struct request *part;
	struct result *again;

	if (count == 0)
		return true;
	part = request_copy(job->request, first, count);
	if (part)
		part->attempts = 0;
	again = new_job(part);
	if (again)
		append(line, again);
	return again != NULL;
}

/* Splits the job: the symbol that the refusal names by itself, or singles, or
 * halves. False for want of memory: then nothing was done. */
static bool split(struct scheduler_source *src, struct result *job,
		  bool is_to_singles)
{
	size_t count = job->request->count, at = (size_t)job->verdict.culprit;
	struct scheduler_line parts = { NULL, NULL };
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
		free_line(&parts);
		return false;
	}
	parts.last->next = src->front.first;
	if (!src->front.last)
		src->front.last = parts.last;
	src->front.first = parts.first;
	result_free(job);
	return true;
}

static bool is_own_word(const struct result *job)
{
	return job->verdict.msg_cd || job->verdict.rt_cd;
}

/* Puts the job to the end of the line, if one more attempt fits. */
static bool put_off(struct scheduler *s, struct scheduler_source *src,
		    struct result *job, int64_t now_ns)
{
	struct request *r = job->request;
	int64_t delay_ns =
		retry_delay_ns(&job->err, r->attempts, next_random(s));

	r->not_before_ns = now_ns + delay_ns;
	if (!retry_fits(r->not_before_ns, src->typical_ns, r->failing_since_ns,
			s->config.deadline_ns))
		return false;
	append(&src->back, job);
	return true;
}

static void note_failure(struct scheduler *s, struct scheduler_source *src,
			 const struct result *job, int64_t now_ns)
{
	const struct breaker_failure failure = { .err = &job->err,
						 .was_connected =
							 job->was_connected,
						 .is_own = is_own_word(job),
						 .random = next_random(s),
						 .now_ns = now_ns };

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
	default:
		breaker_note_failure(&src->breaker, &failure);
	}
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

	if (r->failing_since_ns == 0)
		r->failing_since_ns = now_ns;
	if (retry_counts(job->err.kind))
		r->attempts++;
	c.attempts = r->attempts;
	if (job->err.kind == ERR_NOT_FOUND && try_exchange(s, src, job))
		return NULL;
	switch (src->breaker.is_hopeless ? RETRY_FINAL : retry_decide(&c)) {
	case RETRY_FINAL:
		break;
	case RETRY_AGAIN:
		is_kept = put_off(s, src, job, now_ns);
		break;
	case RETRY_NOW:
		result_reset(job);
		prepend(&src->front, job);
		is_kept = true;
		break;
	case RETRY_SPLIT:
		is_kept = split(src, job, false);
		break;
	case RETRY_SINGLES:
		plan_use_single_calls(&src->plan);
		r->is_single = true;
		is_kept = split(src, job, true);
		break;
	}
	return is_kept ? NULL : give_up(s, job);
}

struct result *scheduler_take(struct scheduler *s, struct result *job,
			      int64_t now_ns)
{
	struct scheduler_source *src = &s->source[job->request->source];

	src->alive--;
	note_latency(src, job);
	if (!job->has_failed)
		return take_answered(s, src, job);
	note_failure(s, src, job, now_ns);
	return take_failed(s, src, job, now_ns);
}

/* ---- without another call ---- */

/* Any job of the source, asked or not. */
static struct result *take_any(struct scheduler *s,
			       struct scheduler_source *src)
{
	struct result *job = take_after(&src->front, NULL);
	struct err why;
	bool done;

	if (!job)
		job = take_after(&src->back, NULL);
	return job ? job : take_fresh(s, src, &done, &why);
}

/* Hands a job on, or keeps it where nobody else serves all of it. */
static void hand_on(struct scheduler *s, struct scheduler_source *src,
		    struct result *job)
{
	size_t source = (size_t)(src - s->source), i;

	for (i = 0; i < job->request->count; i++)
		if (find_other(s, source, &job->request->item[i]) ==
		    SCHEDULER_NO_SOURCE)
			break;
	if (i == job->request->count) {
		if (!job->has_failed)
			job->err = src->breaker.why;
		job = give_up(s, job);
		if (!job)
			return;
		result_reset(job); /* for want of memory */
	}
	append(job->has_failed ? &src->back : &src->front, job);
}

/* Whether some market of the lane is served by another source, too. */
static bool lane_has_other(const struct scheduler *s, size_t source,
			   enum plan_lane lane)
{
	struct request_item item = { .index = 0 };
	int m;

	for (m = 0; m < MARKET_COUNT; m++) {
		item.symbol.market = (uint8_t)m;
		if (s->source_of[m] == source &&
		    plan_lane_of(&s->source[source].plan, (enum market)m) ==
			    lane &&
		    find_other(s, source, &item) != SCHEDULER_NO_SOURCE)
			return true;
	}
	return false;
}

/* Moves what others serve away from a source that has been silent for a while;
 * what nobody else serves stays. */
static void abandon(struct scheduler *s, size_t source)
{
	struct scheduler_source *src = &s->source[source];
	struct scheduler_line lines[] = { src->front, src->back };
	struct result *job;
	struct request *request;
	size_t i;
	int lane;

	src->front = src->back = (struct scheduler_line){ NULL, NULL };
	for (i = 0; i < 2; i++)
		while ((job = take_after(&lines[i], NULL)))
			hand_on(s, src, job);
	for (lane = 0; lane < PLAN_LANES; lane++) {
		if (!lane_has_other(s, source, (enum plan_lane)lane))
			continue;
		while (src->plan.left[lane] > 0) {
			request = plan_next_of(&src->plan, (enum plan_lane)lane,
					       NULL);
			if (!request)
				return; /* without memory it waits */
			job = new_job(request);
			if (job)
				hand_on(s, src, job);
			s->is_out_of_memory |= !job;
		}
	}
}

static bool is_silent(const struct scheduler_source *src, int64_t now_ns)
{
	return src->breaker.is_open &&
	       now_ns - src->breaker.opened_ns >= SCHEDULER_FAILOVER_NS;
}

/* A job whose next attempt no longer ends in time. */
static struct result *take_late(const struct scheduler *s,
				struct scheduler_source *src, int64_t now_ns)
{
	struct result *before = NULL, *job;

	for (job = src->back.first; job; before = job, job = job->next) {
		const struct request *r = job->request;
		int64_t at_ns =
			r->not_before_ns > now_ns ? r->not_before_ns : now_ns;

		if (!retry_fits(at_ns, src->typical_ns, r->failing_since_ns,
				s->config.deadline_ns))
			return take_after(&src->back, before);
	}
	return NULL;
}

struct result *scheduler_settle(struct scheduler *s, int64_t now_ns)
{
	struct result *job, *ended;
	size_t i;

	for (i = 0; i < s->config.source_count; i++) {
		struct scheduler_source *src = &s->source[i];

		if (!src->breaker.is_hopeless && is_silent(src, now_ns))
			abandon(s, i);
		while ((job = src->breaker.is_hopeless
				      ? take_any(s, src)
				      : take_late(s, src, now_ns))) {
			if (src->breaker.is_hopeless)
				job->err = src->breaker.why;
			ended = give_up(s, job);
			if (ended)
				return ended;
		}
	}
	return NULL;
}

struct result *scheduler_end(struct scheduler *s, const struct err *why)
{
	struct result *job = NULL;
	size_t i;

	for (i = 0; !job && i < s->config.source_count; i++)
		job = take_any(s, &s->source[i]);
	if (!job)
		return NULL;
	if (!job->has_failed || why->kind == ERR_CANCELED)
		job->err = *why;
	name_error(job);
	result_fail(job, &job->err);
	return job;
}

bool scheduler_is_done(const struct scheduler *s)
{
	size_t i;

	for (i = 0; i < s->config.source_count; i++) {
		const struct scheduler_source *src = &s->source[i];

		if (src->alive > 0 || src->front.first || src->back.first ||
		    has_moved(src) || plan_requests_left(&src->plan) > 0)
			return false;
	}
	return true;
}

bool scheduler_is_down(const struct scheduler *s, size_t source)
{
	const struct breaker *b = &s->source[source].breaker;

	return b->is_open || b->is_hopeless;
}

bool scheduler_is_hopeless(const struct scheduler *s, size_t source,
			   struct err *why)
{
	if (!s->source[source].breaker.is_hopeless)
		return false;
	*why = s->source[source].breaker.why;
	return true;
}
