/* SPDX-License-Identifier: MIT */
/* options.h: the command line, one table for parsing, help and configuration.
 * Layer cli; uses base, model. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/optparse.h"

struct buf;

enum format {
	FORMAT_AUTO, /* table on a terminal, else json */
	FORMAT_JSON,
	FORMAT_NDJSON,
	FORMAT_CSV,
	FORMAT_CSV_EXCEL, /* for spreadsheets that people open by hand */
	FORMAT_TSV,
	FORMAT_TABLE,
	FORMAT_MARKDOWN,
	FORMAT_LEDGER, /* this and below: prices for books, no fields */
	FORMAT_HLEDGER,
	FORMAT_BEANCOUNT
};

enum progress_mode {
	PROGRESS_AUTO,
	PROGRESS_BAR,
	PROGRESS_PLAIN,
	PROGRESS_NONE
};
/* When --output may replace an old file. */
enum replace {
	REPLACE_ALWAYS,
	REPLACE_ANY, /* if any symbol has a quote */
	REPLACE_ALL
};
/* Colors of what rose and fell. */
enum color_scheme {
	SCHEME_AUTO,    /* Korean where the locale is */
	SCHEME_WESTERN, /* green, red */
	SCHEME_KOREAN   /* red, blue */
};
/* What becomes of a stream's reader that stays behind. */
enum slow { SLOW_MERGE, SLOW_WAIT };
/* What becomes of symbols that a stream does not take. */
enum overflow { OVERFLOW_ERROR, OVERFLOW_POLL };
/* Where a stream's events are told. */
enum events { EVENTS_STDERR, EVENTS_OUT, EVENTS_NONE };
enum color_mode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* Where a setting came from; a higher one wins. */
enum source {
	SOURCE_DEFAULT,
	SOURCE_CONFIG,
	SOURCE_CREDENTIALS,
	SOURCE_ENVIRONMENT,
	SOURCE_OPTION
};

enum { OPTION_AUTO = OPTPARSE_AUTO }; /* a number to be chosen later */
enum { OPTION_MAX = 96 };             /* rows of the table */

/* Everything a run is told; const once main has loaded it. Texts are owned by
 * the struct. Times are in seconds as given, 0 meaning none. */
struct options {
	char **file; /* -f, in order */
	size_t file_count;
	char **symbol; /* arguments, in order */
	size_t symbol_count;
	char *priority_file; /* NULL: none */
	enum format format;
	char *output; /* NULL, "-": stdout */
	enum replace replace;
	char *fields; /* "a,b,c", or NULL: all */
	bool keep_order;
	bool wants_detail;
	bool wants_raw;
	bool skips_invalid;
	double timeout_sec;     /* 30; 0: none */
	double try_timeout_sec; /* 5 */
	int retries;            /* OPTION_AUTO: until the deadline */
	int workers;            /* 3; OPTION_AUTO */
	int concurrency;        /* OPTION_AUTO: as workers */
	int rate;               /* OPTION_AUTO: the account's; 0: unlimited */
	int batch;              /* OPTION_AUTO: the account's */
	const char *env;        /* "real"; static */
	char *base_url;         /* NULL: the account's */
	char *ca_file;
	char *config_file;         /* NULL: the usual place */
	double max_age_sec;        /* 0: only quotes of this run */
	double stale_if_error_sec; /* 0: an error stays one */
	bool is_unshared;          /* --no-share */
	char *find_text;           /* --find; NULL: not asked */
	bool wants_plan;
	bool wants_quota;
	bool wants_check;
	enum progress_mode progress;
	char *stats_file;
	char *errors_file;
	char *metrics_file;
	bool is_quiet;
	bool is_verbose;
	enum color_mode color;
	enum color_scheme color_scheme;
	bool hides_header;
	bool wants_help;
	bool wants_manual;
	int completion; /* enum shell; 0: not asked for */
	bool wants_version;
	char *app_key; /* never an option: environment, files */
	char *app_secret;
	char *app_secret_cmd;
	char *alpaca_key_id;
	char *alpaca_secret_key;
	const char *alpaca_feed; /* static */
	char *alpaca_base_url;   /* these: NULL: the source's own */
	char *upbit_base_url;
	char *ecb_base_url;
	char *sources;       /* "kis,upbit"; NULL: auto */
	int venue;           /* enum venue */
	char *check_percent; /* --cross-check; NULL: none */
	bool is_strict;
	bool follows;       /* --follow, and what belongs to it: */
	double every_sec;   /* --every; 0: it does not poll */
	int overflow;       /* enum overflow */
	bool wants_all;     /* polls that bring nothing new, too */
	int count;          /* ticks to end after; 0: none */
	char *until;        /* "HH:MM"; NULL: none */
	int wants_snapshot; /* --snapshot: 0, 1 */
	int slow;           /* enum slow */
	double stale_sec;
	int events;                     /* enum events */
	char *stream_url;               /* NULL: the account's */
	enum source source[OPTION_MAX]; /* by place in the table: who set it */
};

