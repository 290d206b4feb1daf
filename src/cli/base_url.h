/* SPDX-License-Identifier: MIT */
/* base_url.h: where the broker is: "https://host[:port]".
 * Layer cli; uses base. */
#ifndef CLI_BASE_URL_H
#define CLI_BASE_URL_H

#include <stddef.h>

#include "base/err.h"

/* Accepts https to any host, and http to this machine alone (127.0.0.0/8,
 * [::1], localhost): keys never travel in clear. No user, path, query.
 * On success *len is the length without a closing "/".
 * Errors: USAGE; never shows what may be a password. */
MUST_CHECK int base_url_check(const char *url, size_t *len, struct err *err);

/* Cuts it there, and gives one host one name, as quota and token are its own:
 * lower case, and no port that goes without saying. */
void base_url_normalize(char *url, size_t len);

#endif
