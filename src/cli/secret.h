/* SPDX-License-Identifier: MIT */
/* secret.h: texts that nobody else may see.
 * Layer cli; uses base.
 *
 * A secret is 1 to SECRET_MAX_BYTES visible ASCII characters: what can be the
 * value of a header. No message ever shows one. */
#ifndef CLI_SECRET_H
#define CLI_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct stop;

enum { SECRET_MAX_BYTES = 512 };

/* Overwrites memory that is about to be freed, so that the compiler cannot
 * leave it out. */
void secret_wipe(void *data, size_t len);

/* Checks len bytes as a file or command gave them, less one line end. On
 * success *len is the length without it. name is what messages call it.
 * Errors: USAGE. */
MUST_CHECK int secret_check(const char *name, const char *text, size_t *len,
			    struct err *err);

/* Runs command by sh -c and returns what it prints, checked; the caller wipes
 * and frees it. The command's stdin is /dev/null (ours may be the symbol
 * list), its stderr is ours.
 * Blocks: until the command ends, deadline_ns or stop; then it is killed. A
 * process it leaves behind with the pipe is not waited for.
 * Errors: USAGE: it failed, or printed no secret; DEADLINE, CANCELED, SYSTEM.
 * Thread: main. */
MUST_CHECK char *secret_from_command(const char *name, const char *command,
				     struct stop *stop, int64_t deadline_ns,
				     struct err *err);

#endif
