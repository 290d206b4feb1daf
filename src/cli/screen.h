/* SPDX-License-Identifier: MIT */
/* screen.h: stderr as people see it: lines, and below them at most one that is
 * drawn anew (the bar).
 * Layer cli; uses base.
 *
 * Lines come from any thread, the bar from main. Who writes a line while a bar
 * stands takes it off in the same write; so nothing ever sticks to a bar. A
 * stderr that is closed or full is not waited for: what it does not take is
 * dropped. */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Takes the text off the line that the cursor is on. */
#define SCREEN_ERASE "\r\033[K"

/* a: atomic, m: main's */
struct screen {
	bool draws_bar;       /* c: before threads start: one will be drawn */
	atomic_bool has_bar;  /* a: set by main alone: a bar may stand */
	atomic_bool is_dirty; /* a: a line was written over it */
};

void screen_init(struct screen *s);

/* Prints "quotefetch: line", harmless to a terminal, in one write, and waits a
 * moment for a reader. screen: a struct screen, or NULL before there is one.
 * Thread: any. */
void screen_say(void *screen, const char *line);

/* Puts text in place of the bar that stands, if one does. Not printable text is
 * the caller's business. Thread: main. */
void screen_draw(struct screen *s, const char *text, size_t len);

/* Something of several lines was drawn by another way: it is the bar. */
void screen_note_drawn(struct screen *s);

/* Whether the bar that was drawn last is still to be seen. Thread: main. */
bool screen_shows_bar(struct screen *s);

/* Takes the bar off. Thread: main. */
void screen_clear(struct screen *s);

/* The same where someone else erases it. Returns whether there was one. */
bool screen_forget(struct screen *s);

/* Writes text that ends its line, if it is taken at once. Thread: main. */
void screen_put(const char *text, size_t len);

/* Whether stderr is a terminal that can erase a line. */
bool screen_takes_bar(void);

/* Whether stderr and fd are one terminal. */
bool screen_is_shared_with(int fd);

/* The width of the terminal that fd is, or of COLUMNS; its height, or LINES; 0:
 * not known. */
int screen_columns(int fd);
int screen_rows(int fd);

/* Whether the terminal that fd is moves its cursor as ours do. */
bool screen_is_capable(int fd);

#endif
