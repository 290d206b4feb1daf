/* SPDX-License-Identifier: MIT */
#include "sandbox/approval.h"

#include "sandbox/chance.h"

#include <string.h>

void approval_desk_init(struct approval_desk *desk,
			const struct approval_rules *rules)
{
	*desk = (struct approval_desk){ .rules = *rules };
}

/* 36 characters in the form of a UUID of chance, as the real ones have. */
static void make_key(char text[APPROVAL_KEY_BYTES], uint64_t salt,
		     uint64_t serial)
{
	static const char form[] = "xxxxxxxx-xxxx-4xxx-axxx-xxxxxxxxxxxx";
	uint64_t x = salt;

	_Static_assert(sizeof(form) == APPROVAL_KEY_BYTES, "a UUID");
	for (int i = 0; i < APPROVAL_KEY_BYTES; i++) {
		x = chance_mix(x + serial * CHANCE_STEP + (uint64_t)i);
		text[i] = form[i] == 'x' ? "0123456789abcdef"[x & 15] : form[i];
	}
}

const char *approval_issue(struct approval_desk *desk, int64_t now_ns)
{
	const struct approval_key *last =
		&desk->key[desk->issued % APPROVAL_KEYS_KEPT];
	struct approval_key *key;

	if (last->text[0] && now_ns - last->made_ns < desk->rules.interval_ns)
		return NULL;
	key = &desk->key[++desk->issued % APPROVAL_KEYS_KEPT];
	make_key(key->text, desk->rules.salt, desk->issued);
	key->made_ns = now_ns;
	return key->text;
}

enum approval_state approval_check(const struct approval_desk *desk,
				   const char *key, int64_t now_ns)
{
	for (int i = 0; i < APPROVAL_KEYS_KEPT; i++) {
		const struct approval_key *known = &desk->key[i];

		if (known->text[0] && strcmp(known->text, key) == 0)
			return now_ns - known->made_ns < desk->rules.life_ns
				       ? APPROVAL_GOOD
				       : APPROVAL_EXPIRED;
	}
	return APPROVAL_UNKNOWN;
}
