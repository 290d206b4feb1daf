/* SPDX-License-Identifier: MIT */
/* environment.h: where everything is found, as the variables that clients
 * read: for the COMMAND, for a file that a shell reads.
 * Sandbox, low; uses err. Main thread only. */
#ifndef SANDBOX_ENVIRONMENT_H
#define SANDBOX_ENVIRONMENT_H

#include "base/err.h"

enum { ENVIRONMENT_MAX = 16 };

struct environment {
	struct setting {
		const char *name, *value; /* borrowed */
	} setting[ENVIRONMENT_MAX];
	int count;
};

void environment_set(struct environment *environment, const char *name,
		     const char *value);

/* Our own environment, with the settings in front.
 * Owns: environment_free_list; NULL if there is no memory. */
char **environment_make_list(const struct environment *environment);
void environment_free_list(char **list, const struct environment *environment);

/* Writes "export NAME='VALUE'" lines, beside the file and renamed: who sees it
 * sees all of it.
 * Errors: SYSTEM. */
MUST_CHECK int environment_write(const struct environment *environment,
				 const char *path, struct err *err);

/* The same with a port and a line end, for a port file. */
MUST_CHECK int environment_write_port(const char *path, unsigned int port,
				      struct err *err);

#endif
