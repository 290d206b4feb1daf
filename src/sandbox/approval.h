/* SPDX-License-Identifier: MIT */
/* approval.h: the desk that issues approval keys and knows which are good.
 * Sandbox, low; pure: times come in, nothing is locked.
 *
 * A key opens sessions of the stream for a day. It is looked at when a session
 * registers for the first time, and never again: a session outlives its key.
 * The desk answers once a second. */
#ifndef SANDBOX_APPROVAL_H
#define SANDBOX_APPROVAL_H

#include <stdbool.h>
#include <stdint.h>

enum { APPROVAL_KEY_BYTES = 37, APPROVAL_KEYS_KEPT = 32 };

struct approval_rules {
	int64_t interval_ns; /* least time between two issues */
	int64_t life_ns;
	uint64_t salt; /* makes the keys of two runs differ */
};

struct approval_key {
	char text[APPROVAL_KEY_BYTES]; /* "": none */
	int64_t made_ns;
};

struct approval_desk {
	struct approval_rules rules;
	struct approval_key key[APPROVAL_KEYS_KEPT]; /* the last ones issued */
	uint64_t issued;                             /* so far */
};

void approval_desk_init(struct approval_desk *desk,
			const struct approval_rules *rules);

/* Issues a key.
 * Owns: the text is valid until the next issue; copy it.
 * NULL: too soon after the last. */
const char *approval_issue(struct approval_desk *desk, int64_t now_ns);

enum approval_state { APPROVAL_GOOD, APPROVAL_UNKNOWN, APPROVAL_EXPIRED };

enum approval_state approval_check(const struct approval_desk *desk,
				   const char *key, int64_t now_ns);

#endif
