/* SPDX-License-Identifier: MIT */
#include "sandbox/registration.h"

#include <stdio.h>
#include <string.h>

/* How far an exchange's clock is behind Korea's. Of the US the winter's. */
static int hours_behind(const char *currency)
{
	return strcmp(currency, "USD") == 0   ? 14
	       : strcmp(currency, "VND") == 0 ? 2
	       : strcmp(currency, "JPY") == 0 ? 0
					      : 1;
}

/* DNASAAPL: D or R, the exchange, the symbol. R is the paid feed, and that of
 * the US day session: RBAQAAPL. */
static bool resolve_overseas(const char *unknown, struct tick_channel *channel)
{
	const char *key = channel->tr_key;
	struct stock stock;

	if (strlen(key) < 5 || (key[0] != 'D' && key[0] != 'R'))
		return false;
	memcpy(channel->exchange, key + 1, 3);
	if (!market_find_overseas(unknown, channel->exchange, key + 4, &stock))
		return false;
	channel->is_overseas = true;
	channel->decimals = stock.decimals;
	channel->hours_behind = hours_behind(stock.currency);
	snprintf(channel->code, sizeof(channel->code), "%s", stock.code);
	return true;
}

/* A code that does not exist is acked like any other, if it has the form of
 * one: what the real broker does with it is not known. */
static bool resolve_domestic(struct tick_channel *channel)
{
	size_t len = strlen(channel->tr_key);

	snprintf(channel->code, sizeof(channel->code), "%s", channel->tr_key);
	return (len == 6 || len == 7) &&
	       strspn(channel->tr_key,
		      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == len;
}

const char *registration_resolve(const char *unknown, bool is_paper,
				 const char *tr_id, const char *tr_key,
				 struct registration *made)
{
	bool is_krx = strcmp(tr_id, "H0STCNT0") == 0;
	bool is_other = strcmp(tr_id, "H0NXCNT0") == 0 ||
			strcmp(tr_id, "H0UNCNT0") == 0;
	bool is_overseas = strcmp(tr_id, "HDFSCNT0") == 0;
	struct tick_channel *channel = &made->channel;

	*made = (struct registration){ .has_trades = false };
	if (!is_krx && (is_paper || (!is_other && !is_overseas)))
		return "OPSP8991";
	if (strlen(tr_key) >= TICK_KEY_BYTES)
		return "OPSP8992";
	snprintf(channel->tr_id, TICK_TR_ID_BYTES, "%s", tr_id);
	snprintf(channel->tr_key, TICK_KEY_BYTES, "%s", tr_key);
	if (is_overseas ? resolve_overseas(unknown, channel)
			: resolve_domestic(channel))
		return NULL;
	return "OPSP8992";
}

void registration_begin(struct registration *made, const char *unknown,
			struct tape *tape, int64_t now_ns)
{
	struct tick_channel *channel = &made->channel;
	struct stock stock;

	if (channel->is_overseas
		    ? market_find_overseas(unknown, channel->exchange,
					   channel->code, &stock)
		    : market_find_domestic(unknown, channel->code, &stock)) {
		channel->shares = stock.shares;
		made->has_trades =
			tape_follow(tape, &stock, now_ns, &made->cursor);
	}
}

int registrations_find(const struct registrations *all, const char *tr_id,
		       const char *tr_key)
{
	for (int i = 0; i < all->count; i++) {
		const struct tick_channel *channel = &all->item[i].channel;

		if (strcmp(channel->tr_id, tr_id) == 0 &&
		    strcmp(channel->tr_key, tr_key) == 0)
			return i;
	}
	return -1;
}

const char *registrations_judge(const struct registrations *all,
				const char *tr_id, const char *tr_key)
{
	if (registrations_find(all, tr_id, tr_key) >= 0)
		return "OPSP0002";
	if (all->count >= all->limit || all->count == REGISTRATIONS_MAX)
		return "OPSP0008";
	return "OPSP0000";
}

void registrations_add(struct registrations *all,
		       const struct registration *one)
{
	all->item[all->count++] = *one;
}

void registrations_remove(struct registrations *all, int place)
{
	all->count--;
	memmove(&all->item[place], &all->item[place + 1],
		(size_t)(all->count - place) * sizeof(all->item[0]));
}
