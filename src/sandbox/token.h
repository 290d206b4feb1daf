/* SPDX-License-Identifier: MIT */
/* token.h: the desk that issues access tokens and knows which one is good.
 * Sandbox, low; pure: times come in, nothing is locked.
 *
 * The rules: one issue a minute; within six hours of an issue the same token
 * is handed out again, even if it is dead for some reason other than a
 * revocation; a new token makes the old one worthless. */
#ifndef SANDBOX_TOKEN_H
#define SANDBOX_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

enum { TOKEN_BYTES = 320 };

struct token_rules {
	int64_t interval_ns; /* least time between two issues */
	int64_t same_ns;     /* within it the same token is given again */
	int64_t life_ns;
	int64_t revoke_after; /* quote calls until the first token dies; 0: never */
	bool is_always_dead; /* every token is refused */
	uint64_t salt;       /* makes the tokens of two runs differ */
};

struct token_desk {
	struct token_rules rules;
	char current[TOKEN_BYTES]; /* "" before the first issue */
	int64_t made_ns;           /* when current was made */
	int64_t issued_ns;         /* when it was last handed out */
	int64_t expires_unix_s;    /* wall clock */
	uint64_t serial;           /* tokens made so far */
	int64_t calls;             /* quote calls with current */
	bool is_revoked;
};

enum token_state { TOKEN_GOOD, TOKEN_INVALID, TOKEN_EXPIRED };

void token_desk_init(struct token_desk *desk, const struct token_rules *rules);

/* Issues a token: afterwards desk->current and desk->expires_unix_s hold it.
 * False: too soon after the last issue.
 * Units: now_ns monotonic, now_unix_s wall clock. */
bool token_issue(struct token_desk *desk, int64_t now_ns, int64_t now_unix_s);

/* Judges the token of a quote call, and counts the call. */
enum token_state token_check(struct token_desk *desk, const char *token,
			     int64_t now_ns);

#endif
