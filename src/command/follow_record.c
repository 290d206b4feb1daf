/* SPDX-License-Identifier: MIT */
/* From what the stream tells to records, and to lines for people. */
#include "command/follow_part.h"

#include <stdio.h>

#include "base/clock.h"
#include "cli/options.h"
#include "cli/stream_sink.h"
#include "model/market.h"
#include "model/quote.h"
#include "model/record.h"
#include "provider/provider.h"
#include "stream/stream.h"

/* What all records of a symbol have. */
static struct record record_of(const struct follow *f, const struct symbol *s,
			       enum record_kind kind)
{
	enum venue venue = f->c->options->venue;

	return (struct record){ .kind = kind,
				.symbol = s->code,
				.input = s->code,
				.market = s->market,
				.venue = venue,
				.exchange = market_exchange_name(
					follow_exchange_of(s), venue),
				.provider = f->provider->name };
}

static int put_refusal(struct follow *f, const struct symbol *s,
		       const struct event *e, struct err *err)
{
	struct record record = record_of(f, s, RECORD_REFUSED);

	f->refusals++;
	record.refusal = e;
	return stream_sink_take(f->sink, &record, err);
}

int follow_refuse(struct follow *f, const struct symbol *symbol,
		  const struct outcome *o, const struct err *why,
		  struct err *err)
{
	struct event e = { .type = EVENT_REFUSED,
			   .kind = why->kind,
			   .symbol = EVENT_NO_SYMBOL,
			   .at_ms = clock_real_ms() };

	snprintf(e.rt_cd, sizeof e.rt_cd, "%s", o->rt_cd ? o->rt_cd : "");
	snprintf(e.msg_cd, sizeof e.msg_cd, "%s", o->msg_cd ? o->msg_cd : "");
	snprintf(e.text, sizeof e.text, "%s", why->msg);
	if (put_refusal(f, symbol, &e, err) < 0)
		return -1;
	stream_sink_tell(f->sink, &e, symbol->code, f->provider->name);
	follow_end_if_alone(f);
	return 0;
}

void follow_end_if_alone(struct follow *f)
{
	if (f->has_poller)
		return;
	for (size_t i = 0; i < f->seeker_count; i++)
		if (!f->seeker[i].has_failed)
			return;
	for (size_t i = 0; i < f->count; i++)
		if (f->leg[i].is_wanted && !f->leg[i].is_refused)
			return;
	f->is_alone = true;
	stream_stop(f->stream);
}

void follow_tell_snapshots(struct follow *f)
{
	struct event e = { .type = EVENT_SNAPSHOT,
			   .symbol = EVENT_NO_SYMBOL,
			   .at_ms = clock_real_ms(),
			   .count = (int64_t)f->snapshots,
			   .total = (int64_t)f->asked_legs };

	stream_sink_tell(f->sink, &e, NULL, f->provider->name);
}

/* By the broker's word, or by a trade that came before it. */
static int take_followed(struct follow *f, struct leg *leg, struct err *err)
{
	if (leg->is_followed)
		return 0;
	leg->is_followed = f->was_followed = true;
	leg->is_refused = f->is_held = false;
	return follow_expect_quote(f, leg, err);
}

/* The line is gone, and what was asked for with it. */
static void lose_all(struct follow *f)
{
	for (size_t i = 0; i < f->count; i++) {
		f->leg[i].is_followed = false;
		f->leg[i].quote = LEG_HAS_NONE;
	}
	f->is_settled = false;
}

static int take_event(struct follow *f, const struct event *e, struct err *err)
{
	bool has_symbol = e->symbol < f->count;
	const char *symbol = has_symbol ? f->leg[e->symbol].symbol.code : NULL;

	switch (e->type) {
	case EVENT_FOLLOWED:
		if (take_followed(f, &f->leg[e->symbol], err) < 0)
			return -1;
		break;
	case EVENT_CONNECTED:
		lose_all(f);
		break;
	case EVENT_SUBSCRIBED:
		f->is_settled = true;
		follow_end_if_alone(f);
		break;
	case EVENT_REFUSED:
		f->leg[e->symbol].is_followed = false;
		f->leg[e->symbol].is_refused = true;
		if (e->kind == ERR_LIMIT &&
		    follow_take_over(f, &f->leg[e->symbol]))
			break;
		if (put_refusal(f, &f->leg[e->symbol].symbol, e, err) < 0)
			return -1;
		break;
	case EVENT_RECONNECTING:
	case EVENT_HELD:
		f->is_held = e->type == EVENT_HELD;
		lose_all(f);
		break;
	case EVENT_DONE:
		f->done = *e;
		break;
	default:
		break;
	}
	stream_sink_tell(f->sink, e, symbol, f->provider->name);
	return 0;
}

bool follow_is_count_reached(const struct follow *f)
{
	int count = f->c->options->count;

	return count > 0 && f->ticks + f->poller.records >= (size_t)count;
}

static int put_tick(struct follow *f, const struct tick *t, struct err *err)
{
	struct record record =
		record_of(f, &f->leg[t->symbol].symbol, RECORD_TICK);

	/* Whose trades come is followed: the answer may stand behind them. */
	f->leg[t->symbol].is_followed = f->was_followed = true;
	record.tick = t;
	f->ticks++;
	return stream_sink_take(f->sink, &record, err);
}

int follow_show_held(struct follow *f, struct leg *leg, struct err *err)
{
	struct tick t;

	while (!follow_is_count_reached(f) && join_next(&leg->join, &t))
		if (put_tick(f, &t, err) < 0)
			return -1;
	return 0;
}

static int take_tick(struct follow *f, struct tick *t, struct err *err)
{
	struct leg *leg = &f->leg[t->symbol];

	/* On its way when it was given up. */
	if (!leg->is_wanted || leg->is_unknown)
		return 0;
	if (take_followed(f, leg, err) < 0)
		return -1;
	return join_take_tick(&leg->join, t) ? put_tick(f, t, err)
					     : follow_show_held(f, leg, err);
}

int follow_show_snapshot(struct follow *f, const struct leg *leg,
			 const struct outcome *o, struct err *err)
{
	struct record record = record_of(f, &leg->symbol, RECORD_SNAPSHOT);

	record.outcome = o;
	return stream_sink_take(f->sink, &record, err);
}

/* All that still matters of what is not shown. */
static void note_end(struct follow *f, const struct outbox_item *item)
{
	if (item->kind == OUTBOX_EVENT && item->as.event.type == EVENT_DONE)
		f->done = item->as.event;
}

int follow_take_items(struct follow *f, struct err *err)
{
	size_t n = outbox_take(stream_outbox(f->stream), f->item, FOLLOW_ITEMS,
			       &f->has_ended);

	for (size_t i = 0; i < n && !follow_is_count_reached(f); i++) {
		int rc = 0;

		if (f->is_muted)
			note_end(f, &f->item[i]);
		else if (f->item[i].kind == OUTBOX_EVENT)
			rc = take_event(f, &f->item[i].as.event, err);
		else
			rc = take_tick(f, &f->item[i].as.tick, err);

		if (rc < 0)
			return -1;
	}
	return n > 0;
}
