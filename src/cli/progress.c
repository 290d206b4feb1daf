/* SPDX-License-Identifier: MIT */
#include "cli/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "cli/stats.h"

enum {
	BAR_CELLS = 24,
	CELLS_MIN = 5,
	LINE_BYTES = 192,
	SUMMARY_MAX_BYTES = 1024
};

#define REDRAW_NS (100 * NS_PER_MS)

/* From when on a wait is worth a word: less is the way of a full quota. */
#define WORD_NS (500 * NS_PER_MS)

/* The line is cut at the terminal's edge, as a bar that wraps cannot be
 * taken back (DECAWM); one write, so that the mode never stays off. */
#define WRAP_OFF "\033[?7l"
#define WRAP_ON "\033[?7h"

void progress_init(struct progress *p, enum progress_mode mode, bool is_quiet,
		   bool has_color, struct screen *screen, size_t total,
		   int64_t now_ns)
{
	if (is_quiet)
		mode = PROGRESS_NONE;
	else if (mode == PROGRESS_AUTO)
		mode = screen_takes_bar() ? PROGRESS_BAR : PROGRESS_PLAIN;
	memset(p, 0, sizeof *p);
	p->mode = mode;
	p->has_color = has_color;
	p->screen = screen;
	if (screen)
		screen->draws_bar = mode == PROGRESS_BAR;
	p->total = total;
	p->started_ns = p->stepped_ns = p->drawn_ns = now_ns;
	for (int i = 0; i < PROGRESS_WAITS; i++)
		atomic_init(&p->waiting[i], 0);
}

static void say_progress(const struct progress *p)
{
	char line[LINE_BYTES];
	int len = snprintf(line, sizeof line,
			   "quotefetch: %zu/%zu symbols, %zu failed\n", p->done,
			   p->total, p->failed);

	screen_put(line, (size_t)len);
}

void progress_wait(struct progress *p, enum progress_wait what, int delta)
{
	atomic_fetch_add(&p->waiting[what], delta);
}

/* What is waited for, or "". Whoever waits for the token keeps all others
 * waiting. */
static const char *wait_text(struct progress *p, int64_t now_ns)
{
	if (p->done == p->total ||
	    (p->done > 0 && now_ns - p->stepped_ns < WORD_NS))
		return "";
	if (atomic_load(&p->waiting[PROGRESS_WAIT_TOKEN]) > 0)
		return ", waiting for the token";
	if (atomic_load(&p->waiting[PROGRESS_WAIT_QUOTA]) > 0)
		return ", waiting for the quota";
	return ", waiting for an answer";
}

/* How many cells of a bar there is room for beside so much text: its words say
 * more. 0: no bar at all. */
static int cells_beside(int text_len)
{
	int columns = screen_columns(STDERR_FILENO);
	int room = columns - (int)sizeof "quotefetch: [] " - text_len;

	if (columns == 0 || room > BAR_CELLS)
		return BAR_CELLS;
	return room >= CELLS_MIN ? room : 0;
}

static void draw_bar(struct progress *p, int64_t now_ns)
{
	static const char full[] = "########################";
	static const char rest[] = "........................";
	char bar[PROGRESS_BAR_BYTES];
	bool is_red = p->has_color && p->failed > 0;
	const char *wait = wait_text(p, now_ns);
	int all =
		cells_beside(snprintf(NULL, 0, "%zu/%zu symbols, %zu failed%s",
				      p->done, p->total, p->failed, wait));
	int cells = p->total ? (int)(p->done * (size_t)all / p->total) : 0;
	int len = snprintf(bar, sizeof bar,
			   "\r" WRAP_OFF "quotefetch: %s%.*s%.*s%s"
			   "%zu/%zu symbols, %s%zu failed%s%s\033[K" WRAP_ON,
			   all ? "[" : "", cells, full, all - cells, rest,
			   all ? "] " : "", p->done, p->total,
			   is_red ? "\033[31m" : "", p->failed,
			   is_red ? "\033[0m" : "", wait);

	_Static_assert(sizeof full > BAR_CELLS && sizeof rest > BAR_CELLS,
		       "a bar of BAR_CELLS");
	p->drawn_ns = now_ns;
	p->shown = p->done;
	if (screen_shows_bar(p->screen) && strcmp(bar, p->bar) == 0)
		return;
	memcpy(p->bar, bar, (size_t)len + 1);
	screen_draw(p->screen, bar, (size_t)len);
}

int64_t progress_next_ns(const struct progress *p)
{
	return p->mode == PROGRESS_BAR && p->done < p->total
		       ? p->drawn_ns + REDRAW_NS
		       : CLOCK_NEVER;
}

void progress_show(struct progress *p, int64_t now_ns)
{
	if (p->mode != PROGRESS_BAR)
		return;
	if (progress_next_ns(p) <= now_ns ||
	    (p->done > 0 &&
	     (p->shown != p->done || !screen_shows_bar(p->screen))))
		draw_bar(p, now_ns);
}

void progress_step(struct progress *p, bool has_failed, int64_t now_ns)
{
	require(p->done < p->total);
	p->done++;
	p->failed += has_failed;
	p->stepped_ns = now_ns;
	switch (p->mode) {
	case PROGRESS_BAR:
		if (p->done == p->total || now_ns - p->drawn_ns >= REDRAW_NS)
			draw_bar(p, now_ns);
		break;
	case PROGRESS_PLAIN:
		if (p->done % 10 == 0 || p->done == p->total)
			say_progress(p);
		break;
	case PROGRESS_AUTO:
	case PROGRESS_NONE:
		break;
	}
}

void progress_clear(struct progress *p)
{
	if (p->mode == PROGRESS_BAR)
		screen_clear(p->screen);
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

void progress_finish(struct progress *p, const struct tally *tally,
		     size_t calls, int64_t now_ns, bool shows_summary)
{
	size_t quotes = p->done - p->failed, stale = tally_stale(tally);
	int64_t tenths = (now_ns - p->started_ns) / (NS_PER_SEC / 10);
	struct buf line;

	progress_clear(p);
	p->mode = PROGRESS_NONE;
	if (!shows_summary)
		return;
	buf_init(&line, SUMMARY_MAX_BYTES);
	buf_printf(&line, "quotefetch: %zu quote%s", quotes, plural(quotes));
	if (tally->cached > 0)
		buf_printf(&line, " (%zu from the cache)", tally->cached);
	buf_printf(&line, ", %zu failed", p->failed);
	stats_put_kinds(tally->failed, &line);
	if (stale > 0)
		buf_printf(&line, ", %zu old quote%s instead", stale,
			   plural(stale));
	buf_printf(&line, ", %zu call%s, %lld.%lld s\n", calls, plural(calls),
		   (long long)(tenths / 10), (long long)(tenths % 10));
	screen_put(buf_text(&line), line.len);
	buf_release(&line);
}
