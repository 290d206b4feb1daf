/* SPDX-License-Identifier: MIT */
#include "sandbox/tick_frame.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/digits.h"
#include "sandbox/dates.h"

enum { DAY_S = 86400 };

/* A record being written: where to, and which field is next. */
struct record {
	struct buf *out;
	int field, width;
	const struct tick_change *change;
};

static void add(struct record *record, const char *text, size_t len)
{
	const struct tick_change *change = record->change;
	int field = record->field++;

	if (field >= record->width)
		return;
	if (field > 0)
		buf_putc(record->out, '^');
	if (change->text && change->field == field)
		buf_puts(record->out, change->text);
	else
		buf_append(record->out, text, len);
}

static void add_text(struct record *record, const char *text)
{
	add(record, text, strlen(text));
}

static void add_number(struct record *record, int64_t number)
{
	char text[DIGITS_BYTES];

	add(record, text, digits_write(number, text));
}

/* number is in units of 10^-decimals. */
static void add_fraction(struct record *record, int64_t number, int decimals)
{
	uint64_t scale = 1,
		 size = number < 0 ? (uint64_t)-number : (uint64_t)number;
	char text[48];
	int len;

	for (int i = 0; i < decimals; i++)
		scale *= 10;
	if (decimals == 0) {
		add_number(record, number);
		return;
	}
	len = snprintf(text, sizeof(text), "%s%" PRIu64 ".%0*" PRIu64,
		       number < 0 ? "-" : "", size / scale, decimals,
		       size % scale);
	add(record, text, (size_t)len);
}

/* part of whole in percent, two decimals; 0 of nothing. */
static void add_percent(struct record *record, int64_t part, int64_t whole)
{
	add_fraction(record, whole > 0 ? part * 10000 / whole : 0, 2);
}

/* 1 upper limit, 2 up, 3 flat, 4 lower limit, 5 down. */
static void add_sign(struct record *record, int64_t change)
{
	add_text(record, change > 0 ? "2" : change < 0 ? "5" : "3");
}

static void add_time(struct record *record, int64_t unix_s, int hours_behind)
{
	int64_t local_s = unix_s + DATES_KOREA_S - (int64_t)hours_behind * 3600;
	int s = (int)(local_s % DAY_S);
	char text[16];

	add(record, text,
	    (size_t)snprintf(text, sizeof(text), "%02d%02d%02d", s / 3600,
			     s / 60 % 60, s % 60));
}

static void add_date(struct record *record, int64_t unix_s, int hours_behind)
{
	struct tm when =
		dates_at(unix_s, DATES_KOREA_S - (int64_t)hours_behind * 3600);
	char text[DATES_TEXT_BYTES];

	add(record, text, strftime(text, sizeof(text), "%Y%m%d", &when));
}

static void add_signed_change(struct record *record, int64_t price,
			      int64_t from)
{
	add_sign(record, price - from);
	add_number(record, price - from);
}

/* Time, sign and distance of one of open, high and low. */
static void add_extreme(struct record *record, const struct trade *trade,
			int64_t unix_s, int64_t price)
{
	add_time(record, unix_s, 0);
	add_signed_change(record, trade->price, price);
}

static int64_t wall_s(int64_t start_unix_s, int64_t t_ns)
{
	return start_unix_s + t_ns / NS_PER_SEC;
}

