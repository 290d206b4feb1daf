#include "model/symbol.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum {
	CODE_MAX = 12, /* characters of the longest code */
	KR_CODE_LEN = 6,
	SHOWN_COLUMNS = 24 /* of a text in a message */
};

static const struct {
	const char *name;
	const char *exchange; /* NULL: no exchange of its own */
	const char *currency;
} markets[MARKET_COUNT] = {
	[MARKET_NONE] = { "", NULL, NULL },
	[MARKET_KR] = { "KR", "KRX", "KRW" },
	[MARKET_US] = { "US", NULL, "USD" },
	[MARKET_NAS] = { "NAS", "NAS", "USD" },
	[MARKET_NYS] = { "NYS", "NYS", "USD" },
	[MARKET_AMS] = { "AMS", "AMS", "USD" },
	[MARKET_HKS] = { "HKS", "HKS", "HKD" },
	[MARKET_TSE] = { "TSE", "TSE", "JPY" },
	[MARKET_SHS] = { "SHS", "SHS", "CNY" },
	[MARKET_SZS] = { "SZS", "SZS", "CNY" },
	[MARKET_HSX] = { "HSX", "HSX", "VND" },
	[MARKET_HNX] = { "HNX", "HNX", "VND" },
	[MARKET_BAQ] = { "BAQ", "BAQ", "USD" },
	[MARKET_BAY] = { "BAY", "BAY", "USD" },
	[MARKET_BAA] = { "BAA", "BAA", "USD" },
};

const char *market_name(enum market m)
{
	require((unsigned)m < MARKET_COUNT);
	return markets[m].name;
}

const char *market_exchange_name(enum market m)
{
	require((unsigned)m < MARKET_COUNT);
	return markets[m].exchange;
}

const char *market_currency(enum market m)
{
	require((unsigned)m < MARKET_COUNT);
	return markets[m].currency;
}

/* The C library's ctype follows the locale; symbols do not. */
static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_alnum(char c)
{
	return is_digit(c) || is_letter(c);
}

static char to_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
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

enum market market_from_name(const char *name, size_t len)
{
	for (int m = MARKET_NONE + 1; m < MARKET_COUNT; m++) {
		const char *known = markets[m].name;
		size_t i = 0;

		while (i < len && known[i] != '\0' &&
		       known[i] == to_upper(name[i]))
			i++;
		if (i == len && known[i] == '\0')
			return (enum market)m;
	}
	return MARKET_NONE;
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
			       markets[found].name, markets[*market].name);
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
	found = market_from_name(*text, prefix);
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
	found = market_from_name(suffix, suffix_len);
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

static int refuse_unmarked(const char *code, size_t len, struct err *err)
{
	static const char why[] = "cannot tell the market";
	size_t digits = count_digits(code, len);
	int n = (int)len;

	/* The form of Korean terminals. */
	if (to_upper(code[0]) == 'A' && is_kr_code(code + 1, len - 1))
		return err_set(err, ERR_INPUT, "%s: write %.*s", why, n - 1,
			       code + 1);
	if (digits < len)
		return err_set(err, ERR_INPUT, "%s: write %.*s.US", why, n,
			       code);
	if (len > KR_CODE_LEN)
		return err_set(err, ERR_INPUT,
			       "%s: write six digits for KR, else %.*s.HKS",
			       why, n, code);
	if (code[0] == '0')
		return err_set(err, ERR_INPUT, "%s: write %.*s.HKS", why, n,
			       code);
	/* Spreadsheets eat leading zeros. */
	return err_set(err, ERR_INPUT, "%s: write %.*s.HKS, or %.*s%.*s", why,
		       n, code, KR_CODE_LEN - n, "000000", n, code);
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

	if (market == MARKET_NONE && is_kr_code(text, len))
		market = MARKET_KR;
	else if (market == MARKET_NONE && is_us_code(text, len))
		market = MARKET_US;
	if (market == MARKET_NONE)
		return refuse_unmarked(text, len, err);
	if (market == MARKET_KR && !is_kr_code(text, len))
		return err_set(
			err, ERR_INPUT,
			"no KR code: that is six characters beginning with "
			"a digit, or Q and six digits");

	/* Symbols are compared and hashed as 16 bytes: no byte is left over. */
	memset(out, 0, sizeof *out);
	for (size_t i = 0; i < len; i++)
		out->code[i] = to_upper(text[i]);
	out->market = (uint8_t)market;
	return 0;
}
