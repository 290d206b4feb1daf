/* SPDX-License-Identifier: MIT */
/* symbol_list.h: the symbols asked for, in order, each fetched once.
 * Layer cli; uses base, model, list_row, line_reader, complaints.
 *
 * Compact: a million symbols take about 40 MB, and 15 more where they were not
 * typed as records show them ("0700.HKS", "aapl"). An entry that repeats an
 * earlier one points to it, and is answered with it. */
#ifndef CLI_SYMBOL_LIST_H
#define CLI_SYMBOL_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/symbol.h"

struct complaints;
struct options;
struct stop;

enum { SYMBOL_LIST_NONE = UINT32_MAX };

struct symbol_list; /* opaque */

enum {
	SYMBOL_LIST_MAX = 10 * 1000 * 1000,  /* entries */
	SYMBOL_LIST_INVALID_MAX = 100 * 1000 /* invalid ones among them */
};

MUST_CHECK struct symbol_list *symbol_list_new(struct err *err);
void symbol_list_free(struct symbol_list *list);

/* Who knows symbols by their names. find: 1 and the symbol; 0: no such name;
 * may_fetch: else no more is known than now.
 * Errors: INPUT, in place of what was wrong with the text as a symbol. */
struct symbol_namer {
	int (*find)(void *arg, const char *text, size_t len, bool may_fetch,
		    struct symbol *out, struct err *err);
	void *arg;
};

/* Whom symbol_list_read asks about what is no symbol; else nobody. */
void symbol_list_set_namer(struct symbol_list *list, struct symbol_namer namer);

/* Asks. A list that is refused anyway fetches no names. Returns as find. */
int symbol_list_find_name(const struct symbol_list *list, const char *text,
			  size_t len, struct symbol *out, struct err *err);

/* Appends an entry. Errors: INPUT (too many), SYSTEM. */
MUST_CHECK int symbol_list_add(struct symbol_list *list,
			       const struct symbol *symbol, bool has_priority,
			       struct err *err);

/* Keeps how the entry added last was typed: the first len bytes of text.
 * Errors: INPUT (too much text), SYSTEM. */
MUST_CHECK int symbol_list_note_input(struct symbol_list *list,
				      const char *text, size_t len,
				      struct err *err);

/* Appends an entry that is no symbol: the first len bytes of text (copied,
 * made printable) and why it is refused. Errors: INPUT (too many), SYSTEM. */
MUST_CHECK int symbol_list_add_invalid(struct symbol_list *list,
				       const char *text, size_t len,
				       const char *reason, struct err *err);

/* The entry cannot be read again: it came from stdin or a FIFO. */
void symbol_list_note_passing(struct symbol_list *list, uint32_t i);
bool symbol_list_is_passing(const struct symbol_list *list, uint32_t i);

/* Gives priority to the entries of the symbol; where there is none, adds one.
 * Errors: as symbol_list_add. */
MUST_CHECK int symbol_list_prefer(struct symbol_list *list,
				  const struct symbol *symbol, struct err *err);

/* What was wrong with entries that are no symbols and not to be skipped. */
struct complaints *symbol_list_complaints(struct symbol_list *list);

/* Reads what the options name: arguments, each -f FILE ("-": stdin), or stdin
 * when neither is given. Lines: "SYMBOL", "SYMBOL,MARKET", "SYMBOL MARKET", or
 * rows of CSV under a header (list_row.h); '#' comments, blank lines, CRLF, a
 * BOM, a missing last newline; '!' before a symbol puts it ahead of the rest;
 * --priority FILE does so for all its symbols, and adds those that nothing else
 * asks for. With skip-invalid a bad line becomes an entry with an error, else a
 * complaint: "'symbols.txt': line 7: unknown market 'XX'", "AAPL.XX: unknown
 * market 'XX'"; all are read, so that all can be told.
 * old: NULL, or what the same options read before: regular files are read again,
 * and what came from elsewhere (stdin, a FIFO) is as in old.
 * Blocks: on pipes until stop or deadline_ns.
 * Errors: INPUT, USAGE (no such file, nothing to read), CANCELED, DEADLINE,
 * SYSTEM. */
MUST_CHECK int symbol_list_read(struct symbol_list *list,
				const struct symbol_list *old,
				const struct options *options,
				struct stop *stop, int64_t deadline_ns,
				struct err *err);

size_t symbol_list_count(const struct symbol_list *list);

/* The entry's symbol; for an invalid one, its code is empty. */
const struct symbol *symbol_list_at(const struct symbol_list *list, uint32_t i);

/* The entry as it was typed: read again, it means the same. */
const char *symbol_list_input(const struct symbol_list *list, uint32_t i);

/* Whether the entry is the first of its kind, and so the one to fetch. An
 * invalid one never is. */
bool symbol_list_is_first(const struct symbol_list *list, uint32_t i);

/* The next entry that asks for the same symbol, or SYMBOL_LIST_NONE. */
uint32_t symbol_list_next_same(const struct symbol_list *list, uint32_t i);

/* Entries to serve first, in input order; the rest follows. Ask it of the
 * first of a kind: it has priority when any of them was given it. */
bool symbol_list_is_priority(const struct symbol_list *list, uint32_t i);
bool symbol_list_has_priority(const struct symbol_list *list);

/* What an invalid entry said, made printable, and why it is refused; NULL when
 * entry i is valid. */
struct symbol_list_invalid {
	uint32_t index;
	char *text;   /* owned by the list */
	char *reason; /* owned by the list */
};
const struct symbol_list_invalid *symbol_list_invalid_at(
	const struct symbol_list *list, uint32_t i);

#endif
