/* SPDX-License-Identifier: MIT */
/* Chooses where else a symbol may be found: at another exchange of its source,
 * or at another source. */
#include "engine/scheduler_part.h"

#include "provider/provider.h"
#include "share/exchange_book.h"

bool scheduler_choose_exchange(const struct scheduler *s,
			       const struct scheduler_source *src,
			       struct request_item *item)
{
	enum market exchange[PROVIDER_EXCHANGES_MAX];
	size_t count =
		src->provider->exchanges
			? src->provider->exchanges(
				  (enum market)item->symbol.market, exchange)
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

size_t scheduler_find_other(const struct scheduler *s, size_t source,
			    const struct request_item *item)
{
	size_t i;

	for (i = 0; i < s->config.source_count; i++) {
		const struct scheduler_source *o = &s->source[i];

		if (i != source && !was_tried(item, i) &&
		    !o->breaker.is_hopeless &&
		    provider_batch_max(o->account,
				       (enum market)item->symbol.market) > 0 &&
		    (s->config.may_delay ||
		     o->account->delayed_minutes <=
			     s->source[source].account->delayed_minutes))
			return i;
	}
	return SCHEDULER_NO_SOURCE;
}
