/* SPDX-License-Identifier: MIT */
#include "sandbox/stream_options.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

void stream_options_release(struct stream_options *options)
{
	free(options->fault);
	options->fault = NULL;
}

int stream_options_add_fault(struct stream_options *options, const char *spec,
			     struct err *err)
{
	struct stream_fault_rule *grown = realloc(
		options->fault, (options->fault_count + 1) * sizeof(*grown));

	if (!grown)
		return err_no_memory(err);
	options->fault = grown;
	if (stream_fault_parse(spec, &grown[options->fault_count], err))
		return -1;
	options->fault_count++;
	return 0;
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

static int64_t market_fault(const struct stream_options *options,
			    enum stream_fault fault)
{
	for (size_t i = 0; i < options->fault_count; i++) {
		if (options->fault[i].fault == fault)
			return fault == STREAM_TAPE_CLOSED
				       ? 1
				       : options->fault[i].number;
	}
	return 0;
}

int stream_options_make_tape(const struct stream_options *options,
			     uint64_t seed, struct tape_rules *rules,
			     struct err *err)
{
	bool is_closed = options->market == MARKET_CLOSED ||
			 market_fault(options, STREAM_TAPE_CLOSED) ||
			 options->rate == 0;

	*rules = (struct tape_rules){
		.trade = {
			.seed = seed,
			.period_ns = is_closed ? 0
					       : 60 * NS_PER_SEC /
							 options->rate,
			.clump = options->clump,
			.last = options->trades,
			.day_every = market_fault(options, STREAM_NEW_DAY),
			.auction_every = market_fault(options, STREAM_AUCTION),
		},
		.speed = options->speed,
	};
	return read_start(options->start, &rules->start_unix_s, err);
}

void stream_options_make_desk(const struct stream_options *options,
			      uint64_t seed, uint64_t salt,
			      struct stream_rules *rules)
{
	*rules = (struct stream_rules){
		.approval = {
			.interval_ns = options->approval_interval * NS_PER_SEC,
			.life_ns = options->approval_life * NS_PER_SEC,
			.salt = salt,
		},
		.registrations_max = options->registrations,
		.slot_keep_ns = options->slot_keep * NS_PER_MS,
		.ack_delay_ns = options->ack_delay * NS_PER_MS,
		.heartbeat_ns = options->heartbeat * NS_PER_MS,
		.silence_ns = options->silence * NS_PER_SEC,
		.ping_ns = options->ping * NS_PER_MS,
		.frame_max = options->clump,
		.width = options->width == 0 ? 46 : 47,
		.seed = seed,
		.fault = options->fault,
		.fault_count = options->fault_count,
	};
}
