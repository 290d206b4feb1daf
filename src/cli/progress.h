/* SPDX-License-Identifier: MIT */
/* progress.h: how far it has come, on stderr.
 * Layer cli; uses base, options, screen, stats.
 *
 * A bar on a terminal, from the first tenth of a second on and redrawn at most
 * ten times a second; it says what is waited for when nothing comes. Else a
 * line at every tenth symbol and the last ("quotefetch: 40/200 symbols, 1
 * failed"); and a one-line summary at the end. A stderr that is closed or full
 * is ignored and never waited for. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/options.h"
#include "cli/screen.h"

struct tally;

enum progress_wait { PROGRESS_WAIT_TOKEN, PROGRESS_WAIT_QUOTA, PROGRESS_WAITS };

enum { PROGRESS_BAR_BYTES = 256 };

/* a: atomic, m: main's */
struct progress {
	enum progress_mode mode;            /* m: never AUTO once initialised */
	bool has_color;                     /* m */
	struct screen *screen;              /* m: borrowed; NULL: no bar */
	size_t total, done, failed, shown;  /* m: shown: of done, by the bar */
	atomic_int waiting[PROGRESS_WAITS]; /* a: workers, by what for */
	int64_t started_ns, stepped_ns, drawn_ns; /* m */
	char bar[PROGRESS_BAR_BYTES];             /* m: as drawn last */
};

/* mode AUTO looks at stderr and TERM. */
void progress_init(struct progress *p, enum progress_mode mode, bool is_quiet,
		   bool has_color, struct screen *screen, size_t total,
		   int64_t now_ns);

/* One more symbol is answered. */
void progress_step(struct progress *p, bool has_failed, int64_t now_ns);

/* One worker more (+1) or less (-1) waits for that. Thread: any. */
void progress_wait(struct progress *p, enum progress_wait what, int delta);

/* Brings the bar up to date: before any wait, and when it is due. */
void progress_show(struct progress *p, int64_t now_ns);

/* When progress_show is due next; CLOCK_NEVER where there is no bar. */
int64_t progress_next_ns(const struct progress *p);

/* Takes the bar off the line, so that other text can be printed. */
void progress_clear(struct progress *p);

/* The last line: "197 quotes (30 from the cache), 3 failed (2 NotFound, 1
 * Timeout), 1 old quote instead, 9 calls, 1.2 s". */
void progress_finish(struct progress *p, const struct tally *tally,
		     size_t calls, int64_t now_ns, bool shows_summary);

#endif
