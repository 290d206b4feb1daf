/* SPDX-License-Identifier: MIT */
/* Several processes of one account in simulated time: each has the program's own
 * scheduler and its trust in a token; they share the program's own limiter and
 * token state. A broker with outages, strangers and a mind of its own judges.
 * For test_day.c. */
#ifndef TESTS_DAY_WORLD_H
#define TESTS_DAY_WORLD_H

#include "unit/limiter_world.h"

#include "engine/scheduler.h"
#include "provider/provider.h"
#include "share/exchange_book.h"
#include "share/token_state.h"
#include "share/token_trust.h"

enum {
	RATE = 18,
	HANDS = 3,     /* workers of a process */
	RUNS_MAX = 16, /* of a round, with those that begin again after a kill */
	LIST_MAX = 1000,
	OUTAGES = 3
};

#define TRY_TIMEOUT (5 * SEC)
#define TIMEOUT (30 * SEC)

/* ---- one source: KR in batches, NAS one by one ---- */

static inline size_t day_exchanges(enum market m, enum market out[PROVIDER_EXCHANGES_MAX])
{
	(void)m, (void)out;
	return 0;
}

static const struct provider_account day_account = { .name = "day",
						   .serves = { { MARKET_KR, MARKET_KR, 30, false },
							       { MARKET_NAS, MARKET_NAS, 1,
								 false } } };
static const struct provider day_provider = { .name = "day", .exchanges = day_exchanges };

/* ---- the broker ---- */

enum trouble {
	CLOSED_PORT, /* connections are refused, and those that stand break */
	PAGES,       /* 502 for everything */
	BUSY,        /* 503 */
	SILENCE,     /* takes calls and does not answer */
	LOGIN_PAGES, /* 401 without a code */
	TROUBLES
};

struct outage {
	enum trouble what;
	int64_t from, until;
};

struct broker {
	struct outage outage[OUTAGES];
	int issued, revoked;     /* tokens; those up to revoked are dead */
	int64_t issued_at;
	int issues, too_early;   /* calls for a token: served, and refused */
	int reset_permille;      /* of all calls break off */
};

/* ---- a process ---- */

enum hand_doing {
	IDLE,       /* no job */
	WANTS_TOKEN,
	WANTS_PLACE,
	HAS_PLACE,  /* for its instant */
	ON_THE_WAY, /* to the broker */
	ON_THE_WAY_BACK
};

struct hand {
	enum hand_doing doing;
	int64_t at;
	struct result *job;
	bool is_for_token;       /* the call is for a token */
	struct token_claim claim;
	uint64_t ticket;
	int64_t asked_at, sent_at;
	char token[TOKEN_BYTES]; /* that it was sent with */
	/* how it ends */
	enum limiter_end how;
	enum err_kind kind;      /* ERR_KINDS: it is answered */
	bool had_token, was_sent, was_answered;
};

struct process {
	bool is_running, was_killed;
	int64_t begins_at, deadline, dies_at, wakes_at;
	struct limiter_user user;
	struct scheduler s;
	struct exchange_book *book;
	struct symbol list[LIST_MAX];
	size_t count, kr, answers, quotes;
	char token[TOKEN_BYTES]; /* "": none */
	struct token_trust trust;
	struct hand hand[HANDS];
};

struct day {
	struct world w; /* the limiter's state, the server, its log, the time */
	struct scene scene;
	struct token_state token;
	struct broker broker;
	struct process run[RUNS_MAX];
	int runs;
	int calls;
};

static const struct token_rules token_rules = { .interval_ms = 60000, .call_max_ms = 7000 };

static inline int64_t ms_of(int64_t ns)
{
	return ns / MS;
}

static inline const struct outage *outage_at(const struct day *d, int64_t at)
{
	for (int i = 0; i < OUTAGES; i++)
		if (at >= d->broker.outage[i].from && at < d->broker.outage[i].until)
			return &d->broker.outage[i];
	return NULL;
}

/* ---- beginning and ending a process ---- */

static inline const struct symbol *day_at(const void *list, uint32_t i)
{
	return &((const struct process *)list)->list[i];
}

static inline bool day_priority(const void *list, uint32_t i)
{
	(void)list, (void)i;
	return false;
}

