/* SPDX-License-Identifier: MIT */
/* Unit tests of cli/config and cli/secret, with real files. */
/* wrap: getpwuid_r */
#define _DEFAULT_SOURCE /* mkdtemp, setenv */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sync.h"
#include "cli/config.h"
#include "cli/options.h"
#include "cli/secret.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { PATH_BYTES = 512 };

static char home[] = "/tmp/quotefetch-config-XXXXXX";

/* What the password file says; NULL: it has no such user. */
static const char *password_home;

int __wrap_getpwuid_r(uid_t uid, struct passwd *out, char *store, size_t size,
		      struct passwd **found)
{
	assert_int_equal(uid, getuid());
	*found = NULL;
	if (!password_home)
		return 0;
	assert_true((size_t)snprintf(store, size, "%s", password_home) < size);
	*out = (struct passwd){ .pw_dir = store };
	*found = out;
	return 0;
}

static const char *at_home(const char *name)
{
	static char path[PATH_BYTES];

	snprintf(path, sizeof path, "%s/%s", home, name);
	return path;
}

static void write_bytes(const char *name, const char *data, size_t len, mode_t mode)
{
	int fd = open(at_home(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), (ssize_t)len);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void write_text(const char *name, const char *text, mode_t mode)
{
	write_bytes(name, text, strlen(text), mode);
}

#define CONFIG ".config/quotefetch/config"

static int setup(void **state)
{
	static const char *const unset[] = {
		"KIS_APP_KEY", "KIS_APP_SECRET", "KIS_ENV", "KIS_BASE_URL",
		"CREDENTIALS_DIRECTORY", "XDG_CONFIG_HOME", "XDG_STATE_HOME",
		"QUOTEFETCH_STATE_DIR", "SSLKEYLOGFILE",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(unset); i++)
		unsetenv(unset[i]);
	setenv("HOME", home, 1);
	unlink(at_home(CONFIG));
	return 0;
}

static int setup_home(void **state)
{
	(void)state;
	if (!mkdtemp(home) || mkdir(at_home(".config"), 0700) < 0 ||
	    mkdir(at_home(".config/quotefetch"), 0700) < 0)
		return -1;
	return 0;
}

static int remove_home(void **state)
{
	char command[PATH_BYTES];
	struct err err;

	(void)state;
	snprintf(command, sizeof command, "rm -rf '%s'; echo x", home);
	free(secret_from_command("rm", command, NULL, CLOCK_NEVER, &err));
	return 0;
}

static void assert_loads(struct options *o)
{
	struct err err = { 0 };

	options_init(o);
	if (config_load(o, &err) < 0)
		fail_msg("%s", err.msg);
}

static void assert_refused(const char *message)
{
	struct options o;
	struct err err = { 0 };

	options_init(&o);
	assert_int_equal(config_load(&o, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	if (!strstr(err.msg, message))
		fail_msg("want '%s', got: %s", message, err.msg);
	assert_null(strstr(err.msg, "hunter2"));
	options_release(&o);
}

static void test_nothing_there(void **state)
{
	struct options o;

	(void)state;
	assert_loads(&o);
	assert_null(o.app_key);
	assert_int_equal(o.workers, 3);
	options_release(&o);
	unsetenv("HOME");
	assert_loads(&o);
	options_release(&o);
}

/* Without HOME, or with one that is no place, the password file's. */
static void test_home(void **state)
{
	static const char *const homes[] = { NULL, "", "relative" };
	static const char *const unfit[] = { NULL, "", "nowhere" };
	struct options o;
	char *dir;

	(void)state;
	write_text(CONFIG, "rate = 7\n", 0600);
	for (size_t i = 0; i < 3; i++) {
		if (homes[i])
			setenv("HOME", homes[i], 1);
		else
			unsetenv("HOME");
		password_home = home;
		dir = config_state_dir();
		assert_string_equal(dir, at_home(".local/state/quotefetch"));
		free(dir);
		assert_loads(&o);
		assert_int_equal(o.rate, 7);
		options_release(&o);
		for (size_t k = 0; k < 3; k++) {
			password_home = unfit[k];
			assert_null(config_state_dir());
		}
		password_home = NULL;
	}
	setenv("HOME", "/x", 1);
	password_home = home;
	dir = config_state_dir();
	assert_string_equal(dir, "/x/.local/state/quotefetch");
	free(dir);
	password_home = NULL;
}

static void test_file(void **state)
{
	struct options o;

	(void)state;
	write_text(CONFIG,
		   "\xef\xbb\xbf# a comment\r\n"
		   "\r\n"
		   "  app_key = KEY  \r\n"
		   "app_secret=a=b#c\r\n"
		   "\t# another\n"
		   "workers = auto\n"
		   "keep-order = yes\n"
		   "fields = \"symbol\"\n"
		   "rate=5",
		   0600);
	assert_loads(&o);
	assert_string_equal(o.app_key, "KEY");
	assert_string_equal(o.app_secret, "a=b#c");
	assert_int_equal(o.workers, OPTION_AUTO);
	assert_true(o.keep_order);
	assert_string_equal(o.fields, "symbol");
	assert_int_equal(o.rate, 5);
	options_release(&o);
}

static void test_bad_files(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} rows[] = {
		{ "\n\nrtae = 1\n", "line 3: unknown setting 'rtae': did you mean 'rate'?" },
		{ "rate = x", "line 1: rate takes a whole number from 0 to 1000, not 'x'" },
		{ "rate =", "line 1: rate takes" },
		{ "fields =", "line 1: fields is empty" },
		{ "hunter2\n", "line 1: not of the form 'key = value'" },
		{ "= hunter2\n", "line 1: not of the form 'key = value'" },
		{ "file = x\n", "unknown setting 'file'" },
		{ "help = yes\n", "unknown setting 'help'" },
		{ "base-url = http://u:hunter2@h/\n", "line 1: base-url takes" },
		{ "app_key = k\n[section]\n", "line 2: not of the form" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		write_text(CONFIG, rows[i].text, 0600);
		assert_refused(rows[i].message);
		assert_refused(at_home(CONFIG));
	}
	write_bytes(CONFIG, "r\0a\0t\0e\0", 8, 0600);
	assert_refused("is it UTF-16?");
}

/* A secret that others can read is refused, and the way out is said. */
static void test_modes(void **state)
{
	char want[PATH_BYTES + 16];
	struct options o;

	(void)state;
	snprintf(want, sizeof want, "chmod 600 '%s'", at_home(CONFIG));
	write_text(CONFIG, "app_secret = hunter2\n", 0644);
	assert_refused(want);
	write_text(CONFIG, "app_secret = hunter2\n", 0640);
	assert_refused(want);
	write_text(CONFIG, "app_key = hunter2\n", 0604);
	assert_refused(want);
	write_text(CONFIG, "app_secret_cmd = echo x\n", 0664);
	assert_refused(want);

	write_text(CONFIG, "app_secret_cmd = echo x\n", 0644);
	assert_loads(&o);
	assert_string_equal(o.app_secret_cmd, "echo x");
	options_release(&o);
	write_text(CONFIG, "rate = 5\n", 0666);
	assert_loads(&o);
	assert_int_equal(o.rate, 5);
	options_release(&o);
	write_text(CONFIG, "app_secret = s\n", 0400);
	assert_loads(&o);
	options_release(&o);
}

static void test_named_file(void **state)
{
	struct options o;
	struct err err = { 0 };

	(void)state;
	write_text(CONFIG, "rate = 5\n", 0600);
	write_text("other", "batch = 7\n", 0600);
	options_init(&o);
	o.config_file = strdup(at_home("other"));
	assert_int_equal(config_load(&o, &err), 0);
	assert_int_equal(o.batch, 7);
	assert_int_equal(o.rate, OPTION_AUTO); /* in its stead, not besides */
	options_release(&o);

	options_init(&o);
	o.config_file = strdup(at_home("missing"));
	assert_int_equal(config_load(&o, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_non_null(strstr(err.msg, "cannot read '"));
	options_release(&o);

	options_init(&o);
	o.config_file = strdup(home);
	assert_int_equal(config_load(&o, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	options_release(&o);

	/* A FIFO that nobody writes does not hold us up. */
	assert_int_equal(mkfifo(at_home("fifo"), 0600), 0);
	options_init(&o);
	o.config_file = strdup(at_home("fifo"));
	assert_int_equal(config_load(&o, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	options_release(&o);
}

static void test_xdg(void **state)
{
	struct options o;
	char *dir;

	(void)state;
	assert_int_equal(mkdir(at_home("quotefetch"), 0700), 0);
	write_text("quotefetch/config", "rate = 9\n", 0600);
	setenv("XDG_CONFIG_HOME", home, 1);
	assert_loads(&o);
	assert_int_equal(o.rate, 9);
	options_release(&o);
	setenv("XDG_CONFIG_HOME", "relative", 1); /* not valid: as if unset */
	write_text(CONFIG, "rate = 5\n", 0600);
	assert_loads(&o);
	assert_int_equal(o.rate, 5);
	options_release(&o);

	dir = config_state_dir();
	assert_string_equal(dir, at_home(".local/state/quotefetch"));
	free(dir);
	setenv("XDG_STATE_HOME", "/x", 1);
	dir = config_state_dir();
	assert_string_equal(dir, "/x/quotefetch");
	free(dir);
	setenv("QUOTEFETCH_STATE_DIR", "./here", 1);
	dir = config_state_dir();
	assert_string_equal(dir, "./here");
	free(dir);
	unsetenv("QUOTEFETCH_STATE_DIR");
	unsetenv("XDG_STATE_HOME");
	unsetenv("HOME");
	assert_null(config_state_dir());
}

static void test_environment(void **state)
{
	struct options o;

	(void)state;
	setenv("KIS_APP_KEY", "KEY", 1);
	setenv("KIS_APP_SECRET", "SECRET", 1);
	setenv("KIS_ENV", "paper", 1);
	setenv("KIS_BASE_URL", "https://example.com/", 1);
	setenv("SSLKEYLOGFILE", "/tmp/keys", 1);
	assert_loads(&o);
	assert_string_equal(o.app_key, "KEY");
	assert_string_equal(o.app_secret, "SECRET");
	assert_string_equal(o.env, "paper");
	assert_string_equal(o.base_url, "https://example.com");
	assert_null(getenv("KIS_APP_KEY"));
	assert_null(getenv("KIS_APP_SECRET"));
	assert_null(getenv("SSLKEYLOGFILE"));
	options_release(&o);

	/* The secrets go also when something else is wrong. */
	setenv("KIS_APP_SECRET", "hunter2", 1);
	setenv("KIS_ENV", "moon", 1);
	assert_refused("KIS_ENV: env takes real or paper, not 'moon'");
	assert_null(getenv("KIS_APP_SECRET"));

	setenv("KIS_ENV", "", 1); /* as if unset */
	assert_loads(&o);
	assert_string_equal(o.env, "real");
	options_release(&o);
}

static void test_precedence(void **state)
{
	struct options o;
	struct err err = { 0 };
	char *argv[] = { (char *)"quotefetch", (char *)"--env=real", NULL };

	(void)state;
	write_text(CONFIG, "app_key = file\napp_secret = file\nenv = paper\nrate = 3\n", 0600);
	mkdir(at_home("creds"), 0700);
	write_text("creds/app_key", "creds\n", 0440);
	write_text("creds/app_secret", "creds\r\n", 0440);
	setenv("CREDENTIALS_DIRECTORY", at_home("creds"), 1);
	setenv("KIS_APP_KEY", "environment", 1);

	options_init(&o);
	assert_int_equal(options_parse(&o, 2, argv, &err), 0);
	assert_int_equal(config_load(&o, &err), 0);
	assert_string_equal(o.app_key, "environment");
	assert_string_equal(o.app_secret, "creds");
	assert_string_equal(o.env, "real");
	assert_int_equal(o.rate, 3);
	options_release(&o);

	write_bytes("creds/app_secret", "a\0b", 3, 0400);
	assert_refused("app_secret holds a blank, control or non-ASCII character "
		       "at position 2");
	write_text("creds/app_secret", "\r\n", 0400);
	assert_refused("app_secret is empty");

	/* Not set: the file below has it. */
	write_text("creds/app_secret", "\n", 0400);
	options_init(&o);
	assert_int_equal(config_load(&o, &err), 0);
	assert_string_equal(o.app_key, "creds");
	assert_string_equal(o.app_secret, "file");
	options_release(&o);
}

static void test_secret_check(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		size_t want; /* 0: refused */
	} rows[] = {
		{ "x", 1, 1 },          { "abc\n", 4, 3 },    { "abc\r\n", 5, 3 },
		{ "abc\n\n", 5, 0 },    { "abc\r", 4, 0 },    { "", 0, 0 },
		{ "\n", 1, 0 },         { "\r\n", 2, 0 },     { "a b", 3, 0 },
		{ "a\0b", 3, 0 },       { "a\x7f", 2, 0 },    { "\xed\x95\x9c", 3, 0 },
		{ "a\r\nX: y\r\n", 8, 0 },
	};
	char long_one[SECRET_MAX_BYTES + 2];
	struct err err;
	size_t len;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		len = rows[i].len;
		assert_int_equal(secret_check("x", rows[i].text, &len, &err),
				 rows[i].want ? 0 : -1);
		if (rows[i].want)
			assert_int_equal(len, rows[i].want);
	}
	memset(long_one, 'x', sizeof long_one);
	long_one[SECRET_MAX_BYTES] = '\n';
	len = SECRET_MAX_BYTES + 1;
	assert_int_equal(secret_check("x", long_one, &len, &err), 0);
	long_one[SECRET_MAX_BYTES] = 'x';
	len = SECRET_MAX_BYTES + 1;
	assert_int_equal(secret_check("x", long_one, &len, &err), -1);
}

static const struct config_login kis = { "app_key", "app_secret", "KIS_APP_KEY",
					  "KIS_APP_SECRET", "https://example.test" };

static int load_secrets(struct options *o, const char *command, struct stop *stop,
			int64_t deadline_ns, struct err *err)
{
	options_init(o);
	memset(err, 0, sizeof *err);
	assert_int_equal(options_set(o, "app_key", "KEY", SOURCE_CONFIG, err), 0);
	assert_int_equal(options_set(o, "app_secret_cmd", command, SOURCE_CONFIG, err), 0);
	return config_load_login(o, &kis, stop, deadline_ns, err);
}

static void test_secrets_missing(void **state)
{
	struct options o;
	struct err err = { 0 };

	(void)state;
	options_init(&o);
	assert_int_equal(config_load_login(&o, &kis, NULL, CLOCK_NEVER, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_non_null(strstr(err.msg, "no app_key: set KIS_APP_KEY"));
	assert_int_equal(options_set(&o, "app_key", "KEY\n", SOURCE_ENVIRONMENT, &err), 0);
	assert_int_equal(config_load_login(&o, &kis, NULL, CLOCK_NEVER, &err), -1);
	assert_non_null(strstr(err.msg, "no app_secret: set KIS_APP_SECRET"));
	assert_string_equal(o.app_key, "KEY");
	assert_int_equal(options_set(&o, "app_secret", "hunter2\thunter2",
				     SOURCE_ENVIRONMENT, &err), 0);
	assert_int_equal(config_load_login(&o, &kis, NULL, CLOCK_NEVER, &err), -1);
	assert_non_null(strstr(err.msg, "at position 8"));
	assert_null(strstr(err.msg, "hunter2"));
	assert_int_equal(options_set(&o, "app_secret", "s", SOURCE_ENVIRONMENT, &err), 0);
	assert_int_equal(config_load_login(&o, &kis, NULL, CLOCK_NEVER, &err), 0);
	options_release(&o);
}

static void test_command(void **state)
{
	static const struct {
		const char *command;
		const char *want;    /* or NULL: */
		const char *message;
	} rows[] = {
		{ "echo SECRET", "SECRET", NULL },
		{ "printf SECRET", "SECRET", NULL },
		{ "printf 'SE'; printf 'CRET\\r\\n'", "SECRET", NULL },
		{ "cat; echo SECRET", "SECRET", NULL }, /* stdin is /dev/null */
		{ "exit 3", NULL, "app_secret_cmd: it failed with exit status 3" },
		{ "echo hunter2; exit 1", NULL, "exit status 1" },
		{ "kill -9 $$", NULL, "killed by signal 9" },
		{ "true", NULL, "app_secret_cmd: what it prints is empty" },
		{ "echo hunter2; echo hunter2", NULL, "at position 8" },
		{ "/nonexistent/command 2>&-", NULL, "exit status 127" },
		{ "yes hunter2", NULL, "it prints more than 4096 bytes" },
		{ "exec >&-; exit 7", NULL, "exit status 7" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct options o;
		struct err err;
		int rc = load_secrets(&o, rows[i].command, NULL, CLOCK_NEVER, &err);

		if ((rc == 0) != (rows[i].want != NULL))
			fail_msg("%s: %s", rows[i].command, rc ? err.msg : "accepted");
		if (rows[i].want)
			assert_string_equal(o.app_secret, rows[i].want);
		else if (!strstr(err.msg, rows[i].message))
			fail_msg("%s gave: %s", rows[i].command, err.msg);
		if (rc < 0) {
			assert_int_equal(err.kind, ERR_USAGE);
			assert_null(o.app_secret);
			assert_null(strstr(err.msg, "hunter2"));
		}
		options_release(&o);
	}
}

/* A secret that is there keeps the command from being run. */
static void test_command_not_needed(void **state)
{
	struct options o;
	struct err err;

	(void)state;
	options_init(&o);
	assert_int_equal(options_set(&o, "app_key", "KEY", SOURCE_CONFIG, &err), 0);
	assert_int_equal(options_set(&o, "app_secret", "S", SOURCE_CONFIG, &err), 0);
	assert_int_equal(options_set(&o, "app_secret_cmd", "false", SOURCE_CONFIG, &err), 0);
	assert_int_equal(config_load_login(&o, &kis, NULL, CLOCK_NEVER, &err), 0);
	assert_string_equal(o.app_secret, "S");
	options_release(&o);
}

/* The process that a command has written into the file "pid". */
static pid_t read_pid(void)
{
	char text[32] = "";
	FILE *f = fopen(at_home("pid"), "r");
	pid_t pid;

	assert_non_null(f);
	assert_non_null(fgets(text, sizeof text, f));
	fclose(f);
	pid = (pid_t)strtol(text, NULL, 10);
	assert_true(pid > 1);
	return pid;
}

/* A process left behind that keeps the pipe open is not waited for. */
static void test_command_leaves_process(void **state)
{
	char command[PATH_BYTES * 2];
	struct options o;
	struct err err;

	(void)state;
	snprintf(command, sizeof command,
		 "sleep 1000 2>&- & echo $! >'%s'; echo SECRET", at_home("pid"));
	assert_int_equal(load_secrets(&o, command, NULL, CLOCK_NEVER, &err), 0);
	assert_string_equal(o.app_secret, "SECRET");
	options_release(&o);
	assert_int_equal(kill(read_pid(), SIGKILL), 0); /* it still lived */
}

/* A command that does not end: the deadline, then the stop, ends it. The
 * process itself says in a file who it is, and must be gone. */
static void test_command_hangs(void **state)
{
	struct stop stop;
	struct options o;
	struct err err;
	char command[PATH_BYTES * 2];

	(void)state;
	assert_int_equal(load_secrets(&o, "exec sleep 1000", NULL, clock_monotonic_ns(), &err),
			 -1);
	assert_int_equal(err.kind, ERR_DEADLINE);
	options_release(&o);
	assert_int_equal(load_secrets(&o, "exec >&-; exec sleep 1000", NULL,
				      clock_monotonic_ns() + 100 * NS_PER_MS, &err), -1);
	assert_int_equal(err.kind, ERR_DEADLINE);
	options_release(&o);

	assert_int_equal(stop_init(&stop, &err), 0);
	stop_request(&stop, SIGINT);
	assert_int_equal(load_secrets(&o, "exec sleep 1000", &stop, CLOCK_NEVER, &err), -1);
	assert_int_equal(err.kind, ERR_CANCELED);
	options_release(&o);
	stop_destroy(&stop);

	/* More than the cap, then a long sleep: killed as soon as it is seen. */
	snprintf(command, sizeof command,
		 "echo $$ >'%s'; head -c 10000 /dev/zero; exec sleep 1000",
		 at_home("pid"));
	assert_int_equal(load_secrets(&o, command, NULL, CLOCK_NEVER, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	options_release(&o);
	assert_int_equal(kill(read_pid(), 0), -1);
	assert_int_equal(errno, ESRCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_nothing_there, setup),
		cmocka_unit_test_setup(test_home, setup),
		cmocka_unit_test_setup(test_file, setup),
		cmocka_unit_test_setup(test_bad_files, setup),
		cmocka_unit_test_setup(test_modes, setup),
		cmocka_unit_test_setup(test_named_file, setup),
		cmocka_unit_test_setup(test_xdg, setup),
		cmocka_unit_test_setup(test_environment, setup),
		cmocka_unit_test_setup(test_precedence, setup),
		cmocka_unit_test(test_secret_check),
		cmocka_unit_test(test_secrets_missing),
		cmocka_unit_test(test_command),
		cmocka_unit_test(test_command_not_needed),
		cmocka_unit_test(test_command_leaves_process),
		cmocka_unit_test(test_command_hangs),
	};

	return cmocka_run_group_tests(tests, setup_home, remove_home);
}
