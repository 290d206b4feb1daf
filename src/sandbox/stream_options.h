/* SPDX-License-Identifier: MIT */
/* stream_options.h: what the command line says about the stream.
 * Sandbox; uses stream_desk's and tape's rules. The table of the options is
 * options_table's. */
#ifndef SANDBOX_STREAM_OPTIONS_H
#define SANDBOX_STREAM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sandbox/stream_desk.h"
#include "sandbox/tape.h"

enum { MARKET_WAITS, MARKET_MOVES, MARKET_CLOSED };

struct stream_options {
	int64_t port;
	const char *port_file, *log, *tape_log;
	int64_t approval_interval, approval_life;                     /* s */
	int64_t registrations, slot_keep, ack_delay, heartbeat, ping; /* ms */
	int64_t silence;                                              /* s */
	int market, width; /* places of words */
	int64_t rate, clump, speed, start, trades;
	struct stream_fault_rule *fault; /* owned */
	size_t fault_count;
};

void stream_options_release(struct stream_options *options);

/* One more --fault.
 * Errors: USAGE, SYSTEM (memory). */
MUST_CHECK int stream_options_add_fault(struct stream_options *options,
					const char *spec, struct err *err);

/* Owns: the rules borrow from options.
 * Errors: USAGE: --tape-start is no time. */
MUST_CHECK int stream_options_make_tape(const struct stream_options *options,
					uint64_t seed, struct tape_rules *rules,
					struct err *err);
void stream_options_make_desk(const struct stream_options *options,
			      uint64_t seed, uint64_t salt,
			      struct stream_rules *rules);

#endif
