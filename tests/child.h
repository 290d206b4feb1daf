/* SPDX-License-Identifier: MIT */
/* child.h: runs a part of a test in a process of its own, which may abort, be
 * killed, or spoil its descriptors and limits. */
#ifndef CHILD_H
#define CHILD_H

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* The child ends with what body returns. */
static inline pid_t start_child(int (*body)(void *arg), void *arg)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0)
		_exit(body(arg));
	return pid;
}

/* Its exit status; 128 and the number of the signal that killed it. */
static inline int end_of_child(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static inline int in_child(int (*body)(void *arg), void *arg)
{
	return end_of_child(start_child(body, arg));
}

/* For broken promises, which are said on stderr. */
static inline int hush(void)
{
	int fd = open("/dev/null", O_WRONLY);

	return fd >= 0 ? dup2(fd, STDERR_FILENO) : -1;
}

enum { CHILD_ABORTED = 128 + SIGABRT };

#endif
