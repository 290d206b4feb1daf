/* progress.h: how far it has come, on stderr.
 * Layer cli; uses base, options.
 *
 * A bar on a terminal, redrawn at most ten times a second and before a wait;
 * else a line at every tenth symbol and the last ("quotefetch: 40/200 symbols,
 * 1 failed"); and a one-line summary at the end. A stderr that is closed or
 * full is ignored and never waited for. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/options.h"

struct progress {
	enum progress_mode mode; /* never AUTO once initialised */
	bool has_color;
	size_t total, done, failed;
	size_t shown; /* of done, by the bar; 0: no bar stands on the line */
	int64_t started_ns, drawn_ns;
};

/* mode AUTO looks at stderr and TERM. */
void progress_init(struct progress *p, enum progress_mode mode, bool is_quiet,
		   bool has_color, size_t total, int64_t now_ns);

/* One more symbol is answered. */
void progress_step(struct progress *p, bool has_failed, int64_t now_ns);

/* The next step may be long in coming: the bar shows all that is done. */
void progress_show(struct progress *p, int64_t now_ns);

/* Takes the bar off the line, so that other text can be printed. */
void progress_clear(struct progress *p);

/* The last line: "197 quotes, 3 failed (2 NotFound, 1 Timeout), 9 calls, 1.2 s".
 * kinds[k] counts failures by err_kind. */
void progress_finish(struct progress *p, const size_t *kinds, size_t calls,
		     int64_t now_ns, bool shows_summary);

#endif
