#include "cli/config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/safefile.h"
#include "cli/options.h"
#include "cli/secret.h"

enum {
	CONFIG_MAX_BYTES = 64 * 1024,
	CREDENTIAL_MAX_BYTES = 4096,
	PATH_MAX_BYTES = 4096
};

/* ---- where things are ---- */

/* "$variable/tail", or "$HOME/home_tail" where the variable is unset or, as
 * the XDG specification says, no absolute path. NULL: no home, or no memory. */
static char *xdg_path(const char *variable, const char *home_tail,
		      const char *tail)
{
	const char *dir = getenv(variable);
	const char *middle = "";
	struct buf path;

	if (!dir || dir[0] != '/') {
		dir = getenv("HOME");
		middle = home_tail;
	}
	if (!dir || dir[0] != '/')
		return NULL;
	buf_init(&path, PATH_MAX_BYTES);
	buf_printf(&path, "%s%s%s", dir, middle, tail);
	if (buf_check(&path, ERR_SYSTEM, NULL) < 0)
		buf_release(&path);
	return path.data;
}

char *config_state_dir(void)
{
	const char *dir = getenv("QUOTEFETCH_STATE_DIR");

	if (dir && dir[0] != '\0')
		return strdup(dir);
	return xdg_path("XDG_STATE_HOME", "/.local/state", "/quotefetch");
}

/* ---- environment ---- */

static int load_environment(struct options *o, struct err *err)
{
	static const struct {
		const char *variable;
		const char *name;
		bool is_secret;
	} rows[] = {
		{ "KIS_APP_KEY", "app_key", true },
		{ "KIS_APP_SECRET", "app_secret", true },
		{ "KIS_ENV", "env", false },
		{ "KIS_BASE_URL", "base-url", false },
		{ "APCA_API_KEY_ID", "alpaca_key_id", true },
		{ "APCA_API_SECRET_KEY", "alpaca_secret_key", true },
		{ "ALPACA_BASE_URL", "alpaca_base_url", false },
		{ "UPBIT_BASE_URL", "upbit_base_url", false },
		{ "ECB_BASE_URL", "ecb_base_url", false },
		{ "QUOTEFETCH_SOURCE", "source", false },
	};
	int rc = 0;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *value = getenv(rows[i].variable);

		/* Set but empty is how service files say "not set". */
		if (!value || value[0] == '\0')
			continue;
		if (rc == 0 && options_set(o, rows[i].name, value,
					   SOURCE_ENVIRONMENT, err) < 0)
			rc = err_wrap(err, "%s", rows[i].variable);
		if (rows[i].is_secret) {
			/* Out of the memory that /proc/PID/environ shows, too. */
			secret_wipe(value, strlen(value));
			unsetenv(rows[i].variable);
		}
	}
	/* libcurl's TLS would write its session keys there. */
	unsetenv("SSLKEYLOGFILE");
	return rc;
}

/* ---- systemd's credentials ---- */

static int load_credential(struct options *o, const char *dir, const char *name,
			   struct err *err)
{
	char path[PATH_MAX_BYTES];
	struct buf text;
	bool is_private;
	size_t len;
	int rc;

	if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path)
		return err_set(err, ERR_USAGE,
			       "CREDENTIALS_DIRECTORY is too long");
	buf_init(&text, CREDENTIAL_MAX_BYTES);
	/* Who may read it is systemd's business. */
	rc = safefile_read_path(path, &text, &is_private, err);
	if (rc < 0 && err)
		err->kind = ERR_USAGE;
	if (rc <= 0)
		goto out;
	len = text.len;
	rc = secret_check(name, buf_text(&text), &len, err);
	if (rc < 0) {
		err_wrap(err, "'%s'", path);
		goto out;
	}
	text.data[len] = '\0';
	rc = options_set(o, name, text.data, SOURCE_CREDENTIALS, err);
out:
	if (text.data)
		secret_wipe(text.data, text.cap);
	buf_release(&text);
	return rc < 0 ? -1 : 0;
}

static int load_credentials(struct options *o, struct err *err)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");

	if (!dir || dir[0] == '\0')
		return 0;
	if (load_credential(o, dir, "app_key", err) < 0)
		return -1;
	return load_credential(o, dir, "app_secret", err);
}

/* ---- the configuration file ---- */

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " \t\r");
	len = strlen(text);
	while (len > 0 && strchr(" \t\r", text[len - 1]))
		len--;
	text[len] = '\0';
	return text;
}

/* What has been found in a file, apart from the settings. */
struct findings {
	bool is_private; /* only its owner can read it */
	bool names_secret;
	bool names_command;
};

/* One line, cut in place. Its value may be a secret, so
 * no message repeats what does not fit the form. */
static int read_line(struct options *o, char *line, struct findings *found,
		     struct err *err)
{
	char *name = trim(line);
	char *equals = strchr(name, '=');
	char *value;

