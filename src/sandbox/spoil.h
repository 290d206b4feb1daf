/* SPDX-License-Identifier: MIT */
/* spoil.h: the faults that spoil a good answer.
 * Sandbox; uses body, fault. Pure.
 *
 * Each function writes what the good answer would hold, unless a rule says
 * otherwise; rule NULL changes nothing. */
#ifndef SANDBOX_SPOIL_H
#define SANDBOX_SPOIL_H

#include "sandbox/fault.h"
#include "sandbox/json_text.h"

/* The price field of the symbol. */
void spoil_add_price(struct buf *body, const struct fault_rows *rows,
		     const char *symbol, const char *key, const char *price);

/* The same where prices are numbers; the text of price= is written as it is. */
void spoil_add_number(struct buf *body, const struct fault_rows *rows,
		      const char *symbol, const char *key, const char *number);

/* A text field of the symbol, such as its name. */
void spoil_add_name(struct buf *body, const struct fault_rows *rows,
		    const char *symbol, const char *key, const char *name);

/* The symbol that the answer names: the one given, or other. */
const char *spoil_get_symbol(const struct fault_rows *rows, const char *symbol,
			     const char *other);

/* The token field. */
void spoil_add_token(struct buf *body, const struct fault_rule *rule,
		     const char *token);

/* What concerns the finished body as a whole. */
void spoil_whole(struct buf *body, const struct fault_rule *rule);

/* Makes it an array or object without anything in it. */
void spoil_rows(struct buf *body);

#endif
