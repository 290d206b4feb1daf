/* SPDX-License-Identifier: MIT */
/* exchange_book.h: on which US exchange a symbol was found, remembered.
 * Layer share; uses base, model.
 *
 * Asking for a US symbol by trial costs up to three calls; the book makes it
 * one. It is a hint only: a symbol that is no longer there is looked for
 * anew. Lines of "AAPL NAS" in the state directory, sorted. */
#ifndef SHARE_EXCHANGE_BOOK_H
#define SHARE_EXCHANGE_BOOK_H

#include <stdint.h>

#include "base/err.h"
#include "model/symbol.h"

struct stop;
struct exchange_book; /* opaque */

/* Errors: SYSTEM. NULL ok for free. */
MUST_CHECK struct exchange_book *exchange_book_new(struct err *err);
void exchange_book_free(struct exchange_book *b);

/* Reads the file of the directory; a missing or damaged one is an empty book.
 * Errors: SYSTEM (memory). */
MUST_CHECK int exchange_book_load(struct exchange_book *b, int dirfd,
				  struct err *err);

/* MARKET_NONE when it is not in the book. */
enum market exchange_book_find(const struct exchange_book *b, const char *code);

/* Errors: SYSTEM (memory). */
MUST_CHECK int exchange_book_note(struct exchange_book *b, const char *code,
				  enum market exchange, struct err *err);

/* Writes what this run found into the file, beside what others wrote since.
 * Does nothing when there is nothing new.
 * Blocks: for the file's lock until deadline_ns or stop.
 * Errors: DEADLINE, CANCELED, SYSTEM. */
MUST_CHECK int exchange_book_save(struct exchange_book *b, int dirfd,
				  struct stop *stop, int64_t deadline_ns,
				  struct err *err);

#endif