/* Puts one on the list of those that begin; none of its time has passed. */
static inline struct process *add_process(struct day *d, int64_t begins_at, size_t kr, size_t us)
{
	struct process *p = &d->run[d->runs++];

	assert_true(d->runs <= RUNS_MAX && kr + us <= LIST_MAX);
	memset(p, 0, sizeof *p);
	p->begins_at = begins_at;
	p->deadline = begins_at + TIMEOUT;
	p->dies_at = CLOCK_NEVER;
	p->kr = kr;
	p->count = kr + us;
	for (size_t i = 0; i < p->count; i++) {
		p->list[i].market = i < kr ? MARKET_KR : MARKET_NAS;
		snprintf(p->list[i].code, sizeof p->list[i].code, "%c%u", i < kr ? 'K' : 'U', (unsigned)i % 100000);
	}
	return p;
}

static inline void begin_process(struct day *d, struct process *p)
{
	struct scheduler_config c = {
		.source = { { &day_provider, &day_account, 30 } },
		.source_count = 1,
		.input = { .list = p, .count = p->count, .at = day_at, .is_priority = day_priority },
		.deadline_ns = p->deadline,
		.seed = draw(&d->w),
		.now_ns = d->w.now,
	};
	struct err err;

	p->is_running = true;
	p->wakes_at = d->w.now;
	p->user = (struct limiter_user){ .id = ++d->w.last_id,
					 .rate = RATE,
					 .published = RATE,
					 .call_max_ns = TRY_TIMEOUT,
					 .window_ns = SEC };
	c.book = p->book = exchange_book_new(&err);
	assert_non_null(p->book);
	token_trust_init(&p->trust);
	scheduler_init(&p->s, &c);
}

/* Its number means nobody any more, to those who reap. */
static inline void forget_process(struct day *d, struct process *p)
{
	d->w.dead[d->w.deaths++ % DEAD_MAX] = p->user.id;
	scheduler_release(&p->s);
	exchange_book_free(p->book);
	p->is_running = false;
}

static inline void take_result(struct process *p, struct result *r)
{
	for (size_t i = 0; r && i < r->request->count; i++) {
		if (r->outcome[i].is_moved)
			continue;
		p->answers++;
		p->quotes += r->outcome[i].has_quote;
	}
	result_free(r);
}

static inline void settle(struct day *d, struct process *p)
{
	struct result *r;

	while ((r = scheduler_settle(&p->s, d->w.now)))
		take_result(p, r);
	p->wakes_at = d->w.now;
}

/* The time is up, or all is answered: each symbol has its one record. */
static inline void end_process(struct day *d, struct process *p)
{
	struct result *r;
	struct err why;

	err_set(&why, ERR_DEADLINE, "the time is up");
	for (int i = 0; i < HANDS; i++) {
		struct hand *h = &p->hand[i];

		if (h->doing == ON_THE_WAY || h->doing == ON_THE_WAY_BACK)
			limiter_end(&d->w.l, &p->user, h->ticket, LIMITER_ABANDONED, d->w.now, 0,
				    d->w.now);
		else if (h->doing == HAS_PLACE)
			limiter_end(&d->w.l, &p->user, h->ticket, LIMITER_UNSENT, d->w.now, 0,
				    d->w.now);
		if (!h->job)
			continue;
		h->job->has_failed = true;
		h->job->err = why;
		take_result(p, scheduler_take(&p->s, h->job, d->w.now));
	}
	settle(d, p);
	while ((r = scheduler_end(&p->s, &why)))
		take_result(p, r);
	assert_int_equal(p->answers, p->count);
	forget_process(d, p);
}

/* kill -9: what is on the way arrives, and nobody hears of it. */
static inline void kill_process(struct day *d, struct process *p)
{
	for (int i = 0; i < HANDS; i++)
		result_free(p->hand[i].job);
	p->was_killed = true;
	forget_process(d, p);
}

/* ---- the end of a call ---- */

