/* SPDX-License-Identifier: MIT */
#include "sandbox/options.h"

#include "base/clock.h"
#include "base/optparse.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
	struct broker_rules *rules = &options->rules;
	struct fault_rule *grown;

	(void)row;
	(void)shown;
	if (strcmp(spec, "list") == 0) {
		options->is_fault_list = true;
		return 0;
	}
	grown = realloc(rules->fault,
			(rules->fault_count + 1) * sizeof(*grown));
	if (!grown)
		return err_no_memory(err);
	rules->fault = grown;
	if (fault_parse(spec, &grown[rules->fault_count], err))
		return -1;
	rules->fault_count++;
	return 0;
}

static void set_defaults(struct options *options)
{
	*options = (struct options){
		.rules = {
			.rate = { [SOURCE_KIS] = -1 },
			.app_key = APP_KEY,
			.app_secret = APP_SECRET,
			.alpaca_key_id = ALPACA_KEY_ID,
			.alpaca_secret_key = ALPACA_SECRET_KEY,
		},
	};
	optparse_preset(&options_program, options);
}

static int check_together(const struct options *options, struct err *err)
{
	struct tape_rules tape;

	if (options_make_tape(options, &tape, err))
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
	if (options->rules.rate[SOURCE_KIS] < 0)
		options->rules.rate[SOURCE_KIS] =
			options->rules.is_paper ? 1 : 18;
	return check_together(options, err);
}

void options_release(struct options *options)
{
	free(options->rules.fault);
	options->rules.fault = NULL;
}

/* 20261006100000, Korean time; 0: now. */
static int read_start(int64_t start, int64_t *unix_s, struct err *err)
{
	char text[64];
	int64_t real_ms;

	*unix_s = (int64_t)time(NULL);
	if (start == 0)
		return 0;
	snprintf(text, sizeof(text),
		 "%04" PRId64 "-%02" PRId64 "-%02" PRId64 " %02" PRId64
		 ":%02" PRId64 ":%02" PRId64,
		 start / 10000000000, start / 100000000 % 100,
		 start / 1000000 % 100, start / 10000 % 100, start / 100 % 100,
		 start % 100);
	if (clock_parse_kst(text, &real_ms, err))
		return err_set(err, ERR_USAGE,
			       "unfit value of --tape-start: write "
			       "YYYYMMDDHHMMSS");
	*unix_s = real_ms / 1000;
	return 0;
}

static int64_t market_fault(const struct broker_rules *rules, enum fault fault)
{
	for (size_t i = 0; i < rules->fault_count; i++) {
		if (rules->fault[i].fault == fault)
			return fault == STREAM_TAPE_CLOSED
				       ? 1
				       : rules->fault[i].number;
	}
	return 0;
}

int options_make_tape(const struct options *options, struct tape_rules *rules,
		      struct err *err)
{
	const struct stream_options *stream = &options->stream;
	bool is_closed = stream->market == MARKET_CLOSED ||
			 market_fault(&options->rules, STREAM_TAPE_CLOSED) ||
			 stream->rate == 0;

	*rules = (struct tape_rules){
		.trade = {
			.seed = (uint64_t)options->rules.seed,
			.period_ns = is_closed ? 0
					       : 60 * NS_PER_SEC /
							 stream->rate,
			.clump = stream->clump,
			.last = stream->trades,
			.day_every = market_fault(&options->rules, STREAM_NEW_DAY),
			.auction_every = market_fault(&options->rules, STREAM_AUCTION),
		},
		.speed = stream->speed,
	};
	return read_start(stream->start, &rules->start_unix_s, err);
}

void options_make_desk(const struct options *options, uint64_t salt,
		       struct stream_rules *rules)
{
	const struct stream_options *stream = &options->stream;

	*rules = (struct stream_rules){
		.approval = {
			.interval_ns = stream->approval_interval * NS_PER_SEC,
			.life_ns = stream->approval_life * NS_PER_SEC,
			.salt = salt,
		},
		.registrations_max = stream->registrations,
		.slot_keep_ns = stream->slot_keep * NS_PER_MS,
		.ack_delay_ns = stream->ack_delay * NS_PER_MS,
		.heartbeat_ns = stream->heartbeat * NS_PER_MS,
		.silence_ns = stream->silence * NS_PER_SEC,
		.ping_ns = stream->ping * NS_PER_MS,
		.frame_max = stream->clump,
		.width = stream->width == 0 ? 46 : 47,
		.unknown = options->rules.unknown,
		.is_paper = options->rules.is_paper,
		.seed = (uint64_t)options->rules.seed,
		.fault = options->rules.fault,
		.fault_count = options->rules.fault_count,
	};
}
