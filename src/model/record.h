/* SPDX-License-Identifier: MIT */
/* record.h: what is printed: a quote, an error, a trade, a refusal.
 * Layer model; uses base, market, quote, tick, event.
 *
 * A view of what others hold, for the time of printing it. Its fields have one
 * table, so that a format is written once. */
#ifndef MODEL_RECORD_H
#define MODEL_RECORD_H

#include <stdbool.h>

#include "base/err.h"
#include "model/market.h"

struct event;
struct outcome;
struct tick;

enum record_kind {
	RECORD_QUOTE,    /* of a batch run; it has no kind to show */
	RECORD_TICK,     /* a trade */
	RECORD_SNAPSHOT, /* a quote, before the trades that follow it */
	RECORD_POLL,     /* a quote, asked for again and again */
	RECORD_REFUSED,  /* a symbol that is not followed */
	RECORD_KINDS
};

/* One record: the symbol as asked, and what became of it. An entry that was
 * invalid in the list has its text here and an outcome with an INPUT error. */
struct record {
	const char *symbol; /* the code, or an invalid entry's text */
	const char *input;  /* as it was typed */
	enum market market; /* MARKET_NONE: none, shown as null */
	enum venue venue;   /* of KR */
	const struct outcome *outcome; /* but of TICK and REFUSED */
	const char *provider;          /* "kis" */
	const char *tried; /* "alpaca:NotFound", or NULL: none before */
	enum record_kind kind;
	const struct tick *tick;     /* of TICK */
	const struct event *refusal; /* of REFUSED */
	const char *exchange;        /* of TICK; NULL: not known */
};

/* "tick"; NULL for a quote. */
const char *record_kind_name(enum record_kind kind);

/* Whether it tells of no price; then why. */
bool record_has_failed(const struct record *r);
enum err_kind record_err_kind(const struct record *r);

/* Whether its price is an old one, beside the error for which it stands in. */
bool record_is_stale(const struct record *r);

#endif
