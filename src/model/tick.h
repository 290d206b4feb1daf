/* SPDX-License-Identifier: MIT */
/* tick.h: one trade of one symbol, as a stream tells it.
 * Layer model; uses base.
 *
 * A plain value without a heap: it is copied from the stream's thread to the
 * one that writes. Its numbers are decimal text (decimal.h), one behind the
 * other in a place that holds any real trade; what does not fit is no trade. */
#ifndef MODEL_TICK_H
#define MODEL_TICK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

/* Money is in the symbol's currency; sizes and volume count shares. Names that
 * a quote has too mean the same. */
enum tick_number {
	TICK_PRICE,
	TICK_CHANGE, /* against the previous close, signed */
	TICK_CHANGE_PERCENT,
	TICK_SIZE,     /* of this trade */
	TICK_VOLUME,   /* of the day, this trade included */
	TICK_TURNOVER, /* traded money of the day */
	TICK_ASK,
	TICK_BID,
	TICK_ASK_SIZE, /* at the best ask */
	TICK_BID_SIZE,
	TICK_OPEN,
	TICK_HIGH,
	TICK_LOW,
	TICK_PREVIOUS_CLOSE,
	TICK_VWAP, /* this and all below: shown only with detail */
	TICK_STRENGTH,
	TICK_TOTAL_ASK_SIZE,
	TICK_TOTAL_BID_SIZE,
	TICK_NUMBERS
};

/* A set of them, in 32 bits. */
#define TICK_BIT(number) (UINT32_C(1) << (number))
#define TICK_ALL_NUMBERS (TICK_BIT(TICK_NUMBERS) - 1)

/* Who traded against the book, as far as the broker tells. */
enum tick_side { SIDE_NONE, SIDE_BUY, SIDE_SELL };

enum tick_session {
	SESSION_NONE,
	SESSION_PRE,
	SESSION_REGULAR,
	SESSION_CLOSE, /* the closing call */
	SESSION_AFTER,
	SESSION_AUCTION /* an expected price, not a trade in the open market */
};

enum tick_halt { HALT_UNKNOWN, HALT_NO, HALT_YES };

enum {
	TICK_UNKNOWN = -1,     /* of what the broker counts and did not tell */
	TICK_TEXT_BYTES = 203, /* which makes it 336 bytes */
	/* So many may be read and written from any number's place on: a copy
	 * whose length the compiler knows is no call. */
	TICK_PAD_BYTES = 16
};

struct tick {
	uint32_t symbol; /* its place in the list that is followed */
	uint32_t merged; /* ticks of the symbol that went into this, in order */
	int64_t gap;     /* trades since the symbol's last tick that were not
			    delivered; TICK_UNKNOWN: cannot be told */
	int64_t gap_volume;     /* shares in them; TICK_UNKNOWN */
	int64_t trades;         /* the day's trades, this one included */
	int64_t volume;         /* as TICK_VOLUME, where it is a whole number */
	int64_t size;           /* as TICK_SIZE, likewise */
	int64_t received_ns;    /* monotonic */
	int64_t received_at_ms; /* wall clock */
	int32_t day;  /* the business day that the counts are of: YYYYMMDD; 0 */
	int32_t date; /* of the trade, in Korea: YYYYMMDD; 0: unknown */
	int32_t time; /* HHMMSS; TICK_UNKNOWN */
	uint8_t side; /* enum tick_side */
	uint8_t session;          /* enum tick_session */
	uint8_t halt;             /* enum tick_halt */
	uint8_t is_old;           /* it came after a newer one of its symbol */
	uint8_t used;             /* bytes of text */
	uint8_t at[TICK_NUMBERS]; /* where in text, counted from 1; 0: absent */
	uint8_t len[TICK_NUMBERS];
	char text[TICK_TEXT_BYTES + TICK_PAD_BYTES];
};

/* Nothing known yet. */
void tick_init(struct tick *t);

/* Where the next number may be written, with a NUL behind it; NULL: there is no
 * room for len characters of it. */
static inline char *tick_room(struct tick *t, size_t len)
{
	return t->used + len < TICK_TEXT_BYTES ? t->text + t->used : NULL;
}

/* The number of len characters that stands there is this one. */
static inline void tick_add_number(struct tick *t, enum tick_number n,
				   size_t len)
{
	t->at[n] = (uint8_t)(t->used + 1);
	t->len[n] = (uint8_t)len;
	t->used = (uint8_t)(t->used + len + 1);
	t->text[t->used - 1] = '\0';
}

/* Adds a number, of len characters in the form of decimal.h.
 * Errors: PARSE when there is no room for it. */
MUST_CHECK int tick_set_number(struct tick *t, enum tick_number n,
			       const char *text, size_t len, struct err *err);

/* NULL: absent. Valid as long as t. */
static inline const char *tick_number(const struct tick *t, enum tick_number n)
{
	return t->at[n] ? t->text + t->at[n] - 1 : NULL;
}

/* Folds one into the other: the result is the newer of the two, and counts what
 * both were and what both missed; one that came late (is_old) was missed before,
 * and is not counted again. later came after t. */
void tick_merge(struct tick *t, const struct tick *later);

/* As records show them; their text is NULL for the unknown ones. */
struct span tick_side_name(enum tick_side side);
struct span tick_session_name(enum tick_session session);

enum { TICK_TIME_BYTES = 26 };

/* Writes "2025-07-30T09:47:51+09:00"; false when the time is not known. */
bool tick_format_time(const struct tick *t, char out[TICK_TIME_BYTES]);

#endif
