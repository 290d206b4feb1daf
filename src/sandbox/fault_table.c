/* SPDX-License-Identifier: MIT */
#include "sandbox/fault_table.h"

#include <stdio.h>
#include <string.h>

enum {
	HOUR_MS = 3600000,
	HOUR_S = 3600,
	LARGEST_BYTES = 1 << 30,
	MANY = 100000000
};

#define ROW(fault, name, kind, min, max, preset, arg, help) \
	[fault] = { fault, name, kind, min, max, preset, arg, help }
#define PLAIN(fault, name, help) \
	ROW(fault, name, FAULT_NO_ARGUMENT, 0, 0, "", "", help)
#define NUMBER(fault, name, min, max, preset, arg, help) \
	ROW(fault, name, FAULT_NUMBER, min, max, preset, arg, help)
#define TEXT(fault, name, preset, arg, help) \
	ROW(fault, name, FAULT_TEXT, 0, 0, preset, arg, help)

static const struct fault_info infos[FAULTS] = {
	PLAIN(FAULT_HANG, "hang", "no answer until the client leaves"),
	NUMBER(FAULT_DELAY, "delay", 0, HOUR_MS, NULL, "=MS",
	       "the right answer, MS later"),
	NUMBER(FAULT_DRIP, "drip", 0, HOUR_MS, "200", "[=MS]",
	       "a byte of the answer every MS (200)"),
	PLAIN(FAULT_RESET, "reset", "connection reset before any byte"),
	PLAIN(FAULT_CLOSE, "close", "connection closed before any byte"),
	PLAIN(FAULT_RESEND, "resend",
	      "the same, on reused connections only: some clients resend by themselves"),
	PLAIN(FAULT_STALE, "stale",
	      "a keep-alive answer, then the connection is closed"),
	PLAIN(FAULT_CUT, "cut",
	      "closed halfway through a body of known length"),
	PLAIN(FAULT_CUT_HEAD, "cut-head", "closed inside the headers"),
	PLAIN(FAULT_CUT_CHUNKED, "cut-chunked",
	      "closed halfway through a chunked body"),
	PLAIN(FAULT_CUT_NOLENGTH, "cut-nolength",
	      "half a body without length, then closed"),
	PLAIN(FAULT_STALL, "stall", "half a body, then silence"),
	PLAIN(FAULT_ENDLESS, "endless", "a chunked body without end"),
	NUMBER(FAULT_HEADERS, "headers", 1, LARGEST_BYTES, "409600", "[=BYTES]",
	       "a header line of BYTES (409600)"),
	NUMBER(FAULT_HEADER_LINES, "header-lines", 1, 10000000, "10000", "[=N]",
	       "N header lines (10000)"),
	PLAIN(FAULT_HTTP09, "http09",
	      "the body without status line and headers"),
	NUMBER(FAULT_EARLY, "early", 1, 1000, "5", "[=N]",
	       "N answers 103 (5), then the right one"),
	NUMBER(FAULT_SHORT_LENGTH, "short-length", 1, LARGEST_BYTES, "10",
	       "[=BYTES]", "a length too short by BYTES (10)"),
	PLAIN(FAULT_TWICE, "twice", "two answers to one request, in one go"),
	PLAIN(FAULT_TOKEN_TIMEOUT, "token-timeout",
	      "the token is issued, the answer never comes"),
	PLAIN(FAULT_LOST, "lost",
	      "the call is done, then the connection reset"),
	PLAIN(FAULT_DOWN, "down",
	      "lasts: the port refuses, all connections are reset"),
	NUMBER(FAULT_STATUS, "status", 200, 599, NULL, "=CODE",
	       "that HTTP status with an HTML page"),
	PLAIN(FAULT_HTML200, "html200", "200 with an HTML page"),
	TEXT(FAULT_REDIRECT, "redirect", "302", "[=STATUS[:URL]]",
	     "a 3xx (302) to another host, or to URL"),
	TEXT(FAULT_RETRY_AFTER, "retry-after", "2", "[=TEXT]",
	     "429 with that Retry-After (2)"),
	PLAIN(FAULT_LIMIT, "limit", "the per-second refusal EGW00201"),
	PLAIN(FAULT_LIMIT200, "limit200", "the same with HTTP status 200"),
	TEXT(FAULT_REFUSE, "refuse", "EGW00002", "[=CODE[/STATUS]]",
	     "the broker refuses with that msg_cd"),
	PLAIN(FAULT_EXPIRED, "expired", "EGW00123, the token is expired"),
	PLAIN(FAULT_INVALID_TOKEN, "invalid-token",
	      "EGW00121, the token is invalid"),
	PLAIN(FAULT_EMPTY, "empty", "200 with no body"),
	PLAIN(FAULT_NOBODY, "nobody", "204"),
	PLAIN(FAULT_GARBAGE, "garbage", "200 with a body that is not JSON"),
	NUMBER(FAULT_GZIP, "gzip", 1000, LARGEST_BYTES, "10485760", "[=BYTES]",
	       "a gzip body that unpacks to BYTES (10485760)"),
	TEXT(FAULT_CTYPE, "ctype", "text/html", "[=TEXT]",
	     "that Content-Type (text/html)"),
	NUMBER(FAULT_BIG, "big", 1, LARGEST_BYTES, "5242880", "[=BYTES]",
	       "valid JSON longer by BYTES (5242880)"),
	NUMBER(FAULT_DEEP, "deep", 1, 100000000, "100000", "[=N]",
	       "N arrays within each other (100000)"),
	NUMBER(FAULT_PREFIX, "prefix", 0, LARGEST_BYTES, NULL, "=BYTES",
	       "only so many bytes of the body, properly sent"),
	TEXT(FAULT_TRAILING, "trailing", "{}x", "[=TEXT]",
	     "TEXT ({}x) after the JSON"),
	PLAIN(FAULT_BOM, "bom", "a byte order mark first"),
	PLAIN(FAULT_TOPARRAY, "toparray", "the whole body inside an array"),
	PLAIN(FAULT_NOROWS, "norows", "rt_cd 0 and no output"),
	PLAIN(FAULT_RT1, "rt1", "rt_cd 1 and an output"),
	PLAIN(FAULT_TOKEN_NO_EXPIRY, "token-no-expiry",
	      "a token without its life"),
	PLAIN(FAULT_TOKEN_CRLF, "token-crlf", "a token with a line end in it"),
	PLAIN(FAULT_TOKEN_GARBAGE, "token-garbage",
	      "a token of characters that none has"),
	PLAIN(FAULT_WRONG_SYMBOL, "wrong-symbol",
	      "the answer names another symbol"),
	PLAIN(FAULT_ABSENT, "absent",
	      "the symbol is left out, as one that is not known"),
	PLAIN(FAULT_NO_TRADE, "no-trade",
	      "the symbol is known, and had no trade today"),
	PLAIN(FAULT_NULL, "null",
	      "null in the place of the symbol's values (alpaca, upbit)"),
	PLAIN(FAULT_EXPONENT, "exponent",
	      "numbers as 4.247E10, as servers of 2019 wrote them (upbit)"),
	TEXT(FAULT_PRICE, "price", NULL, "=TEXT", "that text as the price"),
	PLAIN(FAULT_ZERO, "zero", "a price of 0"),
	TEXT(FAULT_TYPE, "type", "number", "[=TYPE]",
	     "price as number (or text), null, array, object, bool"),
	PLAIN(FAULT_DUP, "dup", "the price key twice, with two prices"),
	PLAIN(FAULT_KEYCASE, "keycase", "the price key in capitals"),
	TEXT(FAULT_NAME, "name", NULL, "=TEXT", "that text as the name"),
	PLAIN(FAULT_ESCAPES, "escapes",
	      "a name with terminal escapes and bidi controls"),
	PLAIN(FAULT_CONTROL, "control", "a name with a raw control byte"),
	PLAIN(FAULT_NUL, "nul", "a name with \\u0000"),
	PLAIN(FAULT_SURROGATE, "surrogate",
	      "a name with half a surrogate pair"),
	PLAIN(FAULT_BADUTF8, "badutf8", "a name that is not UTF-8"),
	NUMBER(FAULT_FOREIGN, "foreign", 1, 1000, NULL, "=N",
	       "lasts: another program makes N calls a second"),
	NUMBER(FAULT_RATE, "rate", 0, 1000000, NULL, "=N",
	       "lasts: N calls a second (alpaca: minute) pass; 0: any"),
	PLAIN(STREAM_HS_SILENT, "hs:silent", "the handshake is never answered"),
	NUMBER(STREAM_HS_DRIP, "hs:drip", 0, HOUR_MS, "200", "[:MS]",
	       "its answer comes a byte every MS (200)"),
	NUMBER(STREAM_HS_STATUS, "hs", 100, 999, NULL, ":STATUS",
	       "that HTTP status instead of 101"),
	PLAIN(STREAM_HS_ACCEPT, "hs:accept", "a wrong Sec-WebSocket-Accept"),
	PLAIN(STREAM_HS_NO_ACCEPT, "hs:noaccept", "no Sec-WebSocket-Accept"),
	PLAIN(STREAM_HS_TWO_ACCEPTS, "hs:accepts",
	      "two of them, the second one wrong"),
	PLAIN(STREAM_HS_NO_UPGRADE, "hs:noupgrade", "no Upgrade header"),
	PLAIN(STREAM_HS_NO_CONNECTION, "hs:noconnection",
	      "no Connection header"),
	PLAIN(STREAM_HS_EXTENSION, "hs:extension",
	      "permessage-deflate, asked for or not"),
	PLAIN(STREAM_HS_PROTOCOL, "hs:protocol",
	      "a subprotocol that was not asked for"),
	NUMBER(STREAM_HS_FLOOD, "hs:flood", 1, MANY, "409600", "[:BYTES]",
	       "BYTES (409600) of header lines, then silence"),
	PLAIN(STREAM_HS_EARLY, "hs:early",
	      "a heartbeat in the segment of the 101"),
	PLAIN(STREAM_HS_CLOSE, "hs:close", "closed before any byte"),
	PLAIN(STREAM_HS_RESET, "hs:reset", "reset before any byte"),
	PLAIN(STREAM_HS_NOT_HTTP, "hs:nothttp", "a line that is not HTTP"),
	NUMBER(STREAM_CUT, "cut", 1, MANY, "1", "[:BYTES]",
	       "every write in pieces of BYTES (1)"),
	NUMBER(STREAM_GLUE, "glue", 1, 100000, "500", "[:N]",
	       "frames of trades held until N (500) go out in one write"),
	NUMBER(STREAM_RST, "rst", 1, MANY, "1", "[:N]",
	       "after N records (1): half a frame, then a reset"),
	TEXT(STREAM_CLOSE, "close", "1000", "[:CODE]",
	     "a close frame (1000); 'empty', or 'byte': of one byte"),
	PLAIN(STREAM_FIN, "fin", "the connection ends without a close frame"),
	NUMBER(STREAM_LIFE, "life", 0, HOUR_S, "2", "[:SEC]",
	       "it ends SEC (2) after the opening"),
	PLAIN(STREAM_MUTE, "mute", "nothing is sent any more, whatever comes"),
	PLAIN(STREAM_QUIET, "quiet",
	      "no heartbeat and no trade any more; pings are answered"),
	NUMBER(STREAM_PING_FLOOD, "pingflood", 1, 10000000, "100000", "[:N]",
	       "N pings a second (100000) from then on"),
	PLAIN(STREAM_NO_READ, "noread",
	      "the server reads nothing any more, and pings"),
	NUMBER(STREAM_HUGE_TEXT, "huge", 1, MANY, "2097152", "[:BYTES]",
	       "a text of BYTES (2 MiB)"),
	NUMBER(STREAM_HUGE_FRAGMENTS, "huge:fragments", 1, MANY, "2097152",
	       "[:BYTES]", "the same in fragments of 64 KiB"),
	PLAIN(STREAM_HUGE_CLAIM, "huge:claim",
	      "a frame that claims to have 2^62 bytes"),
	TEXT(STREAM_RFC, "rfc", NULL, ":CASE",
	     "the bytes of a case of RFC 6455; see below"),
	TEXT(STREAM_RAW, "raw", NULL, ":HEX", "these bytes on the wire"),
	TEXT(STREAM_TEXT, "text", NULL, ":TEXT", "that text message"),
	PLAIN(STREAM_JSON_GARBAGE, "json:garbage",
	      "a control message that is not JSON"),
	NUMBER(STREAM_JSON_BIG, "json:big", 1, MANY, "1000000", "[:BYTES]",
	       "one of BYTES (1000000)"),
	NUMBER(STREAM_JSON_DEEP, "json:deep", 1, MANY, "10000", "[:N]",
	       "one with N objects within each other"),
	PLAIN(STREAM_JSON_NUL, "json:nul", "one with a NUL byte inside"),
	PLAIN(STREAM_BUSY_LATE, "busy:late",
	      "OPSP8996 out of the blue, and no trade any more"),
	NUMBER(STREAM_BURST, "burst", 1, 10000000, "100000", "[:N]",
	       "N records (100000) at once"),
	ROW(STREAM_ACK_LOST, "ack:lost", FAULT_SYMBOL, 0, 0, "", "[:CODE]",
	    "the registration is lost, and so is its ack"),
	NUMBER(STREAM_ACK_LATE, "ack:late", 0, HOUR_MS, "6000", "[:MS]",
	       "the ack comes MS (6000) late"),
	PLAIN(STREAM_ACK_DUP, "ack:dup", "the ack comes twice"),
	PLAIN(STREAM_ACK_ALIEN, "ack:alien",
	      "and one for a key that was not asked for"),
	NUMBER(STREAM_ACK_AFTER_DATA, "ack:after-data", 0, HOUR_MS, "1000",
	       "[:MS]", "trades come at once, the ack MS (1000) later"),
	PLAIN(STREAM_ACK_NO_BODY, "ack:nobody", "an ack without its body"),
	PLAIN(STREAM_ACK_CONTROL, "ack:control",
	      "refused; the text has escapes and the approval key in it"),
	TEXT(STREAM_ACK_CODE, "ack", NULL, ":OPSPnnnn", "that code instead"),
	PLAIN(STREAM_BUSY, "busy", "OPSP8996, another session has the app key"),
	PLAIN(STREAM_APPROVAL_DEAD, "approval:dead",
	      "OPSP0011, the approval key is dead"),
	PLAIN(STREAM_APPROVAL_SILENT, "approval:silent",
	      "it is dead, but that is not said: no trades"),
	NUMBER(STREAM_LIMIT, "limit", 0, 100, NULL, ":N",
	       "the session takes N keys only"),
	PLAIN(STREAM_APPROVAL_EMPTY, "approval:empty",
	      "an approval key without a character"),
	PLAIN(STREAM_APPROVAL_CRLF, "approval:crlf",
	      "one with a line end in it"),
	PLAIN(STREAM_APPROVAL_QUOTE, "approval:quote",
	      "one with quotes and braces in it"),
	PLAIN(STREAM_APPROVAL_LONG, "approval:long",
	      "one that is longer by 2048 characters"),
	PLAIN(STREAM_BEAT_FIELDS, "beat:fields",
	      "a heartbeat with fields that nobody knows"),
	NUMBER(STREAM_BEAT_BIG, "beat:big", 1, MANY, "1024", "[:BYTES]",
	       "one that is longer by BYTES (1024)"),
	PLAIN(STREAM_BEAT_ESCAPED, "beat:escaped",
	      "one with blanks and escapes"),
	NUMBER(STREAM_SKIP, "skip", 1, MANY, "1", "[:N]",
	       "N trades (1) are left out"),
	NUMBER(STREAM_DUP, "dup", 1, MANY, NULL, ":N",
	       "each Nth frame comes twice"),
	NUMBER(STREAM_SWAP, "swap", 1, MANY, "2", "[:N]",
	       "each Nth (2) comes after the symbol's next one"),
	TEXT(STREAM_COUNT, "count", NULL, ":TEXT",
	     "TEXT in the place of the count"),
	NUMBER(STREAM_WIDTH, "width", 0, 64, NULL, ":N", "records of N fields"),
	TEXT(STREAM_FIELD, "field", NULL, ":I:TEXT",
	     "TEXT in field I, counted from 0"),
	TEXT(STREAM_VALUE, "value", NULL, ":TEXT", "TEXT as the price"),
	TEXT(STREAM_ALIEN, "alien", "033780", "[:CODE]",
	     "one more frame, of a symbol not asked for (033780)"),
	NUMBER(STREAM_LINGER, "linger", 1, 1000, "3", "[:N]",
	       "N more trades (3) after the symbol is given up"),
	NUMBER(STREAM_OPCODE, "op", 1, 2, NULL, ":N",
	       "the frame is text (1) or binary (2)"),
	PLAIN(STREAM_UTF8, "utf8", "a byte in it that is not UTF-8"),
	TEXT(STREAM_ODD, "odd", NULL, ":KIND",
	     "encrypted, type, tr, bars, short or empty"),
	PLAIN(STREAM_TAPE_CLOSED, "tape:closed",
	      "no trades at all: heartbeats and acks only"),
	NUMBER(STREAM_NEW_DAY, "newday", 1, MANY, "50", "[:N]",
	       "each Nth trade (50) of a symbol opens a new day"),
	NUMBER(STREAM_AUCTION, "auction", 1, MANY, "20", "[:N]",
	       "each Nth (20) raises the volume and not the counts"),
};

