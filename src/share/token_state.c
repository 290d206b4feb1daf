/* SPDX-License-Identifier: MIT */
#include "share/token_state.h"

#include <string.h>

enum {
	MARGIN_MS = 10 * 60 * 1000,
	CLAIM_MAX_MS = 15 * 60 * 1000, /* what says more is nonsense */
	WORD_MAX_MS = 3600 * 1000
};

void token_state_init(struct token_state *s)
{
	*s = (struct token_state){ .got_ms = TOKEN_NEVER,
				   .asked_ms = TOKEN_NEVER };
}

int64_t token_state_renew_ms(const struct token_state *s)
{
	int64_t half_ms = (s->expires_ms - s->got_ms) / 2;

	if (s->got_ms == TOKEN_NEVER || half_ms > MARGIN_MS)
		half_ms = MARGIN_MS;
	return s->expires_ms - (half_ms > 0 ? half_ms : 0);
}

/* When the interval after the last call is over; TOKEN_NEVER where nothing is
 * known of a call. A stamp a little ahead is the clock of another machine, or
 * the broker's own word; far ahead, it tells nothing. */
static int64_t interval_end(const struct token_state *s,
			    const struct token_rules *r, int64_t now_ms)
{
	bool is_word = s->result == TOKEN_ELSEWHERE;
	int64_t ahead_ms = s->asked_ms - now_ms;

	if (s->asked_ms == TOKEN_NEVER ||
	    ahead_ms > (is_word ? WORD_MAX_MS : r->interval_ms))
		return TOKEN_NEVER;
	return (is_word || ahead_ms < 0 ? s->asked_ms : now_ms) +
	       r->interval_ms;
}

enum token_turn token_state_turn(const struct token_state *s,
				 const struct token_rules *r, const char *dead,
				 int64_t now_ms, int64_t *until_ms)
{
	if (s->text[0] && strcmp(s->text, dead) != 0 &&
	    now_ms < token_state_renew_ms(s))
		return TOKEN_THERE;
	if (s->claim && s->claim_until_ms > now_ms &&
	    s->claim_until_ms - now_ms <= CLAIM_MAX_MS) {
		*until_ms = s->claim_until_ms;
		return TOKEN_ASKED_FOR;
	}
	*until_ms = interval_end(s, r, now_ms);
	return *until_ms > now_ms ? TOKEN_TOO_EARLY : TOKEN_ASK;
}

void token_state_claim(struct token_state *s, const struct token_rules *r,
		       struct token_claim *claim, int64_t now_ms)
{
	claim->asked_ms = now_ms;
	claim->asked_before_ms = s->asked_ms;
	claim->result_before = s->result;
	s->asked_ms = now_ms;
	s->result = TOKEN_UNDER_WAY;
	s->claim = claim->id;
	s->claim_pid = claim->pid;
	s->claim_until_ms = now_ms + r->call_max_ms;
}

static void end_claim(struct token_state *s, enum token_result result,
		      int64_t asked_ms)
{
	s->claim = s->claim_pid = s->claim_until_ms = 0;
	s->result = result;
	s->asked_ms = asked_ms;
}

static void put_token(struct token_state *s, const struct token_end *end,
		      int64_t now_ms)
{
	size_t len = strlen(end->text);

	require(len < sizeof s->text);
	memcpy(s->text, end->text, len + 1);
	s->got_ms = now_ms;
	s->expires_ms = now_ms + end->life_ms;
}

void token_state_done(struct token_state *s, const struct token_rules *r,
		      const struct token_claim *claim,
		      const struct token_end *end, int64_t now_ms)
{
	bool is_mine = s->claim == claim->id ||
		       (!s->claim && s->asked_ms <= claim->asked_ms);

	if (end->result == TOKEN_ISSUED &&
	    (is_mine || s->got_ms < claim->asked_ms))
		put_token(s, end, now_ms);
	if (!is_mine)
		return;
	/* The interval counts from when the broker was asked, which was later
	 * than the claim: by now at the latest. */
	if (end->result == TOKEN_REFUSED)
		end_claim(s, claim->result_before, claim->asked_before_ms);
	else if (end->result == TOKEN_ELSEWHERE)
		end_claim(s, end->result,
			  now_ms + end->wait_ms - r->interval_ms);
	else
		end_claim(s, end->result, now_ms);
}

void token_state_merge(struct token_state *s, const struct token_state *from)
{
	if (from->text[0] && from->got_ms > s->got_ms) {
		memcpy(s->text, from->text, sizeof s->text);
		s->got_ms = from->got_ms;
		s->expires_ms = from->expires_ms;
	}
	if (from->asked_ms > s->asked_ms) {
		s->asked_ms = from->asked_ms;
		s->result = from->result;
	}
}
