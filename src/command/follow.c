/* SPDX-License-Identifier: MIT */
/* Follows trades: the stream's thread receives, this one writes.
 *
 *	outbox -> record -> stdout, until a signal, --count, --timeout, --until,
 *	the reader's leaving, or the stream's own end */
#include "command/command.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/sync.h"
#include "cli/base_url.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/render_tick.h"
#include "cli/symbol_list.h"
#include "command/account.h"
#include "command/exit_status.h"
#include "model/market.h"
#include "net/ws_handshake.h"
#include "provider/feed.h"
#include "share/exchange_book.h"
#include "stream/outbox.h"
#include "stream/stream.h"

enum { ITEMS = 256, TEXT_MAX_BYTES = 4 * 1024 * 1024, KEY_MAX_BYTES = 4096 };

/* For what is left when it ends, with a reader that may be stuck. */
#define LAST_WRITE_NS (NS_PER_SEC / 2)

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
	struct output *output;
	struct leg *leg;
	struct feed_address *address;
	size_t count;
	struct buf text, key;
	struct outbox_item item[ITEMS];
	size_t ticks;      /* written, or in text */
	bool was_followed; /* any symbol, ever */
	bool has_refusals;
	bool is_held; /* another session has the place */
	int64_t deadline_ns;
	struct event done; /* the stream's last word */
	bool has_ended;
};

/* ---- who is followed ---- */

static enum market exchange_of(const struct symbol *s)
{
	return s->exchange ? (enum market)s->exchange : (enum market)s->market;
}

/* A US symbol's exchange is known from an earlier run, or by its suffix. */
static int find_exchange(struct symbol *s, const struct exchange_book *book,
			 struct err *err)
{
	if (s->market != MARKET_US)
		return 0;
	s->exchange = (uint8_t)exchange_book_find(book, s->code);
	if (s->exchange != MARKET_NONE)
		return 0;
	return err_set(err, ERR_USAGE,
		       "%s: its exchange is not known yet: fetch it once, or "
		       "write %s.NAS, .NYS or .AMS",
		       s->code, s->code);
}

static int add_leg(struct follow *f, const struct symbol *symbol,
		   const struct exchange_book *book, struct err *err)
{
	struct leg *leg = &f->leg[f->count];
	const struct feed *feed = f->provider->feed;

	leg->symbol = *symbol;
	if (provider_batch_max(f->c->accounts->account[f->source],
			       (enum market)symbol->market) == 0)
		return err_set(err, ERR_USAGE, "%s: %s has no stream of it",
			       symbol->code, f->provider->name);
	if (find_exchange(&leg->symbol, book, err) < 0)
		return -1;
	if (feed->find_address(f->c->accounts->account[f->source], &leg->symbol,
			       (enum venue)f->c->options->venue,
			       &f->address[f->count], err) < 0)
		return err_wrap(err, "%s", symbol->code);
	f->count++;
	return 0;
}

static int count_different(const struct symbol_list *list, size_t *count)
{
	uint32_t n = symbol_list_count(list);

	*count = 0;
	for (uint32_t i = 0; i < n; i++)
		*count += symbol_list_at(list, i) &&
			  symbol_list_is_first(list, i);
	return *count > 0 ? 0 : -1;
}

static int add_legs(struct follow *f, struct err *err)
{
	const struct symbol_list *list = f->c->list;
	size_t limit = f->provider->feed->limit_guess, wanted;
	struct exchange_book *book;
	int rc = 0;

	if (count_different(list, &wanted) < 0)
		return err_set(err, ERR_USAGE, "no symbol to follow");
	if (wanted > limit)
		return err_set(
			err, ERR_USAGE,
			"%zu symbols, one session follows %zu: name fewer",
			wanted, limit);
	f->leg = calloc(wanted, sizeof *f->leg);
	f->address = calloc(wanted, sizeof *f->address);
	if (!f->leg || !f->address)
		return err_no_memory(err);
	book = exchange_book_new(err);
	if (!book)
		return -1;
	if (f->c->state_dirfd >= 0)
		rc = exchange_book_load(book, f->c->state_dirfd, err);
	for (uint32_t i = 0; rc == 0 && i < symbol_list_count(list); i++)
		if (symbol_list_at(list, i) && symbol_list_is_first(list, i))
			rc = add_leg(f, symbol_list_at(list, i), book, err);
	exchange_book_free(book);
	return rc;
}

