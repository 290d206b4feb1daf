/* SPDX-License-Identifier: MIT */
/* Frames of trades, whatever they hold: a frame that is opened has just the
 * records it claims, and a tick is fit to be printed. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "model/tick.h"
#include "provider/feed.h"
#include "provider/provider.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_tick(const struct tick *t, uint32_t wanted)
{
	const char *change = tick_number(t, TICK_CHANGE);
	char time[TICK_TIME_BYTES];

	for (int n = 0; n < TICK_NUMBERS; n++)
		require(!tick_number(t, n) || decimal_is_valid(tick_number(t, n)));
	require(!decimal_is_zero(tick_number(t, TICK_PRICE)));
	require(!decimal_is_negative(tick_number(t, TICK_PRICE)));
	require(!(wanted & TICK_BIT(TICK_PREVIOUS_CLOSE)) ||
		!change == !tick_number(t, TICK_PREVIOUS_CLOSE));
	require(t->date == 0 || clock_is_date(t->date));
	require(t->day == 0 || clock_is_date(t->day));
	require(t->time == TICK_UNKNOWN || clock_is_time(t->time));
	require(!tick_format_time(t, time) || strlen(time) == TICK_TIME_BYTES - 1);
	require(t->trades >= TICK_UNKNOWN && t->volume >= TICK_UNKNOWN && t->size >= TICK_UNKNOWN);
	require(t->gap == TICK_UNKNOWN && t->merged == 0);
	(void)tick_side_name(t->side);
	(void)tick_session_name(t->session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct feed *feed = provider_find("kis")->feed;
	struct err err = { .kind = ERR_KINDS };
	struct feed_frame frame;
	size_t count, records = 0, bytes = 0;
	int rc = feed->open_frame((const char *)data, size, &frame, &err);
	const char *payload = frame.at;
	/* All of them, or those that the last byte says. */
	uint32_t wanted = size % 2 && data[0] < 0x80 ? data[size - 1] * UINT32_C(0x01010101) : TICK_ALL_NUMBERS;

	require((rc < 0) == (err.kind == ERR_PARSE));
	if (rc <= 0)
		return 0;
	count = frame.count;
	require(count > 0);
	do {
		struct tick tick;

		err.kind = ERR_KINDS;
		rc = feed->next_tick(&frame, wanted, &tick, &err);
		require((rc < 0) == (err.kind == ERR_PARSE));
		if (rc == 0)
			break;
		require(frame.key == frame.record && frame.key_len <= frame.record_len);
		require(frame.key_len > 0 && frame.key_len < FEED_KEY_BYTES);
		for (size_t i = 0; i < frame.key_len; i++)
			require(frame.key[i] > ' ' && frame.key[i] < 0x7f);
		bytes += frame.record_len + (records++ > 0);
		if (rc > 0)
			check_tick(&tick, wanted);
	} while (rc != 0);
	require(records == count);
	require(payload + bytes == (const char *)data + size);
	return 0;
}
