#include "cli/options.h"

#include <string.h>

#include "base/buf.h"

enum { HELP_COLUMN = 29 };

static const char usage[] = "Usage: quotefetch [OPTION]... [SYMBOL]...\n";

static const char intro[] =
	"Fetches a quote for each symbol: from the arguments, from each -f FILE, or from\n"
	"stdin. A record comes out for every symbol asked: a quote, or what went wrong.\n"
	"\n"
	"Symbols: 005930, 005930.KR, KR:005930, AAPL, AAPL.NAS, BRK.B, 0700.HKS. A line\n"
	"of a file is a symbol, or SYMBOL,MARKET; '#' starts a comment, '!' before a\n"
	"symbol puts it ahead of the rest.\n"
	"Markets: KR; US (NAS, NYS, AMS: found by itself); HKS TSE SHS SZS HSX HNX;\n"
	"BAQ BAY BAA (US day session).\n";

static const char outro[] =
	"\n"
	"Exit status:\n"
	"  0    a quote for every symbol\n"
	"  1    some symbols failed\n"
	"  2    usage, configuration or input\n"
	"  3    the broker refused the credentials, or no token could be had\n"
	"  4    no symbol got a quote\n"
	"  5    the output could not be written\n"
	"  6    the deadline came first for some symbol\n"
	"  130, 143   interrupted (SIGINT, SIGTERM); finished records stand\n"
	"  141  the reader of stdout went away\n"
	"\n"
	"Environment (beneath the options, above the files):\n"
	"  KIS_APP_KEY, KIS_APP_SECRET   the credentials\n"
	"  KIS_ENV, KIS_BASE_URL         as --env, --base-url\n"
	"  CREDENTIALS_DIRECTORY         systemd's: files app_key, app_secret\n"
	"  QUOTEFETCH_STATE_DIR          where token, quota and found exchanges are kept\n"
	"  https_proxy, no_proxy         the way to the sources, by curl's rules\n"
	"  NO_COLOR                      as --color never\n"
	"\n"
	"Files:\n"
	"  ~/.config/quotefetch/config   lines of \"key = value\": long option names, and\n"
	"                                app_key, app_secret, app_secret_cmd (a command\n"
	"                                that prints it); chmod 600 if it holds a secret\n"
	"  ~/.local/state/quotefetch/    the state (XDG_CONFIG_HOME, XDG_STATE_HOME move\n"
	"                                these)\n"
	"\n"
	"Examples:\n"
	"  quotefetch -f symbols.txt | jq -r '.[] | select(.error | not) | .symbol'\n"
	"  printf '005930\\nAAPL\\n' | quotefetch --format ndjson | jq .price\n";

/* The argument's name, or "auto|always|never". */
static void put_argname(struct buf *out, const struct option_row *row)
{
	if (row->argname)
		buf_puts(out, row->argname);
	for (size_t i = 0; !row->argname && row->words && row->words[i]; i++)
		buf_printf(out, "%s%s", i > 0 ? "|" : "", row->words[i]);
}

/* Ends the left column: what is too long for it has a line of its own. */
static void pad_to_column(struct buf *out, size_t line_start)
{
	if (out->len - line_start > HELP_COLUMN - 2) {
		buf_putc(out, '\n');
		line_start = out->len;
	}
	while (out->len - line_start < HELP_COLUMN && !out->is_over &&
	       !out->is_exhausted)
		buf_putc(out, ' ');
}

static void put_option(struct buf *out, const struct option_row *row)
{
	size_t line_start = out->len;
	const char *help = row->help;

	if (row->letter)
		buf_printf(out, "  -%c, --%s", row->letter, row->name);
	else
		buf_printf(out, "      --%s", row->name);
	if (row->takes != TAKES_NOTHING && row->takes != TAKES_PERCENT)
		buf_putc(out, ' ');
	put_argname(out, row);
	pad_to_column(out, line_start);
	for (;;) {
		size_t len = strcspn(help, "\n");

		buf_append(out, help, len);
		if (help[len] == '\0')
			break;
		buf_putc(out, '\n');
		pad_to_column(out, out->len);
		help += len + 1;
	}
	if (row->preset)
		buf_printf(out, " (default: %s)", row->preset);
	buf_putc(out, '\n');
}

void options_help(struct buf *out)
{
	buf_puts(out, usage);
	buf_puts(out, intro);
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_table[i];

		if (row->place == PLACE_FILE)
			continue;
		if (row->heading)
			buf_printf(out, "\n%s:\n", row->heading);
		put_option(out, row);
	}
	buf_puts(out, outro);
}

void options_short_help(struct buf *out)
{
	buf_puts(out, usage);
	buf_puts(out, "Fetches stock quotes: quotefetch 005930 AAPL\n"
		      "                      quotefetch -f symbols.txt\n"
		      "quotefetch --help shows all options.\n");
}
