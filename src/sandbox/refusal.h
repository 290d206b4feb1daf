/* SPDX-License-Identifier: MIT */
/* refusal.h: the broker's ways of saying no.
 * Sandbox; uses answer. Pure.
 * Source: the broker's error sheet, and bodies seen in the wild. */
#ifndef SANDBOX_REFUSAL_H
#define SANDBOX_REFUSAL_H

#include "sandbox/answer.h"
#include "sandbox/request.h"

/* Makes the answer the refusal with that code, in the shape of the endpoint:
 * the token desk has another one than the quote calls. Unknown codes are
 * refused with HTTP 500 and a plain text.
 * detail: put into the text where the code has a place for it; or NULL. */
void refusal_write(struct answer *answer, enum endpoint endpoint,
		   const char *msg_cd, const char *detail);

#endif
