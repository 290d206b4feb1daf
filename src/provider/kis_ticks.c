/* SPDX-License-Identifier: MIT */
#include "provider/kis_ticks.h"

#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/word.h"
#include "model/tick.h"
#include "provider/feed.h"
#include "provider/kis_layout.h"

/* ---- the frame ---- */

/* Takes what stands before the next bar. */
static bool take_part(const char **at, const char *end, struct span *out)
{
	const char *bar = memchr(*at, '|', (size_t)(end - *at));

	if (!bar)
		return false;
	*out = (struct span){ *at, (size_t)(bar - *at) };
	*at = bar + 1;
	return true;
}

/* Finds where the fields of a record are, up to the least that are wanted, or to
 * the end, which ends a field, too; returns how many it came by. A word at a
 * time: a field has five bytes, too few for a search of its own. */
static size_t find_fields(struct feed_frame *f, const char *record,
			  size_t least)
{
	size_t len = (size_t)(f->end - record), n = 0;

	f->record = record;
	f->begin[0] = 0;
	for (size_t at = 0; at < len && n < least; at += WORD_BYTES) {
		uint64_t marks =
			word_find(word_load(record + at, len - at), '^');

		for (; marks; marks &= marks - 1)
			if (n++ < FEED_FIELDS)
				f->begin[n] = (uint32_t)at + 1 +
					      word_lowest_byte(marks);
	}
	if (n < least && n++ < FEED_FIELDS)
		f->begin[n] = (uint32_t)len + 1;
	return n;
}

/* Whether each record begins as one does. A count that is not the frame's own
 * can divide the fields and still begin a record in the middle of another. */
static bool has_keys(struct feed_frame *f)
{
	const char *at = f->at;

	for (size_t i = 1; f->layout->is_key(kis_field(f, 0)); i++) {
		if (i == f->count)
			return true;
		at += f->begin[f->width];
		find_fields(f, at, f->width);
	}
	return false;
}

int kis_ticks_open(const char *text, size_t len, struct feed_frame *out,
		   struct err *err)
{
	const char *at = text, *end = text + len;
	struct span flag, channel, count;
	int64_t records;
	size_t fields;

	if (!take_part(&at, end, &flag) || flag.len != 1 ||
	    !take_part(&at, end, &channel) || !take_part(&at, end, &count))
		return err_set(err, ERR_PARSE, "a frame without its head");
	out->count = 0;
	out->layout = kis_layout_find(channel);
	if (flag.text[0] != '0' || !out->layout)
		return 0;
	out->channel = out->layout->channel;
	out->at = at;
	out->end = end;
	fields = find_fields(out, at, SIZE_MAX);
	records = count.len <= 4 ? kis_read_whole(count, end) : TICK_UNKNOWN;
	if (records <= 0 || fields % (size_t)records != 0)
		return err_set(err, ERR_PARSE,
			       "%zu fields do not make the records it claims",
			       fields);
	out->count = (size_t)records;
	out->width = fields / out->count;
	/* Twice as many are two records rather than a broker's new fields. */
	if (out->width < out->layout->least ||
	    out->width >= 2 * out->layout->least || !has_keys(out))
		return err_set(err, ERR_PARSE,
			       "records of %zu fields, which cannot be",
			       out->width);
	return 1;
}

/* ---- a record ---- */

/* Whether it is a number in just the form of decimal.h, and none that might
 * have to be made so. */
static bool is_plain(struct span s)
{
	const char *p = s.text, *end = s.text + s.len;

	if (p < end && *p == '-' && ++p < end && *p == '0')
		return false;
	if (p == end || !is_digit(*p) ||
	    (*p == '0' && p + 1 < end && p[1] != '.'))
		return false;
	while (p < end && is_digit(*p))
		p++;
	if (p == end)
		return true;
	if (*p++ != '.' || p == end)
		return false;
	while (p < end && is_digit(*p))
		p++;
	return p == end;
}

static int put_odd_number(struct tick *t, enum tick_number n, struct span s,
			  struct err *err)
{
	char number[DECIMAL_BYTES];

	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.text[i]) && !kis_is_one_of(s.text[i], "+-."))
			return err_set(err, ERR_PARSE, "not a number");
	if (decimal_parse(s.text, s.len, number, err) < 0)
		return -1;
	return tick_set_number(t, n, number, strlen(number), err);
}

/* A whole number of a few digits, as nearly all are, is copied while it is looked
 * at. False: it is something else, or there is no room. */
static bool put_whole(struct tick *t, enum tick_number n, struct span s,
		      const char *end)
{
	char *to = s.len > 0 && s.len <= TICK_PAD_BYTES ? tick_room(t, s.len)
							: NULL;
	uint64_t digits;

	if (!to || (*s.text == '0' && s.len > 1))
		return false;
	for (size_t i = 0; i < s.len; i += WORD_BYTES) {
		size_t left = s.len - i;
		uint64_t word =
			word_load(s.text + i, (size_t)(end - s.text) - i);

		if (!word_take_digits(word,
				      left < WORD_BYTES ? left : WORD_BYTES,
				      &digits))
			return false;
		word_store(to + i, word);
	}
	tick_add_number(t, n, s.len);
	return true;
}

