/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* realpath */
#include "cli/descriptor.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digits.h"

#ifndef PATH_MAX
#define PATH_MAX 4096 /* POSIX lets a system leave it open */
#endif

enum { LINKS_MAX = 40 };

/* Says of a directory without links in it whose descriptors stand there:
 * 0: ours. */
static int owner_of(const char *dir)
{
	static const char proc[] = "/proc/";
	size_t len = sizeof proc - 1;
	char *end;
	long pid;

	if (strcmp(dir, "/dev/fd") == 0)
		return 0; /* of the BSDs */
	if (strncmp(dir, proc, len) != 0 || dir[len] < '0' || dir[len] > '9')
		return DESCRIPTOR_NONE;
	pid = strtol(dir + len, &end, 10);
	if (*end != '/' || strcmp(strrchr(dir, '/'), "/fd") != 0)
		return DESCRIPTOR_NONE;
	return pid == (long)getpid() ? 0 : DESCRIPTOR_FOREIGN;
}

/* path has a slash in it. */
static int in_directory_of_descriptors(const char *path)
{
	const char *slash = strrchr(path, '/');
	int64_t n;
	int owner;
	char *dir, *real;

	if (!digits_are(slash + 1, INT_MAX, &n))
		return DESCRIPTOR_NONE;
	dir = strndup(path, (size_t)(slash - path) + 1);
	real = dir ? realpath(dir, NULL) : NULL;
	owner = real ? owner_of(real) : DESCRIPTOR_NONE;
	free(real);
	free(dir);
	return owner == 0 ? (int)n : owner;
}

static int find_direct(const char *path)
{
	static const char *const names[] = { "/dev/stdin", "/dev/stdout",
					     "/dev/stderr" };

	/* Before any look at the file system: /proc may not be mounted. */
	for (int fd = 0; fd < 3; fd++) {
		if (strcmp(path, names[fd]) == 0)
			return fd;
	}
	return strchr(path, '/') ? in_directory_of_descriptors(path)
				 : DESCRIPTOR_NONE;
}

/* Puts in place of path what the link at path leads to. */
static bool follow_link(char path[PATH_MAX])
{
	char target[PATH_MAX];
	ssize_t len = readlink(path, target, sizeof target);
	const char *slash = strrchr(path, '/');
	size_t dir = slash ? (size_t)(slash - path) + 1 : 0;

	if (len <= 0)
		return false;
	if (target[0] == '/')
		dir = 0;
	if (dir + (size_t)len >= PATH_MAX)
		return false;
	memcpy(path + dir, target, (size_t)len);
	path[dir + (size_t)len] = '\0';
	return true;
}

int descriptor_of_path(const char *path)
{
	char at[PATH_MAX];
	size_t len = strlen(path);

	if (len >= sizeof at)
		return DESCRIPTOR_NONE;
	memcpy(at, path, len + 1);
	for (int links = 0; links < LINKS_MAX; links++) {
		int fd = find_direct(at);

		if (fd != DESCRIPTOR_NONE || !follow_link(at))
			return fd;
	}
	return DESCRIPTOR_NONE;
}

bool descriptor_is_given(int fd)
{
	int flags = fcntl(fd, F_GETFD);
	int mode = fcntl(fd, F_GETFL);

	return flags >= 0 && !(flags & FD_CLOEXEC) && mode >= 0 &&
	       (mode & O_ACCMODE) != O_RDONLY;
}
