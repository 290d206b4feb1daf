#include "provider/kis_ticks.h"

#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "model/tick.h"
#include "provider/feed.h"
#include "provider/kis.h"

/* Fields of a record, in the portal's order and by its names. */
enum domestic {
	MKSC_SHRN_ISCD,
	STCK_CNTG_HOUR,
	STCK_PRPR,
	PRDY_VRSS_SIGN,
	PRDY_VRSS,
	PRDY_CTRT,
	WGHN_AVRG_STCK_PRC,
	STCK_OPRC,
	STCK_HGPR,
	STCK_LWPR,
	ASKP1,
	BIDP1,
	CNTG_VOL,
	ACML_VOL,
	ACML_TR_PBMN,
	SELN_CNTG_CSNU,
	SHNU_CNTG_CSNU,
	CTTR = 18,
	CCLD_DVSN = 21,
	BSOP_DATE = 33,
	NEW_MKOP_CLS_CODE,
	TRHT_YN,
	ASKP_RSQN1,
	BIDP_RSQN1,
	TOTAL_ASKP_RSQN,
	TOTAL_BIDP_RSQN,
	HOUR_CLS_CODE = 43,
	VI_STND_PRC = 45,
	DOMESTIC_FIELDS,
	MARKET_CLS_CODE = 46 /* since 2026-09-14 */
};

enum overseas {
	RSYM,
	TYMD = 3,
	KYMD = 6,
	KHMS,
	OPEN,
	HIGH,
	LOW,
	LAST,
	SIGN,
	DIFF,
	RATE,
	PBID,
	PASK,
	VBID,
	VASK,
	EVOL,
	TVOL,
	TAMT,
	STRN = 24,
	MTYP,
	OVERSEAS_FIELDS
};

enum { FIELDS_READ = 48 }; /* no field behind it is looked at */

struct span {
	const char *text;
	size_t len;
};

struct column {
	enum tick_number number;
	unsigned char field;
};

static const struct column domestic_columns[] = {
	{ TICK_PRICE, STCK_PRPR },
	{ TICK_CHANGE, PRDY_VRSS },
	{ TICK_CHANGE_PERCENT, PRDY_CTRT },
	{ TICK_SIZE, CNTG_VOL },
	{ TICK_VOLUME, ACML_VOL },
	{ TICK_TURNOVER, ACML_TR_PBMN },
	{ TICK_ASK, ASKP1 },
	{ TICK_BID, BIDP1 },
	{ TICK_ASK_SIZE, ASKP_RSQN1 },
	{ TICK_BID_SIZE, BIDP_RSQN1 },
	{ TICK_OPEN, STCK_OPRC },
	{ TICK_HIGH, STCK_HGPR },
	{ TICK_LOW, STCK_LWPR },
	{ TICK_VWAP, WGHN_AVRG_STCK_PRC },
	{ TICK_STRENGTH, CTTR },
	{ TICK_TOTAL_ASK_SIZE, TOTAL_ASKP_RSQN },
	{ TICK_TOTAL_BID_SIZE, TOTAL_BIDP_RSQN },
};

static const struct column overseas_columns[] = {
	{ TICK_PRICE, LAST },
	{ TICK_CHANGE, DIFF },
	{ TICK_CHANGE_PERCENT, RATE },
	{ TICK_SIZE, EVOL },
	{ TICK_VOLUME, TVOL },
	{ TICK_TURNOVER, TAMT },
	{ TICK_ASK, PASK },
	{ TICK_BID, PBID },
	{ TICK_ASK_SIZE, VASK },
	{ TICK_BID_SIZE, VBID },
	{ TICK_OPEN, OPEN },
	{ TICK_HIGH, HIGH },
	{ TICK_LOW, LOW },
	{ TICK_STRENGTH, STRN },
};

