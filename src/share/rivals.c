/* SPDX-License-Identifier: MIT */
/* flock is BSD's: not in POSIX, but on every system we build for. */
#define _DEFAULT_SOURCE
#ifdef __APPLE__
#define _DARWIN_C_SOURCE
#endif
#include "share/rivals.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "share/boot.h"

enum { ACTIVE_SEC = 120, DEAD_SEC = 7 * 86400, NAME_BYTES = 300 };

/* Removes a state, unless somebody uses it now, and what belongs to it. */
static void remove_dead(int dirfd, const char *name)
{
	const char *suffixes[] = { "", ".new" };
	const char *rest = strchr(name, '-');
	char other[NAME_BYTES];
	size_t i;
	int fd = openat(dirfd, name,
			O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && rest) {
		if (snprintf(other, sizeof other, "calls%s", rest) <
		    (int)sizeof other)
			unlinkat(dirfd, other, 0);
		for (i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
			if (snprintf(other, sizeof other, "%s%s", name,
				     suffixes[i]) < (int)sizeof other)
				unlinkat(dirfd, other, 0);
		}
	}
	close(fd);
}

static bool is_state_of(const char *family, const char *name)
{
	size_t len = strlen(name);

	return strncmp(name, family, strlen(family)) == 0 &&
	       len < NAME_BYTES - sizeof ".new" && !strchr(name, '.');
}

bool rivals_look(int dirfd, const char *family, const char *own)
{
	int64_t began = boot_began_ms() / 1000;
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct stat ours, st;
	struct dirent *e;
	bool has_rival = false;

	if (!dir || fstatat(dirfd, own, &ours, AT_SYMLINK_NOFOLLOW) < 0)
		goto out;
	while ((e = readdir(dir)) != NULL) {
		int64_t age;

		if (!is_state_of(family, e->d_name) ||
		    strcmp(e->d_name, own) == 0 ||
		    fstatat(dirfd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !S_ISREG(st.st_mode))
			continue;
		age = (int64_t)ours.st_mtime - (int64_t)st.st_mtime;
		if (age > DEAD_SEC)
			remove_dead(dirfd, e->d_name);
		else if (age < ACTIVE_SEC && age > -ACTIVE_SEC &&
			 (int64_t)st.st_mtime > began)
			has_rival = true;
	}
out:
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	return has_rival;
}
