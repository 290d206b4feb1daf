/* SPDX-License-Identifier: MIT */
/* gap.h: how many trades of a symbol were not delivered.
 * Layer stream; uses base, model.
 *
 * No frame has a sequence number. But the broker counts: each trade of the day
 * raises the number of trades by exactly one, and the volume by exactly its
 * size. So what lies between two ticks is known to the last trade, across lost
 * frames and lost lines. Where the broker tells no number of trades (shares
 * abroad), the volume alone says that something is missing, and how many shares,
 * but not in how many trades.
 *
 * Pure. Source: captures of consecutive trades of four years; not verified
 * where the broker does not say: what auctions and cancellations do to the
 * counts. Hence "unexplained", which is told and ends nothing. */
#ifndef STREAM_GAP_H
#define STREAM_GAP_H

#include <stdbool.h>
#include <stdint.h>

struct tick;

/* The counts of a symbol's newest tick. */
struct gap {
	bool is_begun;
	int64_t trades, volume; /* TICK_UNKNOWN: it told none */
	int32_t day, time;
};

enum gap_verdict {
	GAP_FIRST,       /* nothing came before */
	GAP_NONE,        /* nothing is missing */
	GAP_MISSED,      /* something is */
	GAP_RESTARTED,   /* a new day or session: the counts began anew */
	GAP_REORDERED,   /* not newer than what came before */
	GAP_UNEXPLAINED, /* the two counts contradict each other */
	GAP_UNKNOWN      /* the tick has no counts to go by */
};

/* Compares the tick with what came before, and fills its gap and gap_volume:
 * numbers for the first five, TICK_UNKNOWN where it cannot be told. */
enum gap_verdict gap_take(struct gap *g, struct tick *t);

#endif
