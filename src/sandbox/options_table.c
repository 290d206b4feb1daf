/* SPDX-License-Identifier: MIT */
#include "sandbox/options.h"

#include "base/buf.h"
#include "base/optparse.h"

#define AT(member) offsetof(struct options, member)
#define FLAG(name, letter, member) \
	name, letter, OPTPARSE_NOTHING, OPTPARSE_ARGUMENT, AT(member)
#define TEXT(name, member, arg) \
	name, 0, OPTPARSE_TEXT, OPTPARSE_ARGUMENT, AT(member), .argname = arg
#define NUMBER(name, member, min, max, arg)                                \
	name, 0, OPTPARSE_NUMBER, OPTPARSE_ARGUMENT, AT(member), min, max, \
		.argname = arg
#define CHOICE(name, member, ...)                                \
	name, 0, OPTPARSE_CHOICE, OPTPARSE_ARGUMENT, AT(member), \
		.words = (const char *const[])                   \
	{                                                        \
		__VA_ARGS__, NULL                                \
	}

enum { HOUR_MS = 3600000, YEAR_S = 31536000 };

static const struct optparse_row rows[] = {
	{ NUMBER("port", port[SOURCE_KIS], 0, 65535, "N"), .preset = "0",
	  .heading = "Serving",
	  .help = "port of 127.0.0.1; 0 is any free one" },
	{ TEXT("port-file", port_file, "FILE"),
	  .help = "write the port to FILE once it listens" },
	{ TEXT("env-file", env_file, "FILE"),
	  .help = "write to FILE, as a shell reads it, where all is\n"
		  "found" },
	{ NUMBER("lifetime", lifetime, 1, YEAR_S, "SEC"), .preset = "3600",
	  .help = "without COMMAND: stop\n"
		  "after SEC seconds" },
	{ NUMBER("max-connections", connections_max, 1, 10000, "N"),
	  .preset = "256",
	  .help = "connections at once; more\n"
		  "are turned away" },
	{ NUMBER("idle", idle, 0, 86400, "SEC"), .preset = "0",
	  .help = "close connections idle\n"
		  "for SEC; 0 is never" },
	{ FLAG("tls", 0, is_tls),
	  .help = "serve https; needs --cert and --key" },
	{ TEXT("cert", cert, "FILE"), .help = "certificate, PEM" },
	{ TEXT("key", key, "FILE"), .help = "its private key, PEM" },
	{ TEXT("tls-priority", tls_priority, "TEXT"),
	  .help = "versions and ciphers, as GnuTLS writes them" },
	{ TEXT("log", log, "FILE"), .help = "one JSON line for each request" },
	{ FLAG("verbose", 'v', is_verbose),
	  .help = "one line on stderr for each request" },
	{ CHOICE("env", rules.is_paper, "real", "paper"), .preset = "real",
	  .heading = "The account",
	  .help = "paper has no multi and\n"
		  "no detail call" },
	{ TEXT("app-key", rules.app_key, "TEXT"),
	  .help = "the app key it expects (a dummy of 36 characters)" },
	{ TEXT("app-secret", rules.app_secret, "TEXT"),
	  .help = "the app secret it expects (a dummy of 180)" },
	{ NUMBER("token-interval", rules.token_interval_s, 0, YEAR_S, "SEC"),
	  .preset = "60", .help = "least time between two token issues" },
	{ NUMBER("token-same", rules.token_same_s, 0, YEAR_S, "SEC"),
	  .preset = "21600",
	  .help = "within it the same token\n"
		  "is given again" },
	{ NUMBER("token-life", rules.token_life_s, 1, YEAR_S, "SEC"),
	  .preset = "86400", .help = "life of a token" },
	{ NUMBER("revoke-after", rules.revoke_after, 0, 1000000000, "N"),
	  .preset = "0",
	  .help = "the first token expires after N quote calls; 0 is\n"
		  "never" },
	{ FLAG("dead-token", 0, rules.is_token_dead),
	  .help = "tokens are issued, and all are refused" },
	{ NUMBER("rate", rules.rate[SOURCE_KIS], 0, 1000000, "N"),
	  .heading = "The limit",
	  .help = "calls a second; 0 is unlimited (18; paper: 1)" },
	{ CHOICE("window", rules.window, "sliding", "fixed"),
	  .preset = "sliding",
	  .help = "any second, or whole\n"
		  "seconds of its clock" },
	{ CHOICE("limit-status", rules.limit_is_200, "500", "200"),
	  .preset = "500", .help = "HTTP status of the refusal EGW00201" },
	{ CHOICE("count-refused", rules.counts_refused, "no", "yes"),
	  .preset = "no", .help = "do refused calls fill the second, too" },
	{ NUMBER("alpaca-port", port[SOURCE_ALPACA], 0, 65535, "N"),
	  .preset = "0", .heading = "The other sources",
	  .help = "port of Alpaca; 0 is any free one" },
	{ TEXT("alpaca-key", rules.alpaca_key_id, "TEXT"),
	  .help = "the key id it expects (a dummy)" },
	{ TEXT("alpaca-secret", rules.alpaca_secret_key, "TEXT"),
	  .help = "the secret key it expects (a dummy)" },
	{ NUMBER("alpaca-rate", rules.rate[SOURCE_ALPACA], 0, 1000000, "N"),
	  .preset = "200", .help = "calls a minute; 0 is unlimited" },
	{ NUMBER("upbit-port", port[SOURCE_UPBIT], 0, 65535, "N"),
	  .preset = "0", .help = "port of Upbit; 0 is any free one" },
	{ NUMBER("upbit-rate", rules.rate[SOURCE_UPBIT], 0, 1000000, "N"),
	  .preset = "10", .help = "calls a second; 0 is unlimited" },
	{ NUMBER("ecb-port", port[SOURCE_ECB], 0, 65535, "N"), .preset = "0",
	  .help = "port of the ECB's rates;\n"
		  "0 is any free one" },
	{ NUMBER("ecb-rate", rules.rate[SOURCE_ECB], 0, 1000000, "N"),
	  .preset = "0", .help = "calls a second; 0 is unlimited" },
	{ NUMBER("latency", rules.latency_ms, 0, HOUR_MS, "MS"), .preset = "0",
	  .heading = "Time", .help = "wait before each answer" },
	{ NUMBER("jitter", rules.jitter_ms, 0, HOUR_MS, "MS"), .preset = "0",
	  .help = "and up to MS more, by chance" },
	{ NUMBER("delay-before", rules.before_ms, 0, HOUR_MS, "MS"),
	  .preset = "0",
	  .help = "wait before a call is\n"
		  "counted as arrived" },
	{ NUMBER("jitter-before", rules.before_jitter_ms, 0, HOUR_MS, "MS"),
	  .preset = "0", .help = "and up to MS more, by chance" },
	{ NUMBER("seed", rules.seed, 0, INT64_MAX, "N"), .preset = "1",
	  .help = "of all chance: jitter,\n"
		  "shuffling, p= of faults" },
	{ TEXT("unknown", rules.unknown, "CODE,CODE"), .heading = "The answers",
	  .help = "codes that do not exist, besides 999999 and ZZZZZZ" },
	{ CHOICE("missing", rules.hides_unknown, "blank", "absent"),
	  .preset = "blank",
	  .help = "unknown codes in a multi call:\n"
		  "a blank row, or none" },
	{ CHOICE("rows", rules.is_shuffled, "normal", "shuffled"),
	  .preset = "normal", .help = "order of the rows of a multi call" },
	{ CHOICE("signs", rules.is_unsigned, "signed", "unsigned"),
	  .preset = "signed",
	  .help = "changes in a multi call,\n"
		  "beside the sign code" },
	{ CHOICE("multi", rules.has_no_multi, "on", "off"), .preset = "on",
	  .help = "off: the multi call is\n"
		  "refused, as on paper" },
	{ TEXT("poison", rules.poison, "CODE"),
	  .help = "a call that asks for CODE fails as a whole" },
	{ "fault", 0, OPTPARSE_OWN, OPTPARSE_ARGUMENT, .set = options_add_fault,
	  .argname = "SPEC",
	  .help = "something goes wrong; may be repeated; 'list'\n"
		  "prints all" },
	{ NUMBER("stream-port", stream.port, 0, 65535, "N"), .preset = "0",
	  .heading = "The stream",
	  .help = "its port of 127.0.0.1; 0\n"
		  "is any free one" },
	{ TEXT("stream-port-file", stream.port_file, "FILE"),
	  .help = "write that port to FILE once it listens" },
	{ TEXT("stream-log", stream.log, "FILE"),
	  .help = "JSON lines: openings, registrations, heartbeats,\n"
		  "ends" },
	{ NUMBER("approval-interval", stream.approval_interval, 0, YEAR_S,
		 "SEC"),
	  .preset = "1", .help = "least time between two approval keys" },
	{ NUMBER("approval-life", stream.approval_life, 1, YEAR_S, "SEC"),
	  .preset = "86400", .help = "life of an approval key" },
	{ NUMBER("registrations", stream.registrations, 1, 100, "N"),
	  .preset = "41", .help = "keys that a session may register" },
	{ NUMBER("slot-keep", stream.slot_keep, 0, HOUR_MS, "MS"),
	  .preset = "0",
	  .help = "the app key stays in use so\n"
		  "long after a drop" },
	{ NUMBER("ack-delay", stream.ack_delay, 0, HOUR_MS, "MS"),
	  .preset = "0", .help = "wait before each ack" },
	{ NUMBER("heartbeat", stream.heartbeat, 0, HOUR_MS, "MS"),
	  .preset = "10000",
	  .help = "between two PINGPONG\n"
		  "texts; 0 is never" },
	{ NUMBER("silence", stream.silence, 0, YEAR_S, "SEC"), .preset = "100",
	  .help = "close when one is unanswered\n"
		  "for SEC; 0 is never" },
	{ NUMBER("ping", stream.ping, 0, HOUR_MS, "MS"), .preset = "0",
	  .help = "between two pings of RFC\n"
		  "6455; 0 is never" },
	{ CHOICE("market", stream.market, "waits", "moves", "closed"),
	  .preset = "waits", .heading = "The tape",
	  .help = "trades begin with the first registration, or now;\n"
		  "or none" },
	{ NUMBER("tape-rate", stream.rate, 0, 60000000, "N"), .preset = "60",
	  .help = "trades a minute of each symbol" },
	{ NUMBER("tape-clump", stream.clump, 1, 200, "N"), .preset = "3",
	  .help = "at most N records in a frame" },
	{ CHOICE("tape-width", stream.width, "46", "47"), .preset = "47",
	  .help = "fields of a domestic record" },
	{ NUMBER("tape-speed", stream.speed, 1, 100000, "N"), .preset = "1",
	  .help = "seconds of the tape in one of ours" },
	{ NUMBER("tape-start", stream.start, 0, 20991231235959,
		 "YYYYMMDDHHMMSS"),
	  .help = "its clock at the beginning (now)" },
	{ NUMBER("tape-trades", stream.trades, 0, 1000000000, "N"),
	  .preset = "0",
	  .help = "a symbol's tape ends after N\n"
		  "trades; 0 is never" },
	{ TEXT("tape-log", stream.tape_log, "FILE"),
	  .help = "JSON lines: every frame of trades, as it was sent" },
	{ FLAG("help", 'h', is_help), .heading = "Help", .help = "print this" },
	{ FLAG("version", 'V', is_version), .help = "print the version" },
};