static inline void give_back(struct day *d, struct process *p, struct hand *h)
{
	struct result *r = h->job;

	h->job = NULL;
	h->doing = IDLE;
	r->provider = day_provider.name;
	r->had_token = h->had_token;
	r->was_sent = h->was_sent && !h->is_for_token;
	r->was_connected = r->was_answered = h->was_answered;
	r->was_connected |= h->was_sent;
	r->latency_ms = (int)ms_of(d->w.now - h->sent_at);
	r->has_failed = h->kind != ERR_KINDS;
	if (r->has_failed)
		err_set(&r->err, h->kind, "trouble");
	for (size_t i = 0; !r->has_failed && i < r->request->count; i++) {
		r->outcome[i].has_quote = true;
		r->outcome[i].quote.number[QUOTE_PRICE] = "100";
	}
	take_result(p, scheduler_take(&p->s, r, d->w.now));
	settle(d, p);
}

static inline void fail_unsent(struct day *d, struct process *p, struct hand *h, enum err_kind kind)
{
	h->kind = kind;
	h->was_sent = h->was_answered = false;
	give_back(d, p, h);
}

static inline void judge_token(struct day *d, struct process *p, const struct hand *h)
{
	if (strcmp(p->token, h->token) != 0 || !h->was_answered)
		return;
	if (h->kind == ERR_TOKEN)
		token_trust_doubt(&p->trust, h->sent_at, d->w.now);
	else if (h->kind == ERR_KINDS)
		token_trust_confirm(&p->trust, h->sent_at);
}

/* A call for a token came back, or did not. */
static inline void end_token_call(struct day *d, struct process *p, struct hand *h)
{
	struct token_end end = { .result = TOKEN_LOST, .text = h->token, .life_ms = 86400000 };
	bool is_issued = h->kind == ERR_KINDS;

	if (is_issued)
		end.result = TOKEN_ISSUED;
	else if (h->kind == ERR_AUTH)
		end = (struct token_end){ .result = TOKEN_ELSEWHERE, .wait_ms = 60000 };
	else if (h->was_answered || !h->was_sent)
		end.result = TOKEN_REFUSED;
	token_state_done(&d->token, &token_rules, &h->claim, &end, ms_of(d->w.now));
	if (!is_issued && h->kind != ERR_AUTH) {
		give_back(d, p, h);
		return;
	}
	if (is_issued) {
		memcpy(p->token, h->token, sizeof p->token);
		token_trust_init(&p->trust);
	}
	h->is_for_token = false;
	h->doing = WANTS_TOKEN; /* looks again */
	h->at = d->w.now;
}

static inline void end_hand(struct day *d, struct process *p, struct hand *h)
{
	limiter_end(&d->w.l, &p->user, h->ticket, h->how, d->w.now, 0, d->w.now);
	if (h->is_for_token) {
		end_token_call(d, p, h);
		return;
	}
	judge_token(d, p, h);
	give_back(d, p, h);
}

/* ---- the steps of a call ---- */

/* Whether calls can be made with the token that the process has. */
static inline bool has_good_token(const struct process *p)
{
	return p->token[0] && !token_trust_is_dead(&p->trust);
}

static inline bool is_asking_for_token(const struct process *p)
{
	for (int i = 0; i < HANDS; i++)
		if (p->hand[i].job && p->hand[i].is_for_token)
			return true;
	return false;
}

static inline void want_place(struct day *d, struct hand *h, bool is_for_token)
{
	h->is_for_token = is_for_token;
	h->had_token = !is_for_token;
	h->doing = WANTS_PLACE;
	h->asked_at = h->at = d->w.now;
}

/* As credential.c does it, in one step at a time. */
static inline void want_token(struct day *d, struct process *p, struct hand *h)
{
	const char *dead = token_trust_is_dead(&p->trust) ? p->token : "";
	bool may_serve = p->token[0] && token_trust_may_serve(&p->trust);
	int64_t now = ms_of(d->w.now), until;

	h->is_for_token = h->had_token = false;
	if (has_good_token(p)) {
		want_place(d, h, false);
		return;
	}
	h->at = d->w.now + 20 * MS;
	if (is_asking_for_token(p))
		return;
	for (int i = 0; i < d->w.deaths && i < DEAD_MAX; i++)
		if (d->token.claim && (uint64_t)d->token.claim_pid == d->w.dead[i])
			d->token.claim = 0;
	switch (token_state_turn(&d->token, &token_rules, dead, now, &until)) {
	case TOKEN_THERE:
		memcpy(p->token, d->token.text, sizeof p->token);
		token_trust_init(&p->trust);
		want_place(d, h, false);
		return;
	case TOKEN_ASK:
		h->claim = (struct token_claim){ .id = (int64_t)(draw(&d->w) >> 12) | 1,
						 .pid = (int64_t)p->user.id };
		token_state_claim(&d->token, &token_rules, &h->claim, now);
		want_place(d, h, true);
		return;
	case TOKEN_ASKED_FOR:
		return; /* and looks again */
	case TOKEN_TOO_EARLY:
		if (may_serve)
			want_place(d, h, false);
		else if (until * MS >= p->deadline)
			fail_unsent(d, p, h, ERR_AUTH);
		return;
	}
}

