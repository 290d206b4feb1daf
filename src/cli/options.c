#include "cli/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/spelling.h"
#include "base/utf8.h"
#include "cli/secret.h"

enum {
	NEAR_EDITS = 2,     /* how far a slip of the finger goes */
	SHOWN_COLUMNS = 32, /* of a text in a message */
	SHOWN_BYTES = SHOWN_COLUMNS * 4 + 4
};

static bool is_sayable(const struct option_row *row, bool is_argument)
{
	return row->place == PLACE_ANY ||
	       row->place == (is_argument ? PLACE_ARGUMENTS : PLACE_FILE);
}

/* In a file, app-key is app_key, and no_share is no-share. */
static bool is_name(const char *known, const char *name, size_t len,
		    bool is_argument)
{
	for (size_t i = 0; i < len; i++) {
		char c = known[i];

		if (c != name[i] && (is_argument || (c != '-' && c != '_') ||
				     (name[i] != '-' && name[i] != '_')))
			return false;
	}
	return known[len] == '\0';
}

static const struct option_row *find_name(const char *name, size_t len,
					  bool is_argument)
{
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_table[i];

		if (is_sayable(row, is_argument) &&
		    is_name(row->name, name, len, is_argument))
			return row;
	}
	return NULL;
}

static const struct option_row *find_letter(char letter)
{
	for (size_t i = 0; i < option_count; i++) {
		if (option_table[i].letter == letter)
			return &option_table[i];
	}
	return NULL;
}

/* The row meant by a misspelt name or the beginning of one, or NULL. */
static const struct option_row *find_near(const char *name, size_t len,
					  bool is_argument)
{
	const struct option_row *near = NULL;
	size_t best = NEAR_EDITS + 1;

	if (len < 2 || len > SPELLING_MAX_BYTES)
		return NULL;
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_table[i];
		size_t edits = spelling_distance(name, len, row->name);

		if (edits > NEAR_EDITS && strncmp(row->name, name, len) == 0)
			edits = NEAR_EDITS;
		if (edits < best && is_sayable(row, is_argument)) {
			best = edits;
			near = row;
		}
	}
	return near;
}

/* What other programs call it, where no name of ours is near. */
static const char *advice_for(const char *name, size_t len)
{
	static const struct {
		const char *name, *advice;
	} rows[] = {
		{ "watch",
		  "to ask again and again: watch -n 60 quotefetch ..." },
		{ "interval",
		  "to ask again and again: watch -n 60 quotefetch ..." },
		{ "silent", "write --quiet" },
		{ "jobs", "write --workers" },
		{ "parallel", "write --workers" },
		{ "threads", "write --workers" },
		{ "columns", "write --fields" },
		{ "input", "write --file" },
		{ "retry", "write --retries" },
		{ "failed", "write --errors" },
		{ "proxy", "set https_proxy in the environment" },
		{ "insecure", "write --cacert FILE, with the CA to trust" },
		{ "app-key", "a key is no argument: KIS_APP_KEY, or the "
			     "configuration file" },
		{ "app-secret", "a secret is no argument: KIS_APP_SECRET, or "
				"the configuration file" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (strlen(rows[i].name) == len &&
		    memcmp(rows[i].name, name, len) == 0)
			return rows[i].advice;
	}
	return NULL;
}

static int refuse_name(const char *name, size_t len, bool is_argument,
		       struct err *err)
{
	const struct option_row *near = find_near(name, len, is_argument);
	const char *what = is_argument ? "option" : "setting";
	const char *dashes = is_argument ? "--" : "";
	const char *advice = is_argument ? advice_for(name, len) : NULL;
	char text[SHOWN_BYTES];

	utf8_copy_printable(name, len, text, sizeof text, SHOWN_COLUMNS);
	if (advice)
		return err_set(err, ERR_USAGE, "unknown option '--%s': %s",
			       text, advice);
	if (near)
		return err_set(err, ERR_USAGE,
			       "unknown %s '%s%s': did you mean '%s%s'?", what,
			       dashes, text, dashes, near->name);
	return err_set(err, ERR_USAGE,
		       "unknown %s '%s%s': see quotefetch --help", what, dashes,
		       text);
}

char **options_text_at(struct options *o, const char *name)
{
	for (size_t i = 0; i < option_count; i++)
		if (strcmp(option_table[i].name, name) == 0)
			return (void *)((char *)o + option_table[i].offset);
	err_abort(__FILE__, __LINE__, name);
}

const char *options_text(const struct options *o, const char *name)
{
	return *options_text_at((struct options *)(uintptr_t)o, name);
}

void options_init(struct options *o)
{
	memset(o, 0, sizeof *o);
	o->concurrency = OPTION_AUTO;
	o->rate = OPTION_AUTO;
	o->batch = OPTION_AUTO;
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_table[i];

		if (row->preset)
			require(options_set_field(o, row, row->name,
						  row->preset, NULL) == 0);
	}
}