/* Where the faults of a stage begin, in their order. */
static const struct {
	enum fault first;
	enum fault_stage stage;
} stages[] = {
	{ FAULT_HANG, FAULT_ON_WIRE },
	{ FAULT_STATUS, FAULT_REPLACES },
	{ FAULT_CTYPE, FAULT_SPOILS },
	{ FAULT_WRONG_SYMBOL, FAULT_IN_ROW },
	{ FAULT_FOREIGN, FAULT_AROUND },
	{ STREAM_HS_SILENT, STREAM_AT_OPENING },
	{ STREAM_CUT, STREAM_ALWAYS },
	{ STREAM_RST, STREAM_AT_MOMENT },
	{ STREAM_ACK_LOST, STREAM_AT_ACK },
	{ STREAM_LIMIT, STREAM_AT_OPENING },
	{ STREAM_APPROVAL_EMPTY, STREAM_AT_ISSUE },
	{ STREAM_BEAT_FIELDS, STREAM_AT_HEARTBEAT },
	{ STREAM_SKIP, STREAM_AT_TRADE },
	{ STREAM_DUP, STREAM_AT_FRAME },
	{ STREAM_LINGER, STREAM_AT_ACK },
	{ STREAM_OPCODE, STREAM_AT_FRAME },
	{ STREAM_TAPE_CLOSED, STREAM_IN_MARKET },
};

