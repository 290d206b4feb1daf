/* SPDX-License-Identifier: MIT */
/* tape.c: each symbol has one state here, which moves on whenever somebody
 * looks, and a cursor has a copy that follows. Both take the same steps, as a
 * trade follows from its number alone; only a push must be known to both, and
 * so stands with the symbol. */
#include "sandbox/tape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/sync.h"

enum { KEY_BYTES = 24, BUCKETS = 1024 };

struct tape_symbol {
	struct tape_symbol *next;
	char key[KEY_BYTES]; /* currency and code: "KRW005930" */
	struct trade trade;
	/* Trades [push_first, push_end) come at the instant of the one before. */
	int64_t push_first, push_end;
};

struct tape {
	struct mutex mu;
	struct tape_rules rules;             /* c */
	bool is_running;                     /* l: set once */
	int64_t origin_ns;                   /* l: fixed once it runs */
	struct tape_symbol *bucket[BUCKETS]; /* l: by key; owned */
};

struct tape *tape_new(const struct tape_rules *rules, struct err *err)
{
	struct tape *tape = calloc(1, sizeof(*tape));

	if (!tape) {
		err_no_memory(err);
		return NULL;
	}
	tape->rules = *rules;
	if (mutex_init(&tape->mu, err)) {
		free(tape);
		return NULL;
	}
	return tape;
}

void tape_free(struct tape *tape)
{
	if (!tape)
		return;
	for (int i = 0; i < BUCKETS; i++) {
		struct tape_symbol *next, *symbol = tape->bucket[i];

		for (; symbol; symbol = next) {
			next = symbol->next;
			free(symbol);
		}
	}
	mutex_destroy(&tape->mu);
	free(tape);
}

void tape_start(struct tape *tape, int64_t now_ns)
{
	mutex_lock(&tape->mu);
	if (!tape->is_running) {
		tape->is_running = true;
		tape->origin_ns = now_ns;
	}
	mutex_unlock(&tape->mu);
}

int64_t tape_unix_s(const struct tape *tape, int64_t t_ns)
{
	return tape->rules.start_unix_s + t_ns / NS_PER_SEC;
}

/* ---- the table of symbols ---- */

/* The symbol, which begins with first if it is new. NULL: no memory. */
static struct tape_symbol *symbol_locked(struct tape *tape,
					 const struct stock *stock,
					 const struct trade *first)
	REQUIRES(tape->mu)
{
	struct tape_symbol **bucket, *symbol;
	char key[KEY_BYTES];

	snprintf(key, sizeof(key), "%s%s", stock->currency, stock->code);
	bucket = &tape->bucket[hash_bytes(key, strlen(key), 0) % BUCKETS];
	for (symbol = *bucket; symbol; symbol = symbol->next) {
		if (strcmp(symbol->key, key) == 0)
			return symbol;
	}
	symbol = calloc(1, sizeof(*symbol));
	if (!symbol)
		return NULL;
	memcpy(symbol->key, key, sizeof(key));
	symbol->trade = *first;
	symbol->next = *bucket;
	*bucket = symbol;
	return symbol;
}

/* ---- motion ---- */

static bool is_pushed(const struct tape_symbol *symbol, int64_t number)
{
	return number >= symbol->push_first && number < symbol->push_end;
}

/* When the trade after this one is there, in monotonic time. */
static int64_t due_locked(const struct tape *tape,
			  const struct tape_symbol *symbol,
			  const struct trade *trade) REQUIRES(tape->mu)
{
	int64_t t_ns = trade_next_ns(trade, &tape->rules.trade,
				     is_pushed(symbol, trade->number + 1));

	return t_ns == INT64_MAX ? CLOCK_NEVER
				 : tape->origin_ns + t_ns / tape->rules.speed;
}

static bool step_locked(const struct tape *tape,
			const struct tape_symbol *symbol, struct trade *trade,
			int64_t now_ns) REQUIRES(tape->mu)
{
	return due_locked(tape, symbol, trade) <= now_ns &&
	       trade_next(trade, &tape->rules.trade,
			  is_pushed(symbol, trade->number + 1));
}

/* The stock's symbol as it is by now. */
static struct tape_symbol *look_locked(struct tape *tape,
				       const struct stock *stock,
				       const struct trade *first,
				       int64_t now_ns) REQUIRES(tape->mu)
{
	struct tape_symbol *symbol = symbol_locked(tape, stock, first);

	while (symbol && step_locked(tape, symbol, &symbol->trade, now_ns))
		continue;
	return symbol;
}

bool tape_follow(struct tape *tape, const struct stock *stock, int64_t now_ns,
		 struct tape_cursor *cursor)
{
	struct trade first;

	if (!trade_begin(&first, stock))
		return false;
	mutex_lock(&tape->mu);
	cursor->symbol = look_locked(tape, stock, &first, now_ns);
	if (cursor->symbol) {
		cursor->trade = cursor->symbol->trade;
		cursor->due_ns =
			due_locked(tape, cursor->symbol, &cursor->trade);
	}
	mutex_unlock(&tape->mu);
	return cursor->symbol != NULL;
}

bool tape_take(struct tape *tape, struct tape_cursor *cursor, int64_t now_ns)
{
	bool is_taken;

	if (cursor->due_ns > now_ns)
		return false;
	mutex_lock(&tape->mu);
	is_taken = step_locked(tape, cursor->symbol, &cursor->trade, now_ns);
	cursor->due_ns = due_locked(tape, cursor->symbol, &cursor->trade);
	mutex_unlock(&tape->mu);
	return is_taken;
}

void tape_push(struct tape *tape, struct tape_cursor *cursor, int64_t count,
	       int64_t now_ns)
{
	struct tape_symbol *symbol = cursor->symbol;

	mutex_lock(&tape->mu);
	while (step_locked(tape, symbol, &symbol->trade, now_ns))
		continue;
	symbol->push_first = symbol->trade.number + 1;
	symbol->push_end = symbol->push_first + count;
	cursor->due_ns = due_locked(tape, symbol, &cursor->trade);
	mutex_unlock(&tape->mu);
}

void tape_show(struct tape *tape, int64_t now_ns, struct stock *stock)
{
	const struct tape_symbol *symbol = NULL;
	struct trade first;

	if (!trade_begin(&first, stock))
		return;
	mutex_lock(&tape->mu);
	if (tape->is_running)
		symbol = look_locked(tape, stock, &first, now_ns);
	if (symbol)
		trade_show(&symbol->trade, stock);
	mutex_unlock(&tape->mu);
}
