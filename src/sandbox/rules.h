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
	bool is_paper, has_multi;
	bool is_shuffled, is_signed;
	bool shows_blank_rows; /* for unknown codes in a multi call */
	int64_t rate[SOURCES]; /* calls a second; Alpaca: a minute; 0: any */
	int64_t limit_status;
	enum ratelimit_window window;
	bool counts_refused;
	int64_t latency_ms, jitter_ms, before_ms, before_jitter_ms;
	int64_t token_interval_s, token_same_s, token_life_s, revoke_after;
	bool is_token_dead;
	const char *alpaca_key_id, *alpaca_secret_key;
	uint64_t seed, salt; /* chance that can be repeated, and that cannot */
	struct fault_rule *fault; /* counters are changed */
	size_t fault_count;
	struct stream_desk *stream; /* borrowed, as is the tape */
	struct tape *tape;
};

#endif
