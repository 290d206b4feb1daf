/* SPDX-License-Identifier: MIT */
/* What the stream does not take is polled, with --overflow poll: symbols beyond
 * those that a session follows, symbols that have no stream, and those that the
 * broker refuses for its limit while the stream runs. */
#include "command/follow_part.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/options.h"
#include "cli/symbol_list.h"
#include "provider/provider.h"

/* Between rounds, where --every does not say. */
#define EVERY_NS (5 * NS_PER_SEC)

static bool has_stream(const struct follow *f, const struct symbol *symbol)
{
	const struct provider_account *account =
		f->c->accounts->account[f->source];
	struct symbol s = *symbol;
	struct feed_address address;

	if (provider_batch_max(account, s.market) == 0)
		return false;
	if (s.market == MARKET_US) /* on any of them */
		s.exchange = MARKET_NAS;
	return f->provider->feed->find_address(
		       account, &s, f->c->options->venue, &address, NULL) == 0;
}

/* Marks what is to be polled. */
static void split(struct follow *f, bool *is_polled)
{
	const struct symbol_list *list = f->c->list;
	size_t room = f->provider->feed->limit_guess;

	for (uint32_t i = 0; i < symbol_list_count(list); i++) {
		if (!symbol_list_is_first(list, i))
			continue;
		is_polled[i] =
			room == 0 || !has_stream(f, symbol_list_at(list, i));
		room -= !is_polled[i];
	}
}

int follow_open_poller(struct follow *f, struct err *err)
{
	const struct options *o = f->c->options;
	struct poller_config config = { .command = &f->polling,
					.sink = f->sink,
					.interval_ns = EVERY_NS };
	size_t count = symbol_list_count(f->c->list);

	if (o->overflow != OVERFLOW_POLL)
		return 0;
	f->is_polled = calloc(count ? count : 1, sizeof *f->is_polled);
	if (!f->is_polled)
		return err_no_memory(err);
	split(f, f->is_polled);
	f->polling = *f->c;
	f->polling.stop = &f->polling_stop;
	if (o->every_sec > 0)
		config.interval_ns =
			(int64_t)(o->every_sec * (double)NS_PER_SEC);
	config.is_wanted = f->is_polled;
	if (stop_init(&f->polling_stop, err) < 0)
		return -1;
	f->has_poller = true;
	return poller_open(&f->poller, &config, err);
}

bool follow_polls(const struct follow *f, uint32_t entry)
{
	return f->has_poller && f->is_polled[entry];
}

bool follow_take_over(struct follow *f, struct leg *leg)
{
	const struct symbol_list *list = f->c->list;

	for (uint32_t i = 0; f->has_poller && i < symbol_list_count(list);
	     i++) {
		const struct symbol *s = symbol_list_at(list, i);

		if (!symbol_list_is_first(list, i) || f->is_polled[i] ||
		    s->market != leg->symbol.market ||
		    strcmp(s->code, leg->symbol.code) != 0)
			continue;
		f->is_polled[i] = true;
		leg->is_wanted = false;
		return true;
	}
	return false;
}

void follow_close_poller(struct follow *f)
{
	if (!f->has_poller)
		return;
	/* Nobody waits for the answers that are under way. */
	stop_request(&f->polling_stop, STOP_INTERNAL);
	if (f->poller.quoter.engine)
		poller_stop(&f->poller);
	poller_close(&f->poller);
	stop_destroy(&f->polling_stop);
	f->has_poller = false;
}
