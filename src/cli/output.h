/* SPDX-License-Identifier: MIT */
/* output.h: where records go: stdout, or a file that appears when complete.
 * Layer cli; uses base, descriptor.
 *
 * A file is written as a temporary beside its goal and renamed at the end, so
 * that the old one stands until the new one is whole. Only a regular file, or
 * a name that does not exist yet, is replaced so; a device, FIFO or link to
 * one is written as it is (a link to a regular file: the file it names), and a
 * path that names a descriptor (/dev/stdout, /dev/fd/3) means that descriptor,
 * whatever it is open to. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct buf;
struct stop;
struct output; /* opaque */

/* path NULL or "-": stdout, which the caller says is open or was closed at the
 * start. Errors: OUTPUT: cannot create it, a directory, no open descriptor. */
MUST_CHECK struct output *output_open(const char *path, bool stdout_is_closed,
				      struct err *err);

/* The same for what has no end: a file is created, or appended to; if its last
 * line has none, one is put. Errors: as above. */
MUST_CHECK struct output *output_open_appending(const char *path,
						bool stdout_is_closed,
						struct err *err);

/* Whether it is no file that holds something already. */
bool output_is_at_start(const struct output *o);

/* Writes the buffer's text, whole lines at a time; what was not taken stays in the buffer.
 * Blocks: while the reader does not take it, until deadline_ns or stop.
 * Errors: OUTPUT; code is errno (EPIPE: the reader of stdout went away),
 * or ETIMEDOUT when the deadline came first; CANCELED. */
MUST_CHECK int output_write(struct output *o, struct buf *text,
			    struct stop *stop, int64_t deadline_ns,
			    struct err *err);

/* Makes the file appear under its name (fsync, rename), or checks that stdout
 * took everything. Errors: OUTPUT. Owns: frees o either way. */
MUST_CHECK int output_commit(struct output *o, struct err *err);

/* All of it at once: opens, writes the text, commits. Errors: as these. */
MUST_CHECK int output_print(const char *path, bool stdout_is_closed,
			    struct buf *text, struct stop *stop,
			    int64_t deadline_ns, struct err *err);

/* Removes the temporary; the old file stands. Takes NULL. */
void output_abandon(struct output *o);

/* Whether path, as output_open takes it, is stdout. */
bool output_is_stdout(const char *path);

bool output_is_terminal(const struct output *o);

/* The descriptor that is written. */
int output_fd(const struct output *o);

/* Whether there is an old file, which the commit will replace. */
bool output_replaces(const struct output *o);

#endif
