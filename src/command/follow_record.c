/* SPDX-License-Identifier: MIT */
/* From what the stream tells to records, and to lines for people. */
#include "command/follow_part.h"

#include "cli/options.h"
#include "cli/stream_sink.h"
#include "command/command.h"
#include "model/market.h"
#include "model/record.h"
#include "provider/provider.h"
#include "stream/stream.h"

/* What all records of a symbol have. */
static struct record record_of(const struct follow *f, uint32_t index,
			       enum record_kind kind)
{
	const struct symbol *s = &f->leg[index].symbol;
	const char *exchange = market_exchange_name(follow_exchange_of(s));

	if (s->market == MARKET_KR && f->c->options->venue != VENUE_KRX)
		exchange = f->c->options->venue == VENUE_NXT ? "NXT" : NULL;
	return (struct record){ .kind = kind,
				.symbol = s->code,
				.input = s->code,
				.market = (enum market)s->market,
				.exchange = exchange,
				.provider = f->provider->name };
}

static int put_refusal(struct follow *f, const struct event *e, struct err *err)
{
	struct record record = record_of(f, e->symbol, RECORD_REFUSED);

	f->leg[e->symbol].is_followed = false;
	f->has_refusals = true;
	record.refusal = e;
	return stream_sink_take(f->sink, &record, err);
}

static int take_event(struct follow *f, const struct event *e, struct err *err)
{
	bool has_symbol = e->symbol < f->count;
	const char *symbol = has_symbol ? f->leg[e->symbol].symbol.code : NULL;
	size_t i;

	switch (e->type) {
	case EVENT_FOLLOWED:
		f->leg[e->symbol].is_followed = f->was_followed = true;
		f->is_held = false;
		break;
	case EVENT_REFUSED:
		if (put_refusal(f, e, err) < 0)
			return -1;
		break;
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
	stream_sink_tell(f->sink, e, symbol, f->provider->name);
	return 0;
}

bool follow_is_count_reached(const struct follow *f)
{
	int count = f->c->options->count;

	return count > 0 && f->ticks >= (size_t)count;
}

static int put_tick(struct follow *f, const struct tick *t, struct err *err)
{
	struct record record = record_of(f, t->symbol, RECORD_TICK);

	record.tick = t;
	f->ticks++;
	return stream_sink_take(f->sink, &record, err);
}

int follow_take_items(struct follow *f, struct err *err)
{
	size_t n = outbox_take(stream_outbox(f->stream), f->item, FOLLOW_ITEMS,
			       &f->has_ended);

	for (size_t i = 0; i < n && !follow_is_count_reached(f); i++) {
		int rc = f->item[i].kind == OUTBOX_EVENT
				 ? take_event(f, &f->item[i].as.event, err)
				 : put_tick(f, &f->item[i].as.tick, err);

		if (rc < 0)
			return -1;
	}
	return n > 0;
}
