#include "sandbox/options_table.h"

#include "sandbox/options.h"

#include <stdio.h>
#include <string.h>

#define AT(member) offsetof(struct options, member)
#define HEAD(text)                                           \
	{                                                    \
		text, 0, OPTION_SECTION, 0, 0, 0, NULL, NULL \
	}

enum { HOUR_MS = 3600000, YEAR_S = 31536000 };

static const struct option_info infos[] = {
	HEAD("Serving"),
	{ "port", 0, OPTION_NUMBER, AT(port[SOURCE_KIS]), 0, 65535, "N",
	  "port of 127.0.0.1; 0 is any free one (0)" },
	{ "port-file", 0, OPTION_TEXT, AT(port_file), 0, 0, "FILE",
	  "write the port to FILE once it listens" },
	{ "env-file", 0, OPTION_TEXT, AT(env_file), 0, 0, "FILE",
	  "write to FILE, as a shell reads it, where all is found" },
	{ "lifetime", 0, OPTION_NUMBER, AT(lifetime), 1, YEAR_S, "SEC",
	  "without COMMAND: stop after SEC seconds (3600)" },
	{ "max-connections", 0, OPTION_NUMBER, AT(connections_max), 1, 10000,
	  "N", "connections at once; more are turned away (256)" },
	{ "idle", 0, OPTION_NUMBER, AT(idle), 0, 86400, "SEC",
	  "close connections idle for SEC; 0 is never (0)" },
	{ "tls", 0, OPTION_FLAG, AT(is_tls), 0, 0, NULL,
	  "serve https; needs --cert and --key" },
	{ "cert", 0, OPTION_TEXT, AT(cert), 0, 0, "FILE", "certificate, PEM" },
	{ "key", 0, OPTION_TEXT, AT(key), 0, 0, "FILE",
	  "its private key, PEM" },
	{ "tls-priority", 0, OPTION_TEXT, AT(tls_priority), 0, 0, "TEXT",
	  "versions and ciphers, as GnuTLS writes them" },
	{ "log", 0, OPTION_TEXT, AT(log), 0, 0, "FILE",
	  "one JSON line for each request" },
	{ "verbose", 'v', OPTION_FLAG, AT(is_verbose), 0, 0, NULL,
	  "one line on stderr for each request" },
	HEAD("The account"),
	{ "env", 0, OPTION_CHOICE, AT(env), 0, 0, "real|paper",
	  "paper has no multi and no detail call (real)" },
	{ "app-key", 0, OPTION_TEXT, AT(app_key), 0, 0, "TEXT",
	  "the app key it expects (a dummy of 36 characters)" },
	{ "app-secret", 0, OPTION_TEXT, AT(app_secret), 0, 0, "TEXT",
	  "the app secret it expects (a dummy of 180)" },
	{ "token-interval", 0, OPTION_NUMBER, AT(token_interval), 0, YEAR_S,
	  "SEC", "least time between two token issues (60)" },
	{ "token-same", 0, OPTION_NUMBER, AT(token_same), 0, YEAR_S, "SEC",
	  "within it the same token is given again (21600)" },
	{ "token-life", 0, OPTION_NUMBER, AT(token_life), 1, YEAR_S, "SEC",
	  "life of a token (86400)" },
	{ "revoke-after", 0, OPTION_NUMBER, AT(revoke_after), 0, 1000000000,
	  "N", "the first token expires after N quote calls; 0 is never (0)" },
	{ "dead-token", 0, OPTION_FLAG, AT(is_token_dead), 0, 0, NULL,
	  "tokens are issued, and all are refused" },
	HEAD("The limit"),
	{ "rate", 0, OPTION_NUMBER, AT(rate[SOURCE_KIS]), 0, 1000000, "N",
	  "calls a second; 0 is unlimited (18; paper: 1)" },
	{ "window", 0, OPTION_CHOICE, AT(window), 0, 0, "sliding|fixed",
	  "any second, or whole seconds of its clock (sliding)" },
	{ "limit-status", 0, OPTION_CHOICE, AT(limit_status), 0, 0, "500|200",
	  "HTTP status of the refusal EGW00201 (500)" },
	{ "count-refused", 0, OPTION_CHOICE, AT(count_refused), 0, 0, "no|yes",
	  "do refused calls fill the second, too (no)" },
	HEAD("The other sources"),
	{ "alpaca-port", 0, OPTION_NUMBER, AT(port[SOURCE_ALPACA]), 0, 65535,
	  "N", "port of Alpaca; 0 is any free one (0)" },
	{ "alpaca-key", 0, OPTION_TEXT, AT(alpaca_key_id), 0, 0, "TEXT",
	  "the key id it expects (a dummy)" },
	{ "alpaca-secret", 0, OPTION_TEXT, AT(alpaca_secret_key), 0, 0, "TEXT",
	  "the secret key it expects (a dummy)" },
	{ "alpaca-rate", 0, OPTION_NUMBER, AT(rate[SOURCE_ALPACA]), 0, 1000000,
	  "N", "calls a minute; 0 is unlimited (200)" },
	{ "upbit-port", 0, OPTION_NUMBER, AT(port[SOURCE_UPBIT]), 0, 65535, "N",
	  "port of Upbit; 0 is any free one (0)" },
	{ "upbit-rate", 0, OPTION_NUMBER, AT(rate[SOURCE_UPBIT]), 0, 1000000,
	  "N", "calls a second; 0 is unlimited (10)" },
	{ "ecb-port", 0, OPTION_NUMBER, AT(port[SOURCE_ECB]), 0, 65535, "N",
	  "port of the ECB's rates; 0 is any free one (0)" },
	{ "ecb-rate", 0, OPTION_NUMBER, AT(rate[SOURCE_ECB]), 0, 1000000, "N",
	  "calls a second; 0 is unlimited (0)" },
	HEAD("Time"),
	{ "latency", 0, OPTION_NUMBER, AT(latency), 0, HOUR_MS, "MS",
	  "wait before each answer (0)" },
	{ "jitter", 0, OPTION_NUMBER, AT(jitter), 0, HOUR_MS, "MS",
	  "and up to MS more, by chance (0)" },
	{ "delay-before", 0, OPTION_NUMBER, AT(delay_before), 0, HOUR_MS, "MS",
	  "wait before a call is counted as arrived (0)" },
	{ "jitter-before", 0, OPTION_NUMBER, AT(jitter_before), 0, HOUR_MS,
	  "MS", "and up to MS more, by chance (0)" },
	{ "seed", 0, OPTION_NUMBER, AT(seed), 0, INT64_MAX, "N",
	  "of all chance: jitter, shuffling, p= of faults (1)" },
	HEAD("The answers"),
	{ "unknown", 0, OPTION_TEXT, AT(unknown), 0, 0, "CODE,CODE",
	  "codes that do not exist, besides 999999 and ZZZZZZ" },
	{ "missing", 0, OPTION_CHOICE, AT(missing), 0, 0, "blank|absent",
	  "unknown codes in a multi call: a blank row, or none (blank)" },
	{ "rows", 0, OPTION_CHOICE, AT(rows), 0, 0, "normal|shuffled",
	  "order of the rows of a multi call (normal)" },
	{ "signs", 0, OPTION_CHOICE, AT(signs), 0, 0, "signed|unsigned",
	  "changes in a multi call, beside the sign code (signed)" },
	{ "multi", 0, OPTION_CHOICE, AT(multi), 0, 0, "on|off",
	  "off: the multi call is refused, as on paper (on)" },
	{ "poison", 0, OPTION_TEXT, AT(poison), 0, 0, "CODE",
	  "a call that asks for CODE fails as a whole" },
	{ "fault", 0, OPTION_FAULT, 0, 0, 0, "SPEC",
	  "something goes wrong; may be repeated; 'list' prints all" },
	HEAD("The stream"),
	{ "stream-port", 0, OPTION_NUMBER, AT(stream.port), 0, 65535, "N",
	  "its port of 127.0.0.1; 0 is any free one (0)" },
	{ "stream-port-file", 0, OPTION_TEXT, AT(stream.port_file), 0, 0,
	  "FILE", "write that port to FILE once it listens" },
	{ "stream-log", 0, OPTION_TEXT, AT(stream.log), 0, 0, "FILE",
	  "JSON lines: openings, registrations, heartbeats, ends" },
	{ "approval-interval", 0, OPTION_NUMBER, AT(stream.approval_interval),
	  0, YEAR_S, "SEC", "least time between two approval keys (1)" },
	{ "approval-life", 0, OPTION_NUMBER, AT(stream.approval_life), 1,
	  YEAR_S, "SEC", "life of an approval key (86400)" },
	{ "registrations", 0, OPTION_NUMBER, AT(stream.registrations), 1, 100,
	  "N", "keys that a session may register (41)" },
	{ "slot-keep", 0, OPTION_NUMBER, AT(stream.slot_keep), 0, HOUR_MS, "MS",
	  "the app key stays in use so long after a drop (0)" },
	{ "ack-delay", 0, OPTION_NUMBER, AT(stream.ack_delay), 0, HOUR_MS, "MS",
	  "wait before each ack (0)" },
	{ "heartbeat", 0, OPTION_NUMBER, AT(stream.heartbeat), 0, HOUR_MS, "MS",
	  "between two PINGPONG texts; 0 is never (10000)" },
	{ "silence", 0, OPTION_NUMBER, AT(stream.silence), 0, YEAR_S, "SEC",
	  "close when one is unanswered for SEC; 0 is never (100)" },
	{ "ping", 0, OPTION_NUMBER, AT(stream.ping), 0, HOUR_MS, "MS",
	  "between two pings of RFC 6455; 0 is never (0)" },
	HEAD("The tape"),
	{ "market", 0, OPTION_CHOICE, AT(stream.market), 0, 0,
	  "waits|moves|closed",
	  "trades begin with the first registration, or now; or none (waits)" },
	{ "tape-rate", 0, OPTION_NUMBER, AT(stream.rate), 0, 60000000, "N",
	  "trades a minute of each symbol (60)" },
	{ "tape-clump", 0, OPTION_NUMBER, AT(stream.clump), 1, 200, "N",
	  "at most N records in a frame (3)" },
	{ "tape-width", 0, OPTION_CHOICE, AT(stream.width), 0, 0, "46|47",
	  "fields of a domestic record (47)" },
	{ "tape-speed", 0, OPTION_NUMBER, AT(stream.speed), 1, 100000, "N",
	  "seconds of the tape in one of ours (1)" },
	{ "tape-start", 0, OPTION_NUMBER, AT(stream.start), 0, 20991231235959,
	  "YYYYMMDDHHMMSS", "its clock at the beginning (now)" },
	{ "tape-trades", 0, OPTION_NUMBER, AT(stream.trades), 0, 1000000000,
	  "N", "a symbol's tape ends after N trades; 0 is never (0)" },
	{ "tape-log", 0, OPTION_TEXT, AT(stream.tape_log), 0, 0, "FILE",
	  "JSON lines: every frame of trades, as it was sent" },
	HEAD("Help"),
	{ "help", 'h', OPTION_FLAG, AT(is_help), 0, 0, NULL, "print this" },
	{ "version", 'V', OPTION_FLAG, AT(is_version), 0, 0, NULL,
	  "print the version" },
};

