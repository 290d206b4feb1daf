/* wrap: realloc */
#define _XOPEN_SOURCE 700 /* nftw */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/safefile.h"
#include "base/sync.h"
#include "share/token_file.h"
#include "temp_dir.h"

#define OWNER "0123456789abcdef0123456789abcdef"
#define NAME "token-" OWNER

static bool is_memory_gone;

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size)
{
	return is_memory_gone ? NULL : __real_realloc(old, size);
}

static const struct token_file before = { .token = { .text = "before", .expires_at_ms = 1 },
					  .asked_at_ms = 2 };

#define FILE_OF(owner, token, rest) \
	"{\"version\":1,\"owner\":\"" owner "\",\"token\":\"" token "\"" rest "}\n"
#define TIMES ",\"expires_at_ms\":1795305600000,\"asked_at_ms\":1795219200000"

static void only_our_own_is_read(void **state)
{
	static const struct {
		const char *name, *text;
		const char *token; /* NULL: it is no file of ours */
	} rows[] = {
		{ "as written", FILE_OF(OWNER, "abc.def-_~+/=", TIMES), "abc.def-_~+/=" },
		{ "no token yet", FILE_OF(OWNER, "", TIMES), "" },
		{ "more members", FILE_OF(OWNER, "abc", TIMES ",\"x\":[1]"), "abc" },
		{ "empty", "", NULL },
		{ "blank", " \n", NULL },
		{ "binary", "\x7f" "ELF\x01", NULL },
		{ "an array", "[]", NULL },
		{ "an empty object", "{}", NULL },
		{ "cut off", "{\"version\":1,\"owner\":\"" OWNER "\",\"tok", NULL },
		{ "two of them", FILE_OF(OWNER, "abc", TIMES) "{}", NULL },
		{ "another's", FILE_OF("f123456789abcdef0123456789abcdef", "abc", TIMES), NULL },
		{ "another's, longer", FILE_OF(OWNER "0", "abc", TIMES), NULL },
		{ "nobody's", "{\"version\":1,\"token\":\"abc\"" TIMES "}", NULL },
		{ "no version", "{\"owner\":\"" OWNER "\",\"token\":\"abc\"" TIMES "}", NULL },
		{ "another version",
		  "{\"version\":2,\"owner\":\"" OWNER "\",\"token\":\"abc\"" TIMES "}", NULL },
		{ "no token", "{\"version\":1,\"owner\":\"" OWNER "\"" TIMES "}", NULL },
		{ "token of another type",
		  "{\"version\":1,\"owner\":\"" OWNER "\",\"token\":7" TIMES "}", NULL },
		{ "line end in the token", FILE_OF(OWNER, "a\\r\\nappkey: x", TIMES), NULL },
		{ "blank in the token", FILE_OF(OWNER, "a b", TIMES), NULL },
		{ "no ASCII in the token", FILE_OF(OWNER, "\xc3\xa4", TIMES), NULL },
		{ "token twice", FILE_OF(OWNER, "a", ",\"token\":\"b\"" TIMES), NULL },
		{ "time out of range", FILE_OF(OWNER, "a", ",\"expires_at_ms\":1e400"), NULL },
		{ "negative time", FILE_OF(OWNER, "a", ",\"asked_at_ms\":-1"), NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct token_file f = before;
		struct err err = { .kind = ERR_KINDS };
		int rc = token_file_parse(rows[i].text, strlen(rows[i].text), OWNER, &f, &err);

		print_message("# %s\n", rows[i].name);
		if (rows[i].token) {
			assert_int_equal(rc, 0);
			assert_string_equal(f.token.text, rows[i].token);
			assert_int_equal(f.token.expires_at_ms, INT64_C(1795305600000));
			assert_int_equal(f.asked_at_ms, INT64_C(1795219200000));
		} else {
			assert_int_equal(rc, -1);
			assert_true(err.kind == ERR_PARSE || err.kind == ERR_TRUNCATED);
			assert_memory_equal(&f, &before, sizeof f);
		}
	}
}

static int here(void)
{
	int fd = open(".", O_RDONLY | O_DIRECTORY);

	assert_true(fd >= 0);
	return fd;
}

static void put_file(const char *text, mode_t mode)
{
	int fd = open(NAME, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void assert_read(int dir, const struct token_file *want)
{
	struct token_file f = before;

	token_file_read(dir, OWNER, &f);
	assert_string_equal(f.token.text, want->token.text);
	assert_int_equal(f.token.expires_at_ms, want->token.expires_at_ms);
	assert_int_equal(f.asked_at_ms, want->asked_at_ms);
}

static void what_is_written_is_read(void **state)
{
	static const size_t lengths[] = { 0, 1, 350, TOKEN_BYTES - 2, TOKEN_BYTES - 1 };
	struct token_file f = { .token = { .expires_at_ms = 3 }, .asked_at_ms = 4 };
	int dir = here();
	struct stat st;

	(void)state;
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		memset(f.token.text, '/', lengths[i]);
		token_file_write(dir, OWNER, &f);
		assert_read(dir, &f);
		assert_int_equal(stat(NAME, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
	}
	close(dir);
}

static void distrusted_is_as_absent(void **state)
{
	static const char fine[] = FILE_OF(OWNER, "abc", TIMES);
	struct token_file abc = { .token = { .text = "abc",
					     .expires_at_ms = INT64_C(1795305600000) },
				  .asked_at_ms = INT64_C(1795219200000) };
	int dir = here();

	(void)state;
	assert_read(dir, &before);
	put_file(fine, 0600);
	assert_read(dir, &abc);
	put_file(fine, 0644);
	assert_read(dir, &before);
	put_file(fine, 0600);
	assert_int_equal(rename(NAME, "elsewhere"), 0);
	assert_int_equal(symlink("elsewhere", NAME), 0);
	assert_read(dir, &before);
	close(dir);
}

static void an_unwritable_place_is_no_failure(void **state)
{
	int dir = here();

	(void)state;
	token_file_write(-1, OWNER, &before);
	assert_int_equal(mkdir(NAME, 0700), 0);
	assert_int_equal(mkdir(NAME "/full", 0700), 0);
	token_file_write(dir, OWNER, &before);
	assert_read(dir, &before);
	assert_int_equal(access(NAME "/full", F_OK), 0);
	assert_int_equal(rmdir(NAME "/full"), 0);
	is_memory_gone = true;
	token_file_write(dir, OWNER, &before);
	is_memory_gone = false;
	assert_int_equal(access(NAME, X_OK), 0); /* still the directory */
	close(dir);
}

static void owners_do_not_lock_each_other(void **state)
{
	int dir = here(), one, two;
	struct stop stop;
	struct err err;

	(void)state;
	assert_int_equal(stop_init(&stop, &err), 0);
	one = token_file_lock(dir, OWNER, &stop, 0, &err);
	two = token_file_lock(dir, "f123456789abcdef0123456789abcdef", &stop, 0, &err);
	assert_true(one >= 0 && two >= 0);
	assert_int_equal(token_file_lock(dir, OWNER, &stop, 0, &err), -1);
	assert_int_equal(err.kind, ERR_DEADLINE);
	safefile_unlock(one);
	safefile_unlock(two);
	stop_destroy(&stop);
	close(dir);
}

#define IN_DIR(f) cmocka_unit_test_setup_teardown(f, enter_temp_dir, leave_temp_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_our_own_is_read),
		IN_DIR(what_is_written_is_read),
		IN_DIR(distrusted_is_as_absent),
		IN_DIR(an_unwritable_place_is_no_failure),
		IN_DIR(owners_do_not_lock_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