/* ---- opening ---- */

/* ws:// carries the key in clear: to this machine, and to the one host that the
 * account is streamed from. */
static int check_url(const char *url, const char *account_url, struct err *err)
{
	char base[WS_HOST_BYTES + 16];
	struct ws_url parts;
	size_t len;

	if (ws_handshake_read_url(url, &parts, err) < 0)
		return -1;
	if (!parts.is_plain || strcmp(url, account_url) == 0)
		return 0;
	snprintf(base, sizeof base, "http://%s", parts.host);
	if (base_url_check(base, &len, NULL) == 0)
		return 0;
	return err_set(err, ERR_USAGE,
		       "--stream-url: ws:// would send the key in clear: "
		       "use wss://, or a host of this machine");
}

static int open_stream(struct follow *f, struct err *err)
{
	const struct command *c = f->c;
	struct upstream_config u = accounts_upstream(c, f->source);
	const char *url = c->options->stream_url;
	struct stream_config config = {
		.feed = f->provider->feed,
		.account = u.account,
		.login = u.login,
		.base_url = u.base_url,
		.url = url ? url : u.account->stream_url,
		.ca_file = u.ca_file,
		.user_agent = u.user_agent,
		.state_dirfd = c->state_dirfd,
		.has_stray_resolver = c->has_stray_resolver,
		.try_timeout_ns = u.try_timeout_ns,
		.stale_ns =
			(int64_t)(c->options->stale_sec * (double)NS_PER_SEC),
		.waits_for_reader = c->options->slow == SLOW_WAIT,
		.address = f->address,
		.count = f->count
	};

	if (check_url(config.url, u.account->stream_url, err) < 0)
		return -1;
	buf_printf(&f->key, "%s %s %s %s", f->provider->name, u.account->name,
		   u.base_url, u.login.key);
	if (buf_check(&f->key, ERR_USAGE, err) < 0)
		return -1;
	config.key = buf_text(&f->key);
	if (c->options->is_verbose && strncmp(config.url, "ws://", 5) == 0)
		c->say(NULL, "the stream is not encrypted: the broker has no "
			     "other");
	f->stream = stream_new(&config, err);
	return f->stream ? 0 : -1;
}

/* The source that streams: the first of the run's that can. */
static int find_source(struct follow *f, struct err *err)
{
	const struct accounts *a = f->c->accounts;

	for (f->source = 0; f->source < a->count; f->source++)
		if (a->provider[f->source]->feed) {
			f->provider = a->provider[f->source];
			return 0;
		}
	return err_set(err, ERR_USAGE,
		       "--follow needs a source that has a stream: kis");
}

static int open_all(struct follow *f, struct err *err)
{
	if (find_source(f, err) < 0)
		return -1;
	f->output = output_open(NULL, f->c->stdout_is_closed, err);
	return !f->output || add_legs(f, err) < 0 ? -1 : open_stream(f, err);
}

/* ---- records ---- */

static struct tick_owner owner_of(const struct follow *f, uint32_t index)
{
	const struct symbol *s = &f->leg[index].symbol;
	const char *exchange = market_exchange_name(exchange_of(s));

	if (s->market == MARKET_KR && f->c->options->venue != VENUE_KRX)
		exchange = f->c->options->venue == VENUE_NXT ? "NXT" : NULL;
	return (struct tick_owner){ .symbol = s->code,
				    .market = (enum market)s->market,
				    .exchange = exchange,
				    .provider = f->provider->name };
}

