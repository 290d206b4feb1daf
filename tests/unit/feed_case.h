/* SPDX-License-Identifier: MIT */
/* feed_case.h: fixtures of the stream, and frames told as text.
 * For test_kis_feed.c and test_kis_ticks.c. */
#ifndef TESTS_UNIT_FEED_CASE_H
#define TESTS_UNIT_FEED_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "model/tick.h"
#include "provider/feed.h"
#include "provider/provider.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { FEED_CASE_BYTES = 64 * 1024 };

static inline const struct feed *kis_feed_half(void)
{
	return provider_find("kis")->feed;
}

/* A fixture without its newline, in a block of just its size (which a sanitizer
 * watches); the caller frees it. */
static inline char *feed_case_load(const char *fixture, size_t *len)
{
	static char text[FEED_CASE_BYTES];
	char path[128], *block;
	FILE *f;

	snprintf(path, sizeof path, "tests/fixtures/kis_feed/%s", fixture);
	f = fopen(path, "rb");
	if (!f)
		fail_msg("cannot read '%s'", path);
	*len = fread(text, 1, sizeof text, f);
	fclose(f);
	if (*len > 0 && text[*len - 1] == '\n')
		(*len)--;
	block = malloc(*len + 1);
	assert_non_null(block);
	memcpy(block, text, *len);
	block[*len] = '\0';
	return block;
}

/* text with its nth from (counted from 1) replaced by to. */
static inline char *feed_case_replace(const char *text, int nth, const char *from, const char *to)
{
	const char *place = strstr(text, from);
	size_t len = strlen(text) - strlen(from) + strlen(to) + 1;
	char *out = malloc(len);

	while (place && --nth > 0)
		place = strstr(place + 1, from);
	if (!place || !out)
		fail_msg("no '%s' in '%s'", from, text);
	snprintf(out, len, "%.*s%s%s", (int)(place - text), text, to, place + strlen(from));
	return out;
}

/* The record's field (counted from 0) replaced by to; of the nth record. */
static inline char *feed_case_set_field(const char *text, int field, const char *to)
{
	const char *begin = strrchr(text, '|') + 1, *end;
	size_t len = strlen(text) + strlen(to) + 1;
	char *out = malloc(len);

	assert_non_null(out);
	while (field-- > 0)
		begin = strchr(begin, '^') + 1;
	end = begin + strcspn(begin, "^");
	snprintf(out, len, "%.*s%s%s", (int)(begin - text), text, to, end);
	return out;
}

static inline void feed_case_tell_tick(const struct feed_frame *f, const struct tick *t,
				       struct buf *told)
{
	static const char *const names[TICK_NUMBERS] = {
		"price", "change", "percent", "size", "volume", "turnover", "ask", "bid",
		"ask_size", "bid_size", "open", "high", "low", "close", "vwap", "strength",
		"all_ask", "all_bid",
	};
	static const char *const halts[] = { "", " open", " halted" };
	const char *side = tick_side_name(t->side).text, *session = tick_session_name(t->session).text;
	char time[TICK_TIME_BYTES];

	buf_printf(told, "%.*s %s %s %s%s", (int)f->key_len, f->key,
		   tick_format_time(t, time) ? time : "-", side ? side : "-",
		   session ? session : "-", halts[t->halt]);
	buf_printf(told, " trades %lld size %lld volume %lld day %d", (long long)t->trades,
		   (long long)t->size, (long long)t->volume, (int)t->day);
	for (int n = 0; n < TICK_NUMBERS; n++)
		if (tick_number(t, n))
			buf_printf(told, " %s %s", names[n], tick_number(t, n));
	buf_puts(told, "\n");
}

/* Reads the frame in a block of just its size: "skipped", "refused: why", or a
 * line for each record. */
static inline void feed_case_tell(const char *text, struct buf *told)
{
	const struct feed *feed = kis_feed_half();
	size_t len = strlen(text);
	char *block = malloc(len ? len : 1);
	struct feed_frame frame;
	struct tick tick;
	struct err err;
	int rc;

	assert_non_null(block);
	memcpy(block, text, len);
	buf_clear(told);
	rc = feed->open_frame(block, len, &frame, &err);
	if (rc == 0)
		buf_puts(told, "skipped");
	if (rc < 0)
		buf_printf(told, "refused: %s", err.msg);
	while (rc > 0) {
		int got = feed->next_tick(&frame, TICK_ALL_NUMBERS, &tick, &err);

		if (got == 0)
			break;
		if (got < 0)
			buf_printf(told, "bad: %s\n", err.msg);
		else
			feed_case_tell_tick(&frame, &tick, told);
	}
	free(block);
}

#endif
