/* SPDX-License-Identifier: MIT */
/* The k-th allocation fails, for k = 1, 2, ... until all that needs no network
 * goes through: options, list, plan, requests, answers, records, file. Each
 * time it must end in a clean error, with everything freed and the old file in
 * its place; or, where an allocation is a help only, in the same output. */
/* wrap: malloc calloc realloc strdup strndup free */
/* wrap: realpath clock_real_ms */
#define _XOPEN_SOURCE 700 /* nftw, realpath */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/sync.h"
#include "cli/delivery.h"
#include "cli/fields.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/render.h"
#include "cli/symbol_list.h"
#include "engine/plan.h"
#include "net/http.h"
#include "provider/answer.h"
#include "provider/provider.h"
#include "memory.h"
#include "temp_dir.h"

/* ---- memory ---- */

char *__real_realpath(const char *path, char *out);
char *__wrap_realpath(const char *path, char *out)
{
	errno = ENOMEM;
	return memory_grants() ? memory_count(__real_realpath(path, out)) : NULL;
}

/* Else no two outputs would be the same. */
int64_t __wrap_clock_real_ms(void)
{
	return INT64_C(1795219200000);
}

/* ---- a broker's answers ---- */

enum { ANSWER_BYTES = 32768, BATCH = 30 };

static char multi_answer[ANSWER_BYTES];

static const char single_answer[] =
	"{\"output\":{\"rsym\":\"DNASAAPL\",\"zdiv\":\"4\",\"base\":\"321.5000\","
	"\"pvol\":\"98211034\",\"last\":\"330.2700\",\"sign\":\"2\",\"diff\":\"8.7700\","
	"\"rate\":\"+2.73\",\"tvol\":\"81230455\",\"tamt\":\"26637012344\"},"
	"\"rt_cd\":\"0\",\"msg_cd\":\"MCA00000\",\"msg1\":\"fine\"}";

static const char token_answer[] = "{\"access_token\":\"abc\",\"token_type\":\"Bearer\","
				   "\"expires_in\":86400}";

static void make_multi_answer(int symbols)
{
	size_t len = (size_t)snprintf(multi_answer, ANSWER_BYTES, "{\"output\":[");

	for (int i = 0; i < symbols; i++)
		len += (size_t)snprintf(
			multi_answer + len, ANSWER_BYTES - len,
			"%s{\"inter_shrn_iscd\":\"%d\",\"inter_kor_isnm\":\"name %d\","
			"\"inter2_prpr\":\"57800\",\"inter2_prdy_vrss\":\"300\","
			"\"prdy_vrss_sign\":\"5\",\"prdy_ctrt\":\"0.52\",\"acml_vol\":\"1823\","
			"\"inter2_oprc\":\"57600\",\"inter2_hgpr\":\"58200\","
			"\"inter2_lwpr\":\"57500\",\"inter2_askp\":\"57800\","
			"\"inter2_bidp\":\"57750\",\"acml_tr_pbmn\":\"1054321098765\","
			"\"inter2_prdy_clpr\":\"58100\",\"inter2_sdpr\":\"58100\"}",
			i ? "," : "", 100001 + i, i);
	snprintf(multi_answer + len, ANSWER_BYTES - len,
		 "],\"rt_cd\":\"0\",\"msg_cd\":\"MCA00000\",\"msg1\":\"fine\"}");
}

/* ---- a run, without the network ---- */

struct desk {
	const struct provider *provider;
	const struct provider_account *account;
	struct options options;
	struct symbol_list *list;
	struct stop stop;
	struct plan plan;
	struct http_request request;
	struct http_response response;
	struct buf text;
	struct render *render;
	struct output *output;
	struct progress progress;
	struct delivery *delivery;
};

static struct provider_call make_call(const struct desk *d, const char *token)
{
	return (struct provider_call){ .account = d->account,
				       .login = { "key", "secret" },
				       .base_url = "https://host",
				       .token = token };
}

