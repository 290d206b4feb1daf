/* SPDX-License-Identifier: MIT */
#include "model/symbol.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/span.h"
#include "base/utf8.h"

enum {
	CODE_MAX = SYMBOL_CODE_BYTES - 1,
	KR_CODE_LEN = 6,
	CURRENCY_LEN = 3,
	INDEX_CODE_LEN = 4,
	SHOWN_COLUMNS = 24 /* of a text in a message */
};

static bool is_alnum(char c)
{
	return is_digit(c) || is_letter(c);
}

/* How many of the first len characters are digits, or letters. */
static size_t count_digits(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && is_digit(text[n]))
		n++;
	return n;
}

static size_t count_letters(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && is_letter(text[n]))
		n++;
	return n;
}

static int refuse_character(const char *text, size_t len, struct err *err)
{
	uint32_t cp;
	size_t bytes = utf8_decode(text, len, &cp);

	if (bytes == 0)
		return err_set(err, ERR_INPUT,
			       "byte 0x%02x is neither ASCII nor UTF-8",
			       (unsigned char)text[0]);
	if (cp > ' ' && cp < 0x7f)
		return err_set(err, ERR_INPUT, "unexpected character '%c'",
			       (char)cp);
	return err_set(err, ERR_INPUT, "unexpected character U+%04X%s",
		       (unsigned)cp, cp == 0 ? " (is it UTF-16?)" : "");
}

static int refuse_market(const char *name, size_t len, struct err *err)
{
	char shown[SHOWN_COLUMNS + 8];

	utf8_copy_printable(name, len, shown, sizeof shown, SHOWN_COLUMNS);
	return err_set(err, ERR_INPUT, "unknown market '%s'", shown);
}

/* A market found in the text joins what is known so far. */
static int join_market(enum market found, enum market *market, struct err *err)
{
	if (*market != MARKET_NONE && *market != found)
		return err_set(err, ERR_INPUT, "two markets: '%s' and '%s'",
			       market_name(found), market_name(*market));
	*market = found;
	return 0;
}

/* Takes "KR:" off the front. */
static int take_prefix(const char **text, size_t *len, enum market *market,
		       struct err *err)
{
	const char *colon = memchr(*text, ':', *len);
	size_t prefix;
	enum market found;

	if (!colon)
		return 0;
	prefix = (size_t)(colon - *text);
	found = market_from_word(*text, prefix);
	if (found == MARKET_NONE)
		return refuse_market(*text, prefix, err);
	*text += prefix + 1;
	*len -= prefix + 1;
	return join_market(found, market, err);
}

/* Takes ".NAS" off the end. One letter after a dot is a share class; more of
 * them must be a market, unless one is named elsewhere ("ABC.WS,NYS"). */
static int take_suffix(const char *text, size_t *len, enum market *market,
		       struct err *err)
{
	size_t stem = *len;
	const char *suffix;
	size_t suffix_len;
	enum market found;

	while (stem > 0 && text[stem - 1] != '.')
		stem--;
	if (stem == 0)
		return 0;
	suffix = text + stem;
	suffix_len = *len - stem;
	found = market_from_word(suffix, suffix_len);
	/* Tokyo's T is a class of shares behind letters. */
	if (suffix_len == 1 && to_upper(suffix[0]) == 'T' && is_digit(text[0]))
		found = MARKET_TSE;
	if (found != MARKET_NONE) {
		*len = stem - 1;
		return join_market(found, market, err);
	}
	if (*market == MARKET_NONE && suffix_len > 1)
		return refuse_market(suffix, suffix_len, err);
	return 0;
}

static bool is_kr_code(const char *code, size_t len)
{
	if (len == KR_CODE_LEN + 1)
		return to_upper(code[0]) == 'Q' &&
		       count_digits(code + 1, len - 1) == KR_CODE_LEN;
	if (len != KR_CODE_LEN || !is_digit(code[0]))
		return false;
	for (size_t i = 1; i < len; i++) {
		if (!is_alnum(code[i]))
			return false;
	}
	return true;
}

