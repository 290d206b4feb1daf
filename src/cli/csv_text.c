/* SPDX-License-Identifier: MIT */
#include "cli/csv_text.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

/* What stands in the output for the character of *len bytes at p; NULL: the
 * character itself. What a terminal may act on says nothing in a name, and the
 * reader may be a terminal. */
static const char *replacement(const char *p, const char *end, bool is_tabbed,
			       size_t *len)
{
	uint32_t cp;

	*len = utf8_decode(p, (size_t)(end - p), &cp);
	if (*len == 0) {
		*len = 1;
		return "?";
	}
	if (cp == '"')
		return is_tabbed ? NULL : "\"\"";
	if (cp == '\t' || cp == '\n' || cp == '\r')
		return is_tabbed ? " " : NULL;
	return utf8_is_printable(cp) ? NULL : "?";
}

void csv_put_text(struct buf *out, const char *text, bool is_tabbed)
{
	const char *end = text + strlen(text);
	const char *run = text; /* the start of what goes out unchanged */
	const char *p = text;

	while (p < end) {
		size_t len;
		const char *instead = replacement(p, end, is_tabbed, &len);

		if (instead) {
			buf_append(out, run, (size_t)(p - run));
			buf_puts(out, instead);
			run = p + len;
		}
		p += len;
	}
	buf_append(out, run, (size_t)(end - run));
}

void csv_put_cell(struct buf *out, const char *text, bool is_tabbed)
{
	bool is_quoted = !is_tabbed && text[strcspn(text, ",\"\r\n")] != '\0';

	if (is_quoted)
		buf_putc(out, '"');
	csv_put_text(out, text, is_tabbed);
	if (is_quoted)
		buf_putc(out, '"');
}
