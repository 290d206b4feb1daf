/* SPDX-License-Identifier: MIT */
/* rules.h: all that the sources are told about how to be.
 * Sandbox, low; a struct and nothing else. Texts are borrowed. */
#ifndef SANDBOX_RULES_H
#define SANDBOX_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sandbox/fault.h"
#include "sandbox/ratelimit.h"
#include "sandbox/source.h"

struct stream_desk;
struct tape;

struct broker_rules {
	const char *app_key, *app_secret;
	const char *unknown; /* codes that do not exist */
	const char *poison;  /* the code that spoils its call; or NULL */
	/* Numbers are places of words on the command line: 0, or 1: so. */
	int is_paper, has_no_multi, is_shuffled, is_unsigned;
	int hides_unknown;     /* no blank row for them in a multi call */
	int64_t rate[SOURCES]; /* calls a second; Alpaca: a minute; 0: any */
	int window;            /* enum ratelimit_window */
	int limit_is_200, counts_refused;
	int64_t latency_ms, jitter_ms, before_ms, before_jitter_ms;
	int64_t token_interval_s, token_same_s, token_life_s, revoke_after;
	bool is_token_dead;
	const char *alpaca_key_id, *alpaca_secret_key;
	int64_t seed;             /* of chance that can be repeated */
	uint64_t salt;            /* of that which cannot */
	struct fault_rule *fault; /* counters are changed */
	size_t fault_count;
	struct stream_desk *stream; /* borrowed, as is the tape */
	struct tape *tape;
};

#endif
