/* SPDX-License-Identifier: MIT */
#include "sandbox/options.h"

#include "base/optparse.h"

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

int options_add_fault(void *target, const struct optparse_row *row,
		      const char *shown, const char *spec, struct err *err)
{
	struct options *options = target;
	struct fault_rule *grown;

	(void)row;
	(void)shown;
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

static void set_defaults(struct options *options)
{
	*options = (struct options){
		.rate = { [SOURCE_KIS] = -1 },
		.app_key = APP_KEY,
		.app_secret = APP_SECRET,
		.alpaca_key_id = ALPACA_KEY_ID,
		.alpaca_secret_key = ALPACA_SECRET_KEY,
	};
	optparse_preset(&options_program, options);
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
	int end;

	set_defaults(options);
	end = optparse_read(&options_program, options, argc, argv, err);
	/* Who asks for help is helped, whatever else the line says. */
	if (options->is_help || options->is_version || options->is_fault_list)
		return 0;
	if (end < 0)
		return -1;
	if (end < argc)
		options->command = argv + end;
	else if (argc > 1 && strcmp(argv[argc - 1], "--") == 0)
		return err_set(err, ERR_USAGE, "no command after '--'");
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