const struct optparse options_program = {
	.program = "quotefetch-sandbox",
	.row = rows,
	.rows = sizeof(rows) / sizeof(rows[0]),
	.has_command = true,
};

static const char HELP_HEAD[] =
	"Usage: quotefetch-sandbox [OPTION]... [-- COMMAND [ARGUMENT]...]\n"
	"\n"
	"A loopback server that speaks the protocol of a Korean broker, and on ports of\n"
	"their own those of Alpaca, Upbit and Frankfurter, with made-up prices: for\n"
	"trying things and for tests, without keys, at any hour.\n"
	"\n"
	"With COMMAND it serves while COMMAND runs, and exits as COMMAND does (128 + N\n"
	"if signal N killed it). COMMAND finds the sources through KIS_BASE_URL,\n"
	"KIS_STREAM_URL, KIS_APP_KEY, KIS_APP_SECRET, KIS_ENV, ALPACA_BASE_URL,\n"
	"APCA_API_KEY_ID, APCA_API_SECRET_KEY, UPBIT_BASE_URL and ECB_BASE_URL, and a\n"
	"private directory in QUOTEFETCH_STATE_DIR unless that is set already; SIGINT and\n"
	"SIGTERM are passed on to it. Without COMMAND it prints its URLs, the broker's\n"
	"first, and serves until SIGINT, SIGTERM or the end of --lifetime.\n";

static const char HELP_TAIL[] =
	"\n"
	"Examples:\n"
	"  quotefetch-sandbox -- quotefetch 005930 AAPL\n"
	"  quotefetch-sandbox --latency 30 --jitter 40 --log arrivals.ndjson -- \\\n"
	"      quotefetch -f symbols.txt\n"
	"  quotefetch-sandbox --fault reset@nth=2 --fault delay=900@p=0.05 -- \\\n"
	"      quotefetch -f symbols.txt\n"
	"  quotefetch-sandbox --port 8080 --rate 0 --lifetime 600\n"
	"\n"
	"Exit status without COMMAND: 0 stopped as asked, 2 unfit options, 1 the server\n"
	"could not start. 126 and 127: COMMAND cannot be run, is not found.\n";

void options_print_help(FILE *out)
{
	struct buf text;

	buf_init(&text, 65536);
	buf_puts(&text, HELP_HEAD);
	optparse_help(&options_program, &text);
	buf_puts(&text, HELP_TAIL);
	fputs(buf_text(&text), out);
	buf_release(&text);
}
