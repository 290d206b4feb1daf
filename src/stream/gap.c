/* SPDX-License-Identifier: MIT */
#include "stream/gap.h"

#include "model/tick.h"

static bool is_known(int64_t a, int64_t b)
{
	return a != TICK_UNKNOWN && b != TICK_UNKNOWN;
}

/* Whether the counts are of another day, or fell although time went on: then
 * they began anew, and are no measure for what was missed. */
static bool has_restarted(const struct gap *g, const struct tick *t)
{
	if (g->day && t->day && g->day != t->day)
		return t->day > g->day;
	return is_known(g->volume, t->volume) && t->volume < g->volume &&
	       is_known(g->time, t->time) && t->time > g->time;
}

/* Whether the tick is one that came before, or older than it. */
static bool is_earlier(const struct gap *g, const struct tick *t)
{
	if (g->day && t->day && t->day < g->day)
		return true;
	if (is_known(g->trades, t->trades) && t->trades != g->trades)
		return t->trades < g->trades;
	return is_known(g->volume, t->volume) && t->volume <= g->volume;
}

/* Fills gap_volume with the shares between the two ticks. Returns false when
 * there would be less than none, which nothing explains. */
static bool compare_volume(const struct gap *g, struct tick *t)
{
	int64_t missed;

	t->gap_volume = TICK_UNKNOWN;
	if (!is_known(g->volume, t->volume) || t->size == TICK_UNKNOWN)
		return true;
	missed = t->volume - g->volume - t->size;
	if (missed < 0)
		return false;
	t->gap_volume = missed;
	return true;
}

/* Both count: they must agree on whether something is missing. */
static enum gap_verdict compare_trades(const struct gap *g, struct tick *t)
{
	bool is_sound = compare_volume(g, t);
	int64_t missed = t->trades - g->trades - 1;

	/* Shares without a trade: an auction's volume has no count. */
	if (missed < 0 || (missed == 0 && t->gap_volume > 0)) {
		t->gap = TICK_UNKNOWN;
		return GAP_UNEXPLAINED;
	}
	t->gap = missed;
	if (!is_sound || (missed > 0 && t->gap_volume == 0))
		return GAP_UNEXPLAINED;
	return missed > 0 ? GAP_MISSED : GAP_NONE;
}

static enum gap_verdict compare(const struct gap *g, struct tick *t)
{
	if (is_known(g->trades, t->trades))
		return compare_trades(g, t);
	t->gap = TICK_UNKNOWN;
	if (!compare_volume(g, t))
		return GAP_UNEXPLAINED;
	if (t->gap_volume == TICK_UNKNOWN)
		return GAP_UNKNOWN;
	if (t->gap_volume > 0)
		return GAP_MISSED;
	t->gap = 0;
	return GAP_NONE;
}

enum gap_verdict gap_take(struct gap *g, struct tick *t)
{
	enum gap_verdict verdict;

	t->gap = t->gap_volume = 0;
	if (!g->is_begun)
		verdict = GAP_FIRST;
	else if (has_restarted(g, t))
		verdict = GAP_RESTARTED;
	else if (is_earlier(g, t))
		verdict = GAP_REORDERED;
	else
		verdict = compare(g, t);
	t->is_old = verdict == GAP_REORDERED;
	if (t->is_old)
		return verdict;
	*g = (struct gap){ .is_begun = true,
			   .trades = t->trades,
			   .volume = t->volume,
			   .day = t->day,
			   .time = t->time };
	return verdict;
}
