/* SPDX-License-Identifier: MIT */
#include "sandbox/trade.h"

#include "sandbox/chance.h"

#include <string.h>

/* The chance of a symbol's Nth trade. tests/support/auditor.py computes the
 * same. */
static uint64_t draw(const struct trade *trade, const struct trade_rules *rules,
		     int64_t number)
{
	return chance_mix(trade->key + rules->seed * CHANCE_STEP +
			  (uint64_t)number * 0xd1342543de82ef95u);
}

/* The counts and volumes of the two sides, as the day so far had them. */
static void split_volume(struct trade *trade)
{
	int64_t trades = trade->volume / 40 + (trade->volume > 0);

	trade->sells = trades * (int64_t)(35 + trade->noise % 30) / 100;
	trade->buys = trades - trade->sells;
	trade->sell_volume =
		trade->volume / 100 * (int64_t)(35 + (trade->noise >> 7) % 30);
	trade->buy_volume = trade->volume - trade->sell_volume;
}

bool trade_begin(struct trade *trade, const struct stock *stock)
{
	*trade = (struct trade){
		.key = chance_of_text(stock->code),
		.side = TRADE_BUY,
		.price = stock->price,
		.bid = stock->bid,
		.ask = stock->ask,
		.previous = stock->previous,
		.open = stock->open,
		.high = stock->high,
		.low = stock->low,
		.volume = stock->volume,
		.value = stock->value,
		.noise = stock->noise,
		.unit = stock->tick,
		.upper = stock->upper,
		.lower = greater(stock->lower, stock->tick),
		.per_unit = stock->per_unit,
	};
	split_volume(trade);
	return stock->price > 0;
}

/* Joined trades come at one instant; the others take twice the mean time,
 * give or take a half. The first of all has nothing to be joined to. */
static int64_t interval_ns(uint64_t chance, int64_t number,
			   const struct trade_rules *rules)
{
	int64_t mean_ns = rules->period_ns;

	if (rules->clump > 1) {
		if (chance >> 4 & 1 && number > 1)
			return 0;
		mean_ns *= 2;
	}
	return mean_ns / 1000 * (int64_t)(500 + (chance >> 40) % 1001) +
	       mean_ns % 1000;
}

static bool is_over(const struct trade *trade, const struct trade_rules *rules)
{
	return rules->last > 0 && trade->number >= rules->last;
}

int64_t trade_next_ns(const struct trade *trade,
		      const struct trade_rules *rules, bool pushed)
{
	if (is_over(trade, rules))
		return INT64_MAX;
	if (pushed)
		return trade->t_ns;
	if (rules->period_ns == 0)
		return INT64_MAX;
	return trade->t_ns + interval_ns(draw(trade, rules, trade->number + 1),
					 trade->number + 1, rules);
}

/* One unit down, one up, or as it was, within the limits of the day. */
static int64_t moved(const struct trade *trade, uint64_t chance)
{
	int64_t price = trade->price;

	if ((chance >> 8) % 5 == 0)
		price -= trade->unit;
	else if ((chance >> 8) % 5 == 1)
		price += trade->unit;
	return greater(trade->lower, lesser(trade->upper, price));
}

static void open_day(struct trade *trade)
{
	trade->day++;
	trade->previous = trade->price;
	trade->volume = trade->value = 0;
	trade->sells = trade->buys = 0;
	trade->sell_volume = trade->buy_volume = 0;
}

static void note_extremes(struct trade *trade, bool is_first)
{
	if (is_first) {
		trade->open = trade->high = trade->low = trade->price;
		trade->open_ns = trade->high_ns = trade->low_ns = trade->t_ns;
	}
	if (trade->price > trade->high) {
		trade->high = trade->price;
		trade->high_ns = trade->t_ns;
	}
	if (trade->price < trade->low) {
		trade->low = trade->price;
		trade->low_ns = trade->t_ns;
	}
}

static bool is_each(int64_t every, int64_t number)
{
	return every > 0 && number % every == 0;
}

bool trade_next(struct trade *trade, const struct trade_rules *rules,
		bool pushed)
{
	int64_t number = trade->number + 1;
	uint64_t chance = draw(trade, rules, number);
	bool is_new_day = is_each(rules->day_every, number);

	if (is_over(trade, rules))
		return false;
	trade->number = number;
	if (!pushed)
		trade->t_ns += interval_ns(chance, number, rules);
	if (is_new_day)
		open_day(trade);
	trade->price = moved(trade, chance);
	trade->side = chance & 1 ? TRADE_BUY : TRADE_SELL;
	trade->ask = trade->price + (chance & 1 ? 0 : trade->unit);
	trade->bid = greater(trade->ask - trade->unit, trade->unit);
	trade->size = (int64_t)(1 + (chance >> 16) % 50);
	if ((chance >> 24) % 32 == 0)
		trade->size *= 20;
	trade->is_auction = is_each(rules->auction_every, number);
	if (trade->is_auction)
		trade->size *= 100;
	note_extremes(trade, is_new_day || trade->volume == 0);

	trade->volume += trade->size;
	trade->value += trade->price * trade->size / trade->per_unit;
	if (trade->is_auction)
		return true;
	if (trade->side == TRADE_BUY) {
		trade->buys++;
		trade->buy_volume += trade->size;
	} else {
		trade->sells++;
		trade->sell_volume += trade->size;
	}
	return true;
}

void trade_show(const struct trade *trade, struct stock *stock)
{
	stock->price = trade->price;
	stock->previous = trade->previous;
	stock->open = trade->open;
	stock->high = trade->high;
	stock->low = trade->low;
	stock->bid = trade->bid;
	stock->ask = trade->ask;
	stock->volume = trade->volume;
	stock->value = trade->value;
	stock->is_preopen = stock->is_preopen && trade->number == 0;
}
