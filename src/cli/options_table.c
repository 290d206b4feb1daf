/* SPDX-License-Identifier: MIT */
#include "cli/options.h"
#include "share/quota.h"

#define FIELD(name) offsetof(struct options, name)

/* What most rows take, where it may be said, and which field holds it. */
#define OWN(where, name, how) \
	OPTPARSE_OWN, OPTPARSE_##where, FIELD(name), .set = options_set_##how
#define TEXT(where, name) OWN(where, name, text)
#define SECRET(where, name) OWN(where, name, secret)
#define URL(where, name) OWN(where, name, url)
#define SWITCH(where, name) OPTPARSE_NOTHING, OPTPARSE_##where, FIELD(name)
#define NUMBER(takes, name, least, most) \
	OPTPARSE_##takes, OPTPARSE_ANYWHERE, FIELD(name), least, most
#define CHOICE(where, name, first, list) \
	OPTPARSE_CHOICE, OPTPARSE_##where, FIELD(name), first, .words = list
#define WORD(where, name, list) \
	OPTPARSE_WORD, OPTPARSE_##where, FIELD(name), .words = list
#define ALIAS(words) OPTPARSE_NOTHING, OPTPARSE_ARGUMENT, 0, .stands_for = words

static const char *const formats[] = { "json",      "ndjson", "csv",
				       "csv-excel", "tsv",    "table",
				       "markdown",  "ledger", "hledger",
				       "beancount", NULL };
static const char *const accounts[] = { "real", "paper", NULL };
static const char *const feeds[] = { "iex", "sip", "delayed_sip", NULL };
static const char *const venues[] = { "krx", "nxt", "all", NULL };
static const char *const progresses[] = { "auto", "bar", "plain", "none",
					  NULL };
static const char *const replacings[] = { "always", "any", "all", NULL };
static const char *const schemes[] = { "auto", "western", "korean", NULL };
static const char *const shells[] = { "bash", "zsh", "fish", NULL };
static const char *const no_yes[] = { "no", "yes", NULL };
static const char *const overflows[] = { "error", "poll", NULL };
static const char *const slows[] = { "merge", "wait", NULL };
static const char *const event_places[] = { "stderr", "out", "none", NULL };
static const char *const colors[] = { "auto", "always", "never", NULL };

enum {
	DAY_MS = 86400 * 1000,
	EVERY_MIN_MS = 100,
	TRY_MAX_MS = QUOTA_CALL_MAX_SEC * 1000
};

#define MONTH_MS (INT64_C(30) * DAY_MS)

