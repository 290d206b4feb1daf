/* SPDX-License-Identifier: MIT */
/* Who is followed: from the list to legs, in the stream's order, and to seekers,
 * whose exchange a quote must tell first. A leg keeps its place when it goes from
 * the list, for it may come back. */
#include "command/follow_part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/complaints.h"
#include "cli/options.h"
#include "cli/stream_sink.h"
#include "cli/symbol_list.h"
#include "provider/provider.h"
#include "share/exchange_book.h"
#include "stream/stream.h"

/* Between changes of the registrations: the broker blocks who loops. */
#define CHANGE_NS (10 * NS_PER_SEC)

/* ---- what a list says ---- */

struct wish_list {
	struct wanted {
		struct symbol symbol;
		struct feed_address address; /* key "": not known yet */
	} * item;
	size_t count;
};

enum market follow_exchange_of(const struct symbol *s)
{
	return s->exchange ? s->exchange : s->market;
}

static bool is_same_address(const struct feed_address *a,
			    const struct feed_address *b)
{
	return strcmp(a->key, b->key) == 0 &&
	       strcmp(a->channel, b->channel) == 0;
}

static int find_address(const struct follow *f, const struct symbol *s,
			struct feed_address *out, struct err *err)
{
	if (f->provider->feed->find_address(f->c->accounts->account[f->source],
					    s, f->c->options->venue, out,
					    err) < 0)
		return err_wrap(err, "%s", s->code);
	return 0;
}

/* A US symbol's exchange is known from an earlier run, or a quote will tell. */
static int read_wanted(const struct follow *f, const struct symbol *symbol,
		       struct wanted *out, struct err *err)
{
	struct symbol s = *symbol;
	bool is_known = true;

	if (provider_batch_max(f->c->accounts->account[f->source], s.market) ==
	    0)
		return err_set(err, ERR_USAGE, "%s: %s has no stream of it",
			       s.code, f->provider->name);
	if (s.market == MARKET_US) {
		enum market found = exchange_book_find(f->quoter.book, s.code);

		is_known = found != MARKET_NONE;
		/* On any of them, to see whether there is a stream at all. */
		s.exchange = (uint8_t)(is_known ? found : MARKET_NAS);
	}
	if (find_address(f, &s, &out->address, err) < 0)
		return -1;
	if (!is_known) {
		s.exchange = MARKET_NONE;
		out->address.key[0] = '\0';
	}
	out->symbol = s;
	return 0;
}

/* The same trades under another name: "AAPL" and "AAPL.NAS". */
static bool is_repeated(const struct wish_list *w, const struct wanted *item)
{
	for (size_t i = 0; i < w->count; i++)
		if (item->address.key[0] &&
		    is_same_address(&w->item[i].address, &item->address))
			return true;
	return false;
}

static bool is_to_follow(const struct follow *f, const struct symbol_list *list,
			 uint32_t i)
{
	return symbol_list_is_first(list, i) && !follow_polls(f, i);
}

static size_t count_different(const struct follow *f,
			      const struct symbol_list *list)
{
	size_t count = 0;

	for (uint32_t i = 0; i < symbol_list_count(list); i++)
		count += is_to_follow(f, list, i);
	return count;
}

static int read_wishes(const struct follow *f, const struct symbol_list *list,
		       struct wish_list *w, struct err *err)
{
	size_t limit = f->provider->feed->limit_guess;
	size_t different = count_different(f, list);

	*w = (struct wish_list){ .count = 0 };
	if (different == 0)
		return err_set(err, ERR_USAGE,
			       "no symbol that has a stream: "
			       "write --every SEC");
	if (different > limit)
		return err_set(
			err, ERR_USAGE,
			"%zu symbols, one session follows %zu: name fewer, "
			"add '--overflow poll', or '--every 5' for all of them",
			different, limit);
	w->item = calloc(different, sizeof *w->item);
	if (!w->item)
		return err_no_memory(err);
	for (uint32_t i = 0; i < symbol_list_count(list); i++) {
		struct wanted *item = &w->item[w->count];

		if (!is_to_follow(f, list, i))
			continue;
		if (read_wanted(f, symbol_list_at(list, i), item, err) < 0)
			return -1;
		w->count += !is_repeated(w, item);
	}
	return 0;
}

