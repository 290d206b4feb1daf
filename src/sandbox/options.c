#include "sandbox/options.h"

#include "sandbox/options_table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What it expects of clients, unless told otherwise: of the length that real
 * keys have, and plainly not real. */
static const char APP_KEY[] = "PSsandboxAppKey000000000000000000001";
static const char APP_SECRET[] =
	"sandboxAppSecret/0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQR"
	"STUVWXYZ+0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	"/notARealSecret/0123456789abcdefghijk=";
static const char ALPACA_KEY_ID[] = "PKSANDBOX00000000001";
static const char ALPACA_SECRET_KEY[] =
	"sandboxNotARealSecret0123456789abcdefghi";
_Static_assert(sizeof(APP_KEY) == 36 + 1, "a key has 36 characters");
_Static_assert(sizeof(APP_SECRET) == 180 + 1, "a secret has 180 characters");

static int read_number(const struct option_info *info, const char *text,
		       int64_t *number, struct err *err)
{
	const char *digit = text;
	int64_t value = 0;

	for (; *digit >= '0' && *digit <= '9' && digit - text < 18; digit++)
		value = value * 10 + (*digit - '0');
	if (digit == text || *digit || value < info->min || value > info->max)
		return err_set(err, ERR_USAGE,
			       "unfit value '%.40s' of --%s: write a whole "
			       "number from %" PRId64 " to %" PRId64,
			       text, info->name, info->min, info->max);
	*number = value;
	return 0;
}

/* The place of the word in "one|two". */
static int read_choice(const struct option_info *info, const char *text,
		       int64_t *choice, struct err *err)
{
	const char *words = info->argname;

	for (int64_t i = 0; *words; i++) {
		size_t len = strcspn(words, "|");

		if (strlen(text) == len && strncmp(text, words, len) == 0) {
			*choice = i;
			return 0;
		}
		words += len;
		if (*words == '|')
			words++;
	}
	return err_set(err, ERR_USAGE, "unfit value '%.40s' of --%s: write %s",
		       text, info->name, info->argname);
}

static int add_fault(struct options *options, const char *spec, struct err *err)
{
	struct fault_rule *grown;

	if (strcmp(spec, "list") == 0) {
		options->is_fault_list = true;
		return 0;
	}
	if (stream_fault_is_meant(spec))
		return stream_options_add_fault(&options->stream, spec, err);
	grown = realloc(options->fault,
			(options->fault_count + 1) * sizeof(*grown));
	if (!grown)
		return err_no_memory(err);
	options->fault = grown;
	if (fault_parse(spec, &grown[options->fault_count], err))
		return -1;
	options->fault_count++;
	return 0;
}

/* text NULL: the option is a flag. */
static int store(struct options *options, const struct option_info *info,
		 const char *text, struct err *err)
{
	void *place = (char *)options + info->offset;

	if (!text) {
		*(bool *)place = true;
		return 0;
	}
	switch (info->kind) {
	case OPTION_NUMBER:
		return read_number(info, text, place, err);
	case OPTION_TEXT:
		*(const char **)place = text;
		return 0;
	case OPTION_CHOICE:
		return read_choice(info, text, place, err);
	case OPTION_FAULT:
		return add_fault(options, text, err);
	case OPTION_FLAG:
	case OPTION_SECTION:
		break;
	}
	return 0;
}

static int fail_unknown(const char *name, size_t len, struct err *err)
{
	const char *nearest = options_table_guess(name, len);

	return err_set(err, ERR_USAGE, "unknown option '--%.*s': %s%s",
		       (int)(len < 40 ? len : 40), name,
		       nearest ? "did you mean --" : "see --help",
		       nearest ? nearest : "");
}

/* One --name, --name=value or --name value; moves *at past it. */
static int read_long(struct options *options, int argc, char **argv, int *at,
		     struct err *err)
{
	const char *name = argv[*at] + 2, *value = NULL;
	size_t len = strcspn(name, "=");
	const struct option_info *info = options_table_find(name, len);

	if (!info)
		return fail_unknown(name, len, err);
	if (name[len] == '=')
		value = name + len + 1;
	if (info->kind == OPTION_FLAG && value)
		return err_set(err, ERR_USAGE, "option --%s takes no value",
			       info->name);
	if (info->kind != OPTION_FLAG && !value && *at + 1 < argc)
		value = argv[++*at];
	if (info->kind != OPTION_FLAG && !value)
		return err_set(err, ERR_USAGE, "option --%s needs a value",
			       info->name);
	return store(options, info, value, err);
}

