#include "engine/breaker.h"

#include <stdlib.h>

#include "base/sync.h"

struct breaker { /* lock key: l under mu */
	struct mutex mu;
	int points;     /* l: since the last answer */
	bool is_open;   /* l: set once, never cleared */
	struct err why; /* l: when is_open */
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

/* The broker is there: it is the symbol's own failure. */
enum { IS_ANSWER = -1 };

static int points_of(const struct err *why)
{
	switch (why->kind) {
	case ERR_AUTH:
	case ERR_TLS:
	case ERR_HOST:
		return BREAKER_POINTS;
	case ERR_RATE_LIMIT:
	case ERR_TIMEOUT:
	case ERR_NETWORK:
	case ERR_HANDSHAKE:
	case ERR_SERVER:
	case ERR_TRUNCATED:
		return BREAKER_FIRM;
	case ERR_FORBIDDEN:
	case ERR_HTTP:
	case ERR_PARSE:
		return BREAKER_DOUBTFUL;
	case ERR_INPUT:
	case ERR_NOT_FOUND:
	case ERR_NO_TRADE:
	case ERR_LIMIT:
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
	return 0; /* it says nothing of the broker */
}

void breaker_note_answer(struct breaker *b)
{
	mutex_lock(&b->mu);
	b->points = 0;
	mutex_unlock(&b->mu);
}

void breaker_note_failure(struct breaker *b, const struct err *why)
{
	int points = points_of(why);

	if (points == IS_ANSWER) {
		breaker_note_answer(b);
		return;
	}
	mutex_lock(&b->mu);
	b->points += points;
	if (!b->is_open && b->points >= BREAKER_POINTS) {
		b->is_open = true;
		b->why = *why;
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
