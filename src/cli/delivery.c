/* SPDX-License-Identifier: MIT */
#include "cli/delivery.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/sync.h"
#include "cli/failures.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/render.h"
#include "cli/screen.h"
#include "cli/symbol_list.h"

/* Text is written out when it passes this. */
enum { PIECE_BYTES = 64 * 1024, TRIED_MAX_BYTES = 1024 };

/* How long a reader may let us wait once the deadline or a stop has come. */
#define GRACE_NS (NS_PER_SEC / 2)

/* An entry's answer while it waits for its turn. */
struct waiting {
	struct result *result; /* NULL: none yet */
	size_t item;
};

struct delivery {
	struct delivery_config config;
	struct waiting *waiting; /* one for each entry; only with keeps_order */
	uint32_t next;           /* the entry whose turn it is */
	struct tally tally;
};

struct delivery *delivery_new(const struct delivery_config *config,
			      struct err *err)
{
	struct delivery *d = err_calloc(sizeof *d, err);
	size_t count = symbol_list_count(config->list);

	if (!d)
		return NULL;
	d->config = *config;
	if (config->keeps_order)
		d->waiting = err_calloc((count + 1) * sizeof *d->waiting, err);
	if (!config->keeps_order || d->waiting)
		return d;
	delivery_free(d);
	return NULL;
}

static void release(struct result *result)
{
	if (--result->holders == 0)
		result_free(result);
}

void delivery_free(struct delivery *d)
{
	uint32_t i;

	if (!d)
		return;
	if (d->waiting)
		for (i = d->next; i < symbol_list_count(d->config.list); i++)
			if (d->waiting[i].result)
				release(d->waiting[i].result);
	free(d->waiting);
	free(d);
}

const struct tally *delivery_tally(const struct delivery *d)
{
	return &d->tally;
}

/* On one terminal with the records, the bar goes by the same way as they do:
 * what is erased and what is written cannot come in another order. */
static int erase_bar(struct delivery *d, struct stop *stop, int64_t until_ns,
		     struct err *err)
{
	const struct delivery_config *c = &d->config;
	struct buf erasure;
	int rc;

	if (!c->is_on_one_terminal || !screen_forget(c->progress->screen))
		return 0;
	buf_init(&erasure, sizeof SCREEN_ERASE);
	buf_puts(&erasure, SCREEN_ERASE);
	rc = output_write(c->output, &erasure, stop, until_ns, err);
	buf_release(&erasure);
	return rc;
}

int delivery_flush(struct delivery *d, struct err *err)
{
	const struct delivery_config *c = &d->config;
	struct stop *stop = stop_reason(c->stop) ? NULL : c->stop;
	int64_t until_ns = clock_monotonic_ns();
	struct err why;

	if (c->text->len == 0)
		return 0;
	if (stop && until_ns < c->deadline_ns)
		until_ns = c->deadline_ns;
	if (until_ns != CLOCK_NEVER)
		until_ns += GRACE_NS;
	if ((erase_bar(d, stop, until_ns, &why) == 0 &&
	     output_write(c->output, c->text, stop, until_ns, &why) == 0) ||
	    why.kind == ERR_CANCELED)
		return 0;
	*err = why;
	return -1;
}

static int put_record(struct delivery *d, const struct record *record,
		      struct err *err)
{
	const struct outcome *o = record->outcome;
	bool is_stale = o->origin == ORIGIN_STALE;
	bool has_failed = !o->has_quote || is_stale;

	d->tally.symbols++;
	d->tally.cached += o->origin == ORIGIN_CACHE;
	if (is_stale)
		d->tally.stale[o->err.kind]++;
	if (has_failed)
		d->tally.failed[o->err.kind]++;
	else
		d->tally.quotes++;
	if (o->is_checked)
		d->tally.checked[o->check.verdict]++;
	if (has_failed && d->config.failures)
		failures_note(d->config.failures, record);
	if (render_record(d->config.render, record, err) < 0)
		return -1;
	progress_step(d->config.progress, has_failed, clock_monotonic_ns());
	return d->config.text->len >= PIECE_BYTES ? delivery_flush(d, err) : 0;
}

