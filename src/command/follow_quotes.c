/* SPDX-License-Identifier: MIT */
/* Quotes beside the stream: on which exchange a symbol is, and what it stood at
 * when its trades began to come.
 *
 *	list -> seeker -- a quote found its exchange --> leg, in the stream's list
 *	leg -- followed: ticks are held --> asked for a quote
 *	    -- the quote: snapshot, then the ticks that it does not contain
 *
 * One round at a time, of all that wait when it begins; it begins when the
 * registrations are settled, so that symbols share calls, or a moment later. */
#include "command/follow_part.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digits.h"
#include "cli/options.h"
#include "cli/stream_sink.h"
#include "model/market.h"
#include "model/quote.h"
#include "provider/provider.h"
#include "stream/stream.h"

#define GATHER_NS (NS_PER_SEC / 2) /* for others, before a round begins */
#define ROUND_NS (60 * NS_PER_SEC) /* then what still fails is given up */
#define AGAIN_NS (10 * NS_PER_SEC) /* until an exchange is asked for again */

/* ---- a round ---- */

static const struct symbol *asked_at(const void *f, uint32_t i)
{
	return &((const struct follow *)f)->asked[i].symbol;
}

/* Only the price: what else a batch run may be told to ask has no place here. */
static struct scheduler_config plan_round(struct follow *f)
{
	struct scheduler_config s = accounts_schedule(&f->asking);
	int64_t until_ns = clock_monotonic_ns() + ROUND_NS;

	s.input = (struct plan_input){ .list = f,
				       .count = f->asked_count,
				       .at = asked_at };
	s.wants_detail = s.wants_raw = false;
	s.check_percent = NULL;
	s.deadline_ns = earlier(s.deadline_ns, until_ns);
	return s;
}

/* A quote without a price has a volume, too. */
static int64_t volume_of(const struct outcome *o)
{
	int64_t volume;

	return digits_are(o->quote.number[QUOTE_VOLUME], INT64_MAX, &volume)
		       ? volume
		       : TICK_UNKNOWN;
}

/* ---- a seeker's answer ---- */

static void drop_seeker(struct follow *f, struct seeker *seeker)
{
	size_t left = --f->seeker_count - (size_t)(seeker - f->seeker);

	memmove(seeker, seeker + 1, left * sizeof *seeker);
}

static int take_exchange(struct follow *f, struct seeker *seeker,
			 const struct outcome *o, struct err *err)
{
	struct err why = o->err;

	seeker->due_ns = CLOCK_NEVER;
	if (o->exchange != MARKET_NONE) {
		struct symbol found = seeker->symbol;

		found.exchange = (uint8_t)o->exchange;
		drop_seeker(f, seeker);
		return follow_add(f, &found, err);
	}
	if (o->has_quote)
		err_set(&why, ERR_UNSUPPORTED, "its exchange is not known");
	if (err_kind_is_retryable(why.kind) || why.retry_after_ms > 0) {
		seeker->due_ns = clock_monotonic_ns() + AGAIN_NS;
		return 0;
	}
	seeker->has_failed = true;
	return follow_refuse(f, &seeker->symbol, o, &why, err);
}

static struct seeker *find_seeker(struct follow *f, const struct symbol *s)
{
	for (size_t i = 0; i < f->seeker_count; i++)
		if (strcmp(f->seeker[i].symbol.code, s->code) == 0)
			return &f->seeker[i];
	return NULL;
}

/* ---- a leg's answer ---- */

static int take_quote(struct follow *f, struct leg *leg,
		      const struct symbol *asked, const struct outcome *o,
		      struct err *err)
{
	bool has_traded =
		leg->join.newest != TICK_UNKNOWN || leg->join.count > 0;

	leg->quote = LEG_HAS_NONE;
	if (!o->has_quote && o->err.kind == ERR_NOT_FOUND && !has_traded) {
		f->asked_legs--; /* it does not go on without */
		leg->is_followed = false;
		leg->is_refused = leg->is_unknown = true;
		return stream_want(f->stream, (size_t)(leg - f->leg), false,
				   err) < 0
			       ? -1
			       : follow_refuse(f, asked, o, &o->err, err);
	}
	if (o->has_quote) {
		if (join_take_snapshot(&leg->join, volume_of(o),
				       clock_monotonic_ns()) &&
		    follow_show_snapshot(f, leg, o, err) < 0)
			return -1;
		f->snapshots++;
	} else {
		join_give_up(&leg->join);
	}
	return follow_show_held(f, leg, err);
}

/* A quoter's take. */
static int take_result(void *arg, struct result *result, struct err *err)
{
	struct follow *f = arg;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < result->request->count; i++) {
		const struct request_item *item = &result->request->item[i];
		const struct asked *a = &f->asked[item->index];
		const struct outcome *o = &result->outcome[i];
		struct seeker *seeker;

		if (o->is_moved)
			continue;
		if (a->leg == SIZE_MAX) {
			seeker = find_seeker(f, &a->symbol);
			if (seeker)
				rc = take_exchange(f, seeker, o, err);
		} else if (f->leg[a->leg].quote == LEG_IS_ASKED) {
			/* One that was lost since asks anew. */
			rc = take_quote(f, &f->leg[a->leg], &a->symbol, o, err);
		}
	}
	result_free(result);
	return rc;
}