static void free_texts(char **list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(list[i]);
	free(list);
}

void options_release(struct options *o)
{
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_table[i];
		char **text = (void *)((char *)o + row->offset);

		if (row->takes == TAKES_SECRET && *text)
			secret_wipe(*text, strlen(*text));
		if (row->takes == TAKES_SECRET || row->takes == TAKES_TEXT ||
		    row->takes == TAKES_URL || row->takes == TAKES_PERCENT)
			free(*text);
	}
	free_texts(o->file, o->file_count);
	free_texts(o->symbol, o->symbol_count);
	memset(o, 0, sizeof *o);
}

int options_find_setting(const char *name)
{
	const struct option_row *row = find_name(name, strlen(name), false);

	return row ? (int)(row - option_table) : -1;
}

int options_set(struct options *o, const char *name, const char *value,
		enum source source, struct err *err)
{
	const struct option_row *row = find_name(name, strlen(name), false);
	enum source *set_by;

	if (!row)
		return refuse_name(name, strlen(name), false, err);
	set_by = &o->source[row - option_table];
	if (*set_by > source)
		return 0;
	if (options_set_field(o, row, name, value, err) < 0)
		return -1;
	*set_by = source;
	return 0;
}

struct arguments {
	char *const *argv;
	int argc, at;          /* at: the one being read */
	bool has_only_symbols; /* after "--" */
};

/* The row that *row stands for, and the value that it gives it. */
static const char *resolve(const struct option_row **row)
{
	const char *text = (*row)->stands_for;
	size_t len = strcspn(text, "=");

	*row = find_name(text, len, true);
	require(*row);
	return text + len + 1;
}

/* Sets an option given as an argument. value is the text attached to it, or
 * NULL: then the next argument is its value, if it takes one. A next argument
 * that is no fit value stays to be read: it may be the --help that was meant. */
static int set_argument(struct options *o, const struct option_row *row,
			const char *value, struct arguments *args,
			struct err *err)
{
	char shown[SPELLING_MAX_BYTES + 3];
	bool is_next = false;

	snprintf(shown, sizeof shown, "--%s", row->name);
	if (row->takes == TAKES_NOTHING) {
		if (value)
			return err_set(err, ERR_USAGE, "%s takes no value",
				       shown);
		value = "yes";
	} else if (!value && row->takes == TAKES_PERCENT) {
		value = "1"; /* the next argument is no value of it */
	} else if (!value) {
		if (args->at + 1 >= args->argc)
			return err_set(err, ERR_USAGE, "%s needs a value",
				       shown);
		value = args->argv[args->at + 1];
		is_next = true;
	}
	if (row->stands_for)
		value = resolve(&row);
	if (options_set_field(o, row, shown, value, err) < 0)
		return -1;
	args->at += is_next;
	o->source[row - option_table] = SOURCE_OPTION;
	return 0;
}

/* "--name", "--name=value" */
static int read_long(struct options *o, struct arguments *args, struct err *err)
{
	const char *name = args->argv[args->at] + 2;
	size_t len = strcspn(name, "=");
	const struct option_row *row = find_name(name, len, true);

	if (!row)
		return refuse_name(name, len, true, err);
	return set_argument(o, row, name[len] == '=' ? name + len + 1 : NULL,
			    args, err);
}

static int refuse_letter(char letter, struct err *err)
{
	char shown[SHOWN_BYTES];

	utf8_copy_printable(&letter, 1, shown, sizeof shown, 1);
	return err_set(err, ERR_USAGE,
		       "unknown option '-%s': see quotefetch --help", shown);
}

/* "-k", "-kq", "-fFILE", "-kf FILE" */
static int read_letters(struct options *o, struct arguments *args,
			struct err *err)
{
	const char *text = args->argv[args->at] + 1;
	int rc = 0;

