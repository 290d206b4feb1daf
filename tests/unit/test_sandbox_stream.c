/* SPDX-License-Identifier: MIT */
/* The stream of the sandbox without a socket: the language of its faults, the
 * desk, registrations, messages and the handshake. */
#include "sandbox/fault.h"

#include "base/clock.h"
#include "sandbox/fault_table.h"
#include "sandbox/registration.h"
#include "sandbox/rfc_case.h"
#include "sandbox/stream_desk.h"
#include "sandbox/stream_message.h"
#include "sandbox/ws_upgrade.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SEC NS_PER_SEC

/* ---- the language of the faults ---- */

static struct fault_rule rule_of(const char *spec)
{
	struct fault_rule rule;
	struct err err;

	if (!stream_fault_is_meant(spec))
		fail_msg("%s is taken for a fault of a call", spec);
	if (fault_parse(spec, &rule, &err))
		fail_msg("%s: %s", spec, err.msg);
	return rule;
}

static void names_of_the_catalogue(void **state)
{
	static const struct {
		const char *spec;
		enum fault fault;
		int64_t number;
	} rows[] = {
		{ "hs:silent", STREAM_HS_SILENT, 0 },
		{ "hs:drip", STREAM_HS_DRIP, 200 },
		{ "hs:503", STREAM_HS_STATUS, 503 },
		{ "hs:accept", STREAM_HS_ACCEPT, 0 },
		{ "hs:flood", STREAM_HS_FLOOD, 409600 },
		{ "hs:early@session=2", STREAM_HS_EARLY, 0 },
		{ "cut:1", STREAM_CUT, 1 },
		{ "glue:500", STREAM_GLUE, 500 },
		{ "rst:30", STREAM_RST, 30 },
		{ "close:1008", STREAM_CLOSE, 1008 },
		{ "close:empty@after=5", STREAM_CLOSE, 0 },
		{ "fin", STREAM_FIN, 0 },
		{ "mute@ms=500", STREAM_MUTE, 0 },
		{ "quiet", STREAM_QUIET, 0 },
		{ "tape:closed", STREAM_TAPE_CLOSED, 0 },
		{ "life:2", STREAM_LIFE, 2 },
		{ "life:0", STREAM_LIFE, 0 },
		{ "pingflood", STREAM_PING_FLOOD, 100000 },
		{ "noread", STREAM_NO_READ, 0 },
		{ "rfc:rsv1", STREAM_RFC, 0 },
		{ "raw:8100", STREAM_RAW, 0 },
		{ "text:a@b@times=1", STREAM_TEXT, 0 },
		{ "ack:lost:005930", STREAM_ACK_LOST, 0 },
		{ "ack:late", STREAM_ACK_LATE, 6000 },
		{ "ack:late:5", STREAM_ACK_LATE, 5 },
		{ "ack:dup", STREAM_ACK_DUP, 0 },
		{ "ack:OPSP0007@nth=3", STREAM_ACK_CODE, 0 },
		{ "limit:3", STREAM_LIMIT, 3 },
		{ "approval:dead@times=1", STREAM_APPROVAL_DEAD, 0 },
		{ "busy", STREAM_BUSY, 0 },
		{ "count:000@every=5", STREAM_COUNT, 0 },
		{ "width:47", STREAM_WIDTH, 47 },
		{ "value:1e5", STREAM_VALUE, 0 },
		{ "field:1:246060", STREAM_FIELD, 1 },
		{ "alien", STREAM_ALIEN, 0 },
		{ "skip:3@every=20,symbol=005930", STREAM_SKIP, 3 },
		{ "skip", STREAM_SKIP, 1 },
		{ "dup:7", STREAM_DUP, 7 },
		{ "swap", STREAM_SWAP, 2 },
		{ "newday", STREAM_NEW_DAY, 50 },
		{ "auction:10", STREAM_AUCTION, 10 },
		{ "burst:100000@registered=41", STREAM_BURST, 100000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fault_rule rule = rule_of(rows[i].spec);

		if (rule.fault != rows[i].fault || rule.number != rows[i].number)
			fail_msg("%s: %s with %d", rows[i].spec, fault_name(rule.fault),
				 (int)rule.number);
	}
	assert_string_equal(rule_of("text:a@b@times=1").text, "a@b");
	assert_string_equal(rule_of("ack:lost:005930").symbol, "005930");
	assert_string_equal(rule_of("field:1:246060").text, "1:246060");
}

static void names_that_calls_have_too(void **state)
{
	static const char *const of_a_call[] = { "close",     "cut@nth=2", "dup",
						 "limit@p=1", "status=500", "hang" };
	static const char *const of_the_stream[] = { "close:1000", "cut:1", "dup:3", "limit:3" };

	(void)state;
	for (size_t i = 0; i < sizeof(of_a_call) / sizeof(of_a_call[0]); i++)
		assert_false(stream_fault_is_meant(of_a_call[i]));
	for (size_t i = 0; i < sizeof(of_the_stream) / sizeof(of_the_stream[0]); i++)
		assert_true(stream_fault_is_meant(of_the_stream[i]));
}

static void every_fault_has_its_row(void **state)
{
	const char *rest;

	(void)state;
	for (int i = STREAM_HS_SILENT; i < FAULTS; i++) {
		const struct fault_info *info =
			fault_table_get((enum fault)i);

		assert_non_null(info->name);
		assert_non_null(info->help);
		assert_int_equal(info->fault, i);
		assert_ptr_equal(fault_table_find_stream(info->name, &rest), info);
	}
}

static void what_is_no_fault(void **state)
{
	static const char *const specs[] = {
		"hs:99",	   "hs:word",	      "cut:0",
		"close:65536",	   "close:x",	      "quiet:1",
		"rfc:nothing",	   "raw:8",	      "raw:zz",
		"odd:shape",	   "value",	      "limit:-1",
		"fin@after",	   "fin@after=x",     "fin@when=1",
		"skip@after=3",	   "tape:closed@p=1", "newday@session=1",
		"swap@nth=0",	   "ack:lost:",	      "fin@session=3-2",
		"mute@p=1.5",	   "nothing:1",	      "ack:",
	};
	struct fault_rule rule;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		if (fault_parse(specs[i], &rule, &err) == 0)
			fail_msg("'%s' is taken", specs[i]);
		assert_int_equal(err.kind, ERR_USAGE);
	}
}