static void add_domestic(struct record *record,
			 const struct tick_channel *channel,
			 const struct trade *trade, int64_t start_unix_s)
{
	int64_t volume = trade->volume > 0 ? trade->volume : 1;
	int64_t yesterday = (int64_t)(1000 + trade->noise % 4000000);
	int64_t change = trade->price - trade->previous;

	add_text(record, channel->tr_key);
	add_time(record, wall_s(start_unix_s, trade->t_ns), 0);
	add_number(record, trade->price);
	add_text(record, trade->price >= trade->upper   ? "1"
			 : trade->price <= trade->lower ? "4"
			 : change > 0                   ? "2"
			 : change < 0                   ? "5"
							: "3");
	add_number(record, change);
	add_percent(record, change, trade->previous);
	add_fraction(record, trade->value * 100 / volume, 2);
	add_number(record, trade->open);
	add_number(record, trade->high);
	add_number(record, trade->low);
	add_number(record, trade->ask);
	add_number(record, trade->bid);
	add_number(record, trade->size);
	add_number(record, trade->volume);
	add_number(record, trade->value);
	add_number(record, trade->sells);
	add_number(record, trade->buys);
	add_number(record, trade->buys - trade->sells);
	add_percent(record, trade->buy_volume, trade->sell_volume);
	add_number(record, trade->sell_volume);
	add_number(record, trade->buy_volume);
	add_text(record, trade->side == TRADE_BUY ? "1" : "5");
	add_fraction(record, trade->buy_volume * 100 / volume, 2);
	add_percent(record, trade->volume, yesterday);
	add_extreme(record, trade, wall_s(start_unix_s, trade->open_ns),
		    trade->open);
	add_extreme(record, trade, wall_s(start_unix_s, trade->high_ns),
		    trade->high);
	add_extreme(record, trade, wall_s(start_unix_s, trade->low_ns),
		    trade->low);
	/* The date of the day on which the tape began, even past midnight: a
	 * new one comes with new counters. */
	add_date(record, start_unix_s + trade->day * DAY_S, 0);
	add_text(record, "20");
	add_text(record, "N");
	add_number(record, (int64_t)(1 + trade->noise % 997) + trade->size);
	add_number(record, (int64_t)(1 + trade->noise % 991) + trade->size);
	add_number(record, (int64_t)(10000 + trade->noise % 900001));
	add_number(record, (int64_t)(10000 + trade->noise % 700001));
	add_percent(record, trade->volume, channel->shares);
	add_number(record, yesterday / 2);
	add_percent(record, trade->volume, yesterday / 2);
	add_text(record, "0");
	add_text(record, "");
	add_number(record, trade->previous);
	add_text(record, "2");
}

/* Ten-thousandths as the exchange shows them. */
static void add_money(struct record *record, const struct tick_channel *channel,
		      int64_t money)
{
	for (int i = channel->decimals; i < 4; i++)
		money /= 10;
	add_fraction(record, money, channel->decimals);
}

static void add_overseas(struct record *record,
			 const struct tick_channel *channel,
			 const struct trade *trade, int64_t start_unix_s)
{
	int64_t unix_s = wall_s(start_unix_s, trade->t_ns);
	int64_t change = trade->price - trade->previous;
	int behind = channel->hours_behind;

	add_text(record, channel->tr_key);
	add_text(record, channel->code);
	add_number(record, channel->decimals);
	add_date(record, start_unix_s + trade->day * DAY_S, behind);
	add_date(record, unix_s + trade->day * DAY_S, behind);
	add_time(record, unix_s, behind);
	add_date(record, unix_s + trade->day * DAY_S, 0);
	add_time(record, unix_s, 0);
	add_money(record, channel, trade->open);
	add_money(record, channel, trade->high);
	add_money(record, channel, trade->low);
	add_money(record, channel, trade->price);
	add_sign(record, change);
	/* The sign stands in the field before. */
	add_money(record, channel, change < 0 ? -change : change);
	add_percent(record, change, trade->previous);
	add_money(record, channel, trade->bid);
	add_money(record, channel, trade->ask);
	add_number(record, (int64_t)(1 + trade->noise % 400));
	add_number(record, (int64_t)(1 + trade->noise % 300));
	add_number(record, trade->size);
	add_number(record, trade->volume);
	add_number(record, trade->value);
	add_number(record, trade->sell_volume);
	add_number(record, trade->buy_volume);
	add_percent(record, trade->buy_volume, trade->sell_volume);
	add_text(record, "1");
}

void tick_add_record(struct buf *out, const struct tick_channel *channel,
		     const struct trade *trade, int64_t start_unix_s, int width,
		     const struct tick_change *change)
{
	struct record record = {
		.out = out,
		.width = change->width > 0      ? change->width
			 : channel->is_overseas ? TICK_WIDTH_MAX
						: width,
		.change = change,
	};

	if (channel->is_overseas)
		add_overseas(&record, channel, trade, start_unix_s);
	else
		add_domestic(&record, channel, trade, start_unix_s);
	/* What a later sheet may add behind the fields known today. */
	while (change->width > 0 && record.field < record.width)
		add_text(&record, "9");
}

void tick_add_head(struct buf *out, const struct tick_channel *channel,
		   int64_t records)
{
	buf_printf(out, "0|%s|%03d|", channel->tr_id, (int)records);
}
