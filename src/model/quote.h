/* SPDX-License-Identifier: MIT */
/* quote.h: a request, and what became of each of its symbols.
 * Layer model; uses base, symbol.
 *
 *   plan -> struct request -> worker -> struct result -> plan, or renderer
 *
 * A request is one call to one source: 1 to REQUEST_MAX symbols. Its result
 * owns it and holds one outcome for each of its items, in the same order: a
 * quote, or an error; or the call failed as a whole. Each has one owner at a
 * time. */
#ifndef MODEL_QUOTE_H
#define MODEL_QUOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "model/symbol.h"

enum {
	REQUEST_MAX = 100, /* the most that any source is asked in one call */
	SOURCES_MAX = 4    /* sources of one run */
};

/* A source that could not answer for a symbol, and why. */
struct tried {
	uint8_t source; /* its place in the run's list of sources */
	uint8_t kind;   /* enum err_kind */
};

struct request_item {
	uint32_t index;    /* of the symbol in the list */
	uint16_t attempts; /* calls made for it before this one */
	uint8_t asked;     /* bits: places in exchanges() already asked */
	uint8_t tried_count;
	struct tried tried[SOURCES_MAX];
	struct result *check_of; /* the quote that this one is to check, or to
				    complete; borrowed; NULL: it is wanted for
				    itself */
	uint32_t check_at;       /* which of its outcomes */
	struct symbol symbol;    /* a copy; exchange: a hint, or MARKET_NONE */
};

struct request {
	int64_t not_before_ns;    /* monotonic; 0: at once */
	int64_t failing_since_ns; /* of its first failure; 0: none yet */
	struct err failure;       /* the last one, if failing_since_ns */
	int attempts;             /* that failed and count */
	int refusals;             /* for the rate: they do not count */
	uint8_t source;           /* its place in the run's list of sources */
	bool is_suspect;  /* it has failed, or is a part of one that did */
	bool was_hurried; /* asked again before the source wished it */
	bool is_check;    /* its items check others' quotes, */
	bool completes;   /* or else fill in what those do not have */
	bool wants_detail;
	bool wants_raw;
	bool is_single; /* ask by the call for one symbol, not the multi call */
	size_t count, cap;
	struct request_item item[]; /* cap of them */
};

/* The numbers of a quote, all decimal text (decimal.h). Money is in the
 * quote's currency; volume counts shares; percent is in percent. */
enum quote_number {
	QUOTE_PRICE,
	QUOTE_CHANGE, /* against the previous close, signed */
	QUOTE_CHANGE_PERCENT,
	QUOTE_OPEN,
	QUOTE_HIGH,
	QUOTE_LOW,
	QUOTE_PREVIOUS_CLOSE,
	QUOTE_VOLUME,
	QUOTE_TURNOVER, /* traded money */
	QUOTE_BID,
	QUOTE_ASK,
	QUOTE_PER, /* this and all below: only with detail */
	QUOTE_PBR,
	QUOTE_EPS,
	QUOTE_BPS,
	QUOTE_MARKET_CAP, /* in units of the currency, not in 100 millions */
	QUOTE_WEEK52_HIGH,
	QUOTE_WEEK52_LOW,
	QUOTE_NUMBERS
};

struct quote {
	const char *name;      /* UTF-8, or NULL: the call does not tell */
	const char *currency;  /* ISO 4217, or NULL: not known */
	const char *quoted_at; /* RFC 3339 time or date of the price, as the
				  source tells it; NULL: it does not */
	const char *session;   /* "pre", "regular", "after", "closed"; NULL: the
				  source does not tell */
	int delayed_minutes;   /* the source's own delay; 0: none */
	const char *number[QUOTE_NUMBERS]; /* decimal text, or NULL: absent */
};

/* Gives q the name and the offers of another call's quote where it has none.
 * Without memory for a text, it stays without.
 * Owns: the texts are copied. */