/* As quota.c does it: of a process, who waits longest asks. */
static inline bool is_first_in_line(const struct process *p, const struct hand *h)
{
	for (int i = 0; i < HANDS; i++)
		if (p->hand[i].doing == WANTS_PLACE && p->hand[i].asked_at < h->asked_at)
			return false;
	return true;
}

static inline void want_permission(struct day *d, struct process *p, struct hand *h)
{
	int64_t at;

	if (!is_first_in_line(p, h)) {
		h->at += 5 * MS;
		return;
	}
	reap_dead(&d->w);
	switch (limiter_ask(&d->w.l, &p->user, d->w.now, p->deadline, &h->ticket, &at)) {
	case LIMITER_GRANTED:
		h->doing = HAS_PLACE;
		h->at = at > d->w.now ? at : d->w.now;
		return;
	case LIMITER_AGAIN:
		h->at = at;
		return;
	case LIMITER_LATE:
		h->kind = ERR_DEADLINE;
		h->was_sent = h->was_answered = false;
		if (h->is_for_token)
			end_token_call(d, p, h);
		else
			give_back(d, p, h);
		return;
	}
}

static inline void end_later(struct hand *h, int64_t at, enum limiter_end how, enum err_kind kind)
{
	h->doing = ON_THE_WAY_BACK;
	h->at = at;
	h->how = how;
	h->kind = kind;
	h->was_sent = how != LIMITER_UNSENT;
	h->was_answered = h->was_sent && how != LIMITER_ABANDONED;
}

static inline void send_call(struct day *d, struct process *p, struct hand *h)
{
	const struct outage *o = outage_at(d, d->w.now);

	if (!limiter_confirm(&d->w.l, &p->user, h->ticket, d->w.now)) {
		h->doing = WANTS_PLACE;
		return;
	}
	h->sent_at = d->w.now;
	if (o && o->what == CLOSED_PORT) {
		end_later(h, d->w.now + MS, LIMITER_UNSENT, ERR_NETWORK);
		return;
	}
	if (!h->is_for_token)
		memcpy(h->token, p->token, sizeof h->token);
	h->doing = ON_THE_WAY;
	h->at = d->w.now + 5 * MS + draw_below(&d->w, 20 * MS);
	d->calls++;
	assert_true(d->w.arrivals < LOG_MAX);
	d->w.log[d->w.arrivals++] = (struct arrival){ h->at, 0 };
}

/* One token a minute; a new one does not end the others. */
static inline void issue(struct day *d, struct hand *h)
{
	struct broker *b = &d->broker;

	if (b->issued && d->w.now - b->issued_at < MINUTE) {
		b->too_early++;
		end_later(h, h->at, LIMITER_ACCEPTED, ERR_AUTH);
		return;
	}
	b->issued_at = d->w.now;
	b->issues++;
	snprintf(h->token, sizeof h->token, "token-%d", ++b->issued);
	end_later(h, h->at, LIMITER_ACCEPTED, ERR_KINDS);
}

