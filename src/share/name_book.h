/* SPDX-License-Identifier: MIT */
/* name_book.h: the names of symbols, remembered with the date of their list.
 * Layer share; uses base, model.
 *
 * A file of the state directory for each source: "names-kis", lines of
 * "CODE.MARKET", name and other name with tabs between, and a last line that
 * counts them. It is read whole: some ten thousand lines. A missing or damaged
 * one is no list.
 *
 * Texts are compared without regard to blanks and to the case of ASCII. */
#ifndef SHARE_NAME_BOOK_H
#define SHARE_NAME_BOOK_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/symbol.h"

struct stop;
struct name_book; /* opaque */

/* A symbol of a list. Texts are the book's; valid until it grows. */
struct name_entry {
	struct symbol symbol;
	const char *name;
	const char *other; /* in another language, or NULL */
};

/* How well a text fits: the name or the code itself, its beginning, a part. */
enum name_match { NAME_IS, NAME_BEGINS, NAME_HAS, NAME_MATCHES };

/* Errors: SYSTEM. NULL ok for free. */
MUST_CHECK struct name_book *name_book_new(struct err *err);
void name_book_free(struct name_book *b);

/* Adds an entry; arg is the book: a sink of provider/names.h.
 * Errors: SYSTEM (memory); PARSE when the book is full. */
MUST_CHECK int name_book_add(void *arg, const struct symbol *symbol,
			     const char *name, const char *other,
			     struct err *err);

size_t name_book_count(const struct name_book *b);
struct name_entry name_book_at(const struct name_book *b, size_t i);

/* How well entry i fits, or NAME_MATCHES: not at all. */
enum name_match name_book_match(const struct name_book *b, size_t i,
				const char *text);

/* Makes name_book_named quick; after the last entry was added.
 * Errors: SYSTEM (memory). */
MUST_CHECK int name_book_index(struct name_book *b, struct err *err);

/* The entries one of whose names is text (their codes do not count), at most max
 * of them, in their order. Returns how many there are. */
size_t name_book_named(const struct name_book *b, const char *text, size_t *out,
		       size_t max);

/* Adds the entries of a file's text, whose list was made at *made_at_ms (wall
 * clock). Returns 1, or 0 when it is no good one: the book is as it was.
 * Errors: SYSTEM (memory), PARSE when the book is full. */
MUST_CHECK int name_book_parse(struct name_book *b, const char *text,
			       size_t len, int64_t *made_at_ms,
			       struct err *err);

/* The same of a source's file. */
MUST_CHECK int name_book_load(struct name_book *b, int dirfd,
			      const char *source, int64_t *made_at_ms,
			      struct err *err);

/* Replaces the source's file by this book's entries.
 * Blocks: for the file's lock until deadline_ns or stop.
 * Errors: DEADLINE, CANCELED, SYSTEM. */
MUST_CHECK int name_book_save(const struct name_book *b, int dirfd,
			      const char *source, int64_t made_at_ms,
			      struct stop *stop, int64_t deadline_ns,
			      struct err *err);

#endif
