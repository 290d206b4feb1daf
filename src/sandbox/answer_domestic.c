/* SPDX-License-Identifier: MIT */
/* answer_domestic.c: the rows of the two domestic calls.
 * Every field that the broker documents, in its order; what the market does
 * not know is made up from the stock's noise. */
#include "sandbox/answer.h"
#include "sandbox/spoil.h"

#include <inttypes.h>
#include <stdlib.h>

/* 1 upper limit, 2 up, 3 flat, 4 lower limit, 5 down. */
static const char *sign_of(const struct stock *stock)
{
	if (stock->price == 0 || stock->price == stock->previous)
		return "3";
	if (stock->price > stock->previous)
		return stock->price >= stock->upper ? "1" : "2";
	return stock->price <= stock->lower ? "4" : "5";
}

static const char *other_code(const struct stock *stock)
{
	return stock->code[5] == '0' ? "000661" : "000660";
}

static void add_price(struct buf *body, const struct stock *stock,
		      const char *key, const struct fault_rows *rows)
{
	char price[24];

	snprintf(price, sizeof(price), "%" PRId64, stock->price);
	spoil_add_price(body, rows, stock->code, key, price);
}

/* A high or low of some past day: price, its distance from now, the date. */
static void add_extreme(struct buf *body, const struct stock *stock,
			const char *const key[3], int64_t price,
			const char *date)
{
	answer_add_number(body, key[0], price);
	answer_add_percent(body, key[1], stock->price - price, price);
	json_add_field(body, key[2], date);
}

static void add_extremes(struct buf *body, const struct stock *stock)
{
	static const char *const keys[6][3] = {
		{ "d250_hgpr", "d250_hgpr_vrss_prpr_rate", "d250_hgpr_date" },
		{ "d250_lwpr", "d250_lwpr_vrss_prpr_rate", "d250_lwpr_date" },
		{ "stck_dryy_hgpr", "dryy_hgpr_vrss_prpr_rate",
		  "dryy_hgpr_date" },
		{ "stck_dryy_lwpr", "dryy_lwpr_vrss_prpr_rate",
		  "dryy_lwpr_date" },
		{ "w52_hgpr", "w52_hgpr_vrss_prpr_ctrt", "w52_hgpr_date" },
		{ "w52_lwpr", "w52_lwpr_vrss_prpr_ctrt", "w52_lwpr_date" },
	};
	int64_t top = stock->previous * 137 / 100 / stock->tick * stock->tick;
	int64_t bottom = stock->previous * 61 / 100 / stock->tick * stock->tick;

	for (int i = 0; i < 6; i++)
		add_extreme(body, stock, keys[i], i % 2 == 0 ? top : bottom,
			    i % 2 == 0 ? "20260225" : "20251104");
}

static void add_pivots(struct buf *body, const struct stock *stock)
{
	int64_t range = stock->high - stock->low;
	int64_t pivot = (stock->high + stock->low + stock->price) / 3;

	answer_add_number(body, "pvt_scnd_dmrs_prc", pivot + range);
	answer_add_number(body, "pvt_frst_dmrs_prc", 2 * pivot - stock->low);
	answer_add_number(body, "pvt_pont_val", pivot);
	answer_add_number(body, "pvt_frst_dmsp_prc", 2 * pivot - stock->high);
	answer_add_number(body, "pvt_scnd_dmsp_prc", pivot - range);
	answer_add_number(body, "dmrs_val", pivot + range / 2);
	answer_add_number(body, "dmsp_val", pivot - range / 2);
}