/* Which of the events fire, "x" or "."; each is of the next session. */
static void expect_hits(const char *spec, const char *tr_key, const char *wanted)
{
	struct fault_rule rule = rule_of(spec);
	char seen[64] = "";

	for (int i = 0; wanted[i]; i++) {
		struct stream_event event = { .session = i + 1,
					      .tr_key = tr_key,
					      .code = tr_key ? tr_key + 4 : NULL,
					      .random = UINT64_MAX / 2 };

		seen[i] = stream_fault_fires(&rule, &event) ? 'x' : '.';
	}
	if (strcmp(seen, wanted) != 0)
		fail_msg("%s: %s, not %s", spec, seen, wanted);
}

static void events_are_chosen(void **state)
{
	(void)state;
	expect_hits("busy", NULL, "xxxx");
	expect_hits("busy@session=2", NULL, ".x..");
	expect_hits("busy@session=2-3", NULL, ".xx.");
	expect_hits("busy@nth=2-3", NULL, ".xx.");
	expect_hits("busy@every=2", NULL, ".x.x");
	expect_hits("busy@times=1", NULL, "x...");
	expect_hits("busy@session=3-4,times=1", NULL, "..x.");
	expect_hits("busy@p=0.4", NULL, "....");
	expect_hits("busy@p=0.6", NULL, "xxxx");
	expect_hits("busy@symbol=AAPL", "DNASAAPL", "xx");
	expect_hits("busy@symbol=DNASAAPL", "DNASAAPL", "xx");
	expect_hits("busy@symbol=005930", "DNASAAPL", "..");
	expect_hits("busy@symbol=005930", NULL, "..");
	expect_hits("dup:3", "DNASAAPL", "..x..x");
}