/* The table that drives parsing, --help, the manual, the completions, the
 * configuration file and the unit test. */
extern const struct optparse options_program;
extern const struct optparse_row option_table[];
extern const size_t option_count;

/* What this program makes of texts: a copy, owned (TEXT); the same, never shown
 * and wiped (SECRET); a base URL; file[], which may be repeated; a decimal.
 * Errors: USAGE, SYSTEM. */
optparse_set_fn options_set_text, options_set_secret, options_set_url,
	options_set_file, options_set_percent;

/* For the table's program: takes a symbol; says what other programs' options
 * are called here; notes that the line has set a row. */
int options_take(void *target, const char *text, bool is_forced,
		 struct err *err);
const char *options_advise(const char *name, size_t len);
void options_note(void *target, const struct optparse_row *row);

/* The text of an option that has one (not COUNT and the like), by its long
 * name: where to change it, and what it is; NULL: not set. For settings that a
 * source names. Aborts where there is no such option. */
char **options_text_at(struct options *o, const char *name);
const char *options_text(const struct options *o, const char *name);

/* Appends a copy to one of the lists. Errors: SYSTEM. */
MUST_CHECK int options_append(char ***list, size_t *count, const char *text,
			      struct err *err);

void options_init(struct options *o);
void options_release(struct options *o); /* wipes the secrets first */

/* Reads argv[1 ... argc). Never exits or prints. Where help or the version is
 * asked for, nothing else that the line says is an error.
 * Errors: USAGE: unknown option (with the nearest name), missing or unfit
 * value ("--rate takes a whole number from 0 to 1000, not 'x'"). */
MUST_CHECK int options_parse(struct options *o, int argc, char *const *argv,
			     struct err *err);

/* The place in the table of what may be said in a file, by its long name ('-'
 * and '_' are the same); -1: nothing is called that. */
int options_find_setting(const char *name);

/* Sets what the long name says, unless a higher source has set it already.
 * Used by the configuration and the environment; app_key, app_secret and
 * app_secret_cmd are names here and not on the command line.
 * Errors: USAGE. */
MUST_CHECK int options_set(struct options *o, const char *name,
			   const char *value, enum source source,
			   struct err *err);

/* What cannot be said of one option alone. Call it when all sources are read.
 * Errors: USAGE. */
MUST_CHECK int options_check(const struct options *o, struct err *err);

/* Whether it polls and does not stream. */
bool options_polls(const struct options *o);

/* Whether there is anything to read symbols from: arguments, files, or a stdin
 * that is no terminal. */
bool options_has_input(const struct options *o);

/* The manual page, in roff. */
void options_man(struct buf *out);

/* What a shell must know to complete a command line. */
enum shell { SHELL_BASH = 1, SHELL_ZSH, SHELL_FISH };
void options_complete(enum shell shell, struct buf *out);

#endif
