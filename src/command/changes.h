/* SPDX-License-Identifier: MIT */
/* changes.h: what is new in quotes that are asked for again and again.
 * Layer command; uses base, model.
 *
 * New is a price or a volume that differs from the symbol's last, a failure of
 * another kind, and a quote after a failure. */
#ifndef COMMAND_CHANGES_H
#define COMMAND_CHANGES_H

#include <stdbool.h>

#include "base/decimal.h"
#include "base/err.h"

struct outcome;

/* What was seen last of a symbol; zeros: nothing. */
struct change {
	bool is_known, has_failed;
	enum err_kind kind;                               /* when has_failed */
	char price[DECIMAL_BYTES], volume[DECIMAL_BYTES]; /* "": none yet */
};

/* Notes what became of a symbol; true: it is new. */
bool change_note(struct change *last, const struct outcome *o);

#endif