/* Letters, and perhaps a class of shares: BRK.B, BRK/B, BRK-B. */
static bool is_us_code(const char *code, size_t len)
{
	size_t stem = count_letters(code, len);

	if (stem == len)
		return true;
	return stem > 0 && stem + 2 == len && is_letter(code[len - 1]);
}

static const char *const indices[] = { "KOSPI", "KOSDAQ", "KOSPI200" };

static bool is_index_name(const char *code)
{
	for (size_t i = 0; i < sizeof indices / sizeof *indices; i++)
		if (strcmp(code, indices[i]) == 0)
			return true;
	return false;
}

#define TURNED "-KRW"

/* Whether the currency stands where others than Upbit put it. */
static bool is_turned_pair(const char *code)
{
	const char *dash = strchr(code, '-');

	return dash && strcmp(dash, TURNED) == 0;
}

/* Whether a code looks like a pair of Upbit: its currencies are these. */
static bool is_coin_pair(const char *code)
{
	return strncmp(code, "KRW-", 4) == 0 || strncmp(code, "BTC-", 4) == 0 ||
	       strncmp(code, "USDT-", 5) == 0;
}

/* "USD/KRW", as banks write it. */
static bool is_currency_pair(const char *code, size_t len)
{
	return len == 2 * CURRENCY_LEN + 1 && code[CURRENCY_LEN] == '/' &&
	       count_letters(code, len) == CURRENCY_LEN &&
	       count_letters(code + CURRENCY_LEN + 1, CURRENCY_LEN) ==
		       CURRENCY_LEN;
}

enum { ISIN_LEN = 12, ISIN_PREFIX_LEN = 3 /* "KR7", of a share */ };

/* "US0378331005": two letters of a country, and a digit that checks the rest. */
static bool is_isin(const char *code, size_t len)
{
	return len == ISIN_LEN && count_letters(code, len) == 2 &&
	       is_digit(code[len - 1]);
}

static int refuse_isin(const char *code, struct err *err)
{
	const char *within = code + ISIN_PREFIX_LEN;

	if (strncmp(code, "KR7", ISIN_PREFIX_LEN) == 0 &&
	    is_kr_code(within, KR_CODE_LEN))
		return err_set(err, ERR_INPUT, "an ISIN: write %.*s",
			       KR_CODE_LEN, within);
	return err_set(err, ERR_INPUT,
		       "an ISIN: write the exchange's own symbol");
}

/* code is in upper case. */
static int refuse_unmarked(const char *code, struct err *err)
{
	static const char why[] = "cannot tell the market";
	size_t len = strlen(code), digits = count_digits(code, len);

	if (is_index_name(code))
		return err_set(err, ERR_INPUT, "%s: write %s.IDX", why, code);
	if (is_turned_pair(code))
		return err_set(err, ERR_INPUT, "%s: write KRW-%.*s.UPBIT", why,
			       (int)(strlen(code) - strlen(TURNED)), code);
	if (is_coin_pair(code))
		return err_set(err, ERR_INPUT, "%s: write %s.UPBIT", why, code);
	if (is_currency_pair(code, len))
		return err_set(err, ERR_INPUT, "%s: write %.3s%s.FX", why, code,
			       code + CURRENCY_LEN + 1);
	/* The form of Korean terminals. */
	if (code[0] == 'A' && is_kr_code(code + 1, len - 1))
		return err_set(err, ERR_INPUT, "%s: write %s", why, code + 1);
	if (is_isin(code, len))
		return refuse_isin(code, err);
	if (digits < len)
		return err_set(err, ERR_INPUT, "%s: write %s.US", why, code);
	if (len > KR_CODE_LEN)
		return err_set(err, ERR_INPUT,
			       "%s: write six digits for KR, else %s.HKS", why,
			       code);
	if (code[0] == '0')
		return err_set(err, ERR_INPUT, "%s: write %s.HKS", why, code);
	/* Spreadsheets eat leading zeros. */
	return err_set(err, ERR_INPUT, "%s: write %s.HKS, or %.*s%s", why, code,
		       KR_CODE_LEN - (int)len, "000000", code);
}

/* ---- the forms of codes: upper case, of known characters --------------- */

