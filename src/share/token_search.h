/* SPDX-License-Identifier: MIT */
/* token_search.h: getting a token from outside of this process's memory.
 * Layer share; uses base, provider, token_state, token_store.
 *
 * A search looks into the store, and as that shows takes what is there, asks
 * the broker, or waits for another process or for the end of the broker's
 * minute. It holds no lock of this process or of the store's while it asks or
 * waits. What it brings is a token, or the word to keep the old one.
 *
 * A credential runs one search at a time. */
#ifndef SHARE_TOKEN_SEARCH_H
#define SHARE_TOKEN_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "share/token_store.h"

enum token_need {
	NEED_LOOK,    /* has another run a newer one? Else the old will do */
	NEED_RENEWAL, /* one that is not in its last minutes, if at no wait */
	NEED_TOKEN,   /* there is none, or it is dead, or by the clock over */
};

struct stop;

/* Who needs it: how the broker is asked, and for how long it can wait. */
struct token_asker {
	credential_issue_fn issue;
	void *arg;
	struct stop *stop;
	int64_t deadline_ns;
};

struct token_search {
	struct token_store *store;
	int64_t interval_ms; /* least time between two issues */
	const char *noun;    /* "token", in messages */
	say_fn *say;         /* to the user; or NULL */
	void *say_arg;
	const struct token_asker *asker;
	/* Whether the search is over: the old one serves again, or nobody wants
	 * a token any more. */
	bool (*is_needless)(void *arg);
	void *arg;

	enum token_need need;
	char old[TOKEN_BYTES]; /* what this process has; "": none */
	bool is_dead;          /* old: strikes say so */
	bool may_serve;        /* old may be used, for want of another */
	bool has_served;       /* old has, since it was issued */
	bool is_own;           /* old was issued to this process */
	bool is_reissued;      /* likewise, when it was dead before */

	/* The result of a success. */
	bool is_kept;             /* go on with the old one */
	bool is_issued;           /* to this process, just now */
	struct token_state found; /* what to use, where it is not kept */
	/* The result of a failure. */
	int64_t barred_ms; /* so long asking again is no use; 0: it may be */
	bool is_shared;    /* it is the broker's word, and not want of time */

	/* Inside. */
	int asks;
	bool was_told; /* the user, that it waits */
};

/* Runs a search: the second group of members is filled in, the rest is zero.
 * Blocks: until there is a token, the asker's deadline or stop, or it is
 * needless.
 * Errors: as credential_get. */
MUST_CHECK int token_search_run(struct token_search *s, struct err *err);

#endif