/* What -q still says: who is not followed, and why nobody is. */
static bool is_told_quietly(enum event_type type)
{
	return type == EVENT_REFUSED || type == EVENT_HELD ||
	       type == EVENT_BLOCKED;
}

static void say_event(const struct follow *f, const struct event *e,
		      const char *symbol)
{
	const struct options *o = f->c->options;
	struct buf line;

	if (o->events != EVENTS_STDERR ||
	    (o->is_quiet && !is_told_quietly(e->type)))
		return;
	buf_init(&line, 1024);
	render_event_line(e, symbol, &line);
	if (line.len > 0)
		f->c->say(NULL, buf_text(&line));
	buf_release(&line);
}

static void take_event(struct follow *f, const struct event *e)
{
	bool has_symbol = e->symbol < f->count;
	const char *symbol = has_symbol ? f->leg[e->symbol].symbol.code : NULL;
	size_t i;

	switch (e->type) {
	case EVENT_FOLLOWED:
		f->leg[e->symbol].is_followed = f->was_followed = true;
		f->is_held = false;
		return;
	case EVENT_REFUSED: {
		struct tick_owner owner = owner_of(f, e->symbol);

		f->leg[e->symbol].is_followed = false;
		f->has_refusals = true;
		render_refused(e, &owner, &f->text);
		break;
	}
	case EVENT_RECONNECTING:
	case EVENT_HELD:
		f->is_held = e->type == EVENT_HELD;
		for (i = 0; i < f->count; i++)
			f->leg[i].is_followed = false;
		break;
	case EVENT_DONE:
		f->done = *e;
		break;
	default:
		break;
	}
	if (f->c->options->events == EVENTS_OUT && e->type != EVENT_REFUSED)
		render_event(e, symbol, f->provider->name, &f->text);
	say_event(f, e, symbol);
}

static bool is_count_reached(const struct follow *f)
{
	int count = f->c->options->count;

	return count > 0 && f->ticks >= (size_t)count;
}

/* Takes what there is and renders it; false: there was nothing. */
static bool take_items(struct follow *f)
{
	size_t n = outbox_take(stream_outbox(f->stream), f->item, ITEMS,
			       &f->has_ended);

	for (size_t i = 0; i < n && !is_count_reached(f); i++) {
		const struct tick *t = &f->item[i].as.tick;
		struct tick_owner owner;

		if (f->item[i].kind == OUTBOX_EVENT) {
			take_event(f, &f->item[i].as.event);
			continue;
		}
		owner = owner_of(f, t->symbol);
		render_tick(t, &owner, f->c->options->wants_detail, &f->text);
		f->ticks++;
	}
	return n > 0;
}

/* ---- the loop ---- */

/* Waits for records, the end of time, a stop, or the reader's leaving. */
static int wait_for_more(struct follow *f, struct err *err)
{
	struct pollfd p[3] = { { .fd = outbox_fd(stream_outbox(f->stream)),
				 .events = POLLIN },
			       { .fd = f->c->stop->fd[0], .events = POLLIN },
			       { .fd = output_fd(f->output), .events = 0 } };

	if (poll(p, 3, clock_poll_ms(clock_monotonic_ns(), f->deadline_ns)) >
		    0 &&
	    (p[2].revents & (POLLERR | POLLNVAL))) {
		err_set(err, ERR_OUTPUT, "the reader has left");
		err->code = EPIPE;
		return -1;
	}
	return 0;
}

static int pump(struct follow *f, struct err *err)
{
	while (!f->has_ended && !is_count_reached(f) &&
	       !stop_reason(f->c->stop) &&
	       clock_monotonic_ns() < f->deadline_ns) {
		bool has_any = take_items(f);

		if (buf_check(&f->text, ERR_SYSTEM, err) < 0)
			return -1;
		if (f->text.len > 0 &&
		    output_write(f->output, &f->text, f->c->stop,
				 f->deadline_ns, err) < 0)
			return -1;
		if (!has_any && wait_for_more(f, err) < 0)
			return -1;
	}
	return 0;
}

