/* SPDX-License-Identifier: MIT */
/* child.h: the COMMAND that the sandbox runs beside itself.
 * Sandbox; uses environment. Main thread only. */
#ifndef SANDBOX_CHILD_H
#define SANDBOX_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "sandbox/environment.h"

/* Starts the command, with default signals and an empty mask.
 * Errors: *exit_code is 127 if it is not found, 126 if it cannot run. */
MUST_CHECK int child_start(char **command,
			   const struct environment *environment, pid_t *pid,
			   int *exit_code, struct err *err);

/* The exit code of a child that has ended: its own, or 128 + signal.
 * False: it has not ended. */
bool child_has_ended(pid_t pid, int *exit_code);

/* A fresh directory for us alone.
 * Owns: the caller frees the path, or hands it to child_remove_directory. */
char *child_make_directory(struct err *err);

/* Removes the directory with all that is in it, and frees path. NULL is
 * fine. */
void child_remove_directory(char *path);

#endif
