/* SPDX-License-Identifier: MIT */
/* fields.h: the columns of a record, by name and order.
 * Layer cli; uses base, model. */
#ifndef CLI_FIELDS_H
#define CLI_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "model/quote.h"

struct buf;

/* The numbers of a quote come first, so that a field below QUOTE_NUMBERS is a
 * quote_number. */
enum field {
	FIELD_SYMBOL = QUOTE_NUMBERS,
	FIELD_MARKET,
	FIELD_EXCHANGE,
	FIELD_NAME,
	FIELD_CURRENCY,
	FIELD_FETCHED_AT,
	FIELD_PROVIDER,
	FIELD_RT_CD,
	FIELD_MSG_CD,
	FIELD_MSG1,
	FIELD_ERROR,      /* false or true */
	FIELD_ERROR_TYPE, /* absent from quotes unless asked for */
	FIELD_RETRYABLE,
	FIELD_ATTEMPTS,
	FIELD_LATENCY_MS,
	FIELD_INPUT, /* as it was typed: read again, it means the same */
	FIELD_QUOTED_AT,
	FIELD_SESSION,
	FIELD_DELAYED_MINUTES,
	FIELD_TRIED,
	FIELD_RAW,
	FIELD_CHECK, /* only with --cross-check */
	FIELD_STALE, /* and these only with --max-age or --stale-if-error */
	FIELD_AGE_SECONDS,
	FIELD_KIND, /* this and all below: only of a stream's records */
	FIELD_SIZE,
	FIELD_SIDE,
	FIELD_ASK_SIZE,
	FIELD_BID_SIZE,
	FIELD_VWAP, /* with --detail: */
	FIELD_STRENGTH,
	FIELD_TOTAL_ASK_SIZE,
	FIELD_TOTAL_BID_SIZE,
	FIELD_TRADE_TIME,
	FIELD_RECEIVED_AT,
	FIELD_HALTED,
	FIELD_SEQ,
	FIELD_GAP,
	FIELD_GAP_VOLUME,
	FIELD_MERGED,
	FIELD_COUNT
};

struct field_set {
	size_t count;
	unsigned char field[FIELD_COUNT]; /* enum field, in order */
	bool is_chosen; /* by --fields: then every record has just these */
};

enum { FIELD_KEY_BYTES = 24 };

struct field_row {
	const char *name;
	char key[FIELD_KEY_BYTES]; /* as it follows another in JSON: ,"name": */
	size_t key_len;
	const char *title; /* in the table */
	const char *unit;  /* "": none */
	const char *meaning;
	const char *source; /* who fills it */
};
extern const struct field_row field_table[FIELD_COUNT];

const char *field_name(enum field f);

/* Writes what each field means (--fields help): for a terminal, and as the
 * README's table (with --format markdown). */
void fields_help(struct buf *out);
void fields_help_markdown(struct buf *out);

/* What fills the fields of a run. */
struct fields_run {
	const char *const *source; /* names */
	size_t source_count;
	bool wants_detail, wants_raw, wants_check;
};

/* Appends "per, eps: not told by kis without --detail" where chosen fields will
 * be empty; else nothing. */
void fields_misfit(const struct field_set *set, const struct fields_run *run,
		   struct buf *out);

/* All fields of the contract in its order; detail and raw add theirs. */
void fields_default(struct field_set *set, bool wants_detail, bool wants_raw);

/* What a trade has, and a refusal, in their order. */
void fields_of_tick(struct field_set *set, bool wants_detail);
void fields_of_refusal(struct field_set *set);

/* The columns of a stream where a record is a line: of trades, or of quotes that
 * are polled. */
void fields_of_stream(struct field_set *set, bool is_polled, bool wants_detail);

/* Every field there is, as it is explained. */
void fields_all(struct field_set *set);

/* One more at the front. */
void fields_add_first(struct field_set *set, enum field f);

/* Leaves what a person reads first, what --detail adds, a second source's word
 * and the age where they are wanted; chosen fields stay as they are. */
void fields_for_people(struct field_set *set);

/* Whether a column of it stands to the right. */
bool field_is_numeric(enum field f);

/* One more at the end, if it is not there. */
void fields_add(struct field_set *set, enum field f);

/* Reads "symbol,price". Errors: USAGE: unknown field (with the nearest name),
 * a field twice, an empty list. */
MUST_CHECK int fields_parse(struct field_set *set, const char *text,
			    struct err *err);

#endif
