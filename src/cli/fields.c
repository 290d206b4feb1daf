/* SPDX-License-Identifier: MIT */
#include "cli/fields.h"

#include <string.h>

#include "base/buf.h"
#include "base/spelling.h"
#include "base/utf8.h"

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
	add_range(set, FIELD_FETCHED_AT, wants_raw ? FIELD_CHECK : FIELD_RAW);
}

static void add_list(struct field_set *set, const unsigned char *field,
		     size_t count)
{
	memcpy(set->field + set->count, field, count);
	set->count += count;
}

void fields_of_tick(struct field_set *set, bool wants_detail)
{
	static const unsigned char first[] = {
		FIELD_KIND,
		FIELD_SYMBOL,
		FIELD_MARKET,
		FIELD_EXCHANGE,
		QUOTE_PRICE,
		QUOTE_CHANGE,
		QUOTE_CHANGE_PERCENT,
		FIELD_SIZE,
		FIELD_SIDE,
		QUOTE_VOLUME,
		QUOTE_TURNOVER,
		QUOTE_ASK,
		QUOTE_BID,
		FIELD_ASK_SIZE,
		FIELD_BID_SIZE,
		QUOTE_OPEN,
		QUOTE_HIGH,
		QUOTE_LOW,
		QUOTE_PREVIOUS_CLOSE,
	};
	static const unsigned char last[] = {
		FIELD_TRADE_TIME, FIELD_RECEIVED_AT, FIELD_SESSION,
		FIELD_HALTED,     FIELD_SEQ,         FIELD_GAP,
		FIELD_GAP_VOLUME, FIELD_MERGED,      FIELD_PROVIDER,
		FIELD_ERROR,
	};

	*set = (struct field_set){ .count = 0 };
	add_list(set, first, sizeof first);
	if (wants_detail)
		add_range(set, FIELD_VWAP, FIELD_TRADE_TIME);
	add_list(set, last, sizeof last);
}

void fields_of_refusal(struct field_set *set)
{
	static const unsigned char all[] = {
		FIELD_KIND,        FIELD_SYMBOL,   FIELD_MARKET, FIELD_ERROR,
		FIELD_ERROR_TYPE,  FIELD_RT_CD,    FIELD_MSG_CD, FIELD_MSG1,
		FIELD_RECEIVED_AT, FIELD_PROVIDER,
	};

	*set = (struct field_set){ .count = 0 };
	add_list(set, all, sizeof all);
}

void fields_of_stream(struct field_set *set, bool is_polled, bool wants_detail)
{
	static const unsigned char ticks[] = {
		FIELD_SYMBOL, FIELD_TRADE_TIME,     QUOTE_PRICE,
		QUOTE_CHANGE, QUOTE_CHANGE_PERCENT, FIELD_SIZE,
		FIELD_SIDE,   QUOTE_VOLUME,         QUOTE_ASK,
		QUOTE_BID,
	};
	static const unsigned char polls[] = {
		FIELD_SYMBOL,
		FIELD_FETCHED_AT,
		QUOTE_PRICE,
		QUOTE_CHANGE,
		QUOTE_CHANGE_PERCENT,
		QUOTE_VOLUME,
		QUOTE_ASK,
		QUOTE_BID,
		FIELD_ERROR_TYPE,
	};

	*set = (struct field_set){ .count = 0 };
	if (is_polled)
		add_list(set, polls, sizeof polls);
	else
		add_list(set, ticks, sizeof ticks);
	if (wants_detail && is_polled)
		add_range(set, QUOTE_PER, QUOTE_NUMBERS);
	else if (wants_detail)
		add_range(set, FIELD_VWAP, FIELD_TRADE_TIME);
}

void fields_all(struct field_set *set)
{
	fields_default(set, true, true);
	add_range(set, FIELD_CHECK, FIELD_COUNT);
}

void fields_add_first(struct field_set *set, enum field f)
{
	memmove(set->field + 1, set->field, set->count++);
	set->field[0] = (unsigned char)f;
}

void fields_add(struct field_set *set, enum field f)
{
	if (!memchr(set->field, f, set->count))
		set->field[set->count++] = (unsigned char)f;
}

/* In 80 to 100 columns, of a terminal or of a page. */
void fields_for_people(struct field_set *set)
{
	static const unsigned char usual[] = {
		FIELD_SYMBOL,         FIELD_EXCHANGE, FIELD_NAME,
		FIELD_CURRENCY,       QUOTE_PRICE,    QUOTE_CHANGE,
		QUOTE_CHANGE_PERCENT, QUOTE_VOLUME,
	};
	struct field_set all = *set;

	if (set->is_chosen)
		return;
	set->count = sizeof usual;
	memcpy(set->field, usual, sizeof usual);
	for (int f = QUOTE_PER; f < QUOTE_NUMBERS; f++)
		if (memchr(all.field, f, all.count))
			add_range(set, f, f + 1);
	if (memchr(all.field, FIELD_CHECK, all.count))
		fields_add(set, FIELD_CHECK);
	if (memchr(all.field, FIELD_AGE_SECONDS, all.count))
		fields_add(set, FIELD_AGE_SECONDS);
}

