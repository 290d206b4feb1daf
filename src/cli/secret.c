/* SPDX-License-Identifier: MIT */
/* explicit_bzero is not in POSIX. */
#define _DEFAULT_SOURCE
#include "cli/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"

enum { COMMAND_OUTPUT_BYTES = 4096 };

/* How often a silent command is asked whether it still lives. */
#define COMMAND_LOOK_NS (20 * NS_PER_MS)

extern char **environ;

void secret_wipe(void *data, size_t len)
{
	if (len > 0)
		explicit_bzero(data, len);
}

int secret_check(const char *name, const char *text, size_t *len,
		 struct err *err)
{
	size_t n = *len;

	if (n > 0 && text[n - 1] == '\n')
		n--;
	if (n > 0 && n < *len && text[n - 1] == '\r')
		n--;
	if (n == 0)
		return err_set(err, ERR_USAGE, "%s is empty", name);
	if (n > SECRET_MAX_BYTES)
		return err_set(err, ERR_USAGE, "%s is longer than %d bytes",
			       name, SECRET_MAX_BYTES);
	for (size_t i = 0; i < n; i++) {
		if (text[i] <= ' ' || text[i] >= 0x7f)
			return err_set(
				err, ERR_USAGE,
				"%s holds a blank, control or non-ASCII character "
				"at position %zu",
				name, i + 1);
	}
	*len = n;
	return 0;
}

struct command {
	pid_t pid;      /* 0 once it has been waited for */
	bool has_group; /* it leads a process group of its own */
	int status;
	int fd; /* its stdout */
};

/* A group of its own lets all of it be killed; but a group in the background
 * may not ask at the terminal, so with a person there it stays in ours, where
 * Ctrl-C reaches it. */
static int spawn_attributes(struct command *c, posix_spawnattr_t *attr)
{
	short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
	sigset_t none, dflt;

	c->has_group = !isatty(STDERR_FILENO);
	if (c->has_group)
		flags |= POSIX_SPAWN_SETPGROUP;
	sigemptyset(&none);
	sigemptyset(&dflt);
	sigaddset(&dflt, SIGPIPE);
	if (posix_spawnattr_setsigmask(attr, &none) != 0 ||
	    posix_spawnattr_setsigdefault(attr, &dflt) != 0 ||
	    posix_spawnattr_setpgroup(attr, 0) != 0)
		return -1;
	return posix_spawnattr_setflags(attr, flags);
}

static int command_start(struct command *c, const char *command,
			 struct err *err)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)command, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int fd[2];
	int errnum = ENOMEM;

	if (pipe(fd) < 0)
		return err_set_errno(err, ERR_SYSTEM, errno,
				     "cannot make a pipe");
	fcntl(fd[0], F_SETFD, FD_CLOEXEC);
	fcntl(fd[1], F_SETFD, FD_CLOEXEC);
	if (posix_spawn_file_actions_init(&actions) != 0)
		goto out;
	if (posix_spawnattr_init(&attr) != 0)
		goto out_actions;
	if (spawn_attributes(c, &attr) == 0 &&
	    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO,
					     "/dev/null", O_RDONLY, 0) == 0 &&
	    posix_spawn_file_actions_adddup2(&actions, fd[1], STDOUT_FILENO) ==
		    0)
		errnum = posix_spawn(&c->pid, "/bin/sh", &actions, &attr, argv,
				     environ);
	posix_spawnattr_destroy(&attr);
out_actions:
	posix_spawn_file_actions_destroy(&actions);
out:
	close(fd[1]);
	c->fd = fd[0];
	if (errnum == 0)
		return 0;
	close(fd[0]);
	return err_set_errno(err, ERR_SYSTEM, errnum, "cannot run /bin/sh");
}

/* Whether the command has ended. Where the parent of this program has ignored
 * SIGCHLD, no status is kept for us: then it counts as good. */
