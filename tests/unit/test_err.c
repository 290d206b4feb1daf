/* SPDX-License-Identifier: MIT */
#include "base/err.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void fills_everything(void **state)
{
	struct err err = { ERR_AUTH, 403, 60000, "old" };

	(void)state;
	assert_int_equal(err_set(&err, ERR_PARSE, "field '%s': %d", "price", 7),
			 -1);
	assert_int_equal(err.kind, ERR_PARSE);
	assert_int_equal(err.code, 0);
	assert_int_equal(err.retry_after_ms, 0);
	assert_string_equal(err.msg, "field 'price': 7");
}

static void takes_no_err(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, ERR_PARSE, "%s", "x"), -1);
	assert_int_equal(err_set_errno(NULL, ERR_SYSTEM, ENOENT, "%s", "x"),
			 -1);
	assert_int_equal(err_wrap(NULL, "%s", "x"), -1);
	assert_int_equal(err_no_memory(NULL), -1);
}

static void says_what_the_system_said(void **state)
{
	struct err err;
	char want[ERR_MSG_BYTES];

	(void)state;
	assert_int_equal(err_set_errno(&err, ERR_OUTPUT, ENOENT,
				       "cannot open '%s'", "f"),
			 -1);
	snprintf(want, sizeof want, "cannot open 'f': %s", strerror(ENOENT));
	assert_string_equal(err.msg, want);
	assert_int_equal(err.kind, ERR_OUTPUT);
	assert_int_equal(err.code, ENOENT);
	assert_int_equal(err_set_errno(&err, ERR_SYSTEM, 99999, "x"), -1);
	assert_non_null(strstr(err.msg, "99999"));
}

static void wraps_with_context(void **state)
{
	struct err err;

	(void)state;
	err_set_errno(&err, ERR_NETWORK, ECONNREFUSED, "cannot connect");
	err.retry_after_ms = 5;
	assert_int_equal(err_wrap(&err, "fetching '%s'", "AAPL"), -1);
	assert_int_equal(
		strncmp(err.msg, "fetching 'AAPL': cannot connect: ", 33), 0);
	assert_int_equal(err.kind, ERR_NETWORK);
	assert_int_equal(err.code, ECONNREFUSED);
	assert_int_equal(err.retry_after_ms, 5);
}

static void cuts_long_messages(void **state)
{
	char long_text[500];
	struct err err;

	(void)state;
	memset(long_text, 'x', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = '\0';
	err_set(&err, ERR_PARSE, "%s", long_text);
	assert_int_equal(strlen(err.msg), ERR_MSG_BYTES - 1);
	err_wrap(&err, "context");
	assert_int_equal(strlen(err.msg), ERR_MSG_BYTES - 1);
	assert_int_equal(strncmp(err.msg, "context: xxx", 12), 0);
	err_wrap(&err, "%s", long_text);
	assert_int_equal(strlen(err.msg), ERR_MSG_BYTES - 1);
	err_set_errno(&err, ERR_SYSTEM, ENOENT, "%s", long_text);
	assert_int_equal(strlen(err.msg), ERR_MSG_BYTES - 1);
}

/* What records show and whether a further attempt may help: a contract. */
/* A broker's Korean text, cut at each of a character's three bytes. */
static void cuts_between_characters(void **state)
{
	struct err err;
	char text[ERR_MSG_BYTES + 3];

	(void)state;
	for (size_t i = 0; i + 3 < sizeof text; i += 3)
		memcpy(text + i, "\xea\xb0\x80", 4);
	for (size_t shift = 0; shift < 3; shift++) {
		size_t len;

		err_set(&err, ERR_AUTH, "%.*s%s", (int)shift, "abc", text);
		len = strlen(err.msg);
		assert_int_equal((len - shift) % 3, 0);
		assert_in_range(len, ERR_MSG_BYTES - 6, ERR_MSG_BYTES - 1);
		err_wrap(&err, "%s", "x");
		assert_int_equal((strlen(err.msg) - 3 - shift) % 3, 0);
	}
}

static void knows_each_kind(void **state)
{
	static const struct {
		const char *name;
		bool is_retryable;
	} want[] = {
		[ERR_USAGE] = { "Usage", false },
		[ERR_INPUT] = { "Input", false },
		[ERR_NOT_FOUND] = { "NotFound", false },
		[ERR_NO_TRADE] = { "NoTrade", false },
		[ERR_LIMIT] = { "Limit", false },
		[ERR_RATE_LIMIT] = { "RateLimit", true },
		[ERR_DEADLINE] = { "Deadline", false },
		[ERR_TIMEOUT] = { "Timeout", true },
		[ERR_NETWORK] = { "Network", true },
		[ERR_HOST] = { "Network", true },
		[ERR_TLS] = { "Tls", false },
		[ERR_HANDSHAKE] = { "Tls", true },
		[ERR_HTTP] = { "Http", false },
		[ERR_SERVER] = { "Http", true },
		[ERR_AUTH] = { "Auth", false },
		[ERR_FORBIDDEN] = { "Auth", false },
		[ERR_TOKEN] = { "Auth", false },
		[ERR_PARSE] = { "Parse", false },
		[ERR_TRUNCATED] = { "Parse", true },
		[ERR_UNSUPPORTED] = { "Unsupported", false },
		[ERR_CANCELED] = { "Canceled", false },
		[ERR_OUTPUT] = { "Output", false },
		[ERR_SYSTEM] = { "System", false },
	};

	(void)state;
	assert_int_equal(sizeof want / sizeof *want, ERR_KINDS);
	for (int k = 0; k < ERR_KINDS; k++) {
		assert_non_null(want[k].name);
		assert_string_equal(err_kind_name((enum err_kind)k),
				    want[k].name);
		assert_int_equal(err_kind_is_retryable((enum err_kind)k),
				 want[k].is_retryable);
	}
}

static void aborts_on_a_broken_promise(void **state)
{
	int status = 0, out[2];
	char text[256] = "";
	pid_t child;

	(void)state;
	require(1 + 1 == 2);
	assert_int_equal(pipe(out), 0);
	child = fork();
	if (child == 0) {
		signal(SIGABRT, SIG_DFL);
		dup2(out[1], STDERR_FILENO);
		require(state == NULL && "on purpose");
		_exit(0);
	}
	close(out[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(read(out[0], text, sizeof text - 1) > 0);
	close(out[0]);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	assert_non_null(strstr(text, "test_err.c:"));
	assert_non_null(strstr(text, "on purpose"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_everything),
		cmocka_unit_test(takes_no_err),
		cmocka_unit_test(says_what_the_system_said),
		cmocka_unit_test(wraps_with_context),
		cmocka_unit_test(cuts_long_messages),
		cmocka_unit_test(cuts_between_characters),
		cmocka_unit_test(knows_each_kind),
		cmocka_unit_test(aborts_on_a_broken_promise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