	for (; *text != '\0'; text++) {
		const struct option_row *row = find_letter(*text);
		bool takes_value = row && row->takes != TAKES_NOTHING;
		/* Of several mistakes the first is told. */
		struct err *first = rc == 0 ? err : NULL;

		if (!row)
			rc = refuse_letter(*text, first);
		else if (set_argument(o, row,
				      takes_value && text[1] != '\0' ? text + 1
								     : NULL,
				      args, first) < 0)
			rc = -1;
		if (takes_value)
			break;
	}
	return rc;
}

static int read_argument(struct options *o, struct arguments *args,
			 struct err *err)
{
	const char *arg = args->argv[args->at];

	if (args->has_only_symbols || arg[0] != '-')
		return options_append(&o->symbol, &o->symbol_count, arg, err);
	if (arg[1] == '\0')
		return err_set(err, ERR_USAGE,
			       "'-' is no symbol: "
			       "to read them from stdin write -f -");
	if (arg[1] != '-')
		return read_letters(o, args, err);
	if (arg[2] != '\0')
		return read_long(o, args, err);
	args->has_only_symbols = true;
	return 0;
}

/* Who asks for help is helped, whatever else the line says. */
int options_parse(struct options *o, int argc, char *const *argv,
		  struct err *err)
{
	struct arguments args = { .argv = argv, .argc = argc, .at = 1 };
	int rc = 0;

	for (; args.at < argc; args.at++) {
		if (read_argument(o, &args, rc == 0 ? err : NULL) < 0)
			rc = -1;
	}
	return o->wants_help || o->wants_version ? 0 : rc;
}

/* A descriptor takes one after the other; a file would hold the last alone. */
static bool is_file(const char *path)
{
	return path && strcmp(path, "-") != 0 && strncmp(path, "/dev/", 5) != 0;
}

static int check_files(const struct options *o, struct err *err)
{
	const struct {
		const char *name, *path;
	} files[] = {
		{ "--output", o->output },
		{ "--errors", o->errors_file },
		{ "--stats", o->stats_file },
		{ "--metrics", o->metrics_file },
	};
	size_t count = sizeof files / sizeof *files;

	for (size_t i = 0; i < count; i++) {
		for (size_t k = i + 1; k < count; k++) {
			if (is_file(files[i].path) && files[k].path &&
			    strcmp(files[i].path, files[k].path) == 0)
				return err_set(err, ERR_USAGE,
					       "%s and %s name the same file",
					       files[i].name, files[k].name);
		}
	}
	return 0;
}

/* "15:31". */
static bool is_time_of_day(const char *t)
{
	return strlen(t) == 5 && strspn(t, "0123456789") == 2 && t[2] == ':' &&
	       strspn(t + 3, "0123456789") == 2 &&
	       (t[0] < '2' || (t[0] == '2' && t[1] < '4')) && t[3] < '6';
}

/* What a stream has no use for is said, rather than passed over. */
static int check_follow(const struct options *o, struct err *err)
{
	const struct {
		bool is_given;
		const char *name;
	} others[] = {
		{ o->wants_plan, "--plan" },
		{ o->wants_quota, "--quota" },
		{ o->find_text != NULL, "--find" },
		{ o->output && strcmp(o->output, "-") != 0, "--output" },
		{ o->fields != NULL, "--fields" },
		{ o->wants_raw, "--raw" },
		{ o->keep_order, "--keep-order" },
		{ o->stats_file != NULL, "--stats" },
		{ o->errors_file != NULL, "--errors" },
		{ o->metrics_file != NULL, "--metrics" },
	};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (others[i].is_given)
			return err_set(err, ERR_USAGE,
				       "--follow and %s exclude each other",
				       others[i].name);
	if (o->format != FORMAT_AUTO && o->format != FORMAT_NDJSON)
		return err_set(err, ERR_USAGE,
			       "--follow writes ndjson and no other format");
	if (o->until && !is_time_of_day(o->until))
		return err_set(err, ERR_USAGE,
			       "--until takes a time in Korea like 15:31");
	return 0;
}

int options_check(const struct options *o, struct err *err)
{
	if (o->follows && check_follow(o, err) < 0)
		return -1;
	if (o->wants_plan && o->wants_quota)
		return err_set(err, ERR_USAGE,
			       "--plan and --quota exclude each other");
	if (o->fields && o->format >= FORMAT_LEDGER)
		return err_set(err, ERR_USAGE,
			       "--fields says nothing to a format of prices "
			       "(ledger, hledger, beancount)");
	return check_files(o, err);
}

bool options_has_input(const struct options *o)
{
	return o->symbol_count > 0 || o->file_count > 0 || o->priority_file ||
	       !isatty(STDIN_FILENO);
}
