/* SPDX-License-Identifier: MIT */
#include "sandbox/stream_fault_table.h"

#include <stdio.h>
#include <string.h>

#include "sandbox/rfc_case.h"

#define CONDITIONS_HELP                                                         \
	"\nA fault of the stream is NAME[:ARGUMENT][@CONDITION,...]. "          \
	"Conditions:\n"                                                         \
	"  session=N, N-M, N-\n"                                                \
	"                   the Nth (to Mth, to the last) session opened\n"     \
	"  symbol=CODE      acks, trades and frames of CODE\n"                  \
	"  nth=N, N-M, N-   the Nth (to Mth) opening, ack, trade or frame "     \
	"that fits\n"                                                           \
	"  every=N          each Nth of them\n"                                 \
	"  p=0.25           that share of them, by --seed\n"                    \
	"  times=K          K times at most\n"                                  \
	"  after=N, ms=N, registered=N\n"                                       \
	"                   a moment: N records are sent, N ms are over since " \
	"the\n"                                                                 \
	"                   opening, N keys are registered (after=1)\n"

enum { HOUR_MS = 3600000, HOUR_S = 3600, MANY = 100000000 };

#define ROW(fault, name, stage, kind, min, max, preset, arg, help) \
	[fault] = { fault, name, stage, kind, min, max, preset, arg, help }
#define PLAIN(fault, name, stage, help) \
	ROW(fault, name, stage, STREAM_NO_ARGUMENT, 0, 0, "", "", help)
#define NUMBER(fault, name, stage, min, max, preset, arg, help) \
	ROW(fault, name, stage, STREAM_NUMBER, min, max, preset, arg, help)
#define WORDS(fault, name, stage, preset, arg, help) \
	ROW(fault, name, stage, STREAM_WORDS, 0, 0, preset, arg, help)

