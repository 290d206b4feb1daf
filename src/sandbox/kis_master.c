/* SPDX-License-Identifier: MIT */
#include "sandbox/kis.h"

#include "sandbox/listing.h"
#include "sandbox/market.h"
#include "sandbox/pack.h"

#include <iconv.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NAME_BYTES = 40, MADE_UP = 2700, LIST_MAX_BYTES = 16 << 20 };

/* Pads what was appended since from with blanks. */
static void pad(struct buf *out, size_t from, size_t width)
{
	if (out->len - from < width)
		buf_fill(out, ' ', width - (out->len - from));
}

/* Libraries differ in what they call it. */
static iconv_t open_korean(void)
{
	static const char *const names[] = { "CP949", "UHC", "EUC-KR" };
	iconv_t cd = (iconv_t)-1;

	for (size_t i = 0; i < 3 && cd == (iconv_t)-1; i++)
		cd = iconv_open(names[i], "UTF-8");
	return cd;
}

/* A name in code page 949, or "?" when it has a character that is not in it. The
 * client asks iconv, too: a test holds both against Python's table. */
static void add_korean(struct buf *out, const char *name)
{
	iconv_t cd = open_korean();
	char *from = (char *)(uintptr_t)name, korean[128], *to = korean;
	size_t left = strlen(name), room = sizeof(korean);

	if (cd != (iconv_t)-1 &&
	    iconv(cd, &from, &left, &to, &room) != (size_t)-1)
		buf_append(out, korean, sizeof(korean) - room);
	else
		buf_puts(out, "?");
	if (cd != (iconv_t)-1)
		iconv_close(cd);
}

/* What stands behind the name: groups, flags and numbers in columns of which
 * only the width is of interest here. */
static void add_tail(struct buf *out, const struct stock *stock, size_t width)
{
	size_t from = out->len;

	buf_puts(out, strcmp(stock->sector, "ETF") == 0   ? "EF"
		      : strcmp(stock->sector, "ETN") == 0 ? "EN"
							  : "ST");
	buf_printf(out, "%013" PRIu64, stock->noise % 10000000000000);
	buf_puts(out, "NNNNNNNNNNNNNNNNNNNNN");
	buf_printf(out, "%09" PRId64 "%05d%05d", stock->previous, 1, 0);
	buf_printf(out, "%012" PRIu64 "%015" PRId64, stock->noise % 1000000000,
		   stock->shares);
	buf_fill(out, '0', width - 12 - (out->len - from));
	buf_puts(out, "20251231NNN ");
}

/* Short code, standard code, name: 9, 12 and 40 bytes. */
static void add_domestic(struct buf *out, const struct stock *stock,
			 size_t tail)
{
	size_t from = out->len;

	buf_puts(out, stock->code);
	pad(out, from, 9);
	buf_printf(out, "KR7%.6s00%d", stock->code, (int)(stock->noise % 10));
	from = out->len;
	add_korean(out, stock->name);
	pad(out, from, NAME_BYTES);
	add_tail(out, stock, tail);
	buf_puts(out, "\n");
}

/* All of a board, those known by name first. */
static void add_board(struct buf *out, const char *board, size_t tail,
		      const char *unknown)
{
	const struct domestic_listing *row;
	struct stock stock;
	char code[16];

	for (size_t i = 0; (row = listing_get_domestic(i)) != NULL; i++) {
		if (strcmp(row->board, board) == 0 &&
		    market_find_domestic(unknown, row->code, &stock))
			add_domestic(out, &stock, tail);
	}
	for (int i = 1; i <= MADE_UP; i++) {
		snprintf(code, sizeof(code), "1%05d", i);
		if (!listing_find_domestic(code) &&
		    market_find_domestic(unknown, code, &stock) &&
		    strcmp(stock.board, board) == 0)
			add_domestic(out, &stock, tail);
	}
}

struct exchange {
	const char *file, *code, *nation, *number, *name;
};

