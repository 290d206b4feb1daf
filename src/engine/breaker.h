/* breaker.h: stops a run early when everything fails.
 * Layer engine; uses base.
 *
 * Requests that fail finally, with no answer in between, add up: what cannot
 * heal by itself (credentials, certificate, host name) opens it at once, what
 * says that the broker cannot be reached counts fivefold, what may be the fault
 * of a few symbols (an answer that cannot be read, a 403 of a gateway) once.
 * When it is open, every further request fails at once with the error that
 * opened it, and it is said once. */
#ifndef ENGINE_BREAKER_H
#define ENGINE_BREAKER_H

#include <stdbool.h>

#include "base/err.h"

/* What adds up to BREAKER_POINTS opens it. */
enum { BREAKER_POINTS = 30, BREAKER_FIRM = 5, BREAKER_DOUBTFUL = 1 };

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
