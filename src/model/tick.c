/* SPDX-License-Identifier: MIT */
#include "model/tick.h"

#include <string.h>

#include "base/digits.h"

void tick_init(struct tick *t)
{
	memset(t, 0, offsetof(struct tick, text));
	t->gap = t->gap_volume = TICK_UNKNOWN;
	t->trades = t->volume = t->size = TICK_UNKNOWN;
	t->time = TICK_UNKNOWN;
}

int tick_set_number(struct tick *t, enum tick_number n, const char *text,
		    size_t len, struct err *err)
{
	char *to = tick_room(t, len);

	if (!to)
		return err_set(err, ERR_PARSE, "its numbers are too long");
	memcpy(to, text, len);
	tick_add_number(t, n, len);
	return 0;
}

/* What is not known adds nothing. */
static int64_t add_known(int64_t a, int64_t b)
{
	if (a == TICK_UNKNOWN || b == TICK_UNKNOWN)
		return a == TICK_UNKNOWN ? b : a;
	return a + b;
}

void tick_merge(struct tick *t, const struct tick *later)
{
	struct tick old = *t;

	if (!later->is_old)
		*t = *later;
	/* What came late is in a gap already. */
	t->merged = old.merged + later->merged + !(old.is_old || later->is_old);
	t->gap = add_known(old.gap, later->gap);
	t->gap_volume = add_known(old.gap_volume, later->gap_volume);
}

struct span tick_side_name(enum tick_side side)
{
	static const struct span names[] = { [SIDE_NONE] = { NULL, 0 },
					     [SIDE_BUY] = SPAN("buy"),
					     [SIDE_SELL] = SPAN("sell") };

	return names[side];
}

struct span tick_session_name(enum tick_session session)
{
	static const struct span names[] = {
		[SESSION_NONE] = { NULL, 0 },
		[SESSION_PRE] = SPAN("pre"),
		[SESSION_REGULAR] = SPAN("regular"),
		[SESSION_CLOSE] = SPAN("close"),
		[SESSION_AFTER] = SPAN("after"),
		[SESSION_AUCTION] = SPAN("auction"),
	};

	return names[session];
}

bool tick_format_time(const struct tick *t, char out[TICK_TIME_BYTES])
{
	unsigned date = (unsigned)t->date, time = (unsigned)t->time;

	if (t->date == 0 || t->time == TICK_UNKNOWN)
		return false;
	/* Without printf: it is a part of every record. */
	memcpy(out, "0000-00-00T00:00:00+09:00", TICK_TIME_BYTES);
	digits_write_two(out, date / 1000000);
	digits_write_two(out + 2, date / 10000);
	digits_write_two(out + 5, date / 100);
	digits_write_two(out + 8, date);
	digits_write_two(out + 11, time / 10000);
	digits_write_two(out + 14, time / 100);
	digits_write_two(out + 17, time);
	return true;
}
