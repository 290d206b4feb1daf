/* SPDX-License-Identifier: MIT */
/* scheduler.h: which call is made next, and what becomes of one that came back.
 * Layer engine; uses base, model, provider, share, plan, retry, breaker.
 * Main's alone: no locks, and time is a parameter.
 *
 * For each source of the run:
 *
 *	front   halves, next exchanges, another token: these go on at once
 *	plan    what was not asked yet, from the list
 *	moved   symbols that an earlier source could not answer for
 *	rests   quotes of its detail call, to be completed by its multi call
 *	checks  quotes of other sources, to be compared
 *	back    what failed and may heal, each with the instant of its next try
 *
 * So healthy symbols are served first, and what is left when all others are
 * done gets all the time that remains. While the source's breaker is open, one
 * call at a time probes it.
 *
 * A symbol goes to the next source that serves it when its own cannot answer for
 * it: hopeless, silent for SCHEDULER_FAILOVER_NS, refusing it, or not knowing it
 * where it is known to be partial. Each source is asked for a symbol once. */
#ifndef ENGINE_SCHEDULER_H
#define ENGINE_SCHEDULER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "engine/breaker.h"
#include "engine/job_line.h"
#include "engine/plan.h"
#include "engine/retry.h"
#include "model/quote.h"

struct exchange_book;
struct provider;
struct provider_account;

#define SCHEDULER_FAILOVER_NS NS_PER_SEC

/* Symbols on their way from one source to the next, of a call each or many. */
struct scheduler_moved {
	struct request_item *item; /* owned */
	size_t count, cap;
};

/* Symbols of quotes that are held until another call was made for them. */
struct scheduler_asides {
	struct scheduler_moved line;
	int64_t since_ns; /* when the last of them came */
};

struct scheduler_source {
	const struct provider *provider;
	const struct provider_account *account;
	struct plan plan;
	struct job_line front, back;
	struct scheduler_moved moved[PLAN_LANES];
	struct scheduler_asides checks; /* of others' quotes */
	struct scheduler_asides rests;  /* of its own */
	struct breaker breaker;
	struct retry_budget budget;
	size_t alive;       /* jobs given out */
	int64_t typical_ns; /* moving average of the latency */
};

struct scheduler_config {
	struct {
		const struct provider *provider;
		const struct provider_account *account;
		size_t batch;  /* symbols a call, where they share one */
	} source[SOURCES_MAX]; /* in the order of preference */
	size_t source_count;
	struct plan_input input;
	bool wants_detail, wants_raw;
	bool may_delay; /* a source with delayed quotes may step in: the user
			   named it */
	struct exchange_book *book; /* borrowed; learns */
	const char *check_percent;  /* --cross-check; NULL: none */
	int attempts_max;           /* 1 + --retries; 0: the deadline decides */
	int64_t deadline_ns;        /* CLOCK_NEVER: none */
	uint64_t seed;              /* of the jitter */
	int64_t now_ns;
	/* Tells what is done and why (--verbose); NULL: nobody. */
	say_fn *say;
	void *say_arg;
};

struct scheduler {
	struct scheduler_config config;
	struct scheduler_source source[SOURCES_MAX];
	uint8_t source_of[MARKET_COUNT]; /* who is asked first */
	struct job_line held;            /* answered; checks are out */
	struct job_line ready;           /* no more */
	size_t requests;                 /* that were made, of the list */
	size_t retries;                  /* further attempts at them */
	uint64_t random_state;
	bool is_out_of_memory; /* symbols were lost: the run cannot go on */
};

enum { SCHEDULER_NO_SOURCE = UINT8_MAX };

/* The first of the config's sources that serves the market, or NO_SOURCE. */
uint8_t scheduler_source_of(const struct scheduler_config *config,
			    enum market market);

/* Whether another source of the run may step in for one: it serves the market,
 * and its quotes are not delayed by more, or the user named it. */
bool scheduler_may_answer(const struct scheduler_config *config, size_t source,
			  size_t other, enum market market);

void scheduler_init(struct scheduler *s, const struct scheduler_config *config);
void scheduler_release(struct scheduler *s);

/* Another round: asks for every symbol of the config's input anew. What was
 * learnt of the sources stays; one that was given up gets another chance. The
 * last round must be done, or ended by scheduler_end; jobs that are still alive
 * may come back. The sources must be the same. */
void scheduler_renew(struct scheduler *s,
		     const struct scheduler_config *config);

/* The next job for a source: a result whose outcomes are blank, the caller's;
 * scheduler_take takes it back. NULL: none now; *wake_ns is then lowered to when
 * there may be one without another's coming back. Errors: SYSTEM: NULL, and
 * *failed set. */
struct result *scheduler_next(struct scheduler *s, size_t source,
			      int64_t now_ns, int64_t *wake_ns, bool *failed,
			      struct err *err);

/* A job that no worker began: it goes to the front again. */
void scheduler_put_back(struct scheduler *s, struct result *job);

/* Takes a job that came back. Returns it, the caller's, when some of its symbols
 * have their answer (an outcome with is_moved has none yet); else NULL.
 * Errors: SYSTEM, by has_failed in what is returned. */
struct result *scheduler_take(struct scheduler *s, struct result *job,
			      int64_t now_ns);

/* What needs no further call: jobs of a source that is hopeless, or whose time
 * is over. Call it until NULL after each scheduler_take. */
struct result *scheduler_settle(struct scheduler *s, int64_t now_ns);

/* The run ends with why: what is left, one job after the other, each with its
 * own last error where it has one. NULL: nothing is left. */
struct result *scheduler_end(struct scheduler *s, const struct err *why);

/* Whether every symbol has its answer. */
bool scheduler_is_done(const struct scheduler *s);

/* Whether all that is left has failed already, or waits for a source that is
 * down. */
bool scheduler_has_only_failures(const struct scheduler *s);

/* Whether a source is not to be asked for now, but by probes. */
bool scheduler_is_down(const struct scheduler *s, size_t source);

/* Whether a source was given up; then why. */
bool scheduler_is_hopeless(const struct scheduler *s, size_t source,
			   struct err *why);

#endif