static const struct stream_fault_info infos[STREAM_FAULTS] = {
	PLAIN(STREAM_HS_SILENT, "hs:silent", STREAM_AT_OPENING,
	      "the handshake is never answered"),
	NUMBER(STREAM_HS_DRIP, "hs:drip", STREAM_AT_OPENING, 0, HOUR_MS, "200",
	       "[:MS]", "its answer comes a byte every MS (200)"),
	NUMBER(STREAM_HS_STATUS, "hs", STREAM_AT_OPENING, 100, 999, NULL,
	       ":STATUS", "that HTTP status instead of 101"),
	PLAIN(STREAM_HS_ACCEPT, "hs:accept", STREAM_AT_OPENING,
	      "a wrong Sec-WebSocket-Accept"),
	PLAIN(STREAM_HS_NO_ACCEPT, "hs:noaccept", STREAM_AT_OPENING,
	      "no Sec-WebSocket-Accept"),
	PLAIN(STREAM_HS_TWO_ACCEPTS, "hs:accepts", STREAM_AT_OPENING,
	      "two of them, the second one wrong"),
	PLAIN(STREAM_HS_NO_UPGRADE, "hs:noupgrade", STREAM_AT_OPENING,
	      "no Upgrade header"),
	PLAIN(STREAM_HS_NO_CONNECTION, "hs:noconnection", STREAM_AT_OPENING,
	      "no Connection header"),
	PLAIN(STREAM_HS_EXTENSION, "hs:extension", STREAM_AT_OPENING,
	      "permessage-deflate, asked for or not"),
	PLAIN(STREAM_HS_PROTOCOL, "hs:protocol", STREAM_AT_OPENING,
	      "a subprotocol that was not asked for"),
	NUMBER(STREAM_HS_FLOOD, "hs:flood", STREAM_AT_OPENING, 1, MANY,
	       "409600", "[:BYTES]",
	       "BYTES (409600) of header lines, then silence"),
	PLAIN(STREAM_HS_EARLY, "hs:early", STREAM_AT_OPENING,
	      "a heartbeat in the segment of the 101"),
	PLAIN(STREAM_HS_CLOSE, "hs:close", STREAM_AT_OPENING,
	      "closed before any byte"),
	PLAIN(STREAM_HS_RESET, "hs:reset", STREAM_AT_OPENING,
	      "reset before any byte"),
	PLAIN(STREAM_HS_NOT_HTTP, "hs:nothttp", STREAM_AT_OPENING,
	      "a line that is not HTTP"),
	NUMBER(STREAM_CUT, "cut", STREAM_ALWAYS, 1, MANY, "1", "[:BYTES]",
	       "every write in pieces of BYTES (1)"),
	NUMBER(STREAM_GLUE, "glue", STREAM_ALWAYS, 1, 100000, "500", "[:N]",
	       "frames of trades held until N (500) go out in one write"),
	NUMBER(STREAM_RST, "rst", STREAM_AT_MOMENT, 1, MANY, "1", "[:N]",
	       "after N records (1): half a frame, then a reset"),
	WORDS(STREAM_CLOSE, "close", STREAM_AT_MOMENT, "1000", "[:CODE]",
	      "a close frame (1000); 'empty', or 'byte': of one byte"),
	PLAIN(STREAM_FIN, "fin", STREAM_AT_MOMENT,
	      "the connection ends without a close frame"),
	NUMBER(STREAM_LIFE, "life", STREAM_AT_MOMENT, 0, HOUR_S, "2", "[:SEC]",
	       "it ends SEC (2) after the opening"),
	PLAIN(STREAM_MUTE, "mute", STREAM_AT_MOMENT,
	      "nothing is sent any more, whatever comes"),
	PLAIN(STREAM_QUIET, "quiet", STREAM_AT_MOMENT,
	      "no heartbeat and no trade any more; pings are answered"),
	NUMBER(STREAM_PING_FLOOD, "pingflood", STREAM_AT_MOMENT, 1, 10000000,
	       "100000", "[:N]", "N pings a second (100000) from then on"),
	PLAIN(STREAM_NO_READ, "noread", STREAM_AT_MOMENT,
	      "the server reads nothing any more, and pings"),
	NUMBER(STREAM_HUGE_TEXT, "huge", STREAM_AT_MOMENT, 1, MANY, "2097152",
	       "[:BYTES]", "a text of BYTES (2 MiB)"),
	NUMBER(STREAM_HUGE_FRAGMENTS, "huge:fragments", STREAM_AT_MOMENT, 1,
	       MANY, "2097152", "[:BYTES]", "the same in fragments of 64 KiB"),
	PLAIN(STREAM_HUGE_CLAIM, "huge:claim", STREAM_AT_MOMENT,
	      "a frame that claims to have 2^62 bytes"),
	WORDS(STREAM_RFC, "rfc", STREAM_AT_MOMENT, NULL, ":CASE",
	      "the bytes of a case of RFC 6455; see below"),
	WORDS(STREAM_RAW, "raw", STREAM_AT_MOMENT, NULL, ":HEX",
	      "these bytes on the wire"),
	WORDS(STREAM_TEXT, "text", STREAM_AT_MOMENT, NULL, ":TEXT",
	      "that text message"),
	PLAIN(STREAM_JSON_GARBAGE, "json:garbage", STREAM_AT_MOMENT,
	      "a control message that is not JSON"),
	NUMBER(STREAM_JSON_BIG, "json:big", STREAM_AT_MOMENT, 1, MANY,
	       "1000000", "[:BYTES]", "one of BYTES (1000000)"),
	NUMBER(STREAM_JSON_DEEP, "json:deep", STREAM_AT_MOMENT, 1, MANY,
	       "10000", "[:N]", "one with N objects within each other"),
	PLAIN(STREAM_JSON_NUL, "json:nul", STREAM_AT_MOMENT,
	      "one with a NUL byte inside"),
	PLAIN(STREAM_BUSY_LATE, "busy:late", STREAM_AT_MOMENT,
	      "OPSP8996 out of the blue, and no trade any more"),
	NUMBER(STREAM_BURST, "burst", STREAM_AT_MOMENT, 1, 10000000, "100000",
	       "[:N]", "N records (100000) at once"),
	ROW(STREAM_ACK_LOST, "ack:lost", STREAM_AT_ACK, STREAM_SYMBOL, 0, 0, "",
	    "[:CODE]", "the registration is lost, and so is its ack"),
	NUMBER(STREAM_ACK_LATE, "ack:late", STREAM_AT_ACK, 0, HOUR_MS, "6000",
	       "[:MS]", "the ack comes MS (6000) late"),
	PLAIN(STREAM_ACK_DUP, "ack:dup", STREAM_AT_ACK, "the ack comes twice"),
	PLAIN(STREAM_ACK_ALIEN, "ack:alien", STREAM_AT_ACK,
	      "and one for a key that was not asked for"),
	NUMBER(STREAM_ACK_AFTER_DATA, "ack:after-data", STREAM_AT_ACK, 0,
	       HOUR_MS, "1000", "[:MS]",
	       "trades come at once, the ack MS (1000) later"),
	PLAIN(STREAM_ACK_NO_BODY, "ack:nobody", STREAM_AT_ACK,
	      "an ack without its body"),
	PLAIN(STREAM_ACK_CONTROL, "ack:control", STREAM_AT_ACK,
	      "refused; the text has escapes and the approval key in it"),
	WORDS(STREAM_ACK_CODE, "ack", STREAM_AT_ACK, NULL, ":OPSPnnnn",
	      "that code instead"),
	PLAIN(STREAM_BUSY, "busy", STREAM_AT_ACK,
	      "OPSP8996, another session has the app key"),
	PLAIN(STREAM_APPROVAL_DEAD, "approval:dead", STREAM_AT_ACK,
	      "OPSP0011, the approval key is dead"),
	PLAIN(STREAM_APPROVAL_SILENT, "approval:silent", STREAM_AT_ACK,
	      "it is dead, but that is not said: no trades"),
	NUMBER(STREAM_LIMIT, "limit", STREAM_AT_OPENING, 0, 100, NULL, ":N",
	       "the session takes N keys only"),
	PLAIN(STREAM_APPROVAL_EMPTY, "approval:empty", STREAM_AT_ISSUE,
	      "an approval key without a character"),
	PLAIN(STREAM_APPROVAL_CRLF, "approval:crlf", STREAM_AT_ISSUE,
	      "one with a line end in it"),
	PLAIN(STREAM_APPROVAL_QUOTE, "approval:quote", STREAM_AT_ISSUE,
	      "one with quotes and braces in it"),
	PLAIN(STREAM_APPROVAL_LONG, "approval:long", STREAM_AT_ISSUE,
	      "one that is longer by 2048 characters"),
	PLAIN(STREAM_BEAT_FIELDS, "beat:fields", STREAM_AT_HEARTBEAT,
	      "a heartbeat with fields that nobody knows"),
	NUMBER(STREAM_BEAT_BIG, "beat:big", STREAM_AT_HEARTBEAT, 1, MANY,
	       "1024", "[:BYTES]", "one that is longer by BYTES (1024)"),
	PLAIN(STREAM_BEAT_ESCAPED, "beat:escaped", STREAM_AT_HEARTBEAT,
	      "one with blanks and escapes"),
	NUMBER(STREAM_SKIP, "skip", STREAM_AT_TRADE, 1, MANY, "1", "[:N]",
	       "N trades (1) are left out"),
	NUMBER(STREAM_DUP, "dup", STREAM_AT_FRAME, 1, MANY, NULL, ":N",
	       "each Nth frame comes twice"),
	NUMBER(STREAM_SWAP, "swap", STREAM_AT_FRAME, 1, MANY, "2", "[:N]",
	       "each Nth (2) comes after the symbol's next one"),
	WORDS(STREAM_COUNT, "count", STREAM_AT_FRAME, NULL, ":TEXT",
	      "TEXT in the place of the count"),
	NUMBER(STREAM_WIDTH, "width", STREAM_AT_FRAME, 0, 64, NULL, ":N",
	       "records of N fields"),
	WORDS(STREAM_FIELD, "field", STREAM_AT_FRAME, NULL, ":I:TEXT",
	      "TEXT in field I, counted from 0"),
	WORDS(STREAM_VALUE, "value", STREAM_AT_FRAME, NULL, ":TEXT",
	      "TEXT as the price"),
	WORDS(STREAM_ALIEN, "alien", STREAM_AT_FRAME, "033780", "[:CODE]",
	      "one more frame, of a symbol not asked for (033780)"),
	NUMBER(STREAM_LINGER, "linger", STREAM_AT_ACK, 1, 1000, "3", "[:N]",
	       "N more trades (3) after the symbol is given up"),
	NUMBER(STREAM_OPCODE, "op", STREAM_AT_FRAME, 1, 2, NULL, ":N",
	       "the frame is text (1) or binary (2)"),
	PLAIN(STREAM_UTF8, "utf8", STREAM_AT_FRAME,
	      "a byte in it that is not UTF-8"),
	WORDS(STREAM_ODD, "odd", STREAM_AT_FRAME, NULL, ":KIND",
	      "encrypted, type, tr, bars, short or empty"),
	PLAIN(STREAM_TAPE_CLOSED, "tape:closed", STREAM_IN_MARKET,
	      "no trades at all: heartbeats and acks only"),
	NUMBER(STREAM_NEW_DAY, "newday", STREAM_IN_MARKET, 1, MANY, "50",
	       "[:N]", "each Nth trade (50) of a symbol opens a new day"),
	NUMBER(STREAM_AUCTION, "auction", STREAM_IN_MARKET, 1, MANY, "20",
	       "[:N]", "each Nth (20) raises the volume and not the counts"),
};

const struct stream_fault_info *stream_fault_table_get(enum stream_fault fault)
{
	return &infos[fault];
}

const struct stream_fault_info *stream_fault_table_find(const char *spec,
							const char **rest)
{
	const struct stream_fault_info *found = NULL;
	size_t longest = 0;

	for (int i = 0; i < STREAM_FAULTS; i++) {
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

void stream_fault_list(FILE *out)
{
	for (int i = 0; i < STREAM_FAULTS; i++)
		fprintf(out, "%-15s %-11s %s\n", infos[i].name,
			infos[i].argname, infos[i].help);
	fputs(CONDITIONS_HELP, out);
	rfc_case_list(out);
}
