/* quote.h: a request, and what became of each of its symbols.
 * Layer model; uses base, symbol.
 *
 *   plan -> struct request -> worker -> struct result -> renderer
 *
 * A request is one thing to ask the broker: 1 to REQUEST_MAX symbols. Its
 * result owns it and holds one outcome for each of its items, in the same
 * order: a quote, or an error. Both belong to one room at a time. */
#ifndef MODEL_QUOTE_H
#define MODEL_QUOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "model/symbol.h"

enum { REQUEST_MAX = 30 }; /* the most that any provider takes in one call */

struct request_item {
	uint32_t index;       /* of the symbol in the list */
	struct symbol symbol; /* a copy; exchange: a hint, or MARKET_NONE */
};

struct request {
	size_t count;
	struct request_item item[REQUEST_MAX];
	bool wants_detail;
	bool wants_raw;
	bool is_single; /* ask by the call for one symbol, not the multi call */
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
	const char *name;     /* UTF-8, or NULL: the call does not tell */
	const char *currency; /* ISO 4217 */
	const char *number[QUOTE_NUMBERS]; /* decimal text, or NULL: absent */
};

/* One symbol's fate. Texts live in the result's arena or are static. */
struct outcome {
	bool has_quote;
	enum market exchange; /* where it was found; MARKET_NONE: not known */
	struct quote quote;   /* when has_quote */
	struct err err;       /* when not */
	const char *rt_cd;    /* the broker's verdict, as it wrote it; */
	const char *msg_cd;   /* NULL: it gave none */
	const char *msg1;
	const char *raw;       /* JSON text of the broker's row, or NULL */
	int attempts;          /* calls made for this symbol; 0: none */
	int latency_ms;        /* of the last one */
	int64_t fetched_at_ms; /* wall clock at the answer or the failure */
};

struct result {
	struct request *request;  /* owned */
	struct arena texts;       /* owned */
	bool is_multi_refused;    /* the multi call is not to be had */
	uint32_t holders;         /* entries yet to be rendered from it */
	struct outcome outcome[]; /* request->count of them */
};

/* NULL when out of memory. _free takes NULL. */
struct request *request_new(void);
void request_free(struct request *r);

/* Owns: takes the request on success only. */
struct result *result_new(struct request *r);
void result_free(struct result *r);

/* Gives items [first, first + count) the same error and verdict-less outcome,
 * keeping their attempts. */
void result_fail(struct result *r, size_t first, size_t count,
		 const struct err *err);

#endif
