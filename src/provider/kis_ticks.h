/* SPDX-License-Identifier: MIT */
/* kis_ticks.h: frames of trades of the KIS stream.
 * Layer provider; uses base, model, feed. For kis_feed.c.
 *
 * "0|H0STCNT0|003|a^b^c...": a flag (1: encrypted, which trades never are), the
 * channel, the number of records, and their fields one behind the other. The
 * number of fields of a record has grown three times in three years, so it is
 * what the division says, and not a constant.
 *
 * Source: the KIS developers' portal for names and order of the fields; that
 * trades and volume run without a hole: captures (see stream/gap.h). */
#ifndef PROVIDER_KIS_TICKS_H
#define PROVIDER_KIS_TICKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct feed_frame;
struct tick;

/* As open_frame and next_tick in feed.h. */
MUST_CHECK int kis_ticks_open(const char *text, size_t len,
			      struct feed_frame *out, struct err *err);
MUST_CHECK int kis_ticks_next(struct feed_frame *frame, uint32_t wanted,
			      struct tick *out, struct err *err);

#endif
