/* SPDX-License-Identifier: MIT */
/* stream_desk.h: what all sessions of the stream share: approval keys, the one
 * place that an app key has, the counters of the faults.
 * Sandbox; uses approval, fault, base.
 * Thread: any; one leaf lock. */
#ifndef SANDBOX_STREAM_DESK_H
#define SANDBOX_STREAM_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sandbox/approval.h"
#include "sandbox/fault.h"

struct stream_desk;

/* The broker's rules for the stream. */
struct stream_rules {
	struct approval_rules approval;
	const char *unknown; /* borrowed: codes that do not exist; or NULL */
	bool is_paper;
	int64_t registrations_max; /* of a session */
	int64_t slot_keep_ns;      /* the app key stays taken after a drop */
	int64_t ack_delay_ns;
	int64_t heartbeat_ns; /* between two; 0: none */
	int64_t silence_ns;   /* a heartbeat unanswered so long ends it */
	int64_t ping_ns;      /* between two pings of RFC 6455; 0: none */
	int64_t frame_max;    /* records in a frame */
	int width;            /* of a domestic record */
	uint64_t seed;
	struct fault_rule *fault; /* counters are changed */
	size_t fault_count;
};

/* Owns: rules are copied, what they point to is borrowed.
 * Errors: SYSTEM (memory). */
MUST_CHECK struct stream_desk *stream_desk_new(const struct stream_rules *rules,
					       struct err *err);
void stream_desk_free(struct stream_desk *desk);

const struct stream_rules *stream_desk_rules(const struct stream_desk *desk);

/* Issues an approval key. False: too soon after the last. */
bool stream_desk_issue(struct stream_desk *desk, int64_t now_ns,
		       char out[APPROVAL_KEY_BYTES]);

/* The number of a new session, from 1. */
int64_t stream_desk_open(struct stream_desk *desk);

/* May the session register with that key? It then has the app key's place.
 * Returns NULL, or the code of the refusal. */
const char *stream_desk_admit(struct stream_desk *desk, int64_t session,
			      const char *approval, int64_t now_ns);

/* The session has ended. has_said: with a close frame of the client. */
void stream_desk_leave(struct stream_desk *desk, int64_t session, bool has_said,
		       int64_t now_ns);

/* Counts the event with every rule of that fault, and returns the first that
 * fires; NULL: none.
 * Owns: the rule lives with the desk; what it says is constant. */
const struct fault_rule *stream_desk_find(struct stream_desk *desk,
					  enum fault fault,
					  const struct stream_event *event);

/* The same with one rule. */
bool stream_desk_fires(struct stream_desk *desk, const struct fault_rule *rule,
		       const struct stream_event *event);

/* Bits of chance. */
uint64_t stream_desk_draw(struct stream_desk *desk);

#endif
