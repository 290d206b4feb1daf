/* SPDX-License-Identifier: MIT */
/* Unit tests of provider/names and the lists of kis, upbit and alpaca. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "model/symbol.h"
#include "net/http_request.h"
#include "net/http_response.h"
#include "provider/names.h"
#include "provider/provider.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static int tell(void *arg, const struct symbol *s, const char *name, const char *other,
		struct err *err)
{
	(void)err;
	buf_printf(arg, "%s.%s %s|%s\n", s->code, market_name((enum market)s->market), name,
		   other ? other : "-");
	return 0;
}

static int refuse(void *arg, const struct symbol *s, const char *name, const char *other,
		  struct err *err)
{
	(void)arg, (void)s, (void)name, (void)other;
	return err_no_memory(err);
}

static const struct provider_names *names_of(const char *source)
{
	const struct provider *p = provider_find(source);

	assert_non_null(p);
	assert_non_null(p->names);
	return p->names;
}

static void load(struct http_response *r, const char *fixture)
{
	char path[100], block[4096];
	size_t n;
	FILE *f;

	http_response_init(r);
	r->status = 200;
	snprintf(path, sizeof path, "tests/fixtures/names/%s", fixture);
	f = fopen(path, "rb");
	if (!f)
		fail_msg("cannot read '%s'", path);
	while ((n = fread(block, 1, sizeof block, f)) > 0)
		buf_append(&r->body, block, n);
	fclose(f);
}

/* kis: the i-th list; its files are named by the broker. */
enum { KOSPI, KOSDAQ, KONEX, NAS, NYS, AMS, HKS };

#define KOSPI_LIST                                                                  \
	"005930.KR 삼성전자|-\n005935.KR 삼성전자우|-\n035720.KR 카카오|-\n"        \
	"00680K.KR 미래에셋증권2우B|-\nQ530031.KR 삼성 레버리지 WTI원유 선물 ETN|-\n"

