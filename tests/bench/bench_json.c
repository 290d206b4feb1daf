/* SPDX-License-Identifier: MIT */
/* How much the strict way costs: reading a 30-row answer as the program does
 * (scan, parse, check every field, write 30 ndjson records) against cJSON's
 * parse of the same text alone. They take turns, so that what else the machine
 * does hits both. Prints the median times per answer and the median of the ratios
 * turn by turn. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "cli/render.h"
#include "model/quote.h"
#include "net/http.h"
#include "provider/answer.h"
#include "provider/provider.h"

enum { ROUNDS = 501, PER_ROUND = 20, ROWS = 30 };

static void make_answer(struct buf *out)
{
	int i;

	buf_puts(out, "{\"output\":[");
	for (i = 0; i < ROWS; i++)
		buf_printf(out,
			   "%s{\"kospi_kosdaq_cls_name\":\"KOSPI\",\"mrkt_trtm_cls_name\":\"\","
			   "\"hour_cls_code\":\"0\",\"inter_shrn_iscd\":\"%06d\","
			   "\"inter_kor_isnm\":\"삼성전자%d\",\"inter2_prpr\":\"274500\","
			   "\"inter2_prdy_vrss\":\"6500\",\"prdy_vrss_sign\":\"2\","
			   "\"prdy_ctrt\":\"2.43\",\"acml_vol\":\"21669476\","
			   "\"inter2_oprc\":\"275000\",\"inter2_hgpr\":\"275500\","
			   "\"inter2_lwpr\":\"266000\",\"inter2_llam\":\"187600\","
			   "\"inter2_mxpr\":\"348000\",\"inter2_askp\":\"274500\","
			   "\"inter2_bidp\":\"274000\",\"seln_rsqn\":\"1021\","
			   "\"shnu_rsqn\":\"4410\",\"total_askp_rsqn\":\"229102\","
			   "\"total_bidp_rsqn\":\"441009\",\"acml_tr_pbmn\":\"5874450961500\","
			   "\"inter2_prdy_clpr\":\"268000\",\"oprc_vrss_hgpr_rate\":\"0.18\","
			   "\"intr_antc_cntg_vrss\":\"0\",\"intr_antc_cntg_vrss_sign\":\"3\","
			   "\"intr_antc_cntg_prdy_ctrt\":\"0.00\",\"intr_antc_vol\":\"0\","
			   "\"inter2_sdpr\":\"268000\"}",
			   i ? "," : "", i + 1, i);
	buf_puts(out, "],\"rt_cd\":\"0\",\"msg_cd\":\"MCA00000\",\"msg1\":\"OK\"}");
}

static struct request *make_request(void)
{
	struct request *r = request_new(ROWS);

	require(r);
	for (; r->count < ROWS; r->count++) {
		struct symbol *s = &r->item[r->count].symbol;

		snprintf(s->code, sizeof s->code, "%06d", (int)r->count + 1);
		s->market = MARKET_KR;
	}
	return r;
}

static void do_ours(const struct provider *p, const struct http_response *answer,
		    struct render *render, struct buf *text)
{
	struct provider_call call = { .account = &p->account[0] };
	struct result *result = result_new(make_request());
	struct err err;
	size_t i;

	require(result);
	require(answer_parse(p, &call, answer, result, &err) == 0);
	for (i = 0; i < ROWS; i++) {
		const struct record record = {
			.symbol = result->request->item[i].symbol.code,
			.market = MARKET_KR,
			.outcome = &result->outcome[i],
			.provider = p->name
		};

		require(result->outcome[i].has_quote);
		require(render_record(render, &record, &err) == 0);
	}
	buf_clear(text);
	result_free(result);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values)
{
	qsort(values, ROUNDS, sizeof *values, by_value);
	return values[ROUNDS / 2];
}

int main(void)
{
	const struct provider *p = provider_find("kis");
	struct render_config config = { .format = FORMAT_NDJSON };
	double ours[ROUNDS], peer[ROUNDS], ratio[ROUNDS];
	struct http_response answer;
	struct render *render;
	struct buf text;
	struct err err;
	int round, i;

	http_response_init(&answer);
	answer.status = 200;
	make_answer(&answer.body);
	buf_init(&text, 1 << 24);
	fields_default(&config.fields, false, false);
	render = render_new(&config, &text, &err);
	require(render);
	for (round = 0; round < ROUNDS; round++) {
		int64_t start = clock_monotonic_ns(), middle;

		for (i = 0; i < PER_ROUND; i++)
			do_ours(p, &answer, render, &text);
		middle = clock_monotonic_ns();
		for (i = 0; i < PER_ROUND; i++)
			cJSON_Delete(cJSON_ParseWithLength(buf_text(&answer.body),
							   answer.body.len));
		ours[round] = (double)(middle - start) / PER_ROUND / 1000.0;
		peer[round] = (double)(clock_monotonic_ns() - middle) / PER_ROUND / 1000.0;
		ratio[round] = ours[round] / peer[round];
	}
	printf("%zu bytes: ours %.1f us, cJSON's parse %.1f us, ratio %.2f\n",
	       answer.body.len, median(ours), median(peer),
	       median(ratio));
	render_free(render);
	buf_release(&text);
	http_response_release(&answer);
	return 0;
}
