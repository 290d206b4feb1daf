/* SPDX-License-Identifier: MIT */
#include "share/token_trust.h"

enum { STRIKES_DEAD = 2 };

void token_trust_init(struct token_trust *t)
{
	*t = (struct token_trust){ .strikes = 0 };
}

bool token_trust_doubt(struct token_trust *t, int64_t sent_ns, int64_t now_ns)
{
	if (t->has_served && sent_ns <= t->served_sent_ns)
		return false; /* a later call knows better */
	if (t->strikes == 0 || sent_ns > t->doubted_sent_ns)
		t->doubted_sent_ns = sent_ns;
	if (t->strikes > 0 && sent_ns < t->struck_ns)
		return false; /* it was in flight beside that one */
	if (t->strikes < TOKEN_STRIKES_USELESS)
		t->strikes++;
	t->struck_ns = now_ns;
	return true;
}

bool token_trust_confirm(struct token_trust *t, int64_t sent_ns)
{
	bool had_strikes = t->strikes > 0;

	if (!t->has_served || sent_ns > t->served_sent_ns)
		t->served_sent_ns = sent_ns;
	t->has_served = true;
	if (sent_ns > t->doubted_sent_ns)
		t->strikes = 0;
	return had_strikes && t->strikes == 0;
}

bool token_trust_is_dead(const struct token_trust *t)
{
	return t->strikes >= STRIKES_DEAD;
}

bool token_trust_may_serve(const struct token_trust *t)
{
	return t->has_served && t->strikes < TOKEN_STRIKES_USELESS;
}