enum fault_stage fault_stage(enum fault fault)
{
	size_t i = sizeof(stages) / sizeof(stages[0]) - 1;

	while (stages[i].first > fault)
		i--;
	return stages[i].stage;
}

bool fault_is_of_stream(enum fault fault)
{
	return fault >= STREAM_HS_SILENT;
}

const struct fault_info *fault_table_get(enum fault fault)
{
	return &infos[fault];
}

const struct fault_info *fault_table_find(const char *name)
{
	for (int i = 0; i < STREAM_HS_SILENT; i++) {
		if (strcmp(infos[i].name, name) == 0)
			return &infos[i];
	}
	return NULL;
}

const struct fault_info *fault_table_find_stream(const char *spec,
						 const char **rest)
{
	const struct fault_info *found = NULL;
	size_t longest = 0;

	for (int i = STREAM_HS_SILENT; i < FAULTS; i++) {
		size_t len = strlen(infos[i].name);

		if (len > longest && strncmp(spec, infos[i].name, len) == 0 &&
		    (spec[len] == '\0' || spec[len] == ':' ||
		     spec[len] == '@')) {
			found = &infos[i];
			longest = len;
		}
	}
	*rest = spec + longest;
	return found;
}

bool stream_fault_is_meant(const char *spec)
{
	const char *rest;
	char name[32];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(spec, "=@"), spec);
	return fault_table_find_stream(spec, &rest) &&
	       (strchr(name, ':') || !fault_table_find(name));
}