static int read_numbers(const struct feed_frame *f, uint32_t wanted,
			struct tick *t, struct err *err)
{
	for (size_t i = 0; i < f->layout->column_count; i++) {
		const struct kis_column *c = &f->layout->column[i];
		struct span s = kis_field(f, c->field);
		int rc = 0;

		if (!(wanted & TICK_BIT(c->number)) || s.len == 0 ||
		    put_whole(t, c->number, s, f->end))
			continue;
		if (is_plain(s) && s.len < DECIMAL_BYTES - 1)
			rc = tick_set_number(t, c->number, s.text, s.len, err);
		else
			rc = put_odd_number(t, c->number, s, err);
		if (rc < 0)
			return err_wrap(err, "field %d", c->field);
	}
	return 0;
}

static int check_price(const struct tick *t, struct err *err)
{
	const char *price = tick_number(t, TICK_PRICE);

	if (!price || decimal_is_zero(price) || decimal_is_negative(price))
		return err_set(err, ERR_PARSE, "a trade without a price");
	return 0;
}

static int set_sign(struct tick *t, enum tick_number n, bool negative,
		    struct err *err)
{
	const char *number = tick_number(t, n);
	char out[DECIMAL_BYTES];

	if (!number || decimal_is_negative(number) == negative ||
	    decimal_is_zero(number))
		return 0;
	decimal_set_sign(number, negative, out);
	return tick_set_number(t, n, out, strlen(out), err);
}

/* As for quotes: the broker's code of the sign decides, whatever sign the
 * values have; overseas they have none. */
static int apply_sign(struct tick *t, char code, struct err *err)
{
	bool negative = code == '4' || code == '5';

	if (!negative && code != '1' && code != '2')
		return 0;
	if (set_sign(t, TICK_CHANGE, negative, err) < 0)
		return -1;
	return set_sign(t, TICK_CHANGE_PERCENT, negative, err);
}

/* The close of the day before is not sent. */
static int set_previous_close(struct tick *t, struct err *err)
{
	const char *change = tick_number(t, TICK_CHANGE);
	char close[DECIMAL_BYTES];

	if (!change)
		return 0;
	if (decimal_subtract(tick_number(t, TICK_PRICE), change, close, err) <
	    0)
		return -1;
	return tick_set_number(t, TICK_PREVIOUS_CLOSE, close, strlen(close),
			       err);
}

static int32_t read_date(const struct feed_frame *f, size_t field)
{
	int64_t date = kis_read_integer(f, field);

	return kis_field(f, field).len == 8 && date > 0 &&
			       clock_is_date((int)date)
		       ? (int32_t)date
		       : 0;
}

static int32_t read_time(const struct feed_frame *f, size_t field)
{
	int64_t time = kis_read_integer(f, field);

	return kis_field(f, field).len == 6 && time >= 0 &&
			       clock_is_time((int)time)
		       ? (int32_t)time
		       : TICK_UNKNOWN;
}

static int read_tick(const struct feed_frame *f, uint32_t wanted,
		     struct tick *t, struct err *err)
{
	const struct feed_layout *layout = f->layout;
	char sign = kis_read_code(f, layout->sign);

	/* What a gap is found by is checked whatever is shown. */
	wanted |= TICK_BIT(TICK_PRICE) | TICK_BIT(TICK_SIZE) |
		  TICK_BIT(TICK_VOLUME);
	if (wanted & TICK_BIT(TICK_PREVIOUS_CLOSE))
		wanted |= TICK_BIT(TICK_CHANGE);
	tick_init(t);
	if (read_numbers(f, wanted, t, err) < 0 || check_price(t, err) < 0 ||
	    apply_sign(t, sign, err) < 0)
		return -1;
	if (wanted & TICK_BIT(TICK_PREVIOUS_CLOSE) &&
	    set_previous_close(t, err) < 0)
		return -1;
	t->size = kis_read_integer(f, layout->size);
	t->volume = kis_read_integer(f, layout->volume);
	t->day = read_date(f, layout->day);
	t->date = layout->date == layout->day ? t->day
					      : read_date(f, layout->date);
	t->time = read_time(f, layout->time);
	layout->read_codes(f, t);
	return 0;
}

int kis_ticks_next(struct feed_frame *f, uint32_t wanted, struct tick *out,
		   struct err *err)
{
	if (f->count == 0)
		return 0;
	if (f->record != f->at)
		find_fields(f, f->at, f->width);
	f->count--;
	f->record_len = f->begin[f->width] - 1;
	f->at += f->record_len + (f->count > 0);
	f->key = f->record;
	f->key_len = kis_field(f, 0).len;
	return read_tick(f, wanted, out, err) < 0 ? -1 : 1;
}
