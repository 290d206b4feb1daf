/* SPDX-License-Identifier: MIT */
/* render_event.h: what became of a stream, as JSON and in words.
 * Layer cli; uses base, model, net/json_write. */
#ifndef CLI_RENDER_EVENT_H
#define CLI_RENDER_EVENT_H

struct buf;
struct event;

/* Appends {"kind":"event",...} and a newline. symbol may be NULL. */
void render_event(const struct event *e, const char *symbol,
		  const char *provider, struct buf *out);

/* The same for people, without a newline; empty for what is not told. */
void render_event_line(const struct event *e, const char *symbol,
		       struct buf *out);

#endif