/* The call is at the broker. */
static inline void arrive(struct day *d, struct hand *h)
{
	const struct outage *o = outage_at(d, d->w.now);
	int64_t back = d->w.now + 10 * MS + draw_below(&d->w, 60 * MS);
	bool takes;

	play_strangers(&d->w);
	takes = (o && o->what != LOGIN_PAGES) || server_takes(&d->w.server, d->w.now);
	h->at = back;
	if (o && o->what == SILENCE)
		end_later(h, h->sent_at + TRY_TIMEOUT, LIMITER_ABANDONED, ERR_TIMEOUT);
	else if ((o && o->what == CLOSED_PORT) ||
		 draw_below(&d->w, 1000) < d->broker.reset_permille)
		end_later(h, back, LIMITER_ABANDONED, ERR_TRUNCATED);
	else if (o && o->what == BUSY)
		end_later(h, back, LIMITER_OVERLOADED, ERR_SERVER);
	else if (o && o->what == PAGES)
		end_later(h, back, LIMITER_ACCEPTED, ERR_SERVER);
	else if (!takes)
		end_later(h, back, LIMITER_REFUSED, ERR_RATE_LIMIT);
	else if (o)
		end_later(h, back, LIMITER_ACCEPTED, ERR_FORBIDDEN);
	else if (h->is_for_token)
		issue(d, h);
	else if (atoi(h->token + 6) <= d->broker.revoked)
		end_later(h, back, LIMITER_ACCEPTED, ERR_TOKEN);
	else
		end_later(h, back, LIMITER_ACCEPTED, ERR_KINDS);
	d->w.accepted += h->how == LIMITER_ACCEPTED;
	d->w.refused += h->how == LIMITER_REFUSED;
}

static inline void step_hand(struct day *d, struct process *p, struct hand *h)
{
	switch (h->doing) {
	case IDLE:
		break;
	case WANTS_TOKEN:
		want_token(d, p, h);
		break;
	case WANTS_PLACE:
		want_permission(d, p, h);
		break;
	case HAS_PLACE:
		send_call(d, p, h);
		break;
	case ON_THE_WAY:
		arrive(d, h);
		break;
	case ON_THE_WAY_BACK:
		end_hand(d, p, h);
		break;
	}
}

/* ---- a process and its time ---- */

static inline void feed_hands(struct day *d, struct process *p)
{
	struct err err;
	bool has_failed;

	p->wakes_at = p->deadline;
	for (int i = 0; i < HANDS; i++) {
		struct hand *h = &p->hand[i];

		if (h->doing != IDLE)
			continue;
		h->job = scheduler_next(&p->s, 0, d->w.now, &p->wakes_at, &has_failed, &err);
		assert_false(has_failed);
		if (!h->job)
			return;
		h->doing = WANTS_TOKEN;
		h->at = d->w.now;
	}
}

static inline void step_process(struct day *d, struct process *p)
{
	if (!p->is_running)
		begin_process(d, p);
	else if (d->w.now >= p->dies_at)
		kill_process(d, p);
	else if (d->w.now >= p->deadline || scheduler_is_done(&p->s))
		end_process(d, p);
	if (!p->is_running)
		return;
	settle(d, p);
	feed_hands(d, p);
	if (p->wakes_at <= d->w.now)
		p->wakes_at = d->w.now + 1;
	if (scheduler_is_done(&p->s))
		p->wakes_at = d->w.now;
}

static inline bool is_over(const struct process *p)
{
	return !p->is_running && (p->was_killed || p->answers > 0);
}

/* When something happens to the process; *h: by which hand, or NULL. */
static inline int64_t next_of(struct process *p, struct hand **h)
{
	int64_t at = p->is_running ? p->wakes_at : p->begins_at;

	*h = NULL;
	if (!p->is_running)
		return at;
	if (p->dies_at < at)
		at = p->dies_at;
	if (p->deadline < at)
		at = p->deadline;
	for (int i = 0; i < HANDS; i++)
		if (p->hand[i].doing != IDLE && p->hand[i].at < at) {
			*h = &p->hand[i];
			at = p->hand[i].at;
		}
	return at;
}

/* Plays until all processes have ended. */
static inline void play_processes(struct day *d)
{
	for (;;) {
		struct process *next = NULL;
		struct hand *hand = NULL, *h;
		int64_t at = CLOCK_NEVER;

		for (int i = 0; i < d->runs; i++) {
			struct process *p = &d->run[i];
			int64_t t = is_over(p) ? CLOCK_NEVER : next_of(p, &h);

			if (t < at) {
				at = t;
				next = p;
				hand = h;
			}
		}
		if (!next)
			return;
		if (at > d->w.now)
			d->w.now = at;
		if (hand)
			step_hand(d, next, hand);
		else
			step_process(d, next);
	}
}

#endif