bool field_is_numeric(enum field f)
{
	static const unsigned char others[] = {
		FIELD_ATTEMPTS,       FIELD_LATENCY_MS, FIELD_DELAYED_MINUTES,
		FIELD_SIZE,           FIELD_ASK_SIZE,   FIELD_BID_SIZE,
		FIELD_VWAP,           FIELD_STRENGTH,   FIELD_TOTAL_ASK_SIZE,
		FIELD_TOTAL_BID_SIZE, FIELD_SEQ,        FIELD_GAP,
		FIELD_GAP_VOLUME,     FIELD_MERGED,     FIELD_AGE_SECONDS,
	};

	return (unsigned)f < QUOTE_NUMBERS || memchr(others, f, sizeof others);
}

static const char *nearest_name(const char *text, size_t len)
{
	const char *best = NULL;
	size_t least = len / 3 + 2; /* farther away is no slip of the finger */

	for (int f = 0; len <= SPELLING_MAX_BYTES && f < FIELD_COUNT; f++) {
		size_t distance =
			spelling_distance(text, len, field_table[f].name);

		if (distance < least) {
			least = distance;
			best = field_table[f].name;
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

	while (f < FIELD_COUNT && (strlen(field_table[f].name) != len ||
				   memcmp(field_table[f].name, text, len) != 0))
		f++;
	if (f == FIELD_COUNT)
		return complain_unknown(text, len, err);
	if (memchr(set->field, f, set->count))
		return err_set(err, ERR_USAGE, "field '%s' is named twice",
			       field_table[f].name);
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

static bool begins_with(const char *text, const char *word)
{
	return strncmp(text, word, strlen(word)) == 0;
}

/* Whether a source fills the field at all, and, if so, without --detail. */
static bool is_told_by(const struct field_row *row, const char *source,
		       bool wants_detail)
{
	const char *at = strstr(row->source, source);

	return at &&
	       (wants_detail || !begins_with(at + strlen(source), " --detail"));
}

/* Whether a source of the run does. */
static bool is_told(const struct field_row *row, const struct fields_run *run,
		    bool wants_detail)
{
	for (size_t i = 0; i < run->source_count; i++)
		if (is_told_by(row, run->source[i], wants_detail))
			return true;
	return false;
}

/* Whether it hangs on the source; names come from lists, too. */
static bool is_of_sources(enum field f, const struct fields_run *run)
{
	const char *source = field_table[f].source;

	return !(f == FIELD_NAME && run->wants_detail) &&
	       !begins_with(source, "all") && !begins_with(source, "quotes") &&
	       !begins_with(source, "errors");
}

static const char by_no_stream[] = "of a stream's records alone";
static const char by_no_source[] = "told by no source of this run";
static const char without_detail[] = "not told by kis without --detail";
static const char without_raw[] = "empty without --raw";
static const char without_check[] = "empty without --cross-check";

/* Why the field will be empty; NULL: it will not. */
static const char *why_empty(enum field f, const struct fields_run *run)
{
	const struct field_row *row = &field_table[f];

	if (f >= FIELD_KIND)
		return by_no_stream;
	if (is_of_sources(f, run) && !is_told(row, run, true))
		return by_no_source;
	if (is_of_sources(f, run) && !is_told(row, run, run->wants_detail))
		return without_detail;
	if (f == FIELD_RAW && !run->wants_raw)
		return without_raw;
	if (f == FIELD_CHECK && !run->wants_check)
		return without_check;
	return NULL;
}

void fields_misfit(const struct field_set *set, const struct fields_run *run,
		   struct buf *out)
{
	static const char *const reasons[] = { by_no_stream, by_no_source,
					       without_detail, without_raw,
					       without_check };

	for (size_t r = 0; r < sizeof reasons / sizeof *reasons; r++) {
		const char *join = out->len > 0 ? "; " : "";

		for (size_t i = 0; set->is_chosen && i < set->count; i++) {
			enum field f = set->field[i];

			if (why_empty(f, run) != reasons[r])
				continue;
			buf_printf(out, "%s%s", join, field_name(f));
			join = ", ";
		}
		if (*join == ',')
			buf_printf(out, ": %s", reasons[r]);
	}
}
