/* breaker.h: stops a run early when everything fails alike.
 * Layer engine; uses base.
 *
 * It opens when requests fail finally, one after another and all of one kind,
 * with no answer in between: at the first for what cannot heal by itself
 * (credentials, certificate, host name), else at BREAKER_FAILURES, or at
 * BREAKER_DOUBTS of what may be the fault of a few symbols (an answer that
 * cannot be read), where others were answered before. Then every further
 * request fails at once with the same error, and it is said once. */
#ifndef ENGINE_BREAKER_H
#define ENGINE_BREAKER_H

#include <stdbool.h>

#include "base/err.h"

enum { BREAKER_FAILURES = 6, BREAKER_DOUBTS = 30 };

struct breaker; /* opaque */

MUST_CHECK struct breaker *breaker_new(struct err *err);
void breaker_free(struct breaker *b);

/* The broker answered a request. Thread: any. */
void breaker_note_answer(struct breaker *b);

/* A request failed finally. Thread: any. */
void breaker_note_failure(struct breaker *b, const struct err *why);

/* Whether it is open; then *why is the error that opened it. Thread: any. */
bool breaker_is_open(struct breaker *b, struct err *why);

#endif
