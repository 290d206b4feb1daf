/* SPDX-License-Identifier: MIT */
/* From what the stream tells to records, and to lines for people. */
#include "command/follow_part.h"

#include "cli/options.h"
#include "cli/render_tick.h"
#include "command/command.h"
#include "model/market.h"
#include "provider/provider.h"
#include "stream/stream.h"

static struct tick_owner owner_of(const struct follow *f, uint32_t index)
{
	const struct symbol *s = &f->leg[index].symbol;
	const char *exchange = market_exchange_name(follow_exchange_of(s));

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

bool follow_is_count_reached(const struct follow *f)
{
	int count = f->c->options->count;

	return count > 0 && f->ticks >= (size_t)count;
}

/* Takes what there is and renders it; false: there was nothing. */
bool follow_take_items(struct follow *f)
{
	size_t n = outbox_take(stream_outbox(f->stream), f->item, FOLLOW_ITEMS,
			       &f->has_ended);

	for (size_t i = 0; i < n && !follow_is_count_reached(f); i++) {
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
