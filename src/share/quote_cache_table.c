/* SPDX-License-Identifier: MIT */
#include "share/quote_cache_part.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "share/boot.h"

enum { PLACES_MIN = 64 };

/* ---- time ---- */

void quote_moment_now(struct quote_moment *now)
{
	*now = (struct quote_moment){ .real_ms = clock_real_ms(),
				      .boot_ms = clock_boot_ms(),
				      .boot = boot_is_named() ? boot_name()
							      : 0 };
}

int64_t quote_moment_age_ms(const struct quote_moment *then,
			    const struct quote_moment *now)
{
	int64_t age = now->real_ms - then->real_ms, other;

	if (then->real_ms < 0)
		return -1; /* nobody can tell */
	if (then->boot == 0 || then->boot != now->boot)
		return age < 0 ? -1 : age;
	other = now->boot_ms - then->boot_ms;
	if (age < 0 || other < 0)
		return -1;
	return age > other ? age : other;
}

/* An answer came some time before it is kept: its wall clock tells how long. */
static struct quote_moment moment_of(const struct outcome *o,
				     const struct quote_moment *now)
{
	struct quote_moment at = *now;
	int64_t since_ms = now->real_ms - o->fetched_at_ms;

	at.real_ms = o->fetched_at_ms;
	if (since_ms > 0 && since_ms < at.boot_ms)
		at.boot_ms -= since_ms;
	return at;
}

/* ---- the table ---- */

struct quote_cache *quote_cache_new(const char *scope, struct err *err)
{
	struct quote_cache *c = err_calloc(sizeof *c, err);

	if (!c)
		return NULL;
	hash_name(scope, c->scope);
	arena_init(&c->texts);
	return c;
}

void quote_cache_clear(struct quote_cache *c)
{
	arena_release(&c->texts);
	c->count = 0;
	c->has_news = false;
	if (c->places > 0)
		memset(c->place, 0, c->places * sizeof *c->place);
}

void quote_cache_free(struct quote_cache *c)
{
	if (!c)
		return;
	arena_release(&c->texts);
	free(c->kept);
	free(c->place);
	free(c);
}

/* Where the quote is, or would be. There is always an empty place. */
static uint32_t *find_place(const struct quote_cache *c, const struct symbol *s,
			    bool has_detail)
{
	uint64_t seed = (uint64_t)s->market << 1 | has_detail;
	size_t mask = c->places - 1;
	size_t i = (size_t)hash_bytes(s->code, strlen(s->code), seed) & mask;

	for (;; i = (i + 1) & mask) {
		const struct quote_kept *k;

		if (c->place[i] == 0)
			return &c->place[i];
		k = &c->kept[c->place[i] - 1];
		if (k->symbol.market == s->market &&
		    k->has_detail == has_detail &&
		    strcmp(k->symbol.code, s->code) == 0)
			return &c->place[i];
	}
}

const struct quote_kept *quote_cache_find(const struct quote_cache *c,
					  const struct symbol *s,
					  bool has_detail)
{
	uint32_t place = c->places ? *find_place(c, s, has_detail) : 0;

	return place ? &c->kept[place - 1] : NULL;
}

/* Makes room for one more. */
static int grow(struct quote_cache *c, struct err *err)
{
	size_t places = c->places ? c->places * 2 : PLACES_MIN;
	struct quote_kept *kept;
	uint32_t *place;

	if (c->count < c->cap)
		return 0;
	kept = realloc(c->kept, places / 2 * sizeof *kept);
	if (!kept)
		return err_no_memory(err);
	c->kept = kept;
	place = calloc(places, sizeof *place);
	if (!place)
		return err_no_memory(err);
	free(c->place);
	c->place = place;
	c->places = places;
	c->cap = places / 2 - 1;
	for (size_t i = 0; i < c->count; i++)
		*find_place(c, &kept[i].symbol, kept[i].has_detail) =
			(uint32_t)i + 1;
	return 0;
}

int quote_cache_put(struct quote_cache *c, const struct quote_kept *kept,
		    struct err *err)
{
	uint32_t *place;

	if (grow(c, err) < 0)
		return -1;
	place = find_place(c, &kept->symbol, kept->has_detail);
	if (*place == 0)
		*place = (uint32_t)++c->count;
	c->kept[*place - 1] = *kept;
	return 0;
}

/* ---- and outcomes ---- */

/* The texts of an outcome, by where they are. */
static void point_at(struct outcome *o, const char **text[KEPT_TEXTS])
{
	for (int i = 0; i < QUOTE_NUMBERS; i++)
		text[i] = &o->quote.number[i];
	text[KEPT_NAME] = &o->quote.name;
	text[KEPT_CURRENCY] = &o->quote.currency;
	text[KEPT_QUOTED_AT] = &o->quote.quoted_at;
	text[KEPT_SESSION] = &o->quote.session;
	text[KEPT_RT_CD] = &o->rt_cd;
	text[KEPT_MSG_CD] = &o->msg_cd;
	text[KEPT_MSG1] = &o->msg1;
	text[KEPT_RAW] = &o->raw;
}

/* Copies texts that live elsewhere. */
static int copy_texts(struct arena *texts, const char *const *from,
		      const char **to, struct err *err)
{
	for (int i = 0; i < KEPT_TEXTS; i++) {
		to[i] = NULL;
		if (!from[i])
			continue;
		to[i] = arena_copy(texts, from[i], strlen(from[i]));
		if (!to[i])
			return err_no_memory(err);
	}
	return 0;
}

int quote_cache_note(struct quote_cache *c, const struct symbol *s,
		     bool has_detail, const struct outcome *outcome,
		     const struct quote_moment *now, struct err *err)
{
	struct quote_kept kept = { .symbol = *s,
				   .has_detail = has_detail,
				   .is_new = true,
				   .delayed_minutes =
					   outcome->quote.delayed_minutes,
				   .at = moment_of(outcome, now) };
	struct outcome o = *outcome;
	const char **at[KEPT_TEXTS];
	const char *text[KEPT_TEXTS];

	require(o.has_quote && o.quote.number[QUOTE_PRICE]);
	kept.symbol.exchange = (uint8_t)o.exchange;
	point_at(&o, at);
	for (int i = 0; i < KEPT_TEXTS; i++)
		text[i] = *at[i];
	if (copy_texts(&c->texts, text, kept.text, err) < 0 ||
	    quote_cache_put(c, &kept, err) < 0)
		return -1;
	c->has_news = true;
	return 0;
}

int quote_kept_get(const struct quote_kept *kept, struct arena *texts,
		   struct outcome *out, struct err *err)
{
	struct outcome o = { .has_quote = true,
			     .exchange = kept->symbol.exchange,
			     .fetched_at_ms = kept->at.real_ms };
	const char *text[KEPT_TEXTS] = { NULL };
	const char **to[KEPT_TEXTS];

	o.quote.delayed_minutes = kept->delayed_minutes;
	if (copy_texts(texts, kept->text, text, err) < 0)
		return -1;
	point_at(&o, to);
	for (int i = 0; i < KEPT_TEXTS; i++)
		*to[i] = text[i];
	*out = o;
	return 0;
}
