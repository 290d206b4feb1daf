/* SPDX-License-Identifier: MIT */
/* tape.h: the market in motion: what every symbol's trades have come to.
 * Sandbox; uses trade, market, base.
 *
 * It begins to run with the first registration of a stream (or at once, if
 * told so); until then prices stand where market.h has them. From then on the
 * stream and the REST calls show the same state of a symbol at any moment.
 *
 * Thread: any; one leaf lock. A cursor is its owner's alone. */
#ifndef SANDBOX_TAPE_H
#define SANDBOX_TAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "sandbox/market.h"
#include "sandbox/trade.h"

struct tape;
struct tape_symbol;

struct tape_rules {
	struct trade_rules trade;
	int64_t speed;        /* seconds of the tape in one of ours */
	int64_t start_unix_s; /* wall clock of the tape's beginning */
};

/* A reader's place on the tape of one symbol. */
struct tape_cursor {
	struct tape_symbol *symbol; /* borrowed from the tape */
	struct trade trade;         /* the last one taken */
	int64_t due_ns; /* when the next is there, monotonic; or CLOCK_NEVER */
};

/* Errors: SYSTEM (memory). */
MUST_CHECK struct tape *tape_new(const struct tape_rules *rules,
				 struct err *err);
void tape_free(struct tape *tape);

/* Lets it run from now_ns (monotonic) on, unless it runs. */
void tape_start(struct tape *tape, int64_t now_ns);

/* Puts the cursor at the last trade before now_ns. The tape must run.
 * False: the symbol does not trade, or there is no memory. */
MUST_CHECK bool tape_follow(struct tape *tape, const struct stock *stock,
			    int64_t now_ns, struct tape_cursor *cursor);

/* Moves to the next trade, if it is there by now_ns. */
bool tape_take(struct tape *tape, struct tape_cursor *cursor, int64_t now_ns);

/* Makes count trades of the symbol happen at once, now. */
void tape_push(struct tape *tape, struct tape_cursor *cursor, int64_t count,
	       int64_t now_ns);

/* Puts what the tape says by now_ns in the place of the market's numbers; does
 * nothing before it runs. */
void tape_show(struct tape *tape, int64_t now_ns, struct stock *stock);

/* The wall clock, seconds since 1970, of an instant of the tape. */
int64_t tape_unix_s(const struct tape *tape, int64_t t_ns);

#endif
