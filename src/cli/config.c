/* SPDX-License-Identifier: MIT */
#include "cli/config.h"

#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/safefile.h"
#include "cli/config_file.h"
#include "cli/options.h"
#include "cli/secret.h"

enum {
	CREDENTIAL_MAX_BYTES = 4096,
	PATH_MAX_BYTES = 4096,
	PASSWORD_MAX_BYTES = 4096 /* of one entry */
};

/* ---- where things are ---- */

/* $HOME, or where that is no absolute path (cron, service managers and sudo may
 * leave it out) what the password file says; store is its text's. NULL: none. */
static const char *find_home(char store[PASSWORD_MAX_BYTES])
{
	const char *home = getenv("HOME");
	struct passwd entry, *found = NULL;

	if (home && home[0] == '/')
		return home;
	if (getpwuid_r(getuid(), &entry, store, PASSWORD_MAX_BYTES, &found) !=
		    0 ||
	    !found || !entry.pw_dir || entry.pw_dir[0] != '/')
		return NULL;
	return entry.pw_dir;
}

/* "$variable/tail", or "home/home_tail" where the variable is unset or, as the
 * XDG specification says, no absolute path. NULL: no home, or no memory. */
static char *xdg_path(const char *variable, const char *home_tail,
		      const char *tail)
{
	char store[PASSWORD_MAX_BYTES];
	const char *dir = getenv(variable);
	const char *middle = "";
	struct buf path;

	if (!dir || dir[0] != '/') {
		dir = find_home(store);
		middle = home_tail;
	}
	if (!dir)
		return NULL;
	buf_init(&path, PATH_MAX_BYTES);
	buf_printf(&path, "%s%s%s", dir, middle, tail);
	if (buf_check(&path, ERR_SYSTEM, NULL) < 0)
		buf_release(&path);
	return path.data;
}

char *config_path(const struct options *o)
{
	return o->config_file ? strdup(o->config_file)
			      : xdg_path("XDG_CONFIG_HOME", "/.config",
					 "/quotefetch/config");
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
		{ "KIS_STREAM_URL", "stream-url", false },
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
	/* An empty line is how a unit's SetCredential= says "not set". */
	if (strcmp(buf_text(&text), "\n") == 0)
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

/* ---- all of them ---- */

int config_load(struct options *o, struct err *err)
{
	char *path;
	int rc;

	/* The environment comes first, so that its secrets are gone from it
	 * whatever else fails. */
	if (load_environment(o, err) < 0 || load_credentials(o, err) < 0)
		return -1;
	path = config_path(o);
	if (!path)
		return 0;
	rc = config_file_load(o, path, o->config_file != NULL, err);
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

static int fail_missing(const struct options *o, const char *name,
			const struct config_login *login, struct err *err)
{
	return err_set(err, ERR_USAGE,
		       "no %s: set %s, or write '%s = ...' into %s "
		       "(chmod 600); a key is free at %s",
		       name,
		       name == login->key ? login->key_variable
					  : login->secret_variable,
		       name,
		       /* The path may be long, and the message is not. */
		       o->config_file ? "the file of --config"
				      : "~/.config/quotefetch/config",
		       login->page);
}

int config_check_key(struct options *o, const struct config_login *login,
		     struct err *err)
{
	char *key = *options_text_at(o, login->key);

	return key ? check_text(key, login->key, err)
		   : fail_missing(o, login->key, login, err);
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
		       : fail_missing(o, login->secret, login, err);
}
