/* SPDX-License-Identifier: MIT */
/* follow_part.h: what the files of --follow share.
 * Layer command; private to follow*.c:
 *
 *	follow_list.c    who is followed, at first and after SIGHUP
 *	follow_record.c  from what the stream tells to records and lines
 *	follow_quotes.c  quotes beside the stream: exchanges and snapshots
 *	follow_overflow.c  what is polled beside the stream
 *	follow.c         the page: opening, the loop, the end */
#ifndef COMMAND_FOLLOW_PART_H
#define COMMAND_FOLLOW_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/sync.h"
#include "command/account.h"
#include "command/command.h"
#include "command/poller.h"
#include "command/quoter.h"
#include "model/symbol.h"
#include "provider/feed.h"
#include "stream/join.h"
#include "stream/outbox.h"
#include "stream/stream.h"

struct outcome;
struct provider;
struct stream_sink;
struct symbol_list;

enum { FOLLOW_ITEMS = 256 }; /* taken at once */

enum leg_quote { LEG_HAS_NONE, LEG_WANTS_QUOTE, LEG_IS_ASKED };

/* A symbol of the stream, by its index there, for good. */
struct leg {
	struct symbol symbol;
	struct feed_address address;
	bool is_wanted; /* it is in the list */
	bool is_followed;
	bool is_refused;
	bool is_unknown; /* a quote says that there is no such symbol */
	enum leg_quote quote;
	struct join join;
};

/* One of the list whose exchange is not known yet. */
struct seeker {
	struct symbol symbol;
	int64_t due_ns; /* to be asked for; CLOCK_NEVER: it is, or has_failed */
	bool has_failed;
};

/* What a round asks for. */
struct asked {
	struct symbol symbol;
	size_t leg; /* SIZE_MAX: a seeker */
};

struct follow {
	const struct command *c;
	const struct provider *provider;
	size_t source; /* its place among the run's */
	struct stream *stream;
	struct stream_sink *sink;
	struct leg *leg; /* count of them, ever */
	size_t count;
	struct seeker *seeker;
	size_t seeker_count;
	struct symbol_list *list; /* since SIGHUP; NULL: the command's */
	int64_t changed_ns;       /* when that was */
	int64_t reload_ns;        /* when it is due; CLOCK_NEVER */
	struct buf key;
	struct outbox_item item[FOLLOW_ITEMS];
	size_t ticks;      /* written, or rendered */
	bool was_followed; /* any symbol, ever */
	size_t refusals;   /* told */
	bool is_held;      /* another session has the place */
	bool is_alone;     /* nobody is left who may be followed */
	struct event done; /* the stream's last word */
	bool has_ended;
	struct stream_counts counts; /* once it has */
	bool is_muted; /* nothing more is shown: the reader takes nothing */
	/* Quotes: */
	struct quoter quoter;
	struct command asking; /* what it is told: only the one source, */
	struct accounts only;
	struct stop asking_stop; /* and its own end */
	bool has_quoter, is_asking;
	struct asked *asked; /* of the round */
	size_t asked_count, asked_legs, snapshots;
	bool is_settled;         /* all registrations are answered */
	int64_t gather_until_ns; /* else a round waits for more until then */
	/* --overflow poll: */
	bool has_poller;
	bool *is_polled; /* by entry of the command's list; owned */
	struct poller poller;
	struct command polling; /* what it is told: its own end */
	struct stop polling_stop;
};

/* ---- follow_list.c ---- */

/* Fills legs and seekers from the list. Errors: USAGE, SYSTEM. */
MUST_CHECK int follow_open_list(struct follow *f, struct err *err);

/* Follows one more, whose exchange is known. Errors: UNSUPPORTED, SYSTEM. */
MUST_CHECK int follow_add(struct follow *f, const struct symbol *symbol,
			  struct err *err);

/* After SIGHUP: opens the output anew, and reads the list again, at most every
 * ten seconds; what is wrong with it is said, and the old one stays. *wake_ns is
 * lowered to when it is due. */
void follow_reload(struct follow *f, int64_t *wake_ns);

void follow_close_list(struct follow *f);

/* How many are in the list, and how many of them are followed. */
size_t follow_count_wanted(const struct follow *f);
size_t follow_count_followed(const struct follow *f);

/* Where it is listed; MARKET_US: that is not known. */
enum market follow_exchange_of(const struct symbol *s);

/* ---- follow_record.c ---- */

/* Takes what the stream has and renders it; 0: there was nothing.
 * Errors: SYSTEM. */
MUST_CHECK int follow_take_items(struct follow *f, struct err *err);

/* Whether --count has come. */
bool follow_is_count_reached(const struct follow *f);

/* What a quote told of a symbol that is not followed for it. */
MUST_CHECK int follow_refuse(struct follow *f, const struct symbol *symbol,
			     const struct outcome *o, const struct err *why,
			     struct err *err);

MUST_CHECK int follow_show_snapshot(struct follow *f, const struct leg *leg,
				    const struct outcome *o, struct err *err);

/* Shows the ticks of the leg that are no longer held. */
MUST_CHECK int follow_show_held(struct follow *f, struct leg *leg,
				struct err *err);

/* Ends the stream where nobody is left who may be followed. */
void follow_end_if_alone(struct follow *f);

/* How many of a round have their snapshot. */
void follow_tell_snapshots(struct follow *f);

/* ---- follow_overflow.c ---- */

/* With --overflow poll: says who is polled, and opens the poller. Errors: USAGE,
 * SYSTEM. */
MUST_CHECK int follow_open_poller(struct follow *f, struct err *err);
void follow_close_poller(struct follow *f);

/* Whether an entry of the command's list is polled. */
bool follow_polls(const struct follow *f, uint32_t entry);

/* The session has no room for the leg: it is polled from now on. False: there is
 * no poller. */
bool follow_take_over(struct follow *f, struct leg *leg);

/* ---- follow_quotes.c ---- */

MUST_CHECK int follow_open_quoter(struct follow *f, struct err *err);
void follow_close_quoter(struct follow *f);

/* The leg's trades begin to come: they are held for a snapshot. */
MUST_CHECK int follow_expect_quote(struct follow *f, struct leg *leg,
				   struct err *err);

/* Asks for what is due, takes what has come; *wake_ns is lowered to when there
 * may be more to do. Errors: OUTPUT, SYSTEM. */
MUST_CHECK int follow_ask(struct follow *f, int64_t *wake_ns, struct err *err);

/* Shows what is still held: it is the end. */
MUST_CHECK int follow_show_all_held(struct follow *f, struct err *err);

#endif
