/* SPDX-License-Identifier: MIT */
/* descriptor.h: paths that name a descriptor which the caller gave us.
 * Layer cli; uses base.
 *
 * Opening "/dev/stdout" on Linux opens the file behind it anew: at its
 * beginning, without the O_APPEND of the shell's ">>", and as a regular file
 * that one would think of replacing. Such a path means the descriptor, so it
 * is the descriptor that must be written. */
#ifndef CLI_DESCRIPTOR_H
#define CLI_DESCRIPTOR_H

#include <stdbool.h>

enum {
	DESCRIPTOR_NONE = -1,    /* the path is a file's */
	DESCRIPTOR_FOREIGN = -2, /* one of another process */
};

/* The number that path stands for: /dev/stdout, /dev/fd/N, /proc/self/fd/N, or
 * a link to one of them, at whatever remove. Opens nothing; whether the
 * descriptor is open, and to what, is not looked at. */
int descriptor_of_path(const char *path);

/* Whether fd was open for writing when the program began: one of our own is
 * closed on exec, and none that was given us can be. */
bool descriptor_is_given(int fd);

#endif