struct feed_layout {
	const char *channel;
	size_t least; /* fields of a record: those that are read */
	const struct column *column;
	size_t column_count;
	unsigned char size, volume, sign, day, date, time;
	bool (*is_key)(struct span key);
	void (*read_codes)(const struct span *field, size_t width,
			   struct tick *out);
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_code_character(char c)
{
	return is_digit(c) || (c >= 'A' && c <= 'Z');
}

/* strchr alone finds the NUL that ends the set, too. */
static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c);
}

/* "005930", or with a letter among the digits; "Q" and six for an ETN. */
static bool is_domestic_key(struct span key)
{
	if (key.len != 6 && key.len != 7)
		return false;
	for (size_t i = 0; i < key.len; i++)
		if (!is_code_character(key.text[i]))
			return false;
	return true;
}

/* "DNASAAPL": D or R, the exchange, the code. */
static bool is_overseas_key(struct span key)
{
	if (key.len < 5 || key.len >= FEED_KEY_BYTES ||
	    (key.text[0] != 'D' && key.text[0] != 'R'))
		return false;
	for (size_t i = 0; i < key.len; i++)
		if (!is_code_character(key.text[i]) &&
		    (i < 4 || !is_one_of(key.text[i], "./-")))
			return false;
	return true;
}

/* A whole number without a sign, or TICK_UNKNOWN. */
static int64_t read_integer(struct span s)
{
	int64_t n = 0;

	if (s.len == 0 || s.len > 18)
		return TICK_UNKNOWN;
	for (size_t i = 0; i < s.len; i++) {
		if (!is_digit(s.text[i]))
			return TICK_UNKNOWN;
		n = n * 10 + (s.text[i] - '0');
	}
	return n;
}

/* The only character of a code; 0: it is not one. */
static char read_code(struct span s)
{
	return s.len == 1 ? s.text[0] : '\0';
}

static enum tick_session session_of_market(char code)
{
	switch (code) {
	case '1':
		return SESSION_PRE;
	case '2':
		return SESSION_REGULAR;
	case '3':
		return SESSION_AFTER;
	case '5':
		return SESSION_CLOSE;
	default:
		return SESSION_NONE;
	}
}

/* The newest of the three codes that tell it decides; what they call an
 * expected price comes first, as it is no trade. */
static enum tick_session domestic_session(const struct span *field,
					  size_t width)
{
	char hour = read_code(field[HOUR_CLS_CODE]);
	struct span old = field[NEW_MKOP_CLS_CODE];
	enum tick_session session = SESSION_NONE;

	if (hour == 'A' || hour == 'B' || hour == 'C')
		return SESSION_AUCTION;
	if (width > MARKET_CLS_CODE)
		session = session_of_market(read_code(field[MARKET_CLS_CODE]));
	if (session == SESSION_NONE && old.len == 2)
		session = old.text[0] == '4'   ? SESSION_AFTER
			  : old.text[0] == '5' ? SESSION_NONE
					       : session_of_market(old.text[0]);
	return session == SESSION_NONE && hour == 'D' ? SESSION_AFTER : session;
}

static void read_domestic_codes(const struct span *field, size_t width,
				struct tick *out)
{
	int64_t sold = read_integer(field[SELN_CNTG_CSNU]);
	int64_t bought = read_integer(field[SHNU_CNTG_CSNU]);
	char side = read_code(field[CCLD_DVSN]);
	char halted = read_code(field[TRHT_YN]);

	if (sold != TICK_UNKNOWN && bought != TICK_UNKNOWN)
		out->trades = sold + bought;
	out->side = side == '1'   ? SIDE_BUY
		    : side == '5' ? SIDE_SELL
				  : SIDE_NONE;
	out->halt = halted == 'Y'   ? HALT_YES
		    : halted == 'N' ? HALT_NO
				    : HALT_UNKNOWN;
	out->session = (uint8_t)domestic_session(field, width);
}

/* 1 in session, 2 before, 3 after: other numbers than at home. */
static void read_overseas_codes(const struct span *field, size_t width,
				struct tick *out)
{
	char type = read_code(field[MTYP]);

