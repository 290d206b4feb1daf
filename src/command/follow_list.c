/* SPDX-License-Identifier: MIT */
/* Who is followed: from the list to legs and their addresses. */
#include "command/follow_part.h"

#include <stdlib.h>

#include "cli/options.h"
#include "cli/symbol_list.h"
#include "command/account.h"
#include "command/command.h"
#include "provider/provider.h"
#include "share/exchange_book.h"

enum market follow_exchange_of(const struct symbol *s)
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

int follow_add_legs(struct follow *f, struct err *err)
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