static int check_kr(const char *code, struct err *err)
{
	if (is_kr_code(code, strlen(code)))
		return 0;
	return err_set(err, ERR_INPUT,
		       "no KR code: that is six characters beginning with "
		       "a digit, or Q and six digits");
}

static int check_coin_pair(const char *code, struct err *err)
{
	const char *dash = strchr(code, '-');

	if (!dash || strpbrk(code, "./") || strchr(dash + 1, '-'))
		return err_set(err, ERR_INPUT,
			       "no pair of coins: write it as KRW-BTC.UPBIT");
	if (is_turned_pair(code))
		return err_set(err, ERR_INPUT,
			       "the currency comes first: write KRW-%.*s.UPBIT",
			       (int)(dash - code), code);
	return 0;
}

/* "USD/KRW" and "USD-KRW" lose their mark. */
static int check_currency_pair(char *code, struct err *err)
{
	char *second = code + CURRENCY_LEN;

	if (strlen(code) > CURRENCY_LEN && (*second == '/' || *second == '-'))
		memmove(second, second + 1, strlen(second));
	if (strlen(code) != 2 * CURRENCY_LEN ||
	    count_letters(code, 2 * CURRENCY_LEN) != 2 * CURRENCY_LEN)
		return err_set(err, ERR_INPUT,
			       "no pair of currencies: write it as USDKRW.FX");
	if (memcmp(code, second, CURRENCY_LEN) == 0)
		return err_set(err, ERR_INPUT, "a currency against itself");
	return 0;
}

static int check_index(const char *code, struct err *err)
{
	if (is_index_name(code) ||
	    (strlen(code) == INDEX_CODE_LEN &&
	     count_digits(code, INDEX_CODE_LEN) == INDEX_CODE_LEN))
		return 0;
	return err_set(err, ERR_INPUT,
		       "no index: that is KOSPI, KOSDAQ, KOSPI200 or the "
		       "exchange's four digits");
}

static int check_form(char *code, enum market market, struct err *err)
{
	switch ((int)market) {
	case MARKET_KR:
		return check_kr(code, err);
	case MARKET_UPBIT:
		return check_coin_pair(code, err);
	case MARKET_FX:
		return check_currency_pair(code, err);
	case MARKET_IDX:
		return check_index(code, err);
	default:
		return 0;
	}
}

/* An allow-list, so that what goes into a URL cannot be anything else. */
static int check_characters(const char *text, size_t len, struct err *err)
{
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (is_alnum(c) || c == ':')
			continue;
		if (c != '.' && c != '-' && c != '/')
			return refuse_character(text + i, len - i, err);
		if (i == 0 || i + 1 == len || !is_alnum(text[i - 1]) ||
		    !is_alnum(text[i + 1]))
			return err_set(err, ERR_INPUT, "misplaced '%c'", c);
	}
	return 0;
}

int symbol_parse(const char *text, size_t len, enum market market,
		 struct symbol *out, struct err *err)
{
	/* Symbols are compared and hashed as 16 bytes: no byte is left over. */
	struct symbol symbol = { .market = MARKET_NONE };

	if (len == 0)
		return err_set(err, ERR_INPUT, "empty symbol");
	if (check_characters(text, len, err) < 0 ||
	    take_prefix(&text, &len, &market, err) < 0 ||
	    take_suffix(text, &len, &market, err) < 0)
		return -1;
	if (len == 0)
		return err_set(err, ERR_INPUT, "a market without a symbol");
	if (memchr(text, ':', len))
		return err_set(err, ERR_INPUT, "unexpected character ':'");
	if (len > CODE_MAX)
		return err_set(err, ERR_INPUT, "longer than %d characters",
			       CODE_MAX);
	for (size_t i = 0; i < len; i++)
		symbol.code[i] = to_upper(text[i]);

	if (market == MARKET_NONE && is_kr_code(text, len))
		market = MARKET_KR;
	else if (market == MARKET_NONE && is_us_code(text, len) &&
		 !is_index_name(symbol.code))
		market = MARKET_US;
	if (market == MARKET_NONE)
		return refuse_unmarked(symbol.code, err);
	if (check_form(symbol.code, market, err) < 0)
		return -1;
	symbol.market = (uint8_t)market;
	*out = symbol;
	return 0;
}