/* Price, change and the day so far: fields 12 to 28 of the table. */
static void add_day(struct buf *body, const struct stock *stock,
		    const struct fault_rows *rows)
{
	int64_t volume = stock->volume > 0 ? stock->volume : 1;

	add_price(body, stock, "stck_prpr", rows);
	answer_add_number(body, "prdy_vrss", answer_change_of(stock));
	json_add_field(body, "prdy_vrss_sign", sign_of(stock));
	answer_add_percent(body, "prdy_ctrt", answer_change_of(stock),
			   stock->previous);
	answer_add_number(body, "acml_tr_pbmn", stock->value);
	answer_add_number(body, "acml_vol", stock->volume);
	answer_add_percent(body, "prdy_vrss_vol_rate", stock->volume,
			   (int64_t)(1000 + (stock->noise >> 12) % 4000000));
	answer_add_number(body, "stck_oprc", stock->open);
	answer_add_number(body, "stck_hgpr", stock->high);
	answer_add_number(body, "stck_lwpr", stock->low);
	answer_add_number(body, "stck_mxpr", stock->upper);
	answer_add_number(body, "stck_llam", stock->lower);
	answer_add_number(body, "stck_sdpr", stock->previous);
	json_add_field_format(body, "wghn_avrg_stck_prc", "%" PRId64 ".%02d",
			      stock->value / volume, (int)(stock->noise % 100));
	json_add_field_format(body, "hts_frgn_ehrt", "%d.%02d",
			      (int)((stock->noise >> 7) % 60),
			      (int)((stock->noise >> 9) % 100));
	answer_add_number(body, "frgn_ntby_qty",
			  (int64_t)(stock->noise % 200001) - 100000);
	answer_add_number(body, "pgtr_ntby_qty",
			  (int64_t)((stock->noise >> 5) % 20001) - 10000);
}

/* Capital, ratios and size: fields 36 to 49. */
static void add_company(struct buf *body, const struct stock *stock)
{
	int64_t eps = 100 + stock->previous / 12;
	int64_t bps = 1000 + stock->previous * 4 / 5;
	int64_t capital = stock->shares / 200000; /* 100 million won */

	answer_add_number(body, "cpfn", capital);
	answer_add_number(body, "rstc_wdth_prc",
			  stock->upper - stock->previous);
	json_add_field(body, "stck_fcam", "500");
	answer_add_number(body, "stck_sspr", stock->previous * 7 / 10);
	answer_add_number(body, "aspr_unit", stock->tick);
	json_add_field(body, "hts_deal_qty_unit_val", "1");
	answer_add_number(body, "lstn_stcn", stock->shares);
	answer_add_number(body, "hts_avls",
			  stock->shares / 10000 * stock->price / 10000);
	json_add_field_format(body, "per", "%" PRId64 ".%02d",
			      stock->price / eps, (int)(stock->noise % 100));
	json_add_field_format(body, "pbr", "%" PRId64 ".%02d",
			      stock->price / bps, (int)(stock->noise % 90));
	json_add_field(body, "stac_month", "12");
	answer_add_percent(body, "vol_tnrt", stock->volume, stock->shares);
	json_add_field_format(body, "eps", "%" PRId64 ".00", eps);
	json_add_field_format(body, "bps", "%" PRId64 ".00", bps);
}

static void add_unknown_single(struct buf *body)
{
	json_add_field(body, "stck_prpr", "0");
	json_add_field(body, "prdy_vrss", "0");
	json_add_field(body, "prdy_vrss_sign", "3");
	json_add_field(body, "prdy_ctrt", "0.00");
	json_add_field(body, "acml_vol", "0");
	json_add_field(body, "stck_shrn_iscd", "");
}

