/* SPDX-License-Identifier: MIT */
/* tick_frame.h: trades as the stream sends them: 0|H0STCNT0|002|f^f^...
 * Sandbox, low; uses trade, base. Pure.
 *
 * The records of a frame follow each other with nothing but the '^' that
 * stands between fields.
 * Source: the broker's sheets of H0STCNT0 (46 fields, 47 since 2026-09-14) and
 * HDFSCNT0 (26), and captures of both. */
#ifndef SANDBOX_TICK_FRAME_H
#define SANDBOX_TICK_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "sandbox/trade.h"

enum { TICK_WIDTH_MAX = 64, TICK_TR_ID_BYTES = 12, TICK_KEY_BYTES = 24 };

/* What is followed: a channel and a key of it. */
struct tick_channel {
	char tr_id
		[TICK_TR_ID_BYTES]; /* H0STCNT0, H0NXCNT0, H0UNCNT0, HDFSCNT0 */
	char tr_key[TICK_KEY_BYTES]; /* 005930, DNASAAPL */
	char code[TICK_KEY_BYTES];   /* 005930, AAPL */
	char exchange[4];            /* NAS; "": Korea's */
	bool is_overseas;
	int decimals;     /* of overseas prices */
	int hours_behind; /* the exchange's clock, behind Korea's */
	int64_t shares;   /* of the company, for the turnover */
};

/* What a fault does to the fields of a record; all zero: nothing. */
struct tick_change {
	int width;        /* so many fields; 0: as many as there are */
	int field;        /* this one is replaced by text */
	const char *text; /* NULL: none is */
};

/* Appends one record; the caller puts the '^' between two.
 * unix_s: the wall clock of the trade; day_s: of the day that the tape began
 * on. width: of a domestic record, 46 or 47. */
void tick_add_record(struct buf *out, const struct tick_channel *channel,
		     const struct trade *trade, int64_t start_unix_s, int width,
		     const struct tick_change *change);

/* Appends "0|TR|NNN|". */
void tick_add_head(struct buf *out, const struct tick_channel *channel,
		   int64_t records);

#endif
