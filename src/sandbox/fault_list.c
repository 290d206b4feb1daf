/* SPDX-License-Identifier: MIT */
/* fault_list.c: what --fault list prints. */
#include "sandbox/fault_table.h"
#include "sandbox/rfc_case.h"

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

static const char STREAM_LANGUAGE[] =
	"\n"
	"A fault of the stream is NAME[:ARGUMENT][@CONDITION,...]. Conditions:\n"
	"  session=N, N-M, N-\n"
	"                   the Nth (to Mth, to the last) session opened\n"
	"  symbol=CODE      acks, trades and frames of CODE\n"
	"  nth=N, N-M, N-   the Nth (to Mth) opening, ack, trade or frame that fits\n"
	"  every=N          each Nth of them\n"
	"  p=0.25           that share of them, by --seed\n"
	"  times=K          K times at most\n"
	"  after=N, ms=N, registered=N\n"
	"                   a moment: N records are sent, N ms are over since the\n"
	"                   opening, N keys are registered (after=1)\n";

void fault_list(FILE *out)
{
	for (int i = 0; i < FAULTS; i++) {
		const struct fault_info *info = fault_table_get((enum fault)i);

		if (i == STREAM_HS_SILENT)
			fputs(LANGUAGE, out);
		fprintf(out, "%-15s %-*s %s\n", info->name,
			fault_is_of_stream(info->fault) ? 11 : 17,
			info->argname, info->help);
	}
	fputs(STREAM_LANGUAGE, out);
	rfc_case_list(out);
}
