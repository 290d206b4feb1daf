#include "cli/fields.h"

#include <string.h>

#include "base/spelling.h"
#include "base/utf8.h"

static const char *const names[FIELD_COUNT] = {
	[QUOTE_PRICE] = "price",
	[QUOTE_CHANGE] = "change",
	[QUOTE_CHANGE_PERCENT] = "change_percent",
	[QUOTE_OPEN] = "open",
	[QUOTE_HIGH] = "high",
	[QUOTE_LOW] = "low",
	[QUOTE_PREVIOUS_CLOSE] = "previous_close",
	[QUOTE_VOLUME] = "volume",
	[QUOTE_TURNOVER] = "turnover",
	[QUOTE_BID] = "bid",
	[QUOTE_ASK] = "ask",
	[QUOTE_PER] = "per",
	[QUOTE_PBR] = "pbr",
	[QUOTE_EPS] = "eps",
	[QUOTE_BPS] = "bps",
	[QUOTE_MARKET_CAP] = "market_cap",
	[QUOTE_WEEK52_HIGH] = "week52_high",
	[QUOTE_WEEK52_LOW] = "week52_low",
	[FIELD_SYMBOL] = "symbol",
	[FIELD_MARKET] = "market",
	[FIELD_EXCHANGE] = "exchange",
	[FIELD_NAME] = "name",
	[FIELD_CURRENCY] = "currency",
	[FIELD_FETCHED_AT] = "fetched_at",
	[FIELD_PROVIDER] = "provider",
	[FIELD_RT_CD] = "rt_cd",
	[FIELD_MSG_CD] = "msg_cd",
	[FIELD_MSG1] = "msg1",
	[FIELD_ERROR] = "error",
	[FIELD_ERROR_TYPE] = "error_type",
	[FIELD_RETRYABLE] = "retryable",
	[FIELD_ATTEMPTS] = "attempts",
	[FIELD_LATENCY_MS] = "latency_ms",
	[FIELD_INPUT] = "input",
	[FIELD_RAW] = "raw",
};

const char *field_name(enum field f)
{
	require((unsigned)f < FIELD_COUNT);
	return names[f];
}

/* Appends fields [first, end), in the order of their enum. */
static void add_range(struct field_set *set, int first, int end)
{
	for (int f = first; f < end; f++)
		set->field[set->count++] = (unsigned char)f;
}

void fields_default(struct field_set *set, bool wants_detail, bool wants_raw)
{
	*set = (struct field_set){ .count = 0 };
	add_range(set, FIELD_SYMBOL, FIELD_FETCHED_AT);
	add_range(set, QUOTE_PRICE, wants_detail ? QUOTE_NUMBERS : QUOTE_PER);
	add_range(set, FIELD_FETCHED_AT, wants_raw ? FIELD_COUNT : FIELD_RAW);
}

static const char *nearest_name(const char *text, size_t len)
{
	const char *best = NULL;
	size_t least = len / 3 + 2; /* farther away is no slip of the finger */

	for (int f = 0; len <= SPELLING_MAX_BYTES && f < FIELD_COUNT; f++) {
		size_t distance = spelling_distance(text, len, names[f]);

		if (distance < least) {
			least = distance;
			best = names[f];
		}
	}
	return best;
}

static int complain_unknown(const char *text, size_t len, struct err *err)
{
	const char *nearest = nearest_name(text, len);
	char shown[4 * SPELLING_MAX_BYTES];

	utf8_copy_printable(text, len, shown, sizeof shown, SPELLING_MAX_BYTES);
	if (nearest)
		return err_set(err, ERR_USAGE,
			       "unknown field '%s': did you mean '%s'?", shown,
			       nearest);
	return err_set(err, ERR_USAGE, "unknown field '%s'", shown);
}

static int add_name(struct field_set *set, const char *text, size_t len,
		    struct err *err)
{
	int f = 0;

	while (f < FIELD_COUNT &&
	       (strlen(names[f]) != len || memcmp(names[f], text, len) != 0))
		f++;
	if (f == FIELD_COUNT)
		return complain_unknown(text, len, err);
	if (memchr(set->field, f, set->count))
		return err_set(err, ERR_USAGE, "field '%s' is named twice",
			       names[f]);
	set->field[set->count++] = (unsigned char)f;
	return 0;
}

int fields_parse(struct field_set *set, const char *text, struct err *err)
{
	struct field_set chosen = { .is_chosen = true };

	for (;; text++) {
		size_t len, end;

		text += strspn(text, " \t");
		end = len = strcspn(text, ",");
		while (len > 0 && strchr(" \t", text[len - 1]))
			len--;
		if (len == 0)
			return err_set(err, ERR_USAGE,
				       "a field name is missing: "
				       "write them as in 'symbol,price'");
		if (add_name(&chosen, text, len, err) < 0)
			return -1;
		text += end;
		if (*text == '\0')
			break;
	}
	*set = chosen;
	return 0;
}
