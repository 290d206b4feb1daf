/* stderr may be a pipe that nobody reads or a terminal held by Ctrl-S, and the
 * quotes must not wait for it: what it does not take at once is dropped. */
#include "cli/progress.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

enum { BAR_CELLS = 24, LINE_BYTES = 192, SUMMARY_MAX_BYTES = 1024 };

#define REDRAW_NS (100 * NS_PER_MS)

/* The line is cut at the terminal's edge, as a bar that wraps cannot be
 * taken back (DECAWM); one write, so that the mode never stays off. */
#define WRAP_OFF "\033[?7l"
#define WRAP_ON "\033[?7h"
#define ERASE_LINE "\r\033[K"

/* A pipe that polls writable has room for the whole of so short a text. */
static void say(const char *text, size_t len)
{
	struct pollfd p = { .fd = STDERR_FILENO, .events = POLLOUT };

	if (poll(&p, 1, 0) == 1 && (p.revents & POLLOUT))
		(void)!write(STDERR_FILENO, text, len);
}

static bool stderr_takes_bar(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term && *term &&
	       strcmp(term, "dumb") != 0;
}

void progress_init(struct progress *p, enum progress_mode mode, bool is_quiet,
		   bool has_color, size_t total, int64_t now_ns)
{
	if (is_quiet)
		mode = PROGRESS_NONE;
	else if (mode == PROGRESS_AUTO)
		mode = stderr_takes_bar() ? PROGRESS_BAR : PROGRESS_PLAIN;
	*p = (struct progress){
		.mode = mode,
		.has_color = has_color,
		.total = total,
		.started_ns = now_ns,
	};
}

static void say_line(const struct progress *p)
{
	char line[LINE_BYTES];
	int len = snprintf(line, sizeof line,
			   "quotefetch: %zu/%zu symbols, %zu failed\n", p->done,
			   p->total, p->failed);

	say(line, (size_t)len);
}

static void draw_bar(struct progress *p, int64_t now_ns)
{
	static const char full[] = "########################";
	static const char rest[] = "........................";
	char line[LINE_BYTES];
	bool is_red = p->has_color && p->failed > 0;
	/* total is not 0: a symbol is done. */
	int cells = (int)(p->done * BAR_CELLS / p->total);
	int len = snprintf(line, sizeof line,
			   "\r" WRAP_OFF "quotefetch: [%.*s%.*s]"
			   " %zu/%zu symbols, %s%zu failed%s\033[K" WRAP_ON,
			   cells, full, BAR_CELLS - cells, rest, p->done,
			   p->total, is_red ? "\033[31m" : "", p->failed,
			   is_red ? "\033[0m" : "");

	_Static_assert(sizeof full > BAR_CELLS && sizeof rest > BAR_CELLS,
		       "a bar of BAR_CELLS");
	say(line, (size_t)len);
	p->drawn_ns = now_ns;
	p->shown = p->done;
}

void progress_step(struct progress *p, bool has_failed, int64_t now_ns)
{
	require(p->done < p->total);
	p->done++;
	p->failed += has_failed;
	switch (p->mode) {
	case PROGRESS_BAR:
		if (p->shown == 0 || now_ns - p->drawn_ns >= REDRAW_NS ||
		    p->done == p->total)
			draw_bar(p, now_ns);
		break;
	case PROGRESS_PLAIN:
		if (p->done % 10 == 0 || p->done == p->total)
			say_line(p);
		break;
	case PROGRESS_AUTO:
	case PROGRESS_NONE:
		break;
	}
}

void progress_show(struct progress *p, int64_t now_ns)
{
	if (p->mode == PROGRESS_BAR && p->shown < p->done)
		draw_bar(p, now_ns);
}

void progress_clear(struct progress *p)
{
	if (p->shown == 0)
		return;
	say(ERASE_LINE, strlen(ERASE_LINE));
	p->shown = 0;
}

static void put_kinds(struct buf *out, const size_t *kinds)
{
	const char *before = " (";

	for (int k = 0; k < ERR_KINDS; k++) {
		size_t count = err_count_named(kinds, (enum err_kind)k);

		if (count == 0)
			continue;
		buf_printf(out, "%s%zu %s", before, count,
			   err_kind_name((enum err_kind)k));
		before = ", ";
	}
	if (*before == ',')
		buf_putc(out, ')');
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

void progress_finish(struct progress *p, const size_t *kinds, size_t calls,
		     int64_t now_ns, bool shows_summary)
{
	size_t quotes = p->done - p->failed;
	int64_t tenths = (now_ns - p->started_ns) / (NS_PER_SEC / 10);
	struct buf line;

	progress_clear(p);
	if (!shows_summary)
		return;
	buf_init(&line, SUMMARY_MAX_BYTES);
	buf_printf(&line, "quotefetch: %zu quote%s, %zu failed", quotes,
		   plural(quotes), p->failed);
	put_kinds(&line, kinds);
	buf_printf(&line, ", %zu call%s, %lld.%lld s\n", calls, plural(calls),
		   (long long)(tenths / 10), (long long)(tenths % 10));
	say(buf_text(&line), line.len);
	buf_release(&line);
}
