/* SPDX-License-Identifier: MIT */
#include "cli/options.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/secret.h"

/* What other programs call it, where no name of ours is near. */
const char *options_advise(const char *name, size_t len)
{
	static const struct {
		const char *name, *advice;
	} rows[] = {
		{ "watch", "to ask again and again: write --every SEC" },
		{ "interval", "write --every" },
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
	optparse_preset(&options_program, o);
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
		const struct optparse_row *row = &option_table[i];
		char **text = (void *)((char *)o + row->offset);

		if (row->takes != OPTPARSE_OWN || row->set == options_set_file)
			continue;
		if (row->set == options_set_secret && *text)
			secret_wipe(*text, strlen(*text));
		free(*text);
	}
	free_texts(o->file, o->file_count);
	free_texts(o->symbol, o->symbol_count);
	memset(o, 0, sizeof *o);
}

int options_find_setting(const char *name)
{
	const struct optparse_row *row =
		optparse_find(&options_program, name, strlen(name), false);

	return row ? (int)(row - option_table) : -1;
}

int options_set(struct options *o, const char *name, const char *value,
		enum source source, struct err *err)
{
	int place = options_find_setting(name);

	if (place < 0)
		return optparse_refuse(&options_program, name, strlen(name),
				       false, err);
	if (o->source[place] > source)
		return 0;
	if (optparse_set(o, &option_table[place], name, value, err) < 0)
		return -1;
	o->source[place] = source;
	return 0;
}

int options_take(void *target, const char *text, bool is_forced,
		 struct err *err)
{
	struct options *o = target;

	if (!is_forced && strcmp(text, "-") == 0)
		return err_set(err, ERR_USAGE,
			       "'-' is no symbol: "
			       "to read them from stdin write -f -");
	return options_append(&o->symbol, &o->symbol_count, text, err);
}

void options_note(void *target, const struct optparse_row *row)
{
	struct options *o = target;

	o->source[row - option_table] = SOURCE_OPTION;
}

/* Who asks for help is helped, whatever else the line says. */
int options_parse(struct options *o, int argc, char *const *argv,
		  struct err *err)
{
	int end = optparse_read(&options_program, o, argc, argv, err);

	return end >= 0 || o->wants_help || o->wants_version ? 0 : -1;
}

/* "15:31". */
static bool is_time_of_day(const char *t)
{
	return strlen(t) == 5 && strspn(t, "0123456789") == 2 && t[2] == ':' &&
	       strspn(t + 3, "0123456789") == 2 &&
	       (t[0] < '2' || (t[0] == '2' && t[1] < '4')) && t[3] < '6';
}

/* Whether the command line has it: in a file it is for all runs. */
static bool is_argument(const struct options *o, const char *name)
{
	int place = options_find_setting(name);

	return place >= 0 && o->source[place] == SOURCE_OPTION;
}

/* What a stream has no use for is said, rather than passed over. */
static int check_follow(const struct options *o, struct err *err)
{
	/* Of the snapshots' calls nothing is to be set; of the polls' it is. */
	bool is_stream = !options_polls(o) && o->overflow != OVERFLOW_POLL;
	const struct {
		bool is_given;
		const char *name;
	} others[] = {
		{ o->wants_plan, "--plan" },
		{ o->wants_quota, "--quota" },
		{ o->wants_check && o->follows, "--check" },
		{ o->find_text != NULL, "--find" },
		{ o->wants_raw && !options_polls(o), "--raw" },
		{ o->keep_order, "--keep-order" },
		{ is_stream && is_argument(o, "batch"), "--batch" },
		{ is_stream && is_argument(o, "retries"), "--retries" },
		{ is_stream && is_argument(o, "workers"), "--workers" },
		{ o->check_percent != NULL, "--cross-check" },
		{ o->errors_file != NULL, "--errors" },
		{ o->metrics_file != NULL, "--metrics" },
		{ o->max_age_sec > 0, "--max-age" },
		{ o->stale_if_error_sec > 0, "--stale-if-error" },
	};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (others[i].is_given)
			return err_set(err, ERR_USAGE,
				       "%s and %s exclude each other",
				       o->follows ? "--follow" : "--every",
				       others[i].name);
	switch ((int)o->format) {
	case FORMAT_AUTO:
	case FORMAT_NDJSON:
		break;
	case FORMAT_CSV:
	case FORMAT_TSV:
	case FORMAT_TABLE:
		if (o->events == EVENTS_OUT)
			return err_set(err, ERR_USAGE,
				       "--events out needs --format ndjson: "
				       "other formats have one kind of record");
		break;
	default:
		return err_set(err, ERR_USAGE,
			       "a stream has no end: write --format ndjson, "
			       "csv, tsv or table");
	}
	if (o->until && !is_time_of_day(o->until))
		return err_set(err, ERR_USAGE,
			       "--until takes a time in Korea like 15:31");
	return 0;
}

bool options_polls(const struct options *o)
{
	return o->every_sec > 0 &&
	       !(o->follows && o->overflow == OVERFLOW_POLL);
}

/* Each does something else than to fetch. */
static int check_commands(const struct options *o, struct err *err)
{
	const char *const given[] = {
		o->wants_plan ? "--plan" : NULL,
		o->wants_quota ? "--quota" : NULL,
		o->wants_check ? "--check" : NULL,
		o->find_text ? "--find" : NULL,
	};
	const char *first = NULL;

	for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
		if (first && given[i])
			return err_set(err, ERR_USAGE,
				       "%s and %s exclude each other", first,
				       given[i]);
		if (given[i])
			first = given[i];
	}
	return 0;
}

/* Whoever writes one of these means a stream. */
static int check_once(const struct options *o, struct err *err)
{
	static const char *const others[] = { "all",    "count", "until",
					      "events", "slow",  "snapshot",
					      "stale" };

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (is_argument(o, others[i]))
			return err_set(err, ERR_USAGE,
				       "--%s goes with --follow or --every",
				       others[i]);
	return 0;
}

int options_check(const struct options *o, struct err *err)
{
	bool is_stream = o->follows || options_polls(o);

	if (o->overflow == OVERFLOW_POLL && !o->follows)
		return err_set(err, ERR_USAGE,
			       "--overflow poll goes with --follow");
	if ((is_stream ? check_follow(o, err) : check_once(o, err)) < 0)
		return -1;
	if (check_commands(o, err) < 0)
		return -1;
	if (is_argument(o, "strict") && !o->check_percent)
		return err_set(err, ERR_USAGE,
			       "--strict goes with --cross-check");
	if (o->fields && o->format >= FORMAT_LEDGER)
		return err_set(err, ERR_USAGE,
			       "--fields says nothing to a format of prices "
			       "(ledger, hledger, beancount)");
	return 0;
}

bool options_has_input(const struct options *o)
{
	return o->symbol_count > 0 || o->file_count > 0 || o->priority_file ||
	       !isatty(STDIN_FILENO);
}