static void moments(void **state)
{
	(void)state;
	assert_int_equal(rule_of("mute").after, 1);
	assert_int_equal(rule_of("mute@ms=5").after, 0);
	assert_int_equal(rule_of("mute@ms=5").ms, 5);
	assert_int_equal(rule_of("mute@after=0").after, 0);
	assert_int_equal(rule_of("rst:30").after, 30);
	assert_int_equal(rule_of("life:2").ms, 2000);
	assert_int_equal(rule_of("life:0").after, 0);
	assert_int_equal(rule_of("burst:5@registered=41").after, 0);
	assert_int_equal(rule_of("burst:5@registered=41").registered, 41);
}

static void every_case_of_the_rfc_is_a_frame(void **state)
{
	struct buf bytes;

	(void)state;
	buf_init(&bytes, (size_t)1 << 20);
	rfc_case_add(rfc_case_find("size-65536"), &bytes);
	assert_int_equal(bytes.len, 10 + 65536);
	buf_clear(&bytes);
	rfc_case_add(rfc_case_find("ten-pings"), &bytes);
	assert_int_equal(bytes.len, 30);
	buf_clear(&bytes);
	rfc_case_add(rfc_case_find("close-126"), &bytes);
	assert_int_equal(bytes.len, 4 + 126);
	buf_release(&bytes);
	assert_int_equal(rfc_case_find("masked")->due, 1002);
	assert_int_equal(rfc_case_find("utf8-wrong")->due, 1007);
	assert_null(rfc_case_find("rsv"));
}

/* ---- the desk ---- */

static void keys_are_issued_once_a_second_and_live_a_day(void **state)
{
	const struct approval_rules rules = { SEC, 86400 * SEC, 7 };
	char first[APPROVAL_KEY_BYTES], second[APPROVAL_KEY_BYTES];
	struct approval_desk desk;
	const char *key;

	(void)state;
	approval_desk_init(&desk, &rules);
	assert_int_equal(approval_check(&desk, "", 0), APPROVAL_UNKNOWN);
	key = approval_issue(&desk, 5);
	assert_non_null(key);
	assert_int_equal(strlen(key), 36);
	strcpy(first, key);
	assert_null(approval_issue(&desk, SEC));
	key = approval_issue(&desk, SEC + 5);
	assert_non_null(key);
	strcpy(second, key);
	assert_string_not_equal(first, second);
	/* Both are good: a key does not replace the one before. */
	assert_int_equal(approval_check(&desk, first, 2 * SEC), APPROVAL_GOOD);
	assert_int_equal(approval_check(&desk, second, 2 * SEC), APPROVAL_GOOD);
	assert_int_equal(approval_check(&desk, first, 86400 * SEC + 5), APPROVAL_EXPIRED);
	assert_int_equal(approval_check(&desk, second, 86400 * SEC + 5), APPROVAL_GOOD);
	second[0] = 'x';
	assert_int_equal(approval_check(&desk, second, 2 * SEC), APPROVAL_UNKNOWN);
}

static void one_session_has_the_app_key(void **state)
{
	const struct stream_rules rules = {
		.approval = { .life_ns = 10 * SEC },
		.slot_keep_ns = 5 * SEC,
	};
	char key[APPROVAL_KEY_BYTES];
	struct stream_desk *desk;
	struct err err;

	(void)state;
	desk = stream_desk_new(&rules, &err);
	assert_non_null(desk);
	assert_true(stream_desk_issue(desk, 0, key));
	assert_int_equal(stream_desk_open(desk), 1);
	assert_int_equal(stream_desk_open(desk), 2);
	assert_string_equal(stream_desk_admit(desk, 1, "dead", 0), "OPSP0011");
	assert_null(stream_desk_admit(desk, 1, key, 0));
	assert_string_equal(stream_desk_admit(desk, 2, key, 0), "OPSP8996");
	/* A session outlives its key. */
	assert_null(stream_desk_admit(desk, 1, key, 20 * SEC));
	assert_string_equal(stream_desk_admit(desk, 2, key, 20 * SEC), "OPSP0011");

	/* Who is not in cannot let another in by leaving. */
	assert_true(stream_desk_issue(desk, 20 * SEC, key));
	stream_desk_leave(desk, 2, true, 20 * SEC);
	assert_string_equal(stream_desk_admit(desk, 2, key, 20 * SEC), "OPSP8996");
	/* A drop keeps the place for a while, a word of leave does not. */
	stream_desk_leave(desk, 1, false, 20 * SEC);
	assert_string_equal(stream_desk_admit(desk, 2, key, 24 * SEC), "OPSP8996");
	assert_null(stream_desk_admit(desk, 2, key, 25 * SEC));
	stream_desk_leave(desk, 2, true, 26 * SEC);
	assert_null(stream_desk_admit(desk, 3, key, 26 * SEC));
	stream_desk_free(desk);
}

