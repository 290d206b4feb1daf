/* SPDX-License-Identifier: MIT */
/* stream_fault.h: what goes wrong on the stream: the other half of --fault.
 * Sandbox, low; uses base. Pure: chance comes in as random bits.
 *
 * A rule is NAME[:ARGUMENT][@CONDITION,...], with a colon where the faults of
 * the calls have an equals sign. Each kind belongs to a stage: the opening of
 * a session, a moment of it, an ack, a trade, a frame. What happens there and
 * fits session and symbol is counted by the rule; nth, every, p and times
 * choose among those. */
#ifndef SANDBOX_STREAM_FAULT_H
#define SANDBOX_STREAM_FAULT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

enum stream_fault {
	/* The opening: instead of a good answer to the handshake. */
	STREAM_HS_SILENT,
	STREAM_HS_DRIP,
	STREAM_HS_STATUS,
	STREAM_HS_ACCEPT,
	STREAM_HS_NO_ACCEPT,
	STREAM_HS_TWO_ACCEPTS,
	STREAM_HS_NO_UPGRADE,
	STREAM_HS_NO_CONNECTION,
	STREAM_HS_EXTENSION,
	STREAM_HS_PROTOCOL,
	STREAM_HS_FLOOD,
	STREAM_HS_EARLY,
	STREAM_HS_CLOSE,
	STREAM_HS_RESET,
	STREAM_HS_NOT_HTTP,
	/* How bytes travel in the whole session. */
	STREAM_CUT,
	STREAM_GLUE,
	/* A moment of a session, once in it. */
	STREAM_RST,
	STREAM_CLOSE,
	STREAM_FIN,
	STREAM_LIFE,
	STREAM_MUTE,
	STREAM_QUIET,
	STREAM_PING_FLOOD,
	STREAM_NO_READ,
	STREAM_HUGE_TEXT,
	STREAM_HUGE_FRAGMENTS,
	STREAM_HUGE_CLAIM,
	STREAM_RFC,
	STREAM_RAW,
	STREAM_TEXT,
	STREAM_JSON_GARBAGE,
	STREAM_JSON_BIG,
	STREAM_JSON_DEEP,
	STREAM_JSON_NUL,
	STREAM_BUSY_LATE,
	STREAM_BURST,
	/* The answer to a registration. */
	STREAM_ACK_LOST,
	STREAM_ACK_LATE,
	STREAM_ACK_DUP,
	STREAM_ACK_ALIEN,
	STREAM_ACK_AFTER_DATA,
	STREAM_ACK_NO_BODY,
	STREAM_ACK_CONTROL,
	STREAM_ACK_CODE,
	STREAM_BUSY,
	STREAM_APPROVAL_DEAD,
	STREAM_APPROVAL_SILENT,
	STREAM_LIMIT,
	/* The issue of an approval key. */
	STREAM_APPROVAL_EMPTY,
	STREAM_APPROVAL_CRLF,
	STREAM_APPROVAL_QUOTE,
	STREAM_APPROVAL_LONG,
	/* A heartbeat. */
	STREAM_BEAT_FIELDS,
	STREAM_BEAT_BIG,
	STREAM_BEAT_ESCAPED,
	/* A trade of the tape. */
	STREAM_SKIP,
	/* A frame of trades. */
	STREAM_DUP,
	STREAM_SWAP,
	STREAM_COUNT,
	STREAM_WIDTH,
	STREAM_FIELD,
	STREAM_VALUE,
	STREAM_ALIEN,
	STREAM_LINGER,
	STREAM_OPCODE,
	STREAM_UTF8,
	STREAM_ODD,
	/* The market itself; these take no conditions. */
	STREAM_TAPE_CLOSED,
	STREAM_NEW_DAY,
	STREAM_AUCTION,
	STREAM_FAULTS
};

enum stream_stage {
	STREAM_AT_OPENING,
	STREAM_ALWAYS,
	STREAM_AT_MOMENT,
	STREAM_AT_ACK,
	STREAM_AT_ISSUE,
	STREAM_AT_HEARTBEAT,
	STREAM_AT_TRADE,
	STREAM_AT_FRAME,
	STREAM_IN_MARKET,
};

struct stream_fault_rule {
	enum stream_fault fault;
	char text[512];  /* the argument, or its default */
	int64_t number;  /* the same as a number, where one is meant */
	char symbol[24]; /* tr_key or code; "": any */
	int64_t session_first, session_last; /* 0: any */
	int64_t nth_first, nth_last;         /* 0: any */
	int64_t every;                       /* 0: any */
	int64_t times;                       /* 0: no end */
	double p;                            /* below 0: always */
	/* Of a moment: all three must be reached. */
	int64_t after;       /* records sent */
	int64_t ms;          /* since the opening */
	int64_t registered;  /* keys */
	int64_t seen, fired; /* changed by stream_fault_fires alone */
};

/* What happens, as far as rules ask. */
struct stream_event {
	int64_t session;
	const char *tr_key, *code; /* NULL: none */
	uint64_t random;
};

/* Does the text name a fault of the stream? */
bool stream_fault_is_meant(const char *spec);

/* Reads one rule.
 * Errors: USAGE: an unknown name or condition, an unfit argument; names it. */
MUST_CHECK int stream_fault_parse(const char *spec,
				  struct stream_fault_rule *rule,
				  struct err *err);

/* Counts the event if it fits, and says whether the rule fires for it. */
bool stream_fault_fires(struct stream_fault_rule *rule,
			const struct stream_event *event);

const char *stream_fault_name(enum stream_fault fault);
enum stream_stage stream_fault_stage(enum stream_fault fault);

/* Prints the names, one line each, and the conditions. */
void stream_fault_list(FILE *out);

#endif