static const struct exchange exchanges[] = {
	{ "nasmst.cod", "NAS", "US", "22", "나스닥" },
	{ "nysmst.cod", "NYS", "US", "21", "뉴욕" },
	{ "amsmst.cod", "AMS", "US", "23", "아멕스" },
	{ "hksmst.cod", "HKS", "HK", "41", "홍콩" },
	{ "tsemst.cod", "TSE", "JP", "51", "도쿄" },
	{ "shsmst.cod", "SHS", "CN", "61", "상해" },
	{ "szsmst.cod", "SZS", "CN", "62", "심천" },
	{ "hsxmst.cod", "HSX", "VN", "71", "호치민" },
	{ "hnxmst.cod", "HNX", "VN", "72", "하노이" },
};

/* 24 columns with tabs between. */
static void add_overseas(struct buf *out, const struct exchange *exchange,
			 const struct overseas_listing *row,
			 const struct stock *stock)
{
	bool is_fund = strstr(row->english, "ETF") != NULL ||
		       strstr(row->english, "Trust") != NULL;

	buf_printf(out, "%s\t%s\t%s\t", exchange->nation, exchange->number,
		   exchange->code);
	add_korean(out, exchange->name);
	buf_printf(out, "\t%s\tD%s%s\t", row->code, exchange->code, row->code);
	add_korean(out, row->korean);
	buf_printf(out, "\t%s\t%d\t%s\t%d\t%d\t%" PRId64 ".%04" PRId64,
		   row->english, is_fund ? 3 : 2, stock->currency,
		   stock->decimals, 1, stock->previous / 10000,
		   stock->previous % 10000);
	buf_printf(out, "\t1\t1\t0930\t1600\tN\t\t%03d\t0\t1\t%s\t\n",
		   (int)(stock->noise % 800), is_fund ? "001" : "");
}

/* Class shares have their slash in these lists (BRK/B), and Hong Kong's codes
 * five digits. */
static bool is_spelt_so(const struct overseas_listing *row)
{
	return !strchr(row->code, '.') &&
	       (strcmp(row->exchange, "HKS") != 0 || strlen(row->code) == 5);
}

static void add_exchange(struct buf *out, const struct exchange *exchange,
			 const char *unknown)
{
	const struct overseas_listing *row;
	struct stock stock;

	/* An index stands among them, too. */
	buf_printf(out, "%s\t%s\t%s\t", exchange->nation, exchange->number,
		   exchange->code);
	add_korean(out, exchange->name);
	buf_printf(out,
		   "\t.IDX%s\tD%s.IDX\tINDEX\t%s COMPOSITE\t1\tUSD\t2\t1\t"
		   "1000.0000\t1\t1\t0930\t1600\tN\t\t000\t1\t1\t\t\n",
		   exchange->code, exchange->code, exchange->code);
	for (size_t i = 0; (row = listing_get_overseas(i)) != NULL; i++) {
		if (strcmp(row->exchange, exchange->code) == 0 &&
		    is_spelt_so(row) &&
		    market_find_overseas(unknown, row->exchange, row->code,
					 &stock))
			add_overseas(out, exchange, row, &stock);
	}
}

bool kis_add_master(struct buf *out, const char *name, const char *unknown)
{
	char file[32];
	struct buf list;
	size_t len = strlen(name);
	bool is_there = true;

	if (len < 5 || len - 4 >= sizeof(file) ||
	    strcmp(name + len - 4, ".zip") != 0)
		return false;
	memcpy(file, name, len - 4);
	file[len - 4] = '\0';
	buf_init(&list, LIST_MAX_BYTES);
	if (strcmp(file, "kospi_code.mst") == 0) {
		add_board(&list, "KOSPI", 227, unknown);
	} else if (strcmp(file, "kosdaq_code.mst") == 0) {
		add_board(&list, "KOSDAQ", 221, unknown);
	} else if (strcmp(file, "konex_code.mst") == 0) {
		add_board(&list, "KONEX", 184, unknown);
	} else {
		is_there = false;
		for (size_t i = 0; i < sizeof(exchanges) / sizeof(exchanges[0]);
		     i++) {
			if (strcmp(file, exchanges[i].file) == 0) {
				add_exchange(&list, &exchanges[i], unknown);
				is_there = true;
			}
		}
	}
	if (is_there)
		pack_zip(out, file, buf_text(&list), list.len);
	if (list.is_exhausted)
		out->is_exhausted = true;
	buf_release(&list);
	return is_there;
}
