/* SPDX-License-Identifier: MIT */
/* symbol_names.h: the names of symbols, as the sources publish them.
 * Layer command; uses base, model, cli, net, provider, share.
 *
 * A list is fetched once a day and remembered (share/name_book.h). An old one
 * serves where a new one cannot be had: that is said. The fetches are a handful
 * a day, from hosts of their own or calls that no limit of quotes counts, so
 * they go one after the other and not through the engine. */
#ifndef COMMAND_SYMBOL_NAMES_H
#define COMMAND_SYMBOL_NAMES_H

#include <stdbool.h>

#include "base/err.h"

struct command;
struct name_book;
struct result;

/* Adds the lists of the command's accounts to the book; with may_fetch anew where
 * they are a day old or not there. What could not be had is said in a line each,
 * unless another list could.
 * Errors: USAGE, SYSTEM, and whatever a fetch says when no list could be had. */
MUST_CHECK int symbol_names_load(const struct command *c, bool may_fetch,
				 struct name_book *book, struct err *err);

/* Gives quotes that no call told the name of the one in the lists; without memory
 * for it, they stay without. */
void symbol_names_fill(const struct name_book *book, struct result *result);

#endif