/* ---- legs and seekers ---- */

static struct leg *find_leg(const struct follow *f,
			    const struct feed_address *address)
{
	for (size_t i = 0; i < f->count; i++)
		if (is_same_address(&f->leg[i].address, address))
			return &f->leg[i];
	return NULL;
}

static int append_leg(struct follow *f, const struct symbol *symbol,
		      const struct feed_address *address, struct err *err)
{
	void *grown = realloc(f->leg, (f->count + 1) * sizeof *f->leg);

	if (!grown)
		return err_no_memory(err);
	f->leg = grown;
	f->leg[f->count] = (struct leg){ .symbol = *symbol,
					 .address = *address,
					 .is_wanted = true };
	if (f->stream && stream_add(f->stream, address, f->count, err) < 0)
		return -1;
	f->count++;
	return 0;
}

static int append_seeker(struct follow *f, const struct symbol *symbol,
			 struct err *err)
{
	void *grown =
		realloc(f->seeker, (f->seeker_count + 1) * sizeof *f->seeker);

	if (!grown)
		return err_no_memory(err);
	f->seeker = grown;
	f->seeker[f->seeker_count++] =
		(struct seeker){ .symbol = *symbol, .due_ns = 0 };
	return 0;
}

/* The leg is in the list, under this name. */
static int want_leg(struct follow *f, struct leg *leg,
		    const struct symbol *symbol, struct err *err)
{
	leg->symbol = *symbol;
	if (leg->is_wanted)
		return 0;
	leg->is_wanted = true;
	leg->is_refused = leg->is_unknown = false;
	return stream_want(f->stream, (size_t)(leg - f->leg), true, err);
}

int follow_add(struct follow *f, const struct symbol *symbol, struct err *err)
{
	struct feed_address address;
	struct leg *leg;

	if (find_address(f, symbol, &address, err) < 0)
		return -1;
	leg = find_leg(f, &address);
	return leg ? want_leg(f, leg, symbol, err)
		   : append_leg(f, symbol, &address, err);
}

int follow_open_list(struct follow *f, struct err *err)
{
	struct wish_list w;
	int rc = read_wishes(f, f->c->list, &w, err);

	f->reload_ns = CLOCK_NEVER;
	f->changed_ns = -CHANGE_NS;
	for (size_t i = 0; rc == 0 && i < w.count; i++)
		rc = w.item[i].address.key[0]
			     ? append_leg(f, &w.item[i].symbol,
					  &w.item[i].address, err)
			     : append_seeker(f, &w.item[i].symbol, err);
	free(w.item);
	return rc;
}

size_t follow_count_wanted(const struct follow *f)
{
	size_t count = f->seeker_count;

	for (size_t i = 0; i < f->count; i++)
		count += f->leg[i].is_wanted;
	return count;
}

size_t follow_count_followed(const struct follow *f)
{
	size_t count = 0;

	for (size_t i = 0; i < f->count; i++)
		count += f->leg[i].is_wanted && f->leg[i].is_followed;
	return count;
}

void follow_close_list(struct follow *f)
{
	for (size_t i = 0; i < f->count; i++)
		join_release(&f->leg[i].join);
	free(f->leg);
	free(f->seeker);
	symbol_list_free(f->list);
}

/* ---- a change of the list ---- */

static const struct wanted *find_wish(const struct wish_list *w,
				      const struct leg *leg)
{
	for (size_t i = 0; i < w->count; i++)
		if (is_same_address(&w->item[i].address, &leg->address))
			return &w->item[i];
	return NULL;
}

