/* SPDX-License-Identifier: MIT */
/* kis_layout.h: which field of a record of trades says what.
 * Layer provider; uses base, model, feed. For kis_ticks.c.
 *
 * Source: the KIS developers' portal; the 47th field at home, and the 26 abroad
 * of which its sample names 25: captures. */
#ifndef PROVIDER_KIS_LAYOUT_H
#define PROVIDER_KIS_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "model/tick.h"
#include "provider/feed.h"

struct kis_column {
	enum tick_number number;
	unsigned char field;
};

struct feed_layout {
	const char *channel;
	size_t least; /* fields of a record: those that are read */
	const struct kis_column *column;
	size_t column_count;
	unsigned char size, volume, sign, day, date, time; /* fields */
	/* Whether a record can begin so: with whose trade it is. */
	bool (*is_key)(struct span key);
	/* Reads what is no number: side, session, halt, and the count. */
	void (*read_codes)(const struct feed_frame *frame, struct tick *out);
};

/* A field of the record at hand, which has it. */
static inline struct span kis_field(const struct feed_frame *f, size_t i)
{
	return (struct span){ f->record + f->begin[i],
			      f->begin[i + 1] - f->begin[i] - 1 };
}

/* NULL: a channel of something else. */
const struct feed_layout *kis_layout_find(struct span channel);

/* A whole number without a sign, or TICK_UNKNOWN; end: of the text that it is a
 * part of. */
int64_t kis_read_whole(struct span s, const char *end);

/* The same of a field. */
static inline int64_t kis_read_integer(const struct feed_frame *f, size_t i)
{
	return kis_read_whole(kis_field(f, i), f->end);
}

/* The only character of a field; 0: it has more, or none. */
static inline char kis_read_code(const struct feed_frame *f, size_t i)
{
	struct span s = kis_field(f, i);

	return s.len == 1 ? s.text[0] : '\0';
}

/* Whether c, which may be NUL, stands in the set. */
bool kis_is_one_of(char c, const char *set);

#endif
