/* SPDX-License-Identifier: MIT */
/* breaker.h: whether a source can be asked at present; pure.
 * Layer engine; uses base. Time and chance are parameters; main's alone.
 *
 *	closed --- so many failures in a row, no answer between --> open
 *	open   --- one probe at a time, at growing intervals, and halfway to the
 *	           deadline where the next one would come too late
 *	open   --- the first answer, a refusal for the rate too --> closed
 *
 * It is hopeless, and stays so, when waiting cannot help: credentials refused,
 * certificate wrong, a host name that does not exist, before anything was ever
 * answered; every call refused by the source's own word; no connection ever
 * stood for BREAKER_UNREACHED_NS; or --retries caps the probes. Eight seconds:
 * a service that restarts is back within five, and a person who typed a wrong
 * port still sits there. */
#ifndef ENGINE_BREAKER_H
#define ENGINE_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

enum {
	BREAKER_FAILURES = 4, /* in a row open it */
	BREAKER_REFUSALS = 10 /* from the start, by the source's own word */
};
#define BREAKER_UNREACHED_NS (8 * NS_PER_SEC)

struct breaker {
	int probes_max; /* that may fail in a row: --retries; 0: no end */
	int probes;     /* that failed, since it opened */
	int failures;   /* in a row, since the last answer */
	int refusals; /* of calls, by the source's own word, before any answer */
	bool was_connected, was_answered; /* ever */
	bool is_open, is_hopeless;
	bool is_probing;          /* a probe is under way */
	int64_t failing_since_ns; /* the first of these failures; 0: none */
	int64_t opened_ns;        /* when is_open */
	int64_t probe_at_ns, interval_ns;
	struct err why; /* the last failure */
};

void breaker_init(struct breaker *b, int probes_max);

enum breaker_reply {
	BREAKER_CLOSED,
	BREAKER_PROBE,   /* one call, then breaker_note_probe */
	BREAKER_WAIT,    /* nothing before *at_ns, or until the probe's end */
	BREAKER_HOPELESS /* why says why */
};

enum breaker_reply breaker_ask(struct breaker *b, int64_t now_ns,
			       int64_t *at_ns);
void breaker_note_probe(struct breaker *b);

/* The source answered: with quotes, with a symbol's own error, or by a refusal
 * for the rate (is_refusal). */
void breaker_note_answer(struct breaker *b, bool is_refusal);

struct breaker_failure {
	const struct err *err;
	bool was_connected; /* a connection stood */
	bool is_own;        /* the source's own code says so */
	double random;      /* [0, 1): spreads the probes */
	int64_t now_ns;
	int64_t latest_ns; /* no probe is of use later; CLOCK_NEVER: any is */
};

void breaker_note_failure(struct breaker *b, const struct breaker_failure *f);

#endif