/* ---- registrations ---- */

static const char *resolve(bool is_paper, const char *tr_id, const char *tr_key)
{
	struct registration made;

	return registration_resolve("111111", is_paper, tr_id, tr_key, &made);
}

static void keys_that_can_be_registered(void **state)
{
	(void)state;
	assert_null(resolve(false, "H0STCNT0", "005930"));
	assert_null(resolve(true, "H0STCNT0", "005930"));
	assert_null(resolve(false, "H0STCNT0", "Q500001"));
	assert_null(resolve(false, "H0UNCNT0", "005930"));
	assert_null(resolve(false, "HDFSCNT0", "DNASAAPL"));
	assert_null(resolve(false, "HDFSCNT0", "RBAQAAPL"));
	/* A code that does not exist is acked, and then silent. */
	assert_null(resolve(false, "H0STCNT0", "111111"));
	assert_string_equal(resolve(false, "H0STCNT0", "12345"), "OPSP8992");
	assert_string_equal(resolve(false, "H0STCNT0", "00593a"), "OPSP8992");
	assert_string_equal(resolve(false, "HDFSCNT0", "AAPL"), "OPSP8992");
	assert_string_equal(resolve(false, "HDFSCNT0", "DNYSAAPL"), "OPSP8992");
	assert_string_equal(resolve(false, "HDFSCNT0", "XNASAAPL"), "OPSP8992");
	assert_string_equal(resolve(false, "H0XXCNT0", "005930"), "OPSP8991");
	assert_string_equal(resolve(true, "HDFSCNT0", "DNASAAPL"), "OPSP8991");
	assert_string_equal(resolve(true, "H0UNCNT0", "005930"), "OPSP8991");
}

static void registrations_have_a_limit(void **state)
{
	static struct registrations all = { .limit = 3 };
	static const char *const codes[] = { "000001", "000002", "000003" };
	struct registration one = { .has_trades = false };

	(void)state;
	strcpy(one.channel.tr_id, "H0STCNT0");
	for (int i = 0; i < 3; i++) {
		assert_string_equal(registrations_judge(&all, "H0STCNT0", codes[i]), "OPSP0000");
		strcpy(one.channel.tr_key, codes[i]);
		registrations_add(&all, &one);
	}
	assert_string_equal(registrations_judge(&all, "H0STCNT0", "000002"), "OPSP0002");
	/* The same code on another channel is another registration. */
	assert_string_equal(registrations_judge(&all, "H0UNCNT0", "000002"), "OPSP0008");
	registrations_remove(&all, registrations_find(&all, "H0STCNT0", "000001"));
	assert_int_equal(registrations_find(&all, "H0STCNT0", "000001"), -1);
	assert_int_equal(registrations_find(&all, "H0STCNT0", "000003"), 1);
	assert_string_equal(registrations_judge(&all, "H0UNCNT0", "000002"), "OPSP0000");
}

/* ---- messages ---- */

#define HEADER(rest) "{\"header\":{\"approval_key\":\"k\",\"custtype\":\"P\"," rest "}"
#define BODY(input) ",\"body\":{\"input\":{" input "}}}"
#define INPUT "\"tr_id\":\"H0STCNT0\",\"tr_key\":\"005930\""

