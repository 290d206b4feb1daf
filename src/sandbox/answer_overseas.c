/* SPDX-License-Identifier: MIT */
/* answer_overseas.c: the output of the two overseas calls.
 * The broker's odd number forms are kept: the change without its sign, the
 * percent with a plus or a leading blank. */
#include "sandbox/answer.h"
#include "sandbox/spoil.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MONEY_BYTES = 40 };

/* Ten-thousandths as text with so many decimals. */
static void format_money(char text[MONEY_BYTES], int64_t money, int decimals)
{
	int64_t frac = money % 10000;

	for (int i = decimals; i < 4; i++)
		frac /= 10;
	if (decimals == 0)
		snprintf(text, MONEY_BYTES, "%" PRId64, money / 10000);
	else
		snprintf(text, MONEY_BYTES, "%" PRId64 ".%0*" PRId64,
			 money / 10000, decimals, frac);
}

static void add_money(struct buf *body, const struct stock *stock,
		      const char *key, int64_t money)
{
	char text[MONEY_BYTES];

	format_money(text, money, stock->decimals);
	json_add_field(body, key, text);
}

/* 2 up, 3 flat, 5 down; 0 before the first trade. */
static const char *sign_of(const struct stock *stock)
{
	if (stock->is_preopen || stock->price == 0)
		return "0";
	if (stock->price == stock->previous)
		return "3";
	return stock->price > stock->previous ? "2" : "5";
}

/* "+0.69", " 0.00", "-0.41". */
static void add_rate(struct buf *body, const struct stock *stock,
		     const char *key)
{
	int64_t change = answer_change_of(stock);
	char text[PERCENT_BYTES];

	answer_format_percent(text, change, stock->previous);
	json_add_field_format(body, key, "%s%s",
			      change > 0       ? "+"
			      : text[0] == '-' ? ""
					       : " ",
			      text);
}

/* The price in won, whole. */
static int64_t won_of(const struct stock *stock, int64_t money)
{
	return money / 100 * stock->won_rate / 10000;
}

static void add_rsym(struct buf *body, const struct stock *stock,
		     const struct fault_rows *rows)
{
	const char *other = strcmp(stock->code, "MSFT") == 0 ? "NVDA" : "MSFT";

	json_add_field_format(body, "rsym", "D%s%s", stock->exchange,
			      spoil_get_symbol(rows, stock->code, other));
}

static void add_last(struct buf *body, const struct stock *stock,
		     const struct fault_rows *rows)
{
	char text[MONEY_BYTES];

	format_money(text, stock->price, stock->decimals);
	spoil_add_price(body, rows, stock->code, "last", text);
}

static void add_price(struct buf *body, const struct stock *stock,
		      const struct fault_rows *rows)
{
	add_money(body, stock, "base", stock->previous);
	answer_add_number(body, "pvol",
			  (int64_t)(stock->noise >> 15 & 0x3ffffff));
	add_last(body, stock, rows);
	json_add_field(body, "sign", sign_of(stock));
	add_money(body, stock, "diff", llabs(answer_change_of(stock)));
	add_rate(body, stock, "rate");
	answer_add_number(body, "tvol", stock->volume);
	answer_add_number(body, "tamt", stock->value);
	spoil_add_name(body, rows, stock->code, "ordy",
		       stock->is_preopen ? "매도불가" : "매매 가능");
}

/* The won fields: today's and yesterday's price, change and rate. */
static void add_won(struct buf *body, const struct stock *stock)
{
	const char *sign =
		strcmp(sign_of(stock), "0") == 0 ? "3" : sign_of(stock);

	answer_add_number(body, "t_xprc", won_of(stock, stock->price));
	answer_add_number(body, "t_xdif",
			  won_of(stock, llabs(answer_change_of(stock))));
	add_rate(body, stock, "t_xrat");
	json_add_field(body, "p_xprc", "0");
	json_add_field(body, "p_xdif", "0");
	json_add_field(body, "p_xrat", " 0.00");
	json_add_field_format(body, "t_rate", "%" PRId64 ".%02d",
			      stock->won_rate / 100,
			      (int)(stock->won_rate % 100));
	json_add_field(body, "p_rate", "");
	json_add_field(body, "t_xsgn", sign);
	json_add_field(body, "p_xsng", "3");
}

/* Extremes, ratios and size. */
static void add_company(struct buf *body, const struct stock *stock)
{
	int64_t eps = stock->previous / 31 + 100;
	int64_t bps = stock->previous / 7 + 100;
	int64_t unit = stock->decimals == 0   ? 10000
		       : stock->decimals == 1 ? 1000
					      : 100;

	add_money(body, stock, "h52p",
		  stock->previous / 100 * 134 / unit * unit);
	json_add_field(body, "h52d", "20260225");
	add_money(body, stock, "l52p",
		  stock->previous / 100 * 63 / unit * unit);
	json_add_field(body, "l52d", "20251104");
	json_add_field_format(body, "perx", "%" PRId64 ".%02d",
			      stock->price / eps, (int)(stock->noise % 100));
	json_add_field_format(body, "pbrx", "%" PRId64 ".%02d",
			      stock->price / bps, (int)(stock->noise % 90));
	json_add_field_format(body, "epsx", "%" PRId64 ".%02d", eps / 10000,
			      (int)(eps / 100 % 100));
	json_add_field_format(body, "bpsx", "%" PRId64 ".%02d", bps / 10000,
			      (int)(bps / 100 % 100));
	answer_add_number(body, "shar", stock->shares);
	answer_add_number(body, "mcap", stock->shares / 1000);
	answer_add_number(body, "tomv",
			  stock->shares / 1000 * (stock->price / 10));
}

static void add_detail(struct buf *body, const struct stock *stock,
		       const struct fault_rows *rows)
{
	json_add_field(body, "curr", stock->currency);
	json_add_field(body, "vnit", "1");
	add_money(body, stock, "open", stock->is_preopen ? 0 : stock->open);
	add_money(body, stock, "high", stock->is_preopen ? 0 : stock->high);
	add_money(body, stock, "low", stock->is_preopen ? 0 : stock->low);
	add_last(body, stock, rows);
	add_money(body, stock, "base", stock->previous);
	answer_add_number(body, "pvol",
			  (int64_t)(stock->noise >> 15 & 0x3ffffff));
	answer_add_number(body, "pamt", stock->value / 2);
	json_add_field(body, "uplp", "0.0000");
	json_add_field(body, "dnlp", "0.0000");
	add_company(body, stock);
	add_won(body, stock);
	json_add_field(body, "e_ordyn", "매매 가능");
	json_add_field(body, "e_hogau", "0.0100");
	spoil_add_name(body, rows, stock->code, "e_icod", stock->sector);
	json_add_field(body, "e_parp", "0.0000");
	answer_add_number(body, "tvol", stock->volume);
	answer_add_number(body, "tamt", stock->value);
	json_add_field(body, "etyp_nm", "");
}

void answer_overseas(struct buf *body, const struct stock *found,
		     bool has_detail, const struct fault_rows *faults)
{
	const struct stock *stock = found ? found : &answer_nothing;
	const struct fault_rows *rows = found ? faults : NULL;
	size_t from = body->len;

	buf_puts(body, "{");
	add_rsym(body, stock, rows);
	answer_add_number(body, "zdiv", stock->decimals);
	if (has_detail)
		add_detail(body, stock, rows);
	else
		add_price(body, stock, rows);
	buf_puts(body, "}");
	if (!found)
		answer_empty_row(body, from);
}
