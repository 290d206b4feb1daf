/* SPDX-License-Identifier: MIT */
#include "provider/names.h"

#include <string.h>

#include "base/utf8.h"
#include "model/symbol.h"
#include "provider/answer.h"

enum { NAME_BYTES = 200 };

/* One line without blanks at the ends, of whole characters that a terminal may
 * see, in out. Returns NULL when there is nothing else. */
static const char *clean(const char *text, char out[NAME_BYTES])
{
	size_t len = text ? strlen(text) : 0, used = 0, bytes;
	uint32_t cp;

	for (; len > 0; text += bytes, len -= bytes) {
		bytes = utf8_decode(text, len, &cp);
		if (bytes == 0 || used + bytes >= NAME_BYTES)
			break; /* no text, or too long */
		if (!utf8_is_printable(cp))
			cp = ' ';
		if (cp != ' ')
			memcpy(out + used, text, bytes);
		else if (used > 0)
			memset(out + used, ' ', bytes);
		used += cp != ' ' || used > 0 ? bytes : 0;
	}
	while (used > 0 && out[used - 1] == ' ')
		used--;
	out[used] = '\0';
	return used > 0 ? out : NULL;
}

int names_take(const struct names_sink *sink, const char *code,
	       enum market market, const char *name, const char *other,
	       struct err *err)
{
	char first[NAME_BYTES], second[NAME_BYTES];
	struct symbol symbol;

	name = clean(name, first);
	other = clean(other, second);
	if (!name) {
		name = other;
		other = NULL;
	}
	if (!name ||
	    symbol_parse(code, strlen(code), market, &symbol, NULL) < 0)
		return 0;
	return sink->take(sink->arg, &symbol, name, other, err) < 0 ? -1 : 1;
}

int names_parse(const struct provider_names *names, size_t i,
		const struct http_response *response,
		const struct names_sink *sink, struct err *err)
{
	struct json_doc *doc;
	size_t taken = 0;
	int rc = 0;

	if (names->parse)
		return names->parse(i, response, sink, err);
	if (!answer_is_ok(response))
		return answer_fail_status(response, err);
	doc = json_parse(buf_text(&response->body), response->body.len, err);
	if (!doc)
		return -1;
	for (const struct json_node *row = json_first(json_root(doc));
	     row && rc >= 0; row = json_next(row)) {
		rc = names->take_row(row, sink, err);
		taken += rc > 0;
	}
	json_free(doc);
	if (rc >= 0 && taken == 0)
		rc = err_set(err, ERR_PARSE, "no symbol is in the list");
	return rc < 0 ? -1 : 0;
}
