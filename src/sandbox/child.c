/* SPDX-License-Identifier: MIT */
/* _XOPEN_SOURCE 700: nftw(), to remove a directory with what is in it. */
#define _XOPEN_SOURCE 700
#include "sandbox/child.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Signals that the sandbox handles in its own way are as new for the child,
 * even if whoever started us had them ignored. */
static int set_signals(posix_spawnattr_t *attributes)
{
	sigset_t none, defaults;

	sigemptyset(&none);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGINT);
	sigaddset(&defaults, SIGTERM);
	sigaddset(&defaults, SIGQUIT);
	sigaddset(&defaults, SIGPIPE);
	sigaddset(&defaults, SIGCHLD);
	return posix_spawnattr_setsigmask(attributes, &none) ||
	       posix_spawnattr_setsigdefault(attributes, &defaults) ||
	       posix_spawnattr_setflags(attributes,
					POSIX_SPAWN_SETSIGMASK |
						POSIX_SPAWN_SETSIGDEF);
}

int child_start(char **command, const struct environment *environment,
		pid_t *pid, int *exit_code, struct err *err)
{
	char **made = environment_make_list(environment);
	posix_spawnattr_t attributes;
	int error = ENOMEM;

	*exit_code = 1;
	if (!made)
		goto out;
	error = posix_spawnattr_init(&attributes);
	if (error)
		goto out;
	error = set_signals(&attributes)
			? EINVAL
			: posix_spawnp(pid, command[0], NULL, &attributes,
				       command, made);
	posix_spawnattr_destroy(&attributes);
	if (error)
		*exit_code = error == ENOENT ? 127 : 126;
out:
	environment_free_list(made, environment);
	if (error)
		return err_set_errno(err, ERR_SYSTEM, error, "cannot run '%s'",
				     command[0]);
	return 0;
}

bool child_has_ended(pid_t pid, int *exit_code)
{
	int status;

	if (waitpid(pid, &status, WNOHANG) != pid)
		return false;
	if (WIFEXITED(status))
		*exit_code = WEXITSTATUS(status);
	else
		*exit_code = 128 + WTERMSIG(status);
	return true;
}

char *child_make_directory(struct err *err)
{
	const char *parent = getenv("TMPDIR");
	size_t size;
	char *path;

	if (!parent || !*parent)
		parent = "/tmp";
	size = strlen(parent) + sizeof("/quotefetch-sandbox-XXXXXX");
	path = malloc(size);
	if (!path) {
		err_no_memory(err);
		return NULL;
	}
	snprintf(path, size, "%s/quotefetch-sandbox-XXXXXX", parent);
	if (!mkdtemp(path)) {
		err_set_errno(err, ERR_SYSTEM, errno,
			      "cannot make directory '%s'", path);
		free(path);
		return NULL;
	}
	return path;
}

static int remove_entry(const char *path, const struct stat *status, int type,
			struct FTW *place)
{
	(void)status;
	(void)type;
	(void)place;
	/* What cannot be removed stays; the rest goes on. */
	(void)!remove(path);
	return 0;
}

void child_remove_directory(char *path)
{
	if (!path)
		return;
	nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	free(path);
}