static int load(struct desk *d, const char *format, struct err *err)
{
	const char *argv[] = { "quotefetch", "-f", "list", "--priority", "first",
			       "--skip-invalid", "--raw", "-k", "-o", "out", "--format", format,
			       "AAPL.NAS", "100001", "no symbol", NULL };
	int argc = sizeof argv / sizeof *argv - 1;

	if (options_parse(&d->options, argc, (char *const *)argv, err) < 0 ||
	    options_check(&d->options, err) < 0)
		return -1;
	d->list = symbol_list_new(err);
	return d->list ? symbol_list_read(d->list, NULL, &d->options, &d->stop, CLOCK_NEVER, err) : -1;
}

static int open_output(struct desk *d, struct err *err)
{
	struct render_config render = { .format = d->options.format };
	struct delivery_config delivery = { .list = d->list,
					    .source = &d->provider->name,
					    .source_count = 1,
					    .text = &d->text,
					    .progress = &d->progress,
					    .stop = &d->stop,
					    .deadline_ns = CLOCK_NEVER,
					    .keeps_order = d->options.keep_order };

	fields_default(&render.fields, d->options.wants_detail, d->options.wants_raw);
	d->output = output_open(d->options.output, false, err);
	if (!d->output)
		return -1;
	d->render = render_new(&render, &d->text, err);
	if (!d->render)
		return -1;
	progress_init(&d->progress, PROGRESS_NONE, true, false, NULL, SIZE_MAX, 0);
	delivery.output = d->output;
	delivery.render = d->render;
	d->delivery = delivery_new(&delivery, err);
	return d->delivery ? delivery_begin(d->delivery, err) : -1;
}

static int hear(struct desk *d, const char *answer, struct err *err)
{
	buf_clear(&d->response.body);
	buf_puts(&d->response.body, answer);
	d->response.status = 200;
	return buf_check(&d->response.body, ERR_HTTP, err);
}

static int get_token(struct desk *d, struct provider_token *token, struct err *err)
{
	struct provider_call call = make_call(d, NULL);

	http_request_reset(&d->request);
	if (d->provider->build_token(&call, &d->request, err) < 0 ||
	    buf_check(&d->request.url, ERR_INPUT, err) < 0 || hear(d, token_answer, err) < 0)
		return -1;
	return d->provider->parse_token(&d->response, 0, token, err);
}

static int fetch(struct desk *d, const char *token, struct result *result, struct err *err)
{
	const struct request *r = result->request;
	struct provider_call call = make_call(d, token);

	http_request_reset(&d->request);
	if (d->provider->build_quote(&call, r, &d->request, err) < 0 ||
	    hear(d, r->is_single ? single_answer : multi_answer, err) < 0)
		return -1;
	return answer_parse(d->provider, &call, &d->response, result, err);
}

static int answer_all(struct desk *d, struct err *err)
{
	struct provider_token token;
	bool done = false;

	if (get_token(d, &token, err) < 0)
		return -1;
	for (;;) {
		struct request *request = plan_next(&d->plan, &done, err);
		struct result *result;

		if (!request)
			return done ? 0 : -1;
		result = result_new(request);
		if (!result) {
			request_free(request);
			return err_no_memory(err);
		}
		if (fetch(d, token.text, result, err) < 0) {
			result_free(result);
			return -1;
		}
		if (delivery_take(d->delivery, result, err) < 0)
			return -1;
	}
}

static const struct symbol *first_at(const void *list, uint32_t i)
{
	return symbol_list_is_first(list, i) ? symbol_list_at(list, i) : NULL;
}

static bool is_priority_at(const void *list, uint32_t i)
{
	return symbol_list_is_priority(list, i);
}

