/* SPDX-License-Identifier: MIT */
/* render_tick.h: a stream's records: trades and what became of the stream, one
 * JSON object a line; and its events as lines for people.
 * Layer cli; uses base, model, net/json_write. */
#ifndef CLI_RENDER_TICK_H
#define CLI_RENDER_TICK_H

#include <stdbool.h>

#include "model/symbol.h"

struct buf;
struct event;
struct tick;

/* Whose record it is. */
struct tick_owner {
	const char *symbol;
	enum market market;
	const char *exchange; /* NULL: not known */
	const char *provider;
};

/* Appends {"kind":"tick",...} and a newline. */
void render_tick(const struct tick *t, const struct tick_owner *owner,
		 bool wants_detail, struct buf *out);

/* Appends {"kind":"refused",...} and a newline. */
void render_refused(const struct event *e, const struct tick_owner *owner,
		    struct buf *out);

/* Appends {"kind":"event",...} and a newline. symbol may be NULL. */
void render_event(const struct event *e, const char *symbol,
		  const char *provider, struct buf *out);

/* The same for people, without a newline; empty for what is not told. */
void render_event_line(const struct event *e, const char *symbol,
		       struct buf *out);

#endif
