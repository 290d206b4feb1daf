/* SPDX-License-Identifier: MIT */
/* Where else a symbol may be found: at another exchange of its source, or at
 * another source, to which it is handed on. */
#include "engine/scheduler_part.h"

#include <string.h>

#include "provider/provider.h"
#include "share/exchange_book.h"

bool scheduler_choose_exchange(const struct scheduler *s,
			       const struct scheduler_source *src,
			       struct request_item *item)
{
	enum market exchange[PROVIDER_EXCHANGES_MAX];
	size_t count = src->provider->exchanges
			       ? src->provider->exchanges(item->symbol.market,
							  exchange)
			       : 0;
	enum market hint = item->asked ? MARKET_NONE
				       : exchange_book_find(s->config.book,
							    item->symbol.code);
	size_t i, first = count;

	for (i = 0; i < count; i++) {
		if (item->asked & 1u << i)
			continue;
		if (first == count || exchange[i] == hint)
			first = i;
	}
	if (first == count)
		return false;
	item->asked |= (uint8_t)(1u << first);
	item->symbol.exchange = (uint8_t)exchange[first];
	return true;
}

static bool was_tried(const struct request_item *item, size_t source)
{
	size_t i;

	for (i = 0; i < item->tried_count; i++)
		if (item->tried[i].source == source)
			return true;
	return false;
}

bool scheduler_may_answer(const struct scheduler_config *c, size_t source,
			  size_t other, enum market market)
{
	const struct provider_account *a = c->source[other].account;

	return provider_batch_max(a, market) > 0 &&
	       (c->may_delay ||
		a->delayed_minutes <=
			c->source[source].account->delayed_minutes);
}

size_t scheduler_find_other(const struct scheduler *s, size_t source,
			    const struct request_item *item)
{
	size_t i;

	for (i = 0; i < s->config.source_count; i++) {
		if (i != source && !was_tried(item, i) &&
		    !s->source[i].breaker.is_hopeless &&
		    scheduler_may_answer(&s->config, source, i,
					 item->symbol.market))
			return i;
	}
	return SCHEDULER_NO_SOURCE;
}

struct request_item *scheduler_add_moved(struct scheduler_moved *m)
{
	struct request_item *grown =
		err_grow(m->item, m->count, &m->cap, sizeof *grown, NULL);

	if (!grown)
		return NULL;
	m->item = grown;
	return &m->item[m->count++];
}

struct request *scheduler_request_moved(const struct scheduler_source *src,
					const struct scheduler_moved *m,
					size_t count, enum plan_lane lane)
{
	struct request *r = request_new(count);

	if (!r)
		return NULL;
	memcpy(r->item, m->item + m->count - count, count * sizeof *r->item);
	r->count = count;
	plan_set_request(&src->plan, lane, r);
	return r;
}

bool scheduler_has_moved(const struct scheduler_source *src)
{
	return src->moved[LANE_BATCHED].count > 0 ||
	       src->moved[LANE_SINGLE].count > 0;
}

bool scheduler_move_item(struct scheduler *s, size_t source,
			 const struct request_item *item, enum err_kind why)
{
	size_t other = scheduler_find_other(s, source, item);
	struct scheduler_source *src;
	struct request_item *moved;

	if (other == SCHEDULER_NO_SOURCE)
		return false;
	src = &s->source[other];
	moved = scheduler_add_moved(
		&src->moved[plan_lane_of(&src->plan, item->symbol.market)]);
	if (!moved)
		return false; /* its own error is its record, then */
	*moved = *item;
	moved->asked = 0;
	moved->symbol.exchange = MARKET_NONE;
	moved->tried[moved->tried_count++] =
		(struct tried){ (uint8_t)source, (uint8_t)why };
	return true;
}
