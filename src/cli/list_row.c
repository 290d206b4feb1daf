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
static const char *const market_names[] = { "market", "시장", "시장구분" };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct list_text trimmed(struct list_text t)
{
	while (t.len > 0 && is_blank(*t.start)) {
		t.start++;
		t.len--;
	}
	while (t.len > 0 && is_blank(t.start[t.len - 1]))
		t.len--;
	return t;
}

/* Takes off what keeps a cell from being read as a number. A quote that is
 * doubled within stays so: no symbol has one. */
static struct list_text bare(struct list_text t)
{
	t = trimmed(t);
	if (t.len >= 3 && t.start[0] == '=' && t.start[1] == '"') {
		t.start++;
		t.len--;
	}
	if (t.len >= 2 && t.start[0] == '"' && t.start[t.len - 1] == '"') {
		t.start++;
		t.len -= 2;
		t = trimmed(t);
	}
	/* A formula within a quoted cell: "=""005930""". */
	if (t.len >= 5 && memcmp(t.start, "=\"\"", 3) == 0 &&
	    memcmp(t.start + t.len - 2, "\"\"", 2) == 0) {
		t.start += 3;
		t.len -= 5;
	}
	if (t.len >= 2 && t.start[0] == '\'') {
		t.start++;
		t.len--;
	}
	return t;
}

/* Takes the next cell off *rest; a separator within quotes is part of it. */
static struct list_text take_cell(struct list_text *rest, char separator)
{
	struct list_text cell = { rest->start, 0 };
	bool is_quoted = false;

	while (cell.len < rest->len &&
	       (is_quoted || rest->start[cell.len] != separator)) {
		if (rest->start[cell.len] == '"')
			is_quoted = !is_quoted;
		cell.len++;
	}
	rest->start += cell.len;
	rest->len -= cell.len;
	return cell;
}

/* Steps over the separator; false: that was the last cell. */
static bool has_next(struct list_text *rest)
{
	if (rest->len == 0)
		return false;
	rest->start++;
	rest->len--;
	return true;
}

/* ---- the header ---- */

static bool is_word(struct list_text t, const char *word)
{
	for (size_t i = 0; i < t.len; i++) {
		char c = t.start[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c != word[i] || c == '\0')
			return false;
	}
	return word[t.len] == '\0';
}

static bool is_one_of(struct list_text t, const char *const *words,
		      size_t count)
{
	for (size_t i = 0; t.len > 0 && i < count; i++) {
		if (is_word(t, words[i]))
			return true;
	}
	return false;
}

/* CODE alone is a share as much as a heading; "Code" and "code" are none. */
static bool is_share(struct list_text t)
{
	for (size_t i = 0; i < t.len; i++) {
		if (t.start[i] < 'A' || t.start[i] > 'Z')
			return false;
	}
	return true;
}

/* Also of "CODE,NAS", which is a symbol and its market. */
static bool is_entry(struct list_text first, struct list_text second,
		     size_t columns)
{
	if (!is_share(first))
		return false;
	return columns == 1 ||
	       (columns == 2 &&
		market_from_word(second.start, second.len) != MARKET_NONE);
}

static char separator_of(const char *text, size_t len)
{
	if (memchr(text, '\t', len))
		return '\t';
	return memchr(text, ';', len) && !memchr(text, ',', len) ? ';' : ',';
}

bool list_layout_read(struct list_layout *layout, const char *text, size_t len)
{
	struct list_layout found = { .has_header = true,
				     .separator = separator_of(text, len) };
	struct list_text rest = { text, len };
	struct list_text first = { text, 0 }, second = { text, 0 };
	bool has_symbol = false, has_input = false;
	size_t input = 0;
	size_t i = 0;

	do {
		struct list_text cell = bare(take_cell(&rest, found.separator));

		if (i == 0)
			first = cell;
		if (i == 1)
			second = cell;
		if (!has_symbol &&
		    is_one_of(cell, symbol_names,
			      sizeof symbol_names / sizeof *symbol_names)) {
			has_symbol = true;
			found.symbol = i;
		}
		if (!found.has_market &&
		    is_one_of(cell, market_names,
			      sizeof market_names / sizeof *market_names)) {
			found.has_market = true;
			found.market = i;
		}
		if (is_word(cell, "input") && !has_input) {
			has_input = true;
			input = i;
		}
		i++;
	} while (has_next(&rest) && i < HEADER_COLUMNS_MAX);
	if (has_input && !(has_symbol && found.has_market)) {
		/* Our own, without the market: what was typed says it. */
		found.symbol = input;
		found.has_market = false;
		has_symbol = true;
	}
	if (!has_symbol || is_entry(first, second, i))
		return false;
	*layout = found;
	return true;
}

/* ---- a row ---- */

static bool read_columns(const struct list_layout *layout,
			 struct list_text rest, struct list_row *row)
{
	bool has_symbol = false;
	size_t i = 0;

	do {
		struct list_text cell =
			bare(take_cell(&rest, layout->separator));

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
static void read_plain(struct list_text rest, struct list_row *row)
{
	struct list_text symbol = { rest.start, 0 };

	while (symbol.len < rest.len && rest.start[symbol.len] != ',' &&
	       !is_blank(rest.start[symbol.len]))
		symbol.len++;
	row->symbol = bare(symbol);
	rest.start += symbol.len;
	rest.len -= symbol.len;
	rest = trimmed(rest);
	if (rest.len > 0 && *rest.start == ',') {
		rest.start++;
		rest.len--;
	}
	row->market = bare(rest);
}

static size_t count_columns(struct list_text rest)
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
	struct list_text all = { text, len };

	*row = (struct list_row){ .columns = count_columns(all) };
	if (layout->has_header)
		return read_columns(layout, all, row);
	if (memchr(text, '"', len) && row->columns <= 2)
		return read_columns(&pair, all, row);
	read_plain(all, row);
	return true;
}
