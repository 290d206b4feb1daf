/* SPDX-License-Identifier: MIT */
#include "cli/manual.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

const char manual_intro[] =
	"Fetches a quote for each symbol: from the arguments, from each -f FILE, or from\n"
	"stdin. A record comes out for every symbol asked: a quote, or what went wrong.\n"
	"\n"
	"Symbols: 005930, 005930.KR, KR:005930, AAPL, AAPL.NAS, BRK.B, 0700.HKS,\n"
	"KRW-BTC.UPBIT, USDKRW.FX, KOSPI.IDX. A line of a file is a symbol, or\n"
	"SYMBOL,MARKET; '#' starts a comment, '!' before a symbol puts it ahead of the\n"
	"rest. A first line that names its columns (symbol, market) makes it a CSV.\n"
	"Markets: KR; US (NAS, NYS, AMS: found by itself); HKS TSE SHS SZS HSX HNX;\n"
	"BAQ BAY BAA (US day session); UPBIT (coins); FX; IDX (indices).\n";

static const struct manual_row exit_status[] = {
	{ "0", "a quote for every symbol" },
	{ "1", "some symbols failed; --strict: a price differs;\n"
	       "--plan: it does not fit; --find: no such name;\n"
	       "--check: something is not well" },
	{ "2", "usage, configuration or input" },
	{ "3", "the broker refused the credentials, or gave no token" },
	{ "4", "no symbol got a quote" },
	{ "5", "the output could not be written" },
	{ "6", "the deadline came first for some symbol" },
	{ "130, 143",
	  "interrupted (SIGINT, SIGTERM); finished records\nstand" },
	{ "141", "the reader of stdout went away" },
};

static const struct manual_row environment[] = {
	{ "KIS_APP_KEY, KIS_APP_SECRET", "the broker's credentials" },
	{ "APCA_API_KEY_ID, APCA_API_SECRET_KEY", "Alpaca's" },
	{ "KIS_ENV, KIS_BASE_URL", "as --env, --base-url" },
	{ "QUOTEFETCH_SOURCE", "as --source" },
	{ "ALPACA_BASE_URL, UPBIT_BASE_URL, ECB_BASE_URL",
	  "where the other sources are asked" },
	{ "CREDENTIALS_DIRECTORY", "systemd's: files app_key, app_secret" },
	{ "QUOTEFETCH_STATE_DIR",
	  "where token, quota and found exchanges are kept" },
	{ "https_proxy, no_proxy", "the way to the sources, by curl's rules" },
	{ "NO_COLOR", "as --color never" },
};

static const struct manual_row files[] = {
	{ "~/.config/quotefetch/config",
	  "lines of \"key = value\": long option names, and\n"
	  "app_key, app_secret, app_secret_cmd (a command\n"
	  "that prints it); chmod 600 if it holds a secret" },
	{ "~/.local/state/quotefetch/",
	  "the state; XDG_CONFIG_HOME and XDG_STATE_HOME\nmove these" },
};

const struct manual_part manual_parts[] = {
	{ "Exit status", exit_status, COUNT(exit_status), 13, NULL },
	{ "Environment", environment, COUNT(environment), 32,
	  "A variable counts less than an option, and more than a file." },
	{ "Files", files, COUNT(files), 32, NULL },
};
const size_t manual_part_count = COUNT(manual_parts);

const char *const manual_examples[] = {
	"quotefetch -f symbols.txt | jq -r '.[] | select(.error | not) | .symbol'",
	"printf '005930\\nAAPL\\n' | quotefetch --format ndjson | jq .price",
	"quotefetch -f symbols.txt --errors failed.txt -o quotes.json",
};
const size_t manual_example_count = COUNT(manual_examples);
