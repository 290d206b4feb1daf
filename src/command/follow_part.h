/* SPDX-License-Identifier: MIT */
/* follow_part.h: what the files of --follow share.
 * Layer command; private to follow*.c:
 *
 *	follow_list.c    who is followed
 *	follow_record.c  from what the stream tells to records and lines
 *	follow.c         the page: opening, the loop, the end */
#ifndef COMMAND_FOLLOW_PART_H
#define COMMAND_FOLLOW_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/symbol.h"
#include "provider/feed.h"
#include "stream/outbox.h"

struct command;
struct provider;
struct stream;
struct stream_sink;

enum { FOLLOW_ITEMS = 256 }; /* taken at once */

/* A symbol of the stream, by its index there. */
struct leg {
	struct symbol symbol;
	bool is_followed;
};

struct follow {
	const struct command *c;
	const struct provider *provider;
	size_t source; /* its place among the run's */
	struct stream *stream;
	struct stream_sink *sink;
	struct leg *leg;
	struct feed_address *address;
	size_t count;
	struct buf key;
	struct outbox_item item[FOLLOW_ITEMS];
	size_t ticks;      /* written, or rendered */
	bool was_followed; /* any symbol, ever */
	bool has_refusals;
	bool is_held; /* another session has the place */
	int64_t deadline_ns;
	struct event done; /* the stream's last word */
	bool has_ended;
};

/* ---- follow_list.c ---- */

/* Fills legs and addresses. Errors: USAGE, SYSTEM. */
MUST_CHECK int follow_add_legs(struct follow *f, struct err *err);

/* Where it is listed; MARKET_US: that is not known. */
enum market follow_exchange_of(const struct symbol *s);

/* ---- follow_record.c ---- */

/* Takes what the stream has and renders it; 0: there was nothing.
 * Errors: SYSTEM. */
MUST_CHECK int follow_take_items(struct follow *f, struct err *err);

/* Whether --count has come. */
bool follow_is_count_reached(const struct follow *f);

#endif
