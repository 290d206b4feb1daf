#include "engine/breaker.h"

#include <stdlib.h>

#include "base/sync.h"

struct breaker { /* lock key: l under mu */
	struct mutex mu;
	struct err why; /* l: of the last failure */
	int failures;   /* l: alike, in a row */
	bool is_there;  /* l: the broker has answered */
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

enum {
	SAYS_NOTHING = 0, /* of the broker */
	IS_ANSWER = -1 /* the broker is there: it is the symbol's own failure */
};

/* How many failures in a row open it. What may be one symbol's fault or the
 * broker's is that symbol's for longer where the broker has answered others. */
static int failures_to_open(const struct err *why, bool is_there)
{
	switch (why->kind) {
	case ERR_AUTH:
	case ERR_TLS:
	case ERR_HOST:
		return 1;
	case ERR_FORBIDDEN:
		return is_there ? BREAKER_DOUBTS : 1;
	case ERR_HTTP:
		if (why->code == 404)
			return IS_ANSWER;
		return is_there ? BREAKER_DOUBTS : BREAKER_FAILURES;
	case ERR_PARSE:
		return is_there ? BREAKER_DOUBTS : BREAKER_FAILURES;
	case ERR_RATE_LIMIT:
	case ERR_TIMEOUT:
	case ERR_NETWORK:
	case ERR_HANDSHAKE:
	case ERR_SERVER:
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

static void note_answer_locked(struct breaker *b) REQUIRES(b->mu)
{
	b->failures = 0;
	b->is_there = true;
}

void breaker_note_answer(struct breaker *b)
{
	mutex_lock(&b->mu);
	note_answer_locked(b);
	mutex_unlock(&b->mu);
}

static void note_failure_locked(struct breaker *b, const struct err *why)
	REQUIRES(b->mu)
{
	int most = failures_to_open(why, b->is_there);

	if (most == SAYS_NOTHING || b->is_open)
		return;
	if (most == IS_ANSWER) {
		note_answer_locked(b);
		return;
	}
	b->failures = b->why.kind == why->kind ? b->failures + 1 : 1;
	b->why = *why;
	b->is_open = b->failures >= most;
}

void breaker_note_failure(struct breaker *b, const struct err *why)
{
	mutex_lock(&b->mu);
	note_failure_locked(b, why);
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