void answer_domestic_single(struct buf *body, const struct stock *stock,
			    const struct fault_rows *rows)
{
	buf_puts(body, "{");
	if (!stock) {
		add_unknown_single(body);
		buf_puts(body, "}");
		return;
	}
	json_add_field(body, "iscd_stat_cls_code",
		       stock->price == 0 ? "58" : "55");
	json_add_field(body, "marg_rate", "30.00");
	json_add_field(body, "rprs_mrkt_kor_name", stock->board);
	spoil_add_name(body, rows, stock->code, "bstp_kor_isnm", stock->sector);
	json_add_field(body, "temp_stop_yn", stock->price == 0 ? "Y" : "N");
	json_add_field(body, "oprc_rang_cont_yn", "N");
	json_add_field(body, "clpr_rang_cont_yn", "N");
	json_add_field(body, "crdt_able_yn", "Y");
	json_add_field(body, "grmn_rate_cls_code", "40");
	json_add_field(body, "elw_pblc_yn", "N");
	add_day(body, stock, rows);
	add_pivots(body, stock);
	add_company(body, stock);
	add_extremes(body, stock);
	json_add_field(body, "whol_loan_rmnd_rate", "0.22");
	json_add_field(body, "ssts_yn", "Y");
	json_add_field(body, "stck_shrn_iscd",
		       spoil_get_symbol(rows, stock->code, other_code(stock)));
	json_add_field(body, "fcam_cnnm", "500");
	json_add_field_format(body, "cpfn_cnnm", "%" PRId64 " 억",
			      stock->shares / 200000);
	answer_add_number(body, "frgn_hldn_qty", stock->shares / 4);
	json_add_field(body, "vi_cls_code", "N");
	json_add_field(body, "ovtm_vi_cls_code", "N");
	answer_add_number(body, "last_ssts_cntg_qty", stock->volume / 60);
	json_add_field(body, "invt_caful_yn", "N");
	json_add_field(body, "mrkt_warn_cls_code", "00");
	json_add_field(body, "short_over_yn", "N");
	json_add_field(body, "sltr_yn", "N");
	json_add_field(body, "mang_issu_cls_code", "N");
	buf_puts(body, "}");
}

/* The fields after the change: the day, the best bid and ask. */
static void add_row_day(struct buf *body, const struct stock *stock)
{
	int64_t sizes = (int64_t)(stock->noise % 90000);

	answer_add_number(body, "acml_vol", stock->volume);
	answer_add_number(body, "inter2_oprc", stock->open);
	answer_add_number(body, "inter2_hgpr", stock->high);
	answer_add_number(body, "inter2_lwpr", stock->low);
	answer_add_number(body, "inter2_llam", stock->lower);
	answer_add_number(body, "inter2_mxpr", stock->upper);
	answer_add_number(body, "inter2_askp", stock->ask);
	answer_add_number(body, "inter2_bidp", stock->bid);
	answer_add_number(body, "seln_rsqn", sizes / 9);
	answer_add_number(body, "shnu_rsqn", sizes / 7);
	answer_add_number(body, "total_askp_rsqn", sizes * 3);
	answer_add_number(body, "total_bidp_rsqn", sizes * 4);
	answer_add_number(body, "acml_tr_pbmn", stock->value);
	answer_add_number(body, "inter2_prdy_clpr", stock->previous);
	answer_add_percent(body, "oprc_vrss_hgpr_rate",
			   stock->high - stock->open, stock->open);
	json_add_field(body, "intr_antc_cntg_vrss", "0");
	json_add_field(body, "intr_antc_cntg_vrss_sign", "3");
	json_add_field(body, "intr_antc_cntg_prdy_ctrt", "0.00");
	json_add_field(body, "intr_antc_vol", "0");
	answer_add_number(body, "inter2_sdpr", stock->previous);
}

void answer_domestic_row(struct buf *body, const struct stock *found,
			 bool is_signed, const struct fault_rows *faults)
{
	const struct stock *stock = found ? found : &answer_nothing;
	const struct fault_rows *rows = found ? faults : NULL;
	int64_t change = answer_change_of(stock);
	size_t from = body->len;

	if (!is_signed)
		change = llabs(change);
	json_add_comma(body);
	buf_puts(body, "{");
	json_add_field(body, "kospi_kosdaq_cls_name", stock->board);
	json_add_field(body, "mrkt_trtm_cls_name",
		       stock->price == 0 ? "거래정지" : "");
	json_add_field(body, "hour_cls_code", "0");
	json_add_field(body, "inter_shrn_iscd",
		       spoil_get_symbol(rows, stock->code, other_code(stock)));
	spoil_add_name(body, rows, stock->code, "inter_kor_isnm", stock->name);
	add_price(body, stock, "inter2_prpr", rows);
	answer_add_number(body, "inter2_prdy_vrss", change);
	json_add_field(body, "prdy_vrss_sign", sign_of(stock));
	answer_add_percent(body, "prdy_ctrt", change, stock->previous);
	add_row_day(body, stock);
	buf_puts(body, "}");
	if (!found)
		answer_empty_row(body, from);
}
