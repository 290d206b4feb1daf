/* SPDX-License-Identifier: MIT */
/* quote_cache.h: quotes of one account at one source, kept for later runs.
 * Layer share; uses base, model, net/json, boot.
 *
 * A file of the state directory for each scope, which is the account and all
 * that its answers depend on beside the symbol: "quotes-HASH". It is text: a
 * head that tells layout and scope, a line for each quote with its texts byte
 * for byte, and a last line with the count and a sum over all before it. A file
 * whose sum is not right, which was cut, or is another layout's or scope's, is
 * none as a whole: rather no quote than a wrong one.
 *
 * How old a quote is, two clocks tell: the wall clock, and the boot's, which
 * nobody can set. The greater of both ages counts; a quote that lies ahead of
 * either has none, and is not used.
 *
 * The file is replaced as a whole, under safefile_edit.h: a run merges what it
 * was told into what the others wrote meanwhile; the newest quotes stay, up to
 * QUOTE_CACHE_MAX_BYTES. A cache is main's; files are shared by processes. */
#ifndef SHARE_QUOTE_CACHE_H
#define SHARE_QUOTE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/quote.h"

struct buf;
struct stop;
struct quote_cache; /* opaque */

enum { QUOTE_CACHE_MAX_BYTES = 8 << 20 };

/* What is older is dropped when the file is written. */
#define QUOTE_CACHE_MAX_AGE_MS (INT64_C(31) * 86400 * 1000)

/* An instant by both clocks. */
struct quote_moment {
	int64_t real_ms; /* wall clock */
	int64_t boot_ms; /* since the boot */
	uint64_t boot;   /* which one; 0: the system has no name for it */
};

void quote_moment_now(struct quote_moment *now);

/* How long ago then was, or -1: it lies ahead. */
int64_t quote_moment_age_ms(const struct quote_moment *then,
			    const struct quote_moment *now);

/* The texts of a quote that is kept: its numbers, and: */
enum quote_text {
	KEPT_NAME = QUOTE_NUMBERS,
	KEPT_CURRENCY,
	KEPT_QUOTED_AT,
	KEPT_SESSION,
	KEPT_RT_CD,
	KEPT_MSG_CD,
	KEPT_MSG1,
	KEPT_RAW, /* only of a run with --raw */
	KEPT_TEXTS
};

struct quote_kept {
	struct symbol symbol; /* as asked; its exchange: where it was found */
	bool has_detail;      /* of the call with per, pbr, ... */
	bool is_new;          /* not in the file yet */
	int delayed_minutes;
	struct quote_moment at;       /* when the answer came */
	const char *text[KEPT_TEXTS]; /* the cache's; NULL: none */
};

/* scope: the account's name, which may be secret; it is hashed.
 * Errors: SYSTEM. _free takes NULL. */
MUST_CHECK struct quote_cache *quote_cache_new(const char *scope,
					       struct err *err);
void quote_cache_free(struct quote_cache *c);

/* The quote of a symbol from that kind of call, or NULL. Valid until the next
 * one is kept. */
const struct quote_kept *quote_cache_find(const struct quote_cache *c,
					  const struct symbol *symbol,
					  bool has_detail);

/* Keeps what an outcome with a quote says, in place of an older one.
 * Errors: SYSTEM (memory): the cache is as it was. */
MUST_CHECK int quote_cache_note(struct quote_cache *c,
				const struct symbol *symbol, bool has_detail,
				const struct outcome *outcome,
				const struct quote_moment *now,
				struct err *err);

/* Fills an outcome with the quote that is kept; its texts are copied.
 * Errors: SYSTEM (memory): the outcome is as it was. */
MUST_CHECK int quote_kept_get(const struct quote_kept *kept,
			      struct arena *texts, struct outcome *out,
			      struct err *err);

/* Takes the quotes of a file's text into a cache without any. Errors: PARSE: it
 * is no such file, or not all of one; SYSTEM (memory): it is empty then. */
MUST_CHECK int quote_cache_parse(struct quote_cache *c, const char *text,
				 size_t len, struct err *err);

/* Appends the text: the newest first, as many as fit into the buffer's cap.
 * Errors: SYSTEM (memory). */
MUST_CHECK int quote_cache_format(const struct quote_cache *c,
				  const struct quote_moment *now,
				  struct buf *out, struct err *err);

/* The same of the file; where there is none, nothing.
 * Errors: SYSTEM, PARSE: it is empty, and may be used all the same. */
MUST_CHECK int quote_cache_load(struct quote_cache *c, int dirfd,
				struct err *err);

/* Writes what this run kept into the file, beside what others wrote. Does
 * nothing when there is nothing new.
 * Blocks: while another process writes it: until deadline_ns, or stop.
 * Errors: DEADLINE, CANCELED, SYSTEM: then the old file stands. */
MUST_CHECK int quote_cache_save(struct quote_cache *c, int dirfd,
				struct stop *stop, int64_t deadline_ns,
				struct err *err);

#endif
