/* SPDX-License-Identifier: MIT */
/* token_trust.h: whether a token still serves, judged by what was answered to
 * the calls that were sent with it.
 * Layer share; uses base. Pure: times are parameters.
 *
 * A broker of many machines may call a good token dead once: one of them lags
 * behind, or is about to go. So a doubt is a strike, and an answer to a call
 * sent later takes all strikes back. Calls that were in flight side by side
 * when the first of them struck saw one moment of the broker, and are one
 * strike: the next one counts that was sent after it was known.
 *
 *	0  good
 *	1  doubted: the call is tried again with the same token
 *	2  dead: another token is wanted; as long as none is available, calls go
 *	   on with this one if it has served before
 *	4  useless */
#ifndef SHARE_TOKEN_TRUST_H
#define SHARE_TOKEN_TRUST_H

#include <stdbool.h>
#include <stdint.h>

/* Broker's words after which a token is not used any more. */
enum { TOKEN_STRIKES_USELESS = 4 };

struct token_trust {
	int strikes;
	bool has_served;         /* an answer was given to it */
	int64_t served_sent_ns;  /* when the latest such call was sent */
	int64_t doubted_sent_ns; /* when the latest doubted one was sent */
	int64_t struck_ns;       /* when the last strike was known */
};

/* Of a token that nothing is known of. */
void token_trust_init(struct token_trust *t);

/* The broker called it dead in a call sent at sent_ns. Times are monotonic.
 * Returns whether that is another strike. */
bool token_trust_doubt(struct token_trust *t, int64_t sent_ns, int64_t now_ns);

/* A call sent at sent_ns was answered with it.
 * Returns whether strikes were taken back. */
bool token_trust_confirm(struct token_trust *t, int64_t sent_ns);

/* Whether another token is wanted. */
bool token_trust_is_dead(const struct token_trust *t);

/* Whether a dead one may go on being used while no other is available. */
bool token_trust_may_serve(const struct token_trust *t);

#endif
