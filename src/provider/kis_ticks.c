/* SPDX-License-Identifier: MIT */
#include "provider/kis_ticks.h"

#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"
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

/* Takes the next field, which ends before a '^' or with the frame. By hand: a
 * field is five bytes long, which is too few for memchr to pay. */
static struct span take_field(const char **at, const char *end)
{
	const char *begin = *at, *stop = begin;

	while (stop < end && *stop != '^')
		stop++;
	*at = stop < end ? stop + 1 : end;
	return (struct span){ begin, (size_t)(stop - begin) };
}

/* How many of eight bytes are '^'. */
static unsigned count_marks(uint64_t bytes)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), low = ones * 0x7f;
	uint64_t x = bytes ^ (ones * '^');

	/* The top bit of each byte: whether any bit of it is set. */
	x = ((x & low) + low) | x;
	return 8 - (unsigned)(((x >> 7 & ones) * ones) >> 56);
}

static size_t count_fields(const char *at, const char *end)
{
	size_t count = 1;
	uint64_t bytes;

	for (; (size_t)(end - at) >= sizeof bytes; at += sizeof bytes) {
		memcpy(&bytes, at, sizeof bytes);
		count += count_marks(bytes);
	}
	for (; at < end; at++)
		count += *at == '^';
	return count;
}

/* Whether each record begins as one does. A count that is not the frame's own
 * can divide the fields and still begin a record in the middle of another. */
static bool has_keys(const struct feed_frame *f)
{
	const char *at = f->at;

	for (size_t i = 0; i < f->count; i++) {
		if (!f->layout->is_key(take_field(&at, f->end)))
			return false;
		for (size_t n = 1; n < f->width && i + 1 < f->count; n++)
			take_field(&at, f->end);
	}
	return true;
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
	*out = (struct feed_frame){ .layout = kis_layout_find(channel),
				    .at = at,
				    .end = end };
	if (flag.text[0] != '0' || !out->layout)
		return 0;
	out->channel = out->layout->channel;
	records = count.len <= 4 ? kis_read_integer(count) : TICK_UNKNOWN;
	fields = count_fields(at, end);
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
 * have to be made so: the way that nearly all take. */
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

static int read_numbers(const struct feed_layout *layout,
			const struct span *field, struct tick *t,
			struct err *err)
{
	for (size_t i = 0; i < layout->column_count; i++) {
		const struct kis_column *c = &layout->column[i];
		struct span s = field[c->field];
		int rc = 0;

		if (s.len == 0)
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

	if (!number || decimal_is_zero(number) ||
	    decimal_is_negative(number) == negative)
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

static int32_t read_date(struct span s)
{
	int64_t date = s.len == 8 ? kis_read_integer(s) : 0;

	return date > 0 && clock_is_date((int)date) ? (int32_t)date : 0;
}

static int32_t read_time(struct span s)
{
	int64_t time = s.len == 6 ? kis_read_integer(s) : TICK_UNKNOWN;

	return time >= 0 && clock_is_time((int)time) ? (int32_t)time
						     : TICK_UNKNOWN;
}

static int read_tick(const struct feed_frame *f, const struct span *field,
		     struct tick *t, struct err *err)
{
	const struct feed_layout *layout = f->layout;

	tick_init(t);
	if (read_numbers(layout, field, t, err) < 0 ||
	    check_price(t, err) < 0 ||
	    apply_sign(t, kis_read_code(field[layout->sign]), err) < 0 ||
	    set_previous_close(t, err) < 0)
		return -1;
	t->size = kis_read_integer(field[layout->size]);
	t->volume = kis_read_integer(field[layout->volume]);
	t->day = read_date(field[layout->day]);
	t->date = read_date(field[layout->date]);
	t->time = read_time(field[layout->time]);
	layout->read_codes(field, f->width, t);
	return 0;
}

int kis_ticks_next(struct feed_frame *f, struct tick *out, struct err *err)
{
	struct span field[KIS_FIELDS_READ], last;

	if (f->count == 0)
		return 0;
	require(f->width > 0);
	f->count--;
	f->record = f->at;
	for (size_t i = 0; i < f->width; i++) {
		last = take_field(&f->at, f->end);
		if (i < KIS_FIELDS_READ)
			field[i] = last;
	}
	f->record_len = (size_t)(last.text + last.len - f->record);
	f->key = field[0].text;
	f->key_len = field[0].len;
	return read_tick(f, field, out, err) < 0 ? -1 : 1;
}