	if (name[0] == '\0' || name[0] == '#')
		return 0;
	if (!equals || equals == name)
		return err_set(err, ERR_USAGE, "not of the form 'key = value'");
	*equals = '\0';
	value = trim(equals + 1);
	name = trim(name);
	if (strcmp(name, "app_key") == 0 || strcmp(name, "app_secret") == 0)
		found->names_secret = true;
	if (strcmp(name, "app_secret_cmd") == 0)
		found->names_command = true;
	return options_set(o, name, value, SOURCE_CONFIG, err);
}

static int read_lines(struct options *o, struct buf *text,
		      struct findings *found, struct err *err)
{
	char *line = text->data;
	char *end = text->data + text->len;
	int number = 0;

	if (memchr(line, '\0', text->len))
		return err_set(err, ERR_USAGE,
			       "holds a NUL byte: is it UTF-16?");
	if (strncmp(line, "\xef\xbb\xbf", 3) == 0)
		line += 3;
	while (line < end) {
		char *next = line + strcspn(line, "\n");

		*next = '\0'; /* at the very end, the buffer's own NUL */
		number++;
		if (read_line(o, line, found, err) < 0)
			return err_wrap(err, "line %d", number);
		line = next + 1;
	}
	return 0;
}

/* Others may not read a secret, nor write what a shell will run. */
static int check_mode(const char *path, const struct findings *found,
		      struct err *err)
{
	struct stat st;

	if (found->names_secret && !found->is_private)
		return err_set(
			err, ERR_USAGE,
			"others can read the secret in it: run chmod 600 '%s'",
			path);
	if (found->names_command && stat(path, &st) == 0 && (st.st_mode & 022))
		return err_set(
			err, ERR_USAGE,
			"others can write the command in it: run chmod 600 '%s'",
			path);
	return 0;
}

static int load_file(struct options *o, const char *path, bool must_exist,
		     struct err *err)
{
	struct findings found = { 0 };
	struct buf text;
	int rc;

	buf_init(&text, CONFIG_MAX_BYTES);
	rc = safefile_read_path(path, &text, &found.is_private, err);
	if (rc == 0 && must_exist)
		rc = err_set_errno(err, ERR_USAGE, ENOENT, "cannot read '%s'",
				   path);
	else if (rc < 0 && err)
		err->kind = ERR_USAGE;
	if (rc <= 0 || text.len == 0)
		goto out;
	rc = read_lines(o, &text, &found, err);
	if (rc < 0)
		err_wrap(err, "'%s'", path);
	else
		rc = check_mode(path, &found, err);
out:
	if (text.data)
		secret_wipe(text.data, text.cap);
	buf_release(&text);
	return rc < 0 ? -1 : 0;
}

int config_load(struct options *o, struct err *err)
{
	char *path;
	int rc;

	/* The environment comes first, so that its secrets are gone from it
	 * whatever else fails. */
	if (load_environment(o, err) < 0 || load_credentials(o, err) < 0)
		return -1;
	if (o->config_file)
		return load_file(o, o->config_file, true, err);
	path = xdg_path("XDG_CONFIG_HOME", "/.config", "/quotefetch/config");
	if (!path)
		return 0;
	rc = load_file(o, path, false, err);
	free(path);
	return rc;
}

/* ---- secrets ---- */

static int check_text(char *text, const char *name, struct err *err)
{
	size_t len = strlen(text);

	if (secret_check(name, text, &len, err) < 0)
		return -1;
	text[len] = '\0';
	return 0;
}

static int fail_missing(const char *name, const struct config_login *login,
			struct err *err)
{
	return err_set(err, ERR_USAGE,
		       "no %s: set %s, or write '%s = ...' into "
		       "~/.config/quotefetch/config (chmod 600); a key is free "
		       "at %s",
		       name,
		       name == login->key ? login->key_variable
					  : login->secret_variable,
		       name, login->page);
}

int config_check_key(struct options *o, const struct config_login *login,
		     struct err *err)
{
	char *key = *options_text_at(o, login->key);

	return key ? check_text(key, login->key, err)
		   : fail_missing(login->key, login, err);
}

int config_load_login(struct options *o, const struct config_login *login,
		      struct stop *stop, int64_t deadline_ns, struct err *err)
{
	char **secret = options_text_at(o, login->secret);

	if (config_check_key(o, login, err) < 0)
		return -1;
	if (!*secret && secret == &o->app_secret && o->app_secret_cmd) {
		*secret =
			secret_from_command("app_secret_cmd", o->app_secret_cmd,
					    stop, deadline_ns, err);
		if (!*secret)
			return -1;
	}
	return *secret ? check_text(*secret, login->secret, err)
		       : fail_missing(login->secret, login, err);
}