static int fetch_list(struct desk *d, const char *format, struct err *err)
{
	struct output *output;

	if (load(d, format, err) < 0 || open_output(d, err) < 0)
		return -1;
	plan_init(&d->plan,
		  &(struct plan_config){ .account = d->account,
					 .batch = BATCH,
					 .wants_raw = d->options.wants_raw },
		  &(struct plan_input){ .list = d->list,
					.count = symbol_list_count(d->list),
					.at = first_at,
					.is_priority = is_priority_at,
					.has_priority = symbol_list_has_priority(d->list) });
	if (answer_all(d, err) < 0 || delivery_end(d->delivery, err) < 0)
		return -1;
	output = d->output;
	d->output = NULL; /* freed either way */
	return output_commit(output, err);
}

static int run(const char *format, struct err *err)
{
	struct desk d = { .provider = provider_find("kis") };
	int rc;

	d.account = provider_find_account(d.provider, "real");
	options_init(&d.options);
	http_request_init(&d.request);
	http_response_init(&d.response);
	buf_init(&d.text, 1 << 20);
	rc = stop_init(&d.stop, err) < 0 ? -1 : fetch_list(&d, format, err);
	delivery_free(d.delivery);
	render_free(d.render);
	output_abandon(d.output);
	symbol_list_free(d.list);
	options_release(&d.options);
	http_request_release(&d.request);
	http_response_release(&d.response);
	buf_release(&d.text);
	stop_destroy(&d.stop);
	return rc;
}

/* ---- the torture ---- */

static void put_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static size_t get_file(const char *path, char *out, size_t size)
{
	FILE *f = fopen(path, "r");
	size_t len;

	assert_non_null(f);
	len = fread(out, 1, size - 1, f);
	out[len] = '\0';
	fclose(f);
	return len;
}

static int count_files(void)
{
	DIR *here = opendir(".");
	int files = -2; /* "." and ".." */

	assert_non_null(here);
	while (readdir(here))
		files++;
	closedir(here);
	return files;
}

static void write_lists(int symbols)
{
	char list[2000] = "# codes\n";
	size_t len = strlen(list);

	for (int i = 0; i < symbols; i++)
		len += (size_t)snprintf(list + len, sizeof list - len, "%d\n", 100001 + i);
	snprintf(list + len, sizeof list - len, "100002,KR\n\n#\nthis is none\n");
	put_file("list", list);
	put_file("first", "100003\nAAPL.NAS\n");
}

static void torture(const char *format, int symbols)
{
	static char want[1 << 17], got[1 << 17];
	struct err err = { .msg = "" };
	long k, failures = 0;

	write_lists(symbols);
	make_multi_answer(symbols);
	memory.live = 0;
	if (run(format, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(memory.live, 0);
	assert_true(get_file("out", want, sizeof want) > (size_t)symbols * 20);
	for (k = 1;; k++) {
		int rc;

		put_file("out", "old");
		err.kind = ERR_KINDS;
		memory.live = 0;
		memory_fail(k, false);
		rc = run(format, &err);
		memory_is_back();
		assert_int_equal(memory.live, 0);
		assert_int_equal(count_files(), 3);
		get_file("out", got, sizeof got);
		assert_string_equal(got, rc < 0 ? "old" : want);
		if (rc < 0) {
			failures++;
			if (err.kind != ERR_SYSTEM && err.code != ENOMEM)
				fail_msg("allocation %ld: kind %d: %s", k, err.kind, err.msg);
		}
		if (memory.asked < k)
			break;
	}
	assert_true(failures > 50 && failures < k);
	print_message("# %s: %ld allocations, %ld of them needed\n", format, k - 1, failures);
}

static void every_allocation_may_fail(void **state)
{
	static const char *const formats[] = { "json", "ndjson", "csv", "tsv", "table" };
	cJSON_Hooks hooks = { .malloc_fn = __wrap_malloc, .free_fn = __wrap_free };

	(void)state;
	cJSON_InitHooks(&hooks);
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		torture(formats[i], i ? 3 : BATCH);
	cJSON_InitHooks(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_allocation_may_fail, enter_temp_dir,
						leave_temp_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