static bool command_has_ended(struct command *c, int flags)
{
	pid_t got;

	if (c->pid == 0)
		return true;
	do {
		got = waitpid(c->pid, &c->status, flags);
	} while (got < 0 && errno == EINTR);
	if (got == 0)
		return false;
	if (got < 0)
		c->status = 0;
	c->pid = 0;
	return true;
}

static void command_kill(struct command *c)
{
	if (c->pid == 0)
		return;
	kill(c->has_group ? -c->pid : c->pid, SIGKILL);
	command_has_ended(c, 0);
}

/* Reads to the end of the output. After the end of the command, what is in the
 * pipe is all: someone else may keep it open for ever.
 * Returns the length, or -1. */
static ssize_t command_read(struct command *c, char *out, size_t cap,
			    struct stop *stop, int64_t deadline_ns,
			    struct err *err)
{
	size_t len = 0;

	for (;;) {
		bool has_ended = command_has_ended(c, WNOHANG);
		/* Not now: a deadline that has passed would leave it unread. */
		int64_t look = clock_monotonic_ns() + COMMAND_LOOK_NS;
		struct err why;
		ssize_t n;

		n = io_read(c->fd, out + len, cap - len, stop,
			    earlier(look, deadline_ns), &why);
		if (n == 0)
			return (ssize_t)len;
		if (n > 0) {
			len += (size_t)n;
			if (len == cap)
				return err_set(err, ERR_USAGE,
					       "it prints more than %zu bytes",
					       cap - 1);
		} else if (why.kind != ERR_DEADLINE) {
			*err = why;
			return -1;
		} else if (has_ended) {
			return (ssize_t)len;
		} else if (clock_monotonic_ns() >= deadline_ns) {
			return err_set(err, ERR_DEADLINE,
				       "it does not end in time");
		}
	}
}

/* Waits for a command that has closed its output, and looks at its status. */
static int command_finish(struct command *c, struct stop *stop,
			  int64_t deadline_ns, struct err *err)
{
	while (!command_has_ended(c, WNOHANG)) {
		struct err why;

		/* No descriptor: only the time and the stop end this. */
		if (io_wait(-1, 0, stop, clock_monotonic_ns() + COMMAND_LOOK_NS,
			    &why) < 0 &&
		    why.kind != ERR_DEADLINE) {
			*err = why;
			return -1;
		}
		if (clock_monotonic_ns() >= deadline_ns)
			return err_set(err, ERR_DEADLINE,
				       "it does not end in time");
	}
	if (WIFSIGNALED(c->status))
		return err_set(err, ERR_USAGE, "it was killed by signal %d",
			       WTERMSIG(c->status));
	if (WEXITSTATUS(c->status) != 0)
		return err_set(err, ERR_USAGE, "it failed with exit status %d",
			       WEXITSTATUS(c->status));
	return 0;
}

char *secret_from_command(const char *name, const char *command,
			  struct stop *stop, int64_t deadline_ns,
			  struct err *err)
{
	struct command c = { 0 };
	char text[COMMAND_OUTPUT_BYTES + 1];
	struct err why;
	char *secret = NULL;
	size_t len;
	ssize_t n;

	if (command_start(&c, command, &why) < 0)
		goto out;
	n = command_read(&c, text, sizeof text, stop, deadline_ns, &why);
	if (n < 0 || command_finish(&c, stop, deadline_ns, &why) < 0)
		goto out_command;
	len = (size_t)n;
	if (secret_check("what it prints", text, &len, &why) < 0)
		goto out_command;
	secret = malloc(len + 1);
	if (secret) {
		memcpy(secret, text, len);
		secret[len] = '\0';
	} else {
		err_no_memory(&why);
	}
out_command:
	command_kill(&c);
	close(c.fd);
	secret_wipe(text, sizeof text);
out:
	if (!secret && err) {
		*err = why;
		err_wrap(err, "%s", name);
	}
	return secret;
}
