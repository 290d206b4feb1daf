/* SPDX-License-Identifier: MIT */
#include "cli/options.h"
#include "share/quota.h"

#define FIELD(name) offsetof(struct options, name)

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
	{ "file", 'f', OPTPARSE_OWN, OPTPARSE_ARGUMENT, FIELD(file),
	  .set = options_set_file, .argname = "FILE", .heading = "Input",
	  .help = "read symbols from FILE, or - (stdin); repeatable" },
	{ "priority", 0, OPTPARSE_OWN, OPTPARSE_ANYWHERE, FIELD(priority_file),
	  .set = options_set_text, .argname = "FILE",
	  .help = "ask for the symbols of FILE first" },
	{ "skip-invalid", 0, OPTPARSE_NOTHING, OPTPARSE_ANYWHERE,
	  FIELD(skips_invalid),
	  .help = "make an invalid line an error record, and go on" },

	{ "format", 0, OPTPARSE_CHOICE, OPTPARSE_ANYWHERE, FIELD(format),
	  FORMAT_JSON, FORMAT_BEANCOUNT, .words = formats, .argname = "FORMAT",
	  .heading = "Output",
	  .help = "json, ndjson, csv, csv-excel, tsv, table, markdown,\n"
		  "ledger, hledger or beancount; default: table on a\n"
		  "terminal, else json" },
	{ "json", 0, OPTPARSE_NOTHING, OPTPARSE_ARGUMENT, 0,
	  .stands_for = "format=json", .help = "as --format json" },
	{ "csv", 0, OPTPARSE_NOTHING, OPTPARSE_ARGUMENT, 0,
	  .stands_for = "format=csv", .help = "as --format csv" },
	{ "output", 'o', OPTPARSE_OWN, OPTPARSE_ANYWHERE, FIELD(output),
	  .set = options_set_text, .argname = "FILE",
	  .help = "write to FILE, which appears when it is complete\n"
		  "(a stream is appended); -: stdout" },
	{ "replace", 0, OPTPARSE_CHOICE, OPTPARSE_ANYWHERE, FIELD(replace),
	  REPLACE_ALWAYS, REPLACE_ALL, .words = replacings, .preset = "any",
	  .help = "replace an old FILE always, if any symbol has\n"
		  "a quote, or only if all have" },
	{ "errors", 0, OPTPARSE_OWN, OPTPARSE_ANYWHERE, FIELD(errors_file),
	  .set = options_set_text, .argname = "FILE",
	  .help = "write what failed as a list to try again: -f FILE" },
	{ "fields", 0, OPTPARSE_OWN, OPTPARSE_ANYWHERE, FIELD(fields),
	  .set = options_set_text, .argname = "NAME,...",
	  .help = "which fields, in which order;\n"
		  "help: what they mean" },
	{ "keep-order", 'k', OPTPARSE_NOTHING, OPTPARSE_ANYWHERE,
	  FIELD(keep_order),
	  .help = "answer in input order, not as quotes come" },
	{ "detail", 0, OPTPARSE_NOTHING, OPTPARSE_ANYWHERE, FIELD(wants_detail),
	  .help = "also per, pbr, eps, bps, market_cap, week52_high,\n"
		  "week52_low (kis; one symbol a call)" },
	{ "raw", 0, OPTPARSE_NOTHING, OPTPARSE_ANYWHERE, FIELD(wants_raw),
	  .help = "add the broker's own answer to each record" },
	{ "no-header", 0, OPTPARSE_NOTHING, OPTPARSE_ANYWHERE,
	  FIELD(hides_header),
	  .help = "leave out the header line of csv, tsv and table" },
	{ "color", 0, OPTPARSE_CHOICE, OPTPARSE_ANYWHERE, FIELD(color),
	  COLOR_AUTO, COLOR_NEVER, .words = colors, .preset = "auto",
	  .help = "colors in tables and messages" },
	{ "color-scheme", 0, OPTPARSE_CHOICE, OPTPARSE_ANYWHERE,
	  FIELD(color_scheme), SCHEME_AUTO, SCHEME_KOREAN, .words = schemes,
	  .preset = "auto",
	  .help = "western: green up, red down; korean: red up, blue\n"
		  "down; auto: by the locale" },
	{ "no-color", 0, OPTPARSE_NOTHING, OPTPARSE_ARGUMENT, 0,
	  .stands_for = "color=never", .help = "as --color never" },

	{ "timeout", 0, OPTPARSE_SECONDS, OPTPARSE_ANYWHERE, FIELD(timeout_sec),
	  0, DAY_MS, .argname = "SEC", .preset = "30",
	  .heading = "Time and quota",
	  .help = "from start to last record; 0: none, but ten minutes\n"
		  "of failures end a symbol" },
	{ "try-timeout", 0, OPTPARSE_SECONDS, OPTPARSE_ANYWHERE,
	  FIELD(try_timeout_sec), 1, TRY_MAX_MS, .argname = "SEC",
	  .preset = "5", .help = "for one attempt" },
	{ "retries", 0, OPTPARSE_COUNT_OR_AUTO, OPTPARSE_ANYWHERE,
	  FIELD(retries), 0, 10, .argname = "N|auto", .preset = "auto",
	  .help = "further attempts at what may heal; auto: until the\n"
		  "deadline" },
	{ "workers", 0, OPTPARSE_COUNT_OR_AUTO, OPTPARSE_ANYWHERE,
	  FIELD(workers), 1, 64, .argname = "N|auto", .preset = "3",
	  .help = "threads, 1 to 64; auto: as needed" },
	{ "concurrency", 0, OPTPARSE_COUNT, OPTPARSE_ANYWHERE,
	  FIELD(concurrency), 1, 64, .argname = "N",
	  .help = "calls in flight, 1 to 64 (default: as workers)" },
	{ "rate", 0, OPTPARSE_COUNT, OPTPARSE_ANYWHERE, FIELD(rate), 0, 1000,
	  .argname = "N",
	  .help = "calls a second, all your jobs together; 0: no limit\n"
		  "(default: 18 real, 1 paper)" },
	{ "batch", 0, OPTPARSE_COUNT, OPTPARSE_ANYWHERE, FIELD(batch), 1, 30,
	  .argname = "N",
	  .help = "symbols a call, 1 to 30 (default: 30 real, 1 paper)" },
	{ "max-age", 0, OPTPARSE_SECONDS, OPTPARSE_ANYWHERE, FIELD(max_age_sec),
	  0, MONTH_MS, .argname = "SEC", .preset = "0",
	  .help = "answer with a quote that a run had within SEC, and\n"
		  "make no call for it; 0: off" },
	{ "stale-if-error", 0, OPTPARSE_SECONDS, OPTPARSE_ANYWHERE,
	  FIELD(stale_if_error_sec), 0, MONTH_MS, .argname = "SEC",
	  .preset = "0",
	  .help = "where a call fails, show a quote of the last SEC,\n"
		  "marked stale (exit status 1); 0: off" },
	{ "no-share", 0, OPTPARSE_NOTHING, OPTPARSE_ANYWHERE,
	  FIELD(is_unshared),
	  .help = "a quota of its own, unknown to other processes" },

	{ "source", 0, OPTPARSE_OWN, OPTPARSE_ANYWHERE, FIELD(sources),
	  .set = options_set_text, .argname = "NAME,...", .preset = NULL,
	  .heading = "Sources",
	  .help = "whom to ask, in this order: kis, alpaca, upbit, ecb\n"
		  "(default: those with a login, then those without)" },
	{ "cross-check", 0, OPTPARSE_OWN, OPTPARSE_ANYWHERE,
	  FIELD(check_percent), .set = options_set_percent, .bare = "1",
	  .argname = "[=PERCENT]",
	  .help = "ask a second source, and tell where the price\n"
		  "differs by more than PERCENT (1)" },
	{ "strict", 0, OPTPARSE_NOTHING, OPTPARSE_ANYWHERE, FIELD(is_strict),
	  .help = "exit 1 when --cross-check finds a difference" },
	{ "env", 0, OPTPARSE_WORD, OPTPARSE_ANYWHERE, FIELD(env),
	  .words = accounts, .preset = "real",
	  .help = "kind of account at kis" },
	{ "venue", 0, OPTPARSE_CHOICE, OPTPARSE_ANYWHERE, FIELD(venue), 0, 2,
	  .words = venues, .preset = "krx",
	  .help = "whose price of Korean shares" },
	{ "base-url", 0, OPTPARSE_OWN, OPTPARSE_ANYWHERE, FIELD(base_url),
	  .set = options_set_url, .argname = "URL",
	  .help = "https://host[:port], or http:// to this machine" },
	{ "cacert", 0, OPTPARSE_OWN, OPTPARSE_ANYWHERE, FIELD(ca_file),
	  .set = options_set_text, .argname = "FILE",
	  .help = "trust the CA certificates of FILE" },
	{ "config", 0, OPTPARSE_OWN, OPTPARSE_ARGUMENT, FIELD(config_file),
	  .set = options_set_text, .argname = "FILE",
	  .help = "another configuration file" },
	{ "app_key", 0, OPTPARSE_OWN, OPTPARSE_FILE, FIELD(app_key),
	  .set = options_set_secret, .argname = "KEY",
	  .help = "the key of kis; or KIS_APP_KEY" },
	{ "app_secret", 0, OPTPARSE_OWN, OPTPARSE_FILE, FIELD(app_secret),
	  .set = options_set_secret, .argname = "SECRET",
	  .help = "its secret; or KIS_APP_SECRET" },
	{ "app_secret_cmd", 0, OPTPARSE_OWN, OPTPARSE_FILE,
	  FIELD(app_secret_cmd), .set = options_set_text, .argname = "COMMAND",
	  .help = "a shell command that prints app_secret" },
	{ "alpaca_key_id", 0, OPTPARSE_OWN, OPTPARSE_FILE, FIELD(alpaca_key_id),
	  .set = options_set_secret, .argname = "KEY",
	  .help = "the key of alpaca; or APCA_API_KEY_ID" },
	{ "alpaca_secret_key", 0, OPTPARSE_OWN, OPTPARSE_FILE,
	  FIELD(alpaca_secret_key), .set = options_set_secret,
	  .argname = "SECRET", .help = "its secret; or APCA_API_SECRET_KEY" },
	{ "alpaca_feed", 0, OPTPARSE_WORD, OPTPARSE_FILE, FIELD(alpaca_feed),
	  .words = feeds, .preset = "iex", .help = "which prices of alpaca" },
	{ "alpaca_base_url", 0, OPTPARSE_OWN, OPTPARSE_FILE,
	  FIELD(alpaca_base_url), .set = options_set_url, .argname = "URL",
	  .help = "where alpaca is asked" },
	{ "upbit_base_url", 0, OPTPARSE_OWN, OPTPARSE_FILE,
	  FIELD(upbit_base_url), .set = options_set_url, .argname = "URL",
	  .help = "where upbit is asked" },
	{ "ecb_base_url", 0, OPTPARSE_OWN, OPTPARSE_FILE, FIELD(ecb_base_url),
	  .set = options_set_url, .argname = "URL",
	  .help = "where the rates of the ECB are asked" },

	{ "follow", 0, OPTPARSE_NOTHING, OPTPARSE_ARGUMENT, FIELD(follows),
	  .heading = "Stream",
	  .help = "follow trades at kis until a signal, --count,\n"
		  "--until or --timeout (default here: none)" },
	{ "every", 0, OPTPARSE_SECONDS, OPTPARSE_ANYWHERE, FIELD(every_sec),
	  EVERY_MIN_MS, DAY_MS, .argname = "SEC",
	  .help = "ask for quotes every SEC, of any source, and print\n"
		  "what has changed" },
	{ "overflow", 0, OPTPARSE_CHOICE, OPTPARSE_ANYWHERE, FIELD(overflow),
	  OVERFLOW_ERROR, OVERFLOW_POLL, .words = overflows, .preset = "error",
	  .help = "symbols that a stream does not take: an error, or\n"
		  "polled beside it, at --every (5)" },
	{ "all", 0, OPTPARSE_NOTHING, OPTPARSE_ANYWHERE, FIELD(wants_all),
	  .help = "with --every: also what has not" },
	{ "count", 0, OPTPARSE_COUNT, OPTPARSE_ANYWHERE, FIELD(count), 0,
	  1000000000, .argname = "N", .preset = "0",
	  .help = "end after N trades or quotes; 0: never" },
	{ "until", 0, OPTPARSE_OWN, OPTPARSE_ANYWHERE, FIELD(until),
	  .set = options_set_text, .argname = "HH:MM",
	  .help = "end at that time in Korea" },
	{ "snapshot", 0, OPTPARSE_CHOICE, OPTPARSE_ANYWHERE,
	  FIELD(wants_snapshot), 0, 1, .words = no_yes, .preset = "yes",
	  .help = "first a quote of each symbol, and after a line\n"
		  "was lost" },
	{ "slow", 0, OPTPARSE_CHOICE, OPTPARSE_ANYWHERE, FIELD(slow),
	  SLOW_MERGE, SLOW_WAIT, .words = slows, .preset = "merge",
	  .help = "a reader that stays behind: merge each symbol's\n"
		  "trades, and count them, or wait" },
	{ "stale", 0, OPTPARSE_SECONDS, OPTPARSE_ANYWHERE, FIELD(stale_sec),
	  1000, DAY_MS, .argname = "SEC", .preset = "30",
	  .help = "silence after which the line is asked" },
	{ "events", 0, OPTPARSE_CHOICE, OPTPARSE_ANYWHERE, FIELD(events),
	  EVENTS_STDERR, EVENTS_NONE, .words = event_places, .preset = "stderr",
	  .help = "where events go; out: as records" },
	{ "stream-url", 0, OPTPARSE_OWN, OPTPARSE_ANYWHERE, FIELD(stream_url),
	  .set = options_set_text, .argname = "URL",
	  .help = "wss://..., or ws:// to this machine" },

	{ "find", 0, OPTPARSE_OWN, OPTPARSE_ARGUMENT, FIELD(find_text),
	  .set = options_set_text, .argname = "TEXT", .heading = "Information",
	  .help = "list the symbols whose name or code has TEXT" },
	{ "plan", 0, OPTPARSE_NOTHING, OPTPARSE_ARGUMENT, FIELD(wants_plan),
	  .help = "no network: calls, least seconds, does it fit" },
	{ "dry-run", 0, OPTPARSE_NOTHING, OPTPARSE_ARGUMENT, 0,
	  .stands_for = "plan=yes", .help = "as --plan" },
	{ "check", 0, OPTPARSE_NOTHING, OPTPARSE_ARGUMENT, FIELD(wants_check),
	  .help = "is this installation well: login, token, clock,\n"
		  "state, quota, network; what to do where it is not" },
	{ "quota", 0, OPTPARSE_NOTHING, OPTPARSE_ARGUMENT, FIELD(wants_quota),
	  .help = "no network: recent calls, pace, life of the token" },
	{ "progress", 0, OPTPARSE_CHOICE, OPTPARSE_ANYWHERE, FIELD(progress),
	  PROGRESS_AUTO, PROGRESS_NONE, .words = progresses, .preset = "auto",
	  .help = "on stderr; auto: a bar on a terminal, else a\n"
		  "line every ten symbols" },
	{ "stats", 0, OPTPARSE_OWN, OPTPARSE_ANYWHERE, FIELD(stats_file),
	  .set = options_set_text, .argname = "FILE",
	  .help = "write a JSON object about the run: counts, latency;\n"
		  "of a stream uptime and heartbeats, too; -: stdout" },
	{ "metrics", 0, OPTPARSE_OWN, OPTPARSE_ANYWHERE, FIELD(metrics_file),
	  .set = options_set_text, .argname = "FILE",
	  .help = "write Prometheus text about the run, for the node\n"
		  "exporter's textfile collector" },
	{ "quiet", 'q', OPTPARSE_NOTHING, OPTPARSE_ANYWHERE, FIELD(is_quiet),
	  .help = "no progress, no summary" },
	{ "verbose", 'v', OPTPARSE_NOTHING, OPTPARSE_ANYWHERE,
	  FIELD(is_verbose),
	  .help = "say what is done and why, secrets masked" },
	{ "manual", 0, OPTPARSE_NOTHING, OPTPARSE_ARGUMENT, FIELD(wants_manual),
	  .help = "print the manual page (roff), and exit" },
	{ "completion", 0, OPTPARSE_CHOICE, OPTPARSE_ARGUMENT,
	  FIELD(completion), SHELL_BASH, SHELL_FISH, .words = shells,
	  .help = "print what the shell completes by, and exit" },
	{ "help", 'h', OPTPARSE_NOTHING, OPTPARSE_ARGUMENT, FIELD(wants_help),
	  .help = "show this, and exit" },
	{ "version", 'V', OPTPARSE_NOTHING, OPTPARSE_ARGUMENT,
	  FIELD(wants_version), .help = "show the version, and exit" },
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
