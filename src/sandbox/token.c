/* SPDX-License-Identifier: MIT */
#include "sandbox/token.h"

#include "base/clock.h"
#include "sandbox/chance.h"

#include <stdio.h>
#include <string.h>

void token_desk_init(struct token_desk *desk, const struct token_rules *rules)
{
	*desk = (struct token_desk){ .rules = *rules };
}

/* Three base64url parts with dots between them, like the real one. */
static void token_make(struct token_desk *desk)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789-_";
	static const char head[] = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzUxMiJ9.";
	enum { PAYLOAD = 190, SIGNATURE = 86 };
	size_t at = sizeof(head) - 1;
	uint64_t x =
		chance_mix(desk->rules.salt + CHANCE_STEP) ^ ++desk->serial;

	_Static_assert(sizeof(head) + PAYLOAD + 1 + SIGNATURE <= TOKEN_BYTES,
		       "a token must fit");
	memcpy(desk->current, head, at);
	for (int i = 0; i < PAYLOAD + 1 + SIGNATURE; i++) {
		desk->current[at++] =
			i == PAYLOAD ? '.' : digit[chance_next(&x) & 63];
	}
	desk->current[at] = '\0';
}

bool token_issue(struct token_desk *desk, int64_t now_ns, int64_t now_unix_s)
{
	const struct token_rules *rules = &desk->rules;
	bool has_token = desk->current[0] != '\0';

	if (has_token && now_ns - desk->issued_ns < rules->interval_ns)
		return false;
	if (!has_token || desk->is_revoked ||
	    now_ns - desk->made_ns >= rules->same_ns ||
	    now_ns - desk->made_ns >= rules->life_ns) {
		token_make(desk);
		desk->made_ns = now_ns;
		desk->expires_unix_s = now_unix_s + rules->life_ns / NS_PER_SEC;
		desk->calls = 0;
		desk->is_revoked = false;
	}
	desk->issued_ns = now_ns;
	return true;
}

enum token_state token_check(struct token_desk *desk, const char *token,
			     int64_t now_ns)
{
	const struct token_rules *rules = &desk->rules;

	if (rules->is_always_dead || desk->current[0] == '\0' ||
	    strcmp(token, desk->current) != 0)
		return TOKEN_INVALID;
	if (desk->is_revoked || now_ns - desk->made_ns >= rules->life_ns)
		return TOKEN_EXPIRED;
	if (rules->revoke_after > 0 && desk->serial == 1 &&
	    desk->calls >= rules->revoke_after) {
		desk->is_revoked = true;
		return TOKEN_EXPIRED;
	}
	desk->calls++;
	return TOKEN_GOOD;
}
