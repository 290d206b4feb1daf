/* fault.h: the rules of --fault: what goes wrong, and for which requests.
 * Sandbox, low; uses request. Pure: chance comes in as random bits.
 *
 * A rule is NAME[=ARGUMENT][@MATCH,MATCH...]. A request that fits path and
 * symbol is counted by the rule; nth, every, p and times choose among the
 * counted ones. The first rule of the list that fires has the request. */
#ifndef SANDBOX_FAULT_H
#define SANDBOX_FAULT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "sandbox/request.h"

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
	FAULT_WRONG_SYMBOL,
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
	FAULT_TOKEN_NO_EXPIRY,
	FAULT_TOKEN_CRLF,
	FAULT_TOKEN_GARBAGE,
};

enum fault_stage { FAULT_ON_WIRE, FAULT_REPLACES, FAULT_SPOILS };

enum fault_path {
	FAULT_PATH_ANY,
	FAULT_PATH_QUOTE,
	FAULT_PATH_TOKEN,
	FAULT_PATH_SINGLE,
	FAULT_PATH_MULTI,
	FAULT_PATH_PRICE,
	FAULT_PATH_DETAIL,
};

struct fault_rule {
	enum fault fault;
	char text[512]; /* the argument, or its default */
	int64_t number; /* the same as a number, where one is meant */
	enum fault_path path;
	char symbol[16];             /* "": any */
	int64_t nth_first, nth_last; /* 0: any */
	int64_t every;               /* 0: any */
	int64_t times;               /* 0: no end */
	double p;                    /* below 0: always */
	int64_t seen, fired;         /* changed by fault_fires alone */
};

/* Reads one rule.
 * Errors: an unknown name or match, an unfit number; names them. */
MUST_CHECK int fault_parse(const char *spec, struct fault_rule *rule,
			   struct err *err);

/* Counts the request if it fits, and says whether the rule fires for it.
 * has_history: the connection has carried a request before this one. */
bool fault_fires(struct fault_rule *rule, const struct request *request,
		 bool has_history, uint64_t random);

/* Does the rule speak of this symbol, within a request that it has? */
bool fault_touches(const struct fault_rule *rule, enum fault fault,
		   const char *symbol);

const char *fault_name(enum fault fault);
enum fault_stage fault_stage(enum fault fault);

/* The answer is made (and a token issued) before the wire fault acts. */
bool fault_needs_answer(enum fault fault);

/* Prints the names, one line each. */
void fault_list(FILE *out);

#endif
