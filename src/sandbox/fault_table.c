/* SPDX-License-Identifier: MIT */
#include "sandbox/fault_table.h"

#include <stdio.h>
#include <string.h>

static const char LANGUAGE[] =
	"\nA fault is NAME[=ARGUMENT][@CONDITION,CONDITION...]; --fault may be given\n"
	"many times. Which calls fit:\n"
	"  source=kis|alpaca|upbit|ecb|any\n"
	"                 those of one source; any, but kis for foreign and rate\n"
	"  path=KIND      quote: those for prices, as where nothing is said; any: all,\n"
	"                 as for what lasts; or one kind: token, as for token-...;\n"
	"                 approval single multi price detail index master; snapshots\n"
	"                 assets; ticker ticker-all markets; latest currencies\n"
	"  symbol=CODE    those that ask for CODE; of the rows of a call, its row\n"
	"  exchange=EXCD  those that ask there\n"
	"  from=T until=T those that arrive in that time, counted from the start of\n"
	"                 the sandbox: 1.5 or 1.5s, 300ms, 2m\n"
	"Which of those are hit (all, where nothing is said):\n"
	"  nth=N          the Nth; nth=N-M: to the Mth; nth=N-: from the Nth on\n"
	"  every=N        each Nth\n"
	"  p=0.25         that share of them, by --seed\n"
	"  times=K        K times at most\n"
	"  for=T          whoever is hit, all that fit are hit for T from there\n"
	"Of the faults that hit a call the first named has it; those of rows add up.\n"
	"What lasts (down, foreign, rate) holds from=, until=; or from the call that\n"
	"is chosen by nth=, every=, p=, times= on, for=T or without end.\n"
	"A connection that is spoiled on the wire is closed afterwards. A fault that\n"
	"spoils an answer leaves a refusal as it is.\n"
	"\n"
	"  status=502@until=1.5s          a gateway's pages for the first 1.5 s\n"
	"  status=502@nth=40,for=1.5s     the same in mid-run, from the 40th call on\n"
	"  down@until=1s                  nobody listens for the first second\n"
	"  down@nth=40,for=1.5s           the broker restarts in mid-run\n"
	"  reset@every=4                  every fourth call reset\n"
	"  status=502@p=0.2               a fifth of all calls\n"
	"  limit@nth=1-6                  the first six calls over the limit\n"
	"  foreign=25@nth=1,for=6s        another program uses the account for 6 s\n"
	"  rate=3@from=10s                the account's limit falls\n"
	"  status=401@nth=5               one stray page\n"
	"  invalid-token@nth=5            one call is told that its token is dead\n"
	"  status=502@path=token,nth=1-9  the token desk's gateway, nine times\n"
	"  lost@path=token,nth=1          the token is issued, its answer lost\n"
	"  refuse=EGW00004@symbol=KO      one symbol refused, always\n"
	"  no-trade@symbol=005930         a share without a trade today\n";

enum { HOUR_MS = 3600000, LARGEST_BYTES = 1 << 30 };

#define ROW(fault, name, stage, kind, min, max, preset, arg, help) \
	[fault] = { fault, name, stage, kind, min, max, preset, arg, help }
#define PLAIN(fault, name, stage, help) \
	ROW(fault, name, stage, FAULT_NO_ARGUMENT, 0, 0, "", "", help)

