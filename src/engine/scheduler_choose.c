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
					 (enum market)item->symbol.market))
			return i;
	}
	return SCHEDULER_NO_SOURCE;
}
