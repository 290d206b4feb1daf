/* SPDX-License-Identifier: MIT */
/* config_file.h: the configuration file: lines of "key = value".
 * Layer cli; uses base, options, secret.
 *
 *   # a comment
 *   rate = 5              # also behind a value, after a blank
 *   app_key = "PSxx"      the quotes are taken off
 *   app-secret-cmd = pass show kis
 *
 * Keys are the long option names; '-' and '_' are the same. A key that is
 * unknown, or set twice, is an error with its line. */
#ifndef CLI_CONFIG_FILE_H
#define CLI_CONFIG_FILE_H

#include <stdbool.h>

#include "base/err.h"

struct options;

/* Reads the file into o, beneath what is set already. A file that is not there
 * is no error unless must_exist.
 * Errors: USAGE: "'FILE': line 3: unknown setting 'x'"; a secret that others
 * can read, a command that others can write (say the chmod to run). */
MUST_CHECK int config_file_load(struct options *o, const char *path,
				bool must_exist, struct err *err);

#endif