/* -v, -h, -V, also together. */
static int read_letters(struct options *options, const char *letter,
			struct err *err)
{
	for (; *letter; letter++) {
		const struct option_info *info =
			options_table_find_letter(*letter);

		if (!info)
			return err_set(err, ERR_USAGE,
				       "unknown option '-%c': see --help",
				       *letter);
		if (store(options, info, NULL, err))
			return -1;
	}
	return 0;
}

static void set_defaults(struct options *options)
{
	*options = (struct options){
		.rate = { [SOURCE_KIS] = -1,
			  [SOURCE_ALPACA] = 200,
			  [SOURCE_UPBIT] = 10 },
		.seed = 1,
		.app_key = APP_KEY,
		.app_secret = APP_SECRET,
		.alpaca_key_id = ALPACA_KEY_ID,
		.alpaca_secret_key = ALPACA_SECRET_KEY,
		.token_interval = 60,
		.token_same = 21600,
		.token_life = 86400,
		.connections_max = 256,
		.lifetime = 3600,
	};
	stream_options_init(&options->stream);
}

static int check_together(const struct options *options, struct err *err)
{
	struct tape_rules tape;

	if (stream_options_make_tape(&options->stream, 0, &tape, err))
		return -1;
	if (options->is_tls && (!options->cert || !options->key))
		return err_set(err, ERR_USAGE, "--tls needs --cert and --key");
	if (!options->is_tls &&
	    (options->cert || options->key || options->tls_priority))
		return err_set(err, ERR_USAGE,
			       "--cert, --key and --tls-priority "
			       "need --tls");
	return 0;
}

int options_parse(struct options *options, int argc, char **argv,
		  struct err *err)
{
	int i;

	set_defaults(options);
	for (i = 1; i < argc; i++) {
		int failed;

		if (strcmp(argv[i], "--") == 0)
			break;
		if (strncmp(argv[i], "--", 2) == 0)
			failed = read_long(options, argc, argv, &i, err);
		else if (argv[i][0] == '-' && argv[i][1])
			failed = read_letters(options, argv[i] + 1, err);
		else
			failed = err_set(err, ERR_USAGE,
					 "unexpected argument '%.80s': "
					 "write -- before a command",
					 argv[i]);
		if (failed)
			return -1;
	}
	if (i < argc) {
		if (i + 1 == argc)
			return err_set(err, ERR_USAGE, "no command after '--'");
		options->command = argv + i + 1;
	}
	if (options->rate[SOURCE_KIS] < 0)
		options->rate[SOURCE_KIS] =
			options->env == OPTIONS_ENV_PAPER ? 1 : 18;
	return check_together(options, err);
}

void options_release(struct options *options)
{
	free(options->fault);
	options->fault = NULL;
	stream_options_release(&options->stream);
}

void options_make_rules(const struct options *options, uint64_t salt,
			struct broker_rules *rules)
{
	bool is_paper = options->env == OPTIONS_ENV_PAPER;

	*rules = (struct broker_rules){
		.app_key = options->app_key,
		.app_secret = options->app_secret,
		.unknown = options->unknown,
		.poison = options->poison,
		.is_paper = is_paper,
		.has_multi = !is_paper && options->multi == 0,
		.is_shuffled = options->rows == 1,
		.is_signed = options->signs == 0,
		.shows_blank_rows = options->missing == 0,
		.alpaca_key_id = options->alpaca_key_id,
		.alpaca_secret_key = options->alpaca_secret_key,
		.limit_status = options->limit_status == 0 ? 500 : 200,
		.window = options->window == 0 ? RATELIMIT_SLIDING
					       : RATELIMIT_FIXED,
		.counts_refused = options->count_refused == 1,
		.latency_ms = options->latency,
		.jitter_ms = options->jitter,
		.before_ms = options->delay_before,
		.before_jitter_ms = options->jitter_before,
		.token_interval_s = options->token_interval,
		.token_same_s = options->token_same,
		.token_life_s = options->token_life,
		.revoke_after = options->revoke_after,
		.is_token_dead = options->is_token_dead,
		.seed = (uint64_t)options->seed,
		.salt = salt,
		.fault = options->fault,
		.fault_count = options->fault_count,
	};
	memcpy(rules->rate, options->rate, sizeof(rules->rate));
}