void quote_complete(struct quote *q, const struct quote *from,
		    struct arena *texts);

/* What a second source says of a quote (check.h). */
enum check_verdict {
	CHECK_OK,
	CHECK_DIFFERS, /* by more than was allowed */
	CHECK_STALE,   /* of another day or session, or late: no comparison */
	CHECK_OTHER, /* another instrument: currency or previous close differ */
	CHECK_NONE,  /* nobody else had a quote */
	CHECK_VERDICTS
};

struct check {
	const char *provider; /* who was asked; NULL: nobody */
	enum check_verdict verdict;
	const char *price;        /* its own; or NULL */
	const char *diff_percent; /* of it against ours; or NULL */
};

/* Where a quote comes from. */
enum origin {
	ORIGIN_CALL,  /* of this run */
	ORIGIN_CACHE, /* of an earlier run: nobody was asked */
	ORIGIN_STALE  /* of an earlier run, instead of the error in err */
};

/* What became of one symbol. Texts live in the result's arena or are static.
 * With NO_TRADE, quote holds what is known beside the price. */
struct outcome {
	bool has_quote;
	bool is_moved; /* it is asked for anew elsewhere: no record yet */
	enum market exchange; /* where it was found; MARKET_NONE: not known */
	struct quote quote;   /* when has_quote; partly with NO_TRADE */
	struct err err;       /* when not, and with ORIGIN_STALE */
	enum origin origin;   /* of the quote; but for ORIGIN_CALL: */
	int64_t age_ms;       /* how old it is */
	const char *provider; /* whose it is; NULL: the result's */
	bool is_checked;      /* a second source was wanted: */
	struct check check;
	const char *rt_cd;  /* the broker's verdict, as it wrote it (with */
	const char *msg_cd; /* ORIGIN_STALE: on the call that failed); NULL: */
	const char *msg1;   /* it gave none */
	const char *raw;    /* JSON text of the broker's row, or NULL */
	int attempts;       /* calls made for this symbol; 0: none */
	int latency_ms;     /* of the last one */
	int64_t fetched_at_ms; /* wall clock at the answer or the failure */
};

/* What the source said of a whole call. Texts live in the result's arena;
 * NULL: it said nothing of the kind. */
struct verdict {
	const char *rt_cd;
	const char *msg_cd;
	const char *msg1;
	int culprit;    /* the item that the refusal names; -1: none */
	int calls_left; /* of this window, as it says; -1: it does not */
	int64_t resets_after_ms; /* when the window ends, with calls_left */
};

struct result {
	struct result *next;     /* in a line of the plan */
	struct request *request; /* owned */
	struct arena texts;      /* owned */
	const char *provider;    /* who was asked; static */
	struct verdict verdict;
	bool has_failed; /* the call as a whole, with err: no outcome */
	struct err err;
	bool was_sent;      /* the call left, or may have left */
	bool was_connected; /* a connection to the source stood */
	bool was_answered;  /* by HTTP, be it for a token */
	bool had_token;     /* there was one, or none is needed */
	int latency_ms;
	uint32_t checks_left;     /* that its quotes wait for */
	uint32_t holders;         /* entries yet to be rendered from it */
	struct outcome outcome[]; /* request->count of them */
};

/* With room for cap items. NULL when out of memory. _free takes NULL. */
struct request *request_new(size_t cap);
void request_free(struct request *r);

/* A new request with items [first, first + count) of r, else alike; r is as it
 * was. NULL when out of memory. */
struct request *request_copy(const struct request *r, size_t first,
			     size_t count);

void verdict_init(struct verdict *v);

/* Owns: takes the request on success only. */
struct result *result_new(struct request *r);
void result_free(struct result *r);

/* Blank again, for another attempt at the same request. */
void result_reset(struct result *r);

/* Gives each item the error; the verdict too, unless it calls the answer fine. */
void result_fail(struct result *r, const struct err *err);

#endif