/* Ends the stream, and writes what it still had, as far as the reader takes it
 * at once. */
static int finish(struct follow *f, struct err *err)
{
	struct pollfd p = { .fd = outbox_fd(stream_outbox(f->stream)),
			    .events = POLLIN };
	struct stream_counts counts;

	stream_stop(f->stream);
	while (!f->has_ended)
		if (!take_items(f) && !f->has_ended)
			poll(&p, 1, -1);
	stream_join(f->stream, &counts);
	if (f->text.len == 0)
		return 0;
	return output_write(f->output, &f->text, NULL,
			    clock_monotonic_ns() + LAST_WRITE_NS, err);
}

/* ---- the end ---- */

static int status_of(const struct follow *f)
{
	size_t followed = 0;

	if (stop_reason(f->c->stop) > 0)
		return STATUS_SIGNAL + stop_reason(f->c->stop);
	if (f->done.text[0])
		return f->done.kind == ERR_AUTH ? STATUS_AUTH : STATUS_NONE;
	for (size_t i = 0; i < f->count; i++)
		followed += f->leg[i].is_followed;
	if (!f->was_followed)
		return f->has_refusals || f->is_held ? STATUS_NONE
						     : STATUS_DEADLINE;
	if (f->c->options->count > 0 && !is_count_reached(f))
		return STATUS_DEADLINE;
	return followed == f->count ? STATUS_ALL : STATUS_SOME;
}

static int follow(struct follow *f)
{
	struct err err, late;
	int rc = pump(f, &err), status;

	/* What is said first is the reason. */
	if (finish(f, rc < 0 ? &late : &err) < 0)
		rc = -1;
	status = status_of(f);
	if (rc < 0 && err.kind == ERR_OUTPUT && status < STATUS_SIGNAL) {
		if (err.code == EPIPE)
			return STATUS_PIPE;
		if (err.code != ETIMEDOUT) {
			f->c->say(NULL, err.msg);
			return STATUS_OUTPUT;
		}
	}
	if (f->done.text[0])
		f->c->say(NULL, f->done.text);
	return status;
}

/* The nearest instant with that time of the day in Korea. */
static int64_t until_ns(const char *text)
{
	int64_t day_ms = INT64_C(86400) * 1000, kst_ms = INT64_C(9) * 3600000;
	int64_t now_ms = clock_real_ms() + kst_ms;
	int64_t at_ms = ((text[0] - '0') * 10 + text[1] - '0') * 3600000 +
			((text[3] - '0') * 10 + text[4] - '0') * 60000;

	return clock_monotonic_ns() + (at_ms - now_ms % day_ms) * NS_PER_MS;
}

int command_follow(const struct command *c)
{
	struct follow *f = calloc(1, sizeof *f);
	struct err err;
	int status;

	if (!f) {
		err_no_memory(&err);
		return exit_status_fail(&err, 0, c->say);
	}
	f->c = c;
	f->deadline_ns = c->deadline_ns;
	buf_init(&f->text, TEXT_MAX_BYTES);
	buf_init(&f->key, KEY_MAX_BYTES);
	if (c->options->until) {
		int64_t at = until_ns(c->options->until);

		if (at < f->deadline_ns)
			f->deadline_ns = at;
	}
	if (c->options->until && f->deadline_ns <= clock_monotonic_ns()) {
		err_set(&err, ERR_USAGE, "--until %s is over in Korea",
			c->options->until);
		status = exit_status_fail(&err, 0, c->say);
	} else if (open_all(f, &err) < 0) {
		status = exit_status_fail(&err, stop_reason(c->stop), c->say);
	} else {
		status = follow(f);
	}
	stream_free(f->stream);
	output_abandon(f->output);
	buf_release(&f->text);
	buf_release(&f->key);
	free(f->leg);
	free(f->address);
	free(f);
	return status;
}
