/* SPDX-License-Identifier: MIT */
/* answer_index.c: the output of the Korean index call.
 * Volumes count thousands of shares, turnovers millions of won. */
#include "sandbox/answer.h"
#include "sandbox/chance.h"
#include "sandbox/market.h"
#include "sandbox/spoil.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Hundredths of a point. */
struct index {
	const char *code, *other;
	int64_t previous, price, open, high, low;
};

static const struct index indices[] = {
	{ "0001", "1001", 279733, 280763, 280210, 281262, 279637 },
	{ "1001", "0001", 86117, 85711, 86240, 86395, 85502 },
	{ "2001", "0001", 38290, 38455, 38311, 38520, 38204 },
};

static const struct index none = { "", "", 0, 0, 0, 0, 0 };

static const struct index *find_index(const char *code)
{
	for (size_t i = 0; i < sizeof(indices) / sizeof(indices[0]); i++) {
		if (strcmp(indices[i].code, code) == 0)
			return &indices[i];
	}
	return &none;
}

enum { POINTS_BYTES = 32 };

static void format_points(char text[POINTS_BYTES], int64_t points)
{
	int64_t size = points < 0 ? -points : points;

	snprintf(text, POINTS_BYTES, "%s%" PRId64 ".%02" PRId64,
		 points < 0 ? "-" : "", size / 100, size % 100);
}

static void add_points(struct buf *out, const char *key, int64_t points)
{
	char text[POINTS_BYTES];

	format_points(text, points);
	json_add_field(out, key, text);
}

static const char *sign_of(int64_t change)
{
	return change > 0 ? "2" : change < 0 ? "5" : "3";
}

/* A point of the day: its level, its distance from yesterday's end, the sign
 * of that, the same in percent. */
static void add_level(struct buf *out, const struct index *index,
		      const char *const key[4], int64_t level)
{
	int64_t change = level - index->previous;

	add_points(out, key[0], level);
	add_points(out, key[1], change);
	json_add_field(out, key[2], sign_of(change));
	answer_add_percent(out, key[3], change, index->previous);
}

static void add_day(struct buf *out, const struct index *index)
{
	static const char *const keys[3][4] = {
		{ "bstp_nmix_oprc", "prdy_nmix_vrss_nmix_oprc",
		  "oprc_vrss_prpr_sign", "bstp_nmix_oprc_prdy_ctrt" },
		{ "bstp_nmix_hgpr", "prdy_nmix_vrss_nmix_hgpr",
		  "hgpr_vrss_prpr_sign", "bstp_nmix_hgpr_prdy_ctrt" },
		{ "bstp_nmix_lwpr", "prdy_clpr_vrss_lwpr",
		  "lwpr_vrss_prpr_sign", "prdy_clpr_vrss_lwpr_rate" },
	};

	add_level(out, index, keys[0], index->open);
	add_level(out, index, keys[1], index->high);
	add_level(out, index, keys[2], index->low);
}

/* The highest and lowest of the year, and the orders that wait. */
static void add_rest(struct buf *out, const struct index *index, int64_t noise)
{
	int64_t top = index->high * 112 / 100, bottom = index->low * 81 / 100;

	answer_add_number(out, "ascn_issu_cnt", noise % 500);
	answer_add_number(out, "uplm_issu_cnt", noise % 7);
	answer_add_number(out, "stnr_issu_cnt", noise % 90);
	answer_add_number(out, "down_issu_cnt", noise / 8 % 500);
	answer_add_number(out, "lslm_issu_cnt", 0);
	add_points(out, "dryy_bstp_nmix_hgpr", top);
	answer_add_percent(out, "dryy_hgpr_vrss_prpr_rate", index->price - top,
			   top);
	json_add_field(out, "dryy_bstp_nmix_hgpr_date", "20260225");
	add_points(out, "dryy_bstp_nmix_lwpr", bottom);
	answer_add_percent(out, "dryy_lwpr_vrss_prpr_rate",
			   index->price - bottom, bottom);
	json_add_field(out, "dryy_bstp_nmix_lwpr_date", "20260109");
	answer_add_number(out, "total_askp_rsqn", noise % 90000000);
	answer_add_number(out, "total_bidp_rsqn", noise / 3 % 90000000);
	json_add_field(out, "seln_rsqn_rate", "51.22");
	json_add_field(out, "shnu_rsqn_rate", "48.78");
	answer_add_number(out, "ntby_rsqn", noise % 2000000 - 1000000);
}

void answer_index(struct buf *out, const char *code,
		  const struct fault_rows *rows)
{
	const struct index *index = find_index(code);
	int64_t noise = (int64_t)(chance_of_text(code) >> 20);
	int64_t change;
	char price[POINTS_BYTES];
	struct index halted = *index;

	if (fault_in_row(rows, FAULT_ABSENT, code))
		halted = none;
	if (fault_in_row(rows, FAULT_NO_TRADE, code))
		halted.price = halted.open = halted.high = halted.low =
			halted.previous;
	index = &halted;
	change = index->price - index->previous;
	buf_puts(out, "{");
	format_points(price, index->price);
	spoil_add_price(out, rows, code, "bstp_nmix_prpr", price);
	add_points(out, "bstp_nmix_prdy_vrss", change);
	json_add_field(out, "prdy_vrss_sign", sign_of(change));
	answer_add_percent(out, "bstp_nmix_prdy_ctrt", change, index->previous);
	answer_add_number(out, "acml_vol",
			  index->price > 0 ? noise % 900000 : 0);
	answer_add_number(out, "prdy_vol",
			  index->price > 0 ? noise / 2 % 900000 : 0);
	answer_add_number(out, "acml_tr_pbmn",
			  index->price > 0 ? noise % 15000000 : 0);
	answer_add_number(out, "prdy_tr_pbmn",
			  index->price > 0 ? noise / 2 % 15000000 : 0);
	add_day(out, index);
	add_rest(out, index, noise);
	buf_puts(out, "}");
}
