/* SPDX-License-Identifier: MIT */
/* temp_dir.h: a directory of its own for each test, as its working directory.
 * Setup and teardown for cmocka. The test's file defines _XOPEN_SOURCE 700
 * (nftw). */
#ifndef TEMP_DIR_H
#define TEMP_DIR_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int enter_temp_dir(void **state)
{
	const char *parent = getenv("TMPDIR");
	char *dir = malloc(4096);

	*state = dir;
	snprintf(dir, 4096, "%s/quotefetch.XXXXXX", parent ? parent : "/tmp");
	return mkdtemp(dir) ? chdir(dir) : -1;
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st, (void)kind, (void)at;
	return remove(path);
}

static int leave_temp_dir(void **state)
{
	int rc = chdir("/");

	rc |= nftw(*state, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	free(*state);
	return rc;
}

#endif