static void test_lists(void **state)
{
	static const struct {
		const char *source;
		size_t i;
		const char *fixture, *want;
	} rows[] = {
		{ "kis", KOSPI, "kospi_code.mst.zip", KOSPI_LIST },
		{ "kis", KONEX, "kospi_code.mst.zip", KOSPI_LIST },
		{ "kis", KOSDAQ, "kosdaq_code.mst.zip",
		  "000250.KR 삼천당제약|-\n086520.KR 에코프로|-\n" },
		{ "kis", NAS, "nasmst.cod.zip",
		  "AAPL.NAS 애플|APPLE INC\nQQQ.NAS 인베스코 QQQ|INVESCO QQQ TRUST\n"
		  "NONAME.NAS NO KOREAN NAME|-\n" },
		{ "kis", NYS, "nysmst.cod.zip",
		  "BRK/B.NYS 버크셔 해서웨이 B|BERKSHIRE HATHAWAY B\n" },
		{ "kis", HKS, "hksmst.cod.zip", "00700.HKS 텐센트 홀딩스|TENCENT HOLDINGS\n" },
		{ "upbit", 0, "upbit.json",
		  "KRW-BTC.UPBIT 비트코인|Bitcoin\nBTC-ETH.UPBIT 이더리움|Ethereum\n"
		  "USDT-XRP.UPBIT Ripple|-\n" },
		{ "alpaca", 0, "alpaca.json",
		  "AAPL.NAS Apple Inc. Common Stock|-\nKO.NYS Coca-Cola Company|-\n"
		  "SPY.AMS SPDR S&P 500 ETF Trust|-\nCBOE.US Cboe Global Markets|-\n"
		  "BRK.B.NYS Berkshire Hathaway Inc. Class B|-\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct provider_names *names = names_of(rows[i].source);
		struct names_sink sink = { tell, NULL };
		struct http_response r;
		struct buf text;
		struct err err;

		buf_init(&text, 1 << 20);
		sink.arg = &text;
		load(&r, rows[i].fixture);
		if (names_parse(names, rows[i].i, &r, &sink, &err) < 0)
			fail_msg("%s: %s", rows[i].fixture, err.msg);
		assert_string_equal(buf_text(&text), rows[i].want);
		/* A sink that takes no more ends it. */
		sink.take = refuse;
		assert_int_equal(names_parse(names, rows[i].i, &r, &sink, &err), -1);
		assert_int_equal(err.kind, ERR_SYSTEM);
		http_response_release(&r);
		buf_release(&text);
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *source;
		size_t i;
		int status;
		const char *body; /* or a fixture */
		enum err_kind kind;
	} rows[] = {
		{ "kis", KOSPI, 200, "empty.zip", ERR_PARSE },
		{ "kis", NAS, 200, "empty.zip", ERR_PARSE },
		{ "kis", NAS, 200, "kosdaq_code.mst.zip", ERR_PARSE },
		{ "kis", KOSPI, 200, "<html>maintenance</html>", ERR_PARSE },
		{ "kis", KOSPI, 200, "", ERR_TRUNCATED },
		{ "kis", KOSPI, 404, "kospi_code.mst.zip", ERR_HTTP },
		{ "kis", KOSPI, 503, "", ERR_SERVER },
		{ "upbit", 0, 200, "[]", ERR_PARSE },
		{ "upbit", 0, 200, "{}", ERR_PARSE },
		{ "upbit", 0, 200, "[{\"market\":7}]", ERR_PARSE },
		{ "upbit", 0, 200, "[null,{}]", ERR_PARSE },
		{ "upbit", 0, 200, "[{\"market\":\"KRW-BTC\"", ERR_TRUNCATED },
		{ "upbit", 0, 429, "", ERR_RATE_LIMIT },
		{ "alpaca", 0, 401, "{\"message\":\"forbidden.\"}", ERR_FORBIDDEN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf text;
		struct names_sink sink = { tell, &text };
		struct http_response r;
		struct err err = { .kind = ERR_KINDS };

		buf_init(&text, 1 << 20);
		if (strstr(rows[i].body, ".zip")) {
			load(&r, rows[i].body);
		} else {
			http_response_init(&r);
			buf_puts(&r.body, rows[i].body);
		}
		r.status = rows[i].status;
		assert_int_equal(names_parse(names_of(rows[i].source), rows[i].i, &r, &sink, &err), -1);
		if (err.kind != rows[i].kind)
			fail_msg("%s %s: %s", rows[i].source, rows[i].body, err.msg);
		http_response_release(&r);
		buf_release(&text);
	}
}

static void test_build(void **state)
{
	static const struct {
		const char *source;
		size_t i;
		const char *base_url, *key, *url;
	} rows[] = {
		{ "kis", KOSPI, NULL, NULL,
		  "https://new.real.download.dws.co.kr/common/master/kospi_code.mst.zip" },
		{ "kis", NAS, "http://127.0.0.1:1", NULL,
		  "http://127.0.0.1:1/common/master/nasmst.cod.zip" },
		{ "upbit", 0, NULL, NULL, "https://api.upbit.com/v1/market/all?is_details=false" },
		{ "alpaca", 0, NULL, "AK123",
		  "https://api.alpaca.markets/v2/assets?status=active&asset_class=us_equity" },
		{ "alpaca", 0, NULL, "PK123",
		  "https://paper-api.alpaca.markets/v2/assets?status=active&asset_class=us_equity" },
		{ "alpaca", 0, "https://h:1", "PK123",
		  "https://h:1/v2/assets?status=active&asset_class=us_equity" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct provider *p = provider_find(rows[i].source);
		struct provider_call call = { .account = &p->account[0],
					      .login = { rows[i].key, "SECRET" },
					      .base_url = rows[i].base_url };
		struct http_request r;

		http_request_init(&r);
		assert_int_equal(p->names->build(&call, rows[i].i, &r, NULL), 0);
		assert_string_equal(buf_text(&r.url), rows[i].url);
		assert_int_equal(r.header_count, rows[i].key ? 2 : 0);
		assert_int_equal(p->names->needs_login, rows[i].key != NULL);
		assert_true(r.answer_max_bytes >= 4 << 20);
		http_request_release(&r);
	}
	assert_int_equal(names_of("kis")->count, 12);
	assert_string_equal(names_of("kis")->id[KOSPI], "kospi");
	assert_string_equal(names_of("kis")->id[HKS], "hks");
	assert_string_equal(names_of("upbit")->id[0], "pairs");
	assert_null(provider_find("ecb")->names);
}

/* What a list calls a name goes to a terminal and into a file of lines. */
static void test_hostile_names(void **state)
{
	static const struct {
		const char *name, *other, *want;
	} rows[] = {
		{ "  a\tb\nc  ", NULL, "KO.US a b c|-\n" },
		{ "\033[2J\a", "", "KO.US [2J|-\n" },
		{ " \a\t", "\r\n", "" },
		{ "x\033[2J", "\xff", "KO.US x [2J|-\n" },
		{ "", "english", "KO.US english|-\n" },
		{ NULL, NULL, "" },
		{ "\xe2\x80\xae" "abc", NULL, "KO.US abc|-\n" },
	};
	char longest[1000];
	struct buf text;
	struct names_sink sink = { tell, &text };

	(void)state;
	buf_init(&text, 1 << 20);
	for (size_t i = 0; i < COUNT(rows); i++) {
		buf_clear(&text);
		assert_int_equal(names_take(&sink, "KO", MARKET_US, rows[i].name, rows[i].other,
					    NULL), rows[i].want[0] != '\0');
		assert_string_equal(buf_text(&text), rows[i].want);
	}
	for (size_t i = 0; i < sizeof longest - 1; i += 3)
		memcpy(longest + i, "삼", 3);
	longest[sizeof longest - 1] = '\0';
	buf_clear(&text);
	assert_int_equal(names_take(&sink, "KO", MARKET_US, longest, NULL, NULL), 1);
	assert_int_equal(text.len, strlen("KO.US ") + 198 + strlen("|-\n"));
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_build), cmocka_unit_test(test_hostile_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
