/* SPDX-License-Identifier: MIT */
#include "net/json_write.h"

#include <inttypes.h>
#include <string.h>

#include "base/decimal.h"
#include "base/digits.h"
#include "base/utf8.h"
#include "net/json_scan.h"

enum escaping { ESCAPE_TEXT, ESCAPE_JSON };

void json_writer_init(struct json_writer *w, struct buf *out)
{
	*w = (struct json_writer){ .out = out };
}

static void begin_value(struct json_writer *w)
{
	if (w->needs_comma)
		buf_putc(w->out, ',');
	w->needs_comma = true;
}

/* Makes room for a value of len bytes, behind its comma; NULL: there is none. */
static char *extend(struct json_writer *w, size_t len)
{
	char *at = buf_extend(w->out, len + w->needs_comma);

	if (at && w->needs_comma)
		*at++ = ',';
	w->needs_comma = true;
	return at;
}

/* A value that needs no escape. */
static void put_plain(struct json_writer *w, const char *text, size_t len)
{
	char *at = extend(w, len);

	if (at)
		memcpy(at, text, len);
}

void json_begin_object(struct json_writer *w)
{
	begin_value(w);
	buf_putc(w->out, '{');
	w->needs_comma = false;
}

void json_end_object(struct json_writer *w)
{
	buf_putc(w->out, '}');
	w->needs_comma = true;
}

/* Of text, quotes and backslashes are escaped too; in JSON they have their
 * meaning, and what else needs an escape stands in strings alone. */
static bool needs_escape(uint32_t cp, enum escaping how)
{
	if (how == ESCAPE_TEXT && (cp == '"' || cp == '\\'))
		return true;
	if (cp < 0x20)
		return how == ESCAPE_TEXT;
	return cp >= 0x7f && !utf8_is_printable(cp);
}

static void put_escape(struct buf *out, uint32_t cp)
{
	static const char named[] = {
		['"'] = '"',  ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
		['\n'] = 'n', ['\r'] = 'r',  ['\t'] = 't'
	};

	if (cp < sizeof named && named[cp] != '\0')
		buf_printf(out, "\\%c", named[cp]);
	else
		buf_printf(out, "\\u%04" PRIx32, cp);
}

/* How many characters at the beginning stand for themselves. */
static size_t count_plain(const char *text)
{
	const char *p = text;

	while (json_is_plain(*p))
		p++;
	return (size_t)(p - text);
}

/* Runs that need nothing are appended in one piece. */
static void put_escaped(struct buf *out, const char *text, enum escaping how)
{
	const char *end = text + strlen(text), *run = text, *p = text;

	while (p < end) {
		uint32_t cp;
		size_t n;

		if (json_is_plain(*p)) {
			p++;
			continue;
		}
		n = utf8_decode(p, (size_t)(end - p), &cp);

		if (n > 0 && !needs_escape(cp, how)) {
			p += n;
			continue;
		}
		buf_append(out, run, (size_t)(p - run));
		if (n > 0)
			put_escape(out, cp);
		else
			buf_puts(out, "\xef\xbf\xbd");
		p += n ? n : 1;
		run = p;
	}
	buf_append(out, run, (size_t)(p - run));
}

void json_key(struct json_writer *w, const char *key)
{
	size_t len = strlen(key);
	char *at = extend(w, len + sizeof "\"\":" - 1);

	w->needs_comma = false;
	if (!at)
		return;
	*at = '"';
	memcpy(at + 1, key, len + 1);
	at[len + 1] = '"';
	at[len + 2] = ':';
}

void json_put_string(struct json_writer *w, const char *text)
{
	size_t len;
	char *at;

	if (!text) {
		json_put_null(w);
		return;
	}
	len = count_plain(text);
	if (text[len] == '\0') { /* as nearly all are */
		at = extend(w, len + 2);
		if (at) {
			at[0] = at[len + 1] = '"';
			memcpy(at + 1, text, len);
		}
		return;
	}
	begin_value(w);
	buf_putc(w->out, '"');
	put_escaped(w->out, text, ESCAPE_TEXT);
	buf_putc(w->out, '"');
}

void json_put_decimal(struct json_writer *w, const char *decimal)
{
	size_t len;

	if (!decimal) {
		json_put_null(w);
		return;
	}
	len = decimal_length(decimal);
	require(len > 0);
	put_plain(w, decimal, len);
}

void json_put_integer(struct json_writer *w, int64_t value)
{
	char digits[DIGITS_BYTES];

	put_plain(w, digits, digits_write(value, digits));
}

void json_put_null(struct json_writer *w)
{
	put_plain(w, "null", 4);
}

void json_put_raw(struct json_writer *w, const char *json)
{
	if (!json) {
		json_put_null(w);
		return;
	}
	begin_value(w);
	put_escaped(w->out, json, ESCAPE_JSON);
}

void json_add_string(struct json_writer *w, const char *key, const char *text)
{
	json_key(w, key);
	json_put_string(w, text);
}

void json_add_integer(struct json_writer *w, const char *key, int64_t value)
{
	json_key(w, key);
	json_put_integer(w, value);
}

void json_add_bool(struct json_writer *w, const char *key, bool is_true)
{
	json_key(w, key);
	json_put_raw(w, is_true ? "true" : "false");
}
