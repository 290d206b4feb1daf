/* SPDX-License-Identifier: MIT */
/* safefile.h: private files in a private directory.
 * Layer base; uses err, clock, sync, buf.
 *
 * State and secrets: the directory is 0700 and ours, files are 0600, regular
 * and ours, never reached through a link, replaced (safefile_edit.h) by rename
 * so that a reader sees the old or the new and never a part, and locked by flock
 * on a file of their own. */
#ifndef BASE_SAFEFILE_H
#define BASE_SAFEFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct buf;
struct stop;

/* Opens the directory, making it and its parents (0700) where they lack.
 * Returns a descriptor that the caller closes, or -1.
 * Errors: SYSTEM: not a directory, not ours, others may write it. */
MUST_CHECK int safefile_open_dir(const char *path, struct err *err);

/* Reads a whole file of the directory into out (whose cap is the limit).
 * Returns 1, or 0 when there is no such file.
 * Errors: SYSTEM: a link, FIFO or directory, not ours, readable by others,
 * too large. Never blocks on a FIFO. */
MUST_CHECK int safefile_read(int dirfd, const char *name, struct buf *out,
			     struct err *err);

/* Whether the name still stands for the open file. */
bool safefile_is_in_place(int dirfd, const char *name, int fd);

/* Takes the exclusive flock of "NAME", creating the file (0600).
 * Returns a descriptor that safefile_unlock closes.
 * Blocks: until it is free, deadline_ns, or stop.
 * Errors: DEADLINE, CANCELED, SYSTEM. */
MUST_CHECK int safefile_lock(int dirfd, const char *name, struct stop *stop,
			     int64_t deadline_ns, struct err *err);
void safefile_unlock(int fd);

/* Opens a file by path for reading a configuration: any owner, but says
 * through *is_private whether only its owner can read it. Never blocks on a
 * FIFO. Returns 1, or 0 when there is no such file.
 * Errors: SYSTEM. */
MUST_CHECK int safefile_read_path(const char *path, struct buf *out,
				  bool *is_private, struct err *err);

#endif
