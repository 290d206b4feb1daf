/* SPDX-License-Identifier: MIT */
/* replay_main.c: runs a fuzz target over files, without libFuzzer.
 * usage: replay_x FILE_OR_DIRECTORY...
 * Prints TAP, a test for each file, and one for the empty input. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int count;

static void die(const char *path, const char *what)
{
	printf("Bail out! %s: %s\n", path, what);
	exit(1);
}

/* The data is in a block of exactly its size, so that a sanitizer or valgrind
 * sees the first byte read beyond it. */
static void replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	uint8_t *data;

	if (!f || fstat(fileno(f), &st) != 0)
		die(path, strerror(errno));
	size_t size = (size_t)st.st_size;
	data = malloc(size ? size : 1);
	if (!data || fread(data, 1, size, f) != size)
		die(path, "cannot read it");
	fclose(f);

	printf("# %s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	printf("ok %d - %s\n", ++count, path);
	fflush(stdout);
}

static void replay_directory(const char *path)
{
	struct dirent **entry;
	int n = scandir(path, &entry, NULL, alphasort);
	int before = count;

	if (n < 0)
		die(path, strerror(errno));
	for (int i = 0; i < n; i++) {
		char file[4096];
		int len = snprintf(file, sizeof(file), "%s/%s", path, entry[i]->d_name);

		if (len < 0 || (size_t)len >= sizeof(file))
			die(path, "name too long");
		if (entry[i]->d_name[0] != '.')
			replay_file(file);
		free(entry[i]);
	}
	free(entry);
	if (count == before)
		die(path, "no corpus");
}

int main(int argc, char **argv)
{
	static const uint8_t nothing[1];

	if (argc < 2)
		die(argv[0], "which corpus?");
	LLVMFuzzerTestOneInput(nothing, 0);
	printf("ok %d - empty input\n", ++count);
	for (int i = 1; i < argc; i++) {
		struct stat st;

		if (stat(argv[i], &st) != 0)
			die(argv[i], strerror(errno));
		if (S_ISDIR(st.st_mode))
			replay_directory(argv[i]);
		else
			replay_file(argv[i]);
	}
	printf("1..%d\n", count);
	return 0;
}
