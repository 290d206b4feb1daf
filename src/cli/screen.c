/* SPDX-License-Identifier: MIT */
/* Where a bar is drawn, every line of any thread erases what stands on its line:
 * what was not drawn yet, or is gone already, harms nothing, as every record ends
 * its line; but no line misses a bar. */
#define _DEFAULT_SOURCE /* TIOCGWINSZ */
#ifdef __APPLE__
#define _DARWIN_C_SOURCE
#endif
#include "cli/screen.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/utf8.h"

enum { LINE_BYTES = 1024, LINE_COLUMNS = 1000, COLUMNS_MAX = 10000 };

/* How long a line waits for a stderr that nobody reads. */
#define TAKE_NS (NS_PER_SEC / 10)

void screen_init(struct screen *s)
{
	s->draws_bar = false;
	atomic_init(&s->has_bar, false);
	atomic_init(&s->is_dirty, false);
}

void screen_say(void *screen, const char *line)
{
	static const char name[] = "quotefetch: ";
	struct screen *s = screen;
	char text[LINE_BYTES] = "";
	size_t len;

	/* A bar may come between a look and the write: where one is drawn at all,
	 * a line erases what stands, be it nothing. */
	if (s && (s->draws_bar || atomic_load(&s->has_bar))) {
		memcpy(text, SCREEN_ERASE, sizeof SCREEN_ERASE);
		atomic_store(&s->is_dirty, true);
	}
	len = strlen(text);
	memcpy(text + len, name, sizeof name);
	len += sizeof name - 1;
	utf8_copy_printable(line, strlen(line), text + len,
			    sizeof text - len - 1, LINE_COLUMNS);
	len += strlen(text + len);
	text[len++] = '\n';
	if (io_write_all(STDERR_FILENO, text, len, NULL,
			 clock_monotonic_ns() + TAKE_NS, NULL, NULL) < 0)
		errno = 0; /* nobody listens */
}

/* The quotes must not wait for a terminal held by Ctrl-S. A pipe that polls
 * writable has room for the whole of so short a text. */
void screen_put(const char *text, size_t len)
{
	struct pollfd p = { .fd = STDERR_FILENO, .events = POLLOUT };

	if (poll(&p, 1, 0) == 1 && (p.revents & POLLOUT))
		(void)!write(STDERR_FILENO, text, len);
}

void screen_note_drawn(struct screen *s)
{
	atomic_store(&s->is_dirty, false);
	atomic_store(&s->has_bar, true);
}

void screen_draw(struct screen *s, const char *text, size_t len)
{
	screen_note_drawn(s);
	screen_put(text, len);
}

bool screen_shows_bar(struct screen *s)
{
	return atomic_load(&s->has_bar) && !atomic_load(&s->is_dirty);
}

void screen_clear(struct screen *s)
{
	if (!atomic_load(&s->has_bar))
		return;
	screen_put(SCREEN_ERASE, strlen(SCREEN_ERASE));
	atomic_store(&s->has_bar, false);
}

bool screen_forget(struct screen *s)
{
	return atomic_exchange(&s->has_bar, false);
}

bool screen_is_capable(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) && term && *term && strcmp(term, "dumb") != 0;
}

bool screen_takes_bar(void)
{
	return screen_is_capable(STDERR_FILENO);
}

bool screen_is_shared_with(int fd)
{
	struct stat err, other;

	return isatty(STDERR_FILENO) && isatty(fd) &&
	       fstat(STDERR_FILENO, &err) == 0 && fstat(fd, &other) == 0 &&
	       err.st_rdev == other.st_rdev;
}

static int count_of(const char *variable)
{
	const char *text = getenv(variable);
	long n = text ? strtol(text, NULL, 10) : 0;

	return n > 0 && n <= COLUMNS_MAX ? (int)n : 0;
}

int screen_columns(int fd)
{
	struct winsize size = { .ws_col = 0 };

	ioctl(fd, TIOCGWINSZ, &size);
	return size.ws_col > 0 ? size.ws_col : count_of("COLUMNS");
}

int screen_rows(int fd)
{
	struct winsize size = { .ws_row = 0 };

	ioctl(fd, TIOCGWINSZ, &size);
	return size.ws_row > 0 ? size.ws_row : count_of("LINES");
}