static const struct fault_info infos[] = {
	PLAIN(FAULT_HANG, "hang", FAULT_ON_WIRE,
	      "no answer until the client leaves"),
	ROW(FAULT_DELAY, "delay", FAULT_ON_WIRE, FAULT_NUMBER, 0, HOUR_MS, NULL,
	    "=MS", "the right answer, MS later"),
	ROW(FAULT_DRIP, "drip", FAULT_ON_WIRE, FAULT_NUMBER, 0, HOUR_MS, "200",
	    "[=MS]", "a byte of the answer every MS (200)"),
	PLAIN(FAULT_RESET, "reset", FAULT_ON_WIRE,
	      "connection reset before any byte"),
	PLAIN(FAULT_CLOSE, "close", FAULT_ON_WIRE,
	      "connection closed before any byte"),
	PLAIN(FAULT_RESEND, "resend", FAULT_ON_WIRE,
	      "the same, on reused connections only: "
	      "some clients resend by themselves"),
	PLAIN(FAULT_STALE, "stale", FAULT_ON_WIRE,
	      "a keep-alive answer, then the connection is closed"),
	PLAIN(FAULT_CUT, "cut", FAULT_ON_WIRE,
	      "closed halfway through a body of known length"),
	PLAIN(FAULT_CUT_HEAD, "cut-head", FAULT_ON_WIRE,
	      "closed inside the headers"),
	PLAIN(FAULT_CUT_CHUNKED, "cut-chunked", FAULT_ON_WIRE,
	      "closed halfway through a chunked body"),
	PLAIN(FAULT_CUT_NOLENGTH, "cut-nolength", FAULT_ON_WIRE,
	      "half a body without length, then closed"),
	PLAIN(FAULT_STALL, "stall", FAULT_ON_WIRE, "half a body, then silence"),
	PLAIN(FAULT_ENDLESS, "endless", FAULT_ON_WIRE,
	      "a chunked body without end"),
	ROW(FAULT_HEADERS, "headers", FAULT_ON_WIRE, FAULT_NUMBER, 1,
	    LARGEST_BYTES, "409600", "[=BYTES]",
	    "a header line of BYTES (409600)"),
	ROW(FAULT_HEADER_LINES, "header-lines", FAULT_ON_WIRE, FAULT_NUMBER, 1,
	    10000000, "10000", "[=N]", "N header lines (10000)"),
	PLAIN(FAULT_HTTP09, "http09", FAULT_ON_WIRE,
	      "the body without status line and headers"),
	ROW(FAULT_EARLY, "early", FAULT_ON_WIRE, FAULT_NUMBER, 1, 1000, "5",
	    "[=N]", "N answers 103 (5), then the right one"),
	ROW(FAULT_SHORT_LENGTH, "short-length", FAULT_ON_WIRE, FAULT_NUMBER, 1,
	    LARGEST_BYTES, "10", "[=BYTES]",
	    "a length too short by BYTES (10)"),
	PLAIN(FAULT_TWICE, "twice", FAULT_ON_WIRE,
	      "two answers to one request, in one go"),
	PLAIN(FAULT_TOKEN_TIMEOUT, "token-timeout", FAULT_ON_WIRE,
	      "the token is issued, the answer never "
	      "comes"),
	PLAIN(FAULT_LOST, "lost", FAULT_ON_WIRE,
	      "the call is done, then the connection reset"),
	PLAIN(FAULT_DOWN, "down", FAULT_ON_WIRE,
	      "lasts: the port refuses, all connections are reset"),
	ROW(FAULT_STATUS, "status", FAULT_REPLACES, FAULT_NUMBER, 200, 599,
	    NULL, "=CODE", "that HTTP status with an HTML page"),
	PLAIN(FAULT_HTML200, "html200", FAULT_REPLACES,
	      "200 with an HTML page"),
	ROW(FAULT_REDIRECT, "redirect", FAULT_REPLACES, FAULT_TEXT, 0, 0, "302",
	    "[=STATUS[:URL]]", "a 3xx (302) to another host, or to URL"),
	ROW(FAULT_RETRY_AFTER, "retry-after", FAULT_REPLACES, FAULT_TEXT, 0, 0,
	    "2", "[=TEXT]", "429 with that Retry-After (2)"),
	PLAIN(FAULT_LIMIT, "limit", FAULT_REPLACES,
	      "the per-second refusal EGW00201"),
	PLAIN(FAULT_LIMIT200, "limit200", FAULT_REPLACES,
	      "the same with HTTP status 200"),
	ROW(FAULT_REFUSE, "refuse", FAULT_REPLACES, FAULT_TEXT, 0, 0,
	    "EGW00002", "[=CODE[/STATUS]]",
	    "the broker refuses with that msg_cd"),
	PLAIN(FAULT_EXPIRED, "expired", FAULT_REPLACES,
	      "EGW00123, the token is expired"),
	PLAIN(FAULT_INVALID_TOKEN, "invalid-token", FAULT_REPLACES,
	      "EGW00121, the token is invalid"),
	PLAIN(FAULT_EMPTY, "empty", FAULT_REPLACES, "200 with no body"),
	PLAIN(FAULT_NOBODY, "nobody", FAULT_REPLACES, "204"),
	PLAIN(FAULT_GARBAGE, "garbage", FAULT_REPLACES,
	      "200 with a body that is not JSON"),
	ROW(FAULT_GZIP, "gzip", FAULT_REPLACES, FAULT_NUMBER, 1000,
	    LARGEST_BYTES, "10485760", "[=BYTES]",
	    "a gzip body that unpacks to BYTES (10485760)"),
	ROW(FAULT_CTYPE, "ctype", FAULT_SPOILS, FAULT_TEXT, 0, 0, "text/html",
	    "[=TEXT]", "that Content-Type (text/html)"),
	ROW(FAULT_BIG, "big", FAULT_SPOILS, FAULT_NUMBER, 1, LARGEST_BYTES,
	    "5242880", "[=BYTES]", "valid JSON longer by BYTES (5242880)"),
	ROW(FAULT_DEEP, "deep", FAULT_SPOILS, FAULT_NUMBER, 1, 100000000,
	    "100000", "[=N]", "N arrays within each other (100000)"),
	ROW(FAULT_PREFIX, "prefix", FAULT_SPOILS, FAULT_NUMBER, 0,
	    LARGEST_BYTES, NULL, "=BYTES",
	    "only so many bytes of the body, properly sent"),
	ROW(FAULT_TRAILING, "trailing", FAULT_SPOILS, FAULT_TEXT, 0, 0, "{}x",
	    "[=TEXT]", "TEXT ({}x) after the JSON"),
	PLAIN(FAULT_BOM, "bom", FAULT_SPOILS, "a byte order mark first"),
	PLAIN(FAULT_TOPARRAY, "toparray", FAULT_SPOILS,
	      "the whole body inside an array"),
	PLAIN(FAULT_NOROWS, "norows", FAULT_SPOILS, "rt_cd 0 and no output"),
	PLAIN(FAULT_RT1, "rt1", FAULT_SPOILS, "rt_cd 1 and an output"),
	PLAIN(FAULT_TOKEN_NO_EXPIRY, "token-no-expiry", FAULT_SPOILS,
	      "a token without its life"),
	PLAIN(FAULT_TOKEN_CRLF, "token-crlf", FAULT_SPOILS,
	      "a token with a line end in it"),
	PLAIN(FAULT_TOKEN_GARBAGE, "token-garbage", FAULT_SPOILS,
	      "a token of characters that none has"),
	PLAIN(FAULT_WRONG_SYMBOL, "wrong-symbol", FAULT_IN_ROW,
	      "the answer names another symbol"),
	PLAIN(FAULT_ABSENT, "absent", FAULT_IN_ROW,
	      "the symbol is left out, as one that is not known"),
	PLAIN(FAULT_NO_TRADE, "no-trade", FAULT_IN_ROW,
	      "the symbol is known, and had no trade today"),
	PLAIN(FAULT_NULL, "null", FAULT_IN_ROW,
	      "null in the place of the symbol's values (alpaca, upbit)"),
	PLAIN(FAULT_EXPONENT, "exponent", FAULT_IN_ROW,
	      "numbers as 4.247E10, as servers of 2019 wrote them (upbit)"),
	ROW(FAULT_PRICE, "price", FAULT_IN_ROW, FAULT_TEXT, 0, 0, NULL, "=TEXT",
	    "that text as the price"),
	PLAIN(FAULT_ZERO, "zero", FAULT_IN_ROW, "a price of 0"),
	ROW(FAULT_TYPE, "type", FAULT_IN_ROW, FAULT_TEXT, 0, 0, "number",
	    "[=TYPE]", "price as number (or text), null, array, object, bool"),
	PLAIN(FAULT_DUP, "dup", FAULT_IN_ROW,
	      "the price key twice, with two prices"),
	PLAIN(FAULT_KEYCASE, "keycase", FAULT_IN_ROW,
	      "the price key in capitals"),
	ROW(FAULT_NAME, "name", FAULT_IN_ROW, FAULT_TEXT, 0, 0, NULL, "=TEXT",
	    "that text as the name"),
	PLAIN(FAULT_ESCAPES, "escapes", FAULT_IN_ROW,
	      "a name with terminal escapes and bidi "
	      "controls"),
	PLAIN(FAULT_CONTROL, "control", FAULT_IN_ROW,
	      "a name with a raw control byte"),
	PLAIN(FAULT_NUL, "nul", FAULT_IN_ROW, "a name with \\u0000"),
	PLAIN(FAULT_SURROGATE, "surrogate", FAULT_IN_ROW,
	      "a name with half a surrogate pair"),
	PLAIN(FAULT_BADUTF8, "badutf8", FAULT_IN_ROW,
	      "a name that is not UTF-8"),
	ROW(FAULT_FOREIGN, "foreign", FAULT_AROUND, FAULT_NUMBER, 1, 1000, NULL,
	    "=N", "lasts: another program makes N calls a second"),
	ROW(FAULT_RATE, "rate", FAULT_AROUND, FAULT_NUMBER, 0, 1000000, NULL,
	    "=N", "lasts: N calls a second (alpaca: minute) pass; 0: any"),
};

enum { FAULTS = sizeof(infos) / sizeof(infos[0]) };

const struct fault_info *fault_table_get(enum fault fault)
{
	return &infos[fault];
}

const struct fault_info *fault_table_find(const char *name)
{
	for (int i = 0; i < FAULTS; i++) {
		if (strcmp(infos[i].name, name) == 0)
			return &infos[i];
	}
	return NULL;
}

void fault_list(FILE *out)
{
	for (int i = 0; i < FAULTS; i++)
		fprintf(out, "%-15s %-17s %s\n", infos[i].name,
			infos[i].argname, infos[i].help);
	fputs(LANGUAGE, out);
}
