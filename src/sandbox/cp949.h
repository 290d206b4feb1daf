/* SPDX-License-Identifier: MIT */
/* cp949.h: text as the broker's lists of symbols have it.
 * Sandbox, low; uses buf, utf8. Pure.
 * Source: Unicode's mapping of code page 949. */
#ifndef SANDBOX_CP949_H
#define SANDBOX_CP949_H

#include "base/buf.h"

/* Appends the UTF-8 text; what the listings do not hold becomes '?'. */
void cp949_add(struct buf *out, const char *text);

#endif
