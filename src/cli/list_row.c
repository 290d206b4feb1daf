/* SPDX-License-Identifier: MIT */
#include "cli/list_row.h"

#include <string.h>

#include "model/symbol.h"

enum { HEADER_COLUMNS_MAX = 200 };

/* What a column of symbols is called, by those who write such files: us, the
 * exchange's own downloads, brokers, spreadsheets. In small letters. */
static const char *const symbol_names[] = {
	"symbol",   "symbols",  "ticker",       "tickers",   "code",
	"종목코드", "단축코드", "표준단축코드", "종목 코드", "티커",
	"심볼",     "종목",     "코드",
};
/* Where there is none of those, a column of names will do. */
static const char *const share_names[] = { "종목명", "한글 종목명",
					   "한글 종목약명" };
static const char *const market_names[] = { "market", "시장", "시장구분" };

/* Takes off what keeps a cell from being read as a number. A quote that is
 * doubled within stays so: no symbol has one. */
static struct span bare(struct span t)
{
	t = span_trim(t);
	if (t.len >= 3 && t.text[0] == '=' && t.text[1] == '"')
		t = span_skip(t, 1);
	if (t.len >= 2 && t.text[0] == '"' && t.text[t.len - 1] == '"')
		t = span_trim((struct span){ t.text + 1, t.len - 2 });
	/* A formula within a quoted cell: "=""005930""". */
	if (t.len >= 5 && memcmp(t.text, "=\"\"", 3) == 0 &&
	    memcmp(t.text + t.len - 2, "\"\"", 2) == 0)
		t = (struct span){ t.text + 3, t.len - 5 };
	if (t.len >= 2 && t.text[0] == '\'')
		t = span_skip(t, 1);
	return t;
}

/* Takes the next cell off *rest; a separator within quotes is part of it. */
static struct span take_cell(struct span *rest, char separator)
{
	struct span cell = { rest->text, 0 };
	bool is_quoted = false;

	while (cell.len < rest->len &&
	       (is_quoted || rest->text[cell.len] != separator)) {
		if (rest->text[cell.len] == '"')
			is_quoted = !is_quoted;
		cell.len++;
	}
	*rest = span_skip(*rest, cell.len);
	return cell;
}

/* Steps over the separator; false: that was the last cell. */
static bool has_next(struct span *rest)
{
	if (rest->len == 0)
		return false;
	*rest = span_skip(*rest, 1);
	return true;
}

/* ---- the header ---- */

static bool is_word(struct span t, const char *word)
{
	for (size_t i = 0; i < t.len; i++) {
		char c = to_lower(t.text[i]);

		if (c != word[i] || c == '\0')
			return false;
	}
	return word[t.len] == '\0';
}

static bool is_one_of(struct span t, const char *const *words, size_t count)
{
	for (size_t i = 0; t.len > 0 && i < count; i++) {
		if (is_word(t, words[i]))
			return true;
	}
	return false;
}

/* CODE alone is a share as much as a heading; "Code" and "code" are none. */
static bool is_share(struct span t)
{
	for (size_t i = 0; i < t.len; i++) {
		if (t.text[i] < 'A' || t.text[i] > 'Z')
			return false;
	}
	return true;
}

/* Also of "CODE,NAS", which is a symbol and its market. */
static bool is_entry(struct span first, struct span second, size_t columns)
{
	if (!is_share(first))
		return false;
	return columns == 1 ||
	       (columns == 2 &&
		market_from_word(second.text, second.len) != MARKET_NONE);
}

static char separator_of(const char *text, size_t len)
{
	if (memchr(text, '\t', len))
		return '\t';
	return memchr(text, ';', len) && !memchr(text, ',', len) ? ';' : ',';
}

struct column {
	bool is_there;
	size_t at;
};

/* The first column of that name. */
static void note_column(struct column *c, struct span cell, size_t at,
			const char *const *names, size_t count)
{
	if (!c->is_there && is_one_of(cell, names, count))
		*c = (struct column){ true, at };
}

#define NAMES(names) names, sizeof(names) / sizeof *(names)

bool list_layout_read(struct list_layout *layout, const char *text, size_t len)
{
	static const char *const input_names[] = { "input" };
	struct column symbol = { .at = 0 }, market = symbol, input = symbol,
		      name = symbol;
	char separator = separator_of(text, len);
	struct span rest = { text, len };
	struct span first = { text, 0 }, second = { text, 0 };
	size_t i = 0;

	do {
		struct span cell = bare(take_cell(&rest, separator));

		if (i == 0)
			first = cell;
		if (i == 1)
			second = cell;
		note_column(&symbol, cell, i, NAMES(symbol_names));
		note_column(&market, cell, i, NAMES(market_names));
		note_column(&input, cell, i, NAMES(input_names));
		note_column(&name, cell, i, NAMES(share_names));
		i++;
	} while (has_next(&rest) && i < HEADER_COLUMNS_MAX);
	if (input.is_there && !(symbol.is_there && market.is_there)) {
		/* Our own, without the market: what was typed says it. */
		symbol = input;
		market.is_there = false;
	}
	if (!symbol.is_there)
		symbol = name;
	if (!symbol.is_there || is_entry(first, second, i))
		return false;
	*layout = (struct list_layout){ .has_header = true,
					.separator = separator,
					.symbol = symbol.at,
					.has_market = market.is_there,
					.market = market.at };
	return true;
}

/* ---- a row ---- */

static bool read_columns(const struct list_layout *layout, struct span rest,
			 struct list_row *row)
{
	bool has_symbol = false;
	size_t i = 0;

	do {
		struct span cell = bare(take_cell(&rest, layout->separator));

		if (i == layout->symbol) {
			row->symbol = cell;
			has_symbol = true;
		}
		if (layout->has_market && i == layout->market)
			row->market = cell;
		i++;
	} while (has_next(&rest));
	return has_symbol;
}

/* "SYMBOL", "SYMBOL,MARKET", "SYMBOL MARKET". */
static void read_plain(struct span rest, struct list_row *row)
{
	struct span symbol = { rest.text, 0 };

	while (symbol.len < rest.len && rest.text[symbol.len] != ',' &&
	       !is_blank(rest.text[symbol.len]))
		symbol.len++;
	row->symbol = bare(symbol);
	rest = span_trim(span_skip(rest, symbol.len));
	if (rest.len > 0 && *rest.text == ',')
		rest = span_skip(rest, 1);
	row->market = bare(rest);
}

static size_t count_columns(struct span rest)
{
	size_t n = 0;

	do {
		take_cell(&rest, ',');
		n++;
	} while (has_next(&rest));
	return n;
}

bool list_row_read(const struct list_layout *layout, const char *text,
		   size_t len, struct list_row *row)
{
	static const struct list_layout pair = { .separator = ',',
						 .has_market = true,
						 .market = 1 };
	struct span all = { text, len };

	*row = (struct list_row){ .columns = count_columns(all) };
	if (layout->has_header)
		return read_columns(layout, all, row);
	if (memchr(text, '"', len) && row->columns <= 2)
		return read_columns(&pair, all, row);
	read_plain(all, row);
	return true;
}
