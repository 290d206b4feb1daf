/* SPDX-License-Identifier: MIT */
/* token_store.h: where runs leave the token to each other.
 * Layer share; uses base, token_state, token_file.
 *
 * Three operations, each of which happens once and wholly, and none of which
 * waits for anything but a file's lock (held for reading and writing one page):
 *
 *	look   what there is, and whose turn it is; takes no lock
 *	begin  the same; and if it is your turn, that you ask now
 *	done   how it went
 *
 * The store is a file of the state directory; where there is none, or it cannot
 * be written, it is the memory of this process, which then speaks for itself
 * alone. What this process knows goes into the file as soon as it can. Another
 * store (for many machines) has the same three operations. */
#ifndef SHARE_TOKEN_STORE_H
#define SHARE_TOKEN_STORE_H

#include <stdint.h>

#include "base/err.h"
#include "share/token_state.h"

struct stop;
struct token_store; /* opaque */

struct token_store_config {
	int dirfd;          /* borrowed; -1: none */
	const char *prefix; /* "token": of the file's name */
	const char *owner;  /* hashed name of the login */
	struct token_rules rules;
};

/* Errors: SYSTEM (memory). */
MUST_CHECK struct token_store *token_store_new(
	const struct token_store_config *config, struct err *err);
void token_store_free(struct token_store *s);

/* What was found, as of now. */
struct token_view {
	struct token_state state;
	enum token_turn turn;
	int64_t until_ms; /* of TOKEN_ASKED_FOR and TOKEN_TOO_EARLY */
};

/* Looks for a token that is not dead ("": for any).
 * Thread: these three, one at a time. */
void token_store_look(struct token_store *s, const char *dead,
		      struct token_view *out);

/* Looks, and takes the turn where it is free: after TOKEN_ASK the caller asks at
 * once, and calls token_store_done with the claim.
 * Blocks: for the file's lock, until deadline_ns or stop.
 * Errors: DEADLINE, CANCELED. */
MUST_CHECK int token_store_begin(struct token_store *s, const char *dead,
				 struct stop *stop, int64_t deadline_ns,
				 struct token_claim *claim,
				 struct token_view *out, struct err *err);

/* Tells how it went; out is what there is now (its turn means nothing).
 * Blocks: for the file's lock; a second or two, no longer after a stop, and a
 * quarter of a second after deadline_ns. */
void token_store_done(struct token_store *s, const struct token_claim *claim,
		      const struct token_end *end, struct stop *stop,
		      int64_t deadline_ns, struct token_view *out);

/* Why the file could not be written, at first; NULL: it could. Owned by the
 * store. */
const struct err *token_store_warning(const struct token_store *s);

#endif
