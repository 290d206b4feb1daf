/* SPDX-License-Identifier: MIT */
/* token_state.h: the token that runs share, and whose turn it is to ask for
 * another: the arithmetic.
 * Layer share; uses base, provider. Pure: times are parameters.
 *
 * A broker issues at most one token in an interval (a minute), so the moment of
 * asking is written down before the broker is asked, and who asks holds no lock
 * meanwhile: the claim says who it is and when its call is over at the latest.
 * Whoever is stopped or killed with a claim costs the others that time.
 *
 *	claim .. done (issued, refused, lost, elsewhere)
 *
 * A refused call issued nothing, and leaves no trace. One whose answer was lost
 * may have been an issue, and counts.
 *
 * Times are milliseconds of clock_boot_ms, in this process. A store that has
 * another clock translates them, in doubt to the later side. */
#ifndef SHARE_TOKEN_STATE_H
#define SHARE_TOKEN_STATE_H

#include <stdint.h>

#include "base/err.h"
#include "provider/provider.h"

#define TOKEN_NEVER (INT64_MIN / 4)

/* What became of a call for a token. */
enum token_result {
	TOKEN_UNTOLD,    /* it was made; no more is known */
	TOKEN_UNDER_WAY, /* who made it has not come back */
	TOKEN_ISSUED,
	TOKEN_REFUSED,   /* answered: nothing was issued */
	TOKEN_LOST,      /* no answer: it may have been issued */
	TOKEN_ELSEWHERE, /* answered: another was served within the interval */
	TOKEN_RESULTS
};

struct token_state {
	char text[TOKEN_BYTES];   /* "": none */
	int64_t got_ms;           /* when; TOKEN_NEVER: not known */
	int64_t expires_ms;       /* its end, where there is one */
	int64_t asked_ms;         /* the interval counts from here */
	enum token_result result; /* of that call */
	int64_t claim;            /* who asks now: a number; 0: nobody */
	int64_t claim_pid;        /* its process; 0: not known */
	int64_t claim_until_ms;   /* then its call is over */
};

struct token_rules {
	int64_t interval_ms; /* least time between two issues; 0: no rule */
	int64_t call_max_ms; /* no call for a token takes longer */
};

/* No token, never asked for. */
void token_state_init(struct token_state *s);

/* When a token is to be replaced: in its last minutes, for clocks differ and
 * calls take their time; or in the last half of a short life. */
int64_t token_state_renew_ms(const struct token_state *s);

enum token_turn {
	TOKEN_THERE,     /* there is one: use it */
	TOKEN_ASK,       /* nobody asks: you may */
	TOKEN_ASKED_FOR, /* somebody asks, until then at the latest */
	TOKEN_TOO_EARLY, /* somebody asked; the next may ask then */
};

/* What is to be done by one who wants a token that is not dead ("": any).
 * until_ms is filled for the last two. */
enum token_turn token_state_turn(const struct token_state *s,
				 const struct token_rules *r, const char *dead,
				 int64_t now_ms, int64_t *until_ms);

/* Who asks, and what was known before: what a refusal leaves behind. */
struct token_claim {
	int64_t id; /* a number that no other claim has */
	int64_t pid;
	int64_t asked_ms;
	int64_t asked_before_ms;
	enum token_result result_before;
};

/* Notes that the owner of the claim is about to ask; id and pid are set. */
void token_state_claim(struct token_state *s, const struct token_rules *r,
		       struct token_claim *claim, int64_t now_ms);

/* How it went. */
struct token_end {
	enum token_result result;
	const char *text; /* of TOKEN_ISSUED */
	int64_t life_ms;  /* of TOKEN_ISSUED: from now on */
	int64_t wait_ms;  /* of TOKEN_ELSEWHERE: before the next call */
};

/* Notes how it went. A claim that has run out meanwhile takes nothing from who
 * asks by now. */
void token_state_done(struct token_state *s, const struct token_rules *r,
		      const struct token_claim *claim,
		      const struct token_end *end, int64_t now_ms);

/* Takes over what from knows better: a later token, a later call. */
void token_state_merge(struct token_state *s, const struct token_state *from);

/* How an attempt to issue a token ended. */
enum issue_end {
	ISSUE_DONE,
	ISSUE_REFUSED, /* answered, no token: asking again breaks no rule */
	ISSUE_UNKNOWN, /* it may have been issued: the minute counts */
};

/* Asks the broker for a token once, on the caller's connection and quota, in
 * call_max_ns from when it is sent. An error of kind AUTH with retry_after_ms
 * says that another was served within the minute; AUTH without, that asking
 * again is no use. */
typedef int (*credential_issue_fn)(void *arg, struct provider_token *out,
				   enum issue_end *end, struct err *err);

#endif