/* What leaves goes before what comes: between them the session is never full. */
static int drop_legs(struct follow *f, const struct wish_list *w, size_t *went,
		     struct err *err)
{
	for (size_t i = 0; i < f->count; i++) {
		struct leg *leg = &f->leg[i];

		if (!leg->is_wanted || find_wish(w, leg))
			continue;
		leg->is_wanted = leg->is_followed = false;
		leg->quote = LEG_HAS_NONE;
		join_give_up(&leg->join);
		++*went;
		if (follow_show_held(f, leg, err) < 0 ||
		    stream_want(f->stream, i, false, err) < 0)
			return -1;
		/* Lists may change for days. */
		join_release(&leg->join);
	}
	return 0;
}

/* Who was sought in vain is sought again. */
static int renew_seekers(struct follow *f, const struct wish_list *w,
			 struct err *err)
{
	f->seeker_count = 0;
	for (size_t i = 0; i < w->count; i++)
		if (!w->item[i].address.key[0] &&
		    append_seeker(f, &w->item[i].symbol, err) < 0)
			return -1;
	return 0;
}

static int change_list(struct follow *f, const struct wish_list *w,
		       struct err *err)
{
	size_t went = 0, came = 0;
	char line[120];

	if (drop_legs(f, w, &went, err) < 0 || renew_seekers(f, w, err) < 0)
		return -1;
	for (size_t i = 0; i < w->count; i++) {
		const struct wanted *item = &w->item[i];
		struct leg *leg = find_leg(f, &item->address);

		came += !leg || !leg->is_wanted;
		if (item->address.key[0] &&
		    follow_add(f, &item->symbol, err) < 0)
			return -1;
	}
	if (went || came)
		f->changed_ns = clock_monotonic_ns();
	snprintf(line, sizeof line,
		 "the list was read again: %zu came, %zu went", came, went);
	if (!f->c->options->is_quiet)
		stream_sink_say_above(f->sink, line);
	return 0;
}

/* A leg's place is its own for good, and there is an end of them. */
static int check_places(const struct follow *f, const struct wish_list *w,
			struct err *err)
{
	size_t count = f->count;

	for (size_t i = 0; i < w->count; i++)
		count += !find_leg(f, &w->item[i].address);
	if (count > OUTBOX_SYMBOLS_MAX)
		return err_set(err, ERR_LIMIT,
			       "one run follows %d symbols after each other: "
			       "start another",
			       OUTBOX_SYMBOLS_MAX);
	return 0;
}

static int read_again(struct follow *f, struct symbol_list *list,
		      struct err *err)
{
	const struct command *c = f->c;
	struct wish_list w = { .count = 0 };
	int rc = c->read_list(c->list_arg, list, f->list ? f->list : c->list,
			      err);

	if (rc == 0)
		rc = read_wishes(f, list, &w, err);
	if (rc == 0)
		rc = check_places(f, &w, err);
	if (rc < 0) {
		const struct complaints *bad = symbol_list_complaints(list);

		for (size_t i = 0; i < complaints_told(bad); i++)
			stream_sink_say_above(f->sink, bad->line[i]);
	} else {
		rc = change_list(f, &w, err);
	}
	free(w.item);
	return rc;
}

static void take_list(struct follow *f)
{
	struct err err;
	struct symbol_list *list;

	if (f->has_poller) {
		stream_sink_say_above(f->sink, "with --overflow poll the list "
					       "is not read again");
		return;
	}
	list = symbol_list_new(&err);
	if (list && read_again(f, list, &err) == 0) {
		symbol_list_free(f->list);
		f->list = list;
		return;
	}
	symbol_list_free(list);
	err_wrap(&err, "the list stays as it was");
	stream_sink_say_above(f->sink, err.msg);
}

void follow_reload(struct follow *f, int64_t *wake_ns)
{
	int64_t now_ns = clock_monotonic_ns();
	struct err err;

	if (stop_take(f->c->hangup)) {
		if (stream_sink_reopen(f->sink, &err) < 0)
			stream_sink_say_above(f->sink, err.msg);
		if (f->reload_ns == CLOCK_NEVER)
			f->reload_ns = f->changed_ns + CHANGE_NS;
	}
	if (f->reload_ns <= now_ns) {
		f->reload_ns = CLOCK_NEVER;
		take_list(f);
	}
	*wake_ns = earlier(*wake_ns, f->reload_ns);
}