	(void)width;
	out->session = type == '1'   ? SESSION_REGULAR
		       : type == '2' ? SESSION_PRE
		       : type == '3' ? SESSION_AFTER
				     : SESSION_NONE;
}

#define DOMESTIC(name)                                                        \
	{                                                                     \
		.channel = (name), .least = DOMESTIC_FIELDS,                  \
		.column = domestic_columns,                                   \
		.column_count = COUNT(domestic_columns), .size = CNTG_VOL,    \
		.volume = ACML_VOL, .sign = PRDY_VRSS_SIGN, .day = BSOP_DATE, \
		.date = BSOP_DATE, .time = STCK_CNTG_HOUR,                    \
		.is_key = is_domestic_key, .read_codes = read_domestic_codes  \
	}

static const struct feed_layout layouts[] = {
	DOMESTIC("H0STCNT0"),
	DOMESTIC("H0NXCNT0"),
	DOMESTIC("H0UNCNT0"),
	{ .channel = "HDFSCNT0",
	  .least = OVERSEAS_FIELDS,
	  .column = overseas_columns,
	  .column_count = COUNT(overseas_columns),
	  .size = EVOL,
	  .volume = TVOL,
	  .sign = SIGN,
	  .day = TYMD,
	  .date = KYMD,
	  .time = KHMS,
	  .is_key = is_overseas_key,
	  .read_codes = read_overseas_codes },
};

/* ---- the frame ---- */

static const struct feed_layout *find_layout(struct span channel)
{
	for (size_t i = 0; i < COUNT(layouts); i++)
		if (strlen(layouts[i].channel) == channel.len &&
		    memcmp(layouts[i].channel, channel.text, channel.len) == 0)
			return &layouts[i];
	return NULL;
}

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

/* Takes the next field, which ends before a '^' or with the frame. */
static struct span take_field(const char **at, const char *end)
{
	const char *begin = *at;
	const char *mark = memchr(begin, '^', (size_t)(end - begin));
	const char *stop = mark ? mark : end;

	*at = mark ? mark + 1 : end;
	return (struct span){ begin, (size_t)(stop - begin) };
}

static size_t count_fields(const char *at, const char *end)
{
	size_t count = 1;

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
	*out = (struct feed_frame){ .layout = find_layout(channel),
				    .at = at,
				    .end = end };
	if (flag.text[0] != '0' || !out->layout)
		return 0;
	out->channel = out->layout->channel;
	records = count.len <= 4 ? read_integer(count) : TICK_UNKNOWN;
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
		if (!is_digit(s.text[i]) && !is_one_of(s.text[i], "+-."))
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
		const struct column *c = &layout->column[i];
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
	int64_t date = s.len == 8 ? read_integer(s) : 0;

	return date > 0 && clock_is_date((int)date) ? (int32_t)date : 0;
}

static int32_t read_time(struct span s)
{
	int64_t time = s.len == 6 ? read_integer(s) : TICK_UNKNOWN;

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
	    apply_sign(t, read_code(field[layout->sign]), err) < 0 ||
	    set_previous_close(t, err) < 0)
		return -1;
	t->size = read_integer(field[layout->size]);
	t->volume = read_integer(field[layout->volume]);
	t->day = read_date(field[layout->day]);
	t->date = read_date(field[layout->date]);
	t->time = read_time(field[layout->time]);
	layout->read_codes(field, f->width, t);
	return 0;
}

int kis_ticks_next(struct feed_frame *f, struct tick *out, struct err *err)
{
	struct span field[FIELDS_READ], last;

	if (f->count == 0)
		return 0;
	f->count--;
	f->record = f->at;
	for (size_t i = 0; i < f->width; i++) {
		last = take_field(&f->at, f->end);
		if (i < FIELDS_READ)
			field[i] = last;
	}
	f->record_len = (size_t)(last.text + last.len - f->record);
	f->key = field[0].text;
	f->key_len = field[0].len;
	return read_tick(f, field, out, err) < 0 ? -1 : 1;
}