/* In the order of --help. */
const struct optparse_row option_table[] = {
	{ "file", 'f', OWN(ARGUMENT, file, file), .argname = "FILE",
	  .heading = "Input",
	  .help = "read symbols from FILE, or - (stdin); repeatable" },
	{ "priority", 0, TEXT(ANYWHERE, priority_file), .argname = "FILE",
	  .help = "ask for the symbols of FILE first" },
	{ "skip-invalid", 0, SWITCH(ANYWHERE, skips_invalid),
	  .help = "make an invalid line an error record, and go on" },

	{ "format", 0, CHOICE(ANYWHERE, format, FORMAT_JSON, formats),
	  .argname = "FORMAT", .heading = "Output",
	  .help = "json, ndjson, csv, csv-excel, tsv, table, markdown,\n"
		  "ledger, hledger or beancount; default: table on a\n"
		  "terminal, else json" },
	{ "json", 0, ALIAS("format=json"), .help = "as --format json" },
	{ "csv", 0, ALIAS("format=csv"), .help = "as --format csv" },
	{ "output", 'o', TEXT(ANYWHERE, output), .argname = "FILE",
	  .help = "write to FILE, which appears when it is complete\n"
		  "(a stream is appended); -: stdout" },
	{ "replace", 0, CHOICE(ANYWHERE, replace, REPLACE_ALWAYS, replacings),
	  .preset = "any",
	  .help = "replace an old FILE always, if any symbol has\n"
		  "a quote, or only if all have" },
	{ "errors", 0, TEXT(ANYWHERE, errors_file), .argname = "FILE",
	  .help = "write what failed as a list to try again: -f FILE" },
	{ "fields", 0, TEXT(ANYWHERE, fields), .argname = "NAME,...",
	  .help = "which fields, in which order;\n"
		  "help: what they mean" },
	{ "keep-order", 'k', SWITCH(ANYWHERE, keep_order),
	  .help = "answer in input order, not as quotes come" },
	{ "detail", 0, SWITCH(ANYWHERE, wants_detail),
	  .help = "also per, pbr, eps, bps, market_cap, week52_high,\n"
		  "week52_low (kis; one symbol a call)" },
	{ "raw", 0, SWITCH(ANYWHERE, wants_raw),
	  .help = "add the broker's own answer to each record" },
	{ "no-header", 0, SWITCH(ANYWHERE, hides_header),
	  .help = "leave out the header line of csv, tsv and table" },
	{ "color", 0, CHOICE(ANYWHERE, color, COLOR_AUTO, colors),
	  .preset = "auto", .help = "colors in tables and messages" },
	{ "color-scheme", 0,
	  CHOICE(ANYWHERE, color_scheme, SCHEME_AUTO, schemes),
	  .preset = "auto",
	  .help = "western: green up, red down; korean: red up, blue\n"
		  "down; auto: by the locale" },
	{ "no-color", 0, ALIAS("color=never"), .help = "as --color never" },

	{ "timeout", 0, NUMBER(SECONDS, timeout_sec, 0, DAY_MS),
	  .argname = "SEC", .preset = "30", .heading = "Time and quota",
	  .help = "from start to last record; 0: none, but ten minutes\n"
		  "of failures end a symbol" },
	{ "try-timeout", 0, NUMBER(SECONDS, try_timeout_sec, 1, TRY_MAX_MS),
	  .argname = "SEC", .preset = "5", .help = "for one attempt" },
	{ "retries", 0, NUMBER(COUNT_OR_AUTO, retries, 0, 10),
	  .argname = "N|auto", .preset = "auto",
	  .help = "further attempts at what may heal; auto: until the\n"
		  "deadline" },
	{ "workers", 0, NUMBER(COUNT_OR_AUTO, workers, 1, 64),
	  .argname = "N|auto", .preset = "3",
	  .help = "threads, 1 to 64; auto: as needed" },
	{ "concurrency", 0, NUMBER(COUNT, concurrency, 1, 64), .argname = "N",
	  .help = "calls in flight, 1 to 64 (default: as workers)" },
	{ "rate", 0, NUMBER(COUNT, rate, 0, 1000), .argname = "N",
	  .help = "calls a second, all your jobs together; 0: no limit\n"
		  "(default: 18 real, 1 paper)" },
	{ "batch", 0, NUMBER(COUNT, batch, 1, 30), .argname = "N",
	  .help = "symbols a call, 1 to 30 (default: 30 real, 1 paper)" },
	{ "max-age", 0, NUMBER(SECONDS, max_age_sec, 0, MONTH_MS),
	  .argname = "SEC", .preset = "0",
	  .help = "answer with a quote that a run had within SEC, and\n"
		  "make no call for it; 0: off" },
	{ "stale-if-error", 0, NUMBER(SECONDS, stale_if_error_sec, 0, MONTH_MS),
	  .argname = "SEC", .preset = "0",
	  .help = "where a call fails, show a quote of the last SEC,\n"
		  "marked stale (exit status 1); 0: off" },
	{ "no-share", 0, SWITCH(ANYWHERE, is_unshared),
	  .help = "a quota of its own, unknown to other processes" },

	{ "source", 0, TEXT(ANYWHERE, sources), .argname = "NAME,...",
	  .preset = NULL, .heading = "Sources",
	  .help = "whom to ask, in this order: kis, alpaca, upbit, ecb\n"
		  "(default: those with a login, then those without)" },
	{ "cross-check", 0, OWN(ANYWHERE, check_percent, percent), .bare = "1",
	  .argname = "[=PERCENT]",
	  .help = "ask a second source, and tell where the price\n"
		  "differs by more than PERCENT (1)" },
	{ "strict", 0, SWITCH(ANYWHERE, is_strict),
	  .help = "exit 1 when --cross-check finds a difference" },
	{ "env", 0, WORD(ANYWHERE, env, accounts), .preset = "real",
	  .help = "kind of account at kis" },
	{ "venue", 0, CHOICE(ANYWHERE, venue, 0, venues), .preset = "krx",
	  .help = "whose price of Korean shares" },
	{ "base-url", 0, URL(ANYWHERE, base_url), .argname = "URL",
	  .help = "https://host[:port], or http:// to this machine" },
	{ "cacert", 0, TEXT(ANYWHERE, ca_file), .argname = "FILE",
	  .help = "trust the CA certificates of FILE" },
	{ "config", 0, TEXT(ARGUMENT, config_file), .argname = "FILE",
	  .help = "another configuration file" },
	{ "app_key", 0, SECRET(FILE, app_key), .argname = "KEY",
	  .help = "the key of kis; or KIS_APP_KEY" },
	{ "app_secret", 0, SECRET(FILE, app_secret), .argname = "SECRET",
	  .help = "its secret; or KIS_APP_SECRET" },
	{ "app_secret_cmd", 0, TEXT(FILE, app_secret_cmd), .argname = "COMMAND",
	  .help = "a shell command that prints app_secret" },
	{ "alpaca_key_id", 0, SECRET(FILE, alpaca_key_id), .argname = "KEY",
	  .help = "the key of alpaca; or APCA_API_KEY_ID" },
	{ "alpaca_secret_key", 0, SECRET(FILE, alpaca_secret_key),
	  .argname = "SECRET", .help = "its secret; or APCA_API_SECRET_KEY" },
	{ "alpaca_feed", 0, WORD(FILE, alpaca_feed, feeds), .preset = "iex",
	  .help = "which prices of alpaca" },
	{ "alpaca_base_url", 0, URL(FILE, alpaca_base_url), .argname = "URL",
	  .help = "where alpaca is asked" },
	{ "upbit_base_url", 0, URL(FILE, upbit_base_url), .argname = "URL",
	  .help = "where upbit is asked" },
	{ "ecb_base_url", 0, URL(FILE, ecb_base_url), .argname = "URL",
	  .help = "where the rates of the ECB are asked" },

	{ "follow", 0, SWITCH(ARGUMENT, follows), .heading = "Stream",
	  .help = "follow trades at kis until a signal, --count,\n"
		  "--until or --timeout (default here: none)" },
	{ "every", 0, NUMBER(SECONDS, every_sec, EVERY_MIN_MS, DAY_MS),
	  .argname = "SEC",
	  .help = "ask for quotes every SEC, of any source, and print\n"
		  "what has changed" },
	{ "overflow", 0, CHOICE(ANYWHERE, overflow, OVERFLOW_ERROR, overflows),
	  .preset = "error",
	  .help = "symbols that a stream does not take: an error, or\n"
		  "polled beside it, at --every (5)" },
	{ "all", 0, SWITCH(ANYWHERE, wants_all),
	  .help = "with --every: also what has not" },
	{ "count", 0, NUMBER(COUNT, count, 0, 1000000000), .argname = "N",
	  .preset = "0", .help = "end after N trades or quotes; 0: never" },
	{ "until", 0, TEXT(ANYWHERE, until), .argname = "HH:MM",
	  .help = "end at that time in Korea" },
	{ "snapshot", 0, CHOICE(ANYWHERE, wants_snapshot, 0, no_yes),
	  .preset = "yes",
	  .help = "first a quote of each symbol, and after a line\n"
		  "was lost" },
	{ "slow", 0, CHOICE(ANYWHERE, slow, SLOW_MERGE, slows),
	  .preset = "merge",
	  .help = "a reader that stays behind: merge each symbol's\n"
		  "trades, and count them, or wait" },
	{ "stale", 0, NUMBER(SECONDS, stale_sec, 1000, DAY_MS),
	  .argname = "SEC", .preset = "30",
	  .help = "silence after which the line is asked" },
	{ "events", 0, CHOICE(ANYWHERE, events, EVENTS_STDERR, event_places),
	  .preset = "stderr", .help = "where events go; out: as records" },
	{ "stream-url", 0, TEXT(ANYWHERE, stream_url), .argname = "URL",
	  .help = "wss://..., or ws:// to this machine" },

	{ "find", 0, TEXT(ARGUMENT, find_text), .argname = "TEXT",
	  .heading = "Information",
	  .help = "list the symbols whose name or code has TEXT" },
	{ "plan", 0, SWITCH(ARGUMENT, wants_plan),
	  .help = "no network: calls, least seconds, does it fit" },
	{ "dry-run", 0, ALIAS("plan=yes"), .help = "as --plan" },
	{ "check", 0, SWITCH(ARGUMENT, wants_check),
	  .help = "is this installation well: login, token, clock,\n"
		  "state, quota, network; what to do where it is not" },
	{ "quota", 0, SWITCH(ARGUMENT, wants_quota),
	  .help = "no network: recent calls, pace, life of the token" },
	{ "progress", 0, CHOICE(ANYWHERE, progress, PROGRESS_AUTO, progresses),
	  .preset = "auto",
	  .help = "on stderr; auto: a bar on a terminal, else a\n"
		  "line every ten symbols" },
	{ "stats", 0, TEXT(ANYWHERE, stats_file), .argname = "FILE",
	  .help = "write a JSON object about the run: counts, latency;\n"
		  "of a stream uptime and heartbeats, too; -: stdout" },
	{ "metrics", 0, TEXT(ANYWHERE, metrics_file), .argname = "FILE",
	  .help = "write Prometheus text about the run, for the node\n"
		  "exporter's textfile collector" },
	{ "quiet", 'q', SWITCH(ANYWHERE, is_quiet),
	  .help = "no progress, no summary" },
	{ "verbose", 'v', SWITCH(ANYWHERE, is_verbose),
	  .help = "say what is done and why, secrets masked" },
	{ "manual", 0, SWITCH(ARGUMENT, wants_manual),
	  .help = "print the manual page (roff), and exit" },
	{ "completion", 0, CHOICE(ARGUMENT, completion, SHELL_BASH, shells),
	  .help = "print what the shell completes by, and exit" },
	{ "help", 'h', SWITCH(ARGUMENT, wants_help),
	  .help = "show this, and exit" },
	{ "version", 'V', SWITCH(ARGUMENT, wants_version),
	  .help = "show the version, and exit" },
};

const size_t option_count = sizeof option_table / sizeof option_table[0];

_Static_assert(sizeof option_table / sizeof option_table[0] <= OPTION_MAX,
	       "struct options keeps a source for each row");

const struct optparse options_program = {
	.program = "quotefetch",
	.row = option_table,
	.rows = sizeof option_table / sizeof option_table[0],
	.take = options_take,
	.advise = options_advise,
	.note = options_note,
};
