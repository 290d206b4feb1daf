/* SPDX-License-Identifier: MIT */
/* render_format.h: what a format brings, and what the formats share.
 * Layer cli; uses base, model, fields. Private to render.c and render_*.c. */
#ifndef CLI_RENDER_FORMAT_H
#define CLI_RENDER_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "cli/fields.h"
#include "cli/options.h"
#include "cli/style.h"

struct buf;
struct failure_groups;
struct record;
struct render;
struct table;

/* The functions of a format; NULL: nothing to do. They append to out, whose
 * failures render.c looks for after each call; -1 is for memory of their own. */
struct render_format {
	int (*open)(struct render *r, struct err *err);
	void (*close)(struct render *r);
	void (*begin)(struct render *r);
	int (*record)(struct render *r, const struct record *record,
		      struct err *err);
	int (*end)(struct render *r, struct err *err);
};

extern const struct render_format render_json;
extern const struct render_format render_ndjson;
extern const struct render_format render_csv; /* csv, csv-excel and tsv */
extern const struct render_format render_table;
extern const struct render_format render_lines;
extern const struct render_format render_markdown;
extern const struct render_format render_price; /* the three for books */

struct render {
	const struct render_format *format;
	enum format name;
	struct buf *out;               /* borrowed */
	struct field_set fields;       /* the columns */
	struct field_set all_fields;   /* all keys that a quote may have */
	struct field_set quote_fields; /* the keys of a quote ... */
	struct field_set error_fields; /* ... and of an error, in their order */
	struct field_set tick_fields;  /* of a stream alone: of a trade ... */
	struct field_set refused_fields; /* ... and of a refusal */
	struct style style;
	size_t record_count;             /* rendered so far */
	size_t record_total;             /* that will come; 0: not known */
	struct table *table;             /* owned; only of the table */
	struct failure_groups *failures; /* owned; only of Markdown */
};

enum value_type {
	VALUE_NULL,
	VALUE_TEXT,   /* of others: anything may stand in it */
	VALUE_WORD,   /* of our own, a name or a time: it needs no escape */
	VALUE_NUMBER, /* decimal text */
	VALUE_BOOL,   /* "false", "true" */
	VALUE_JSON    /* checked JSON text */
};

enum { VALUE_BYTES = ERR_MSG_BYTES + 8 }; /* "Error: " and a message */
_Static_assert((int)VALUE_BYTES >= (int)CLOCK_TEXT_BYTES, "a time must fit");

/* One field of one record. */
struct value {
	enum value_type type;
	const char *text; /* "null" when VALUE_NULL; may point into made */
	size_t len;       /* of text */
	char made[VALUE_BYTES];
};

/* text: NULL: there is none, whatever the type. */
static inline void value_set(struct value *v, enum value_type type,
			     const char *text, size_t len)
{
	v->type = text ? type : VALUE_NULL;
	v->text = text ? text : "null";
	v->len = text ? len : 4;
}

static inline void value_set_null(struct value *v)
{
	value_set(v, VALUE_NULL, NULL, 0);
}

/* To what stands in made. */
static inline void value_set_made(struct value *v, enum value_type type,
				  size_t len)
{
	v->type = type;
	v->text = v->made;
	v->len = len;
}

/* To a terminated text; NULL as above. */
void value_set_text(struct value *v, enum value_type type, const char *text);
void value_set_bool(struct value *v, bool is_true);
void value_set_time(struct value *v, int64_t real_ms);

/* Not negative. Without printf: it would be a third of a record's time. */
void value_set_count(struct value *v, int64_t count);

/* Of a page for people: the verdict of --cross-check and by how much, not JSON. */
void value_set_verdict(struct value *v, const struct record *record);

/* Gets the value of a field. A field that the record's shape does not have (the
 * price of an error, the error_type of a quote) is VALUE_NULL.
 * Owns: the text lives as long as the record and v. */
typedef void render_get_fn(const struct record *record, enum field f,
			   struct value *v);

/* What gets those of such a record. */
render_get_fn *render_getter(const struct record *record);

/* Of a trade, and of a refusal. */
render_get_fn render_get_tick_value, render_get_refused_value;

/* Which number of a trade a field is, counted from 1; names that a quote has too
 * mean the same. */
extern const unsigned char render_tick_numbers[FIELD_COUNT];

/* What every kind of record has: what was asked, and of whom; VALUE_NULL: it is
 * none of these fields. */
render_get_fn render_get_identity;

#endif
