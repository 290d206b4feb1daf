#include "engine/breaker.h"

#include <stdlib.h>

#include "base/sync.h"

struct breaker { /* lock key: l under mu */
	struct mutex mu;
	struct err why; /* l: of the last failure */
	int failures;   /* l: alike, in a row */
	bool is_open;   /* l: set once, never cleared */
};

struct breaker *breaker_new(struct err *err)
{
	struct breaker *b = calloc(1, sizeof *b);

	if (!b) {
		err_no_memory(err);
		return NULL;
	}
	if (mutex_init(&b->mu, err) < 0) {
		free(b);
		return NULL;
	}
	return b;
}

void breaker_free(struct breaker *b)
{
	if (!b)
		return;
	mutex_destroy(&b->mu);
	free(b);
}

enum { IS_ANSWER = 0, SAYS_NOTHING = -1 };

/* How many failures in a row open it; IS_ANSWER: the broker is there, it is the
 * symbol's own failure; SAYS_NOTHING: of the broker. */
static int threshold(enum err_kind kind)
{
	switch (kind) {
	case ERR_AUTH:
	case ERR_TLS:
	case ERR_HOST:
		return 1;
	case ERR_RATE_LIMIT:
	case ERR_TIMEOUT:
	case ERR_NETWORK:
	case ERR_HANDSHAKE:
	case ERR_HTTP:
	case ERR_SERVER:
	case ERR_PARSE:
	case ERR_TRUNCATED:
		return BREAKER_FAILURES;
	case ERR_INPUT:
	case ERR_NOT_FOUND:
	case ERR_TOKEN:
	case ERR_UNSUPPORTED:
		return IS_ANSWER;
	case ERR_USAGE:
	case ERR_DEADLINE:
	case ERR_CANCELED:
	case ERR_OUTPUT:
	case ERR_SYSTEM:
	case ERR_KINDS:
		break;
	}
	return SAYS_NOTHING;
}

void breaker_note_answer(struct breaker *b)
{
	mutex_lock(&b->mu);
	b->failures = 0;
	mutex_unlock(&b->mu);
}

void breaker_note_failure(struct breaker *b, const struct err *why)
{
	int most = threshold(why->kind);

	if (most == SAYS_NOTHING)
		return;
	if (most == IS_ANSWER) {
		breaker_note_answer(b);
		return;
	}
	mutex_lock(&b->mu);
	if (!b->is_open) {
		b->failures = b->why.kind == why->kind ? b->failures + 1 : 1;
		b->why = *why;
		b->is_open = b->failures >= most;
	}
	mutex_unlock(&b->mu);
}

bool breaker_is_open(struct breaker *b, struct err *why)
{
	bool is_open;

	mutex_lock(&b->mu);
	is_open = b->is_open;
	if (is_open)
		*why = b->why;
	mutex_unlock(&b->mu);
	return is_open;
}