static int put_invalid(struct delivery *d,
		       const struct symbol_list_invalid *invalid,
		       struct err *err)
{
	struct outcome o = { .fetched_at_ms = clock_real_ms() };
	struct record record = { .symbol = invalid->text,
				 .input = invalid->text,
				 .market = MARKET_NONE,
				 .outcome = &o,
				 .provider = d->config.source[0] };

	err_set(&o.err, ERR_INPUT, "%s", invalid->reason);
	return put_record(d, &record, err);
}

/* "alpaca:NotFound upbit:Timeout"; NULL: there were none before. */
static const char *put_tried(const struct delivery *d,
			     const struct request_item *item, struct buf *out)
{
	for (size_t i = 0; i < item->tried_count; i++) {
		const struct tried *t = &item->tried[i];

		require(t->source < d->config.source_count);
		buf_printf(out, "%s%s:%s", i ? " " : "",
			   d->config.source[t->source], err_kind_name(t->kind));
	}
	return item->tried_count ? buf_text(out) : NULL;
}

static int put_entry(struct delivery *d, uint32_t i, struct result *result,
		     size_t item, struct err *err)
{
	const struct symbol *s = symbol_list_at(d->config.list, i);
	const struct outcome *o = &result->outcome[item];
	struct record record = { .symbol = s->code,
				 .input = symbol_list_input(d->config.list, i),
				 .market = s->market,
				 .venue = d->config.venue,
				 .outcome = o,
				 .provider = o->provider ? o->provider
					     : result->provider
						     ? result->provider
						     : d->config.source[0] };
	struct buf tried;
	int rc;

	buf_init(&tried, TRIED_MAX_BYTES);
	record.tried = put_tried(d, &result->request->item[item], &tried);
	rc = put_record(d, &record, err);
	buf_release(&tried);
	release(result);
	return rc;
}

/* Renders the entries whose turn has come. */
static int put_in_turn(struct delivery *d, struct err *err)
{
	size_t count = symbol_list_count(d->config.list);

	for (; d->next < count; d->next++) {
		const struct symbol_list_invalid *invalid =
			symbol_list_invalid_at(d->config.list, d->next);
		struct waiting *w = &d->waiting[d->next];
		int rc;

		if (!invalid && !w->result)
			break;
		if (invalid) {
			rc = put_invalid(d, invalid, err);
		} else {
			struct result *result = w->result;

			w->result = NULL;
			rc = put_entry(d, d->next, result, w->item, err);
		}
		if (rc < 0)
			return -1;
	}
	return 0;
}

int delivery_begin(struct delivery *d, struct err *err)
{
	uint32_t i;

	render_begin(d->config.render);
	if (d->config.keeps_order)
		return put_in_turn(d, err);
	for (i = 0; i < symbol_list_count(d->config.list); i++) {
		const struct symbol_list_invalid *invalid =
			symbol_list_invalid_at(d->config.list, i);

		if (invalid && put_invalid(d, invalid, err) < 0)
			return -1;
	}
	return 0;
}

int delivery_take(struct delivery *d, struct result *result, struct err *err)
{
	size_t k;
	int rc = 0;

	result->holders = 1; /* this function */
	for (k = 0; k < result->request->count && rc == 0; k++) {
		uint32_t i = result->outcome[k].is_moved
				     ? SYMBOL_LIST_NONE
				     : result->request->item[k].index;

		for (; i != SYMBOL_LIST_NONE && rc == 0;
		     i = symbol_list_next_same(d->config.list, i)) {
			result->holders++;
			if (d->config.keeps_order)
				d->waiting[i] = (struct waiting){ result, k };
			else
				rc = put_entry(d, i, result, k, err);
		}
	}
	release(result);
	if (rc == 0 && d->config.keeps_order)
		rc = put_in_turn(d, err);
	return rc;
}

int delivery_end(struct delivery *d, struct err *err)
{
	if (render_end(d->config.render, err) < 0)
		return -1;
	return delivery_flush(d, err);
}
