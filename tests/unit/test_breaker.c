#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/sync.h"
#include "engine/breaker.h"

enum { ANSWER = ERR_KINDS }; /* in a story: the broker answered */

static void tell(struct breaker *b, int what)
{
	struct err err;

	err_set(&err, (enum err_kind)what, "failure %d", what);
	if (what == ANSWER)
		breaker_note_answer(b);
	else
		breaker_note_failure(b, &err);
}

/* What cannot heal opens it at once, what may heal at the sixth; what is one
 * symbol's never. */
static void each_kind_has_its_threshold(void **state)
{
	static const struct {
		enum err_kind kind;
		int opens_at;
	} rows[] = {
		{ ERR_AUTH, 1 },       { ERR_TLS, 1 },	     { ERR_HOST, 1 },
		{ ERR_RATE_LIMIT, 6 }, { ERR_TIMEOUT, 6 },   { ERR_NETWORK, 6 },
		{ ERR_HANDSHAKE, 6 },  { ERR_HTTP, 30 },	     { ERR_SERVER, 6 },
		{ ERR_PARSE, 30 },      { ERR_TRUNCATED, 6 }, { ERR_USAGE, 0 },
		{ ERR_INPUT, 0 },      { ERR_NOT_FOUND, 0 }, { ERR_NO_TRADE, 0 }, { ERR_LIMIT, 0 }, { ERR_DEADLINE, 0 },
		{ ERR_TOKEN, 0 },      { ERR_UNSUPPORTED, 0 }, { ERR_CANCELED, 0 },
		{ ERR_OUTPUT, 0 },     { ERR_SYSTEM, 0 },      { ERR_FORBIDDEN, 30 },
	};

	(void)state;
	assert_int_equal(sizeof rows / sizeof *rows, ERR_KINDS);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err err, why = { .kind = ERR_KINDS };
		struct breaker *b = breaker_new(&err);

		for (int n = 1; n <= 40; n++) {
			tell(b, rows[i].kind);
			assert_int_equal(breaker_is_open(b, &why),
					 rows[i].opens_at && n >= rows[i].opens_at);
		}
		assert_int_equal(why.kind, rows[i].opens_at ? rows[i].kind : ERR_KINDS);
		breaker_free(b);
	}
	breaker_free(NULL);
}

#define N ERR_NETWORK
#define T ERR_TIMEOUT
#define P ERR_PARSE
#define P5 P, P, P, P, P
#define P10 P5, P5
#define END -1

static void only_failures_in_a_row_count(void **state)
{
	static const struct {
		const char *name;
		int story[60];
		bool opens;
	} rows[] = {
		{ "five", { N, N, N, N, N, END }, false },
		{ "six", { N, N, N, N, N, N, END }, true },
		{ "an answer between", { N, N, N, N, N, ANSWER, N, N, N, N, N, END }, false },
		{ "an answer, then six", { N, N, ANSWER, N, N, N, N, N, N, END }, true },
		{ "two kinds in turn", { N, T, N, T, N, T, END }, true },
		{ "another kind, then six", { N, N, N, T, T, T, T, T, T, END }, true },
		{ "a symbol's own is an answer", { N, N, N, ERR_NOT_FOUND, N, N, N, END }, false },
		{ "the run's own is not", { N, N, N, ERR_CANCELED, N, N, N, END }, true },
		{ "unreadable", { P10, P10, P5, P, P, P, P, END }, false },
		{ "all unreadable", { P10, P10, P10, END }, true },
		{ "unreadable, an answer between", { P10, P10, P5, ANSWER, P10, P10, P5, END }, false },
		{ "unreadable and dead in turn", { P5, N, P, N, P, N, P, N, P, END }, false },
		{ "unreadable and dead at last", { P5, N, P5, N, P5, N, END }, true },
		{ "refused after an answer", { ANSWER, ERR_AUTH, END }, true },
		{ "once open, always open", { ERR_AUTH, ANSWER, ANSWER, END }, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err err, why;
		struct breaker *b = breaker_new(&err);

		print_message("# %s\n", rows[i].name);
		for (const int *what = rows[i].story; *what != END; what++)
			tell(b, *what);
		assert_int_equal(breaker_is_open(b, &why), rows[i].opens);
		breaker_free(b);
	}
}

static void says_what_opened_it(void **state)
{
	struct err err, why;
	struct breaker *b = breaker_new(&err);

	(void)state;
	err_set(&err, ERR_AUTH, "the key is wrong");
	err.code = 403;
	breaker_note_failure(b, &err);
	tell(b, ERR_TLS); /* comes too late */
	assert_true(breaker_is_open(b, &why));
	assert_int_equal(why.kind, ERR_AUTH);
	assert_int_equal(why.code, 403);
	assert_string_equal(why.msg, "the key is wrong");
	breaker_free(b);
}

enum { ENOUGH = BREAKER_POINTS / BREAKER_FIRM };

static void *fail_once(void *b)
{
	tell(b, ERR_NETWORK);
	return NULL;
}

static void counts_for_all_threads(void **state)
{
	struct thread thread[ENOUGH];
	struct err err, why;
	struct breaker *b = breaker_new(&err);

	(void)state;
	for (int i = 0; i < ENOUGH; i++)
		assert_int_equal(thread_start(&thread[i], fail_once, b, &err), 0);
	for (int i = 0; i < ENOUGH; i++)
		thread_join(&thread[i]);
	assert_true(breaker_is_open(b, &why));
	breaker_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_has_its_threshold),
		cmocka_unit_test(only_failures_in_a_row_count),
		cmocka_unit_test(says_what_opened_it),
		cmocka_unit_test(counts_for_all_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
