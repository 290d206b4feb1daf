/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "cli/stats.h"
#include "net/json_read.h"

static void assert_stats(const struct stats *s, const char *want)
{
	struct err err = { .msg = "" };
	struct json_doc *doc;
	struct buf out;

	buf_init(&out, 1 << 16);
	stats_write(s, &out);
	assert_int_equal(buf_check(&out, ERR_SYSTEM, &err), 0);
	assert_string_equal(buf_text(&out), want);
	doc = json_parse(buf_text(&out), out.len, &err);
	if (!doc)
		fail_msg("%s", err.msg);
	json_free(doc);
	buf_release(&out);
}

static void an_empty_run(void **state)
{
	static const struct stats s;

	(void)state;
	assert_stats(&s, "{\"symbols\":0,\"quotes\":0,\"failed\":0,\"errors\":{},\"cached\":0,\"stale\":0,"
			 "\"requests\":0,\"attempts\":0,\"calls\":0,\"retries\":0,\"refusals\":0,"
			 "\"timeouts\":0,\"token_calls\":0,\"connections\":0,\"bytes\":0,"
			 "\"workers\":0,\"latency_ms\":{\"p50\":0.000,\"p95\":0.000,"
			 "\"p99\":0.000,\"max\":0.000},\"quota_wait_ms\":0.000,"
			 "\"wall_ms\":0.000,\"exit_status\":0}\n");
}

/* Kinds that share a name are summed, where the first of them stands. */
static void a_full_run(void **state)
{
	static struct stats s = { .tally = { .symbols = 100,
					     .quotes = 79,
					     .cached = 9,
					     .stale = { [ERR_HOST] = 3, [ERR_NETWORK] = 2 },
					     .failed = { [ERR_NOT_FOUND] = 1,
							 [ERR_NETWORK] = 2,
							 [ERR_HOST] = 3,
							 [ERR_TLS] = 4,
							 [ERR_HANDSHAKE] = 5,
							 [ERR_TRUNCATED] = 6 } },
				  .metrics = { .requests = 7,
					       .attempts = 20,
					       .calls = 8,
					       .retries = 9,
					       .refusals = 10,
					       .timeouts = 11,
					       .token_calls = 12,
					       .connections = 13,
					       .bytes = INT64_C(1) << 40 },
				  .workers = 3,
				  .wall_ns = 1234567890,
				  .quota_waited_ns = 2500 * NS_PER_MS,
				  .exit_status = 1 };

	(void)state;
	for (int i = 1; i <= 100; i++)
		latency_note(&s.metrics.latency, i * NS_PER_MS / 100);
	assert_stats(&s, "{\"symbols\":100,\"quotes\":79,\"failed\":21,"
			 "\"errors\":{\"NotFound\":1,\"Network\":5,\"Tls\":9,\"Parse\":6},\"cached\":9,\"stale\":5,"
			 "\"requests\":7,\"attempts\":20,\"calls\":8,\"retries\":9,\"refusals\":10,"
			 "\"timeouts\":11,\"token_calls\":12,\"connections\":13,"
			 "\"bytes\":1099511627776,\"workers\":3,"
			 "\"latency_ms\":{\"p50\":0.511,\"p95\":0.959,\"p99\":0.991,"
			 "\"max\":1.000},\"quota_wait_ms\":2500.000,"
			 "\"wall_ms\":1234.568,\"exit_status\":1}\n");
}

static void every_kind_is_counted_under_its_name(void **state)
{
	(void)state;
	for (int k = 0; k < ERR_KINDS; k++) {
		struct stats s = { .tally = { .symbols = 7, .quotes = 0 } };
		struct json_doc *doc;
		struct buf out;
		struct err err;
		int64_t value = 0;

		s.tally.failed[k] = 7;
		buf_init(&out, 1 << 16);
		stats_write(&s, &out);
		doc = json_parse(buf_text(&out), out.len, &err);
		assert_non_null(doc);
		assert_int_equal(json_get_integer(json_get(json_root(doc), "errors"),
						  err_kind_name((enum err_kind)k), 0, 99,
						  &value, &err),
				 1);
		assert_int_equal(value, 7);
		json_free(doc);
		buf_release(&out);
	}
}

static void a_stream_that_never_was(void **state)
{
	static const struct stats_stream stream;

	(void)state;
	assert_stats(&(struct stats){ .stream = &stream }, "{\"stream\":{\"symbols\":0,\"followed\":0,\"sessions\":0,\"frames\":0,"
			  "\"ticks\":0,\"written\":0,\"merged\":0,\"events_lost\":0,\"gaps\":0,\"missed_trades\":0,"
			  "\"unexplained\":0,\"reordered\":0,\"unasked\":0,\"bad_records\":0,\"bad_frames\":0,"
			  "\"unknown_frames\":0,\"pings\":0,\"pingpongs\":0,\"acks\":0,\"refused\":0,"
			  "\"uptime_sec\":0.000,\"max_heartbeat_ms\":0.000,"
			  "\"latency_ms\":{\"p50\":0.000,\"p95\":0.000,\"p99\":0.000,\"max\":0.000},"
			  "\"last_message_at\":null},\"wall_ms\":0.000,\"exit_status\":0}\n");
}

/* Each figure has a value of its own, so that none is mixed up. */
static void a_long_stream(void **state)
{
	static struct stats_stream stream = {
		.counts = { .sessions = 3,
			    .frames = 4,
			    .ticks = 5,
			    .gaps = 8,
			    .missed_trades = 9,
			    .unexplained = 10,
			    .reordered = 11,
			    .bad_records = 12,
			    .bad_frames = 13,
			    .unknown_frames = 14,
			    .pings = 15,
			    .heartbeats = 16,
			    .answers = 17,
			    .aliens = 19,
			    .uptime_ns = 86400 * NS_PER_SEC + 250 * NS_PER_MS,
			    .slowest_answer_ns = 1034567,
			    .last_message_ms = 1763773207123 },
		.symbols = 1,
		.followed = 2,
		.written = 6,
		.merged = 7,
		.refused = 18,
		.events_lost = 20
	};
	const struct stats s = { .stream = &stream, .wall_ns = 90000 * NS_PER_SEC, .exit_status = 143 };

	(void)state;
	for (int i = 1; i <= 100; i++)
		latency_note(&stream.latency, i * NS_PER_MS / 100);
	assert_stats(&s, "{\"stream\":{\"symbols\":1,\"followed\":2,\"sessions\":3,\"frames\":4,"
			  "\"ticks\":5,\"written\":6,\"merged\":7,\"events_lost\":20,\"gaps\":8,\"missed_trades\":9,"
			  "\"unexplained\":10,\"reordered\":11,\"unasked\":19,\"bad_records\":12,\"bad_frames\":13,"
			  "\"unknown_frames\":14,\"pings\":15,\"pingpongs\":16,\"acks\":17,\"refused\":18,"
			  "\"uptime_sec\":86400.250,\"max_heartbeat_ms\":1.035,"
			  "\"latency_ms\":{\"p50\":0.511,\"p95\":0.959,\"p99\":0.991,\"max\":1.000},"
			  "\"last_message_at\":\"2025-11-22T10:00:07.123+09:00\"},"
			  "\"wall_ms\":90000000.000,\"exit_status\":143}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_run),
		cmocka_unit_test(a_full_run),
		cmocka_unit_test(every_kind_is_counted_under_its_name),
		cmocka_unit_test(a_stream_that_never_was),
		cmocka_unit_test(a_long_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