static void what_clients_say(void **state)
{
	static const struct {
		const char *text, *code; /* NULL: it is fit */
		enum stream_wish_kind kind;
	} rows[] = {
		{ HEADER("\"tr_type\":\"1\"") BODY(INPUT), NULL, STREAM_REGISTER },
		{ HEADER("\"tr_type\":\"2\"") BODY(INPUT), NULL, STREAM_UNREGISTER },
		{ "{\"header\":{\"tr_id\":\"PINGPONG\",\"datetime\":\"1\"}}", NULL, STREAM_HEARTBEAT },
		{ HEADER("\"tr_type\":\"0\"") BODY(INPUT), "OPSP8997", STREAM_UNFIT },
		{ HEADER("\"tr_type\":1") BODY(INPUT), "OPSP8997", STREAM_UNFIT },
		{ HEADER("\"tr_type\":\"1\"") "}", "OPSP9992", STREAM_UNFIT },
		{ HEADER("\"tr_type\":\"1\"") ",\"body\":{}}", "OPSP9991", STREAM_UNFIT },
		{ HEADER("\"tr_type\":\"1\"") BODY("\"tr_id\":\"H0STCNT0\""), "OPSP9990", STREAM_UNFIT },
		{ HEADER("\"tr_type\":\"1\"") BODY("\"tr_key\":\"1\""), "OPSP8991", STREAM_UNFIT },
		{ HEADER("\"tr_type\":\"1\"") BODY("\"tr_id\":\"x\",\"tr_key\":\"\""), "OPSP8993",
		  STREAM_UNFIT },
		{ "{\"header\":{\"tr_type\":\"1\"}}", "OPSP9997", STREAM_UNFIT },
		{ "{\"header\":{\"custtype\":\"X\"}}", "OPSP8998", STREAM_UNFIT },
		{ "{\"header\":{\"custtype\":\"P\",\"tr_type\":\"1\"}}", "OPSP9996", STREAM_UNFIT },
		{ "{}", "OPSP9998", STREAM_UNFIT },
		{ "[]", "OPSP9999", STREAM_UNFIT },
		{ "PINGPONG", "OPSP9999", STREAM_UNFIT },
		{ "", "OPSP9999", STREAM_UNFIT },
	};
	struct stream_wish wish;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		stream_message_read(rows[i].text, strlen(rows[i].text), &wish);
		if (wish.kind != rows[i].kind || (wish.code == NULL) != (rows[i].code == NULL) ||
		    (wish.code && strcmp(wish.code, rows[i].code) != 0))
			fail_msg("%s: %s", rows[i].text, wish.code ? wish.code : "fit");
	}
	stream_message_read(rows[0].text, strlen(rows[0].text), &wish);
	assert_string_equal(wish.approval, "k");
	assert_string_equal(wish.tr_id, "H0STCNT0");
	assert_string_equal(wish.tr_key, "005930");
}

static void expect_ack(const char *code, const char *msg1, const char *wanted)
{
	struct buf text;

	buf_init(&text, 4096);
	stream_message_add_ack(&text, code, "H0STCNT0", "005930", msg1, 1);
	/* What follows a success is of chance. */
	if (strncmp(buf_text(&text), wanted, strlen(wanted)) != 0)
		fail_msg("%s", buf_text(&text));
	buf_release(&text);
}

static void acks_as_captured(void **state)
{
	(void)state;
	expect_ack("OPSP0000", NULL,
		   "{\"header\":{\"tr_id\":\"H0STCNT0\",\"tr_key\":\"005930\",\"encrypt\":\"N\"},"
		   "\"body\":{\"rt_cd\":\"0\",\"msg_cd\":\"OPSP0000\",\"msg1\":\"SUBSCRIBE "
		   "SUCCESS\",\"output\":{\"iv\":\"");
	expect_ack("OPSP0002", NULL,
		   "{\"header\":{\"tr_id\":\"H0STCNT0\",\"tr_key\":\"005930\",\"encrypt\":\"N\"},"
		   "\"body\":{\"rt_cd\":\"1\",\"msg_cd\":\"OPSP0002\",\"msg1\":\"ALREADY IN "
		   "SUBSCRIBE\"}}");
	expect_ack("OPSP8996", NULL,
		   "{\"header\":{\"tr_id\":\"(null)\",\"tr_key\":\"\",\"encrypt\":\"N\"},"
		   "\"body\":{\"rt_cd\":\"9\",\"msg_cd\":\"OPSP8996\",\"msg1\":\"ALREADY IN USE "
		   "appkey\"}}");
	expect_ack("OPSP7777", "a\033b",
		   "{\"header\":{\"tr_id\":\"H0STCNT0\",\"tr_key\":\"005930\",\"encrypt\":\"N\"},"
		   "\"body\":{\"rt_cd\":\"1\",\"msg_cd\":\"OPSP7777\",\"msg1\":\"a\\u001bb\"}}");
}

