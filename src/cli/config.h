/* SPDX-License-Identifier: MIT */
/* config.h: settings from outside the command line.
 * Layer cli; uses base, options.
 *
 * In rising order: ${XDG_CONFIG_HOME:-~/.config}/quotefetch/config (or --config
 * FILE), $CREDENTIALS_DIRECTORY (systemd: files app_key, app_secret; an empty
 * line is none), and the environment: KIS_APP_KEY, KIS_APP_SECRET, KIS_ENV, KIS_BASE_URL,
 * APCA_API_KEY_ID, APCA_API_SECRET_KEY, ALPACA_BASE_URL, UPBIT_BASE_URL,
 * ECB_BASE_URL, QUOTEFETCH_SOURCE. Where HOME is unset, ~ is the password file's
 * home. */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include <stdint.h>

#include "base/err.h"

struct options;
struct stop;

/* Reads all of them into o, beneath what options_parse has set.
 * Errors: USAGE "FILE: line 3: unknown setting 'x'", a file with a secret that
 * others can read (says the chmod to run), a named file that is not there. */
MUST_CHECK int config_load(struct options *o, struct err *err);

/* A source's login: the settings that hold it, the variables that set them, and
 * where one gets it. */
struct config_login {
	const char *key, *secret; /* settings */
	const char *key_variable, *secret_variable;
	const char *page;
};

/* Checks that the key is there and can be a header's value, and strips one line
 * end. Errors: USAGE, with where to put it. */
MUST_CHECK int config_check_key(struct options *o,
				const struct config_login *login,
				struct err *err);

/* Makes key and secret available: runs app_secret_cmd where it is set and no
 * app_secret is (sh -c, stdout at most 4 KiB, its stderr untouched, ended by
 * the deadline), strips one line end, checks that they can be header values.
 * Errors: USAGE, with where to put them. CANCELED. DEADLINE. */
MUST_CHECK int config_load_login(struct options *o,
				 const struct config_login *login,
				 struct stop *stop, int64_t deadline_ns,
				 struct err *err);

/* The configuration file that is read, be it there or not: --config, else the
 * usual place. Returns text the caller frees, or NULL: no home, or no memory. */
char *config_path(const struct options *o);

/* The state directory: QUOTEFETCH_STATE_DIR, else
 * ${XDG_STATE_HOME:-~/.local/state}/quotefetch. Returns text the caller frees,
 * or NULL: no home, or no memory. */
char *config_state_dir(void);

#endif