/* ---- which symbols ---- */

static void ask(struct follow *f, const struct symbol *symbol, size_t leg)
{
	f->asked[f->asked_count++] =
		(struct asked){ .symbol = *symbol, .leg = leg };
}

/* Whether a round is due; *wake_ns is lowered to when one may be. */
static bool is_due(const struct follow *f, int64_t now_ns, int64_t *wake_ns)
{
	int64_t due_ns = CLOCK_NEVER;

	for (size_t i = 0; i < f->seeker_count; i++)
		due_ns = earlier(due_ns, f->seeker[i].due_ns);
	for (size_t i = 0; i < f->count; i++)
		if (f->leg[i].quote == LEG_WANTS_QUOTE) {
			int64_t at =
				f->is_settled ? now_ns : f->gather_until_ns;

			due_ns = earlier(due_ns, at);
		}
	*wake_ns = earlier(*wake_ns, due_ns);
	return due_ns <= now_ns;
}

static int begin_round(struct follow *f, int64_t now_ns, struct err *err)
{
	struct scheduler_config schedule;

	free(f->asked);
	f->asked_count = f->snapshots = 0;
	f->asked = calloc(f->count + f->seeker_count + 1, sizeof *f->asked);
	if (!f->asked)
		return err_no_memory(err);
	for (size_t i = 0; i < f->seeker_count; i++)
		if (f->seeker[i].due_ns <= now_ns)
			ask(f, &f->seeker[i].symbol, SIZE_MAX);
	f->asked_legs = 0;
	for (size_t i = 0; i < f->count; i++)
		if (f->leg[i].quote == LEG_WANTS_QUOTE) {
			f->leg[i].quote = LEG_IS_ASKED;
			ask(f, &f->leg[i].symbol, i);
			f->asked_legs++;
		}
	for (size_t i = 0; i < f->seeker_count; i++)
		f->seeker[i].due_ns = CLOCK_NEVER;
	schedule = plan_round(f);
	quoter_begin(&f->quoter, &schedule);
	f->is_asking = true;
	return 0;
}

static void end_round(struct follow *f)
{
	f->is_asking = false;
	quoter_remember(&f->quoter);
	if (f->asked_legs > 0)
		follow_tell_snapshots(f);
}

int follow_ask(struct follow *f, int64_t *wake_ns, struct err *err)
{
	int64_t now_ns = clock_monotonic_ns();

	for (size_t i = 0; i < f->count; i++) {
		struct join *j = &f->leg[i].join;

		if (join_due(j) <= now_ns) {
			join_give_up(j);
			if (follow_show_held(f, &f->leg[i], err) < 0)
				return -1;
		}
		*wake_ns = earlier(*wake_ns, join_due(j));
	}
	if (!f->is_asking) {
		if (!is_due(f, now_ns, wake_ns))
			return 0;
		if (begin_round(f, now_ns, err) < 0)
			return -1;
	}
	if (quoter_collect(&f->quoter, err) < 0 ||
	    quoter_feed(&f->quoter, wake_ns, err) < 0)
		return -1;
	*wake_ns = earlier(*wake_ns, f->quoter.scheduler.config.deadline_ns);
	if (quoter_is_done(&f->quoter)) {
		end_round(f);
		*wake_ns = now_ns; /* for the next one */
	}
	return 0;
}

int follow_show_all_held(struct follow *f, struct err *err)
{
	for (size_t i = 0; i < f->count; i++) {
		join_give_up(&f->leg[i].join);
		if (follow_show_held(f, &f->leg[i], err) < 0)
			return -1;
	}
	return 0;
}

int follow_expect_quote(struct follow *f, struct leg *leg, struct err *err)
{
	int64_t now_ns = clock_monotonic_ns();

	if (!f->c->options->wants_snapshot)
		return 0;
	if (join_begin(&leg->join, now_ns, err) < 0)
		return -1;
	if (f->is_settled || now_ns >= f->gather_until_ns)
		f->gather_until_ns = now_ns + GATHER_NS;
	f->is_settled = false;
	leg->quote = LEG_WANTS_QUOTE;
	return 0;
}

/* ---- life ---- */

int follow_open_quoter(struct follow *f, struct err *err)
{
	struct quoter_config config = { .command = &f->asking,
					.take = take_result,
					.arg = f,
					.warn = stream_sink_say,
					.say_arg = f->sink };
	struct scheduler_config schedule;

	if (stop_init(&f->asking_stop, err) < 0)
		return -1;
	f->has_quoter = true;
	if (f->c->options->is_verbose)
		config.say = stream_sink_say;
	f->only.count = 1;
	f->only.provider[0] = f->provider;
	f->only.account[0] = f->c->accounts->account[f->source];
	f->only.are_named = true;
	f->asking = *f->c;
	f->asking.accounts = &f->only;
	f->asking.stop = &f->asking_stop;
	schedule = plan_round(f);
	return quoter_open(&f->quoter, &config, &schedule, err);
}

void follow_close_quoter(struct follow *f)
{
	if (!f->has_quoter)
		return;
	stop_request(&f->asking_stop, STOP_INTERNAL);
	if (f->quoter.engine) {
		quoter_stop(&f->quoter, true);
		quoter_drop_all(&f->quoter);
	}
	quoter_close(&f->quoter);
	stop_destroy(&f->asking_stop);
}