static void heartbeats(void **state)
{
	struct buf text;

	(void)state;
	buf_init(&text, 4096);
	stream_message_add_heartbeat(&text, 1775003400, "");
	assert_string_equal(text.data,
			    "{\"header\":{\"tr_id\":\"PINGPONG\",\"datetime\":\"20260401093000\"}}");
	buf_release(&text);
}

/* ---- the handshake ---- */

static struct ws_upgrade good_request(void)
{
	return (struct ws_upgrade){
		.method = "GET",
		.path = "/tryitout",
		.http_version = "HTTP/1.1",
		.host = "127.0.0.1",
		.upgrade = "websocket",
		.connection = "keep-alive, Upgrade",
		.key = "dGhlIHNhbXBsZSBub25jZQ==",
		.version = "13",
	};
}

static void handshakes_are_judged(void **state)
{
	struct ws_upgrade request = good_request();
	const char *why;

	(void)state;
	assert_int_equal(ws_upgrade_judge(&request, &why), 101);
	assert_null(why);
	request.path = "/";
	assert_int_equal(ws_upgrade_judge(&request, &why), 101);
	request.path = "/tryitouts";
	assert_int_equal(ws_upgrade_judge(&request, &why), 404);
	request = good_request();
	request.version = "8";
	assert_int_equal(ws_upgrade_judge(&request, &why), 426);
	request = good_request();
	request.key = "dGhlIHNhbXBsZSBub25jZQ";
	assert_int_equal(ws_upgrade_judge(&request, &why), 400);
	request = good_request();
	request.upgrade = "h2c";
	assert_int_equal(ws_upgrade_judge(&request, &why), 400);
	request = good_request();
	request.connection = NULL;
	assert_int_equal(ws_upgrade_judge(&request, &why), 400);
	request = good_request();
	request.http_version = "HTTP/1.0";
	assert_int_equal(ws_upgrade_judge(&request, &why), 400);
}

static void the_answer_of_the_rfc(void **state)
{
	struct ws_upgrade request = good_request();
	struct fault_rule rule = rule_of("hs:accepts");
	struct buf text;

	(void)state;
	buf_init(&text, 4096);
	ws_upgrade_add_answer(&text, &request, NULL);
	/* The example of RFC 6455, 1.3. */
	assert_string_equal(text.data,
			    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
			    "Connection: Upgrade\r\n"
			    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
	buf_clear(&text);
	ws_upgrade_add_answer(&text, &request, &rule);
	assert_non_null(strstr(strstr(text.data, "Accept: ") + 1, "Accept: "));
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_the_catalogue),
		cmocka_unit_test(names_that_calls_have_too),
		cmocka_unit_test(every_fault_has_its_row),
		cmocka_unit_test(what_is_no_fault),
		cmocka_unit_test(events_are_chosen),
		cmocka_unit_test(moments),
		cmocka_unit_test(every_case_of_the_rfc_is_a_frame),
		cmocka_unit_test(keys_are_issued_once_a_second_and_live_a_day),
		cmocka_unit_test(one_session_has_the_app_key),
		cmocka_unit_test(keys_that_can_be_registered),
		cmocka_unit_test(registrations_have_a_limit),
		cmocka_unit_test(what_clients_say),
		cmocka_unit_test(acks_as_captured),
		cmocka_unit_test(heartbeats),
		cmocka_unit_test(handshakes_are_judged),
		cmocka_unit_test(the_answer_of_the_rfc),
	};

	return cmocka_run_group_tests_name("sandbox_stream", tests, NULL, NULL);
}
