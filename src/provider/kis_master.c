/* SPDX-License-Identifier: MIT */
/* The broker's lists of symbols: a zip archive for each market, in CP949.
 *
 * A Korean one has rows of fixed width: nine bytes of short code, twelve of
 * standard code, forty of name, and much that is not needed here. Those of other
 * countries have columns with tabs between.
 *
 * Source: the broker's descriptions beside its samples (stocks_info). */
#include "provider/kis.h"

#include <string.h>

#include "base/buf.h"
#include "base/cp949.h"
#include "base/zip.h"
#include "net/http_request.h"
#include "provider/answer.h"
#include "provider/names.h"
#include "provider/provider.h"

#define HOST "https://new.real.download.dws.co.kr"
#define FOLDER "/common/master/"

enum {
	ARCHIVE_MAX_BYTES = 4 << 20,
	LIST_MAX_BYTES = 24 << 20,

	/* Of a Korean row. */
	CODE_BYTES = 9,
	NAME_AT = 21,
	NAME_BYTES = 40,

	/* Of a row of elsewhere: columns. */
	COLUMN_SYMBOL = 4,
	COLUMN_NAME = 6,
	COLUMN_ENGLISH = 7,
	COLUMN_TYPE = 8, /* 1 index, 2 share, 3 fund, 4 warrant */
	COLUMNS = 9
};

static const struct list {
	const char *file;
	enum market market;
} lists[] = {
	{ "kospi_code.mst.zip", MARKET_KR },
	{ "kosdaq_code.mst.zip", MARKET_KR },
	{ "konex_code.mst.zip", MARKET_KR },
	{ "nasmst.cod.zip", MARKET_NAS },
	{ "nysmst.cod.zip", MARKET_NYS },
	{ "amsmst.cod.zip", MARKET_AMS },
	{ "hksmst.cod.zip", MARKET_HKS },
	{ "tsemst.cod.zip", MARKET_TSE },
	{ "shsmst.cod.zip", MARKET_SHS },
	{ "szsmst.cod.zip", MARKET_SZS },
	{ "hsxmst.cod.zip", MARKET_HSX },
	{ "hnxmst.cod.zip", MARKET_HNX },
};

static const char *const ids[COUNT(lists)] = {
	"kospi", "kosdaq", "konex", "nas", "nys", "ams",
	"hks",   "tse",    "shs",   "szs", "hsx", "hnx",
};

static int build(const struct provider_call *call, size_t i,
		 struct http_request *out, struct err *err)
{
	char path[64] = FOLDER;

	memcpy(path + strlen(path), lists[i].file, strlen(lists[i].file) + 1);
	http_request_set_url(out, call->base_url ? call->base_url : HOST, path);
	out->answer_max_bytes = ARCHIVE_MAX_BYTES;
	return buf_check(&out->url, ERR_INPUT, err);
}

/* The end of the line that begins at line: its '\n', or end. */
static const char *end_of_line(const char *line, const char *end)
{
	const char *mark = memchr(line, '\n', (size_t)(end - line));

	return mark ? mark : end;
}

/* Widths count bytes, so that this comes before the conversion: code, tab,
 * name, line end. */
static void cut_rows(const struct buf *rows, struct buf *out)
{
	const char *line = buf_text(rows), *end = line + rows->len, *next;

	for (; line < end; line = next + 1) {
		size_t len;

		next = end_of_line(line, end);
		len = (size_t)(next - line);
		if (len <= NAME_AT)
			continue;
		buf_append(out, line, CODE_BYTES);
		buf_putc(out, '\t');
		len -= NAME_AT;
		buf_append(out, line + NAME_AT,
			   len < NAME_BYTES ? len : NAME_BYTES);
		buf_putc(out, '\n');
	}
}

/* Splits a line at its tabs. Returns how many columns, at most COLUMNS. */
static size_t split(char *line, char *column[COLUMNS])
{
	size_t n = 0;

	while (line && n < COLUMNS) {
		column[n++] = line;
		line = strchr(line, '\t');
		if (line)
			*line++ = '\0';
	}
	return n;
}

static int take_row(char *line, enum market market,
		    const struct names_sink *sink, struct err *err)
{
	char *column[COLUMNS], *code;
	size_t n = split(line, column);
	bool is_korean = market == MARKET_KR;

	if (n < (is_korean ? 2 : COLUMNS))
		return 0;
	if (!is_korean && *column[COLUMN_TYPE] != '2' &&
	    *column[COLUMN_TYPE] != '3')
		return 0;
	code = column[is_korean ? 0 : COLUMN_SYMBOL];
	code[strcspn(code, " ")] = '\0'; /* it is padded */
	return is_korean ? names_take(sink, code, market, column[1], NULL, err)
			 : names_take(sink, code, market, column[COLUMN_NAME],
				      column[COLUMN_ENGLISH], err);
}

static int take_rows(struct buf *text, enum market market,
		     const struct names_sink *sink, struct err *err)
{
	char *line = text->data, *end = line, *next;
	size_t taken = 0;

	if (line)
		end += text->len;
	for (; line < end; line = next + 1) {
		int rc;

		next = line + (end_of_line(line, end) - line);
		*next = '\0';
		rc = take_row(line, market, sink, err);
		if (rc < 0)
			return -1;
		taken += (size_t)rc;
	}
	return taken > 0 ? 0
			 : err_set(err, ERR_PARSE, "no symbol is in the list");
}

static int read_list(const struct buf *archive, enum market market,
		     const struct names_sink *sink, struct err *err)
{
	struct buf rows, cut, text;
	int rc;

	buf_init(&rows, LIST_MAX_BYTES);
	buf_init(&cut, LIST_MAX_BYTES);
	buf_init(&text, LIST_MAX_BYTES);
	rc = zip_read(buf_text(archive), archive->len, &rows, err);
	if (rc == 0 && market == MARKET_KR) {
		cut_rows(&rows, &cut);
		rc = buf_check(&cut, ERR_PARSE, err);
	}
	if (rc == 0)
		rc = market == MARKET_KR
			     ? cp949_append_utf8(cut.data, cut.len, &text, err)
			     : cp949_append_utf8(rows.data, rows.len, &text,
						 err);
	if (rc == 0)
		rc = take_rows(&text, market, sink, err);
	buf_release(&rows);
	buf_release(&cut);
	buf_release(&text);
	return rc;
}

static int parse(size_t i, const struct http_response *response,
		 const struct names_sink *sink, struct err *err)
{
	int rc = answer_is_ok(response) ? read_list(&response->body,
						    lists[i].market, sink, err)
					: answer_fail_status(response, err);

	return rc < 0 ? err_wrap(err, "list '%s'", lists[i].file) : 0;
}

const struct provider_names kis_names = {
	.count = COUNT(lists),
	.id = ids,
	.build = build,
	.parse = parse,
};