enum { INFOS = sizeof(infos) / sizeof(infos[0]) };

const struct option_info *options_table_find(const char *name, size_t len)
{
	for (int i = 0; i < INFOS; i++) {
		if (infos[i].kind != OPTION_SECTION &&
		    strlen(infos[i].name) == len &&
		    strncmp(infos[i].name, name, len) == 0)
			return &infos[i];
	}
	return NULL;
}

const struct option_info *options_table_find_letter(char letter)
{
	for (int i = 0; i < INFOS; i++) {
		if (infos[i].letter && infos[i].letter == letter)
			return &infos[i];
	}
	return NULL;
}

/* How unlike two words are: letters to change, add or drop. */
static size_t distance(const char *a, size_t a_len, const char *b)
{
	size_t row[32], b_len = strlen(b);

	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[b_len];
}

const char *options_table_guess(const char *name, size_t len)
{
	const char *nearest = NULL;
	size_t least = 4;

	for (int i = 0; i < INFOS && len < 30; i++) {
		size_t d = infos[i].kind == OPTION_SECTION
				   ? least
				   : distance(name, len, infos[i].name);

		if (d < least) {
			least = d;
			nearest = infos[i].name;
		}
	}
	return nearest;
}

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
	char left[64];

	fputs(HELP_HEAD, out);
	for (int i = 0; i < INFOS; i++) {
		const struct option_info *info = &infos[i];

		if (info->kind == OPTION_SECTION) {
			fprintf(out, "\n%s:\n", info->name);
			continue;
		}
		if (info->letter)
			snprintf(left, sizeof(left), "-%c, --%s", info->letter,
				 info->name);
		else
			snprintf(left, sizeof(left), "--%s%s%s", info->name,
				 info->argname ? " " : "",
				 info->argname ? info->argname : "");
		fprintf(out, "  %-26s %s\n", left, info->help);
	}
	fputs(HELP_TAIL, out);
}
