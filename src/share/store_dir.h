/* SPDX-License-Identifier: MIT */
/* store_dir.h: a quota in a file of a directory, which all processes share that
 * are of one account and read one clock.
 * Layer share; uses base, boot, limiter, quota_file, store.
 *
 * The file is locked for each operation, and only for that. An operation is
 * written down before it is acted on: a crash wastes a permission and never
 * exceeds. */
#ifndef SHARE_STORE_DIR_H
#define SHARE_STORE_DIR_H

#include "base/err.h"

struct limiter_user;
struct store;

/* dirfd: borrowed for the store's life. key: names the account; hashed. me:
 * whose window it is.
 * Returns 1 when what stands in the file's place is no file of ours: err tells.
 * Errors: SYSTEM (memory). */
MUST_CHECK int store_dir_new(int dirfd, const char *key,
			     const struct limiter_user *me, struct store **out,
			     struct err *err);

#endif
