/* SPDX-License-Identifier: MIT */
/* fault.h: the rules of --fault: what goes wrong, for which calls, and when; and
 * what goes wrong on the stream.
 * Sandbox, low; uses request. Pure: chance comes in as random bits, time as
 * nanoseconds since the start.
 *
 * A rule is NAME[=ARGUMENT][@CONDITION,CONDITION...]. source, path, symbol,
 * exchange, from and until say which calls fit; a call that fits is counted by the rule; nth,
 * every, p and times choose among those; for= says how long the rule goes on
 * from the chosen one, and what fits meanwhile is hit, too.
 *
 * Of the rules that fire for a call, the first that is not about rows has
 * it; those about rows have each its own rows, as many as there are.
 *
 * Some rules are not about a call (fault_is_lasting): the port is closed, a
 * foreign program calls, the limit is another. They hold all the time that
 * their conditions say, and without for= from the chosen call on.
 *
 * A rule of the stream is NAME[:ARGUMENT][@CONDITION,...], with a colon where
 * those of the calls have an equals sign. What happens at its stage (the opening
 * of a session, a moment of it, an ack, a trade, a frame) and fits session and
 * symbol is counted by the rule; nth, every, p and times choose among those. */
#ifndef SANDBOX_FAULT_H
#define SANDBOX_FAULT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "sandbox/request.h"

/* In the order of --fault list. */
enum fault {
	/* On the wire: how the bytes travel, or do not. */
	FAULT_HANG,
	FAULT_DELAY,
	FAULT_DRIP,
	FAULT_RESET,
	FAULT_CLOSE,
	FAULT_RESEND,
	FAULT_STALE,
	FAULT_CUT,
	FAULT_CUT_HEAD,
	FAULT_CUT_CHUNKED,
	FAULT_CUT_NOLENGTH,
	FAULT_STALL,
	FAULT_ENDLESS,
	FAULT_HEADERS,
	FAULT_HEADER_LINES,
	FAULT_HTTP09,
	FAULT_EARLY,
	FAULT_SHORT_LENGTH,
	FAULT_TWICE,
	FAULT_TOKEN_TIMEOUT,
	FAULT_LOST,
	FAULT_DOWN,
	/* Another answer in the place of the right one. */
	FAULT_STATUS,
	FAULT_HTML200,
	FAULT_REDIRECT,
	FAULT_RETRY_AFTER,
	FAULT_LIMIT,
	FAULT_LIMIT200,
	FAULT_REFUSE,
	FAULT_EXPIRED,
	FAULT_INVALID_TOKEN,
	FAULT_EMPTY,
	FAULT_NOBODY,
	FAULT_GARBAGE,
	FAULT_GZIP,
	/* The right answer, spoiled. */
	FAULT_CTYPE,
	FAULT_BIG,
	FAULT_DEEP,
	FAULT_PREFIX,
	FAULT_TRAILING,
	FAULT_BOM,
	FAULT_TOPARRAY,
	FAULT_NOROWS,
	FAULT_RT1,
	FAULT_TOKEN_NO_EXPIRY,
	FAULT_TOKEN_CRLF,
	FAULT_TOKEN_GARBAGE,
	/* A row of it, spoiled. */
	FAULT_WRONG_SYMBOL,
	FAULT_ABSENT,
	FAULT_NO_TRADE,
	FAULT_NULL,
	FAULT_EXPONENT,
	FAULT_PRICE,
	FAULT_ZERO,
	FAULT_TYPE,
	FAULT_DUP,
	FAULT_KEYCASE,
	FAULT_NAME,
	FAULT_ESCAPES,
	FAULT_CONTROL,
	FAULT_NUL,
	FAULT_SURROGATE,
	FAULT_BADUTF8,
	/* What is around the calls. */
	FAULT_FOREIGN,
	FAULT_RATE,
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
	FAULTS
};

enum fault_stage {
	FAULT_ON_WIRE,
	FAULT_REPLACES,
	FAULT_SPOILS,
	FAULT_IN_ROW,
	FAULT_AROUND,
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

enum fault_path {
	FAULT_PATH_ANY,
	FAULT_PATH_QUOTE,    /* calls for prices, of any source */
	FAULT_PATH_ENDPOINT, /* one kind of call */
};

struct fault_rule {
	enum fault fault;
	char text[512]; /* the argument, or its default */
	int64_t number; /* the same as a number, where one is meant */
	enum fault_path path;
	enum endpoint endpoint;      /* of FAULT_PATH_ENDPOINT */
	enum source source;          /* SOURCES: any */
	char symbol[24];             /* code, or the stream's tr_key; "": any */
	char exchange[8];            /* the same */
	int64_t from_ns, until_ns;   /* CLOCK_NEVER: no end */
	int64_t nth_first, nth_last; /* 0: any */
	int64_t every;               /* 0: any */
	int64_t times;               /* 0: no end */
	double p;                    /* below 0: always */
	int64_t for_ns;              /* 0: the chosen call alone */
	int64_t session_first, session_last; /* of the stream; 0: any */
	/* Of a moment of a session: all three must be reached. */
	int64_t after;      /* records sent */
	int64_t ms;         /* since the opening */
	int64_t registered; /* keys */
	/* Changed by fault_fires and stream_fault_fires alone. */
	int64_t seen, fired;
	int64_t fired_ns, lasts_until_ns;
};

/* Reads one rule.
 * Errors: USAGE: an unknown name or condition, an unfit number; names it. */
MUST_CHECK int fault_parse(const char *spec, struct fault_rule *rule,
			   struct err *err);

/* Counts the call if it fits, and says whether the rule fires for it.
 * has_history: the connection has carried a request before this one. */
bool fault_fires(struct fault_rule *rule, const struct request *request,
		 bool has_history, uint64_t random, int64_t now_ns);

bool fault_is_of_stream(enum fault fault);

/* What happens on the stream, as far as rules ask. */
struct stream_event {
	int64_t session;
	const char *tr_key, *code; /* NULL: none */
	uint64_t random;
};

/* Counts the event if it fits, and says whether the rule fires for it. */
bool stream_fault_fires(struct fault_rule *rule,
			const struct stream_event *event);

/* Does it choose among the calls that fit, by nth, every, p or times? */
bool fault_is_chosen(const struct fault_rule *rule);

bool fault_is_lasting(enum fault fault);

/* The span [begin, end) in which a lasting rule holds, as far as is known: a
 * call may begin another. */
void fault_get_span(const struct fault_rule *rule, int64_t *begin_ns,
		    int64_t *end_ns);
bool fault_holds(const struct fault_rule *rule, int64_t now_ns);

/* When that changes next, if no call does it; CLOCK_NEVER: not at all. */
int64_t fault_next_change(const struct fault_rule *rule, int64_t now_ns);

/* The rules about rows that have a call; borrowed. */
enum { FAULT_ROWS_MAX = 128 };
struct fault_rows {
	const struct fault_rule *rule[FAULT_ROWS_MAX];
	size_t count;
};

/* The first of them that does this to the symbol's row; NULL: none.
 * rows may be NULL. */
const struct fault_rule *fault_in_row(const struct fault_rows *rows,
				      enum fault fault, const char *symbol);

const char *fault_name(enum fault fault);
enum fault_stage fault_stage(enum fault fault);

/* The answer is made (and a token issued) before the wire fault acts. */
bool fault_needs_answer(enum fault fault);

/* Prints the names, one line each, and the languages. */
void fault_list(FILE *out);

#endif
