/* SPDX-License-Identifier: MIT */
#include "provider/kis_layout.h"

#include <string.h>

#include "base/digits.h"
#include "base/word.h"
#include "provider/kis.h"

enum { INTEGER_DIGITS = 18 };

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

_Static_assert(2 * (int)DOMESTIC_FIELDS <= (int)FEED_FIELDS, "all are found");

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

static const struct kis_column domestic_columns[] = {
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

static const struct kis_column overseas_columns[] = {
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

static bool is_code_character(char c)
{
	return is_digit(c) || (c >= 'A' && c <= 'Z');
}

/* strchr alone finds the NUL that ends the set, too. */
bool kis_is_one_of(char c, const char *set)
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
		    (i < 4 || !kis_is_one_of(key.text[i], "./-")))
			return false;
	return true;
}

int64_t kis_read_whole(struct span s, const char *end)
{
	uint64_t digits;
	int64_t n;

	if (s.len == 0 || s.len > INTEGER_DIGITS)
		return TICK_UNKNOWN;
	if (s.len > WORD_BYTES)
		return digits_take(s.text, s.len, INT64_MAX, &n) == s.len
			       ? n
			       : TICK_UNKNOWN;
	if (!word_take_digits(word_load(s.text, (size_t)(end - s.text)), s.len,
			      &digits))
		return TICK_UNKNOWN;
	return word_add_up(digits);
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
static enum tick_session domestic_session(const struct feed_frame *f)
{
	char hour = kis_read_code(f, HOUR_CLS_CODE);
	struct span old = kis_field(f, NEW_MKOP_CLS_CODE);
	enum tick_session session = SESSION_NONE;

	if (hour == 'A' || hour == 'B' || hour == 'C')
		return SESSION_AUCTION;
	if (f->width > MARKET_CLS_CODE)
		session = session_of_market(kis_read_code(f, MARKET_CLS_CODE));
	if (session == SESSION_NONE && old.len == 2)
		session = old.text[0] == '4'   ? SESSION_AFTER
			  : old.text[0] == '5' ? SESSION_NONE
					       : session_of_market(old.text[0]);
	return session == SESSION_NONE && hour == 'D' ? SESSION_AFTER : session;
}

static void read_domestic_codes(const struct feed_frame *f, struct tick *out)
{
	int64_t sold = kis_read_integer(f, SELN_CNTG_CSNU);
	int64_t bought = kis_read_integer(f, SHNU_CNTG_CSNU);
	char side = kis_read_code(f, CCLD_DVSN);
	char halted = kis_read_code(f, TRHT_YN);

	if (sold != TICK_UNKNOWN && bought != TICK_UNKNOWN)
		out->trades = sold + bought;
	out->side = side == '1'   ? SIDE_BUY
		    : side == '5' ? SIDE_SELL
				  : SIDE_NONE;
	out->halt = halted == 'Y'   ? HALT_YES
		    : halted == 'N' ? HALT_NO
				    : HALT_UNKNOWN;
	out->session = (uint8_t)domestic_session(f);
}

/* 1 in session, 2 before, 3 after: other numbers than at home. */
static void read_overseas_codes(const struct feed_frame *f, struct tick *out)
{
	char type = kis_read_code(f, MTYP);

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

const struct feed_layout *kis_layout_find(struct span channel)
{
	for (size_t i = 0; i < COUNT(layouts); i++)
		if (strlen(layouts[i].channel) == channel.len &&
		    memcmp(layouts[i].channel, channel.text, channel.len) == 0)
			return &layouts[i];
	return NULL;
}
