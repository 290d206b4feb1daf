/* SPDX-License-Identifier: MIT */
/* How many allocations of our own an answer of 30 rows costs, from the text to
 * the records: a count that no machine changes. cJSON's nodes come through its
 * hooks from elsewhere and are not counted. */
/* wrap: malloc calloc realloc strdup strndup free */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "cli/render.h"
#include "model/quote.h"
#include "net/http.h"
#include "provider/answer.h"
#include "provider/provider.h"
#include "memory.h"

enum { ROWS = 30, ALLOCATIONS_MOST = 4 }; /* the result, the document, a block or two of texts */

static void make_answer(struct buf *out)
{
	buf_puts(out, "{\"output\":[");
	for (int i = 0; i < ROWS; i++)
		buf_printf(out,
			   "%s{\"inter_shrn_iscd\":\"%06d\",\"inter_kor_isnm\":\"NAME\","
			   "\"inter2_prpr\":\"274500\",\"inter2_prdy_vrss\":\"6500\","
			   "\"prdy_vrss_sign\":\"2\",\"prdy_ctrt\":\"2.43\","
			   "\"acml_vol\":\"21669476\",\"acml_tr_pbmn\":\"5874450961500\","
			   "\"inter2_prdy_clpr\":\"268000\"}",
			   i ? "," : "", i + 1);
	buf_puts(out, "],\"rt_cd\":\"0\",\"msg_cd\":\"MCA00000\",\"msg1\":\"OK\"}");
}

static struct request *make_request(void)
{
	struct request *r = request_new(ROWS);

	assert_non_null(r);
	for (; r->count < ROWS; r->count++) {
		struct symbol *s = &r->item[r->count].symbol;

		snprintf(s->code, sizeof s->code, "%06d", (int)r->count + 1);
		s->market = MARKET_KR;
	}
	return r;
}

static void test_thirty_rows(void **state)
{
	struct render_config config = { .format = FORMAT_NDJSON };
	const struct provider *p = provider_find("kis");
	struct provider_call call = { .account = &p->account[0] };
	struct http_response answer;
	struct request *request = make_request();
	struct result *result;
	struct render *render;
	struct buf text;
	struct err err;

	(void)state;
	http_response_init(&answer);
	answer.status = 200;
	make_answer(&answer.body);
	buf_init(&text, 1 << 20);
	fields_default(&config.fields, false, false);
	render = render_new(&config, &text, &err);
	assert_non_null(render);
	buf_printf(&text, "%*s", 1 << 15, ""); /* a buffer that has been in use */
	buf_clear(&text);

	memory.asked = 0;
	result = result_new(request);
	assert_non_null(result);
	assert_int_equal(answer_parse(p, &call, &answer, result, &err), 0);
	for (size_t i = 0; i < ROWS; i++) {
		const struct record record = { .symbol = request->item[i].symbol.code,
					       .market = MARKET_KR,
					       .outcome = &result->outcome[i],
					       .provider = p->name };

		assert_true(result->outcome[i].has_quote);
		assert_int_equal(render_record(render, &record, &err), 0);
	}
	print_message("# %ld allocations for 30 records\n", memory.asked);
	assert_in_range(memory.asked, 1, ALLOCATIONS_MOST);

	render_free(render);
	result_free(result);
	buf_release(&text);
	http_response_release(&answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_thirty_rows) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
