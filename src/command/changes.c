/* SPDX-License-Identifier: MIT */
#include "command/changes.h"

#include <string.h>

#include "model/quote.h"

/* Keeps the number; true: it differs. */
static bool note_number(char last[DECIMAL_BYTES], const char *number)
{
	size_t len = number ? strlen(number) : 0;

	require(len < DECIMAL_BYTES);
	if (strlen(last) == len && (len == 0 || memcmp(last, number, len) == 0))
		return false;
	if (len > 0)
		memcpy(last, number, len);
	last[len] = '\0';
	return true;
}

bool change_note(struct change *last, const struct outcome *o)
{
	struct change was = *last;
	bool is_new;

	last->is_known = true;
	last->has_failed = !o->has_quote;
	if (!o->has_quote) {
		last->kind = o->err.kind;
		return !was.is_known || !was.has_failed ||
		       was.kind != o->err.kind;
	}
	is_new = !was.is_known || was.has_failed;
	is_new |= note_number(last->price, o->quote.number[QUOTE_PRICE]);
	is_new |= note_number(last->volume, o->quote.number[QUOTE_VOLUME]);
	return is_new;
}
